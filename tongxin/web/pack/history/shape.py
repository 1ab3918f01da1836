"""虚构一年的形状。 The parameters of the synthetic year, read from the tables of the pack's history.toml and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Any, Self

from tongxin.cases.terms import Channel

FLAT_DAY = (1.0,) * 24
FLAT_WEEK = (1.0,) * 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """一年的形状。 The parameters of the year, read and checked; shares are of all cases unless they say otherwise."""

    first: date
    last: date
    cases: int
    seed: int
    month: Sequence[float]
    weekday: Sequence[float]
    holiday: float
    day_size: float
    hours: Mapping[bool, Sequence[float]]  # by whether the day is worked
    channels: Mapping[str, float]
    place_log_sd: float
    at_once: float
    multiples: Sequence[tuple[float, float, float]]  # cumulative weight, mu, sigma
    left_open: float
    closing_hour: Sequence[float]
    closing_weekday: Sequence[float]
    duplicate: float
    not_allowed: float
    not_ours: float
    disputed: float
    returned: float
    returned_twice: float  # of those returned
    accept_median: float  # working hours
    accept_log_sd: float
    answered: float  # of those asked
    clock_change: float
    assist: float
    hung: float
    unlisted: float
    withdrawn: float
    check_failed: float
    categories: Mapping[str, float]
    matters: Mapping[str, float]
    rest: float  # share of matters that `matters` does not name

    @classmethod
    def of(cls, parameters: Mapping[str, object]) -> Self:
        """读参数。 The shape that a pack's parameters give; tables may be absent. Raises ValueError, KeyError."""
        get = _Tables(parameters)
        shape = cls(
            first=get.day("from"),
            last=get.day("to"),
            cases=int(get.number("", "cases", 20_000)),
            seed=int(get.number("", "seed", 1)),
            month=get.row("arrival", "month", (1.0,) * 12),
            weekday=get.row("arrival", "weekday", FLAT_WEEK),
            holiday=get.number("arrival", "holiday", 0.5),
            day_size=get.number("arrival", "day_size", 30.0),
            hours={
                True: get.row("arrival", "hour_working_day", FLAT_DAY),
                False: get.row("arrival", "hour_day_of_rest", FLAT_DAY),
            },
            channels=get.weights("channels") or {Channel.HOTLINE.value: 1.0},
            place_log_sd=get.number("places", "log_sd", 0.5),
            at_once=get.number("delay", "at_once_share", 0.05),
            multiples=get.mixture("delay", "parts"),
            left_open=get.number("delay", "left_open_share", 0.03),
            closing_hour=get.row("delay", "closing_hour", FLAT_DAY),
            closing_weekday=get.row("delay", "closing_weekday", FLAT_WEEK),
            duplicate=get.number("outcomes", "duplicate", 0.03),
            not_allowed=get.number("outcomes", "not_allowed", 0.02),
            not_ours=get.number("outcomes", "not_ours", 0.002),
            disputed=get.number("repeats", "after_closing_share", 0.05),
            returned=get.number("returns", "share", 0.04),
            returned_twice=get.number("assumed", "second_return_share", 0.1),
            accept_median=get.number("assumed", "accept_working_hours_median", 1.0),
            accept_log_sd=get.number("assumed", "accept_log_sd", 0.9),
            answered=get.number("assumed", "answered_share", 0.5),
            clock_change=get.number("assumed", "clock_change_share", 0.03),
            assist=get.number("assumed", "assist_share", 0.05),
            hung=get.number("assumed", "hung_share", 0.004),
            unlisted=get.number("assumed", "unlisted_share", 0.01),
            withdrawn=get.number("assumed", "withdrawn_share", 0.006),
            check_failed=get.number("assumed", "check_failed_share", 0.02),
            categories=get.weights("matters", "category"),
            matters=get.weights("matters", "weight"),
            rest=get.number("matters", "rest", 0.3),
        )
        if shape.last < shape.first or shape.cases < 1:
            raise ValueError(
                f"时段或件数不对 / wrong span or number: {shape.first}, {shape.last}, {shape.cases}"
            )
        return shape


class _Tables:
    """参数表的取值。 Values out of the nested tables of a parameter file."""

    def __init__(self, tables: Mapping[str, object]) -> None:
        self.tables = tables

    def _value(self, table: str, key: str) -> Any:
        inner = self.tables.get(table, {}) if table else self.tables
        return inner.get(key) if isinstance(inner, Mapping) else None

    def day(self, key: str) -> date:
        value = self.tables[key]
        if not isinstance(value, date):
            raise ValueError(f"{key} 应为日期 / should be a date: {value!r}")  # noqa: TRY004 - what was read is wrong
        return value

    def number(self, table: str, key: str, default: float) -> float:
        value = self._value(table, key)
        return default if value is None else float(value)

    def row(self, table: str, key: str, default: Sequence[float]) -> Sequence[float]:
        value = self._value(table, key) or default
        if len(value) != len(default):
            raise ValueError(f"{table}.{key} 应有 {len(default)} 个数 / should have {len(default)} numbers")
        return tuple(float(number) for number in value)

    def weights(self, table: str, key: str = "") -> Mapping[str, float]:
        found = self._value(table, key) if key else self.tables.get(table)
        words = found if isinstance(found, Mapping) else {}
        return {word: float(share) for word, share in words.items() if isinstance(share, int | float)}

    def mixture(self, table: str, key: str) -> Sequence[tuple[float, float, float]]:
        parts = self._value(table, key) or [{"weight": 1.0, "mu": -1.0, "sigma": 1.5}]
        total = sum(part["weight"] for part in parts)
        summed = accumulate(part["weight"] / total for part in parts)
        return [(until, part["mu"], part["sigma"]) for until, part in zip(summed, parts, strict=True)]
