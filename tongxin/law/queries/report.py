"""导入报告的读取。 Reads of the import report: what a person still has to look at in the texts of the book."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import models

from tongxin.law.models import Doubt, Version

UNCOMPARED: Final = "no_second_source"
BROKEN: Final = ("no_closing_clause", "article_missing", "no_article", "called_incomplete", "called_broken")


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtCount:
    """某一疑点的处数。 How many doubts of a reason are open and how many resolved."""

    reason: str
    open: int
    resolved: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TextState:
    """一个版本缺什么。 What a version lacks: its in-force date, its text, its end or articles, a text to compare it with."""

    version: Version
    undated: bool
    bare: bool
    broken: bool
    uncompared: bool


def doubt_counts() -> list[DoubtCount]:
    """各疑点的处数，多的在前。 The doubts by reason, the most frequent first. One statement."""
    is_open = models.Q(resolution="")
    rows = Doubt.objects.values("reason").annotate(
        open=models.Count("pk", filter=is_open), resolved=models.Count("pk", filter=~is_open)
    )
    return [
        DoubtCount(reason=row["reason"], open=row["open"], resolved=row["resolved"])
        for row in rows.order_by("-open", "reason")
    ]


def doubts(*, resolved: bool, reason: str = "") -> models.QuerySet[Doubt]:
    """存疑，按文件和行。 The doubts of the reading, open or resolved, by text and line; texts with nothing to be compared with
    are listed apart.
    """
    is_open = models.Q(resolution="")
    rows = Doubt.objects.exclude(reason=UNCOMPARED).filter(~is_open if resolved else is_open)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.select_related("version__instrument").order_by(
        "version__instrument__title", "version__adopted", "version_id", "line", "id"
    )


def texts_wanting() -> Sequence[TextState]:
    """有所欠缺的版本。 The versions that lack something, by title. One statement."""
    still = Doubt.objects.filter(version=models.OuterRef("pk"), resolution="")
    rows = (
        Version.objects.select_related("instrument")
        .annotate(
            broken=models.Exists(still.filter(reason__in=BROKEN)),
            uncompared=models.Exists(still.filter(reason=UNCOMPARED)),
        )
        .filter(
            models.Q(in_force_from=None)
            | models.Q(sha256="")
            | models.Q(broken=True)
            | models.Q(uncompared=True)
        )
        .order_by("instrument__title", "adopted")
    )
    return [
        TextState(
            version=row,
            undated=row.in_force_from is None,
            bare=not row.has_text,
            broken=row.broken,
            uncompared=row.uncompared,
        )
        for row in rows
    ]
