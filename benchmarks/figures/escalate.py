"""1,000 passed limits escalated through the gate: one sweep of the worker.

Each has its ledger entry with content, its step, its notice, the new state of clock and case, and the digests that the guard
writes of all of them. The limit is the bare SQL of just that under the application's role with the guard on: the same rows in
six statements and one commit, the entries' JSON made beforehand.
"""

import time
from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from benchmarks import clocks
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tongxin.cases import tasks
from tongxin.ledger import operations
from tongxin.ledger.terms import LedgerOutcome, NewEntry

COUNT, COUNT_SHORT = 1_000, 200
DUE = """
SELECT k.id, k.case_id, c.number FROM cases_clock k JOIN cases_case c ON c.id = k.case_id
 WHERE k.ended_at IS NULL AND k.suspended_at IS NULL AND k.sweep_at <= %s ORDER BY k.sweep_at LIMIT %s FOR UPDATE OF k, c
"""
CLOCKS = (
    "UPDATE cases_clock SET passed_at = %s, escalations = escalations + 1, sweep_at = NULL WHERE id = ANY(%s)"
)
STEPS = """
INSERT INTO cases_casestep (entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, ground, named, note, facts)
SELECT r.entry, c.id, c.steps + r.nth, 'escalate_case', %s, '', '', c.state, c.state, %s, '', c.organ, '', '{"stage": "handle", "level": 0}'
  FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS r(entry, id, nth) JOIN cases_case c ON c.id = r.id
"""
CASES = "UPDATE cases_case SET steps = steps + %s, overdue = true WHERE id = ANY(%s)"
NOTICES = """
INSERT INTO acts_notice (entry, recipient, subject, template, args, at)
SELECT r.entry, 'organ:x', 'case:' || r.number, 'overdue', %s, %s FROM unnest(%s::bigint[], %s::text[]) AS r(entry, number)
"""


def run(stage: Stage) -> Run:
    """A sweep of the worker, then the bare statements over the next that are due."""
    count = COUNT_SHORT if stage.short else COUNT
    at = clocks.due_at(stage, count)
    begins = time.perf_counter()
    did = tasks.sweep(at=at, most=count)
    ours = time.perf_counter() - begins
    if did["escalated"] != count:
        raise RuntimeError(f"{did['escalated']} of {count} were escalated")
    limit = _bare(stage, count)
    return Run(
        ours=ours, limit=limit, facts={"escalations": count, "ms each": round(ours / count * 1_000, 3)}
    )


def _bare(stage: Stage, count: int) -> float:
    at = clocks.due_at(stage, count)
    entries = operations.written([_entry(at, nth) for nth in range(count)])
    said = Jsonb({"number": "S00000001", "stage": "handle", "organ": "organ:x"})
    clauses = "law:cn/some-regulation@2021-08-05#a10"
    with stage.app() as app:
        begins = time.perf_counter()
        with app.transaction():
            clock, case, number = map(list, zip(*app.execute(DUE, [at, count]).fetchall(), strict=True))
            numbers = [found[0] for found in app.execute(operations.APPEND, [entries]).fetchall()]
            statements: list[tuple[str, list[Any]]] = [
                (CLOCKS, [at, clock]), (STEPS, [at, clauses, numbers, case]), (CASES, [count, case]),
                (NOTICES, [said, at, numbers, number]),
            ]  # fmt: skip
            for statement, values in statements:
                app.execute(statement, values)
        return time.perf_counter() - begins


def _entry(at: datetime, nth: int) -> NewEntry:
    return NewEntry(
        verb="escalate_case",
        outcome=LedgerOutcome.DONE,
        at=at.astimezone(UTC),
        list_entry="power:escalate_case",
        clauses="law:cn/some-regulation@2021-08-05#a10",
        subject=f"case:S{nth:08}",
        persons=(f"reporter:S{nth:08}",),
        content={"actor": "platform", "case": f"S{nth:08}", "stage": "handle", "clock": nth},
    )


FIGURE = Figure(
    name="escalate",
    words="1,000 passed limits escalated through the gate, in one sweep",
    unit="s",
    rate=False,
    asked=1,
    ratio=None,
    band=6,
    limit_words="the same rows by six bare statements under the application's role, the guard on, one commit",
    prepare=clocks.load,
    run=run,
)
