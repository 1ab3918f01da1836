"""网格的检查。 Checks of districts and grids: valid polygons, right coordinates, no overlap, inside their district."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from tongxin.web.pack.checks.common import grouped, twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.columns import DISTRICTS_FILE
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import DistrictShape, GridRow

TOLERANCE_M2: Final = 25.0
TOLERANCE_SHARE: Final = 0.005
OVERLAPS_MAX: Final = 1_000
_BATCH: Final = 64
_METRES_PER_DEGREE: Final = 111_320.0

Shapes = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Shaped = DistrictShape | GridRow
S = TypeVar("S", DistrictShape, GridRow)


def check_district_codes(facts: Facts) -> Iterator[Fault]:
    """边界与区县一一对应。 Every boundary is that of one district; a district has one boundary at most."""
    yield from twice(
        facts.pack.districts, lambda row: row.code, code="duplicate", what_zh="区县边界", what_en="district"
    )
    for row in facts.pack.districts:
        place = facts.places.get(row.code)
        if place is None and not facts.knows_place(row.code):
            yield row.fault("unknown_place", f"未知的区县“{row.code}”", f"unknown district '{row.code}'")
        elif place is not None and place.level != "district":
            yield row.fault("not_a_district", f"“{row.code}”不是区县", f"'{row.code}' is not a district")


def check_grid_codes(facts: Facts) -> Iterator[Fault]:
    """网格编码唯一，也不与地点相同。 Codes of grids are unique, also among the places."""
    yield from twice(
        facts.pack.grids, lambda row: row.code, code="duplicate", what_zh="网格编码", what_en="grid code"
    )
    taken = {row.code for row in facts.pack.places}
    for row in facts.pack.grids:
        if row.code in taken:
            zh, en = f"编码“{row.code}”已是地点的编码", f"code '{row.code}' is already that of a place"
            yield row.fault("code_taken", zh, en)


def check_grid_parents(facts: Facts) -> Iterator[Fault]:
    """网格的上级存在。 The parent of a grid is a place of the city."""
    for row in facts.pack.grids:
        if not facts.knows_place(row.parent):
            yield row.fault("unknown_parent", f"未知的上级“{row.parent}”", f"unknown parent '{row.parent}'")


def check_districts_shaped(facts: Facts) -> Iterator[Fault]:
    """有网格的区县须有边界。 A district that has grids has a boundary, or its grids cannot be checked or drawn."""
    if not facts.pack.losses.whole(DISTRICTS_FILE):
        return
    shaped = {row.code for row in facts.pack.districts}
    for district, grids in grouped(facts.pack.grids, lambda row: facts.district_of(row.parent)).items():
        if district is not None and district not in shaped:
            zh, en = f"区县“{district}”没有边界", f"district '{district}' has no boundary"
            yield grids[0].fault("district_without_shape", zh, en)


def check_shapes(facts: Facts) -> Iterator[Fault]:
    """面有效、坐标在范围内；网格互不重叠、不出区县。 Shapes are sound; sound grids are compared with each other and
    with the sound boundary of their district.
    """
    yield from _unsound(facts.pack.districts)
    yield from _unsound(facts.pack.grids)
    grids = _sound(facts.pack.grids)
    yield from _overlaps(grids)
    yield from _outside(facts, grids)


def _unsound(rows: Sequence[Shaped]) -> Iterator[Fault]:
    """无效的面、超出范围或经纬颠倒的坐标。 Faults for invalid polygons and for coordinates out of range or exchanged."""
    shapes = _shapes(rows)
    for row, sound, swapped in zip(rows, _in_range(shapes), _in_range(_swap(shapes)), strict=True):
        if not sound and swapped:
            yield _swapped(row)
        elif not sound:
            en = f"'{row.code}': coordinates out of range"
            yield row.fault("coordinates_out_of_range", f"“{row.code}”坐标超出范围", en)
    for row, valid in zip(rows, shapely.is_valid(shapes), strict=True):
        if not valid:
            reason = str(shapely.is_valid_reason(row.shape))
            yield row.fault(
                "invalid_polygon", f"“{row.code}”的面无效：{reason}", f"'{row.code}' is invalid: {reason}"
            )


def _overlaps(grids: Sequence[GridRow]) -> Iterator[Fault]:
    """重叠超出容差的网格。 A fault for each two grids that overlap by more than the tolerance, at the later one.

    Worked off in batches, and given up after a thousand: a file of grids all in one place is broken as a whole.
    """
    shapes = _shapes(grids)
    tree = shapely.STRtree(shapes)
    sizes = shapely.area(shapes) * _square_metres(shapes)
    found = 0
    for start in range(0, len(grids), _BATCH):
        left, right = tree.query(shapes[start : start + _BATCH])
        left = left + start
        left, right = left[left < right], right[left < right]
        common = shapely.area(shapely.intersection(shapes[left], shapes[right])) * _square_metres(
            shapes[left]
        )
        for index in np.flatnonzero(common > _tolerance(np.minimum(sizes[left], sizes[right]))):
            yield _one_overlap(grids[left[index]], grids[right[index]], common=float(common[index]))
            found += 1
        if found >= OVERLAPS_MAX:
            return


def _one_overlap(first: GridRow, second: GridRow, *, common: float) -> Fault:
    """两个网格重叠；行次即文件中的次序。 Two grids that overlap, in the order of the file."""
    zh = f"网格“{second.code}”与第 {first.line} 行的“{first.code}”重叠约 {common:.0f} 平方米"
    en = f"grid '{second.code}' overlaps '{first.code}' of line {first.line} by about {common:.0f} m2"
    return second.fault("grids_overlap", zh, en)


def _outside(facts: Facts, grids: Sequence[GridRow]) -> Iterator[Fault]:
    """超出所属区县的网格。 A fault for each grid that leaves its district by more than the tolerance."""
    districts = {row.code: row.shape for row in _sound(facts.pack.districts)}
    for code, rows in grouped(grids, lambda row: facts.district_of(row.parent)).items():
        if code is None or code not in districts:
            continue
        district = districts[code]
        shapely.prepare(district)
        shapes = _shapes(rows)
        beyond = np.flatnonzero(~shapely.covers(district, shapes))
        shapes = shapes[beyond]
        excess = shapely.area(shapely.difference(shapes, district)) * _square_metres(shapes)
        sizes = shapely.area(shapes) * _square_metres(shapes)
        for index in np.flatnonzero(excess > _tolerance(sizes)):
            yield _one_outside(rows[beyond[index]], code=code, district=district, excess=float(excess[index]))


def _one_outside(grid: GridRow, *, code: str, district: BaseGeometry, excess: float) -> Fault:
    """越界的一个网格；颠倒后落在区县内的按经纬颠倒报。 Outside its district, or exchanged if that explains it."""
    apart = not shapely.intersects(district, grid.shape)
    if apart and shapely.intersects(district, _swap(_shapes([grid]))[0]):
        return _swapped(grid)
    zh = f"网格“{grid.code}”超出区县“{code}”约 {excess:.0f} 平方米"
    en = f"grid '{grid.code}' leaves district '{code}' by about {excess:.0f} m2"
    return grid.fault("grid_outside_district", zh, en)


def _swapped(row: Shaped) -> Fault:
    en = f"'{row.code}': longitude and latitude are exchanged"
    return row.fault("coordinates_swapped", f"“{row.code}”经纬度颠倒", en)


def _sound(rows: Sequence[S]) -> list[S]:
    shapes = _shapes(rows)
    return [row for row, good in zip(rows, shapely.is_valid(shapes) & _in_range(shapes), strict=True) if good]


def _shapes(rows: Sequence[Shaped]) -> Shapes:
    shapes: Shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.shape for row in rows]
    return shapes


def _swap(shapes: Shapes) -> Shapes:
    """经纬互换。 The shapes with longitude and latitude exchanged."""
    swapped: Shapes = shapely.transform(shapes, lambda points: points[:, ::-1])
    return swapped


def _in_range(shapes: Shapes) -> Truths:
    """经纬度在范围内。 Whether every longitude is within 180 and every latitude within 90 degrees."""
    bounds = np.abs(shapely.bounds(shapes)).reshape(-1, 4)
    in_range: Truths = (bounds <= np.array([180.0, 90.0, 180.0, 90.0])).all(axis=1)
    return in_range


def _square_metres(shapes: Shapes) -> Numbers:
    """一平方度合多少平方米。 Square metres of one square degree at the latitude of each shape."""
    latitude = np.radians(shapely.get_y(shapely.centroid(shapes)))
    size: Numbers = _METRES_PER_DEGREE**2 * np.cos(latitude)
    return size


def _tolerance(sizes: Numbers) -> Numbers:
    """容差，平方米。 Square metres that two neighbours may share: rounding of shared edges, nothing to act on."""
    allowed: Numbers = np.maximum(TOLERANCE_M2, sizes * TOLERANCE_SHARE)
    return allowed
