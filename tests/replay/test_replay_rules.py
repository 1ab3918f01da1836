"""历史诉求回放的规则 / The rules of replaying past requests."""

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.web.replay import (
    Columns,
    Rejection,
    ReplayMapping,
    ReplayRow,
    Routed,
    Settlement,
    Tally,
    days,
    on_time,
    parse_row,
    parse_rows,
    read_mapping,
    read_matter_names,
    read_table,
    replay,
)

PACK = Path(__file__).parents[2] / "city/boston"
ZONE = ZoneInfo("America/New_York")
TIME = "%m/%d/%Y %I:%M:%S %p"
NAMES = ("id", "opened", "due", "closed", "type", "source", "lon", "lat", "department", "status")
MAPPING = ReplayMapping(
    columns=Columns(
        row_id="id",
        opened="opened",
        due="due",
        closed="closed",
        matter="type",
        channel="source",
        lon="lon",
        lat="lat",
        department="department",
        status="status",
    ),
    time_format=TIME,
    zone=ZONE,
    test_from=date(2015, 4, 1),
    data_last_day=date(2015, 12, 31),
    root="town",
    channel_otherwise="replay",
    channels={"Call": "hotline"},
    departments={"PW": "town/works", "PARK": "town/parks"},
    matters={"Pothole": "pothole", "Tree": "tree"},
    statuses={"ONTIME": True, "OVERDUE": False},
    placeholders=frozenset({(-71.0, 42.0)}),
)
GOOD = {
    "id": "1",
    "opened": "04/02/2015 09:00:00 AM",
    "due": "04/05/2015 09:00:00 AM",
    "closed": "04/03/2015 01:02:03 PM",
    "type": "Pothole",
    "source": "Call",
    "lon": "-71.1",
    "lat": "42.3",
    "department": "PW",
    "status": "ONTIME",
}

moments = st.integers(0, 500 * 86400).map(
    lambda second: (datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).replace(tzinfo=None)
)
maybe_moments = st.none() | moments
aware = moments.map(lambda at: at.replace(tzinfo=UTC))


