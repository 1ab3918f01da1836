"""期限计算的测试：春节、国庆调休、到期、中止、夏令时。"""

import csv
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.law.rules import add, build_calendar, due, elapsed, is_working_day, remaining, resume
from tongxin.law.terms import CalendarDay, DayKind, Due, Limit, Stage, Suspension, Unit, WorkingCalendar

CITY = Path(__file__).resolve().parents[3] / "city"
BEIJING = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = (("08:30", "12:00"), ("13:30", "17:30"))
SPRING_FESTIVAL = ("holiday", "2026-02-15", 9)
REST_2026 = (
    ("holiday", "2026-01-01", 3),
    ("makeup", "2026-01-04", 1),
    ("makeup", "2026-02-14", 1),
    SPRING_FESTIVAL,
    ("makeup", "2026-02-28", 1),
    ("holiday", "2026-04-04", 3),
    ("holiday", "2026-05-01", 5),
    ("makeup", "2026-05-09", 1),
    ("holiday", "2026-06-19", 3),
    ("makeup", "2026-09-20", 1),
    ("holiday", "2026-09-25", 3),
    ("holiday", "2026-10-01", 7),
    ("makeup", "2026-10-10", 1),
)
DAYS = tuple(
    CalendarDay(day=date.fromisoformat(first) + timedelta(days=offset), kind=DayKind(kind))
    for kind, first, length in REST_2026
    for offset in range(length)
)
CALENDAR = build_calendar(
    zone="Asia/Shanghai", working_week=range(1, 6), hours=OFFICE, days=DAYS, published=(2025, 2026)
)
PLAIN_US = build_calendar(
    zone="America/New_York",
    working_week=range(1, 6),
    hours=(("09:00", "17:00"),),
    days=(),
    published=range(2020, 2031),
)
ROUND_THE_CLOCK_US = build_calendar(
    zone="America/New_York",
    working_week=range(1, 8),
    hours=(("00:00", "24:00"),),
    days=(),
    published=range(2020, 2031),
)


def at(text: str, zone: ZoneInfo = BEIJING) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def limit(number: str | int | Decimal, unit: str) -> Limit:
    return Limit(number=Decimal(number), unit=Unit(unit), stage=Stage.HANDLE)


def end(start: str, number: str | int, unit: str, calendar: WorkingCalendar = CALENDAR) -> str:
    """The due time in short: 2026-02-24 17:30."""
    found = due(start=at(start, calendar.tz), limit=limit(number, unit), calendar=calendar)
    return found.at.strftime("%Y-%m-%d %H:%M")


# --- the days of the calendar --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-02-14", True),  # a Saturday worked before the festival
        ("2026-02-15", False),
        ("2026-02-20", False),  # a Friday of the festival
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),
        ("2026-03-01", False),
        ("2026-10-09", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
    ],
)
def test_make_up_days_are_worked_and_festival_days_are_not(day, works):
    assert is_working_day(day=date.fromisoformat(day), calendar=CALENDAR) is works


def test_the_calendar_of_the_pack_is_the_published_one_of_2026():
    folder = CITY / "binzhou" / "calendar"
    if not (folder / "2026.csv").exists():
        pytest.skip("the pack is not there")
    calendar = calendar_of_pack(folder)
    assert calendar.holidays & set_of_2026() == CALENDAR.holidays
    assert calendar.makeup_days & set_of_2026() == CALENDAR.makeup_days


def calendar_of_pack(folder: Path) -> WorkingCalendar:
    facts = tomllib.loads((folder / "calendar.toml").read_text(encoding="utf-8"))
    rows = [row for file in sorted(folder.glob("*.csv")) for row in csv.DictReader(file.open(encoding="utf-8"))]
    days = [
        CalendarDay(day=date.fromisoformat(row["date"]), kind=DayKind(row["kind"]), name=row["name"])
        for row in rows
    ]
    return build_calendar(
        zone="Asia/Shanghai",
        working_week=facts["working_week"],
        hours=facts["hours"],
        days=days,
        published=facts["published"],
    )


def set_of_2026() -> set[date]:
    return {date(2026, 1, 1) + timedelta(days=offset) for offset in range(365)}


