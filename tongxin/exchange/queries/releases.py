"""统计发布的读取。 Reads of released statistics: what was released, what waits, what an item may be grouped by, what its budget is."""

from collections.abc import Sequence

from tongxin.exchange.models import Budget, Field, Release, ReleaseQuestion, Source
from tongxin.exchange.rules.releases import Query, margin_of
from tongxin.exchange.terms import IDENTIFYING, Meaning


def releases(*, item: str = "", before: int | None = None, most: int = 50) -> list[Release]:
    """已发布的，新的在前。 Released tables, newest first, before a row id; one more than `most` if there is."""
    rows = Release.objects.order_by("-id")
    if item:
        rows = rows.filter(item=item)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: most + 1])


def release_numbered(*, number: str) -> Release | None:
    """某编号的发布。 The release of a number."""
    return Release.objects.filter(number=number).first() if "\x00" not in number else None


def questions(*, organs: Sequence[str]) -> list[ReleaseQuestion]:
    """这些机构的统计问题，待办的在前。 The questions that these organs asked or have to decide, the open ones first."""
    rows = ReleaseQuestion.objects.filter(provider__in=organs) | ReleaseQuestion.objects.filter(
        organ__in=organs
    )
    return sorted(rows.order_by("-id")[:200], key=lambda one: one.state != ReleaseQuestion.State.OPEN)


def question_numbered(*, number: str) -> ReleaseQuestion | None:
    """某编号的问题。 The question of a number."""
    return ReleaseQuestion.objects.filter(number=number).first() if "\x00" not in number else None


def groupable(*, source: Source) -> list[Field]:
    """可以用来统计的字段。 The fields that statistics may be grouped by: not the key, nothing identifying, no person's without a meaning."""
    return [
        field
        for field in Field.objects.filter(source=source).order_by("ordinal", "id")
        if field.name != source.key
        and (Meaning(field.meaning) not in IDENTIFYING if field.meaning else not field.personal)
    ]


def labels(*, item: str) -> dict[str, tuple[str, str]]:
    """字段的叫法。 What the fields of an item are called, Chinese and English, by name."""
    rows = Field.objects.filter(source__item=item).values_list("name", "label", "label_en")
    return {name: (label, label_en) for name, label, label_en in rows}


def sources() -> list[Source]:
    """各目录项的来源。 The sources of all items, by item."""
    return list(Source.objects.order_by("item"))


def stored_answer(*, query: Query) -> Release | None:
    """已经发布过的答案。 The release that answers a canonical query already: the same one, or a table whose totals hold it."""
    same = Release.objects.filter(digest=query.digest()).first()
    if same is not None:
        return same
    return next(
        (
            row
            for row in of_year(item=query.item, year=query.year)
            if margin_of(query, Query.of_json(row.query))
        ),
        None,
    )


def of_year(*, item: str, year: int) -> list[Release]:
    """一个目录项一年的发布。 The releases of an item in a year, in order."""
    return list(Release.objects.filter(item=item, query__year=year).order_by("id"))


def budgets() -> dict[str, Budget]:
    """各目录项的隐私预算。 The privacy budgets, by item."""
    return {row.item: row for row in Budget.objects.all()}
