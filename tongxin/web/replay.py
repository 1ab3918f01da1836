"""历史诉求回放 / Replaying the historical requests of a city through the platform's own operations.

A pack may carry a `replay.toml`: which columns of a file of past requests mean what. This module reads such a
file with that mapping, gives every row either a `ReplayRow` or a `Rejection` with a named reason, walks the
rows with the clock of the data, and counts what came of it. It knows no city, no database and no clock: the
operations and the clock are handed in.
"""

import csv
import gzip
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

MAX_LON, MAX_LAT = 180.0, 90.0  # degrees, WGS84


class Reason(StrEnum):
    """不予回放的理由 / Why a row cannot become a case; the operations may add reasons of their own."""

    NO_ID = "no_id"
    DUPLICATE_ID = "duplicate_id"
    BAD_TIME = "bad_time"
    NO_TYPE = "no_type"
    BAD_POINT = "bad_point"
    CLOSED_BEFORE_OPENED = "closed_before_opened"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """不予回放 / A row, or a report, that did not become a case, and the name of the reason."""

    row_id: str
    reason: str


class ReportFields(TypedDict):
    """诉求字段 / The fields of a new report, under the names that the reporting operation takes."""

    client_key: str
    channel: str
    matter: str | None
    reported_at: datetime
    lon: float | None
    lat: float | None
    place: str | None
    target_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayRow:
    """回放行 / One past request: what its reporter gave, and beside it what the city later did."""

    row_id: str
    opened_at: datetime
    matter: str | None
    channel: str
    lon: float | None
    lat: float | None
    place: str
    target_at: datetime | None
    closed_at: datetime | None
    department: str | None
    was_on_time: bool | None

    @property
    def has_point(self) -> bool:
        """有无坐标 / Whether the reporter's place is known to a point."""
        return self.lon is not None and self.lat is not None

    def report_fields(self, *, key_prefix: str = "replay:") -> ReportFields:
        """受理所需字段 / What intake knew, and nothing of what came after: for building a new report.

        `place` is the city itself when there is no point, else None: a point is located by the operation.
        """
        return ReportFields(
            client_key=key_prefix + self.row_id,
            channel=self.channel,
            matter=self.matter,
            reported_at=self.opened_at,
            lon=self.lon,
            lat=self.lat,
            place=None if self.has_point else self.place,
            target_at=self.target_at,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """列名 / The names of the columns in the file."""

    row_id: str
    opened: str
    due: str
    closed: str
    matter: str
    channel: str
    lon: str
    lat: str
    department: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayMapping:
    """回放对照 / How a file of past requests is read: `replay.toml` and the names of the matter list."""

    columns: Columns
    time_format: str
    zone: tzinfo
    test_from: date
    data_last_day: date
    root: str
    channel_otherwise: str
    channels: Mapping[str, str]
    departments: Mapping[str, str]
    matters: Mapping[str, str]
    statuses: Mapping[str, bool]
    placeholders: frozenset[tuple[float, float]]

    @property
    def data_end(self) -> datetime:
        """数据终点 / The end of the data's last day: the first moment of the day after it."""
        return datetime.combine(self.data_last_day + timedelta(days=1), time(), self.zone)

    @property
    def test_start(self) -> datetime:
        """检验起点 / The first moment whose requests the lists have not seen."""
        return datetime.combine(self.test_from, time(), self.zone)


def read_mapping(*, path: Path, matters: Mapping[str, str], root: str) -> ReplayMapping:
    """读对照表 / Reads `replay.toml`; `matters` is name → code of the matter list, `root` the city's place.

    Raises KeyError when the file lacks an entry, ValueError when it is not TOML.
    """
    with path.open("rb") as file:
        content = tomllib.load(file)
    return ReplayMapping(
        columns=Columns(**content["columns"]),
        time_format=content["time"]["format"],
        zone=ZoneInfo(content["time"]["zone"]),
        test_from=content["time"]["test_from"],
        data_last_day=content["time"]["data_last_day"],
        root=root,
        channel_otherwise=content["channel_otherwise"],
        channels=content["channels"],
        departments=content["departments"],
        matters=matters,
        statuses=content["statuses"],
        placeholders=frozenset((float(lon), float(lat)) for lon, lat in content["points"]["placeholders"]),
    )


def read_matter_names(*, path: Path) -> dict[str, str]:
    """读事项名 / Name → code of the matter list; any other name is a type not seen before."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name_en"]: row["code"] for row in csv.DictReader(file)}


def read_table(*, path: Path) -> Iterator[dict[str, str]]:
    """读文件 / The rows of a `.csv` or `.csv.gz` file with a header, as they stand in the file."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, restval="")
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, restval="")


