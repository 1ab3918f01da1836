"""接收历史事项。 Taking over cases from elsewhere, in batches; each batch is one act, and every row names its entry."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Case
from tongxin.cases.terms import HistoricCase
from tongxin.places import queries as places

MOST = 2_000

CASE = [
    "id",
    "number",
    "client_key",
    "content_digest",
    "channel",
    "matter",
    "matter_name",
    "matter_name_en",
    "entry",
    "clauses",
    "person_help",
    "place",
    "place_name",
    "path",
    "district",
    "lon",
    "lat",
    "state",
    "outcome",
    "outcome_note",
    "organ",
    "responsible",
    "folded_into_id",
    "returns",
    "ruled",
    "reopened",
    "overdue",
    "due_at",
    "provisional",
    "reported_at",
    "settled_at",
    "closed_at",
    "steps",
    "synthetic",
]
REPORT = ["case_id", "person", "text", "name", "phone", "email", "address", "language", "token_digest"]
STEP = [
    "entry",
    "case_id",
    "seq",
    "verb",
    "at",
    "organ",
    "office",
    "from_state",
    "to_state",
    "clauses",
    "ground",
    "named",
    "note",
    "facts",
]
PART = ["case_id", "organ", "role", "given_at", "accepted_at", "settled_at"]
CLOCK = [
    "case_id",
    "organ",
    "stage",
    "step",
    "number",
    "unit",
    "clause",
    "started_at",
    "due_at",
    "provisional",
    "ended_at",
    "passed_at",
    "escalations",
    "sweep_at",
]


def _scope(*, actor: Actor, at: datetime, cases: Sequence[HistoricCase]) -> Scope:
    del actor, at
    if not 0 < len(cases) <= MOST:
        raise InvalidInput("cases", f"每批 1 至 {MOST} 件", f"a batch has 1 to {MOST} cases")
    return Scope(
        subject="history", content={"cases": len(cases), "first": cases[0].key, "last": cases[-1].key}
    )


@act(
    "import_history",
    title=("接收历史事项", "take over cases of the past"),
    by=[By.PLATFORM, By.LEAD_OFFICER],
    scope=_scope,
)
def import_history(*, warrant: Warrant, cases: Sequence[HistoricCase]) -> int:
    """接收历史事项。 Take over a batch of past cases with their steps; returns how many. Raises InvalidInput."""
    ids = _ids(len(cases))
    zone = ZoneInfo(places.city().timezone)
    numbers = _numbers(cases, zone)
    known = dict(zip((c.key for c in cases), ids, strict=True))
    known.update(_earlier({c.folded_into for c in cases if c.folded_into} - known.keys()))
    _copy("cases_case", CASE, (_case(c, i, n, known) for c, i, n in zip(cases, ids, numbers, strict=True)))
    _copy("cases_report", REPORT, (_report(c, i, n) for c, i, n in zip(cases, ids, numbers, strict=True)))
    _copy(
        "cases_casestep",
        STEP,
        (row for c, i in zip(cases, ids, strict=True) for row in _steps(c, i, warrant)),
    )
    _copy(
        "cases_assignment",
        PART,
        (
            (i, p.organ, p.role.value, p.given_at, p.accepted_at, p.settled_at)
            for c, i in zip(cases, ids, strict=True)
            for p in c.parts
        ),
    )
    _copy("cases_clock", CLOCK, (row for c, i in zip(cases, ids, strict=True) for row in _clocks(c, i)))
    return len(cases)


def _ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tongxin_month_id(pg_get_serial_sequence('cases_case', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _numbers(cases: Sequence[HistoricCase], zone: ZoneInfo) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [len(cases)])
        given = [row[0] for row in cursor.fetchall()]
    return [f"{c.reported_at.astimezone(zone):%Y%m%d}-{n:06d}" for c, n in zip(cases, given, strict=True)]


def _earlier(keys: set[str]) -> dict[str, int]:
    return dict(Case.objects.filter(client_key__in=keys).values_list("client_key", "id")) if keys else {}


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _case(c: HistoricCase, number: int, name: str, known: dict[str, int]) -> Sequence[Any]:
    path = list(c.path)
    return (
        number,
        name,
        c.key,
        "",
        c.channel.value,
        c.matter,
        c.matter_name,
        c.matter_name_en,
        f"matter:{c.matter}" if c.listed else "",
        c.clauses,
        False,
        c.place,
        c.place_name,
        path,
        path[-2] if len(path) > 1 else "",
        c.lon,
        c.lat,
        c.state.value,
        c.outcome,
        c.outcome_note,
        c.organ,
        c.responsible,
        known.get(c.folded_into),
        c.returns,
        False,
        c.reopened,
        c.overdue,
        c.due_at,
        c.provisional,
        c.reported_at,
        c.settled_at,
        c.closed_at,
        len(c.steps),
        c.synthetic,
    )


def _report(c: HistoricCase, number: int, name: str) -> Sequence[Any]:
    token = rules.report_token(number=name, secret=settings.SECRET_KEY)
    return (number, "", c.text, "", "", "", "", "zh-hans", rules.token_digest(token))


def _steps(c: HistoricCase, number: int, warrant: Warrant) -> Iterable[Sequence[Any]]:
    facts = json.dumps({"taken_over": True})
    for seq, s in enumerate(c.steps, start=1):
        yield (
            warrant.entry,
            number,
            seq,
            s.verb,
            s.at,
            s.organ,
            "",
            s.from_state,
            s.to_state.value,
            c.clauses,
            s.ground,
            s.named,
            s.note,
            facts,
        )


def _clocks(c: HistoricCase, number: int) -> Iterable[Sequence[Any]]:
    for k in c.clocks:
        yield (
            number,
            k.organ,
            k.stage,
            k.step,
            k.number,
            k.unit,
            k.clause,
            k.started_at,
            k.due_at,
            k.provisional,
            k.ended_at,
            None,
            0,
            None if k.ended_at else k.due_at,
        )
