"""法律用语：其他模块可以引用的词汇，纯值类型。

The vocabulary of `law` that others may import: references, limits, levels, clauses and calendars.
Pure values: no Django, no clock, no I/O.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final, Self
from zoneinfo import ZoneInfo

# 编 b · 分编 f · 章 c · 节 s | 无序号标题 h | 序言 pre | 附件 x | 条 a · 款 p · 项 i · 目 s ; -N is 之N.
_N: Final = r"[1-9]\d*(?:-[1-9]\d*)*"
_DIVISION_KEY: Final = rf"(?:h\d+|[bfcs]{_N})(?:\.[fcs]{_N})*"
_APART_KEY: Final = r"(?:pre|x)(?:\.p[1-9]\d*)?"
_ARTICLE_KEY: Final = rf"a{_N}(?:\.p[1-9]\d*(?:\.i{_N}(?:\.s{_N})?)?)?"
CLAUSE_KEY: Final = re.compile(rf"(?:{_ARTICLE_KEY}|{_DIVISION_KEY}|{_APART_KEY})")
INSTRUMENT_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)+")
_REF: Final = re.compile(r"law:(?P<key>[^@#\s]+)(?:@(?P<version>\d{4}-\d{2}-\d{2}))?#(?P<clause>\S+)")


class BadClauseRefError(ValueError):
    """条款引用写法不对。

    A clause reference is not written as `law:<key>[@<version date>]#<clause key>`.
    """


@dataclass(frozen=True, slots=True)
class ClauseRef:
    """条款引用：哪部法、哪个版本、哪一条款项目。

    A stable text reference to one clause of one version, e.g. `law:cn/x/y@2021-08-05#a10.p2`.
    `version` is the version date of the instrument; None leaves the version open ("as amended").
    """

    key: str
    version: date | None
    clause: str

    def __post_init__(self) -> None:
        if not INSTRUMENT_KEY.fullmatch(self.key):
            raise BadClauseRefError(f"法的标识写法不对 / not an instrument key: {self.key!r}")
        if not CLAUSE_KEY.fullmatch(self.clause):
            raise BadClauseRefError(f"条款标识写法不对 / not a clause key: {self.clause!r}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """由文本读出引用。

        Read `law:<key>[@<YYYY-MM-DD>]#<clause>`; an absent version becomes None.
        Raises BadClauseRefError for any other form and for a date that does not exist.
        """
        match = _REF.fullmatch(text)
        if match is None:
            raise BadClauseRefError(f"条款引用写法不对 / not a clause reference: {text!r}")
        return cls(match["key"], _version(match["version"], text), match["clause"])

    def __str__(self) -> str:
        return f"{self.instrument}#{self.clause}"

    @property
    def instrument(self) -> str:
        """所属文本（含版本）。

        The reference without its clause: `law:<key>[@<version>]`.
        """
        version = f"@{self.version.isoformat()}" if self.version else ""
        return f"law:{self.key}{version}"


def _version(text: str | None, whole: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise BadClauseRefError(f"版本日期不存在 / no such version date: {whole!r}") from wrong


class Level(StrEnum):
    """法律文件的位阶。

    The level of an instrument (立法法 arts. 98-102, 119). The values are the words of a pack's manifest.
    """

    CONSTITUTION = "constitution"
    NATIONAL_LAW = "national-law"
    ADMIN_REGULATION = "admin-regulation"
    JUDICIAL_INTERPRETATION = "judicial-interpretation"
    PROVINCIAL_REGULATION = "provincial-regulation"
    LOCAL_REGULATION = "local-regulation"
    DEPARTMENT_RULE = "department-rule"
    GOVERNMENT_RULE = "government-rule"
    ILLUSTRATIVE = "illustrative"

    @property
    def rank(self) -> int:
        """位阶次序，数小者高。

        Smaller is higher. Equal ranks have no order between them (立法法 art. 102); the ranks only sort:
        between local regulations and department rules no one is higher by rank alone (art. 106).
        """
        return _RANK[self]

    @property
    def label(self) -> str:
        """位阶名称。

        The Chinese name of the level.
        """
        return _LEVEL_LABEL[self]


_RANK: Final[Mapping[Level, int]] = {
    Level.CONSTITUTION: 1,  # 立法法 art. 98
    Level.NATIONAL_LAW: 2,  # art. 99(1)
    Level.ADMIN_REGULATION: 3,  # art. 99(2)
    Level.JUDICIAL_INTERPRETATION: 3,  # art. 119: bound to the law it applies
    Level.PROVINCIAL_REGULATION: 4,  # art. 100(1)
    Level.LOCAL_REGULATION: 5,  # art. 81: must not contradict the provincial ones
    Level.DEPARTMENT_RULE: 6,  # art. 102: department and government rules have equal force
    Level.GOVERNMENT_RULE: 6,
    Level.ILLUSTRATIVE: 9,
}
_LEVEL_LABEL: Final[Mapping[Level, str]] = {
    Level.CONSTITUTION: "宪法",
    Level.NATIONAL_LAW: "法律",
    Level.ADMIN_REGULATION: "行政法规",
    Level.JUDICIAL_INTERPRETATION: "司法解释",
    Level.PROVINCIAL_REGULATION: "省级地方性法规",
    Level.LOCAL_REGULATION: "设区的市地方性法规",
    Level.DEPARTMENT_RULE: "部门规章",
    Level.GOVERNMENT_RULE: "地方政府规章",
    Level.ILLUSTRATIVE: "示例文本",
}


class ClauseKind(StrEnum):
    """文本的层次：编、分编、章、节、条、款、项、目，另有序言与附件。

    The tiers of a text, from the largest to the smallest, with the preamble and annexes beside them.
    """

    PART = "part"
    SUBPART = "subpart"
    CHAPTER = "chapter"
    SECTION = "section"
    ARTICLE = "article"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUBITEM = "subitem"
    PREAMBLE = "preamble"
    ANNEX = "annex"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClauseText:
    """一个条款及其原文。

    One clause with its words as printed. `number` is the printed mark (第十条, （三）, 1.); for a paragraph,
    which has none, it is 第N款. `ordinal` is the place in the document, from 1. The text of an article is whole
    (all paragraphs and items, one a line); the text of a paragraph or item is its own, what stands
    below it excluded; divisions have a heading and no text.
    """

    key: str
    kind: ClauseKind
    parent: str | None
    number: str
    heading: str
    text: str
    ordinal: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportDoubt:
    """导入存疑：需要人看一眼的地方。

    A place where the reading of a text is uncertain and a person should look. `line` counts from 1
    (0: the text as a whole); `detail` carries the words concerned.
    """

    clause_key: str | None
    line: int
    reason_code: str
    detail: str


class Unit(StrEnum):
    """期限单位：工作时、小时、工作日、自然日。

    The units in which a limit is set.
    """

    WORKING_HOUR = "working_hour"
    HOUR = "hour"
    WORKING_DAY = "working_day"
    NATURAL_DAY = "natural_day"

    @property
    def in_days(self) -> bool:
        """是否按日计算。

        True for the units that 民法典 art. 201(1) counts from the next day.
        """
        return self in {Unit.WORKING_DAY, Unit.NATURAL_DAY}


class Stage(StrEnum):
    """受期限约束的环节：受理、退回、办理、协办、核查、确认、裁定、回访；清单更新。

    The stages of a matter that a limit may bind, and the updating of a list after its basis changed.
    """

    ACCEPT = "accept"
    RETURN = "return"
    HANDLE = "handle"
    ASSIST = "assist"
    CHECK = "check"
    CONFIRM = "confirm"
    RULE = "rule"
    REVISIT = "revisit"
    UPDATE = "update"


LONGEST: Final = Decimal(36_525)  # a hundred years of days: what is longer is a slip of the pen


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """一个期限：数、单位、环节、步骤及其依据。

    One time limit. `number` is positive; days are whole (half a day is written in working hours).
    `step` is empty when the limit binds the whole stage. Raises ValueError for any other number.
    """

    number: Decimal
    unit: Unit
    stage: Stage
    step: str = ""
    clause: ClauseRef | None = None

    def __post_init__(self) -> None:
        if not (self.number.is_finite() and 0 < self.number <= LONGEST):
            raise ValueError(f"期限须为正数且不过长 / a limit must be positive and not absurd: {self.number}")
        if self.unit.in_days and self.number != self.number.to_integral_value():
            raise ValueError(f"按日的期限须为整数 / a limit in days must be whole: {self.number}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension:
    """一次中止：从何时到何时不计入期限。

    A span that does not count towards a limit. Both moments are aware; raises ValueError if not, or if it
    ends before it begins.
    """

    begins_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.begins_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("时刻须带时区 / moments must be aware")
        if self.ends_at.astimezone(UTC) < self.begins_at.astimezone(UTC):
            raise ValueError("恢复早于中止 / a suspension cannot end before it begins")


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """到期时刻。

    When a limit ends. `at` is the last moment still in time, in the zone of the calendar; 24:00 is written as
    00:00 of the next day, so show `last_day` for the date. Where `beyond_known` is true, `at` is provisional:
    it was counted by weekends only through `unknown_years`, whose holidays are not published.
    """

    at: datetime
    last_day: date
    unknown_years: tuple[int, ...] = ()

    @property
    def beyond_known(self) -> bool:
        """是否超出已公布的日历。

        True when the count touched a year whose holidays are not published.
        """
        return bool(self.unknown_years)


class DayKind(StrEnum):
    """日历中的特殊日：放假、调休上班。

    A day off by public notice, or a weekend day that is worked in exchange.
    """

    HOLIDAY = "holiday"
    MAKEUP = "makeup"


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """日历中的一个特殊日。

    One day on which the calendar departs from the plain week.
    """

    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenHours:
    """一段办公时间；结束为零点即二十四时。

    One stretch of business hours on the local clock; a `closes` of 00:00 means 24:00.
    """

    opens: time
    closes: time

    @property
    def minutes(self) -> tuple[int, int]:
        """开止时刻，以零点起的分钟计。

        Opening and closing as minutes from midnight.
        """
        closes = self.closes.hour * 60 + self.closes.minute
        return self.opens.hour * 60 + self.opens.minute, closes or 24 * 60


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """工作日历：时区、每周工作日、办公时间、节假日与调休、已公布的年份。

    What counting in working time needs to know. `working_week` holds ISO weekdays (1 Monday … 7 Sunday);
    `published` the years whose holidays have been published. Raises ValueError when no day or hour is worked,
    when hours overlap or run backwards, or when a date is both a holiday and worked; ZoneInfoNotFoundError
    (a KeyError) for an unknown zone.
    """

    zone: str
    working_week: frozenset[int]
    hours: tuple[OpenHours, ...]
    days: tuple[CalendarDay, ...]
    published: frozenset[int]
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    holidays: frozenset[date] = field(init=False, repr=False, compare=False)
    makeup_days: frozenset[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_week(self.working_week)
        _check_hours(self.hours)
        object.__setattr__(self, "tz", ZoneInfo(self.zone))
        object.__setattr__(self, "holidays", self._days_of(DayKind.HOLIDAY))
        object.__setattr__(self, "makeup_days", self._days_of(DayKind.MAKEUP))
        if both := self.holidays & self.makeup_days:
            raise ValueError(f"既放假又上班 / both off and worked: {min(both)}")

    def _days_of(self, kind: DayKind) -> frozenset[date]:
        return frozenset(day.day for day in self.days if day.kind is kind)


def _check_week(week: frozenset[int]) -> None:
    if not week or not week <= frozenset(range(1, 8)):
        raise ValueError(f"每周工作日须为 1-7 / the working week must hold ISO weekdays: {sorted(week)}")


def _check_hours(hours: tuple[OpenHours, ...]) -> None:
    stretches = [stretch.minutes for stretch in hours]
    runs_backwards = any(opens >= closes for opens, closes in stretches)
    overlaps = any(before[1] > after[0] for before, after in pairwise(stretches))
    if not stretches or runs_backwards or overlaps:
        raise ValueError("办公时间缺失、倒置或重叠 / business hours are missing, reversed or overlap")
    if any(t.second or t.microsecond for stretch in hours for t in (stretch.opens, stretch.closes)):
        raise ValueError("办公时间以分钟为准 / business hours are whole minutes")
