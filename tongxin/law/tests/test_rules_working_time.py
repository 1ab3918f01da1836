"""期限计算的测试：春节、国庆调休、到期、夏令时。"""

import ast
import csv
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tongxin.law.rules import build_calendar, due, elapsed, is_working_day, remaining
from tongxin.law.terms import CalendarDay, DayKind, Suspension, Unit, WorkingCalendar
from tongxin.law.tests.calendars import (
    CALENDAR,
    DAYS,
    NEW_YORK,
    OFFICE,
    PLAIN_US,
    ROUND_THE_CLOCK_US,
    at,
    end,
    limit,
)

RULES = Path(__file__).resolve().parents[1] / "rules"
PACKS = Path(__file__).resolve().parents[3] / "city"

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


def test_the_calendars_of_the_packs_agree_with_the_published_days_of_2026():
    calendars = [calendar_of_pack(file.parent) for file in sorted(PACKS.glob("*/city.toml"))]
    checked = [c for c in calendars if c.zone == CALENDAR.zone and 2026 in c.published]
    for calendar in checked:
        assert calendar.holidays & set_of_2026() == CALENDAR.holidays
        assert calendar.makeup_days & set_of_2026() == CALENDAR.makeup_days
    if not checked:
        pytest.skip("no pack has this calendar")


def calendar_of_pack(pack: Path) -> WorkingCalendar:
    city = tomllib.loads((pack / "city.toml").read_text(encoding="utf-8"))
    facts = tomllib.loads((pack / "calendar" / "calendar.toml").read_text(encoding="utf-8"))
    files = sorted((pack / "calendar").glob("*.csv"))
    rows = [row for file in files for row in csv.DictReader(file.open(encoding="utf-8"))]
    return build_calendar(
        zone=city["timezone"],
        working_week=facts["working_week"],
        hours=facts["hours"],
        days=[CalendarDay(day=date.fromisoformat(r["date"]), kind=DayKind(r["kind"])) for r in rows],
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
        ("2026-10-01 10:00", 4, "2026-10-08 14:00"),  # reported on National Day
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


def test_the_hour_that_runs_twice_when_summer_time_ends_is_two_hours():
    first, second = at("2026-11-01 01:30", NEW_YORK), at("2026-11-01 01:30", NEW_YORK).replace(fold=1)
    passed = elapsed(start=first, end=second, unit=Unit.HOUR, calendar=ROUND_THE_CLOCK_US)
    assert passed == 1
    assert remaining(now=first, due_at=second, calendar=ROUND_THE_CLOCK_US) == 60
    assert remaining(now=second, due_at=first, calendar=ROUND_THE_CLOCK_US) == -60
    with pytest.raises(ValueError, match="恢复早于中止"):
        Suspension(begins_at=second, ends_at=first)
    stop = Suspension(begins_at=first, ends_at=second)
    found = due(start=first, limit=limit(2, "hour"), calendar=ROUND_THE_CLOCK_US, suspensions=[stop])
    assert found.at == at("2026-11-01 03:30", NEW_YORK)


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


def test_the_rules_read_no_clock():
    names = {"now", "today", "utcnow", "time_ns", "monotonic", "perf_counter"}
    for file in RULES.glob("*.py"):
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        assert not names & {node.attr for node in tree if isinstance(node, ast.Attribute)}, file.name
