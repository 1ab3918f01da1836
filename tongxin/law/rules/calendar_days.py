"""日历：哪天上班、几点到几点，逐段行走与累计。

The calendar underneath the counting of time limits: which days are worked, which stretches of a day, and
walking along them. Two clocks are used. Hours are real hours, so their stretches are moments in UTC; days are
days of the wall clock, so theirs are naive local times. Both survive a change to summer time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from tongxin.law.terms import CalendarDay, OpenHours, WorkingCalendar

DAY: Final = timedelta(days=1)
NOTHING: Final = timedelta(0)
_MINUTE: Final = timedelta(minutes=1)
_SEASON: Final = timedelta(days=28)  # shorter than the time between any two changes of a clock

Stretch = tuple[datetime, datetime]
Stretches = Callable[[date, WorkingCalendar], Iterable[Stretch]]


def build_calendar(
    *,
    zone: str,
    working_week: Iterable[int],
    hours: Iterable[Sequence[str]],
    days: Iterable[CalendarDay],
    published: Iterable[int],
) -> WorkingCalendar:
    """由资料建立工作日历。

    Build a calendar from plain data: IANA zone, ISO weekdays, pairs of "HH:MM" (24:00 allowed as an end),
    holidays and make-up days, and the years that have been published. Raises ValueError where
    WorkingCalendar does.
    """
    return WorkingCalendar(
        zone=zone,
        working_week=frozenset(working_week),
        hours=tuple(OpenHours(opens=_clock(opens), closes=_clock(closes)) for opens, closes in hours),
        days=tuple(days),
        published=frozenset(published),
    )


def _clock(text: str) -> time:
    return time(0) if text == "24:00" else time.fromisoformat(text)


def is_working_day(*, day: date, calendar: WorkingCalendar) -> bool:
    """当日是否上班。

    True on a working day: make-up days are, holidays are not, else the plain week decides.
    """
    return works(day, calendar)


def works(day: date, calendar: WorkingCalendar) -> bool:
    """同上，供逐日行走。

    The same, for walking day by day.
    """
    if day in calendar.holidays:
        return False
    return day.isoweekday() in calendar.working_week or day in calendar.makeup_days


def working_day_after(day: date, number: int, calendar: WorkingCalendar) -> date:
    """其后第几个工作日；当日不计入。

    The `number`-th working day after `day`, which is not counted (民法典 art. 201(1)).
    """
    while number:
        day += DAY
        number -= works(day, calendar)
    return day


def first_working_day(day: date, calendar: WorkingCalendar) -> date:
    """当日或休假结束后的次日。

    `day`, or if it is a day of rest the day after the rest ends (民法典 art. 203(1)).
    """
    while not works(day, calendar):
        day += DAY
    return day


def unknown_years(first: date, last: date, calendar: WorkingCalendar) -> tuple[int, ...]:
    """其间尚未公布节假日的年份。

    The years from `first` to `last` whose holidays are not published.
    """
    return tuple(year for year in range(first.year, last.year + 1) if year not in calendar.published)


# --- the two clocks ------------------------------------------------------------------------------------


def to_local(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """换算为当地时刻。

    The moment in the zone of the calendar. Raises ValueError for a naive moment.
    """
    if moment.tzinfo is None:
        raise ValueError(f"时刻须带时区 / a moment must be aware: {moment}")
    return moment.astimezone(calendar.tz)


def to_wall(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """当地钟面时间。

    What the wall clock shows: local and naive.
    """
    return to_local(moment, calendar).replace(tzinfo=None, fold=0)


def from_wall(wall: datetime, calendar: WorkingCalendar) -> datetime:
    """由钟面时间还原为时刻。

    The moment at which the wall clock first shows `wall`; through UTC, so that a time skipped by a change to
    summer time becomes one that exists.
    """
    return wall_to_utc(wall, calendar).astimezone(calendar.tz)


def wall_to_utc(wall: datetime, calendar: WorkingCalendar) -> datetime:
    """由钟面时间换算为协调世界时。

    The same moment in UTC.
    """
    return wall.replace(tzinfo=calendar.tz).astimezone(UTC)


# --- stretches of working time -------------------------------------------------------------------------


def closing(day: date, calendar: WorkingCalendar) -> datetime:
    """停止业务活动的时间。

    The close of business of `day` on the wall clock (民法典 art. 203(2)).
    """
    return datetime.combine(day, time()) + calendar.hours[-1].minutes[1] * _MINUTE


def wall_stretches(day: date, calendar: WorkingCalendar) -> Iterator[Stretch]:
    """当日各段办公时间，钟面时间。

    The business hours of `day` on the wall clock; none on a day of rest.
    """
    if works(day, calendar):
        midnight = datetime.combine(day, time())
        for hours in calendar.hours:
            opens, closes = hours.minutes
            yield midnight + opens * _MINUTE, midnight + closes * _MINUTE


def real_stretches(day: date, calendar: WorkingCalendar) -> Iterator[Stretch]:
    """当日各段办公时间，协调世界时。

    The business hours of `day` as moments in UTC; one that a change to summer time swallows is empty.
    """
    for opens, closes in wall_stretches(day, calendar):
        yield wall_to_utc(opens, calendar), wall_to_utc(closes, calendar)


def walk(
    moment: datetime, amount: timedelta, day: date, stretches: Stretches, calendar: WorkingCalendar
) -> tuple[datetime, date]:
    """自某时刻起用完若干工作时间的时刻，及其所在的日。

    The moment at which `amount` of working time from `moment` (on `day`) is used up, and the day it falls on.
    It is the end of a stretch rather than the beginning of the next; no amount takes no time.
    """
    left = amount
    while left:
        for opens, closes in stretches(day, calendar):
            begins = max(opens, moment)
            if begins < closes and left <= closes - begins:
                return begins + left, day
            left -= max(closes - begins, NOTHING)
        day += DAY
    return moment, day


def worked_by_wall(begins: datetime, ends: datetime, calendar: WorkingCalendar) -> timedelta:
    """两个钟面时间之间的工作时间。

    The working time between two wall times; nothing when `ends` is not later. Whole days are counted, not walked.
    """
    first, last = begins.date(), ends.date()
    total = _within(begins, ends, wall_stretches(first, calendar))
    if last > first:
        whole = sum(works(first + DAY * offset, calendar) for offset in range(1, (last - first).days))
        total += whole * day_length(calendar) + _within(begins, ends, wall_stretches(last, calendar))
    return total


def worked_in_reality(begins: datetime, ends: datetime, calendar: WorkingCalendar) -> timedelta:
    """两个时刻之间实际的工作时间。

    The real working time between two moments; nothing when `ends` is not later. Unless the clocks may have been
    changed in between, real time is wall time.
    """
    start, end = begins.astimezone(calendar.tz), ends.astimezone(calendar.tz)
    if _keeps_offset(start, end):
        return worked_by_wall(start.replace(tzinfo=None), end.replace(tzinfo=None), calendar)
    days = (start.date() + DAY * offset for offset in range((end.date() - start.date()).days + 1))
    return sum((_within(begins, ends, real_stretches(day, calendar)) for day in days), NOTHING)


def _keeps_offset(start: datetime, end: datetime) -> bool:
    looks = (start + _SEASON * turn for turn in range((end - start) // _SEASON + 1))
    return all(look.utcoffset() == end.utcoffset() for look in looks)


def day_length(calendar: WorkingCalendar) -> timedelta:
    """一个工作日的工作时间。

    The working time of one working day.
    """
    return sum(closes - opens for opens, closes in (hours.minutes for hours in calendar.hours)) * _MINUTE


def _within(begins: datetime, ends: datetime, stretches: Iterable[Stretch]) -> timedelta:
    parts = (min(closes, ends) - max(opens, begins) for opens, closes in stretches)
    return sum((part for part in parts if part > NOTHING), NOTHING)
