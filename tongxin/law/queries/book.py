"""法典的读取。 Reads of the book: texts as they were read, effects, doubts, reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, models

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


def effects_beside(*, effect: Effect) -> models.QuerySet[Effect]:
    """同一文件的其他候选。 The other candidates of the same amending text on the same version: they may be confirmed as one."""
    return (
        Effect.objects.filter(by=effect.by_id, version=effect.version_id, state=Effect.State.CANDIDATE)
        .exclude(version=None)
        .exclude(pk=effect.pk)
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


@dataclass(frozen=True, slots=True)
class Ending:
    """将失去依据。 Clauses of an instrument that end on a day to come, and how many entries still rest on them then.

    `maker`: the key of what ends them, for the preview.
    """

    day: date
    title: str
    title_en: str
    maker: str
    entries: int


_ENDING = """
SELECT coalesce(c.in_force_to, v.in_force_to), i.title, i.title_en, coalesce(m.key, i.key), count(DISTINCT b.entry_id)
  FROM law_binding b JOIN law_clause c ON c.id = b.clause_id JOIN law_version v ON v.id = c.version_id
  JOIN law_instrument i ON i.id = v.instrument_id JOIN law_listentry e ON e.id = b.entry_id
  LEFT JOIN LATERAL (
    SELECT x.key FROM law_effect f JOIN law_version w ON w.id = f.by_id JOIN law_instrument x ON x.id = w.instrument_id
     WHERE f.version_id = v.id AND f.state = 'confirmed' AND f.kind = 'repeal'
       AND f.day = coalesce(c.in_force_to, v.in_force_to) ORDER BY f.id LIMIT 1) m ON true
 WHERE b.mandatory AND coalesce(c.in_force_to, v.in_force_to) > %(day)s
   AND (b.valid_to IS NULL OR b.valid_to > coalesce(c.in_force_to, v.in_force_to))
   AND (e.valid_to IS NULL OR e.valid_to > coalesce(c.in_force_to, v.in_force_to))
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
"""


def endings_to_come(*, day: date) -> list[Ending]:
    """将失去依据的事项。 What will end after a day and has entries resting on it that nobody has re-pointed. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDING, {"day": day})
        return [Ending(*row) for row in cursor.fetchall()]


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
