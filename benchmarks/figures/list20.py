"""`GET /api/desk?size=20`: what waits at the desk of the official's own organ and post, soonest due first, and the pages that
follow by `next` (the key of the last row, never an offset). Three statements whatever the size: who and through which office,
the city, the rows. The rows of each state are read along their index, so that a page costs the same however much waits;
nothing is counted. Any page of any of seven officials, at random. Bounded by Python: the rows become JSON in the process.
"""

from benchmarks import reads
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage

held: dict[str, str] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in."""
    held.update(reads.cookies(stage))


def measured(stage: Stage, size: int) -> Run:
    """Pages of a size under load, then their statements by pgbench."""
    with stage.serve() as base:
        asked = reads.pages(base, held, size)
        found = reads.loaded(base, lambda dice: dice.choice(asked), stage)
    limit = stage.pgbench(reads.desk_script(stage, size), clients=reads.CLIENTS)
    facts = {**found.facts(), "statements": 3, "pages": len(asked), "rows": stage.cases}
    return Run(ours=found.rate, limit=limit, facts=facts)


def run(stage: Stage) -> Run:
    """Pages of twenty."""
    return measured(stage, 20)


FIGURE = Figure(
    name="list20",
    words="A page of 20 of what waits at a desk, by a restricted official, with keyset paging.",
    unit="requests/s", rate=True, asked=300, ratio=None, band=0.02,
    limit_words="its three statements by pgbench", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
