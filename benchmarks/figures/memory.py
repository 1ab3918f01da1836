"""The memory of the server with two processes after traffic of every kind (JSON, the desk, pages of cases, lists, law): the
proportional set size of its process group from /proc/PID/smaps_rollup, so that what the processes share is counted once. What
bounds it was not weighed part by part: the libraries, and what each process keeps of the city (boundaries of the grids, places,
organs, matters).
"""

from benchmarks import machine, reads
from benchmarks.figure import Figure, Run
from benchmarks.load import request
from benchmarks.stage import Stage

PATHS = (
    "/",
    "/overview/",
    "/lists/",
    "/law/",
    "/data/",
    "/desk/",
    "/cases/",
    "/api/matters",
    "/api/cases",
    "/api/desk",
)
held: dict[str, str] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in."""
    held.update(reads.cookies(stage))


def run(stage: Stage) -> Run:
    """Traffic, then the memory of all processes of the server."""
    sessions = list(held.values())

    def made(dice: object) -> bytes:
        kind = dice.randrange(4)  # type: ignore[attr-defined]
        nth = reads.number(dice.randint(1, stage.cases))  # type: ignore[attr-defined]
        path = (f"/api/desk/{nth}", f"/cases/{nth}/", "/api/desk?size=100", dice.choice(PATHS))[kind]  # type: ignore[attr-defined]
        return request(base, path, headers=dice.choice(sessions))  # type: ignore[attr-defined]

    with stage.serve() as base:
        found = reads.loaded(base, made, stage)
        held_now = machine.memory_of(machine.of_group(stage.server.pid)).values()
    pss, rss = (sum(sizes) for sizes in zip(*held_now, strict=True))
    facts = {
        "rss MB": round(rss),
        "processes": len(held_now),
        "requests": len(found.times),
        "rows": stage.cases,
    }
    return Run(ours=pss, limit=0, facts=facts)


FIGURE = Figure(
    name="memory",
    words="The memory of the server with two processes and the sample city, after traffic.",
    unit="MB", rate=False, asked=600, ratio=None, band=1.0,
    limit_words="no limit: the ratio is to what is asked", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