# --- working days: the start day is not counted, the end is the close of business ------------------------


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2026-03-02 09:00", 1, "2026-03-03 17:30"),  # Monday to Tuesday
        ("2026-03-02 23:59", 1, "2026-03-03 17:30"),  # the hour of the start day does not matter
        ("2026-03-02 00:00", 1, "2026-03-03 17:30"),
        ("2026-03-06 10:00", 1, "2026-03-09 17:30"),  # over a weekend
        ("2026-03-07 10:00", 1, "2026-03-09 17:30"),  # from a Saturday
        ("2026-02-13 10:00", 1, "2026-02-14 17:30"),  # Friday to the Saturday worked
        ("2026-02-13 10:00", 2, "2026-02-24 17:30"),  # then over the whole Spring Festival
        ("2026-02-13 10:00", 5, "2026-02-27 17:30"),
        ("2026-02-13 10:00", 6, "2026-02-28 17:30"),  # a Saturday worked again
        ("2026-02-13 10:00", 7, "2026-03-02 17:30"),
        ("2026-09-18 10:00", 1, "2026-09-20 17:30"),  # a Sunday worked before National Day
        ("2026-09-24 10:00", 1, "2026-09-28 17:30"),  # over Mid-Autumn
        ("2026-09-30 10:00", 1, "2026-10-08 17:30"),  # over National Day
        ("2026-09-30 10:00", 3, "2026-10-10 17:30"),
        ("2026-09-30 10:00", 4, "2026-10-12 17:30"),
        ("2026-02-17 12:00", 1, "2026-02-24 17:30"),  # reported on New Year's Day itself
    ],
)
def test_working_days_count_from_the_next_working_day_and_end_with_business(start, number, expected):
    assert end(start, number, "working_day") == expected


def test_the_last_working_day_is_the_one_a_page_shows():
    found = due(start=at("2026-02-13 10:00"), limit=limit(2, "working_day"), calendar=CALENDAR)
    assert found.last_day == date(2026, 2, 24)
    assert not found.beyond_known


# --- natural days: end at 24:00, and not on a day of rest -----------------------------------------------


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2026-03-02 09:00", 1, "2026-03-04 00:00"),  # 24:00 of Tuesday
        ("2026-03-02 09:00", 7, "2026-03-10 00:00"),
        ("2026-03-02 09:00", 5, "2026-03-10 00:00"),  # ends on Saturday, so at 24:00 of Monday
        ("2026-02-08 09:00", 7, "2026-02-25 00:00"),  # ends on the first day of the festival
        ("2026-02-08 09:00", 6, "2026-02-15 00:00"),  # ends on the Saturday that is worked
        ("2026-09-24 09:00", 7, "2026-10-09 00:00"),  # ends on National Day
        ("2026-09-13 09:00", 7, "2026-09-21 00:00"),  # ends on the Sunday that is worked
    ],
)
def test_natural_days_end_at_midnight_and_move_past_days_of_rest(start, number, expected):
    assert end(start, number, "natural_day") == expected


def test_a_limit_that_ends_at_midnight_names_the_day_it_ends():
    found = due(start=at("2026-03-02 09:00"), limit=limit(1, "natural_day"), calendar=CALENDAR)
    assert found.last_day == date(2026, 3, 3)


# --- hours ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2026-03-02 09:00", 2, "2026-03-02 11:00"),
        ("2026-03-02 09:00", 3, "2026-03-02 12:00"),  # used up exactly at noon, not at 13:30
        ("2026-03-02 09:00", 4, "2026-03-02 14:30"),  # lunch does not count
        ("2026-03-02 07:00", 4, "2026-03-02 14:00"),  # waits for the opening
        ("2026-03-02 12:30", 4, "2026-03-02 17:30"),
        ("2026-03-02 16:30", 2, "2026-03-03 09:30"),
        ("2026-03-02 17:30", 1, "2026-03-03 09:30"),
        ("2026-03-06 16:30", 2, "2026-03-09 09:30"),  # over a weekend
        ("2026-02-14 16:30", 2, "2026-02-24 09:30"),  # over Spring Festival, from a Saturday worked
        ("2026-10-01 10:00", 4, "2026-10-08 13:30"[:11] + "14:00"),  # reported on National Day
        ("2026-03-02 09:00", "0.5", "2026-03-02 09:30"),
        ("2026-03-02 09:00", "7.5", "2026-03-03 09:00"),  # one whole day of business
    ],
)
def test_working_hours_run_only_inside_business_hours(start, number, expected):
    assert end(start, number, "working_hour") == expected


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2026-02-14 20:00", 24, "2026-02-15 20:00"),
        ("2026-02-14 20:00", "0.25", "2026-02-14 20:15"),
    ],
)
def test_plain_hours_run_from_the_moment_through_nights_and_festivals(start, number, expected):
    assert end(start, number, "hour") == expected


