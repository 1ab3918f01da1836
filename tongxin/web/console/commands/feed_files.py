"""批量文件的读法。 How files of reports are read: CSV with a header, or NDJSON with one object a line.

The same two questions of both: what keeps the whole file from being read, with its lines; and what reports it holds, one by one,
each with its line or with what is wrong in it.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tongxin.cases.api import inputs
from tongxin.cases.api.answers import Trouble
from tongxin.cases.terms import Channel, NewReport
from tongxin.web.clock import now

COLUMNS: Final = (
    "client_key", "matter", "lon", "lat", "place", "address", "text", "name", "phone", "email", "reported_at",
)  # fmt: skip
OPTIONAL: Final = ("channel",)
NEEDED: Final = ("client_key",)  # of an NDJSON object; what it does not name is empty
CHANNELS: Final = frozenset(Channel) - {Channel.REPLAY}
LINE_MOST, NAMED_MOST = 100_000, 10
NDJSON: Final = (".ndjson", ".jsonl")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """一行。 A row of the file: the line on which it begins, and its cells, or its object."""

    line: int
    cells: Sequence[str] | Mapping[str, Any]


Read = Callable[[Row], NewReport]


def is_ndjson(path: Path) -> bool:
    """是不是 NDJSON。 Whether a file is NDJSON, by its name; any other is CSV."""
    return path.suffix.lower() in NDJSON


def opened(path: Path) -> tuple[Iterator[Row], Read]:
    """打开可读的文件。 The rows of a file that can be read, and how a report is read from one (raises Trouble)."""
    if is_ndjson(path):
        return _objects(path), _report_of_object
    header, rows = _table(path)
    return rows, lambda row: _report_of_cells(header, row)


def faults_of(path: Path) -> list[str]:
    """文件本身的毛病。 What keeps the file from being read: encoding, columns, lines, quotes. Empty when it can be read."""
    try:
        found = [*_faulty_lines(path)][:NAMED_MOST]
        return found or ([*_faulty_objects(path)][:NAMED_MOST] if is_ndjson(path) else _faulty_table(path))
    except OSError as error:
        return [f"cannot read {path.name}: {error.strerror}"]


def _faulty_lines(path: Path) -> Iterator[str]:
    with path.open("rb") as source:
        for number, line in enumerate(iter(lambda: source.readline(LINE_MOST + 1), b""), start=1):
            if len(line) > LINE_MOST:
                yield f"line {number}: longer than {LINE_MOST} bytes (a quote that is never closed?)"
                return
            if b"\x00" in line:
                yield f"line {number}: contains a NUL byte"
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as wrong:
                yield f"line {number}: not UTF-8 at byte {wrong.start + 1}"


def _faulty_table(path: Path) -> list[str]:
    try:
        header, rows = _table(path)
        missing = [name for name in COLUMNS if name not in header]
        unknown = [name for name in header if name not in COLUMNS + OPTIONAL]
        twice = sorted({name for name in header if header.count(name) > 1})
        said = [("missing", missing), ("unknown", unknown), ("twice", twice)]
        found = [
            f"line 1: column {word}: {', '.join(map(inputs.shown, names))}" for word, names in said if names
        ]
        return found or [*_unreadable(rows)]
    except csv.Error as wrong:
        return [f"line 1: {wrong}"]


def _unreadable(rows: Iterator[Row]) -> Iterator[str]:
    last = 1
    try:
        for row in rows:
            last = row.line
    except csv.Error as wrong:
        yield f"after line {last}: {wrong}"


def _table(path: Path) -> tuple[list[str], Iterator[Row]]:
    rows = _rows(path)
    first = next(rows, Row(line=1, cells=()))
    return [cell.strip() for cell in first.cells], rows


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.reader(source, strict=True)
        line = 1
        for cells in reader:
            if cells:
                yield Row(line=line, cells=cells)
            line = reader.line_num + 1


def _report_of_cells(header: Sequence[str], row: Row) -> NewReport:
    wanted, held = len(header), len(row.cells)
    if wanted != held:
        raise inputs.invalid(
            "columns", f"应有 {wanted} 格，现在 {held} 格", f"{wanted} cells are needed, this has {held}"
        )
    cell = {name: str(value).strip() for name, value in zip(header, row.cells, strict=True)}
    return _report(cell, inputs.degrees("lon", cell["lon"]), inputs.degrees("lat", cell["lat"]))


def _report(word: Mapping[str, str], lon: float | None, lat: float | None) -> NewReport:
    """由文字到报告。 The report of words by their names; raises Trouble, which names the field."""
    at = word.get("reported_at", "")
    return NewReport(
        client_key=inputs.client_key(word.get("client_key", "")),
        channel=_channel(word.get("channel", "")),
        matter=inputs.word("matter", word.get("matter", ""), most=80) or None,
        reported_at=_moment(at) if at else now(),
        lon=lon,
        lat=lat,
        place=inputs.word("place", word.get("place", ""), most=40) or None,
        address=inputs.storable("address", word.get("address", "")),
        text=inputs.storable("text", word.get("text", "")),
        name=inputs.storable("name", word.get("name", "")),
        phone=inputs.storable("phone", word.get("phone", "")),
        email=inputs.storable("email", word.get("email", "")),
    )


def _moment(text: str) -> datetime:
    return inputs.moment("reported_at", text)


def _channel(text: str) -> Channel:
    if not text:
        return Channel.FEED
    if text not in CHANNELS:
        raise inputs.invalid(
            "channel", f"没有渠道“{inputs.shown(text)}”", f"no channel {inputs.shown(text)!r}"
        )
    return Channel(text)


# ---- NDJSON ---------------------------------------------------------------------------------------------------------


def _objects(path: Path) -> Iterator[Row]:
    with path.open("rb") as source:
        for number, line in enumerate(source, start=1):
            if line.strip():
                yield Row(line=number, cells=inputs.read_json(line.rstrip(b"\r\n")))


def _faulty_objects(path: Path) -> Iterator[str]:
    """读不懂的行。 Lines that are no JSON object: then nothing of the file is taken."""
    with path.open("rb") as source:
        for number, line in enumerate(source, start=1):
            if not line.strip():
                continue
            try:
                found = inputs.read_json(line.rstrip(b"\r\n"))
            except Trouble as wrong:
                yield f"line {number}: {wrong.where}: {wrong.reason_en}"
            else:
                if not isinstance(found, dict):
                    yield f"line {number}: a JSON object is needed"


def _report_of_object(row: Row) -> NewReport:
    given = row.cells
    if not isinstance(given, dict):
        raise inputs.invalid("body", "须为一个 JSON 对象", "a JSON object is needed")
    for name, value in given.items():
        if name not in COLUMNS + OPTIONAL:
            raise inputs.invalid(inputs.shown(name), "没有这个字段", "there is no such field")
        if name in ("lon", "lat"):
            _require_number(name, value)
        elif value is not None and not isinstance(value, str):
            raise inputs.invalid(name, "须为文字", "must be a string")
    word = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    return _report(word, given.get("lon"), given.get("lat"))


def _require_number(name: str, value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise inputs.invalid(name, "须为数字", "must be a number")
