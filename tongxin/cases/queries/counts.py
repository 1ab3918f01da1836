"""计数。 Counts; every number opens its cases."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models.functions import TruncDate

from tongxin.cases.models import (
    Case,
    CaseStep,
)
from tongxin.cases.terms import OPEN, Outcome, State


def counts_by_state(*, district: str = "") -> dict[str, int]:
    """各状态的件数。 Number of cases in each state."""
    rows = Case.objects.filter(**({"district": district} if district else {}))
    return dict(rows.values_list("state").annotate(n=models.Count("id")).values_list("state", "n"))


def counts_by_outcome(*, district: str = "") -> dict[str, int]:
    """各结果的件数。 Number of closed cases of each outcome."""
    rows = Case.objects.filter(state=State.CLOSED.value, **({"district": district} if district else {}))
    return dict(rows.values_list("outcome").annotate(n=models.Count("id")).values_list("outcome", "n"))


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictCounts:
    """一个县区的件数。 Counts of one district."""

    district: str
    total: int
    open: int
    overdue_open: int
    overdue_ever: int
    settled: int
    fixed: int
    reopened: int
    hung: int


def counts_by_district() -> list[DistrictCounts]:
    """各县区的件数。 Counts per district. One statement."""
    count = models.Count
    where = models.Q
    rows = (
        Case.objects.values("district")
        .annotate(
            total=count("id"),
            open=count("id", filter=where(state__in=OPEN)),
            overdue_open=count("id", filter=where(state__in=OPEN, overdue=True)),
            overdue_ever=count("id", filter=where(overdue=True)),
            settled=count("id", filter=where(settled_at__isnull=False)),
            fixed=count("id", filter=where(outcome=Outcome.FIXED.value)),
            reopened=count("id", filter=where(reopened__gt=0)),
            hung=count("id", filter=where(state=State.HUNG.value)),
        )
        .order_by("district")
    )
    return [DistrictCounts(**row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnPair:
    """一对机构之间的退回。 Returns between a pair of organs: who returned, and whom they named."""

    organ: str
    named: str
    count: int


def returns_by_pair(*, since: datetime | None = None, most: int = 100) -> list[ReturnPair]:
    """各对机构之间的退回次数。 Returns per pair of organs, most first. One statement. A measure of organs, never of people."""
    steps = CaseStep.objects.filter(verb="return_case")
    if since is not None:
        steps = steps.filter(at__gte=since)
    rows = (
        steps.values("organ", "named").annotate(count=models.Count("id")).order_by("-count", "organ", "named")
    )
    return [ReturnPair(**row) for row in rows[:most]]


def reported_per_day(*, since: datetime, zone: Any, district: str = "") -> list[tuple[date, int]]:
    """每日报告数。 Reports per local day since a moment."""
    rows = Case.objects.filter(reported_at__gte=since, **({"district": district} if district else {}))
    return list(
        rows.annotate(day=TruncDate("reported_at", tzinfo=zone))
        .values("day")
        .annotate(n=models.Count("id"))
        .order_by("day")
        .values_list("day", "n")
    )


def grid_counts(*, district: str) -> dict[str, int]:
    """各网格的在办件数。 Open cases per grid of a district, by grid code, for the map and its table."""
    rows = (
        Case.objects.filter(district=district, state__in=OPEN)
        .values_list("path__0")
        .annotate(n=models.Count("id"))
        .values_list("path__0", "n")
    )
    return dict(rows)


def overdue_now() -> int:
    """在办且已逾期的件数。 How many open cases have passed a limit. One statement."""
    return Case.objects.filter(state__in=OPEN, overdue=True).count()


def reported_often(*, since: datetime, most: int = 400) -> dict[str, int]:
    """常报的事项。 How often each matter was reported since a moment, the most often first. One statement."""
    rows = Case.objects.filter(reported_at__gte=since).exclude(matter="").values("matter")
    return dict(
        rows.annotate(n=models.Count("id")).order_by("-n", "matter").values_list("matter", "n")[:most]
    )