# --- years whose holidays are not published -------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "number", "unit", "years"),
    [
        ("2026-12-30 09:00", 1, "working_day", ()),
        ("2026-12-31 09:00", 1, "working_day", (2027,)),
        ("2026-12-31 09:00", 2, "natural_day", (2027,)),
        ("2026-12-31 16:30", 1, "working_hour", ()),
        ("2026-12-31 16:30", 2, "working_hour", (2027,)),
        ("2026-12-31 16:30", 48, "hour", ()),  # plain hours need no calendar
        ("2026-12-31 09:00", 300, "working_day", (2027, 2028)),
        ("2024-12-31 09:00", 1, "working_day", ()),  # counted from the next day on
    ],
)
def test_a_limit_into_an_unpublished_year_is_provisional_and_names_the_year(start, number, unit, years):
    found = due(start=at(start), limit=limit(number, unit), calendar=CALENDAR)
    assert found.unknown_years == years
    assert found.beyond_known is bool(years)


def test_an_unpublished_year_is_counted_by_weekends_only():
    assert end("2026-12-31 09:00", 1, "working_day") == "2027-01-01 17:30"


# --- suspension ----------------------------------------------------------------------------------------


def pause(begins: str, ends: str) -> Suspension:
    return Suspension(begins_at=at(begins), ends_at=at(ends))


def with_pauses(start: str, number: int, unit: str, *pauses: Suspension) -> Due:
    return due(start=at(start), limit=limit(number, unit), calendar=CALENDAR, suspensions=pauses)


def test_time_under_suspension_does_not_count_towards_working_hours():
    found = with_pauses("2026-03-02 09:00", 4, "working_hour", pause("2026-03-02 10:00", "2026-03-04 15:00"))
    assert found.at == at("2026-03-05 09:00")  # one hour used, 2.5 on Wednesday, 0.5 on Thursday


def test_time_under_suspension_does_not_count_towards_plain_hours():
    found = with_pauses("2026-03-02 09:00", 4, "hour", pause("2026-03-02 10:00", "2026-03-02 22:00"))
    assert found.at == at("2026-03-03 01:00")


def test_a_limit_in_working_days_resumes_to_the_close_of_business():
    found = with_pauses("2026-03-02 09:00", 3, "working_day", pause("2026-03-03 17:30", "2026-03-05 17:30"))
    assert found.at == at("2026-03-09 17:30")  # Thursday's end moves by Wednesday and Thursday


def test_a_limit_in_natural_days_resumes_to_midnight():
    found = with_pauses("2026-03-02 09:00", 3, "natural_day", pause("2026-03-03 12:00", "2026-03-06 12:00"))
    assert found.at == at("2026-03-10 00:00")  # 24:00 of Sunday moves to Monday


def test_many_short_suspensions_give_no_more_than_their_sum():
    minutes = [pause(f"2026-03-03 {hour:02}:00", f"2026-03-03 {hour:02}:01") for hour in range(9, 12)]
    assert with_pauses("2026-03-02 09:00", 3, "working_day", *minutes).at == at("2026-03-06 17:30")


def test_a_suspension_in_the_night_costs_a_working_hour_nothing():
    found = with_pauses("2026-03-02 09:00", 9, "working_hour", pause("2026-03-02 18:00", "2026-03-03 08:00"))
    assert found == with_pauses("2026-03-02 09:00", 9, "working_hour")


def test_overlapping_suspensions_count_once():
    once = with_pauses("2026-03-02 09:00", 4, "working_hour", pause("2026-03-02 10:00", "2026-03-02 16:00"))
    twice = with_pauses(
        "2026-03-02 09:00",
        4,
        "working_hour",
        pause("2026-03-02 10:00", "2026-03-02 15:00"),
        pause("2026-03-02 11:00", "2026-03-02 16:00"),
    )
    assert once == twice


