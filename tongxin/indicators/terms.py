"""指标的词汇。 The vocabulary of indicators: the columns of history, what they mean, and what an analysis comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

FEW: Final = 5  # judged or settled less often than this, an organ's month has no rate and no percentile
MANIFEST: Final = "manifest.json"
FORM: Final = 1  # of the files; raised when a column changes its meaning

# Every column of an event: its type in Parquet, and what it says. There is no other; none can name a person.
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "month": ("date32", "month of the city's own calendar, by its first day"),
    "case": ("string", "public number of the matter; null where it was help for a person"),
    "seq": ("int32", "which step of the matter"),
    "at": ("timestamp", "moment of the step, UTC; of help for a person the city's day alone"),
    "verb": ("string", "the act"),
    "organ": ("string", "organ that acted; empty where the reporter or the platform did"),
    "named": ("string", "organ the step names"),
    "ground": ("string", "ground of a return, of a closed list"),
    "from_state": ("string", "state before"),
    "to_state": ("string", "state after"),
    "matter": ("string", "code of the matter list; empty where none was known"),
    "district": ("string", "county or district"),
    "due": ("timestamp", "when the limit that this step ended was due, UTC; null where it ended none"),
    "on_time": ("bool", "whether the step came by then; null where it ended no limit"),
    "since_report": ("double", "seconds since the report"),
    "handling": ("double", "of a settling: seconds since its limit began to run, or since the report where it has none"),
    "synthetic": ("bool", "invented, for showing the platform"),
    "entry": ("int64", "entry of the ledger; null where it was help for a person"),
}  # fmt: skip
FORMULA: Final = (
    "per organ and month of the city's calendar, over all steps with an organ: events = steps; settled = steps settle_case; "
    "judged = settled that ended a running limit; on_time = judged by their due moment; rate = on_time / judged; median and p90 = exact "
    "quantiles 0.5 and 0.9 of the calendar seconds of handling of settled, linear between neighbours (R type 7)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganMonth:
    """一个单位一个月。 An organ's month. Never of a person, an office or a worker; not fit for ranking.

    rate        on time among judged, 0–1; None where fewer than FEW were judged
    median, p90 handling time in seconds, exact; None where fewer than FEW were settled
    """

    organ: str
    month: date
    events: int
    settled: int
    judged: int
    on_time: int
    rate: float | None
    median: float | None
    p90: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """所用的输入。 What an analysis was worked out from: the files as their manifest names them, and the hash of all their hashes."""

    files: tuple[str, ...]
    rows: int
    digest: str
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysis:
    """一次分析。 The table, with the formula and the inputs it can be worked out from again."""

    rows: tuple[OrganMonth, ...]
    formula: str
    inputs: Inputs
    engine: str


class UnsoundHistoryError(Exception):
    """这些文件用不得。 Files that are not what their manifest says; the message names the file and the reason."""


class NoEngineError(Exception):
    """没有可用的引擎。 The engine that is set cannot be used here; the message says what is missing."""
