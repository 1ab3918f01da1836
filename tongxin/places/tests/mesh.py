"""Irregular grids of 12 corners that share every border, as a city's are; and points among them. Seeded."""

import numpy as np
from numpy.typing import NDArray

WEST, SOUTH, WIDE, HIGH = 117.5, 37.0, 0.9, 0.7
_ROUND = [
    (0, 0),
    (0, 1),
    (0, 2),
    (0, 3),
    (1, 3),
    (2, 3),
    (3, 3),
    (3, 2),
    (3, 1),
    (3, 0),
    (2, 0),
    (1, 0),
    (0, 0),
]


def rings(side: int, seed: int = 1) -> NDArray[np.float64]:
    """Closed rings, (side * side, 13, 2), lon and lat in degrees."""
    dice = np.random.default_rng(seed)
    across, up = np.meshgrid(
        np.linspace(WEST, WEST + WIDE, 3 * side + 1), np.linspace(SOUTH, SOUTH + HIGH, 3 * side + 1)
    )
    across = across + dice.uniform(-0.3, 0.3, across.shape) * WIDE / 3 / side
    up = up + dice.uniform(-0.3, 0.3, up.shape) * HIGH / 3 / side
    row, column = np.divmod(np.arange(side * side), side)
    below, beside = np.array(_ROUND).T
    rows, columns = 3 * row[:, None] + below, 3 * column[:, None] + beside
    return np.stack([across[rows, columns], up[rows, columns]], axis=-1)


def points(count: int, seed: int = 2) -> NDArray[np.float64]:
    """Points all over, (count, 2)."""
    dice = np.random.default_rng(seed)
    return np.column_stack([dice.uniform(WEST, WEST + WIDE, count), dice.uniform(SOUTH, SOUTH + HIGH, count)])
