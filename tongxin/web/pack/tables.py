"""读 CSV 表，逐行记行号。 Reading the CSV tables of a pack, with the line of every row."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tongxin.web.pack.cells import CellError, Parse, bounded, shown
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.files import read_text

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Column:
    """一列。 One column: its heading, how a cell is read, how many characters it may have at most, the row's field if
    named otherwise, and whether the column may be absent.
    """

    name: str
    parse: Parse
    most: int = 2_000
    field: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """一张表。 One table: its file, its row type, its columns and the column that identifies a row."""

    file: str
    row: Callable[..., R]
    columns: Sequence[Column]
    key: str


def read_table(reading: Reading, table: Table[R]) -> tuple[R, ...]:
    """读一张表。 Read one table; a row with a bad cell is left out, its fault and its key are kept."""
    text = read_text(reading, file=table.file)
    if text is None:
        return ()
    records = _records(reading, file=table.file, text=text)
    line, names = next(records, (1, []))
    if not _header_is_right(reading, line=line, names=names, table=table):
        reading.losses.lose_table(file=table.file)
        return ()
    rows = (_row(reading, line=line, names=names, cells=cells, table=table) for line, cells in records)
    return tuple(row for row in rows if row is not None)


def _records(reading: Reading, *, file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """逐条给出（行号，单元格）。 Yield (line, cells) for each record that is not blank; stops at broken quoting."""
    records = csv.reader(text.splitlines(keepends=True), strict=True)
    while True:
        line = records.line_num + 1
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            reason = shown(str(error))
            reading.add(file, line, "bad_csv", f"CSV 格式错误：{reason}", f"broken CSV: {reason}")
            reading.losses.lose_table(file=file)
            return
        if cells:
            yield line, [cell.strip() for cell in cells]


def _header_is_right(reading: Reading, *, line: int, names: list[str], table: Table[R]) -> bool:
    """核对表头。 Check the header: no column twice, none unknown, none missing."""
    file = table.file
    known = {column.name for column in table.columns}
    before = len(reading.faults)
    for name in sorted({name for name in names if names.count(name) > 1}):
        reading.add(
            file, line, "column_twice", f"列“{shown(name)}”重复", f"column '{shown(name)}' appears twice"
        )
    for name in sorted(set(names) - known):
        reading.add(
            file, line, "unknown_column", f"未知的列“{shown(name)}”", f"unknown column '{shown(name)}'"
        )
    for column in table.columns:
        if not column.optional and column.name not in names:
            reading.add(
                file, line, "missing_column", f"缺少列“{column.name}”", f"missing column '{column.name}'"
            )
    return len(reading.faults) == before


def _row(reading: Reading, *, line: int, names: list[str], cells: list[str], table: Table[R]) -> R | None:
    """读一行。 Read one record into a row, or None and a fault for each bad cell."""
    file = table.file
    given = dict(zip(names, cells, strict=False))
    if len(cells) != len(names):
        zh, en = (
            f"有 {len(cells)} 格，表头有 {len(names)} 列",
            f"{len(cells)} cells under {len(names)} columns",
        )
        reading.add(file, line, "cell_count", zh, en)
        reading.losses.lose_row(file=file, key=given.get(table.key, ""))
        return None
    before = len(reading.faults)
    values: dict[str, object] = {}
    for column in table.columns:
        try:
            cell = bounded(given.get(column.name, ""), most=column.most)
            values[column.field or column.name] = column.parse(cell)
        except CellError as error:
            zh, en = f"{column.name}：{error.reason_zh}", f"{column.name}: {error.reason_en}"
            reading.add(file, line, error.code, zh, en)
    if len(reading.faults) > before:
        reading.losses.lose_row(file=file, key=given.get(table.key, ""))
        return None
    return table.row(file=file, line=line, **values)
