"""生成示意网格。 Generate the illustrative grids of this pack.

Reads places/places.csv and places/districts.geojson, writes places/grids.geojson. No street, community or grid
boundary was at hand under an open licence, so the grids are drawn by arithmetic: they show how a city divided into
grids works, and say nothing about where any real community lies. Needs shapely and numpy; run from anywhere:

    python city/binzhou/make_grids.py

How: in each district, as many points as it has grids are strewn (denser in the middle) and evened out; their Voronoi
cells, clipped to the district, are the grids. The cells are then dealt out by halving again and again: first the
subdistricts (in the middle) from the towns, then street from street, then community from community; each half is
mended until it hangs together. So grids of a community, communities of a street and streets of a district are in one
piece. All lines of the city are noded together on a raster of 0.00001 degree, so that neighbours share their edges.
"""

import csv
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
NOTICE = "示意 generated tessellation, not a survey, not tied to real boundaries"
SEED = 371600
RASTER = 1e-5  # degree; about one metre
ROUNDS = 4  # of evening out (Lloyd); more would level the denser middle
VALID_FROM = "2023-06-30"

Points = npt.NDArray[np.float64]
Neighbours = dict[int, set[int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Community:
    """一个村（居）。 One community and how many grids it gets."""

    code: str
    name: str
    grids: int


def grid_count(*, code: str, name: str) -> int:
    """两个市辖区街道内的社区分两个网格，其余一个。 Two for residents' communities in subdistricts of the urban districts."""
    urban = code[:6] in {"371602", "371603"} and code[6] == "0"
    resident = name.endswith(("居委会", "居民委员会")) and "类似" not in name
    return 2 if urban and resident else 1


def short_name(name: str) -> str:
    """去掉委员会字样。 Name of the community without the word committee."""
    for tail in ("类似居委会", "类似村委会", "虚拟生活区", "居民委员会", "居委会", "生活区"):
        if name.endswith(tail):
            return name.removesuffix(tail)
    for tail in ("民委员会", "委会"):
        if name.endswith("村" + tail):
            return name.removesuffix(tail).replace("村村", "村").replace("社区村", "社区")
    return name


def read_places() -> dict[str, dict[str, list[Community]]]:
    """区县 → 街道 → 村居。 Communities by street by district, in the order of the codes."""
    found: dict[str, dict[str, list[Community]]] = {}
    with (HERE / "places" / "places.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code, name = row["code"], row["name"]
            if row["level"] == "district":
                found[code] = {}
            elif row["level"] == "street":
                found[row["parent"]][code] = []
            elif row["level"] == "community":
                one = Community(code=code, name=name, grids=grid_count(code=code, name=name))
                found[code[:6]][row["parent"]].append(one)
    return found


def read_districts() -> dict[str, BaseGeometry]:
    """区县面。 District polygons on the raster."""
    text = (HERE / "places" / "districts.geojson").read_text(encoding="utf-8")
    return {
        one["properties"]["code"]: shapely.set_precision(
            shapely.from_geojson(json.dumps(one["geometry"])), RASTER
        )
        for one in json.loads(text)["features"]
    }


def strewn_points(*, area: BaseGeometry, number: int, random: np.random.Generator) -> Points:
    """中间密、四周疏的点，再均匀化。 Points denser in the middle, evened out by a few Lloyd rounds."""
    west, south, east, north = area.bounds
    middle, reach = np.array(area.centroid.coords[0]), math.sqrt(area.area) / 5
    shapely.prepare(area)
    points: list[Points] = []
    while len(points) < number:
        place = random.uniform((west, south), (east, north))
        density = 0.18 + 0.82 * math.exp(-float(np.sum(((place - middle) / reach) ** 2)))
        if random.random() < density and shapely.contains_xy(area, *place):
            points.append(place)
    strewn = np.array(points)
    for _ in range(ROUNDS):
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(strewn), extend_to=area))
        pieces = [
            max(shapely.get_parts(cell), key=shapely.area) for cell in shapely.intersection(cells, area)
        ]
        inner = [
            one.centroid if area.contains(one.centroid) else one.representative_point() for one in pieces
        ]
        strewn = np.array([one.coords[0] for one in inner])
    return strewn


def voronoi_lines(*, area: BaseGeometry, points: Points) -> BaseGeometry:
    """区县内的分界线。 Edges between the points' cells, inside the district."""
    edges = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=area, only_edges=True)
    return shapely.intersection(edges, area)


