"""The data sets that figures need, by name and size."""

import psycopg

SIZES = {"": 0, "cases": 100_000, "cases-10m": 10_000_000}
SHORT = {"": 0, "cases": 10_000, "cases-10m": 100_000}


def size(data: str, *, short: bool) -> int:
    """How many cases a data set has."""
    return (SHORT if short else SIZES)[data]


def load(owner: psycopg.Connection, data: str, *, short: bool) -> None:
    """Load a data set into a founded city. Raises KeyError for a name that is none."""
    raise NotImplementedError
