"""批量导入报告的命令。 The command that takes reports from a file, CSV or NDJSON.

The file is read twice: once to see that it can be read at all, so that a broken file is refused whole with its lines, and
once to take the reports, in batches. No row makes a case twice, so a run that was stopped is simply run again.
"""

import argparse
import re
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection

from tongxin.acts.terms import PLATFORM, Refused
from tongxin.cases.api.answers import Trouble
from tongxin.cases.operations import report_cases
from tongxin.cases.terms import NewReport, Receipt, Rejection
from tongxin.places.queries import is_founded
from tongxin.web.clock import now
from tongxin.web.console.commands import founding
from tongxin.web.console.commands.feed_files import NAMED_MOST, faults_of, opened

Result = tuple[int, Any]
BATCH, AT_ONCE = 500, 2
VARYING: Final = re.compile(r"“[^”]*”|'[^']*'|\d+ (?:字|格)$|this has \d+$")


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


# ---- Taking ---------------------------------------------------------------------------------------------------------


def take(path: Path) -> Tally:
    """受理。 Take the rows of a file that can be read, in batches; stops, saying where, when the database goes away.

    Two batches are on their way at once: one is worked out here while the database writes the other.
    """
    tally, batch = Tally(), Batch()
    rows, read = opened(path)
    with ThreadPoolExecutor(AT_ONCE) as hands:
        under_way: deque[tuple[Batch, Future[Answers]]] = deque()
        try:
            for row in rows:
                tally.rows += 1
                try:
                    report = read(row)
                except Trouble as wrong:
                    tally.reject(row.line, wrong.where, wrong.reason, wrong.reason_en)
                    continue
                # A key again is seen only once the first is written: what comes later must not come before.
                while under_way and (len(under_way) > AT_ONCE or _any_has(under_way, report.client_key)):
                    _count(*under_way.popleft(), tally)
                batch.add(row.line, report)
                if len(batch.reports) == BATCH:
                    under_way.append((batch, hands.submit(_take, batch.reports)))
                    batch = Batch()
            under_way.append((batch, hands.submit(_take, batch.reports)))
            while under_way:
                _count(*under_way.popleft(), tally)
        except _Stopped as stopped:
            tally.stopped = {"line": stopped.line, "reason": stopped.reason}
    return tally


@dataclass(kw_only=True, slots=True)
class Batch:
    """一批。 Reports that are taken together, each with its line."""

    lines: list[int] = field(default_factory=list)
    reports: list[NewReport] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def add(self, line: int, report: NewReport) -> None:
        """加一份。 Add a report."""
        self.lines.append(line)
        self.reports.append(report)
        self.keys.add(report.client_key)


Answers = Sequence[Receipt | Rejection]


class _Stopped(Exception):  # noqa: N818 - where it stopped, and why
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def _any_has(under_way: Iterable[tuple[Batch, object]], key: str) -> bool:
    return any(key in batch.keys for batch, _ in under_way)


def _take(reports: Sequence[NewReport]) -> Answers:
    try:
        return report_cases(actor=PLATFORM, at=now(), reports=reports) if reports else []
    finally:
        connection.close()  # back to the pool


def _count(batch: Batch, answers: "Future[Answers]", tally: Tally) -> None:
    try:
        found = answers.result()
    except (OperationalError, InterfaceError, Refused) as error:
        raise _Stopped(batch.lines[0], str(error).partition("\n")[0]) from error
    for line, answer in zip(batch.lines, found, strict=True):
        if isinstance(answer, Rejection):
            tally.reject(line, answer.field, answer.reason, answer.reason_en)
        elif answer.repeated:
            tally.repeated += 1
        else:
            tally.cases += 1


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
