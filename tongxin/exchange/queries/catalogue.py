"""目录的读取：各项、字段、条件、依据、更新的时限、公布的用时。 Reads of the catalogue: items, fields, conditions, clauses, clocks, times."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, models

from tongxin.exchange.models import Assessment, CatalogueRevision, Correction, Field, Source, Term
from tongxin.exchange.terms import Sharing, TermKind
from tongxin.law.queries import entries_on
from tongxin.law.queries.lists import Entry, Held, entry_at, held_by
from tongxin.law.rules.natures import Listing

DATA = Listing.DATA.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """一个目录项。 One item of the catalogue: its list entry, its source (None: not connected yet), its fields in order."""

    entry: Entry
    source: Source | None
    fields: tuple[Field, ...]

    @property
    def ref(self) -> str:
        """文本引用。 Text reference, `data:…`."""
        return self.entry.ref

    @property
    def active(self) -> bool:
        """依据是否有效。 Whether every clause it rests on is in force on the day it was looked up."""
        return bool(getattr(self.entry, "active", False))

    @property
    def sharing(self) -> Sharing:
        """共享属性。 Its class (art. 14)."""
        return Sharing(self.entry.facts["sharing"])

    @property
    def names(self) -> frozenset[str]:
        """字段名。 The names of its fields: what is not among them can never be asked."""
        return frozenset(field.name for field in self.fields)

    def personal(self, names: Sequence[str] | None = None) -> bool:
        """是否含个人信息。 Whether these fields (all: None) hold personal information."""
        return any(f.personal for f in self.fields if names is None or f.name in names)

    def sensitive(self, names: Sequence[str]) -> bool:
        """是否含敏感个人信息。 Whether one of these fields is sensitive (个人信息保护法 art. 28)."""
        return any(f.sensitive for f in self.fields if f.name in names)


def item_on(*, ref: str, day: date) -> Item | None:
    """某日的目录项。 The item of a reference that is listed on a day; None when there is none. Three statements."""
    kind, _colon, code = ref.partition(":")
    row = entries_on(kind=DATA, day=day).filter(code=code).first() if kind == DATA else None
    return _item(row) if row else None


def item_shown(*, code: str, day: date) -> Item | None:
    """目录项，也包括不再列着的。 The item of a code, also one that is listed no more. Three or four statements."""
    row = entry_at(kind=DATA, code=code, day=day)
    return _item(row) if row else None


def _item(row: Entry) -> Item:
    source = Source.objects.filter(item=row.ref).first()
    fields = tuple(Field.objects.filter(source=source).order_by("ordinal", "id")) if source else ()
    return Item(entry=row, source=source, fields=fields)


def items_on(
    *, day: date, words: str = "", sharing: str = "", holder: str = "", refs: Collection[str] = ()
) -> list[Item]:
    """目录，按词、类别、提供单位找。 The catalogue of a day by words, class and holder. Three statements, however many items."""
    rows = entries_on(kind=DATA, day=day)
    for word in words.split()[:6]:
        rows = rows.filter(
            models.Q(name__icontains=word)
            | models.Q(name_en__icontains=word)
            | models.Q(facts__items__icontains=word)
        )
    if refs:
        rows = rows.filter(code__in=[ref.partition(":")[2] for ref in refs])
    if sharing:
        rows = rows.filter(facts__sharing=sharing)
    if holder:
        rows = rows.filter(holder=holder)
    found = list(rows)
    sources = {one.item: one for one in Source.objects.filter(item__in=[row.ref for row in found])}
    fields: dict[int, list[Field]] = {}
    for field in Field.objects.filter(source__in=sources.values()).order_by("ordinal", "id"):
        fields.setdefault(field.source_id, []).append(field)
    return [
        Item(entry=row, source=source, fields=tuple(fields.get(source.pk, ())) if source else ())
        for row in found
        for source in [sources.get(row.ref)]
    ]


def holders_on(*, day: date) -> list[str]:
    """哪些职能有目录项。 The functions that hold items on a day."""
    return sorted(set(entries_on(kind=DATA, day=day).values_list("holder", flat=True)))


def clauses_held(*, item: Item, day: date) -> list[Held]:
    """目录项所依的条款。 The clauses an item rests on, each with whether it holds on the day. One statement."""
    return list(held_by(entries=[item.entry], day=day).get(item.entry.pk, []))


def assessment_of(*, subject: str, since: datetime | None = None) -> Assessment | None:
    """最近一次影响评估。 The newest impact assessment of a subject, made since a moment; None when there is none."""
    rows = Assessment.objects.filter(subject=subject)
    return (rows.filter(at__gte=since) if since else rows).order_by("-id").first()


def revision(*, number: int) -> CatalogueRevision | None:
    """一次目录更新。 One revision by its number."""
    return CatalogueRevision.objects.filter(pk=number).first()


def revisions_of(*, item: str) -> list[CatalogueRevision]:
    """一个目录项的历次更新。 The revisions of an item, newest first."""
    return list(CatalogueRevision.objects.filter(item=item).order_by("-id")[:50])


def revisions_waiting(*, organ: str | None = None) -> list[CatalogueRevision]:
    """等审核的更新。 Revisions that wait for review, of one organ or of all."""
    rows = CatalogueRevision.objects.filter(state=CatalogueRevision.State.PROPOSED)
    return list((rows.filter(organ=organ) if organ else rows).order_by("id"))


def quality_of(*, item: str) -> Mapping[str, int]:
    """数据质量：校核了几件，结果怎样。 How often an item was reported wrong, by what came of it (art. 18 quality, art. 26 correction). One statement."""
    rows = Correction.objects.filter(item=item).values("state").annotate(n=models.Count("id"))
    return dict(rows.values_list("state", "n"))


# How long it really took, in calendar days from the beginning of the clock to its end, by item: art. 23 wants it shorter, so it is shown.
_TIMES = """
SELECT a.item, t.kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.ended_at - t.began) / 86400.0), count(*)
  FROM exchange_term t JOIN exchange_application a ON t.subject = 'application:' || a.number
 WHERE t.ended_at IS NOT NULL AND t.kind = ANY(%s) AND a.state <> 'withdrawn' AND (%s = '' OR a.item = %s)
 GROUP BY a.item, t.kind
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """实际用时。 How long it took: the median in calendar days, of how many."""

    median: float
    count: int


def times_taken(*, item: str = "") -> Mapping[tuple[str, str], Taken]:
    """答复和提供的实际用时。 Medians of answering and delivering by (item, kind of clock); art. 23. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, [[TermKind.ANSWER.value, TermKind.DELIVER.value], item, item])
        return {(of, kind): Taken(float(median), count) for of, kind, median, count in cursor.fetchall()}


def terms_of(*, subject: str) -> list[Term]:
    """一件事的各个时限。 The clocks of a thing, oldest first."""
    return list(Term.objects.filter(subject=subject).order_by("id"))
