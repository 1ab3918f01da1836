"""法典的读取。 Reads of the book: texts as they were read, effects, doubts, reviews."""

from collections.abc import Sequence
from datetime import date

from django.db import models

from tongxin.law.models import Clause, Day, Doubt, Effect, Review, UpdateDuty, Version
from tongxin.law.terms import ClauseKind, ClauseText


def clause_texts(*, version: Version) -> list[ClauseText]:
    """一个版本的条款，如读入时。 The clauses of a version as they were read, in the order of the document."""
    return [
        ClauseText(
            key=row.key,
            kind=ClauseKind(row.kind),
            parent=row.parent or None,
            number=row.number,
            heading=row.heading,
            text=row.text,
            ordinal=row.ordinal,
        )
        for row in Clause.objects.filter(version=version).order_by("ordinal")
    ]


def effects_waiting() -> models.QuerySet[Effect]:
    """待确认的变动。 Candidates that wait for a person, the soonest first."""
    return (
        Effect.objects.filter(state=Effect.State.CANDIDATE)
        .select_related("by__instrument", "version__instrument")
        .order_by("day", "id")
    )


def effects_of(*, versions: Sequence[int]) -> models.QuerySet[Effect]:
    """某些版本作出的变动。 The effects that versions make, rejected ones left out."""
    return (
        Effect.objects.filter(by__in=versions)
        .exclude(state=Effect.State.REJECTED)
        .select_related("by__instrument", "version__instrument")
        .order_by("day", "id")
    )


def effect_of(*, number: int) -> Effect | None:
    """一条变动。 One effect with what makes and what suffers it; None when there is none."""
    return Effect.objects.select_related("by__instrument", "version__instrument").filter(pk=number).first()


def doubt_of(*, number: int) -> Doubt | None:
    """一处存疑。 One doubt with its version; None when there is none."""
    return Doubt.objects.select_related("version__instrument").filter(pk=number).first()


def reviews_open() -> models.QuerySet[Review]:
    """待复查的行为。 Acts done on a basis that had ended, not yet looked at; oldest first."""
    return Review.objects.filter(outcome="").order_by("act", "id")


def duties_open(*, organ: str = "") -> models.QuerySet[UpdateDuty]:
    """进行中的清单更新时限。 Running limits for bringing a list up to date, of an organ or of all, soonest first."""
    rows = UpdateDuty.objects.filter(done_at=None).select_related("list_entry").order_by("due_at", "id")
    return rows.filter(organ=organ) if organ else rows


def day_begun(*, day: date) -> bool:
    """这一天清点过没有。 Whether the lists have been looked at on a day."""
    return Day.objects.filter(day=day).exists()


def days_begun() -> models.QuerySet[Day]:
    """清点过的日子，新的在前。 The days on which the lists were looked at, newest first."""
    return Day.objects.order_by("-day")


def doubts_open() -> models.QuerySet[Doubt]:
    """未处理的存疑。 Doubts that nobody has resolved."""
    return Doubt.objects.filter(resolution="")


def review_of(*, number: int) -> Review | None:
    """一条复查。 One review; None when there is none."""
    return Review.objects.filter(pk=number).first()
