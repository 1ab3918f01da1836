"""受理报告。 Taking reports: validate, locate, route, number, start the clocks, tell the reporter. One act each.

However many reports, it is the same few round trips: the keys' turn with what is known of them, the city, the clauses, the
entries, the rows, the notices (docs/decisions/0017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import psycopg
from django.conf import settings
from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import ANONYMOUS, Actor, By, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Case
from tongxin.cases.operations.common import Context
from tongxin.cases.operations.intake_checks import fault, misplaced
from tongxin.cases.operations.intake_rows import Plan, planned, written
from tongxin.cases.terms import NewReport, Receipt, Rejection, State
from tongxin.places import queries as places
from tongxin.places.terms import Spot

# Two reports with one key at once take turns, so that the second sees what the first made. The turn is a statement of its own,
# before the one that looks: that one's snapshot is taken when the turn has come.
TURN: Final = """
SELECT count(pg_advisory_xact_lock(h))
  FROM (SELECT DISTINCT hashtextextended(k, 311) AS h FROM unnest($1::text[]) AS k ORDER BY 1) AS keys
"""
# Keys that have a case, and for the others a number (from one sequence, never given twice) and the row's id.
LOOK: Final = """
WITH known AS MATERIALIZED (SELECT client_key FROM cases_case WHERE client_key = ANY($1::text[])),
     fresh AS (SELECT count(DISTINCT k) - (SELECT count(*) FROM known) AS n, pg_get_serial_sequence('cases_case', 'id') AS ids
                 FROM unnest($1::text[]) AS k)
SELECT ARRAY(SELECT client_key::text FROM known),
       ARRAY(SELECT nextval('cases_number') FROM fresh, generate_series(1, n)),
       ARRAY(SELECT tongxin_month_id(ids::regclass) FROM fresh, generate_series(1, n))
