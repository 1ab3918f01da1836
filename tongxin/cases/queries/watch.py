"""供扫描与核验。 Reads for the sweeper, the verifier and the platform's own delivery."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models

from tongxin.cases.models import (
    Case,
    CaseStep,
    Clock,
    Report,
)
from tongxin.law.terms import Stage


def clocks_due(*, at: datetime, most: int = 500) -> list[tuple[int, str, str]]:
    """到期的钟。 Clocks to look at by `at`: (id, stage, case number), oldest first, over a partial index."""
    return list(
        Clock.objects.filter(sweep_at__lte=at, ended_at=None, suspended_at=None)
        .order_by("sweep_at")
        .values_list("id", "stage", "case__number")[:most]
    )


def states_disagreeing() -> models.QuerySet[Case]:
    """现状与步骤不符的事项。 Cases whose present state is not where their last step led: somebody altered a row."""
    last = CaseStep.objects.filter(case=models.OuterRef("pk")).order_by("-seq")
    return (
        Case.objects.annotate(
            last_state=models.Subquery(last.values("to_state")[:1]),
            last_seq=models.Subquery(last.values("seq")[:1]),
        )
        .exclude(last_seq__isnull=False, last_state=models.F("state"), last_seq=models.F("steps"))
        .order_by("id")
    )


def mail_of_reporter(*, number: str) -> tuple[str, str] | None:
    """送达用的邮箱与语言。 Mail address and language of a reporter, for the platform's own delivery; no one sees it."""
    row = (
        Report.objects.filter(case__number=number).exclude(email="").values_list("email", "language").first()
    )
    return (row[0], row[1]) if row else None


def handling_dues(*, numbers: Sequence[str]) -> dict[str, datetime]:
    """办理期限。 The end of handling of each of these cases, by number."""
    rows = Clock.objects.filter(case__number__in=list(numbers), stage=Stage.HANDLE.value)
    return dict(
        rows.values_list("case__number")
        .annotate(last=models.Max("due_at"))
        .values_list("case__number", "last")
    )
