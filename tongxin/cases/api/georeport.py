"""事项与 GeoReport 用语之间的对应。 How matters and cases are said in the words of GeoReport v2.

GeoReport's service is an entry of the matter list, its request a case. What the reporter said (`description`) and where
they live (`address`, as typed) is personal data and never stands in an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import override

from tongxin.acts.registry import REGISTRY
from tongxin.cases.models import Case, CaseStep
from tongxin.cases.terms import OUTCOME_LABELS, STATE_LABELS, Outcome, State
from tongxin.law.terms import MatterEntry
from tongxin.organs.terms import OrganFacts
from tongxin.places.terms import CityFacts

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
# GeoReport's word for each field of a report, for the answers that name a field.
WORDS: Final[Mapping[str, str]] = {
    "matter": "service_code",
    "lon": "long",
    "place": "address_id",
    "address": "address_string",
    "text": "description",
    "name": "first_name",
    "photos": "media_url",
}


def pick(english: bool, zh: str, en: str) -> str:
    """择一种语言。 One of the two, by the reader's language."""
    return en if english else zh


def offer(matter: MatterEntry, *, english: bool) -> dict[str, Any]:
    """一类服务。 A matter as a service. `metadata`: it has conditions to show before one reports."""
    return {
        "service_code": matter.code,
        "service_name": pick(english, matter.name, matter.name_en),
        "description": pick(english, matter.filing_condition, matter.filing_condition_en) or None,
        "metadata": bool(notes_of(matter, english=english)),
        "type": "realtime",
        "keywords": ", ".join(
            dict.fromkeys((matter.name, matter.name_en, matter.category, matter.category_en))
        ),
        "group": pick(english, matter.category, matter.category_en),
    }


def notes_of(matter: MatterEntry, *, english: bool) -> list[tuple[str, str]]:
    """报告前须知。 What a reporter is told of a matter: when it is filed, when closed, and that no identity is asked for."""
    filing = pick(english, matter.filing_condition, matter.filing_condition_en or matter.filing_condition)
    closing = pick(english, matter.closing_condition, matter.closing_condition_en or matter.closing_condition)
    help_only = pick(
        english,
        "这是对人的帮助：不收照片、姓名和电话。",
        "This is an offer of help to a person: no photo, no name, no phone number.",
    )
    told = [
        (
            "filing_condition",
            filing and pick(english, f"立案条件：{filing}", f"Condition for filing: {filing}"),
        ),
        (
            "closing_condition",
            closing and pick(english, f"结案条件：{closing}", f"Condition for closing: {closing}"),
        ),
        ("no_identity", help_only if matter.person_help else ""),
    ]
    return [(code, said) for code, said in told if said]


def definition(matter: MatterEntry, *, english: bool) -> dict[str, Any]:
    """服务定义。 The definition of a service: it asks for nothing more, its attributes only inform (`variable` false)."""
    return {
        "service_code": matter.code,
        "attributes": [
            {
                "variable": False,
                "code": code,
                "datatype": "string",
                "required": False,
                "datatype_description": None,
                "order": order,
                "description": said,
                "values": [],
            }
            for order, (code, said) in enumerate(notes_of(matter, english=english), start=1)
        ],
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """请求的时刻。 When the last step of each case was taken, and when its limit of handling ends, by row id."""

    changed: Mapping[int, datetime]
    ends: Mapping[int, datetime]


def request_of(
    case: Case, *, times: Times, city: CityFacts, organs: Mapping[str, OrganFacts], english: bool
) -> dict[str, Any]:
    """一项请求。 A case as a request, without anything that identifies its reporter."""
    closed = case.state == State.CLOSED.value
    changed = times.changed.get(case.pk, case.reported_at)
    running = case.due_at.astimezone(ZoneInfo(city.timezone)) if case.due_at and not closed else None
    return {
        "service_request_id": case.number,
        "status": "closed" if closed else "open",
        "status_notes": status_notes(case, english=english),
        "service_name": pick(english, case.matter_name, case.matter_name_en) or None,
        "service_code": case.matter,
        "description": None,
        "agency_responsible": organ_name(organs, case.organ, english=english),
        "service_notice": notice(running, provisional=case.provisional, english=english),
        "requested_datetime": local(case.reported_at, city),
        "updated_datetime": local((case.closed_at if closed else None) or changed, city),
        "expected_datetime": local(times.ends.get(case.pk), city),
        "address": case.place_name or None,
        "address_id": case.path[0] if case.place and case.path else None,
        "zipcode": None,
        "lat": None if case.person_help else case.lat,
        "long": None if case.person_help else case.lon,
        "media_url": None,
    }


def status_notes(case: Case, *, english: bool) -> str:
    """状态说明。 Where the case stands, or how it ended, with the note that the organ gave with it."""
    with override("en" if english else "zh-hans"):
        labels = [str(STATE_LABELS[State(case.state)])]
        if case.outcome and case.outcome != case.state:
            labels.append(str(OUTCOME_LABELS[Outcome(case.outcome)]))
    said = pick(english, "，", ", ").join(labels)
    return f"{said}{pick(english, '：', ': ')}{case.outcome_note}" if case.outcome_note else said


def notice(due_at: datetime | None, *, provisional: bool, english: bool) -> str | None:
    """下一步。 What is expected next and by when (on the city's clock); None when nothing is running."""
    if due_at is None:
        return None
    day = due_at.strftime("%Y-%m-%d %H:%M")
    open_end = pick(
        english, "（节假日安排未公布，暂定）", " (provisional: the holidays are not yet published)"
    )
    return pick(english, f"本环节期限：{day}", f"Limit of this step: {day}") + (
        open_end if provisional else ""
    )


def organ_name(organs: Mapping[str, OrganFacts], code: str, *, english: bool) -> str | None:
    """机构名称。 The name of an organ; its code when the organ is no longer known, None without one."""
    found = organs.get(code)
    return pick(english, found.name, found.name_en) if found else code or None


def local(at: datetime | None, city: CityFacts) -> str | None:
    """城市时间的写法。 A moment on the city's clock as the W3C note writes it, to the second."""
    return at.astimezone(ZoneInfo(city.timezone)).isoformat(timespec="seconds") if at else None


def trail(
    steps: Sequence[CaseStep], *, city: CityFacts, organs: Mapping[str, OrganFacts], english: bool
) -> list[dict[str, Any]]:
    """办理经过。 The steps of a case, oldest first: what was done, by which organ; never the words written with it."""
    return [
        {
            "datetime": local(one.at, city),
            "type": one.verb,
            "description": verb_name(one.verb, english=english),
            "agency": organ_name(organs, one.organ or one.named, english=english),
        }
        for one in sorted(steps, key=lambda one: one.seq)
    ]


def verb_name(verb: str, *, english: bool) -> str:
    """行为的名称。 What an act is called; its verb when it is not one of this house."""
    declared = REGISTRY.get(verb)
    return pick(english, declared.title, declared.title_en) if declared else verb