def test_a_suspension_before_the_start_or_after_the_end_moves_nothing():
    plain = with_pauses("2026-03-02 09:00", 2, "working_hour")
    before = pause("2026-02-27 09:00", "2026-03-02 08:30")
    after = pause("2026-03-02 11:00", "2026-03-05 11:00")
    assert with_pauses("2026-03-02 09:00", 2, "working_hour", before, after) == plain


def test_resuming_a_promised_time_moves_it_by_what_was_left():
    found = resume(
        due_at=at("2026-03-02 16:00"),
        suspension=pause("2026-03-02 14:00", "2026-03-06 16:30"),
        unit=Unit.WORKING_HOUR,
        calendar=CALENDAR,
    )
    assert found.at == at("2026-03-09 09:30")


def test_resuming_after_the_time_has_run_out_moves_nothing():
    for unit in Unit:
        found = resume(
            due_at=at("2026-03-02 16:00"),
            suspension=pause("2026-03-02 16:00", "2026-03-06 16:30"),
            unit=unit,
            calendar=CALENDAR,
        )
        assert found.at == at("2026-03-02 16:00")


# --- what has passed, what is left ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "until", "unit", "expected"),
    [
        ("2026-03-02 09:00", "2026-03-02 14:30", "working_hour", "4"),
        ("2026-02-14 17:00", "2026-02-24 09:00", "working_hour", "1"),
        ("2026-03-02 09:00", "2026-03-02 14:30", "hour", "5.5"),
        ("2026-03-02 09:00", "2026-03-03 17:29", "working_day", "0"),
        ("2026-03-02 09:00", "2026-03-03 17:30", "working_day", "1"),
        ("2026-02-13 09:00", "2026-02-24 17:30", "working_day", "2"),
        ("2026-03-02 09:00", "2026-03-03 23:59", "natural_day", "0"),
        ("2026-03-02 09:00", "2026-03-04 00:00", "natural_day", "1"),
    ],
)
def test_elapsed_time_is_counted_in_the_unit_of_the_limit(start, until, unit, expected):
    found = elapsed(start=at(start), end=at(until), unit=Unit(unit), calendar=CALENDAR)
    assert found == Decimal(expected)


@pytest.mark.parametrize(
    ("now", "until", "minutes"),
    [
        ("2026-03-02 11:00", "2026-03-02 14:00", 90),
        ("2026-03-02 14:00", "2026-03-02 11:00", -90),
        ("2026-02-14 17:00", "2026-02-24 09:00", 60),
        ("2026-03-07 09:00", "2026-03-08 09:00", 0),
        ("2026-03-02 11:00", "2026-03-02 11:00", 0),
    ],
)
def test_remaining_time_is_in_working_minutes_and_negative_when_overdue(now, until, minutes):
    assert remaining(now=at(now), due_at=at(until), calendar=CALENDAR) == minutes


# --- summer time ---------------------------------------------------------------------------------------


def test_a_day_before_summer_time_begins_twenty_four_hours_end_an_hour_later_on_the_clock():
    assert end("2026-03-07 12:00", 24, "hour", PLAIN_US) == "2026-03-08 13:00"


def test_a_working_day_ends_at_five_on_either_side_of_summer_time():
    assert end("2026-03-06 12:00", 1, "working_day", PLAIN_US) == "2026-03-09 17:00"
    assert end("2026-10-30 12:00", 1, "working_day", PLAIN_US) == "2026-11-02 17:00"


def test_a_natural_day_ends_at_midnight_though_it_has_twenty_three_hours():
    found = due(
        start=at("2026-03-07 12:00", NEW_YORK), limit=limit(1, "natural_day"), calendar=ROUND_THE_CLOCK_US
    )
    assert found.at == at("2026-03-09 00:00", NEW_YORK)
    assert found.at.astimezone(UTC) == datetime(2026, 3, 9, 4, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_working_hours_are_real_hours_on_the_days_of_the_change(day, hours):
    begins = at(f"{day} 00:00", NEW_YORK)
    ends = begins + timedelta(days=1)
    found = elapsed(start=begins, end=ends, unit=Unit.WORKING_HOUR, calendar=ROUND_THE_CLOCK_US)
    assert found == hours


def test_a_stretch_that_summer_time_swallows_is_no_working_time():
    night = build_calendar(
        zone="America/New_York", working_week=(7,), hours=(("02:00", "03:00"),), days=(), published=(2026,)
    )
    assert end("2026-03-07 12:00", 1, "working_hour", night) == "2026-03-15 03:00"


# --- what is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0", "-1", "NaN", "Infinity", "36526"])
def test_a_limit_that_is_no_sensible_number_is_refused(number):
    with pytest.raises(ValueError, match="期限须为正数"):
        limit(number, "hour")


@pytest.mark.parametrize("unit", ["working_day", "natural_day"])
def test_half_a_day_is_refused_because_it_is_written_in_hours(unit):
    with pytest.raises(ValueError, match="整数"):
        limit("0.5", unit)


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match="时区"):
        due(start=naive, limit=limit(1, "hour"), calendar=CALENDAR)


