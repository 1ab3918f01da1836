"""中止与恢复的测试，以及期限计算的普遍性质。"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.law.rules import add, due, elapsed, is_working_day, remaining, resume
from tongxin.law.terms import Suspension, Unit
from tongxin.law.tests.calendars import (
    BEIJING,
    CALENDAR,
    PLAIN_US,
    ROUND_THE_CLOCK_US,
    at,
    limit,
    pause,
    with_pauses,
)

# --- suspension ----------------------------------------------------------------------------------------


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


# --- properties ----------------------------------------------------------------------------------------

moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001
    max_value=datetime(2026, 11, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
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
    start = start.astimezone(UTC)
    first = due(start=start, limit=bound, calendar=calendar)
    second = due(start=start + later, limit=bound, calendar=calendar)
    assert first.at.astimezone(UTC) <= second.at.astimezone(UTC)


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
def test_natural_days_are_due_no_later_than_as_many_working_days_and_the_rest_of_the_day(
    start, number, calendar
):
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


@settings(deadline=None, max_examples=50)
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
