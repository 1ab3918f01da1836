"""`GET /cases/NUMBER/`, the same case as an HTML page with everything that an official finds there, head and foot; at most
eight statements (a test counts them). It is bounded by Django's templates, two thirds of its processor
time in a profile, and does not reach the thousand a second that its JSON is asked for. A cache of whole pages would answer the same few cases of a benchmark and
nothing of an official's day, in which each case is opened once.
"""

from benchmarks import reads
from benchmarks.figure import Figure, Run
from benchmarks.load import request
from benchmarks.stage import Stage

held: dict[str, str] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in."""
    held.update(reads.cookies(stage))


def run(stage: Stage) -> Run:
    """The server under load, then the statements it shares with the JSON by pgbench."""
    sessions = list(held.values())
    with stage.serve() as base:
        found = reads.loaded(
            base,
            lambda dice: request(
                base, f"/cases/{reads.number(dice.randint(1, stage.cases))}/", headers=dice.choice(sessions)
            ),
            stage,
        )
    limit = stage.pgbench(reads.case_script(stage), clients=reads.CLIENTS)
    return Run(ours=found.rate, limit=limit, facts={**found.facts(), "rows": stage.cases})


FIGURE = Figure(
    name="case-page",
    words="The page of one case in HTML, read by an official.",
    unit="requests/s", rate=True, asked=1_000, ratio=None, band=0.005,
    limit_words="the three statements of the same case as JSON by pgbench", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
