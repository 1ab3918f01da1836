"""更新时限的延长，目录项的更改。 Extending the clock of updating, and changing a listed item: done within the acts that decide it.

Both belong to the lists, so the lists write them; who may decide is for the act above (政务数据共享条例 arts. 16, 17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.law import queries
from tongxin.law.models import Binding, ListChange, ListEntry, UpdateDuty
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.queries import clause_at, clause_on, entries_on, ref_of
from tongxin.law.queries.lists import held_by
from tongxin.law.queries.proposals import ground_of, with_clauses
from tongxin.law.rules import due
from tongxin.law.rules.admission import objections
from tongxin.law.rules.natures import Ask, facts_of
from tongxin.law.rules.proposals import Objection, Proposal, Rest
from tongxin.law.terms import ClauseRef, Limit, Stage, Unit
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day

EXTENSION = 5  # working days, once: 政务数据共享条例 art. 17 para. 2
_CLAUSE = ("cn/government-data-sharing", "a17.p2")


def _extend_scope(*, actor: Actor, at: datetime, entry: str) -> Scope:
    del actor
    duty = _open_duty(entry, at)
    if duty.extended_at is not None:
        raise Refused("extended_already", "这个时限不能再延长", "this clock cannot be extended again")
    return Scope(subject=f"entry:{entry}", content={"entry": entry}, state=duty)


def _open_duty(entry: str, at: datetime) -> UpdateDuty:
    row = _listed(entry, at)
    duty = UpdateDuty.objects.select_for_update().filter(list_entry=row, done_at=None).first()
    if duty is None:
        raise InvalidInput("entry", "没有在走的更新时限", "no clock of updating runs for it")
    return duty


def _listed(entry: str, at: datetime) -> ListEntry:
    kind, _colon, code = entry.partition(":")
    row = entries_on(kind=kind, day=city_day(at)).filter(code=code).first()
    if row is None:
        raise InvalidInput("entry", "清单里现在没有这一项", "the list has no such entry now")
    return row


@act(
    "extend_update",
    title=("延长更新目录的时限", "extend the clock of updating a catalogue"),
    by=[By.PLATFORM],
    scope=_extend_scope,
)
def extend_update(*, warrant: Warrant, entry: str) -> datetime:
    """延长更新时限。 Five working days more to bring a catalogue item up to date, once, as the authority consented. Returns the new end.

    Within the act of consent. Raises Refused when extended already, InvalidInput.
    """
    del entry
    duty: UpdateDuty = warrant.scope.state
    limit = Limit(number=Decimal(EXTENSION), unit=Unit.WORKING_DAY, stage=Stage.UPDATE)
    ends = due(start=duty.due_at, limit=limit, calendar=queries.calendar(city().revision))
    found = clause_on(instrument=_CLAUSE[0], key=_CLAUSE[1], day=city_day(warrant.at))
    duty.due_at, duty.provisional = ends.at, duty.provisional or ends.beyond_known
    duty.extended_at, duty.extension_clause = warrant.at, str(ref_of(found)) if found else ""
    duty.save(force_update=True)
    return ends.at


# ---- Changing an item -------------------------------------------------------------------------------------------------


def _amend_scope(
    *,
    actor: Actor,
    at: datetime,
    entry: str,
    facts: Mapping[str, Any],
    rests: Sequence[tuple[str, str]] | None = None,
    note: str = "",
) -> Scope:
    del actor
    row = ListEntry.objects.select_for_update().get(pk=_listed(entry, at).pk)
    against = amendment_objections(row, facts=facts, rests=rests, at=at)
    if against:
        raise NotAdmitted(against)
    return Scope(subject=f"entry:{entry}", content={"facts": dict(facts), "note": note}, state=row)


def amendment_objections(
    row: ListEntry, *, facts: Mapping[str, Any], rests: Sequence[tuple[str, str]] | None, at: datetime
) -> tuple[Objection, ...]:
    """更改后还合不合列入规则。 What stands against an entry as it would be: every rule of admission, as if it were applied for today.

    A municipal rule cannot close an item of the catalogue: that rule (art. 14(3)) is one of them.
    """
    day = city_day(at)
    proposal = with_clauses(proposal=_amended(row, facts, rests, day), day=day)
    ground = replace(ground_of(proposal=proposal, day=day, applicant=None), listed=frozenset())
    return objections(proposal, ground)


def _amended(
    row: ListEntry, facts: Mapping[str, Any], rests: Sequence[tuple[str, str]] | None, day: Any
) -> Proposal:
    if rests is None:
        held = held_by(entries=[row], day=day).get(row.pk, [])
        wanted = tuple(Rest(ref=str(h.clause.ref), phrase=h.phrase, mandatory=h.mandatory) for h in held)
    else:
        wanted = tuple(Rest(ref=ref, phrase=words, mandatory=bool(words)) for ref, words in rests)
    return Proposal(
        listing=row.list, code=row.code, name=row.name, name_en=row.name_en, category=row.category,
        category_en=row.category_en, holder=row.holder, nature=row.nature, facts={**row.facts, **facts},
        valid_from=day, valid_to=row.valid_to, rests=wanted,
    )  # fmt: skip


@act(
    "amend_entry",
    title=("更改清单里的一项", "change a listed entry"),
    by=[By.PLATFORM],
    scope=_amend_scope,
)
def amend_entry(
    *,
    warrant: Warrant,
    entry: str,
    facts: Mapping[str, Any],
    rests: Sequence[tuple[str, str]] | None = None,
    note: str = "",
) -> None:
    """更改一项。 Change what a listed entry states and, where `rests` is given, what it rests on from today; its open duty of updating is done.

    Within the act that decided it. Every rule of admission is asked of the entry as it would be. Raises NotAdmitted, InvalidInput.
    """
    del entry
    row: ListEntry = warrant.scope.state
    day = city_day(warrant.at)
    row.facts = _kept(row, {**row.facts, **facts})
    row.save(update_fields=["facts"])
    if rests is not None:
        _rebind(row, rests, day)
    UpdateDuty.objects.filter(list_entry=row, done_at=None).update(done_at=warrant.at)
    ListChange.objects.create(
        entry=warrant.entry, list_entry=row, what=ListChange.What.AMENDED, day=day, at=warrant.at,
        clauses=" ".join(ref for ref, _words in rests or ()), note=note.strip()[:400],
    )  # fmt: skip
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)


def _kept(row: ListEntry, facts: Mapping[str, Any]) -> dict[str, Any]:
    """留下该写的要素。 The facts that the list asks of such an entry; what its new class asks no longer is dropped."""
    asked = {fact.name: fact for fact in facts_of(row.list)}
    return {
        name: value
        for name, value in facts.items()
        if name not in asked
        or (asked[name].applies(row.nature, facts) and (value or asked[name].ask is Ask.SEVERAL))
    }


def _rebind(row: ListEntry, rests: Sequence[tuple[str, str]], day: Any) -> None:
    """改依。 What the entry rests on from a day: what is named no more ends, what is new begins; the rest stays as it is."""
    wanted = {_clause_id(ref): words for ref, words in rests}
    standing = Binding.objects.filter(entry=row, valid_to=None)
    standing.exclude(clause__in=wanted).update(valid_to=day)
    kept = set(standing.filter(clause__in=wanted).values_list("clause_id", flat=True))
    Binding.objects.bulk_create(
        [
            Binding(entry=row, clause_id=clause, mandatory=bool(words), phrase=words[:120], valid_from=day)
            for clause, words in wanted.items()
            if clause not in kept
        ]
    )


def _clause_id(ref: str) -> int:
    clause = clause_at(ref=ClauseRef.parse(ref))
    assert clause is not None  # noqa: S101 - the rules have just found it
    return clause.pk
