"""The overview page at 10,000,000 cases: states, outcomes, overdue, returns per pair of organs, districts, days. The page reads
the tally that the triggers keep and the worker folds, some thousands of rows whatever the number of cases, and beside it 5,000 deltas
that are not folded yet. The limit is the page's three statements over them by pgbench. In the same run: counting the same
anew from the cases, which must give the same numbers; and reports through the gate with the triggers and without.
"""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import load
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tests.factories import a_report
from tongxin.acts.terms import ANONYMOUS
from tongxin.cases import operations as acts
from tongxin.cases import queries, tally

DELTAS, BATCH, TURNS = 5_000, 50, 6


def prepare(stage: Stage) -> None:
    """Count the loaded cases once: whoever loads past the triggers must."""
    with stage.owner() as owner:
        owner.execute("SELECT tongxin_tally_recount()")
        owner.execute("VACUUM ANALYZE cases_tally, cases_tallydelta")


def run(stage: Stage) -> Run:
    """The page, its statements bare, the recount, and what the triggers cost an intake."""
    stage.enter()
    with stage.owner() as owner:
        owner.execute("DELETE FROM cases_tallydelta")
        owner.execute(  # that much and the same taken away again: nothing but the reading of it is changed
            "INSERT INTO cases_tallydelta SELECT kind, key, s FROM cases_tally, (VALUES (1), (-1)) v(s) "
            "ORDER BY key, kind, s LIMIT %s",
            [DELTAS],
        )
        rows = owner.execute("SELECT count(*) FROM cases_tally").fetchone()[0]
    with stage.serve() as base:
        load.drive(
            base, lambda _: load.request(base, "/overview/"), clients=8, seconds=3
        )  # both processes are warm
        found = load.drive(base, lambda _: load.request(base, "/overview/"), clients=1, seconds=stage.seconds)
    if not found.times:
        raise RuntimeError("no page was answered within the span")
    bare = 1_000 / stage.pgbench(_script(), clients=1)
    begun = time.perf_counter()
    miss = queries.miscounted()
    anew = time.perf_counter() - begun
    if miss is not None:
        raise RuntimeError(f"the tally is not what the cases come to: {miss}")
    return Run(
        ours=found.percentile(0.5),
        limit=bare,
        facts={
            "cases": stage.cases, "rows of the tally": rows, "deltas": DELTAS, "statements": _statements(), **found.facts(),
            "counted anew and compared, s": round(anew, 2), "equal": True,
            "reports with / without the triggers, time": _intake(stage),
        },
    )  # fmt: skip


def _script() -> str:
    """The three statements of the page, as pgbench takes them."""
    summed = f"SELECT key, sum(n)::bigint FROM ({tally.COUNTED}) t WHERE kind = "
    since = (datetime.now(UTC) - timedelta(days=29)).date().isoformat()
    ends = " GROUP BY key HAVING sum(n) <> 0;"
    return "\n".join(
        [
            f"{summed}'standing'{ends}",
            f"{summed}'returns'{ends}",
            f"{summed}'day' AND key >= ARRAY['{since}']{ends}",
        ]
    )


def _statements() -> int:
    """How many statements the page's own counts take, asked in this process."""
    with CaptureQueriesContext(connection) as seen:
        queries.standing()
        queries.returns_by_pair()
        queries.reported_per_day(since=datetime.now(UTC).date())
    return len(seen)


def _intake(stage: Stage) -> float:
    """The time of reports through the gate with the triggers over that without, in batches in turn; the median of the turns."""
    with stage.owner() as owner:
        try:
            found = []
            for _ in range(TURNS):
                took = {}
                for kept in random.sample([True, False], 2):
                    _switch(owner, kept=kept)
                    took[kept] = _reports()
                found.append(took[True] / took[False])
        finally:
            _switch(owner, kept=True)
            owner.execute("SELECT tongxin_tally_recount()")
    return round(statistics.median(found), 3)


def _switch(owner: psycopg.Connection, *, kept: bool) -> None:
    for table, name in tally.TRIGGERS:
        owner.execute(f"ALTER TABLE {table} {'ENABLE' if kept else 'DISABLE'} TRIGGER {name}")


def _reports() -> float:
    at = datetime.now(UTC)
    new = [a_report(reported_at=at) for _ in range(BATCH)]
    begun = time.perf_counter()
    acts.report_cases(actor=ANONYMOUS, at=at, reports=new)
    return time.perf_counter() - begun


FIGURE = Figure(
    name="overview",
    words="The overview page (states, overdue, returns per pair of organs, by district, per day) at 10,000,000 cases.",
    unit="ms", rate=False, asked=300, ratio=None, band=100,
    limit_words="the page's three statements by pgbench", prepare=prepare, run=run, needs=frozenset({"cases-10m"}),
)  # fmt: skip
