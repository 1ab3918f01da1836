"""网格与边界的检查。 Grids and boundaries: every fault is seen on its line, and no other."""

import pytest
import shapely

from tongxin.web.pack import check_pack, read_pack
from tongxin.web.pack.checks.grids import OVERLAPS_MAX
from tongxin.web.tests.tiny_pack import (
    DISTRICTS,
    GRIDS,
    ON,
    VERBS,
    district,
    faults_of,
    features,
    grid,
    square,
    tiny_files,
    write_pack,
)

GRIDS_FILE, DISTRICTS_FILE = "places/grids.geojson", "places/districts.geojson"
BOW = [[[117.0, 37.0], [117.05, 37.1], [117.05, 37.0], [117.0, 37.1], [117.0, 37.0]]]
SHAPES = {
    "grids overlap": (grid("g4", "d2", square(117.19, 37.0, 117.2, 37.1)), "grids_overlap"),
    "grid outside its district": (
        grid("g4", "k1", square(117.2, 37.0, 117.3, 37.1)),
        "grid_outside_district",
    ),
    "grid of an unknown parent": (grid("g4", "k9", square(117.2, 37.0, 117.3, 37.1)), "unknown_parent"),
    "grid twice": (grid("g3", "c", square(117.3, 37.0, 117.4, 37.1)), "duplicate"),
    "grid with the code of a place": (grid("k1", "c", square(117.2, 37.0, 117.3, 37.1)), "code_taken"),
    "longitude and latitude exchanged": (
        grid("g4", "k1", square(37.0, 117.2, 37.1, 117.3)),
        "coordinates_swapped",
    ),
    "coordinates out of range": (
        grid("g4", "k1", square(200.0, 200.0, 201.0, 201.0)),
        "coordinates_out_of_range",
    ),
    "polygon crosses itself": (grid("g4", "k1", BOW), "invalid_polygon"),
    "ring too short": (grid("g4", "k1", [[[1, 1], [2, 2], [1, 1]]]), "bad_ring"),
    "ring open": (grid("g4", "k1", [[[1, 1], [2, 2], [3, 1], [4, 4]]]), "ring_open"),
    "point of text": (grid("g4", "k1", [[["1", 1], [2, 2], [3, 1], ["1", 1]]]), "bad_point"),
    "point too large": (grid("g4", "k1", [[[10**400, 1], [2, 2], [3, 1], [10**400, 1]]]), "bad_point"),
    "no polygon": ({"type": "Feature", "properties": {"code": "g4"}, "geometry": None}, "bad_geometry"),
    "no feature": ([], "not_a_feature"),
    "unknown property": ({"properties": {"code": "g4", "colour": "red"}}, "unknown_property"),
    "control character": (grid("g\u202e4", "k1", square(1, 1, 2, 2)), "bad_property"),
    "lone surrogate": (grid("g\ud8004", "k1", square(1, 1, 2, 2)), "bad_property"),
    "bad date of grid": (grid("g4", "k1", square(1, 1, 2, 2), valid_from="2020"), "bad_date"),
}


@pytest.mark.parametrize(("planted", "code"), SHAPES.values(), ids=SHAPES)
def test_faulty_grid_is_seen_on_its_line(tmp_path, planted, code):
    files = tiny_files() | {GRIDS_FILE: features(*GRIDS, planted)}
    assert faults_of(tmp_path, files) == [(GRIDS_FILE, 5, code)]


def test_grids_sharing_an_edge_up_to_rounding_do_not_overlap(tmp_path):
    nudged = grid("g3", "d2", square(117.0999999, 37.0, 117.2, 37.1))
    assert faults_of(tmp_path, tiny_files() | {GRIDS_FILE: features(*GRIDS[:2], nudged)}) == []


def test_grids_all_in_one_place_are_not_compared_without_end(tmp_path):
    heap = [grid(f"h{n}", "d2", square(117.1, 37.0, 117.2, 37.1)) for n in range(400)]
    seen = faults_of(tmp_path, tiny_files() | {GRIDS_FILE: features(*GRIDS[:2], *heap)})
    assert {code for _, _, code in seen} == {"grids_overlap"}
    assert OVERLAPS_MAX <= len(seen) < 400 * 399 / 2


def test_grid_exchanged_within_range_is_known_by_its_district(tmp_path):
    east = {DISTRICTS_FILE: features(district("d1", square(42.0, -71.1, 42.1, -71.0)), DISTRICTS[1])}
    grids = {GRIDS_FILE: features(grid("g1", "k1", square(-71.1, 42.0, -71.0, 42.1)), GRIDS[2])}
    assert faults_of(tmp_path, tiny_files() | east | grids) == [(GRIDS_FILE, 2, "coordinates_swapped")]


DISTRICT_FAULTS = {
    "unknown district": ("d9", 4, "unknown_place"),
    "district twice": ("d1", 4, "duplicate"),
    "street as district": ("s1", 4, "not_a_district"),
}


@pytest.mark.parametrize(("code", "line", "seen"), DISTRICT_FAULTS.values(), ids=DISTRICT_FAULTS)
def test_faulty_district_is_seen_on_its_line(tmp_path, code, line, seen):
    text = features(*DISTRICTS, district(code, square(117.0, 37.0, 117.1, 37.1)))
    assert faults_of(tmp_path, tiny_files() | {DISTRICTS_FILE: text}) == [(DISTRICTS_FILE, line, seen)]


def test_district_with_grids_needs_a_boundary(tmp_path):
    files = tiny_files() | {DISTRICTS_FILE: features(DISTRICTS[0])}
    assert faults_of(tmp_path, files) == [(GRIDS_FILE, 4, "district_without_shape")]


def test_shapes_come_as_read(tmp_path):
    pack, _ = read_pack(write_pack(tmp_path, tiny_files()))
    assert pack is not None
    assert shapely.equals(pack.grids[0].shape, shapely.box(117.0, 37.0, 117.05, 37.1))
    assert check_pack(pack, verbs=VERBS, on=ON) == []
