"""统计表：一维、二维、带层级，连同各合计。 Tables of counts: one-way, two-way, one dimension nested, with all their totals.

A cell is addressed by its row path and its column: `((), "")` is the grand total, `(("371602",), "")` a row's total. Every total
is the sum of its parts, and says so in `equations`: these are what an outsider would compute with. A table with at most one nested
dimension is a network (each cell stands in two equations, once on either side), so that intervals follow from flows, exactly and in
whole numbers: Cox, "Network models for complementary cell suppression", JASA 90 (1995).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Path = tuple[str, ...]
Cell = tuple[Path, str]  # row path, column; empty: the total
TOTAL: Final = ""
MOST_CELLS: Final = 1_200  # protecting more would take longer than a table may be locked for


@dataclass(frozen=True, slots=True)
class Equation:
    """一条加总关系。 One total and the parts that add up to it."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CountTable:
    """一张统计表。 A table: the values of all cells, totals among them, and what adds up to what."""

    cells: Mapping[Cell, int]
    equations: tuple[Equation, ...]
    levels: int
    columns: tuple[str, ...]


def table_of(counts: Mapping[tuple[Path, str], int], *, levels: int, crossed: bool) -> CountTable:
    """由最细的格子得出全表。 The whole table from its finest cells.

    counts   (row path of `levels` words, column or TOTAL) → a count; after noise it may be negative
    crossed  whether there is a column dimension
    Raises ValueError for a path of another length, an empty word (that is the total's), or too many cells.
    """
    for path, column in counts:
        if len(path) != levels or TOTAL in path or (column == TOTAL) == crossed:
            raise ValueError("a cell is not one of this table's finest cells")
    columns = sorted({column for _path, column in counts}) if crossed else []
    paths = sorted({path for path, _column in counts})
    nodes = sorted({path[:depth] for path in paths for depth in range(levels + 1)} | {()})
    if len(nodes) * (len(columns) + 1) > MOST_CELLS:
        raise ValueError("the table has too many cells")
    cells: Counter[Cell] = Counter({(node, column): 0 for node in nodes for column in [*columns, TOTAL]})
    for (path, column), count in counts.items():
        for depth in range(levels + 1):
            for where in {column, TOTAL}:
                cells[path[:depth], where] += count
    return CountTable(dict(cells), _equations(nodes, columns, levels), levels, tuple(columns))


def _equations(nodes: Sequence[Path], columns: Sequence[str], levels: int) -> tuple[Equation, ...]:
    """各行只在最细一层加总，上层的由列的加总得出。 Rows add up at the finest level; the upper rows follow from the columns."""
    below: dict[Path, list[Path]] = {}
    for node in nodes:
        if node:
            below.setdefault(node[:-1], []).append(node)
    found = [
        Equation((parent, column), tuple((child, column) for child in children))
        for parent, children in below.items()
        for column in [*columns, TOTAL]
    ]
    if columns:
        finest = [node for node in nodes if len(node) == levels]
        found += [Equation((node, TOTAL), tuple((node, column) for column in columns)) for node in finest]
    return tuple(found)


def counted(
    rows: Iterable[Mapping[str, object]], *, by: Sequence[str], levels: int, most_groups: int = 500
) -> dict[Cell, int]:
    """数行。 Count rows into finest cells by the named fields, the first `levels` of them nested. Absent values count as `—`.

    Raises ValueError when a field has more than `most_groups` values: that is a list of things and no statistic.
    """
    counts: Counter[Cell] = Counter()
    seen: dict[str, set[str]] = {name: set() for name in by}
    for row in rows:
        words = tuple(word_of(row.get(name)) for name in by)
        for name, word in zip(by, words, strict=True):
            seen[name].add(word)
            if len(seen[name]) > most_groups:
                raise ValueError(name)
        counts[words[:levels], words[levels] if len(words) > levels else TOTAL] += 1
    return dict(counts)


def word_of(value: object) -> str:
    """一个值的写法。 How a value is written in a table; what is absent or empty is `—`."""
    text = "" if value is None else str(value).strip()
    return text[:80] or "—"
