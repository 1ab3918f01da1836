"""工作日历的检查。 Checks of the working calendar."""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from tongxin.law.terms import DayKind
from tongxin.web.pack.checks.common import grouped, twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.columns import CALENDAR_FILE
from tongxin.web.pack.faults import Fault

_KINDS = frozenset(DayKind)


def check_working_week(facts: Facts) -> Iterator[Fault]:
    """每周工作日为 1–7，不空不重。 The working week holds ISO weekdays 1-7, at least one, none twice."""
    calendar = facts.pack.calendar
    week = calendar.working_week
    if _was_read(facts, "working_week") and (
        not set(week) <= set(range(1, 8)) or not week or len(set(week)) != len(week)
    ):
        zh, en = "每周工作日须为 1–7，不空不重", "the working week must hold weekdays 1-7, none twice"
        yield calendar.fault_at("working_week", "bad_week", zh, en)


def check_hours(facts: Facts) -> Iterator[Fault]:
    """办公时间不倒置、不重叠。 Business hours neither run backwards nor overlap; a closing time of 00:00 is 24:00."""
    calendar = facts.pack.calendar
    if not calendar.hours and _was_read(facts, "hours"):
        yield calendar.fault_at("hours", "no_hours", "没有办公时间", "there are no business hours")
    for opens, closes in calendar.hours:
        if _minutes(opens) >= _minutes(closes, closing=True):
            zh, en = (
                f"办公时间 {opens:%H:%M}–{closes:%H:%M} 倒置",
                f"hours {opens:%H:%M}-{closes:%H:%M} run backwards",
            )
            yield calendar.fault_at("hours", "hours_reversed", zh, en)
    for before, after in pairwise(calendar.hours):
        if _minutes(after[0]) < _minutes(before[1], closing=True) and _minutes(after[0]) < _minutes(
            after[1], closing=True
        ):
            zh = f"办公时间自 {after[0]:%H:%M} 起的一段与前一段重叠或次序颠倒"
            en = f"the hours from {after[0]:%H:%M} overlap those before, or stand out of order"
            yield calendar.fault_at("hours", "hours_overlap", zh, en)


def check_years(facts: Facts) -> Iterator[Fault]:
    """年份：不得既已公布又未公布；已公布的须有文件。 Years: none both published and not; a published one has its file."""
    calendar = facts.pack.calendar
    if not facts.pack.losses.whole(CALENDAR_FILE):
        return
    for year in sorted(set(calendar.published) & set(calendar.unpublished)):
        zh, en = f"{year} 年既已公布又未公布", f"year {year} is both published and unpublished"
        yield calendar.fault_at("unpublished", "year_both", zh, en)
    for year in sorted(set(calendar.published) - facts.pack.years):
        zh, en = f"缺少 {year} 年的 calendar/{year}.csv", f"calendar/{year}.csv is missing"
        yield calendar.fault_at("published", "year_file_missing", zh, en)


def check_days(facts: Facts) -> Iterator[Fault]:
    """节假日与调休：类别、年份、不重复、调休在休息日。 Days: known kind, year of the file, none twice,
    and a day worked in exchange is not one that is worked anyway.
    """
    calendar = facts.pack.calendar
    yield from twice(
        facts.pack.days, lambda row: row.date, code="day_twice", what_zh="日期", what_en="the date"
    )
    for row in facts.pack.days:
        if row.kind not in _KINDS:
            yield row.fault("unknown_kind", f"未知的类别“{row.kind}”", f"unknown kind '{row.kind}'")
        if row.date.year != row.year:
            yield row.fault(
                "wrong_year", f"{row.date} 不在 {row.year} 年", f"{row.date} is not in {row.year}"
            )
        if row.kind == DayKind.MAKEUP and row.date.isoweekday() in calendar.working_week:
            zh, en = f"调休上班日 {row.date} 本是工作日", f"makeup day {row.date} is a working day anyway"
            yield row.fault("makeup_on_weekday", zh, en)


def check_days_published(facts: Facts) -> Iterator[Fault]:
    """未公布的年份没有节假日。 A year that is not listed as published has no days yet; one fault for each such year."""
    if not facts.pack.losses.whole(CALENDAR_FILE):
        return
    for year, days in grouped(facts.pack.days, lambda row: row.year).items():
        if year not in facts.pack.calendar.published:
            zh, en = f"{year} 年未列为已公布", f"year {year} is not listed as published"
            yield days[0].fault("year_not_published", zh, en)


def _was_read(facts: Facts, key: str) -> bool:
    """该键读到了；没读到的已有错误。 Whether the key was there to be read; a missing one has its fault already."""
    return key in facts.pack.calendar.lines


def _minutes(clock: time, *, closing: bool = False) -> int:
    minutes = clock.hour * 60 + clock.minute
    return 24 * 60 if closing and minutes == 0 else minutes
