"""程序接口专用的读取。 Reads that only the interfaces for programs need. No personal data."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import models

from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.terms import State
from tongxin.law.terms import Stage


def requests_page(
    *,
    start: datetime,
    end: datetime,
    matters: Sequence[str] = (),
    states: Sequence[str] = (),
    first: int = 0,
    size: int = 1_000,
) -> list[Case]:
    """某段时间的请求，一页。 One page of the requests of a span of time, newest first. One statement.

    states   `open`, `closed`; both or none: all
    """
    rows = Case.objects.filter(reported_at__gte=start, reported_at__lte=end)
    if matters:
        rows = rows.filter(matter__in=list(matters))
    if set(states) == {"open"}:
        rows = rows.exclude(state=State.CLOSED.value)
    elif set(states) == {"closed"}:
        rows = rows.filter(state=State.CLOSED.value)
    return list(rows.order_by("-reported_at", "-id")[first : first + size])


def requests_numbered(*, numbers: Sequence[str]) -> list[Case]:
    """这些编号的请求。 The requests of these numbers, newest first; a number that does not exist is left out."""
    return list(Case.objects.filter(number__in=list(numbers)).order_by("-reported_at", "-id"))


def last_changes(*, cases: Sequence[Case]) -> Mapping[int, datetime]:
    """各事项最后一步的时刻。 When the last step of each case was taken, by row id. One statement."""
    rows = CaseStep.objects.filter(case__in=[case.pk for case in cases])
    return dict(
        rows.values_list("case_id").annotate(last=models.Max("at")).values_list("case_id", "last").order_by()
    )


def handling_ends(*, cases: Sequence[Case]) -> Mapping[int, datetime]:
    """各事项办理期限的届满。 When the last limit of handling of each case ends, by row id. One statement."""
    rows = Clock.objects.filter(case__in=[case.pk for case in cases], stage=Stage.HANDLE.value)
    return dict(
        rows.values_list("case_id")
        .annotate(ends=models.Max("due_at"))
        .values_list("case_id", "ends")
        .order_by()
    )
