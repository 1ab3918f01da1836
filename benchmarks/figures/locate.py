"""Locating points among 50,000 irregular grids of 12 corners, in bulk.

Ours is what intake calls, `places.queries.located`: from (lon, lat) pairs to the spots of the grids. The limit is shapely's STRtree
over prepared polygons, asked with the predicate for an array of the same points. The grids stand in the stage's own database.
"""

import json
import resource
import time
from typing import Any

import numpy as np
import shapely

from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tests.plugin import FOUNDED
from tongxin.places import queries as places
from tongxin.places.tests import mesh

SIDE, SIDE_SHORT = 224, 70  # grids along a side: 50,176, or 4,900
POINTS, POINTS_SHORT = 1_000_000, 100_000
DAY = FOUNDED.date()
GRIDS = """
INSERT INTO places_place (scheme, code, level, name, name_en, path, valid_from, boundary)
SELECT 'bench', 'b' || n, 'grid', 'b' || n, '', ARRAY['b' || n], '2020-01-01', boundary::jsonb FROM unnest(%s::text[]) WITH ORDINALITY AS t(boundary, n)
"""


def prepare(stage: Stage) -> None:
    """The mesh instead of the city's own grids."""
    side = SIDE_SHORT if stage.short else SIDE
    boundaries = [
        json.dumps({"type": "Polygon", "coordinates": [ring]}) for ring in mesh.rings(side).tolist()
    ]
    with stage.owner() as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute("UPDATE places_place SET boundary = NULL WHERE level = 'grid' AND scheme <> 'bench'")
        owner.execute("DELETE FROM places_place WHERE scheme = 'bench'")
        owner.execute(GRIDS, [boundaries])


def revision(stage: Stage) -> int:
    """A revision of the city's facts under which the mesh is the map."""
    stage.enter()
    return -(SIDE_SHORT if stage.short else SIDE)


def bare(stage: Stage) -> tuple[shapely.STRtree, Any]:
    """The limit's tree over prepared polygons, and the polygons."""
    polygons = shapely.polygons(mesh.rings(SIDE_SHORT if stage.short else SIDE))
    shapely.prepare(polygons)
    tree = shapely.STRtree(polygons)
    tree.query(shapely.points([[mesh.WEST, mesh.SOUTH]]))
    return tree, polygons


def run(stage: Stage) -> Run:
    """The map built (timed apart), the points located, the same points by the bare tree."""
    number = revision(stage)
    for kept in (places.map_print, places.grid_index, places.spots_by_id):
        kept.cache_clear()
    begins = time.perf_counter()
    places.located(points=[(0.0, 0.0)], day=DAY, revision=number)
    built = time.perf_counter() - begins
    spots = mesh.points(POINTS_SHORT if stage.short else POINTS)
    pairs = [tuple(pair) for pair in spots.tolist()]
    begins = time.perf_counter()
    found = places.located(points=pairs, day=DAY, revision=number)
    ours = len(pairs) / (time.perf_counter() - begins)
    tree, _polygons = bare(stage)
    begins = time.perf_counter()
    point, polygon = tree.query(shapely.points(spots), predicate="intersects")
    limit = len(pairs) / (time.perf_counter() - begins)
    first = np.full(len(pairs), -1)
    first[point[::-1]] = polygon[::-1]
    if [spot.code if spot else None for spot in found] != [
        f"b{n + 1}" if n >= 0 else None for n in first.tolist()
    ]:
        raise RuntimeError("the answers are not those of the bare tree")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(
        ours=ours,
        limit=limit,
        facts={
            "points": len(pairs),
            "grids": len(tree),
            "map built s": round(built, 2),
            "most memory MB": round(memory),
        },
    )


FIGURE = Figure(
    name="locate",
    words="points located among 50,000 irregular grids of 12 corners, in bulk, spots and all",
    unit="points/s",
    rate=True,
    asked=250_000,
    ratio=None,
    band=0.7,
    limit_words="shapely STRtree over prepared polygons, queried with the predicate for the array of points",
    prepare=prepare,
    run=run,
)