def cells_of(*, faces: Sequence[BaseGeometry], points: Points, squeeze: float) -> list[BaseGeometry]:
    """每点一格；碎片并入邻格。 One cell per point; a piece cut off by the boundary joins its longest neighbour."""
    wide = np.array([squeeze, 1.0])
    inner = np.array([face.representative_point().coords[0] for face in faces]) * wide
    owner = ((inner[:, None, :] - points[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    held: list[list[BaseGeometry]] = [[] for _ in points]
    for face, one in zip(faces, owner, strict=True):
        held[one].append(face)
    loose: list[BaseGeometry] = []
    cells: list[BaseGeometry] = []
    for mine in held:
        pieces = sorted(shapely.get_parts(shapely.coverage_union_all(mine)), key=shapely.area)
        cells.append(pieces[-1])
        loose.extend(pieces[:-1])
    for piece in sorted(loose, key=shapely.area, reverse=True):
        borders = shapely.length(shapely.intersection(np.array(cells), piece))
        nearest = int(np.argmax(borders))
        cells[nearest] = shapely.coverage_union(cells[nearest], piece)
    return cells


def neighbours_of(cells: Sequence[BaseGeometry]) -> Neighbours:
    """共边的邻格。 Cells that share an edge, not only a corner."""
    found: Neighbours = {one: set() for one in range(len(cells))}
    tree = shapely.STRtree(cells)
    left, right = tree.query(cells, predicate="intersects")
    shared = shapely.length(shapely.intersection(np.array(cells)[left], np.array(cells)[right]))
    for one, other, length in zip(left.tolist(), right.tolist(), shared, strict=True):
        if one != other and length > 2 * RASTER:
            found[one].add(other)
    return found


def pieces_of(*, members: set[int], beside: Neighbours) -> list[set[int]]:
    """连通的几块，大的在前。 Connected pieces, the largest first."""
    left, found = set(members), []
    while left:
        stack, piece = [min(left)], set()
        left.discard(stack[0])
        while stack:
            one = stack.pop()
            piece.add(one)
            more = beside[one] & left
            left -= more
            stack.extend(sorted(more))
        found.append(piece)
    return sorted(found, key=lambda piece: (-len(piece), min(piece)))


def halved(
    *, members: set[int], wanted: int, rank: dict[int, float], beside: Neighbours
) -> tuple[set[int], set[int]] | None:
    """按次序切成连通的两半，前半恰好这么多格。 Two connected halves, the first of `wanted` cells; None where stuck."""
    order = sorted(members, key=lambda one: (rank[one], one))
    first, second = set(order[:wanted]), set(order[wanted:])
    for _ in range(4):
        for here, there in ((first, second), (second, first)):
            for piece in pieces_of(members=here, beside=beside)[1:]:
                here.difference_update(piece)
                there.update(piece)
    while len(first) != wanted:
        giver, taker = (second, first) if len(first) < wanted else (first, second)
        sign = 1 if giver is second else -1
        edge = sorted((one for one in giver if beside[one] & taker), key=lambda one: (sign * rank[one], one))
        safe = (one for one in edge if len(pieces_of(members=giver - {one}, beside=beside)) == 1)
        moved = next(safe, None)
        if moved is None:
            return None
        giver.discard(moved)
        taker.add(moved)
    whole = all(len(pieces_of(members=half, beside=beside)) == 1 for half in (first, second))
    return (first, second) if whole else None


def directions(*, members: Iterable[int], points: Points) -> Iterator[dict[int, float]]:
    """沿长轴、再依次转向的位置。 Positions along the long axis of the members, then along turned axes."""
    listed = sorted(members)
    spread = points[listed] - points[listed].mean(axis=0)
    axis = np.linalg.svd(spread, full_matrices=False)[2][0]
    long = math.atan2(axis[1], axis[0]) % math.pi
    for eighth in (0, 1, -1, 2, -2, 3, -3, 4):
        angle = long + eighth * math.pi / 8
        yield dict(zip(listed, (spread @ (math.cos(angle), math.sin(angle))).tolist(), strict=True))


def dealt(
    *, members: set[int], shares: Sequence[tuple[str, int]], points: Points, beside: Neighbours
) -> dict[str, set[int]] | None:
    """把一片格子分给各单位，各成一片。 Deal cells out to units by halving, each in one piece; None where impossible."""
    if len(shares) == 1:
        return {shares[0][0]: members}
    sums = np.cumsum([number for _, number in shares])
    cuts = np.argsort(np.abs(sums[:-1] * 2 - sums[-1]), kind="stable") + 1
    for cut in cuts[:6].tolist():
        for rank in directions(members=members, points=points):
            halves = halved(members=members, wanted=int(sums[cut - 1]), rank=rank, beside=beside)
            if halves is None:
                continue
            first = dealt(members=halves[0], shares=shares[:cut], points=points, beside=beside)
            if first is None:
                continue
            second = dealt(members=halves[1], shares=shares[cut:], points=points, beside=beside)
            if second is not None:
                return first | second
    return None


def dealt_to_streets(
    *, streets: dict[str, list[Community]], points: Points, beside: Neighbours, middle: Points
) -> dict[str, set[int]]:
    """街道居中，乡镇在外，再分到各街道乡镇。 Subdistricts in the middle, towns around, then each its own."""
    shares = [(code, sum(one.grids for one in found)) for code, found in sorted(streets.items())]
    inner = [share for share in shares if share[0][6] == "0"]
    outer = [share for share in shares if share[0][6] != "0"]
    distance = {one: float(np.hypot(*(point - middle))) for one, point in enumerate(points)}
    number = sum(grids for _, grids in inner)
    halves = halved(members=set(range(len(points))), wanted=number, rank=distance, beside=beside)
    core = halves and dealt(members=halves[0], shares=inner, points=points, beside=beside)
    ring = halves and dealt(members=halves[1], shares=outer, points=points, beside=beside)
    if core is None or ring is None:
        raise ValueError("the cells cannot be dealt out in one piece each; take another SEED")
    return core | ring


def feature(*, one: Community, number: int, cell: BaseGeometry) -> str:
    """一行一个网格。 One grid as one line of GeoJSON."""
    facts = {
        "code": f"{one.code}g{number}",
        "name": f"{short_name(one.name)}第{number}网格",
        "name_en": f"Grid {number}",
        "parent": one.code,
        "valid_from": VALID_FROM,
    }
    ring = [[round(x, 5), round(y, 5)] for x, y in cell.exterior.coords]
    line = {"type": "Feature", "properties": facts, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """生成并写出。 Generate and write."""
    places, districts = read_places(), read_districts()
    squeezes: dict[str, float] = {}
    strewn: dict[str, Points] = {}
    lines: list[BaseGeometry] = []
    for code, area in districts.items():
        squeeze = math.cos(math.radians(area.centroid.y))  # a cell is then as wide as high on the ground
        number = sum(one.grids for found in places[code].values() for one in found)
        flat = shapely.transform(area, lambda xy, s=squeeze: xy * (s, 1.0))
        random = np.random.default_rng((SEED, int(code)))
        points = strewn_points(area=flat, number=number, random=random)
        edges = voronoi_lines(area=flat, points=points)
        lines += [area.boundary, shapely.transform(edges, lambda xy, s=squeeze: xy / (s, 1.0))]
        squeezes[code], strewn[code] = squeeze, points
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=RASTER)]))
    inner = shapely.point_on_surface(faces)
    written: list[str] = []
    for code, area in districts.items():
        mine = [face for face, held in zip(faces, shapely.contains(area, inner), strict=True) if held]
        points = strewn[code]
        cells = cells_of(faces=mine, points=points, squeeze=squeezes[code])
        beside = neighbours_of(cells)
        middle = np.array(area.centroid.coords[0]) * (squeezes[code], 1.0)
        by_street = dealt_to_streets(streets=places[code], points=points, beside=beside, middle=middle)
        for street, communities in sorted(places[code].items()):
            shares = [(one.code, one.grids) for one in communities]
            held = dealt(members=by_street[street], shares=shares, points=points, beside=beside)
            if held is None:
                raise ValueError(
                    f"{street}: the cells cannot be dealt out in one piece each; take another SEED"
                )
            for one in communities:
                written += [
                    feature(one=one, number=number, cell=cells[cell])
                    for number, cell in enumerate(sorted(held[one.code]), start=1)
                ]
    body = ",\n".join(written)
    text = f'{{"type":"FeatureCollection","notice":"{NOTICE}","features":[\n{body}\n]}}\n'
    (HERE / "places" / "grids.geojson").write_text(text, encoding="utf-8")
    print(f"{len(written)} grids")


if __name__ == "__main__":
    main()
