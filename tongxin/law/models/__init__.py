"""法律的表。 Tables of law: the book, the lists, the calendar."""

from tongxin.law.models.applications import EntryApplication
from tongxin.law.models.book import Citation, Clause, Doubt, Effect, Instrument, Suspension, Version
from tongxin.law.models.calendar import Calendar, CalendarDate
from tongxin.law.models.lists import (
    Binding,
    Day,
    LimitRule,
    ListChange,
    ListEntry,
    Review,
    RoutingRule,
    UpdateDuty,
)
from tongxin.law.models.making import (
    CommentAnswer,
    Commenter,
    Draft,
    DraftComment,
    LawmakingLimit,
    LegislativeClock,
    LegislativeProject,
    LegislativeStep,
)

__all__ = [
    "Binding",
    "Calendar",
    "CalendarDate",
    "Citation",
    "Clause",
    "CommentAnswer",
    "Commenter",
    "Day",
    "Doubt",
    "Draft",
    "DraftComment",
    "Effect",
    "EntryApplication",
    "Instrument",
    "LawmakingLimit",
    "LegislativeClock",
    "LegislativeProject",
    "LegislativeStep",
    "LimitRule",
    "ListChange",
    "ListEntry",
    "Review",
    "RoutingRule",
    "Suspension",
    "UpdateDuty",
    "Version",
]
