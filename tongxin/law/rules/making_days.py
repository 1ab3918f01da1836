"""立法的期限。 The limits of law-making: how long they are, on which clause, how they are counted. Pure functions.

A limit rests on a clause that says its number. Numbers of national law stand here with the words that must still be found in
that clause; what a city's own regulation sets is data of its pack. Where neither says anything, no limit runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tongxin.law.rules.calendar_days import first_working_day, unknown_years
from tongxin.law.terms import WorkingCalendar

DAY: Final = timedelta(days=1)
SUNSET_YEARS: Final = 2  # 立法法 art. 93(5)
WARNING_MONTHS: Final = (12, 6, 1)


class Kind(StrEnum):
    """所立之法的种类。 What is being made: a local regulation of the people's congress, or a rule of the government."""

    REGULATION = "regulation"
    RULE = "rule"


class Span(StrEnum):
    """期限的单位。 The units of law-making: days, months, years, and times (readings)."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    TIMES = "times"


class Watch(StrEnum):
    """受期限约束的环节。 What a limit of law-making is about; those after READINGS, NOTICE and LEAD_TIME run as clocks."""

    READINGS = "readings"  # how often a bill is read before the vote
    NOTICE = "hearing_notice"  # how long before a hearing it is announced
    LEAD_TIME = "in_force"  # how long after publication a rule takes effect
    DRAFT = "draft"
    COMMENTS = "comments"
    LAPSE = "lapse"
    APPROVAL = "approval"
    NEWSPAPER = "newspaper"
    FILING = "filing"
    IMPLEMENTATION = "implementation"
    SUNSET = "sunset"


@dataclass(frozen=True, kw_only=True, slots=True)
class MakingLimit:
    """一个立法期限。 A limit: number, unit, and the clause (a reference) that says so.

    `says` are words that the clause must hold for the number to be its own: an amended law may say another number, or may
    have moved the provision. `clause` names no version where the law of the day is meant.
    """

    number: int
    unit: Span
    clause: str
    says: str = ""


# What a pack may set: the city's own regulation makes these, under 立法法 art. 87(1). Never the limits of national law.
SET_BY_THE_CITY: Final = frozenset({Watch.READINGS, Watch.NOTICE, Watch.NEWSPAPER, Watch.IMPLEMENTATION})
_LAW, _RULES = "law:cn/legislation-law#", "law:cn/rules-formulation-procedure#"
BY_NATIONAL_LAW: Final[Mapping[tuple[Kind, Watch], MakingLimit]] = {
    # The procedure of a city follows the second chapter of 立法法 by way of art. 87(1): arts. 32, 40, 45.
    (Kind.REGULATION, Watch.READINGS): MakingLimit(
        number=3, unit=Span.TIMES, clause=f"{_LAW}a32.p1", says="三次"
    ),
    (Kind.REGULATION, Watch.COMMENTS): MakingLimit(
        number=30, unit=Span.DAY, clause=f"{_LAW}a40.p1", says="三十日"
    ),
    (Kind.REGULATION, Watch.LAPSE): MakingLimit(
        number=2, unit=Span.YEAR, clause=f"{_LAW}a45.p1", says="两年"
    ),
    (Kind.REGULATION, Watch.APPROVAL): MakingLimit(
        number=4, unit=Span.MONTH, clause=f"{_LAW}a81.p1", says="四个月"
    ),
    (Kind.REGULATION, Watch.FILING): MakingLimit(
        number=30, unit=Span.DAY, clause=f"{_LAW}a109.p1", says="三十日"
    ),
    (Kind.RULE, Watch.COMMENTS): MakingLimit(number=30, unit=Span.DAY, clause=f"{_RULES}a15.p2", says="30日"),
    (Kind.RULE, Watch.NOTICE): MakingLimit(
        number=30, unit=Span.DAY, clause=f"{_RULES}a16.p2.i1", says="30日前"
    ),
    (Kind.RULE, Watch.LEAD_TIME): MakingLimit(
        number=30, unit=Span.DAY, clause=f"{_RULES}a32.p1", says="30日后"
    ),
    (Kind.RULE, Watch.FILING): MakingLimit(number=30, unit=Span.DAY, clause=f"{_LAW}a109.p1", says="三十日"),
    (Kind.RULE, Watch.SUNSET): MakingLimit(
        number=SUNSET_YEARS, unit=Span.YEAR, clause=f"{_LAW}a93.p5", says="满两年"
    ),
}


def corresponding_day(day: date, months: int) -> date:
    """若干月之后（前）的对应日，没有对应日的为月末。 The same day some months on (or back), else the month's last. 民法典 art. 202."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for back in range(4):
        try:
            return date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")  # pragma: no cover


