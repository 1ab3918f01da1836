"""栅格。 A raster over grids: the cells that no border touches know their grid, the others say that the tree must be asked.

A cell that no border touches lies wholly within a grid, or wholly outside it, so that the answer there needs no geometry. Borders
are marked generously, by a millionth of a cell: rounding can only make more cells ask.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

NOBODY, ASK = -1, -2
CELLS_ACROSS: Final = (
    8  # cells along the median width of a grid: with more of them fewer points ask, and more memory is taken
)
MOST_CELLS: Final = 4_000_000  # 4 bytes each
SLACK: Final = 1e-6  # of a cell

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Raster:
    """栅格。 `cells` of a row after another from (west, south): the position of a grid, NOBODY, or ASK.

    `per_lon`, `per_lat`: cells a degree. A point's cell is (lon - west) * per_lon across and (lat - south) * per_lat up, cut to
    whole numbers; it must be worked out in just this way, so that rounding is the same everywhere.
    """

    west: float
    south: float
    per_lon: float
    per_lat: float
    columns: int
    rows: int
    cells: NDArray[np.int32]

    def found(self, lon: Floats, lat: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """各点的格。 For each point what its cell says, and the cell's number (-1 outside the raster)."""
        with np.errstate(invalid="ignore", over="ignore"):
            across, up = (lon - self.west) * self.per_lon, (lat - self.south) * self.per_lat
        within = (
            (across >= 0) & (across < self.columns) & (up >= 0) & (up < self.rows)
        )  # false for what is no number
        number = np.full(len(lon), -1, dtype=np.int64)
        number[within] = up[within].astype(np.int64) * self.columns + across[within].astype(np.int64)
        said = np.full(len(lon), NOBODY, dtype=np.int64)
        said[within] = self.cells[number[within]]
        return said, number


def rasterised(polygons: NDArray[Any]) -> Raster:
    """画成栅格。 The raster of polygons and multipolygons, (n,), at least one that is not empty; where they overlap the first has it.

    About 1 s for 50,000 polygons of 12 vertices, which take 13 MB.
    """
    bounds = shapely.bounds(polygons)
    west, south, per_lon, per_lat, columns, rows = _frame(bounds[~np.isnan(bounds[:, 0])])
    parts, owner = shapely.get_parts(polygons, return_index=True)
    begins, ends, part = _edges(parts)
    for points in (begins, ends):
        points[:, 0] = (points[:, 0] - west) * per_lon
        points[:, 1] = (points[:, 1] - south) * per_lat
    cells = np.full(rows * columns, NOBODY, dtype=np.int32)
    number, whose = _inside(begins, ends, part, owner, columns, rows)
    cells[number] = whose
    cells[_touched(begins, ends, columns)] = ASK
    return Raster(west, south, per_lon, per_lat, columns, rows, cells)


def _frame(bounds: Floats) -> tuple[float, float, float, float, int, int]:
    """框与格的大小。 South-west corner, cells a degree, columns and rows; a cell's width free on every side."""
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    wide, high = max(bounds[:, 2].max() - west, 1e-9), max(bounds[:, 3].max() - south, 1e-9)
    across = max(float(np.median(bounds[:, 2] - bounds[:, 0])), wide * 1e-4) / CELLS_ACROSS
    up = max(float(np.median(bounds[:, 3] - bounds[:, 1])), high * 1e-4) / CELLS_ACROSS
    coarser = max(1.0, np.sqrt(wide / across * high / up / MOST_CELLS))
    across, up = across * coarser, up * coarser
    columns, rows = int(wide / across) + 3, int(high / up) + 3
    return float(west - across), float(south - up), 1 / across, 1 / up, columns, rows


def _edges(parts: NDArray[Any]) -> tuple[Floats, Floats, Whole]:
    """各环的边。 Begin and end of every edge of every ring, and the part it belongs to."""
    rings, part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    return points[:-1][same], points[1:][same], part[ring[:-1][same]]


def _spread(first: Whole, last: Whole) -> tuple[Whole, Whole]:
    """展开。 For ranges first..last: the range each element is of, and the elements, one after another."""
    count = np.maximum(last - first + 1, 0)
    of = np.repeat(np.arange(len(count)), count)
    return of, first[of] + np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)


def _touched(begins: Floats, ends: Floats, columns: int) -> Whole:
    """边碰到的格。 The cells that edges touch: each edge is cut at the rows it crosses."""
    low, high = np.minimum(begins[:, 1], ends[:, 1]), np.maximum(begins[:, 1], ends[:, 1])
    edge, row = _spread(np.floor(low - SLACK).astype(np.int64), np.floor(high + SLACK).astype(np.int64))
    (ax, ay), (bx, by) = begins[edge].T, ends[edge].T
    rise = np.where(by == ay, 1.0, by - ay)
    level = by == ay
    at_bottom = np.where(level, 0.0, np.clip((row - SLACK - ay) / rise, 0, 1))
    at_top = np.where(level, 1.0, np.clip((row + 1 + SLACK - ay) / rise, 0, 1))
    one, other = ax + at_bottom * (bx - ax), ax + at_top * (bx - ax)
    piece, column = _spread(
        np.floor(np.minimum(one, other) - SLACK).astype(np.int64), np.floor(np.maximum(one, other) + SLACK).astype(np.int64)
    )  # fmt: skip
    return row[piece] * columns + column


def _inside(
    begins: Floats, ends: Floats, part: Whole, owner: Whole, columns: int, rows: int
) -> tuple[Whole, Whole]:
    """中心在内的格。 The cells whose middle lies within a part, and whose part it is; of an overlap the first grid comes last."""
    low, high = np.minimum(begins[:, 1], ends[:, 1]), np.maximum(begins[:, 1], ends[:, 1])
    edge, row = _spread(np.ceil(low - 0.5).astype(np.int64), np.ceil(high - 0.5).astype(np.int64) - 1)
    (ax, ay), (bx, by) = begins[edge].T, ends[edge].T
    crossing = ax + (row + 0.5 - ay) / (by - ay) * (bx - ax)
    order = np.lexsort((crossing, (part[edge] * rows + row)))
    entered, left = order[0::2], order[1::2]  # a ring is closed: each part is entered and left in turn
    first_last = np.argsort(-owner[part[edge[entered]]], kind="stable")
    entered, left = entered[first_last], left[first_last]
    span, column = _spread(
        np.ceil(crossing[entered] - 0.5).astype(np.int64), np.ceil(crossing[left] - 0.5).astype(np.int64) - 1
    )  # fmt: skip
    return row[entered][span] * columns + column, owner[part[edge[entered]]][span]
