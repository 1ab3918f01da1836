"""The sweep: which limits are due in one minute, among 10,000,000 open clocks.

Ours is the query that the sweeper asks (`cases.queries.clocks_due`), 69 rows with the numbers of their cases; the limit is its
statement by pgbench. It reads the partial index of running clocks from its beginning, so that the number of clocks does not
matter; what is left is one visit to a clock and one to its case for each row, and Django's making of the statement. The facts say
what a whole sweep of the worker takes when nothing is due: the bases of running cases are looked at as well.
"""

import statistics
import time
from datetime import timedelta

from benchmarks import clocks
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tongxin.cases import tasks
from tongxin.cases.queries import clocks_due

TIMES = 50
BARE = """
SELECT k.id, k.stage, c.number FROM cases_clock k JOIN cases_case c ON c.id = k.case_id
 WHERE k.ended_at IS NULL AND k.suspended_at IS NULL AND k.sweep_at <= '{at}' ORDER BY k.sweep_at LIMIT 500;
"""


def run(stage: Stage) -> Run:
    """The window, many times; then the same by pgbench."""
    at = clocks.due_at(stage, 69)
    times = []
    for _ in range(TIMES):
        begins = time.perf_counter()
        found = clocks_due(at=at)
        times.append((time.perf_counter() - begins) * 1_000)
    if len(found) != 69:
        raise RuntimeError(f"{len(found)} clocks are due, and not 69")
    begins = time.perf_counter()
    tasks.sweep(at=at - timedelta(days=30))
    idle = (time.perf_counter() - begins) * 1_000
    limit = 1_000 / stage.pgbench(BARE.format(at=at.isoformat()), clients=1)
    times.sort()
    facts = {"p99 ms": round(times[-1], 2), "rows": len(found), "a sweep with nothing due ms": round(idle, 2)}
    return Run(ours=statistics.median(times), limit=limit, facts=facts)


FIGURE = Figure(
    name="sweep",
    words="limits due in one minute among 10,000,000 open clocks",
    unit="ms",
    rate=False,
    asked=5,
    ratio=None,
    band=12,
    limit_words="the same statement by pgbench, one client",
    prepare=clocks.load,
    run=run,
)
