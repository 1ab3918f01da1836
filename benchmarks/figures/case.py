"""One case, read by an official: the answer of `GET /api/cases/NUMBER` with the session's cookie."""

import random

from benchmarks.figure import Figure, Run
from benchmarks.load import drive, request
from benchmarks.stage import Stage
from tests.factories import officer
CLIENTS = 16


def prepare(stage: Stage) -> None:
    """Nothing besides the cases."""


def run(stage: Stage) -> Run:
    import os
    cookie = stage.cookie(officer("bz/371602/urban-management"))
    path=os.environ.get("P","/api/cases/%s")
    def made(dice):
        return request(base, path % f"B{dice.randint(1,stage.cases):09d}" if "%s" in path else path, headers=cookie)
    with stage.serve() as base:
        drive(base, made, clients=CLIENTS, seconds=2)
        found = drive(base, made, clients=CLIENTS, seconds=stage.seconds)
    return Run(ours=found.rate, limit=0, facts=found.facts())


FIGURE = Figure(
    name="case", words="One case, read by an official with the rights check.", unit="requests/s", rate=True, asked=1_000, ratio=None,
    band=0.05, limit_words="the same statement by pgbench", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