def test_an_end_before_the_start_is_refused():
    with pytest.raises(ValueError, match="早于"):
        elapsed(start=at("2026-03-02 09:00"), end=at("2026-03-02 08:00"), unit=Unit.HOUR, calendar=CALENDAR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"working_week": ()},
        {"working_week": (0, 8)},
        {"hours": ()},
        {"hours": (("12:00", "08:00"),)},
        {"hours": (("08:00", "12:00"), ("11:00", "17:00"))},
        {"hours": (("13:00", "17:00"), ("08:00", "12:00"))},
        {"days": (*DAYS, CalendarDay(day=date(2026, 2, 17), kind=DayKind.MAKEUP))},
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(wrong):
    facts = {
        "zone": "Asia/Shanghai",
        "working_week": range(1, 6),
        "hours": OFFICE,
        "days": DAYS,
        "published": (2026,),
    }
    with pytest.raises(ValueError, match="/"):
        build_calendar(**(facts | wrong))


# --- properties ----------------------------------------------------------------------------------------

moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2026, 11, 30),  # noqa: DTZ001
    timezones=st.sampled_from([BEIJING, NEW_YORK, UTC]),
)
calendars = st.sampled_from([CALENDAR, PLAIN_US, ROUND_THE_CLOCK_US])
hour_limits = st.builds(
    limit,
    st.decimals(min_value="0.05", max_value=120, places=2),
    st.sampled_from(["working_hour", "hour"]),
)
day_limits = st.builds(limit, st.integers(1, 40), st.sampled_from(["working_day", "natural_day"]))
limits = st.one_of(hour_limits, day_limits)
lengths = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=20))


@given(moments, lengths, limits, calendars)
def test_a_later_start_is_never_due_earlier(start, later, bound, calendar):
    first = due(start=start, limit=bound, calendar=calendar)
    second = due(start=start + later, limit=bound, calendar=calendar)
    assert first.at.astimezone(UTC) <= second.at.astimezone(UTC) or not later


@given(moments, limits, calendars)
def test_a_due_time_lies_after_its_start_and_in_the_zone_of_the_calendar(start, bound, calendar):
    found = due(start=start, limit=bound, calendar=calendar)
    assert found.at.astimezone(UTC) > start.astimezone(UTC)
    assert found.at.tzinfo is calendar.tz


@given(moments, hour_limits, calendars)
def test_exactly_the_limit_has_passed_when_hours_are_due(start, bound, calendar):
    found = due(start=start, limit=bound, calendar=calendar)
    assert elapsed(start=start, end=found.at, unit=bound.unit, calendar=calendar) == bound.number


@given(moments, st.integers(1, 40), calendars)
def test_exactly_the_limit_has_passed_when_working_days_are_due(start, number, calendar):
    found = due(start=start, limit=limit(number, "working_day"), calendar=calendar)
    just_before = found.at.astimezone(UTC) - timedelta(microseconds=1)
    assert elapsed(start=start, end=found.at, unit=Unit.WORKING_DAY, calendar=calendar) == number
    assert elapsed(start=start, end=just_before, unit=Unit.WORKING_DAY, calendar=calendar) == number - 1


@given(moments, st.integers(1, 40), calendars)
def test_a_limit_in_days_never_ends_on_a_day_of_rest(start, number, calendar):
    for unit in ("working_day", "natural_day"):
        found = due(start=start, limit=limit(number, unit), calendar=calendar)
        assert is_working_day(day=found.last_day, calendar=calendar)


