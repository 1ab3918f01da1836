"""`GET /api/desk/NUMBER` over kept connections, by a client of the bench's own, of a case chosen at random each time, so that no
answer is had from memory. At each request: the session alive, the account open, the office held at this moment (one
statement); the city and its revision (one); the case with its steps, parts, clocks, photos, requests and precedents (one); and
which acts that office can do with it now. It is bounded by Python: by
Django's way through its middleware and the making of some eight kilobytes of JSON; the facts say how much processor time of the
server's processes a request takes, and how much of PostgreSQL's.
"""

from benchmarks import reads
from benchmarks.figure import Figure, Run
from benchmarks.load import Answers, request
from benchmarks.stage import Stage

held: dict[str, str] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in."""
    held.update(reads.cookies(stage))


def opened(stage: Stage, address: str) -> tuple[Answers, float]:
    """The server under load, each time another case at `address` (its number at `{}`); then its statements by pgbench."""
    sessions = list(held.values())
    with stage.serve() as base:
        found = reads.loaded(
            base,
            lambda dice: request(
                base,
                address.format(reads.number(dice.randint(1, stage.cases))),
                headers=dice.choice(sessions),
            ),
            stage,
        )
    return found, stage.pgbench(reads.case_script(stage), clients=reads.CLIENTS)


def run(stage: Stage) -> Run:
    """The case as JSON."""
    found, limit = opened(stage, "/api/desk/{}")
    return Run(ours=found.rate, limit=limit, facts={**found.facts(), "statements": 3, "rows": stage.cases})


FIGURE = Figure(
    name="case",
    words="One case read by an official as JSON, with the check of session and office and what the office may do.",
    unit="requests/s", rate=True, asked=1_000, ratio=None, band=0.02,
    limit_words="its three statements by pgbench", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
