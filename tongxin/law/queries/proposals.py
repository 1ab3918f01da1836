"""列入申请所对照的事实。 What a proposed entry is judged against, read from the book and the lists."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db import models

from tongxin.law.models import Clause, Instrument, ListEntry
from tongxin.law.queries import entries_on, in_force, ref_of
from tongxin.law.queries.lists import Held, held_by
from tongxin.law.rules.holders import leads_to_grassroots
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.natures import Listing, Part
from tongxin.law.rules.proposals import NO_CLAUSE, Beside, ClauseFacts, Ground, Named, Proposal
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.organs.queries import organs_by_function
from tongxin.places.queries import city

FOUNDS_LISTS = "admit_entry"  # the power whose clause lets the lead body keep lists


def with_clauses(*, proposal: Proposal, day: date) -> Proposal:
    """补上条款的事实。 The proposal with what the book knows of each clause it names, on a day. Two statements."""
    facts = clause_facts(refs=[rest.ref for rest in proposal.rests], day=day)
    rests = tuple(replace(rest, clause=facts.get(rest.ref)) for rest in proposal.rests)
    return replace(proposal, rests=rests)


def clause_facts(*, refs: Iterable[str], day: date) -> Mapping[str, ClauseFacts]:
    """各条款的事实。 The facts of the clauses that pinned references name; what names none is left out."""
    wanted = {ref for ref in map(_pinned, refs) if ref is not None}
    if not wanted:
        return {}
    rows = Clause.objects.filter(_any_of(wanted)).select_related("version__instrument")
    rows = rows.annotate(
        holds=models.Case(
            models.When(in_force(day=day), then=models.Value(value=True)),
            default=models.Value(value=False),
            output_field=models.BooleanField(),
        )
    )
    found = {ref_of(row): row for row in rows}
    articles = {ref: ClauseRef(ref.key, ref.version, ref.clause.split(".")[0]) for ref in found}
    whole = {
        ref_of(row): row.text
        for row in Clause.objects.filter(_any_of(set(articles.values()))).select_related("version__instrument")
    } if found else {}  # fmt: skip
    return {str(ref): _facts(ref, row, whole.get(articles[ref], "")) for ref, row in found.items()}


def clauses_named(*, refs: Iterable[str]) -> Mapping[str, Clause]:
    """所指的条款。 The clauses that pinned references name, by the reference as it was written; what names none is left out."""
    wanted = {text: ref for text in refs if (ref := _pinned(text)) is not None}
    if not wanted:
        return {}
    rows = Clause.objects.filter(_any_of(set(wanted.values()))).select_related("version__instrument")
    found = {ref_of(row): row for row in rows}
    return {text: found[ref] for text, ref in wanted.items() if ref in found}


def _pinned(text: str) -> ClauseRef | None:
    try:
        ref = ClauseRef.parse(text)
    except BadClauseRefError:
        return None
    return ref if ref.version is not None else None


def _any_of(refs: Iterable[ClauseRef]) -> models.Q:
    any_of = models.Q(pk__in=[])
    for ref in refs:
        any_of |= models.Q(version__instrument__key=ref.key, version__adopted=ref.version, key=ref.clause)
    return any_of


def _facts(ref: ClauseRef, row: Clause, article: str) -> ClauseFacts:
    version, instrument = row.version, row.version.instrument
    return ClauseFacts(
        title=instrument.title,
        title_en=instrument.title_en or instrument.title,
        label=clause_label(ref.clause),
        level=instrument.level,
        jurisdiction=instrument.jurisdiction,
        illustrative=instrument.illustrative,
        text=f"{row.text}\n{article}",
        dated=(row.in_force_from or version.in_force_from) is not None,
        in_force=bool(getattr(row, "holds", False)),
    )


def ground_of(*, proposal: Proposal, day: date, applicant: tuple[str, str] | None) -> Ground:
    """旁边的情况。 The ground a proposal is judged on, for an entry that begins on a day."""
    by_function = organs_by_function(city().revision)
    return Ground(
        day=day,
        illustrative=not Instrument.objects.filter(illustrative=False).exists(),
        list_clause=_list_clause(day),
        functions=frozenset(function for function, _place in by_function),
        own_names=tuple(
            dict.fromkeys(
                name
                for (function, _place), organ in by_function.items()
                if function == proposal.function
                for name in (organ.name, organ.name_en)
            )
        ),
        applicant=applicant,
        taken_back=tuple(_taken_back(day)),
        grassroots=tuple(_grassroots(day)) if proposal.fact("part") == Part.TAKEN_BACK else (),
        delegated=_beside(_active(Listing.DELEGATION, day), day),
        listed=_listed(proposal, day),
    )


def _list_clause(day: date) -> Named:
    row = entries_on(kind=Listing.POWER.value, day=day).filter(code=FOUNDS_LISTS).first()
    held = held_by(entries=[row], day=day).get(row.pk, []) if row else []
    return _named(held[0]) if held else NO_CLAUSE


def _named(held: Held) -> Named:
    return Named(f"《{held.clause.title}》{held.clause.number}", str(held.clause.ref))


def _beside(rows: Iterable[ListEntry], day: date) -> tuple[Beside, ...]:
    rows = list(rows)
    held = held_by(entries=rows, day=day) if rows else {}
    return tuple(
        Beside(row.ref, row.code, row.name, " ".join(str(one.clause.ref) for one in held.get(row.pk, [])))
        for row in rows
    )


def _active(kind: Listing, day: date) -> list[ListEntry]:
    return [row for row in entries_on(kind=kind.value, day=day) if getattr(row, "active", False)]


def _taken_back(day: date) -> tuple[Beside, ...]:
    rows = _active(Listing.TOWNSHIP, day)
    return _beside([row for row in rows if row.facts.get("part") == Part.TAKEN_BACK], day)


def _grassroots(day: date) -> tuple[Beside, ...]:
    """落到乡镇（街道）、网格的在用事项。 Active entries that put work on a township, a street or a grid."""
    rows = [
        row
        for kind in (Listing.MATTER, Listing.DUTY, Listing.TOWNSHIP)
        for row in _active(kind, day)
        if row.facts.get("part") != Part.TAKEN_BACK and any(map(leads_to_grassroots, roles_of(row)))
    ]
    return _beside(rows, day)


def roles_of(row: ListEntry) -> list[str]:
    """一项里担任事情的各职能。 The function words that have a part in an entry: holder, lead, who assists."""
    assist = row.facts.get("assist") or ()
    return [word for word in (row.holder, row.facts.get("lead", ""), *assist) if word]


def _listed(proposal: Proposal, day: date) -> frozenset[str]:
    rows = ListEntry.objects.filter(list=proposal.listing, code=proposal.code)
    taken = rows.filter(
        models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day) | models.Q(valid_from=day)
    )
    return frozenset(taken.values_list("code", flat=True))
