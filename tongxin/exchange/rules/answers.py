"""发布的答案怎么存。 How a released table is stored: rows in order, each with its cells; null is a cell that is withheld."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tongxin.exchange.rules.tables import TOTAL, Cell, CountTable


def answer_of(table: CountTable, withheld: Collection[Cell] = ()) -> dict[str, Any]:
    """存下的答案。 The answer: `columns` (the total last), `rows` of [path, values], the finest first and each total after its parts."""
    columns = [*table.columns, TOTAL]
    paths = sorted({path for path, _column in table.cells}, key=_after_its_parts)
    return {
        "columns": columns,
        "rows": [
            [list(path), [None if (path, c) in withheld else table.cells[path, c] for c in columns]]
            for path in paths
        ],
    }


def _after_its_parts(path: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    return (*((0, word) for word in path), (1, ""))


def cells_of(answer: Mapping[str, Any]) -> Iterator[tuple[Cell, int | None]]:
    """答案里的格子。 The cells of a stored answer; None: withheld."""
    for path, values in answer["rows"]:
        for column, value in zip(answer["columns"], values, strict=True):
            yield (tuple(path), column), value
