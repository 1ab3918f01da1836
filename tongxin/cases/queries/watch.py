"""供扫描与核验。 Reads for the sweeper, the verifier and the platform's own delivery."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from tongxin.cases.models import (
    Case,
    CaseStep,
    Clock,
    Report,
)
from tongxin.cases.terms import State
from tongxin.law.terms import Stage
from tongxin.ledger.rules.parting import floor


def clocks_due(*, at: datetime, most: int = 500) -> list[tuple[int, str, str]]:
    """到期的钟。 Clocks to look at by `at`: (id, stage, case number), oldest first, over a partial index."""
    return list(
        Clock.objects.filter(sweep_at__lte=at, ended_at=None, suspended_at=None)
        .order_by("sweep_at")
        .values_list("id", "stage", "case__number")[:most]
    )


def clocks_behind(*, at: datetime, most: int = 1_000) -> int:
    """扫描落下的钟。 How many limits were due at `at` and have not been looked at; counted to `most`. One statement."""
    return Clock.objects.filter(sweep_at__lte=at, ended_at=None, suspended_at=None)[:most].count()


def cases_without_basis(
    *, entries: Collection[str], saved: Mapping[str, datetime], most: int = 500
) -> list[str]:
    """依据已失效、还没有暂停的事项。 Numbers of open cases under these (idle) list entries that have not been paused.

    Over a partial index of the cases that are open: what was closed in ten years is not looked at.

    `saved`: for entries with a savings clause, the moment before which a case must have been reported to go on under it.
    """
    rows = Case.objects.filter(entry__in=list(entries), paused_at=None).exclude(state=State.CLOSED.value)
    for ref, before in saved.items():
        rows = rows.exclude(entry=ref, reported_at__lt=before)
    return list(rows.order_by("id").values_list("number", flat=True)[:most])


def cases_paused(*, most: int = 500) -> list[tuple[str, str]]:
    """暂停的事项。 (number, list entry) of paused cases that are still open, over a partial index."""
    rows = Case.objects.filter(paused_at__isnull=False).exclude(state=State.CLOSED.value)
    return list(rows.order_by("id").values_list("number", "entry")[:most])


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningUnder:
    """在办的事项。 Open cases under some list entries, and running clocks under some clauses: how many, and the first."""

    cases: int
    numbers: tuple[tuple[str, str, str], ...]  # number, list entry, organ
    clocks: int


def running_under(*, entries: Collection[str], clauses: Collection[str], most: int = 50) -> RunningUnder:
    """依这些事项、条款在办的。 What runs under these list entries (`matter:…`) and clauses (`law:…#…`). Three statements."""
    listed = [ref for ref in entries if ref.startswith("matter:")]
    rows = Case.objects.filter(entry__in=listed).exclude(state=State.CLOSED.value)
    clocks = Clock.objects.filter(ended_at=None, clause__in=list(clauses)).exclude(clause="")
    return RunningUnder(
        cases=rows.count(),
        numbers=tuple(rows.order_by("id").values_list("number", "entry", "organ")[:most]),
        clocks=clocks.count(),
    )


def states_disagreeing(*, archived: Collection[int] = ()) -> models.QuerySet[Case]:
    """现状与步骤不符的事项。 Cases whose present state is not where their last step led: somebody altered a row.

    `archived`: months whose steps were archived; of their cases nothing is left to compare with.
    """
    gone = models.Q()
    for month in archived:
        gone |= models.Q(id__gte=floor(month), id__lt=floor(month + 1))
    last = CaseStep.objects.filter(case=models.OuterRef("pk")).order_by("-seq")
    return (
        Case.objects.annotate(
            last_state=models.Subquery(last.values("to_state")[:1]),
            last_seq=models.Subquery(last.values("seq")[:1]),
        )
        .exclude(last_seq__isnull=False, last_state=models.F("state"), last_seq=models.F("steps"))
        .exclude(gone)
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