def span_end(start: date, limit: MakingLimit) -> date:
    """期限的最后一日，不论休假。 The last day of a limit that begins on `start`, which is not counted. 民法典 arts. 201, 202.

    Raises ValueError for a limit that is no span of time.
    """
    if limit.unit is Span.TIMES:
        raise ValueError(f"不是期间 / no span of time: {limit}")
    if limit.unit is Span.DAY:
        return start + limit.number * DAY
    return corresponding_day(start, limit.number * (12 if limit.unit is Span.YEAR else 1))


def due_day(start: date, limit: MakingLimit, calendar: WorkingCalendar) -> tuple[date, bool]:
    """到期日；遇休假顺延。 The last day in time, moved past a day of rest (民法典 art. 203); and whether it is provisional.

    Provisional: the holidays of a year that the end may depend on are not published yet.
    """
    last = first_working_day(span_end(start, limit), calendar)
    return last, bool(unknown_years(last, last, calendar))


def earliest_close(opened: date, limit: MakingLimit | None) -> date:
    """征求意见最早何时结束。 The first day on which a comment period may end. Art. 40(1): not less than thirty days."""
    return span_end(opened, limit) if limit else opened


def sunset_of(begins: date) -> date:
    """代行规章失效之日：自此日起不得再作依据。 The first day on which a rule that stands in for a regulation carries no act any more.

    立法法 art. 93(5): 规章实施满两年. The day it takes effect counts whole, for it begins at 00:00, so two years are full when the
    same date comes round: in force from 2024-03-01, no basis from 2026-03-01. What took effect on 29 February lacks that date
    two years on; the years are full when February has ended, so the day is 1 March.
    """
    year = begins.year + SUNSET_YEARS
    try:
        return begins.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def sunset_warnings(sunset: date) -> tuple[tuple[int, date], ...]:
    """失效前十二、六、一个月的提醒日。 The days of warning before a sunset, each with its months: twelve, six and one."""
    return tuple((months, corresponding_day(sunset, -months)) for months in WARNING_MONTHS)


def watch_days(watch: Watch, due: date) -> tuple[date, ...]:
    """要提醒的各日。 The days on which somebody is told of a limit that ends on `due`: when it has passed; a sunset long before."""
    passed = due + DAY
    if watch is Watch.SUNSET:  # the last day as a basis is `due`, the sunset the day after
        return (*(day for _months, day in sunset_warnings(passed)), passed)
    return (passed,)


def next_watch(watch: Watch, due: date, *, after: date | None = None) -> date | None:
    """下一个要提醒的日子。 The next day on which somebody is to be told, later than `after`; None when all is said."""
    return next((day for day in watch_days(watch, due) if after is None or day > after), None)


def months_left(watch: Watch, due: date, *, day: date) -> int:
    """提醒时还剩几个月；零为已到期。 Which warning a day is at: the months before a sunset, 0 when the limit has passed."""
    if watch is not Watch.SUNSET or day > due:
        return 0
    return min((m for m, at in sunset_warnings(due + DAY) if at <= day), default=WARNING_MONTHS[0])
