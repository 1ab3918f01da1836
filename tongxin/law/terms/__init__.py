"""法律用语：其他模块可以引用的词汇，纯值类型。

The vocabulary of `law` that others may import: references, limits, levels, clauses and calendars.
Pure values: no Django, no clock, no I/O.
"""

from tongxin.law.terms.base import (
    CLAUSE_KEY,
    INSTRUMENT_KEY,
    LONGEST,
    BadClauseRefError,
    CalendarDay,
    ClauseKind,
    ClauseRef,
    ClauseText,
    DayKind,
    Due,
    ImportDoubt,
    Level,
    Limit,
    OpenHours,
    Stage,
    Suspension,
    Unit,
    WorkingCalendar,
)
from tongxin.law.terms.entries import (
    MatterEntry,
    NewBinding,
    NewEffect,
    NewInstrumentVersion,
    NewLimitRule,
    NewListEntry,
    Repointing,
    RoutingException,
)

__all__ = [
    "CLAUSE_KEY",
    "INSTRUMENT_KEY",
    "LONGEST",
    "BadClauseRefError",
    "CalendarDay",
    "ClauseKind",
    "ClauseRef",
    "ClauseText",
    "DayKind",
    "Due",
    "ImportDoubt",
    "Level",
    "Limit",
    "MatterEntry",
    "NewBinding",
    "NewEffect",
    "NewInstrumentVersion",
    "NewLimitRule",
    "NewListEntry",
    "OpenHours",
    "Repointing",
    "RoutingException",
    "Stage",
    "Suspension",
    "Unit",
    "WorkingCalendar",
]
