"""The same with a hundred rows: three statements again, five times the rows to be made into JSON, which is what bounds it."""

from benchmarks.figure import Figure, Run
from benchmarks.figures import list20
from benchmarks.stage import Stage


def run(stage: Stage) -> Run:
    """Pages of a hundred."""
    return list20.measured(stage, 100)


FIGURE = Figure(
    name="list100",
    words="A page of 100 of what waits at a desk, by a restricted official, with keyset paging.",
    unit="requests/s", rate=True, asked=150, ratio=None, band=0.02,
    limit_words="its three statements by pgbench", prepare=list20.prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
