"""落格。 Locating a point in its grid: in the process, over a raster and a tree of polygons."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from tongxin.places.rules.raster import ASK, NOBODY, rasterised


class GridIndex:
    """网格索引。 A raster (docs/decisions/0018) over grids, and an STRtree for the points near a border; `keys` name the grids.

    Made anew when the grids change: for 50,000 grids in about 2 s. Raises ValueError for a boundary that is no area.
    """

    def __init__(self, boundaries: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        found = sorted(((key, shape(boundary)) for key, boundary in boundaries), key=lambda pair: pair[0])
        for key, polygon in found:
            if polygon.geom_type not in ("Polygon", "MultiPolygon"):
                raise ValueError(f"the boundary of grid {key} is a {polygon.geom_type}, and not an area")
        found = [(key, polygon) for key, polygon in found if not polygon.is_empty]
        self._names: list[int | None] = [
            *(key for key, _ in found),
            None,
        ]  # at NOBODY, the last: outside all grids
        polygons = np.array([polygon for _, polygon in found], dtype=object)
        self._tree = shapely.STRtree(polygons)
        self._raster = rasterised(polygons) if found else None
        self._cells = self._raster.cells.data if self._raster else memoryview(b"")

    def locate(self, points: Sequence[tuple[float, float]]) -> list[int | None]:
        """每个点所在的网格。 The key of the grid of each (lon, lat) in degrees WGS 84; None outside all grids.

        A point on a shared edge belongs to the grid with the smaller key, so that the answer never varies.
        """
        if self._raster is None or not points:
            return [None] * len(points)
        if len(points) == 1:
            return [self._one(*points[0])]
        spots = np.asarray(points, dtype=float)
        said, number = self._raster.found(spots[:, 0], spots[:, 1])
        asked = np.flatnonzero(said == ASK)
        asked = asked[
            np.argsort(number[asked], kind="stable")
        ]  # neighbours one after another: they ask the same grids
        point, polygon = self._tree.query(shapely.points(spots[asked]), predicate="intersects")
        beyond = len(self._names)
        first = np.full(len(asked), beyond)
        np.minimum.at(first, point, polygon)
        said[asked] = np.where(first == beyond, NOBODY, first)
        return list(map(self._names.__getitem__, said.tolist()))

    def _one(self, lon: float, lat: float) -> int | None:
        raster = self._raster
        assert raster is not None  # noqa: S101 - there are grids
        across, up = (lon - raster.west) * raster.per_lon, (lat - raster.south) * raster.per_lat
        if not (0 <= across < raster.columns and 0 <= up < raster.rows):
            return None
        said = self._cells[int(up) * raster.columns + int(across)]
        if said == ASK:
            said = min(
                self._tree.query(shapely.points(lon, lat), predicate="intersects").tolist(), default=NOBODY
            )
        return self._names[said]
