"""采集目录的读取。 Reads of what every organ collects, and of what the city holds already."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongxin.exchange.models import Collected, Field
from tongxin.exchange.rules.collecting import Holding
from tongxin.exchange.terms import Meaning, Sharing
from tongxin.law.queries import entries_on


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectedLine:
    """采集目录的一行。 One line of the catalogue; `twice`: what other forms ask too."""

    number: int
    organ: str
    form: str
    label: str
    kinds: tuple[Meaning, ...]
    clause: str
    held_item: str
    held_field: str
    since: date
    ended: date | None
    twice: tuple[Meaning, ...]


def collected(*, day: date) -> list[CollectedLine]:
    """此日的采集目录。 What every organ collects on a day, by form, duplicates marked."""
    rows = [
        row
        for row in Collected.objects.order_by("organ", "form", "id")
        if row.ended is None or row.ended > day
    ]
    askers = Counter(kind for row in _forms_of(rows) for kind in row)
    return [
        CollectedLine(
            number=row.pk,
            organ=row.organ,
            form=row.form,
            label=row.label,
            kinds=_meanings(row.kinds),
            clause=row.clause,
            held_item=row.held_item,
            held_field=row.held_field,
            since=row.since,
            ended=row.ended,
            twice=tuple(kind for kind in _meanings(row.kinds) if askers[kind] > 1),
        )
        for row in rows
    ]


def _forms_of(rows: Sequence[Collected]) -> list[set[Meaning]]:
    by_form: dict[tuple[str, str], set[Meaning]] = {}
    for row in rows:
        by_form.setdefault((row.organ, row.form), set()).update(_meanings(row.kinds))
    return list(by_form.values())


def _meanings(words: Sequence[str]) -> tuple[Meaning, ...]:
    return tuple(Meaning(word) for word in words if word in set(Meaning))


def holdings(*, day: date) -> list[Holding]:
    """城市已经掌握的。 What the city holds on a day: fields with a meaning, of items in force that may be shared."""
    listed = {
        row.ref
        for row in entries_on(kind="data", day=day)
        if getattr(row, "active", False) and row.facts.get("sharing") != Sharing.NONE
    }
    rows = Field.objects.exclude(meaning="").filter(source__item__in=listed).select_related("source")
    return [
        Holding(meaning=Meaning(row.meaning), item=row.source.item, field=row.name, organ=row.source.organ)
        for row in rows.order_by("source__item", "ordinal", "id")
    ]
