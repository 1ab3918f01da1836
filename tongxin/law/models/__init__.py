"""法律的表。 Tables of law: the book, the lists, the calendar."""

from tongxin.law.models.book import Citation, Clause, Doubt, Effect, Instrument, Suspension, Version
from tongxin.law.models.calendar import Calendar, CalendarDate
from tongxin.law.models.lists import (
    Binding,
    LimitRule,
    ListChange,
    ListEntry,
    Review,
    RoutingRule,
    UpdateDuty,
)

__all__ = [
    "Binding",
    "Calendar",
    "CalendarDate",
    "Citation",
    "Clause",
    "Doubt",
    "Effect",
    "Instrument",
    "LimitRule",
    "ListChange",
    "ListEntry",
    "Review",
    "RoutingRule",
    "Suspension",
    "UpdateDuty",
    "Version",
]