@given(moments, st.integers(1, 40), st.sampled_from([CALENDAR, PLAIN_US]))
def test_natural_days_are_due_no_later_than_as_many_working_days_and_the_rest_of_the_day(start, number, calendar):
    natural = due(start=start, limit=limit(number, "natural_day"), calendar=calendar)
    working = due(start=start, limit=limit(number, "working_day"), calendar=calendar)
    assert natural.last_day <= working.last_day


@given(moments, lengths, lengths, limits, calendars)
def test_suspending_and_resuming_keeps_the_time_that_remained(start, until, length, bound, calendar):
    plain = due(start=start, limit=bound, calendar=calendar)
    begins = start + until
    stop = Suspension(begins_at=begins, ends_at=begins + length)
    moved = due(start=start, limit=bound, calendar=calendar, suspensions=[stop])
    left = remaining(now=stop.begins_at, due_at=plain.at, calendar=calendar)
    if left <= 0 or bound.unit is Unit.HOUR:
        return
    after = remaining(now=stop.ends_at, due_at=moved.at, calendar=calendar)
    if bound.unit is Unit.WORKING_HOUR:
        assert after == left
    elif bound.unit is Unit.WORKING_DAY and calendar is not ROUND_THE_CLOCK_US:
        assert after >= left


@given(moments, lengths, lengths, hour_limits, calendars)
def test_hours_due_after_a_suspension_are_the_limit_outside_it(start, until, length, bound, calendar):
    stop = Suspension(begins_at=start + until, ends_at=start + until + length)
    moved = due(start=start, limit=bound, calendar=calendar, suspensions=[stop])
    if moved.at.astimezone(UTC) <= stop.begins_at.astimezone(UTC):
        assert elapsed(start=start, end=moved.at, unit=bound.unit, calendar=calendar) == bound.number
        return
    before = elapsed(start=start, end=stop.begins_at, unit=bound.unit, calendar=calendar)
    after = elapsed(start=stop.ends_at, end=moved.at, unit=bound.unit, calendar=calendar)
    assert before + after == pytest.approx(bound.number)


@given(moments, lengths, lengths, limits, calendars)
def test_a_suspension_never_brings_a_due_time_forward(start, until, length, bound, calendar):
    stop = Suspension(begins_at=start + until, ends_at=start + until + length)
    plain = due(start=start, limit=bound, calendar=calendar)
    moved = due(start=start, limit=bound, calendar=calendar, suspensions=[stop])
    assert moved.at.astimezone(UTC) >= plain.at.astimezone(UTC)


@given(moments, limits, calendars, lengths, lengths)
def test_resuming_one_suspension_agrees_with_counting_it(start, bound, calendar, until, length):
    """Where the plain due time was not itself moved past days of rest."""
    plain = due(start=start, limit=bound, calendar=calendar)
    stop = Suspension(begins_at=start + until, ends_at=start + until + length)
    counted = due(start=start, limit=bound, calendar=calendar, suspensions=[stop])
    resumed = resume(due_at=plain.at, suspension=stop, unit=bound.unit, calendar=calendar)
    if bound.unit is Unit.NATURAL_DAY:
        assert resumed.at.astimezone(UTC) >= counted.at.astimezone(UTC)
    else:
        assert (resumed.at, resumed.last_day) == (counted.at, counted.last_day)


@given(moments, st.integers(0, 3000), calendars)
def test_adding_working_minutes_leaves_as_many_remaining(start, minutes, calendar):
    until = add(start=start, working=timedelta(minutes=minutes), calendar=calendar)
    assert remaining(now=start, due_at=until, calendar=calendar) == minutes


@given(moments, st.integers(1, 600))
def test_working_hours_agree_with_counting_minute_by_minute(start, minutes):
    """Against the plainest count there is, in whole minutes."""
    begins = start.astimezone(BEIJING).replace(second=0, microsecond=0)
    clock, left = begins, minutes
    while left:
        inside = "08:30" <= clock.strftime("%H:%M") < "12:00" or "13:30" <= clock.strftime("%H:%M") < "17:30"
        left -= inside and is_working_day(day=clock.date(), calendar=CALENDAR)
        clock += timedelta(minutes=1)
    assert add(start=begins, working=timedelta(minutes=minutes), calendar=CALENDAR) == clock
