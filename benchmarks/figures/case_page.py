"""`GET /cases/NUMBER/`, the same case as an HTML page with everything that an official finds there, head and foot; at most
eight statements (a test counts them). It is bounded by Django's templates, two thirds of its processor
time in a profile, and does not reach the thousand a second that its JSON is asked for. A cache of whole pages would answer the same few cases of a benchmark and
nothing of an official's day, in which each case is opened once.
"""

from benchmarks.figure import Figure, Run
from benchmarks.figures.case import opened, prepare
from benchmarks.stage import Stage


def run(stage: Stage) -> Run:
    """The case as a page; the statements by pgbench are those that it shares with the JSON."""
    found, limit = opened(stage, "/cases/{}/")
    return Run(ours=found.rate, limit=limit, facts={**found.facts(), "rows": stage.cases})


FIGURE = Figure(
    name="case-page",
    words="The page of one case in HTML, read by an official.",
    unit="requests/s", rate=True, asked=1_000, ratio=None, band=0.005,
    limit_words="the three statements of the same case as JSON by pgbench", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
