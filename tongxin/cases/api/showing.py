"""由记录到 JSON 的形状。 From records to the shapes of the JSON interface. Nothing here identifies a person.

What is asked often is put together as plain dictionaries in the shapes of `schemas`; the tests hold the two against each other.
"""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import override

from tongxin.acts.registry import REGISTRY
from tongxin.cases.api.facts import Facts
from tongxin.cases.api.schemas import MatterShown, OrganShown, ReportTaken
from tongxin.cases.models import Assignment, Case, CaseStep, Clock
from tongxin.cases.queries import CaseFile
from tongxin.cases.terms import OUTCOME_LABELS, STATE_LABELS, Outcome, Receipt, State
from tongxin.law.terms import MatterEntry

Shown = dict[str, Any]


def both(label: object) -> tuple[str, str]:
    """两种语言的词。 A label in Chinese and in English."""
    with override("zh-hans"):
        zh = str(label)
    with override("en"):
        return zh, str(label)


@functools.cache
def _labels() -> Mapping[str, tuple[str, str]]:
    """状态与结果的词。 The words of states and outcomes in both languages, by value."""
    return {word.value: both(label) for word, label in (*STATE_LABELS.items(), *OUTCOME_LABELS.items())}


def local(at: datetime | None, facts: Facts) -> datetime | None:
    """城市时间。 A moment on the city's clock, to the second: the same moment is always written the same."""
    return at.astimezone(ZoneInfo(facts.city.timezone)).replace(microsecond=0) if at else None


def moment(at: datetime, facts: Facts) -> datetime:
    """城市时间。 A moment that is known, on the city's clock, to the second."""
    return at.astimezone(ZoneInfo(facts.city.timezone)).replace(microsecond=0)


def organ(code: str, facts: Facts) -> OrganShown:
    """机构。 An organ with its names."""
    return OrganShown(**facts.organ(code))


def taken(done: Receipt, *, url: str) -> ReportTaken:
    """回执。 A receipt: the same body each time for as long as nothing has moved."""
    zh, en = _labels()[State(done.state).value]
    return ReportTaken(
        client_key=done.client_key,
        number=done.number,
        token=done.token,
        reporter_url=url,
        state=done.state.value,
        state_label=zh,
        state_label_en=en,
        lead=OrganShown(code=done.lead, name=done.lead_name, name_en=done.lead_name_en),
        due_at=done.due_at.replace(microsecond=0) if done.due_at else None,
        provisional=done.provisional,
        clauses=done.clauses.split(),
        located=done.located,
    )


def case_shown(case: Case, facts: Facts, *, url: str, folded_into: str | None = None) -> Shown:
    """一个事项。 A case, in the shape of CaseShown."""
    zh, en = _labels()[State(case.state).value]
    outcome_zh, outcome_en = _labels()[Outcome(case.outcome).value] if case.outcome else ("", "")
    return {
        "number": case.number,
        "channel": case.channel,
        "matter": case.matter or None,
        "matter_name": case.matter_name,
        "matter_name_en": case.matter_name_en,
        "place": case.path[0] if case.place and case.path else None,
        "place_name": case.place_name,
        "path": case.path,
        "lon": None if case.person_help else case.lon,
        "lat": None if case.person_help else case.lat,
        "state": case.state,
        "state_label": zh,
        "state_label_en": en,
        "outcome": case.outcome or None,
        "outcome_label": outcome_zh,
        "outcome_label_en": outcome_en,
        "outcome_note": case.outcome_note,
        "organ": facts.organ(case.organ),
        "responsible": facts.organ(case.responsible),
        "returns": case.returns,
        "reopened": case.reopened,
        "overdue": case.overdue,
        "due_at": local(case.due_at, facts),
        "provisional": case.provisional,
        "reported_at": moment(case.reported_at, facts),
        "settled_at": local(case.settled_at, facts),
        "closed_at": local(case.closed_at, facts),
        "folded_into": folded_into,
        "synthetic": case.synthetic,
        "url": url,
    }


def file_shown(file: CaseFile, facts: Facts, *, url: str) -> Shown:
    """一个事项的全卷。 The whole file of a case, in the shape of CaseFileShown."""
    case = case_shown(file.case, facts, url=url, folded_into=file.whole.number if file.whole else None)
    return {
        **case,
        "clauses": file.case.clauses.split(),
        "steps": [_step(step, facts) for step in sorted(file.steps, key=lambda step: step.seq)],
        "parts": [_part(part, facts) for part in file.parts],
        "clocks": [_clock(clock, facts) for clock in file.clocks],
    }


def _step(step: CaseStep, facts: Facts) -> Shown:
    declared = REGISTRY.get(step.verb)
    return {
        "seq": step.seq,
        "verb": step.verb,
        "title": declared.title if declared else step.verb,
        "title_en": declared.title_en if declared else step.verb,
        "at": moment(step.at, facts),
        "organ": facts.organ(step.organ) if step.organ else None,
        "from_state": step.from_state or None,
        "to_state": step.to_state,
        "ground": step.ground or None,
        "named": facts.organ(step.named) if step.named else None,
        "clauses": step.clauses.split(),
        "ledger_entry": step.entry,
    }


def _part(part: Assignment, facts: Facts) -> Shown:
    return {
        "organ": facts.organ(part.organ),
        "role": part.role,
        "given_at": moment(part.given_at, facts),
        "accepted_at": local(part.accepted_at, facts),
        "settled_at": local(part.settled_at, facts),
        "ended_at": local(part.ended_at, facts),
    }


def _clock(clock: Clock, facts: Facts) -> Shown:
    return {
        "organ": facts.organ(clock.organ),
        "stage": clock.stage,
        "step": clock.step,
        "number": float(clock.number) if clock.number is not None else None,
        "unit": clock.unit,
        "clause": clock.clause or None,
        "started_at": moment(clock.started_at, facts),
        "due_at": moment(clock.due_at, facts),
        "provisional": clock.provisional,
        "suspended_at": local(clock.suspended_at, facts),
        "ended_at": local(clock.ended_at, facts),
        "passed_at": local(clock.passed_at, facts),
    }


def matter_shown(matter: MatterEntry) -> MatterShown:
    """清单事项。 An entry of the matter list."""
    return MatterShown(
        code=matter.code,
        name=matter.name,
        name_en=matter.name_en,
        category=matter.category,
        category_en=matter.category_en,
        lead=matter.lead,
        assist=list(matter.assist),
        on_call=list(matter.on_call),
        active=matter.active,
        person_help=matter.person_help,
        filing_condition=matter.filing_condition,
        filing_condition_en=matter.filing_condition_en,
        closing_condition=matter.closing_condition,
        closing_condition_en=matter.closing_condition_en,
    )
