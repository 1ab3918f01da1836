"""法典的命令。 Commands of the book: the impact of an instrument, and adding one text."""

import argparse
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from tongxin.acts.terms import Actor, By, InvalidInput, Refused
from tongxin.identity.queries import account_of
from tongxin.law.forms.keeping import FIRST_DAY, LAST_DAY
from tongxin.law.operations import enter_version
from tongxin.law.rules import parse_instrument
from tongxin.law.rules.second_source import compared
from tongxin.law.terms import Level, NewInstrumentVersion
from tongxin.organs.queries import held_offices
from tongxin.places.queries import city_day
from tongxin.web.clock import now
from tongxin.web.console.given import BadGivenError, refused
from tongxin.web.impact import EVERYBODY, ClosedDraftError, Preview, UnknownInstrumentError, preview

Result = tuple[int, Any]


def impact(given: argparse.Namespace) -> Result:
    """影响预览。 What an instrument moves by a day; status 2 when the question cannot be understood."""
    try:
        today = _asked_day("today", given.today) or city_day(now())
        day = _asked_day("on", given.on) or today
        found = preview(name=given.instrument, day=day, today=today, reader=EVERYBODY)
    except BadGivenError as wrong:
        return refused(wrong, json=given.json)
    except ClosedDraftError:
        return 2, {"error": {"field": "instrument", "reason": "the draft has not been made public"}}
    except UnknownInstrumentError as unknown:
        return refused(_unknown(unknown), json=given.json)
    return 0, found.as_json() if given.json else _said(found)


def _asked_day(field: str, text: str) -> date | None:
    try:
        return _day(text)
    except ValueError as wrong:
        raise BadGivenError(
            field,
            f"“{text}”不是日期：写成 2026-11-24 的样子，在 {FIRST_DAY} 和 {LAST_DAY} 之间",
            f"{text!r} is not a day written like 2026-11-24 between {FIRST_DAY} and {LAST_DAY}",
        ) from wrong


def _unknown(unknown: UnknownInstrumentError) -> BadGivenError:
    """说不准是哪一部。 None of that name, or several: then each is named with its key."""
    if not unknown.candidates:
        return BadGivenError(
            "instrument",
            f"没有叫“{unknown.name}”的文件",
            f"there is no instrument called {unknown.name!r}",
        )
    return BadGivenError(
        "instrument",
        f"叫“{unknown.name}”的不止一部，请写明代号",
        f"more than one instrument is called {unknown.name!r}: give its key",
        candidates=[f"{key} {title}" for key, title in unknown.candidates],
    )


def _day(text: str) -> date | None:
    """日期。 A day between those that forms take, too. Raises ValueError."""
    day = date.fromisoformat(text) if text else None
    if day and not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"{day} does not lie between {FIRST_DAY} and {LAST_DAY}")
    return day


def _said(found: Preview) -> str:
    law = found.law
    lines = [f"{found.title} · {found.day}"]
    lines += [
        f"  {closing.kind} {closing.day}  {closing.version.instrument.title}@{closing.version.adopted}"
        f"{' ' + ' '.join(closing.clauses) if closing.clauses else ''}"
        f"{'' if closing.version.has_text else '  (text not held)'}{'' if closing.certain else '  (candidate)'}"
        for closing in law.closings
    ]
    lines.append(
        f"bindings {len(law.bindings)}, entries that fall idle {len(law.idle)}, limits {len(law.limits)}, "
        f"citations that go stale {len(law.citations)}, running cases {found.running.cases}"
    )
    lines += [
        f"  {row.entry} {row.name}: {row.clause} {row.what} {row.successor}".rstrip() for row in law.bindings
    ]
    lines += [f"  {row.title} {row.clause}: {row.quote}" for row in law.citations]
    return "\n".join(lines)


def add(given: argparse.Namespace) -> Result:
    """加一个文本。 Enter one text as the legal officer whose sign-in name is given; status 1 when refused, 2 for bad input."""
    at = now()
    try:
        version = _version(given)
        actor = _lawyer(given.office_of, city_day(at))
        number = enter_version(actor=actor, at=at, version=version)
    except InvalidInput as wrong:
        return 2, {
            "entered": False,
            "field": wrong.field,
            "reason": wrong.reason_en,
            "reason_zh": wrong.reason,
        }
    except Refused as refused:
        return 1, {"entered": False, "code": refused.code, "reason": refused.reason_en}
    return 0, {
        "entered": True, "version": f"law:{version.key}@{version.adopted}", "row": number,
        "clauses": len(version.clauses), "doubts": len(version.doubts),
    }  # fmt: skip


def _version(given: argparse.Namespace) -> NewInstrumentVersion:
    text = _file(given.file, "file")
    read = parse_instrument(text)
    doubts = read.doubts
    if given.second:
        doubts = (*doubts, *compared(read, parse_instrument(_file(given.second, "second"))))
    dates = {}
    for name in ("adopted", "in_force_from", "in_force_to"):
        try:
            dates[name] = _day(getattr(given, name))
        except ValueError as wrong:
            raise InvalidInput(name, "日期写成 2026-11-24 的样子", str(wrong)) from wrong
    adopted = dates["adopted"]
    if adopted is None:
        raise InvalidInput("adopted", "请写明通过日期", "say when it was adopted")
    return NewInstrumentVersion(
        key=given.key, title=given.title or read.title, title_en=given.title_en, level=given.level, issuer=given.issuer,
        jurisdiction=given.jurisdiction, illustrative=given.level == Level.ILLUSTRATIVE, adopted=adopted,
        in_force_from=dates["in_force_from"], in_force_to=dates["in_force_to"], date_source=given.date_source,
        status="in_force", source=given.source, sha256=hashlib.sha256(text.encode()).hexdigest() if text else "",
        clauses=read.clauses if text else (), preamble="\n".join(read.preamble), doubts=doubts if text else (),
    )  # fmt: skip


def _file(path: str, field: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig") if path else ""
    except (OSError, UnicodeDecodeError) as wrong:
        raise InvalidInput(field, f"读不了 {path}", f"{path}: {wrong}") from wrong


def _lawyer(login: str, day: date) -> Actor:
    account = account_of(login=login)
    if account is None:
        raise InvalidInput("as", f"没有登录名 {login}", f"there is no sign-in name {login!r}")
    for held in held_offices(person=account.person, day=day):
        if held.office.post == By.LEGAL_OFFICER:
            return Actor(person=account.person, office=f"office:{held.office.code}")
    raise InvalidInput("as", f"{login} 不是法制审核人", f"{login!r} holds no office of a legal officer")
