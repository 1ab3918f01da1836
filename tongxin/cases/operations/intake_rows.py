"""一份报告写成的行。 What one report becomes: where it goes, and its rows in every table. Each thing is worked out once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.conf import settings

from tongxin.acts.terms import Warrant
from tongxin.cases import rules
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, Photo, Report
from tongxin.cases.operations.common import Context, ends_of
from tongxin.cases.terms import NewReport, Receipt, Role, State
from tongxin.law import queries as law
from tongxin.law.terms import Limit, MatterEntry, Stage
from tongxin.ledger.operations import Cells, lay_rows, sheet
from tongxin.organs import queries as organs
from tongxin.places.terms import Spot

CASE: Final = (
    "id", "number", "client_key", "content_digest", "channel", "matter", "matter_name", "matter_name_en", "entry", "clauses",
    "person_help", "place", "place_name", "path", "district", "lon", "lat", "state", "organ", "responsible", "due_at",
    "provisional", "reported_at", "steps",
)  # fmt: skip
REPORT: Final = (
    "case_id", "person", "text", "name", "phone", "email", "address", "language", "token_digest",
)  # fmt: skip
PART: Final = ("case_id", "organ", "role", "given_at")
CLOCK: Final = (
    "case_id", "organ", "stage", "step", "number", "unit", "clause", "started_at", "due_at", "provisional", "sweep_at",
)  # fmt: skip
STEP: Final = (
    "entry", "case_id", "seq", "verb", "at", "organ", "office", "to_state", "clauses", "named", "facts",
)  # fmt: skip
PHOTO: Final = ("case_id", "kind", "digest", "at")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """一份报告的去处。 What is to become of one report, worked out before anything is written; `nth` of those given."""

    nth: int
    report: NewReport
    number: str
    row: int
    digest: str
    spot: Spot | None
    matter: MatterEntry | None
    route: rules.Route
    context: Context

    @property
    def state(self) -> State:
        """状态。 The state a case begins in."""
        return State.DISPATCHED if self.route.lead else State.UNLISTED

    @property
    def organ(self) -> str:
        """机构。 The organ that has the case first: the lead, or without one the lead body."""
        return self.route.lead.code if self.route.lead else self.context.city.lead_body


def planned(nth: int, report: NewReport, spot: Spot | None, number: str, row: int, context: Context) -> Plan:
    """去处。 The plan of a report that can be taken."""
    matter = context.matter(report.matter) if report.matter else None
    revision = context.city.revision
    route = rules.route(
        matter=matter,
        channel=report.channel.value,
        hour=report.reported_at.astimezone(context.zone).hour,
        path=spot.path if spot else (context.city.root,),
        exceptions=law.routing_exceptions(revision).get(report.matter or "", ()),
        by_function=organs.organs_by_function(revision),
    )
    return Plan(
        nth=nth,
        report=report,
        number=number,
        row=row,
        digest=rules.content_digest(report),
        spot=spot,
        matter=matter,
        route=route,
        context=context,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Limited:
    """一个期限。 A limit that a report starts, with its end."""

    organ: str
    stage: str
    step: str
    number: str | None
    unit: str
    clause: str
    due_at: datetime
    provisional: bool


def written(warrants: Sequence[Warrant]) -> dict[int, tuple[str, Receipt]]:
    """写入。 Write cases, reports, parts, clocks and first steps: one statement a table, however many reports.

    Returns digest and receipt of each, by its place among the reports given.
    """
    cases: list[Cells] = []
    reports: list[Cells] = []
    parts: list[Cells] = []
    clocks: list[Cells] = []
    steps: list[Cells] = []
    photos: list[Cells] = []
    made = {}
    for warrant in warrants:
        plan: Plan = warrant.scope.state
        given, clauses = plan.report.reported_at.isoformat(), warrant.basis.refs
        limits = _limits(plan, clauses)
        first = min((one for one in limits if one.stage != Stage.RETURN.value), key=_due, default=None)
        token = rules.report_token(number=plan.number, secret=settings.SECRET_KEY)
        cases.append(_case(plan, warrant.scope.entry or "", clauses, first, given))
        reports.append(_report(plan, token))
        parts += _parts(plan, given)
        clocks += [_clock(plan, one, given) for one in limits]
        steps.append(_step(plan, warrant, clauses, given))
        photos += [(plan.row, "report", photo, given) for photo in plan.report.photos]
        _tell(warrant, plan)
        made[plan.nth] = plan.digest, _receipt(plan, clauses, first, token)
    if made:
        lay_rows(
            sheets=[
                (sheet(Case, *CASE), cases),
                (sheet(Report, *REPORT), reports),
                (sheet(Assignment, *PART), parts),
                (sheet(Clock, *CLOCK), clocks),
                (sheet(CaseStep, *STEP), steps),
                (sheet(Photo, *PHOTO), photos),
            ]
        )
    return made


def _due(one: Limited) -> datetime:
    return one.due_at


def _case(plan: Plan, entry: str, clauses: str, first: Limited | None, given: str) -> Cells:
    report, spot, matter = plan.report, plan.spot, plan.matter
    path = spot.path if spot else (plan.context.city.root,)
    return (
        plan.row, plan.number, report.client_key, plan.digest, report.channel.value,
        matter.code if matter else "", matter.name if matter else "", matter.name_en if matter else "",
        entry, clauses, bool(matter and matter.person_help),
        spot.ref if spot else "", spot.name if spot else "", _array(path), path[-2] if len(path) > 1 else "",
        report.lon, report.lat, plan.state.value, plan.organ, plan.organ,
        first.due_at.isoformat() if first else None, bool(first and first.provisional), given, 1,
    )  # fmt: skip


def _array(codes: Sequence[str]) -> str:
    """PostgreSQL 的数组写法。 An array of words as PostgreSQL writes it."""
    quoted = (code.replace("\\", "\\\\").replace('"', '\\"') for code in codes)
    return '{"' + '","'.join(quoted) + '"}'


def _report(plan: Plan, token: str) -> Cells:
    r = plan.report
    return (
        plan.row, r.person, r.text, r.name, r.phone, r.email, r.address, r.language, rules.token_digest(token),
    )  # fmt: skip


def _parts(plan: Plan, given: str) -> list[Cells]:
    if plan.route.lead is None:
        return []
    return [
        (plan.row, plan.route.lead.code, Role.LEAD.value, given),
        *((plan.row, organ.code, Role.ASSIST.value, given) for organ in plan.route.assist),
    ]


def _limits(plan: Plan, clauses: str) -> list[Limited]:
    """起算的期限。 The limits a report starts: accept, return and handle of the lead, handle of each assisting organ."""
    if plan.route.lead is None:
        return _of_stage(plan, Stage.RULE, plan.context.city.lead_body)
    lead, target = plan.route.lead.code, plan.report.target_at
    found = [*_of_stage(plan, Stage.ACCEPT, lead), *_of_stage(plan, Stage.RETURN, lead)]
    if target is None:
        found += _of_stage(plan, Stage.HANDLE, lead)
    else:  # what the source system promised
        found.append(
            Limited(
                organ=lead, stage=Stage.HANDLE.value, step="", number=None, unit="", clause=clauses,
                due_at=target, provisional=False,
            )
        )  # fmt: skip
    for organ in plan.route.assist:
        found += _of_stage(plan, Stage.ASSIST, organ.code)
    return found


def _of_stage(plan: Plan, stage: Stage, organ: str) -> list[Limited]:
    context, found = plan.context, []
    for limit in law.limits_for(
        matter=plan.matter, stage=stage, revision=context.city.revision, day=context.day
    ):
        ends = ends_of(context, limit, plan.report.reported_at)
        stage_word, number, unit, clause = _words(limit)
        found.append(
            Limited(
                organ=organ, stage=stage_word, step=limit.step, number=number, unit=unit, clause=clause, due_at=ends.at,
                provisional=ends.beyond_known,
            )
        )  # fmt: skip
    return found


@lru_cache(maxsize=4_096)
def _words(limit: Limit) -> tuple[str, str, str, str]:
    return limit.stage.value, str(limit.number), limit.unit.value, str(limit.clause or "")


def _clock(plan: Plan, one: Limited, given: str) -> Cells:
    due = one.due_at.isoformat()
    return (
        plan.row, one.organ, one.stage, one.step, one.number, one.unit, one.clause, given, due, one.provisional, due,
    )  # fmt: skip


def _step(plan: Plan, warrant: Warrant, clauses: str, given: str) -> Cells:
    facts = {"why": plan.route.why}
    if warrant.actor.office is not None:
        facts["by"] = warrant.actor.person  # so that the gate can ask for another person later
    standing = warrant.standing
    return (
        warrant.entry, plan.row, 1, warrant.verb, given, standing.organ if standing else "",
        standing.office if standing else "", plan.state.value, clauses, plan.organ,
        json.dumps(facts, ensure_ascii=False),
    )  # fmt: skip


def _tell(warrant: Warrant, plan: Plan) -> None:
    number, matter = plan.number, plan.matter.name if plan.matter else ""
    reporter = plan.report.person or f"reporter:{number}"
    warrant.tell(recipient=reporter, template="reported", number=number, matter=matter, organ=plan.organ)
    given = "given" if plan.route.lead else "unlisted"
    warrant.tell(recipient=f"organ:{plan.organ}", template=given, number=number, matter=matter)
    for organ in plan.route.assist:
        warrant.tell(recipient=f"organ:{organ.code}", template="assist", number=number, matter=matter)


def _receipt(plan: Plan, clauses: str, first: Limited | None, token: str) -> Receipt:
    organ = plan.route.lead or plan.context.organs.get(plan.organ)
    return Receipt(
        client_key=plan.report.client_key,
        number=plan.number,
        token=token,
        state=plan.state,
        lead=plan.organ,
        lead_name=organ.name if organ else "",
        lead_name_en=organ.name_en if organ else "",
        due_at=first.due_at.astimezone(plan.context.zone) if first else None,
        provisional=bool(first and first.provisional),
        clauses=clauses,
        located=plan.spot is not None,
    )
