"""示意地块 / Illustrative districts and grids, drawn around past requests because no open outline is at hand.

Each neighbourhood's requests are cut into parts of about equal number; the Voronoi cells of the middles of the parts are
the grids, and a district is the union of its grids. Only the cells leave this module, never a request's point.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shapely import STRtree, transform, union_all, voronoi_polygons
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize

Spot = tuple[float, float]

POINTS_PER_GRID = 100  # requests of the learning period in one grid, about
SPREAD = math.cos(math.radians(42.32))  # a degree of longitude, in degrees of latitude
REACH = 0.008  # the city is taken to reach this far beyond the requests, in degrees of latitude: about 900 m
TIDY = 0.0015  # the outline is drawn no finer than this
RASTER = 1e-5  # corners lie on this raster, so that neighbours share theirs exactly


@dataclass(frozen=True, slots=True)
class Grid:
    """网格 / A grid: its code, its district's code, its outline in degrees."""

    code: str
    district: str
    outline: BaseGeometry


def draw_grids(labelled: Sequence[tuple[str | None, Spot]]) -> list[Grid]:
    """示意网格 / Grids around points (longitude, latitude), each with the district it is said to lie in, if any.

    The lines are noded on one raster and the faces built from them: grids share corners and cannot overlap.
    """
    by_district: dict[str, list[Spot]] = defaultdict(list)
    for district, spot in labelled:
        if district:
            by_district[district].append(flat(spot))
    seeds = [
        (district, middle)
        for district, spots in sorted(by_district.items())
        for middle in middles(spots, max(1, round(len(spots) / POINTS_PER_GRID)))
    ]
    hull = outline({flat(spot) for _, spot in labelled})
    edges = voronoi_polygons(MultiPoint([seed for _, seed in seeds]), extend_to=hull, only_edges=True)
    lines = union_all([round_earth(edges), round_earth(hull.boundary)], grid_size=RASTER)
    return name_grids(seeds, faces_within(lines, round_earth(hull)))


def name_grids(seeds: Sequence[tuple[str, Spot]], faces: Iterable[Polygon]) -> list[Grid]:
    """编码 / Gives every face to the nearest seed, and numbers the grids of a district from north to south."""
    tree = STRtree([Point(seed) for _, seed in seeds])
    pieces: dict[int, list[Polygon]] = defaultdict(list)
    for face in faces:
        inside = face.representative_point()
        pieces[int(tree.nearest(Point(flat((inside.x, inside.y)))))].append(face)
    count: dict[str, int] = defaultdict(int)
    grids = []
    for number in sorted(
        pieces, key=lambda index: (seeds[index][0], -seeds[index][1][1], seeds[index][1][0])
    ):
        district = seeds[number][0]
        count[district] += 1
        parts = pieces[number]
        shape = parts[0] if len(parts) == 1 else MultiPolygon(parts)
        grids.append(Grid(f"{district}-{count[district]:02d}", district, shape.normalize()))
    return grids


def faces_within(lines: BaseGeometry, hull: BaseGeometry) -> list[Polygon]:
    """成面 / The faces that the lines enclose, within the hull."""
    faces = polygonize(getattr(lines, "geoms", [lines]))
    return [face for face in faces if hull.contains(face.representative_point())]


def middles(spots: Sequence[Spot], parts: int) -> list[Spot]:
    """聚点 / Cuts points into parts of equal number, each time across the longer side; the middle of each part."""
    if parts == 1 or len(set(spots)) == 1:
        return [(sum(x for x, _ in spots) / len(spots), sum(y for _, y in spots) / len(spots))]
    wide = max(x for x, _ in spots) - min(x for x, _ in spots)
    high = max(y for _, y in spots) - min(y for _, y in spots)
    ordered = sorted(spots, key=lambda spot: spot if wide >= high else spot[::-1])
    cut = len(ordered) * (parts // 2) // parts
    return middles(ordered[:cut], parts // 2) + middles(ordered[cut:], parts - parts // 2)


def outline(spots: Iterable[Spot]) -> Polygon:
    """外廓 / A rounded outline around the greatest connected body of points, without holes."""
    reached = union_all([Point(spot).buffer(REACH, quad_segs=4) for spot in sorted(spots)])
    body = max(getattr(reached, "geoms", [reached]), key=lambda part: part.area)
    return Polygon(body.exterior).simplify(TIDY)


def flat(spot: Spot) -> Spot:
    """展平 / Degrees of latitude both ways, near enough to true distances within one city."""
    return spot[0] * SPREAD, spot[1]


def round_earth(shape: BaseGeometry) -> BaseGeometry:
    """复原 / From the plane back to degrees."""
    return transform(shape, lambda corners: corners / (SPREAD, 1.0))