"""


def _report_scope(*, actor: Actor, at: datetime, reports: Sequence[NewReport]) -> list[Scope]:
    """每份新报告的范围。 One scope for each report that makes a new case; what was seen before, or is faulty, makes none."""
    known, numbers, ids = _look(reports)
    context = Context.of(at)
    fresh: dict[str, tuple[int, NewReport]] = {}
    for nth, report in enumerate(reports):
        key = report.client_key
        if key not in known and key not in fresh and fault(report, context) is None:
            fresh[key] = (nth, report)
    spots = _spots([report for _, report in fresh.values()], context)
    taken = [
        (nth, report, spot)
        for (nth, report), spot in zip(fresh.values(), spots, strict=True)
        if misplaced(report, spot) is None
    ]
    return [
        _scope(planned(nth, report, spot, f"{context.day:%Y%m%d}-{number:06d}", row, context), actor)
        for (nth, report, spot), number, row in zip(taken, numbers, ids, strict=False)
    ]


def _look(reports: Sequence[NewReport]) -> tuple[frozenset[str], Sequence[int], Sequence[int]]:
    """排队，再看。 Keys in use; numbers and row ids for the others. Turn and look are one round trip."""
    keys = [report.client_key.replace("\x00", "") for report in reports]
    connection.ensure_connection()
    raw: psycopg.Connection = connection.connection
    with connection.wrap_database_errors:
        with raw.pipeline():
            psycopg.RawCursor(raw).execute(TURN, [keys], prepare=True)
            cursor = psycopg.RawCursor(raw).execute(LOOK, [keys], prepare=True)
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the look answers with one row")
    return frozenset(row[0]), row[1], row[2]


def _scope(plan: Plan, actor: Actor) -> Scope:
    signed_in = actor.office is None and actor.person.startswith("person:") and actor != ANONYMOUS
    person = plan.report.person or (actor.person if signed_in else "")
    listed = plan.route.lead is not None and plan.matter is not None
    return Scope(
        subject=f"case:{plan.number}",
        entry=f"matter:{plan.matter.code}" if listed and plan.matter else None,
        persons=(person or f"reporter:{plan.number}",),
        state=plan,
        content={
            "case": plan.number,
            "key": plan.report.client_key,
            "digest": plan.digest,
            "channel": plan.report.channel.value,
            "why": plan.route.why,
            "at": plan.report.reported_at.isoformat(),
        },
    )


@act(
    "report_case",
    title=("报告一件事", "report a matter"),
    scope=_report_scope,
    many=True,
    by=[By.PERSON, By.HOTLINE_CLERK, By.GRID_WORKER, By.PLATFORM],
)
def report_cases(
    *, warrants: Sequence[Warrant], at: datetime, reports: Sequence[NewReport]
) -> list[Receipt | Rejection]:
    """报告若干件事。 Take reports; each becomes a case, is a repetition of one, or is rejected with field and reason.

    The answers are in the order of `reports`. A report with a key that was used before, also before in `reports`, gets its
    first receipt again when it says the same, and is rejected when it says something else.
    """
    made = written(warrants)
    answers: dict[int, Receipt | Rejection] = {}
    used: dict[str, tuple[str, Receipt]] = {}
    for nth, report in enumerate(reports):
        if nth in made:
            used[report.client_key], answers[nth] = made[nth], made[nth][1]
        elif report.client_key in used:
            answers[nth] = _again(report, *used[report.client_key])
    rest = {nth: report for nth, report in enumerate(reports) if nth not in answers}
    if rest:
        answers |= _answered_before(rest, frozenset(used), at)
    return [answers[nth] for nth in range(len(reports))]


def _answered_before(
    rest: Mapping[int, NewReport], used: frozenset[str], at: datetime
) -> dict[int, Receipt | Rejection]:
    """没有立新事项的。 What is said to reports that made no case: the receipt of before, or what is wrong."""
    context = Context.of(at)
    keys = {report.client_key.replace("\x00", "") for report in rest.values()} - used
    before = {case.client_key: case for case in Case.objects.filter(client_key__in=keys)}
    return {
        nth: _again(
            report, before[report.client_key].content_digest, _receipt(before[report.client_key], context)
        )
        if report.client_key in before
        else _rejected(report, context)
        for nth, report in rest.items()
    }


def _again(report: NewReport, digest: str, first: Receipt) -> Receipt | Rejection:
    """同一客户键再来。 The same key again: the first receipt for the same content, a rejection for another."""
    if digest == rules.content_digest(report):
        return replace(first, repeated=True)
    return Rejection(
        client_key=report.client_key,
        field="client_key",
        reason="这个客户键已用于另一份内容不同的报告",
        reason_en="this key was used for a report that says something else",
    )


def _rejected(report: NewReport, context: Context) -> Rejection:
    wrong = fault(report, context) or misplaced(report, _spots([report], context)[0])
    if wrong is None:
        raise RuntimeError("a report that made no case has a fault")
    return Rejection(
        client_key=report.client_key, field=wrong.field, reason=wrong.reason, reason_en=wrong.reason_en
    )


def _spots(reports: Sequence[NewReport], context: Context) -> list[Spot | None]:
    """落格。 Grid of each point, place of each code, nothing where only an address is given."""
    day, revision = context.day, context.city.revision
    points = [
        (index, (r.lon, r.lat)) for index, r in enumerate(reports) if r.lon is not None and r.lat is not None
    ]
    found: list[Spot | None] = [
        places.spot(code=r.place, day=day, revision=revision) if r.lon is None and r.place else None
        for r in reports
    ]
    hits = places.located(points=[point for _, point in points], day=day, revision=revision)
    for (index, _), hit in zip(points, hits, strict=True):
        found[index] = hit
    return found


def _receipt(case: Case, context: Context) -> Receipt:
    organ = context.organs.get(case.organ)
    return Receipt(
        client_key=case.client_key,
        number=case.number,
        token=rules.report_token(number=case.number, secret=settings.SECRET_KEY),
        state=State(case.state),
        lead=case.organ,
        lead_name=organ.name if organ else "",
        lead_name_en=organ.name_en if organ else "",
        due_at=case.due_at.astimezone(context.zone) if case.due_at else None,
        provisional=case.provisional,
        clauses=case.clauses,
        located=bool(case.place),
    )
