"""批量导入报告的命令。 The command that takes reports from a CSV file.

The file is read twice: once to see that it can be read at all, so that a broken file is refused whole with its lines, and
once to take the reports, in batches. No row makes a case twice, so a run that was stopped is simply run again.
"""

import argparse
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import InterfaceError, OperationalError

from tongxin.acts.terms import PLATFORM, Refused
from tongxin.cases.api import inputs
from tongxin.cases.api.answers import Trouble
from tongxin.cases.operations import report_cases
from tongxin.cases.terms import Channel, NewReport, Rejection
from tongxin.places.queries import is_founded
from tongxin.web.clock import now
from tongxin.web.console.commands import founding

Result = tuple[int, Any]
COLUMNS: Final = (
    "client_key", "matter", "lon", "lat", "place", "address", "text", "name", "phone", "email", "reported_at",
)  # fmt: skip
OPTIONAL: Final = ("channel",)
CHANNELS: Final = frozenset(Channel) - {Channel.REPLAY}
BATCH, LINE_MOST, NAMED_MOST = 500, 100_000, 10
VARYING: Final = re.compile(r"“[^”]*”|'[^']*'|\d+ (?:字|格)$|this has \d+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """一行。 A row of the file: the line on which it begins, and its cells."""

    line: int
    cells: Sequence[str]


@dataclass(kw_only=True, slots=True)
class Tally:
    """账目。 What became of the rows. A reason is kept with its first lines and with how often it came."""

    rows: int = 0
    cases: int = 0
    repeated: int = 0
    rejected: int = 0
    reasons: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    stopped: dict[str, Any] | None = None

    def reject(self, line: int, where: str, reason: str, reason_en: str) -> None:
        """不收的一行。 Count a row that was not taken; what varies from row to row is left out of its reason."""
        self.rejected += 1
        key = (where, VARYING.sub("…", reason), VARYING.sub("…", reason_en))
        self.reasons.setdefault(key, []).append(line)

    @property
    def result(self) -> dict[str, Any]:
        """结果。 The tally as it is printed."""
        listed = [
            {"field": where, "reason": zh, "reason_en": en, "count": len(lines), "lines": lines[:NAMED_MOST]}
            for (where, zh, en), lines in self.reasons.items()
        ]
        counted = {
            "rows": self.rows,
            "cases": self.cases,
            "repeated": self.repeated,
            "rejected": self.rejected,
        }
        return {**counted, "rejections": listed, "stopped": self.stopped}


def feed(given: argparse.Namespace) -> Result:
    """批量导入。 Take reports from a file. Status 1 when the file cannot be read, a row was rejected, or it had to stop."""
    founding.migrate(given)
    path = Path(given.file)
    faults = ["no city has been founded here"] if not is_founded() else faults_of(path)
    if faults:
        result: dict[str, Any] = {**Tally().result, "faults": faults}
        return 1, (
            result
            if given.json
            else "\n".join([*faults, f"{path.name}: nothing was taken; correct it and run again"])
        )
    tally = take(path)
    status = 1 if tally.rejected or tally.stopped else 0
    return status, (tally.result if given.json else _printed(tally))


# ---- Reading --------------------------------------------------------------------------------------------------------


def faults_of(path: Path) -> list[str]:
    """文件本身的毛病。 What keeps the file from being read: encoding, columns, lines, quotes. Empty when it can be read."""
    try:
        found = [*_faulty_lines(path)][:NAMED_MOST]
        return found or _faulty_table(path)
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


def report_of(header: Sequence[str], row: Row) -> NewReport:
    """由一行到报告。 The report of a row. Raises Trouble."""
    cell = _cells(header, row)
    return NewReport(
        client_key=inputs.client_key(cell["client_key"]),
        channel=_channel(cell.get("channel", "")),
        matter=inputs.word("matter", cell["matter"], most=80) or None,
        reported_at=inputs.moment("reported_at", cell["reported_at"]) if cell["reported_at"] else now(),
        lon=inputs.degrees("lon", cell["lon"]),
        lat=inputs.degrees("lat", cell["lat"]),
        place=inputs.word("place", cell["place"], most=40) or None,
        address=cell["address"],
        text=cell["text"],
        name=cell["name"],
        phone=cell["phone"],
        email=cell["email"],
    )


def _cells(header: Sequence[str], row: Row) -> dict[str, str]:
    wanted, held = len(header), len(row.cells)
    if wanted != held:
        raise inputs.invalid(
            "columns", f"应有 {wanted} 格，现在 {held} 格", f"{wanted} cells are needed, this has {held}"
        )
    return {name: value.strip() for name, value in zip(header, row.cells, strict=True)}


def _channel(text: str) -> Channel:
    if text and text not in CHANNELS:
        raise inputs.invalid(
            "channel", f"没有渠道“{inputs.shown(text)}”", f"no channel {inputs.shown(text)!r}"
        )
    return Channel(text or Channel.FEED)


# ---- Taking ---------------------------------------------------------------------------------------------------------


def take(path: Path) -> Tally:
    """受理。 Take the rows of a file that can be read, in batches; stops, saying where, when the database goes away."""
    tally, batch = Tally(), dict[str, tuple[int, NewReport]]()
    header, rows = _table(path)
    try:
        for row in rows:
            _add(row, header, batch, tally)
        _take_batch(batch, tally)
    except (OperationalError, InterfaceError, Refused) as error:
        first = next((line for line, _ in batch.values()), 1)
        tally.stopped = {"line": first, "reason": str(error).partition("\n")[0]}
    return tally


def _add(row: Row, header: Sequence[str], batch: dict[str, tuple[int, NewReport]], tally: Tally) -> None:
    tally.rows += 1
    try:
        report = report_of(header, row)
    except Trouble as wrong:
        tally.reject(row.line, wrong.where, wrong.reason, wrong.reason_en)
        return
    if len(batch) == BATCH or report.client_key in batch:  # a key again: seen only once the first is written
        _take_batch(batch, tally)
    batch[report.client_key] = (row.line, report)


def _take_batch(batch: dict[str, tuple[int, NewReport]], tally: Tally) -> None:
    if not batch:
        return
    answers = report_cases(actor=PLATFORM, at=now(), reports=[report for _, report in batch.values()])
    for (line, _), answer in zip(batch.values(), answers, strict=True):
        if isinstance(answer, Rejection):
            tally.reject(line, answer.field, answer.reason, answer.reason_en)
        elif answer.repeated:
            tally.repeated += 1
        else:
            tally.cases += 1
    batch.clear()


def _printed(tally: Tally) -> str:
    said = [f"rows {tally.rows}, cases {tally.cases}, repeated {tally.repeated}, rejected {tally.rejected}"]
    for reason in tally.result["rejections"]:
        more = " …" if reason["count"] > len(reason["lines"]) else ""
        said.append(
            f"  {reason['count']} × {reason['field']}: {reason['reason']} / {reason['reason_en']}"
            f"  (lines {', '.join(map(str, reason['lines']))}{more})"
        )
    if tally.stopped:
        said.append(
            f"stopped at line {tally.stopped['line']}: {tally.stopped['reason']}; run it again to continue"
        )
    return "\n".join(said)
