"""期限的计算：到期、经过、剩余、中止后恢复。

Time limits, counted by 民法典 arts. 200-204. Pure: every moment is a parameter and no clock is read. Moments are
aware, results are in the zone of the calendar; a naive moment raises ValueError, a count past the year 9999
OverflowError.

Art. 200: 按照公历年、月、日、小时计算. By the Gregorian calendar.
Art. 201(1): 按日计算的，开始的当日不计入，自下一日开始计算. Days count from the next day.
Art. 201(2): 按小时计算的，自法律规定或者当事人约定的时间开始计算. Hours count from the moment itself.
Art. 203(1): 最后一日是法定休假日的，以法定休假日结束的次日为最后一日. A last day of rest moves to the day after.
Art. 203(2): 截止时间为二十四时；有业务时间的，停止业务活动的时间为截止时间. It ends at 24:00, or at closing time.
Art. 204: 法律另有规定或者当事人另有约定的除外. Working hours and working days rest on such other provision.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from tongxin.law.rules.calendar_days import (
    DAY,
    NOTHING,
    closing,
    first_working_day,
    from_wall,
    real_stretches,
    to_local,
    to_wall,
    unknown_years,
    walk,
    wall_stretches,
    worked_by_wall,
    worked_in_reality,
    working_day_after,
    works,
)
from tongxin.law.terms import Due, Limit, Suspension, Unit, WorkingCalendar

_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_MICROSECOND: Final = timedelta(microseconds=1)
_Point = tuple[datetime, date]  # a moment on the clock of the unit, and the day it belongs to


def due(
    *, start: datetime, limit: Limit, calendar: WorkingCalendar, suspensions: Iterable[Suspension] = ()
) -> Due:
    """到期时刻。

    When `limit` ends that begins at `start`. The time of `suspensions` does not count; their small parts add up
    before a limit in days is taken to the end of its last day. A limit that reaches into a year without published
    holidays is provisional (`Due.beyond_known`). 民法典 arts. 201, 203.
    """
    way = _WAYS[limit.unit]
    point = way.first(start, limit.number, calendar)
    for pause in _merged(suspensions, _to_utc(start, calendar)):
        point = _moved(point, pause, way, calendar)
    begins = to_local(start, calendar).date() + (DAY if limit.unit.in_days else NOTHING)
    return _finished(point, begins, way, calendar)


def resume(*, due_at: datetime, suspension: Suspension, unit: Unit, calendar: WorkingCalendar) -> Due:
    """中止结束后的到期时刻。

    Move a due time past one suspension: what was left when it began is left again when it ends, counted in
    `unit`; a limit in days then runs to the end of its last day. A suspension that begins at or after `due_at`
    moves nothing. Where start and limit are known, `due` with all suspensions is the exact count.
    """
    way = _WAYS[unit]
    at = way.enter(due_at, calendar)
    last = at - _MICROSECOND if unit.in_days else at  # 24:00 belongs to the day that it ends
    point = at, to_local(way.leave(last, calendar), calendar).date()
    if _to_utc(suspension.begins_at, calendar) >= _to_utc(due_at, calendar):
        years = unknown_years(point[1], point[1], calendar) if way.needs_calendar else ()
        return Due(at=way.leave(at, calendar), last_day=point[1], unknown_years=years)
    begins = to_local(suspension.begins_at, calendar).date()
    return _finished(_moved(point, suspension, way, calendar), begins, way, calendar)


def add(*, start: datetime, working: timedelta, calendar: WorkingCalendar) -> datetime:
    """自某时刻起用完若干工作时间的时刻。

    The moment at which `working` time from `start` is used up; outside business hours the count waits for the
    next opening. Raises ValueError for a negative amount.
    """
    if working < NOTHING:
        raise ValueError(f"工作时间不能为负 / working time cannot be negative: {working}")
    moment, _day = _walk_real(_to_utc(start, calendar), working, calendar)
    return to_local(moment, calendar)


def elapsed(*, start: datetime, end: datetime, unit: Unit, calendar: WorkingCalendar) -> Decimal:
    """已经过的时间，以期限单位计。

    What has passed from `start` to `end`: hours with their fraction, days as whole days that have ended (a
    working day ends with business). A limit of n is used up exactly when n have passed; the moving of a last
    day of rest (art. 203(1)) is `due`'s alone. Raises ValueError when `end` is earlier.
    """
    if _to_utc(end, calendar) < _to_utc(start, calendar):
        raise ValueError(f"结束早于开始 / the end is earlier than the start: {end} < {start}")
    return _ELAPSED[unit](start, end, calendar)


def remaining(*, now: datetime, due_at: datetime, calendar: WorkingCalendar) -> int:
    """剩余的工作分钟数，逾期为负。

    Whole working minutes from `now` to `due_at`, towards zero; negative for those that passed since. Zero may
    also stand for a night or a weekend: whether a limit is overdue is `now > due_at`, not this number.
    """
    begins, ends = _to_utc(now, calendar), _to_utc(due_at, calendar)
    if begins <= ends:
        return worked_in_reality(begins, ends, calendar) // _MINUTE
    return -(worked_in_reality(ends, begins, calendar) // _MINUTE)


# --- suspensions ---------------------------------------------------------------------------------------


def _merged(suspensions: Iterable[Suspension], start: datetime) -> list[Suspension]:
    """In order, without overlap, and cut at the start of the limit. In UTC: Python compares moments of one
    zone by their wall clocks, which run through an hour twice when summer time ends.
    """
    merged: list[Suspension] = []
    for begins, ends in sorted((p.begins_at.astimezone(UTC), p.ends_at.astimezone(UTC)) for p in suspensions):
        opens = max(begins, merged[-1].ends_at if merged else start)
        if ends > opens:
            merged.append(Suspension(begins_at=opens, ends_at=ends))
    return merged


def _moved(point: _Point, pause: Suspension, way: "_Way", calendar: WorkingCalendar) -> _Point:
    begins, ends = way.enter(pause.begins_at, calendar), way.enter(pause.ends_at, calendar)
    at = point[0] if begins < point[0] else way.finish(point, calendar)[0]
    if begins >= at:
        return point
    return way.advance(ends, way.measure(begins, at, calendar), calendar)


def _finished(point: _Point, begins: date, way: "_Way", calendar: WorkingCalendar) -> Due:
    at, last_day = way.finish(point, calendar)
    years = unknown_years(begins, last_day, calendar) if way.needs_calendar else ()
    return Due(at=way.leave(at, calendar), last_day=last_day, unknown_years=years)


# --- the ways of counting ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """How one unit counts: on which clock, how much lies between, how far on, and where a limit ends."""

    enter: Callable[[datetime, WorkingCalendar], datetime]
    leave: Callable[[datetime, WorkingCalendar], datetime]
    first: Callable[[datetime, Decimal, WorkingCalendar], _Point]
    measure: Callable[[datetime, datetime, WorkingCalendar], timedelta]
    advance: Callable[[datetime, timedelta, WorkingCalendar], _Point]
    finish: Callable[[_Point, WorkingCalendar], _Point]
    needs_calendar: bool = True


def _to_utc(moment: datetime, calendar: WorkingCalendar) -> datetime:
    return to_local(moment, calendar).astimezone(UTC)


def _hours(number: Decimal) -> timedelta:
    return timedelta(microseconds=int(number * 3_600_000_000))


def _as_it_is(point: _Point, _calendar: WorkingCalendar) -> _Point:
    return point


def _measure_plain(begins: datetime, ends: datetime, _calendar: WorkingCalendar) -> timedelta:
    return ends - begins


# hour: art. 201(2), plain hours from the moment itself


def _advance_real(moment: datetime, amount: timedelta, calendar: WorkingCalendar) -> _Point:
    at = moment + amount
    return at, to_local(at, calendar).date()


def _first_hour(start: datetime, number: Decimal, calendar: WorkingCalendar) -> _Point:
    return _advance_real(_to_utc(start, calendar), _hours(number), calendar)


# working hour: art. 204, hours that run inside business hours only


def _walk_real(moment: datetime, amount: timedelta, calendar: WorkingCalendar) -> _Point:
    return walk(moment, amount, to_local(moment, calendar).date(), real_stretches, calendar)


def _first_working_hour(start: datetime, number: Decimal, calendar: WorkingCalendar) -> _Point:
    return _walk_real(_to_utc(start, calendar), _hours(number), calendar)


# working day: arts. 201(1), 203(2), 204, whole working days from the next one, to the close of business


def _first_working_day(start: datetime, number: Decimal, calendar: WorkingCalendar) -> _Point:
    day = working_day_after(to_local(start, calendar).date(), int(number), calendar)
    return closing(day, calendar), day


def _walk_wall(moment: datetime, amount: timedelta, calendar: WorkingCalendar) -> _Point:
    return walk(moment, amount, moment.date(), wall_stretches, calendar)


def _close_of_business(point: _Point, calendar: WorkingCalendar) -> _Point:
    day = first_working_day(point[1], calendar)
    return closing(day, calendar), day


# natural day: arts. 201(1), 203, days from the next one, to 24:00 of the last, which is no day of rest


def _first_natural_day(start: datetime, number: Decimal, calendar: WorkingCalendar) -> _Point:
    day = to_local(start, calendar).date() + int(number) * DAY
    return _midnight_after(day), day


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + DAY, time())


def _advance_wall(moment: datetime, amount: timedelta, _calendar: WorkingCalendar) -> _Point:
    at = moment + amount
    return at, (at - _MICROSECOND).date()


def _end_of_day(point: _Point, calendar: WorkingCalendar) -> _Point:
    day = first_working_day(point[1], calendar)
    return _midnight_after(day), day


_WAYS: Final[Mapping[Unit, _Way]] = {
    Unit.HOUR: _Way(
        enter=_to_utc,
        leave=to_local,
        first=_first_hour,
        measure=_measure_plain,
        advance=_advance_real,
        finish=_as_it_is,
        needs_calendar=False,
    ),
    Unit.WORKING_HOUR: _Way(
        enter=_to_utc,
        leave=to_local,
        first=_first_working_hour,
        measure=worked_in_reality,
        advance=_walk_real,
        finish=_as_it_is,
    ),
    Unit.WORKING_DAY: _Way(
        enter=to_wall,
        leave=from_wall,
        first=_first_working_day,
        measure=worked_by_wall,
        advance=_walk_wall,
        finish=_close_of_business,
    ),
    Unit.NATURAL_DAY: _Way(
        enter=to_wall,
        leave=from_wall,
        first=_first_natural_day,
        measure=_measure_plain,
        advance=_advance_wall,
        finish=_end_of_day,
    ),
}


# --- what has passed -----------------------------------------------------------------------------------


def _elapsed_hours(start: datetime, end: datetime, calendar: WorkingCalendar) -> Decimal:
    return _in_hours(_to_utc(end, calendar) - _to_utc(start, calendar))


def _elapsed_working_hours(start: datetime, end: datetime, calendar: WorkingCalendar) -> Decimal:
    return _in_hours(worked_in_reality(_to_utc(start, calendar), _to_utc(end, calendar), calendar))


def _in_hours(span: timedelta) -> Decimal:
    return Decimal(span // _MICROSECOND) / Decimal(_HOUR // _MICROSECOND)


def _elapsed_working_days(start: datetime, end: datetime, calendar: WorkingCalendar) -> Decimal:
    first, last = to_wall(start, calendar).date(), to_wall(end, calendar)
    days = (first + DAY * offset for offset in range(1, (last.date() - first).days + 1))
    return Decimal(sum(works(day, calendar) and closing(day, calendar) <= last for day in days))


def _elapsed_natural_days(start: datetime, end: datetime, calendar: WorkingCalendar) -> Decimal:
    first, last = to_wall(start, calendar).date(), to_wall(end, calendar).date()
    return Decimal(max((last - first).days - 1, 0))


_ELAPSED: Final[Mapping[Unit, Callable[[datetime, datetime, WorkingCalendar], Decimal]]] = {
    Unit.HOUR: _elapsed_hours,
    Unit.WORKING_HOUR: _elapsed_working_hours,
    Unit.WORKING_DAY: _elapsed_working_days,
    Unit.NATURAL_DAY: _elapsed_natural_days,
}
