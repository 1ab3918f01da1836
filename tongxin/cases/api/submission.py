"""由 GeoReport 表单到报告。 From a GeoReport form to a report. Pure: no Django, no clock, no I/O."""

from datetime import datetime
from typing import Final

from tongxin.cases.api import inputs
from tongxin.cases.terms import Channel, NewReport

URL_MOST: Final = 500


def report_of(form: inputs.Form, *, key: str, at: datetime, english: bool) -> NewReport:
    """表单的报告。 The report that a form makes. `device_id`, `account_id` and `api_key` are read by nobody and kept nowhere."""
    code = inputs.word("service_code", form.word("service_code"), most=80)
    if not code:
        raise inputs.invalid("service_code", "没有给出", "was not provided")
    if not any(form.word(name) for name in ("lat", "long", "address_string", "address_id")):
        raise inputs.invalid(
            "lat", "须给出 lat 和 long，或 address_string，或 address_id",
            "lat and long, or address_string, or address_id is needed",
        )  # fmt: skip
    return NewReport(
        client_key=key,
        channel=Channel.OPEN311,
        matter=code,
        reported_at=at,
        text=inputs.storable("description", text_of(form)),
        lon=inputs.degrees("long", form.word("long")),
        lat=inputs.degrees("lat", form.word("lat")),
        place=inputs.word("address_id", form.word("address_id"), most=40) or None,
        address=inputs.storable("address_string", form.word("address_string")),
        name=inputs.storable("first_name", name_of(form.word("first_name"), form.word("last_name"))),
        phone=inputs.storable("phone", form.word("phone")),
        email=inputs.storable("email", form.word("email")),
        language="en" if english else "zh-hans",
    )


def text_of(form: inputs.Form) -> str:
    """报告的文字。 What was said, and below it, so that nothing is lost, attributes and the address of a medium.

    That address is never fetched and never shown as a link: it is the reporter's word, for the officer to weigh.
    """
    media = form.word("media_url")
    if media and (len(media) > URL_MOST or not media.startswith(("https://", "http://"))):
        raise inputs.invalid(
            "media_url",
            f"须为 http(s) 地址，最多 {URL_MOST} 字符",
            f"an http(s) address of at most {URL_MOST} characters",
        )
    more = [f"[{code}] {value.strip()}" for code, value in form.attributes if value.strip()]
    return "\n".join(filter(None, (form.word("description"), *more, f"[media_url] {media}" if media else "")))


def name_of(first: str, last: str) -> str:
    """姓名。 A whole name: the family name first, and unspaced, where it is written in Han characters."""
    if last and not last.isascii() and last[0] >= "\u3400":
        return f"{last}{first}"
    return f"{first} {last}".strip()