def written(at: datetime | None) -> str:
    return at.strftime(TIME) if at else ""


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of every kind, most of them sound; some cells are anything at all."""

    def cell(usual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(usual, usual, usual, usual, st.text(max_size=8))

    row = st.fixed_dictionaries(
        {
            "id": cell(st.integers(1, 30).map(str)),
            "opened": cell(moments.map(written)),
            "due": cell(maybe_moments.map(written)),
            "closed": cell(maybe_moments.map(written)),
            "type": cell(st.sampled_from(["Pothole", "Tree", "Never seen"])),
            "source": cell(st.just("Call")),
            "lon": cell(st.sampled_from(["-71.1", "-71.0", ""])),
            "lat": cell(st.sampled_from(["42.3", "42.0", ""])),
            "department": cell(st.sampled_from(["PW", "PARK", "gone"])),
            "status": cell(st.sampled_from(["ONTIME", "OVERDUE", ""])),
        }
    )
    return draw(st.lists(row, max_size=25))


def request(**changed: str) -> ReplayRow:
    parsed = parse_row({**GOOD, **changed}, MAPPING)
    assert isinstance(parsed, ReplayRow)
    return parsed


def report_all(rows: Sequence[ReplayRow]) -> list[Routed | Rejection]:
    return [
        Routed(case=f"case-{row.row_id}", organ="town/works", in_grid=row.has_point, due_at=row.target_at)
        for row in rows
    ]


def settle_all(batch: Sequence[Settlement]) -> list[datetime | Rejection]:
    return [item.settled_at for item in batch]


def tally_of(rows: Iterable[Mapping[str, str]]) -> Tally:
    return replay(rows, MAPPING, report=report_all, settle=settle_all, now=lambda: 0.0)


# ---- one row ----


def test_row_is_read_in_the_time_zone_of_the_data() -> None:
    row = request()
    assert row.opened_at == datetime(2015, 4, 2, 13, tzinfo=UTC)
    assert row.closed_at == datetime(2015, 4, 3, 17, 2, 3, tzinfo=UTC)
    assert (row.matter, row.channel, row.department, row.was_on_time) == (
        "pothole",
        "hotline",
        "town/works",
        True,
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"id": " "}, "no_id"),
        ({"opened": ""}, "bad_time"),
        ({"opened": "2015-04-02"}, "bad_time"),
        ({"due": "soon"}, "bad_time"),
        ({"closed": "13/13/2015 01:00:00 PM"}, "bad_time"),
        ({"opened": "01/01/0001 12:00:00 AM", "closed": ""}, None),
        ({"type": ""}, "no_type"),
        ({"closed": "04/02/2015 08:59:59 AM"}, "closed_before_opened"),
        ({"lon": "west"}, "bad_point"),
        ({"lon": ""}, "bad_point"),
        ({"lat": "nan"}, "bad_point"),
        ({"lat": "91"}, "bad_point"),
    ],
)
def test_row_that_cannot_be_a_request_names_its_reason(changed: dict[str, str], reason: str | None) -> None:
    parsed = parse_row({**GOOD, **changed}, MAPPING)
    assert (parsed.reason if isinstance(parsed, Rejection) else None) == reason


def test_row_closed_in_the_second_of_its_opening_is_a_request() -> None:
    assert request(closed=GOOD["opened"]).closed_at == request().opened_at


@pytest.mark.parametrize("point", [("", ""), ("-71.0", "42.0"), ("-71.00", "42.000")])
def test_row_without_a_point_is_a_request_at_the_city_itself(point: tuple[str, str]) -> None:
    row = request(lon=point[0], lat=point[1])
    assert not row.has_point
    assert row.report_fields()["place"] == "town"


def test_row_with_a_point_leaves_the_place_to_be_located() -> None:
    fields = request().report_fields()
    assert (fields["lon"], fields["lat"], fields["place"]) == (-71.1, 42.3, None)


def test_report_fields_hold_nothing_that_came_after_intake() -> None:
    intake = {"client_key", "channel", "matter", "reported_at", "lon", "lat", "place", "target_at"}
    assert set(request().report_fields()) == intake
    later = request(closed="", department="PARK", status="OVERDUE")
    assert later.report_fields() == request().report_fields()


def test_type_not_seen_before_has_no_matter() -> None:
    assert request(type="Never seen").matter is None


def test_hour_that_autumn_repeats_is_the_first_of_the_two() -> None:
    row = request(opened="11/01/2015 01:30:00 AM", closed="")
    assert row.opened_at == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)


@given(row=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30)))
def test_any_text_is_a_request_or_a_rejection(row: dict[str, str]) -> None:
    parsed = parse_row({**dict.fromkeys(NAMES, ""), **row}, MAPPING)
    assert isinstance(parsed, ReplayRow) or parsed.reason


@given(opened=moments, due=maybe_moments, closed=maybe_moments)
def test_times_written_are_times_read(
    opened: datetime, due: datetime | None, closed: datetime | None
) -> None:
    parsed = parse_row(
        {**GOOD, "opened": written(opened), "due": written(due), "closed": written(closed)}, MAPPING
    )
    expected = [at and at.replace(tzinfo=ZONE).astimezone(UTC) for at in (opened, due, closed)]
    if isinstance(parsed, Rejection):
        assert parsed.reason == "closed_before_opened"
        assert expected[2] is not None
        assert expected[2] < expected[0]
    else:
        assert [parsed.opened_at, parsed.target_at, parsed.closed_at] == expected


# ---- all rows ----


@given(table=tables())
def test_every_row_is_a_request_or_a_rejection_and_requests_stand_in_order(
    table: list[dict[str, str]],
) -> None:
    requests, rejections = parse_rows(table, MAPPING)
    assert len(requests) + len(rejections) == len(table)
    assert [row.opened_at for row in requests] == sorted(row.opened_at for row in requests)
    assert len({row.row_id for row in requests}) == len(requests)


def test_repeated_id_is_rejected_once_it_has_been_seen() -> None:
    requests, rejections = parse_rows([GOOD, GOOD, {**GOOD, "id": "2"}], MAPPING)
    assert [row.row_id for row in requests] == ["1", "2"]
    assert [(one.row_id, one.reason) for one in rejections] == [("1", "duplicate_id")]


@given(table=tables())
def test_days_bring_every_opening_once_and_every_known_closing_once(table: list[dict[str, str]]) -> None:
    requests, _ = parse_rows(table, MAPPING)
    walked = list(days(requests, MAPPING))
    assert [day.day for day in walked] == sorted({day.day for day in walked})
    assert sorted(row.row_id for day in walked for row in day.opened) == sorted(
        row.row_id for row in requests
    )
    known = [row.row_id for row in requests if row.closed_at and row.closed_at < MAPPING.data_end]
    assert sorted(row.row_id for day in walked for row in day.closed) == sorted(known)
    for day in walked:
        assert list(day.opened) == sorted(day.opened, key=lambda row: row.opened_at)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_table_reads_the_same_plain_and_compressed(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows{ending}"
    with gzip.open(path, "wt", newline="") if ending.endswith("gz") else path.open("w", newline="") as file:
        writer = csv.DictWriter(file, NAMES)
        writer.writeheader()
        writer.writerow(GOOD)
    assert list(read_table(path=path)) == [GOOD]


# ---- the verdict ----


@given(closed=st.none() | aware, end=aware)
def test_request_without_a_due_time_is_on_time(closed: datetime | None, end: datetime) -> None:
    assert on_time(None, closed, end)


@given(due=aware, wait=st.integers(0, 10**7))
def test_closing_in_the_due_second_is_on_time_and_one_second_later_is_not(due: datetime, wait: int) -> None:
    end = due + timedelta(seconds=wait + 2)
    assert on_time(due, due, end)
    assert not on_time(due, due + timedelta(seconds=1), end)


@given(due=aware, end=aware)
def test_open_request_is_late_when_its_due_time_is_before_the_end_of_the_data(
    due: datetime, end: datetime
) -> None:
    assert on_time(due, None, end) == (due >= end)


@given(due=aware, end=aware, after=st.integers(0, 10**7))
def test_closing_after_the_end_of_the_data_counts_as_open(due: datetime, end: datetime, after: int) -> None:
    assert on_time(due, end + timedelta(seconds=after), end) == on_time(due, None, end)


@given(due=aware, closed=aware, end=aware, later=st.integers(0, 10**7))
def test_more_time_never_makes_a_request_late(
    due: datetime, closed: datetime, end: datetime, later: int
) -> None:
    assert on_time(due + timedelta(seconds=later), closed, end) >= on_time(due, closed, end)


# ---- the tally ----


@given(table=tables())
def test_tally_accounts_for_every_row(table: list[dict[str, str]]) -> None:
    tally = tally_of(table)
    assert tally.rows == len(table)
    assert tally.located.of + tally.without_point == tally.cases
    assert tally.routed_same_department.of + tally.unlisted <= tally.cases
    assert tally.on_time_same.of <= tally.cases
    for share in (tally.located, tally.routed_same_department, tally.on_time_same):
        assert 0 <= share.same <= share.of
    assert json.loads(json.dumps(tally.as_json()))["cases"] == tally.cases


@given(table=tables())
def test_report_refused_is_a_rejection_with_its_reason(table: list[dict[str, str]]) -> None:
    def refuse(rows: Sequence[ReplayRow]) -> list[Routed | Rejection]:
        return [Rejection(row_id=row.row_id, reason="point_outside_city") for row in rows]

    tally = replay(table, MAPPING, report=refuse, settle=settle_all, now=lambda: 0.0)
    assert tally.cases == 0
    assert tally.rows == len(table)


def test_only_listed_types_of_the_test_period_count_for_routing() -> None:
    before = {**GOOD, "id": "2", "opened": "03/31/2015 11:59:59 PM"}
    first = {**GOOD, "id": "3", "opened": "04/01/2015 12:00:00 AM"}
    elsewhere = {**GOOD, "id": "4", "department": "PARK"}
    unknown = {**GOOD, "id": "5", "department": "gone"}
    unlisted = {**GOOD, "id": "6", "type": "Never seen"}
    tally = tally_of([GOOD, before, first, elsewhere, unknown, unlisted])
    assert (tally.routed_same_department.same, tally.routed_same_department.of) == (2, 4)
    assert tally.unlisted == 1


def test_verdict_is_ours_from_what_the_platform_recorded() -> None:
    late = {**GOOD, "closed": "04/05/2015 09:00:01 AM", "status": "OVERDUE"}
    tally = tally_of(
        [
            GOOD,
            {**late, "id": "2"},
            {**late, "id": "3", "status": "ONTIME"},
            {**GOOD, "id": "4", "status": ""},
        ]
    )
    assert (tally.on_time_same.same, tally.on_time_same.of) == (2, 3)


def test_limit_that_the_platform_set_itself_is_no_promise_of_the_source() -> None:
    def report(rows: Sequence[ReplayRow]) -> list[Routed | Rejection]:
        return [Routed(case="c", organ="town/works", in_grid=True, due_at=row.opened_at) for row in rows]

    tally = replay([{**GOOD, "due": ""}], MAPPING, report=report, settle=settle_all, now=lambda: 0.0)
    assert tally.on_time_same.same == 1


def test_settlement_refused_leaves_the_case_open_and_is_counted() -> None:
    def refuse(batch: Sequence[Settlement]) -> list[datetime | Rejection]:
        return [Rejection(row_id=item.row.row_id, reason="no_office") for item in batch]

    tally = replay([GOOD], MAPPING, report=report_all, settle=refuse, now=lambda: 0.0)
    assert (tally.cases, tally.rejected.total(), dict(tally.unsettled)) == (1, 0, {"no_office": 1})
    assert tally.on_time_same.same == 0


def test_operation_that_does_not_answer_for_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="shorter"):
        replay([GOOD], MAPPING, report=lambda _: [], settle=settle_all, now=lambda: 0.0)


def test_share_of_nothing_is_not_a_number() -> None:
    assert tally_of([]).as_json()["located"] == {"same": 0, "of": 0, "share": None}


def test_seconds_are_those_of_the_stopwatch() -> None:
    clock = iter([10.0, 12.5])
    assert replay([], MAPPING, report=report_all, settle=settle_all, now=lambda: next(clock)).seconds == 2.5


# ---- the pack ----


def test_pack_with_a_replay_reads_its_own_mapping() -> None:
    matters = read_matter_names(path=PACK / "lists/matters.csv")
    mapping = read_mapping(path=PACK / "replay.toml", matters=matters, root="boston")
    with (PACK / "organs/organs.csv").open(encoding="utf-8", newline="") as file:
        organs = {row["code"] for row in csv.DictReader(file)}
    assert set(mapping.departments.values()) <= organs
    assert len(set(matters.values())) == len(matters) == 148
    assert mapping.test_start.isoformat() == "2015-04-01T00:00:00-04:00"
