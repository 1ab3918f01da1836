"""导出目录所读的。 What the exports of the catalogue read: the items listed on a day, their clauses and fields, the released tables."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tongxin.exchange.models import Field, Release, Source
from tongxin.exchange.rules.dcat import Catalogue, CatalogueItem, Named, ReleasedTable
from tongxin.exchange.rules.releases import Query
from tongxin.exchange.terms import Sharing
from tongxin.law.queries import entries_on
from tongxin.law.queries.lists import held_by
from tongxin.organs.queries import organs_by_code, organs_by_function
from tongxin.places.queries import city, city_day


def catalogue_on(*, day: date, base: str) -> Catalogue:
    """某日的目录。 The catalogue of a day; `base` is the city's address with a stroke at the end."""
    here = city()
    organs = organs_by_code(here.revision)
    items = _items(day, base)
    code = str(here.settings.get("data_authority") or here.lead_body)
    chief = organs.get(code)
    return Catalogue(
        base=base,
        city=(here.name, here.name_en),
        authority=code,
        authority_name=(chief.name, chief.name_en) if chief else (code, ""),
        items=tuple(items),
        tables=tuple(_tables(base, {one.ref: one for one in items})),
    )


def _items(day: date, base: str) -> list[CatalogueItem]:
    rows = list(entries_on(kind="data", day=day))
    held = held_by(entries=rows, day=day)
    keepers = dict(Source.objects.values_list("item", "organ"))
    return [
        _item(row, keepers, base, tuple(base.rstrip("/") + one.clause.url for one in held.get(row.pk, [])))
        for row in rows
        if row.facts.get("sharing") in set(Sharing)
    ]


def _item(row: Any, keepers: Mapping[str, str], base: str, clauses: tuple[str, ...]) -> CatalogueItem:
    here = city()
    by_function = organs_by_function(here.revision)
    function = by_function.get((row.holder, here.root))
    organ = keepers.get(row.ref) or (function.code if function else row.holder)
    found = organs_by_code(here.revision).get(organ)
    return CatalogueItem(
        ref=row.ref,
        address=f"{base}lists/data/{row.code}/",
        name=(row.name, row.name_en),
        items=_words(row.facts.get("items")),
        organ=organ,
        organ_name=(found.name, found.name_en) if found else (organ, ""),
        sharing=Sharing(row.facts["sharing"]),
        shared_with=_words(row.facts.get("scope")),
        shared_for=_words(row.facts.get("use")),
        not_because=_words(row.facts.get("why_not")),
        frequency=_words(row.facts.get("frequency")),
        category=(row.category, row.category_en),
        clauses=clauses,
        since=row.valid_from,
        until=row.valid_to,
    )


def _words(fact: object) -> str:
    return "；".join(str(one) for one in fact) if isinstance(fact, list) else str(fact or "")


def _tables(base: str, items: Mapping[str, CatalogueItem]) -> list[ReleasedTable]:
    return [
        ReleasedTable(
            number=row.number,
            address=f"{base}data/releases/{row.number}/",
            item=items[row.item].address,
            organ=row.organ,
            title=title_of(Query.of_json(row.query), items[row.item].name),
            day=city_day(row.at),
            files=tuple((kind, f"{base}data/releases/{row.number}.{kind}") for kind in ("csv", "json")),
        )
        for row in Release.objects.order_by("id")
        if row.item in items
    ]


def title_of(query: Query, name: Named, labels: Mapping[str, Named] | None = None) -> Named:
    """一张统计表的叫法。 What a released table is called, in both languages."""
    words = [(labels or {}).get(field, (field, field)) for field in query.by]
    chinese, english = "、".join(word[0] for word in words), ", ".join(word[1] or word[0] for word in words)
    return f"{name[0]}：按{chinese}（{query.year}）", f"{name[1] or name[0]}: by {english} ({query.year})"


def field_rows(*, day: date) -> list[tuple[object, ...]]:
    """一个字段一行。 One row a field of the items listed on a day, under FIELD_HEAD."""
    listed = {row.ref for row in entries_on(kind="data", day=day)}
    rows = Field.objects.filter(source__item__in=listed).order_by("source__item", "ordinal", "id")
    return [
        (
            row.source.item,
            row.name,
            row.label,
            row.label_en,
            int(row.personal),
            int(row.sensitive),
            row.meaning,
        )
        for row in rows.select_related("source")
    ]