class UnfitError(ValueError):
    """不合 / A cell that keeps its row from being a request, and the reason's name."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def parse_time(text: str, mapping: ReplayMapping) -> datetime | None:
    """读时间 / A local time of the file as UTC, seconds kept; None for an empty text.

    An hour that the autumn change repeats is read as the first of the two. Raises UnfitError for any other text.
    """
    if not text.strip():
        return None
    try:
        local = datetime.strptime(text.strip(), mapping.time_format).replace(tzinfo=mapping.zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnfitError(Reason.BAD_TIME) from None


def parse_point(lon: str, lat: str, mapping: ReplayMapping) -> tuple[float, float] | None:
    """读坐标 / A point in degrees; None when both are empty, or it is a placeholder for «not found».

    Raises UnfitError when only one is given, or they are not numbers of degrees.
    """
    if not lon.strip() and not lat.strip():
        return None
    try:
        point = float(lon), float(lat)
    except ValueError:
        raise UnfitError(Reason.BAD_POINT) from None
    if not (abs(point[0]) <= MAX_LON and abs(point[1]) <= MAX_LAT):
        raise UnfitError(Reason.BAD_POINT)
    return None if point in mapping.placeholders else point


def parse_row(row: Mapping[str, str], mapping: ReplayMapping) -> ReplayRow | Rejection:
    """读一行 / One row of the file as a past request, or the named reason why it cannot be one.

    A row without a point stays a request, at the city itself. A request closed before it was opened is
    rejected, since no order of acts can be given to it. A due time earlier than the opening is kept: it is
    the source's own promise.
    """
    row_id = row[mapping.columns.row_id].strip()
    try:
        return _request(row_id, row, mapping)
    except UnfitError as unfit:
        return Rejection(row_id=row_id, reason=unfit.reason)


def _request(row_id: str, row: Mapping[str, str], mapping: ReplayMapping) -> ReplayRow:
    names = mapping.columns
    if not row_id:
        raise UnfitError(Reason.NO_ID)
    opened, closed = parse_time(row[names.opened], mapping), parse_time(row[names.closed], mapping)
    target = parse_time(row[names.due], mapping)
    if opened is None:
        raise UnfitError(Reason.BAD_TIME)
    if closed is not None and closed < opened:
        raise UnfitError(Reason.CLOSED_BEFORE_OPENED)
    matter = row[names.matter].strip()
    if not matter:
        raise UnfitError(Reason.NO_TYPE)
    lon, lat = parse_point(row[names.lon], row[names.lat], mapping) or (None, None)
    return ReplayRow(
        row_id=row_id,
        opened_at=opened,
        matter=mapping.matters.get(matter),
        channel=mapping.channels.get(row[names.channel].strip(), mapping.channel_otherwise),
        lon=lon,
        lat=lat,
        place=mapping.root,
        target_at=target,
        closed_at=closed,
        department=mapping.departments.get(row[names.department].strip()),
        was_on_time=mapping.statuses.get(row[names.status].strip()),
    )


def parse_rows(
    rows: Iterable[Mapping[str, str]], mapping: ReplayMapping
) -> tuple[list[ReplayRow], list[Rejection]]:
    """读全部 / Every row as a request, in order of opening, or a rejection; a repeated id is one."""
    requests: list[ReplayRow] = []
    rejections: list[Rejection] = []
    seen: set[str] = set()
    for row in rows:
        parsed = parse_row(row, mapping)
        if parsed.row_id and parsed.row_id in seen:
            parsed = Rejection(row_id=parsed.row_id, reason=Reason.DUPLICATE_ID)
        seen.add(parsed.row_id)
        if isinstance(parsed, Rejection):
            rejections.append(parsed)
        else:
            requests.append(parsed)
    requests.sort(key=lambda request: request.opened_at)
    return requests, rejections


def on_time(due: datetime | None, closed: datetime | None, data_end: datetime) -> bool:
    """是否按期 / Whether a request was kept to its due time, as far as the data reach.

    A request without a due time has promised nothing and is never late. A closed one is on time when it was
    closed at or before the moment it was due, to the second and without any grace; the part of the day
    counts, so «the same day» is not enough. An open one is judged at the end of the data: late when its due
    time has passed by then. What happened after the end of the data is not known, and a closing from then on
    counts as open.
    """
    if due is None:
        return True
    if closed is not None and closed < data_end:
        return closed <= due
    return data_end <= due


@dataclass(slots=True)
class Share:
    """份额 / So many the same, of so many."""

    same: int = 0
    of: int = 0

    def add(self, *, same: bool) -> None:
        """计一件 / Counts one."""
        self.same += same
        self.of += 1

    def as_json(self) -> dict[str, int | float | None]:
        """输出 / `share` is None, not 0 or 1, when there was nothing to compare."""
        return {"same": self.same, "of": self.of, "share": round(self.same / self.of, 6) if self.of else None}


@dataclass(slots=True)
class Tally:
    """回放结果 / What came of a replay.

    located: cases in a grid, of the cases that have a point. routed_same_department: lead organs that are the
    source's department, of the cases of the test period whose matter is on the list (a department that the
    mapping does not know is never the same). on_time_same: our verdict against the source's, of the cases for
    which the source has one. `without_point` and `unlisted` count the cases that the first two leave out,
    `unsettled` the settlements refused, by reason (such a case stays open).
    """

    cases: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    located: Share = field(default_factory=Share)
    routed_same_department: Share = field(default_factory=Share)
    on_time_same: Share = field(default_factory=Share)
    seconds: float = 0.0
    without_point: int = 0
    unlisted: int = 0
    unsettled: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """行数 / Rows accounted for: each is a case or a rejection."""
        return self.cases + self.rejected.total()

    def as_json(self) -> dict[str, object]:
        """输出 / The object that the command prints."""
        return {
            "cases": self.cases,
            "rejected": dict(sorted(self.rejected.items())),
            "located": self.located.as_json(),
            "routed_same_department": self.routed_same_department.as_json(),
            "on_time_same": self.on_time_same.as_json(),
            "seconds": round(self.seconds, 3),
            "without_point": self.without_point,
            "unlisted": self.unlisted,
            "unsettled": dict(sorted(self.unsettled.items())),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Routed:
    """已派 / What reporting made of a request: case, lead organ, whether a grid holds it, due time."""

    case: str
    organ: str
    in_grid: bool
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """待办结 / A case to settle, and the moment of it."""

    case: str
    row: ReplayRow
    settled_at: datetime


Report = Callable[[Sequence[ReplayRow]], Sequence[Routed | Rejection]]
"""Reports one day's requests, in order of opening; one answer for each, in the same order."""
Settle = Callable[[Sequence[Settlement]], Sequence[datetime | Rejection]]
"""Settles one day's cases, in order of closing; for each the moment the platform recorded, or a rejection."""


