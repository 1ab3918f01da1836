"""测试所用的日历与写法。"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tongxin.law.rules import build_calendar, due
from tongxin.law.terms import CalendarDay, DayKind, Due, Limit, Stage, Suspension, Unit, WorkingCalendar

BEIJING = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
OFFICE = (("08:30", "12:00"), ("13:30", "17:30"))
REST_2026 = (
    ("holiday", "2026-01-01", 3),
    ("makeup", "2026-01-04", 1),
    ("makeup", "2026-02-14", 1),
    ("holiday", "2026-02-15", 9),
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


def pause(begins: str, ends: str) -> Suspension:
    return Suspension(begins_at=at(begins), ends_at=at(ends))


def with_pauses(start: str, number: int, unit: str, *pauses: Suspension) -> Due:
    return due(start=at(start), limit=limit(number, unit), calendar=CALENDAR, suspensions=pauses)
