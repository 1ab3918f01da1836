"""案头的法典：解引用要读的文件，只读点到名的。 The books on the desk: the instruments a citation names, and no others."""

from collections.abc import Collection, Mapping

from tongxin.law.models import Clause, Effect, Instrument, Suspension, Version
from tongxin.law.rules.citations import HeldClause, HeldInstrument, HeldVersion, Shelf, Span, TitleIndex

# Effects that say which clause stands in the place of another; an insertion has none before it.
_COUNTERPARTS = (Effect.Kind.RENUMBER, Effect.Kind.SUBSTITUTE)


def title_index() -> TitleIndex:
    """题名册。 The index of all titles of the book. One statement."""
    return TitleIndex.of(Instrument.objects.order_by("key").values_list("key", "title"))


def shelf_of(*, titles: Collection[str], index: TitleIndex | None = None) -> Shelf:
    """案头的法典。 The instruments that these titles name, with their versions, clauses and suspensions. Five statements at most."""
    index = index or title_index()
    found = [keys[0] for keys in map(index.keys, titles) if len(keys) == 1]
    return Shelf(index=index, instruments=instruments_held(keys=dict.fromkeys(found)))


def instruments_held(*, keys: Collection[str]) -> dict[str, HeldInstrument]:
    """这些文件，冻结的值。 These instruments by key, as frozen values. Four statements; none without keys."""
    if not keys:
        return {}
    rows = list(Version.objects.filter(instrument__key__in=list(keys)).select_related("instrument"))
    ids = [row.pk for row in rows]
    clauses, moved = _clauses(ids), _moved(ids)
    held: dict[str, list[HeldVersion]] = {}
    titles = {row.instrument.key: row.instrument.title for row in rows}
    for row in rows:
        held.setdefault(row.instrument.key, []).append(
            HeldVersion(
                adopted=row.adopted,
                begins=row.in_force_from,
                ends=row.in_force_to,
                status=row.status,
                held=row.has_text,
                digest=row.sha256,
                clauses=clauses.get(row.pk, {}),
                moved=moved.get(row.pk, {}),
            )
        )
    return {key: HeldInstrument.of(key=key, title=titles[key], versions=held[key]) for key in held}


def _clauses(versions: list[int]) -> Mapping[int, dict[str, HeldClause]]:
    suspended: dict[int, tuple[Span, ...]] = {}
    spans = Suspension.objects.filter(clause__version__in=versions).order_by("since")
    for clause, since, until in spans.values_list("clause", "since", "until"):
        suspended[clause] = (*suspended.get(clause, ()), (since, until))
    found: dict[int, dict[str, HeldClause]] = {}
    rows = Clause.objects.filter(version__in=versions).order_by("version", "ordinal")
    for pk, version, key, kind, number, heading, text, begins, ends in rows.values_list(
        "pk", "version", "key", "kind", "number", "heading", "text", "in_force_from", "in_force_to"
    ):
        found.setdefault(version, {})[key] = HeldClause(
            key=key,
            kind=kind,
            text=text,
            number=number,
            heading=heading,
            begins=begins,
            ends=ends,
            suspended=suspended.get(pk, ()),
        )
    return found


def _moved(versions: list[int]) -> Mapping[int, dict[str, str]]:
    """确认的承继。 Confirmed counterparts: a renumbering says them; a substitution keeps the number unless it is renumbered too."""
    found: dict[int, dict[str, str]] = {}
    rows = Effect.objects.filter(
        version__in=versions, state=Effect.State.CONFIRMED, kind__in=_COUNTERPARTS
    ).exclude(clause="")
    for version, kind, clause, to_clause in rows.order_by("id").values_list(
        "version", "kind", "clause", "to_clause"
    ):
        if version is not None and (kind == Effect.Kind.RENUMBER or to_clause):
            found.setdefault(version, {})[clause] = to_clause or clause
        elif version is not None:
            found.setdefault(version, {}).setdefault(clause, clause)
    return found
