"""The memory of the server with two processes after traffic of every kind (JSON, the desk, pages of cases, lists, law): the
proportional set size of its process group from /proc/PID/smaps_rollup, so that what the processes share is counted once. It is
with the map of the sample city; beside it stands the same with 50,000 grids. What bounds it: the libraries, and what each process
keeps of the city, of which the boundaries of the grids are the largest part. Of what threads leave behind, two arenas of the C
library are kept instead of one for each of many threads: before, it was 399 MB, and 630 with 50,000 grids.
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
held: dict[str, list[str]] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in, in the city with its own map and in the one with 50,000 grids."""
    for here in (stage.beside("cases-grids"), stage):
        held[here.data] = list(reads.cookies(here).values())


def run(stage: Stage) -> Run:
    """Traffic, then the memory of all processes of the server."""
    _, larger = _held(stage.beside("cases-grids"))
    requests, sizes = _held(stage)
    pss, rss = map(sum, zip(*sizes, strict=True))
    facts = {
        "rss MB": round(rss),
        "processes": len(sizes),
        "requests": requests,
        "rows": stage.cases,
        "MB with 50,000 grids": round(sum(pss for pss, _ in larger)),
    }
    return Run(ours=pss, limit=0, facts=facts)


def _held(here: Stage) -> tuple[int, list[tuple[float, float]]]:
    """How many requests were answered, and what each process of the server held after them."""
    here.enter()

    def made(dice: object) -> bytes:
        kind = dice.randrange(4)  # type: ignore[attr-defined]
        nth = reads.number(dice.randint(1, here.cases))  # type: ignore[attr-defined]
        path = (f"/api/desk/{nth}", f"/cases/{nth}/", "/api/desk?size=100", dice.choice(PATHS))[kind]  # type: ignore[attr-defined]
        return request(base, path, headers=dice.choice(held[here.data]))  # type: ignore[attr-defined]

    with here.serve() as base:
        answered = len(reads.loaded(base, made, here).times)
        return answered, list(machine.memory_of(machine.of_group(here.server.pid)).values())


FIGURE = Figure(
    name="memory",
    words="The memory of the server with two processes and the sample city, after traffic.",
    unit="MB", rate=False, asked=600, ratio=None, band=1.0,
    limit_words="no limit: the ratio is to what is asked", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