@dataclass(frozen=True, slots=True)
class Day:
    """一日 / What happens on one local day: requests opened and requests closed, each in order of time."""

    day: date
    opened: Sequence[ReplayRow]
    closed: Sequence[ReplayRow]


def days(rows: Iterable[ReplayRow], mapping: ReplayMapping) -> Iterator[Day]:
    """按日 / The days on which something happens, up to the data's last day, in order."""
    opened: dict[date, list[ReplayRow]] = {}
    closed: dict[date, list[ReplayRow]] = {}
    for row in rows:
        opened.setdefault(row.opened_at.astimezone(mapping.zone).date(), []).append(row)
        if row.closed_at is not None and row.closed_at < mapping.data_end:
            closed.setdefault(row.closed_at.astimezone(mapping.zone).date(), []).append(row)
    for day in sorted({*opened, *closed}):
        yield Day(
            day,
            sorted(opened.get(day, ()), key=lambda row: row.opened_at),
            sorted(closed.get(day, ()), key=lambda row: row.closed_at or mapping.data_end),
        )


def replay(
    rows: Iterable[Mapping[str, str]],
    mapping: ReplayMapping,
    *,
    report: Report,
    settle: Settle,
    now: Callable[[], float],
) -> Tally:
    """回放 / Walks the rows by the clock of the data: each day a batch of reports, then settlements.

    `now` is a stopwatch in seconds. Raises ValueError when an operation does not answer for every item it was
    given.
    """
    started = now()
    requests, rejections = parse_rows(rows, mapping)
    tally = Tally(rejected=Counter(rejection.reason for rejection in rejections))
    routed: dict[str, Routed] = {}
    settled: dict[str, datetime] = {}
    for day in days(requests, mapping):
        for row, answer in zip(day.opened, report(day.opened) if day.opened else (), strict=True):
            if isinstance(answer, Rejection):
                tally.rejected[answer.reason] += 1
            else:
                routed[row.row_id] = answer
        due_today = _settlements(day.closed, routed)
        for item, answered in zip(due_today, settle(due_today) if due_today else (), strict=True):
            if isinstance(answered, Rejection):
                tally.unsettled[answered.reason] += 1
            else:
                settled[item.row.row_id] = answered
    for row in requests:
        if row.row_id in routed:
            count_case(tally, row, routed[row.row_id], settled.get(row.row_id), mapping)
    tally.seconds = now() - started
    return tally


def _settlements(closed: Sequence[ReplayRow], routed: Mapping[str, Routed]) -> list[Settlement]:
    return [
        Settlement(case=routed[row.row_id].case, row=row, settled_at=row.closed_at)
        for row in closed
        if row.closed_at is not None and row.row_id in routed
    ]


def count_case(
    tally: Tally, row: ReplayRow, routed: Routed, settled_at: datetime | None, mapping: ReplayMapping
) -> None:
    """计一案 / Counts one case: where it lies, who got it, whether on time; beside what the source says.

    The due time and the settling time are those that the platform recorded; a limit that the platform set
    itself, on a request without a due time of its own, is no promise of the source and is left out of the
    verdict.
    """
    tally.cases += 1
    if row.has_point:
        tally.located.add(same=routed.in_grid)
    else:
        tally.without_point += 1
    if row.matter is None:
        tally.unlisted += 1
    elif row.opened_at >= mapping.test_start:
        tally.routed_same_department.add(same=routed.organ == row.department)
    if row.was_on_time is not None:
        due = routed.due_at if row.target_at is not None else None
        verdict = on_time(due, settled_at, mapping.data_end)
        tally.on_time_same.add(same=verdict == row.was_on_time)
