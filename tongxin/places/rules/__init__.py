"""地点的纯函数。 Pure functions of places: locating a point in its grid, outlines for the map."""

from tongxin.places.rules.grids import GridIndex

__all__ = ["GridIndex"]
