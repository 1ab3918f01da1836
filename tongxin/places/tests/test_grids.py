"""Locating by raster and tree gives what the plain tree gives: for every point, on shared borders and corners as well."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from tongxin.places.rules import GridIndex
from tongxin.places.rules.raster import ASK, rasterised
from tongxin.places.tests.mesh import rings as rings_of

Points = list[tuple[float, float]]


def plain(polygons: list[Any], keys: list[int], points: Points) -> list[int | None]:
    """The answer that is asked for: the smallest key among the grids that a point meets, by the library alone."""
    found: list[int | None] = [None] * len(points)
    for point, polygon in zip(
        *shapely.STRtree(polygons).query(shapely.points(points), predicate="intersects").tolist(), strict=True
    ):
        before = found[point]
        found[point] = keys[polygon] if before is None else min(before, keys[polygon])
    return found


def index_of(polygons: list[Any], keys: list[int]) -> GridIndex:
    return GridIndex([(key, mapping(polygon)) for key, polygon in zip(keys, polygons, strict=True)])


def test_200_000_random_points_and_every_corner_and_border_are_located_as_by_the_plain_tree() -> None:
    rings = rings_of(40, seed=7)
    polygons = [shapely.Polygon(ring) for ring in rings]
    keys = np.random.default_rng(1).permutation(len(rings)).tolist()
    dice = np.random.default_rng(2)
    random = np.column_stack([dice.uniform(117.48, 118.42, 200_000), dice.uniform(36.98, 37.72, 200_000)])
    corners = np.concatenate(rings)
    part = dice.uniform(0, 1, (len(rings), 12, 1))
    borders = np.concatenate([ring[:-1] + part[n] * (ring[1:] - ring[:-1]) for n, ring in enumerate(rings)])
    points: Points = [tuple(point) for point in np.concatenate([random, corners, borders]).tolist()]
    index = index_of(polygons, keys)
    expected = plain(polygons, keys, points)
    assert index.locate(points) == expected
    assert [index.locate([point])[0] for point in points[190_000:210_000]] == expected[190_000:210_000]
    assert expected.count(None) > 1_000 and len(set(expected)) == len(keys) + 1


def test_most_points_need_no_geometry() -> None:
    cells = rasterised(np.array([shapely.Polygon(ring) for ring in rings_of(40, seed=7)])).cells
    assert 0.1 < (cells == ASK).mean() < 0.4


@pytest.mark.parametrize("swap", [False, True])
def test_a_point_on_a_shared_border_belongs_to_the_grid_with_the_smaller_key(swap: bool) -> None:
    keys = [9, 4] if swap else [4, 9]
    index = index_of([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)], keys)
    points: Points = [(1, 0.5), (1, 0), (1, 1), (0, 0), (2, 1), (0.5, 0.5), (1.5, 0.5), (2.0000001, 0.5)]
    left, right = keys
    assert index.locate(points) == [4, 4, 4, left, right, left, right, None]
    assert [index.locate([point])[0] for point in points] == [4, 4, 4, left, right, left, right, None]


def test_of_grids_that_overlap_the_smaller_key_has_the_point_and_holes_belong_to_nobody() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(3, 3, 7, 7))
    two = shapely.MultiPolygon([shapely.box(20, 0, 24, 4), shapely.box(26, 0, 30, 4)])
    polygons = [ring, shapely.box(5, 0, 15, 2), two]
    dice = np.random.default_rng(3)
    points: Points = [tuple(p) for p in dice.uniform(-1, 31, (20_000, 2)).tolist()]
    for keys in ([1, 2, 3], [3, 2, 1]):
        assert index_of(polygons, keys).locate(points) == plain(polygons, keys, points)
    assert index_of(polygons, [1, 2, 3]).locate([(5, 5), (25, 2), (22, 2), (6, 1)]) == [None, None, 3, 1]


coordinates = st.floats(-5, 5, allow_nan=False, width=32) | st.integers(-4, 4).map(float)
spots = st.tuples(coordinates, coordinates)


@given(
    st.lists(st.lists(spots, min_size=3, max_size=12, unique=True), min_size=1, max_size=6),
    st.lists(spots, max_size=30),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_any_polygons_are_answered_for_as_by_the_plain_tree(
    rings: list[Points], points: Points, data: st.DataObject
) -> None:
    polygons = [polygon for ring in rings if (polygon := shapely.Polygon(ring)).is_valid]
    if not polygons:
        return
    keys = data.draw(st.permutations(range(len(polygons))))
    corners = [corner for ring in rings for corner in ring]
    middles = [((a + c) / 2, (b + d) / 2) for ring in rings for (a, b), (c, d) in itertools.pairwise(ring)]
    asked = [*points, *corners, *middles]
    index = index_of(polygons, keys)
    expected = plain(polygons, keys, asked)
    assert index.locate(asked) == expected
    assert [index.locate([point])[0] for point in asked] == expected


def test_what_is_no_place_on_the_map_is_in_no_grid() -> None:
    index = index_of([shapely.box(0, 0, 1, 1)], [1])
    odd = [float("nan"), float("inf"), float("-inf"), 1e300, -1e300]
    points: Points = [(a, b) for a in [*odd, 0.5] for b in [*odd, 0.5] if (a, b) != (0.5, 0.5)]
    assert index.locate(points) == [None] * len(points)
    assert [index.locate([point])[0] for point in points] == [None] * len(points)


def test_a_city_without_grids_locates_nothing() -> None:
    assert GridIndex([]).locate([(0, 0), (1, 1)]) == [None, None]
    assert GridIndex([(1, json.loads('{"type": "Polygon", "coordinates": []}'))]).locate([(0, 0)]) == [None]
    assert index_of([shapely.box(0, 0, 1, 1)], [1]).locate([]) == []


def test_a_boundary_that_is_no_area_is_refused_by_its_key() -> None:
    with pytest.raises(ValueError, match="grid 7 is a LineString"):
        GridIndex([(7, {"type": "LineString", "coordinates": [[0, 0], [1, 1]]})])
