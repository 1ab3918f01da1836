"""The memory of the server with two processes after traffic of every kind (JSON, the desk, pages of cases, lists, law): the
proportional set size of its process group from /proc/PID/smaps_rollup, so that what the processes share is counted once. What
bounds it was not weighed part by part: the libraries, and what each process keeps of the city (boundaries of the grids, places,
organs, matters).
"""

import os
from pathlib import Path

from benchmarks import reads
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
        pss, rss, processes = memory_of(stage.server.pid)
    facts = {"rss MB": round(rss), "processes": processes, "requests": len(found.times), "rows": stage.cases}
    return Run(ours=pss, limit=0, facts=facts)


def memory_of(leader: int) -> tuple[float, float, int]:
    """Proportional and resident set size in MB of a process group, and how many processes it has."""
    pss = rss = count = 0
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(place.name)) != leader:
                continue
            lines = (place / "smaps_rollup").read_text().splitlines()
        except OSError:  # ended meanwhile
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
        pss, rss, count = pss + sizes["Pss"], rss + sizes["Rss"], count + 1
    return pss / 1024, rss / 1024, count


FIGURE = Figure(
    name="memory",
    words="The memory of the server with two processes and the sample city, after traffic.",
    unit="MB", rate=False, asked=600, ratio=None, band=1.0,
    limit_words="no limit: the ratio is to what is asked", prepare=prepare, run=run, needs=frozenset({"cases"}),
)  # fmt: skip
