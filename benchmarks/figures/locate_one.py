"""Locating one point among 50,000 irregular grids of 12 corners, as a report asks for it."""

import statistics
import time
from collections.abc import Callable

import shapely

from benchmarks.figure import Figure, Run
from benchmarks.figures.locate import DAY, bare, prepare, revision
from benchmarks.stage import Stage
from tongxin.places import queries as places
from tongxin.places.tests import mesh

POINTS = 20_000


def run(stage: Stage) -> Run:
    """Point after point through `places.queries.located`, then the bare tree with a point made for each."""
    number = revision(stage)
    tree, _polygons = bare(stage)
    pairs = [(lon, lat) for lon, lat in mesh.points(POINTS, seed=5).tolist()]
    places.located(points=pairs[:1], day=DAY, revision=number)
    ours = _times(pairs, lambda lon, lat: places.located(points=[(lon, lat)], day=DAY, revision=number))
    limit = _times(pairs, lambda lon, lat: tree.query(shapely.points(lon, lat), predicate="intersects"))
    ranked = sorted(ours)
    return Run(
        ours=statistics.mean(ours),
        limit=statistics.mean(limit),
        facts={
            "p50 us": ranked[POINTS // 2],
            "p99 us": ranked[POINTS * 99 // 100],
            "bare p50 us": statistics.median(limit),
        },
    )


def _times(pairs: list[tuple[float, float]], ask: Callable[[float, float], object]) -> list[float]:
    found = []
    for lon, lat in pairs:
        begins = time.perf_counter_ns()
        ask(lon, lat)
        found.append((time.perf_counter_ns() - begins) / 1_000)
    return found


FIGURE = Figure(
    name="locate-one",
    words="one point located among 50,000 irregular grids of 12 corners, the mean over points all over the city",
    unit="us",
    rate=False,
    asked=20,
    ratio=None,
    band=1.5,
    limit_words="shapely STRtree over prepared polygons, a point made and queried with the predicate",
    prepare=prepare,
    run=run,
)
