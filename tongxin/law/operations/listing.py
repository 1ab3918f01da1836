"""清单的写入：申请、撤回、列入、不予列入、移出。 Writes of the lists: apply, withdraw, admit, refuse, end.

A department applies, the lead body admits, another person than the one who applied. The rules of admission
(`rules.admission`) are asked when it is applied for and again when it is admitted: the law may have moved in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Refused, Scope, Standing, Warrant
from tongxin.law.models import Binding, EntryApplication, ListChange, ListEntry, UpdateDuty
from tongxin.law.queries import clause_at, entries_on
from tongxin.law.queries.proposals import ground_of, with_clauses
from tongxin.law.rules.admission import objections
from tongxin.law.rules.natures import Ask, Listing, facts_of
from tongxin.law.rules.proposals import Objection, Proposal, Rest
from tongxin.law.terms import BadClauseRefError, ClauseRef
from tongxin.organs.queries import organs_by_code
from tongxin.organs.queries import standing as standing_of
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day

State = EntryApplication.State
MOST_WORDS = 2_000


class NotAdmitted(Refused):
    """不符合列入规则。 An entry that the rules of admission do not let in: every objection, each with its clause."""

    def __init__(self, found: Sequence[Objection]) -> None:
        first = found[0]
        super().__init__(
            first.code,
            "；".join(f"{one.reason}（{one.clause}）" if one.clause else one.reason for one in found),
            "; ".join(f"{one.reason_en} ({one.clause})" if one.clause else one.reason_en for one in found),
            clause=first.ref,
        )
        self.objections = tuple(found)


# ---- Applying --------------------------------------------------------------------------------------------------------


def _apply_scope(*, actor: Actor, at: datetime, proposal: Proposal) -> Scope:
    day = city_day(at)
    office = standing_of(person=actor.person, office=actor.office or "", day=day)
    content = {"listing": proposal.listing, "code": proposal.code, "reason": proposal.reason}
    if office is None or office.post is not By.CASE_OFFICER:
        return Scope(subject=f"entry:{proposal.ref}", content=content)  # the gate says who may
    if len(proposal.reason) > MOST_WORDS:
        raise InvalidInput("reason", f"理由不超过 {MOST_WORDS} 字", f"no more than {MOST_WORDS} characters")
    checked = _judged(proposal, day, office)
    open_now = EntryApplication.objects.filter(list=proposal.listing, code=proposal.code, state=State.OPEN)
    if open_now.exists():
        raise Conflict("这个代码已有一件申请在审", "an application for this code is being decided")
    return Scope(subject=f"entry:{proposal.ref}", content=content, state=checked)


def _judged(proposal: Proposal, day: date, office: Standing | None) -> Proposal:
    """按规则看一遍。 The proposal with its clauses' facts, judged by every rule. Raises NotAdmitted with all objections."""
    begins = max(proposal.valid_from or day, day)
    found = with_clauses(proposal=replace(proposal, valid_from=begins), day=begins)
    ground = ground_of(proposal=found, day=begins, applicant=_applicant(office))
    against = objections(found, ground)
    if against:
        raise NotAdmitted(against)
    return found


def _applicant(office: Standing | None) -> tuple[str, str] | None:
    if office is None:
        return None
    organ = organs_by_code(city().revision)[office.organ]
    return organ.function, organ.kind


@act(
    "apply_entry",
    title=("申请列入清单", "apply to list an entry"),
    by=[By.CASE_OFFICER],
    scope=_apply_scope,
)
def apply_entry(*, warrant: Warrant, proposal: Proposal) -> int:
    """申请列入清单。 Apply to list an entry; every rule that needs no admission is checked at once.

    Returns the application's number. Raises NotAdmitted (all objections, each with rule and clause), Conflict.
    """
    office = warrant.standing
    assert office is not None  # noqa: S101 - only posts may do this
    row = EntryApplication.objects.create(
        **_common(proposal),
        valid_from=proposal.valid_from,
        facts=_facts(proposal),
        bindings=[
            {"ref": r.ref, "phrase": r.phrase, "mandatory": r.mandatory, "general": r.general}
            for r in proposal.rests
        ],
        reason=proposal.reason,
        organ=office.organ,
        office=office.office,
        applicant=warrant.actor.person,
        applied_at=warrant.at,
    )
    _tell(warrant, f"organ:{city().lead_body}", "entry_applied", row)
    return row.pk


def _common(proposal: Proposal) -> dict[str, Any]:
    return {
        "list": proposal.listing, "code": proposal.code, "name": proposal.name, "name_en": proposal.name_en,
        "category": proposal.category, "category_en": proposal.category_en, "holder": proposal.holder,
        "nature": proposal.nature, "temporary": proposal.temporary, "valid_to": proposal.valid_to,
    }  # fmt: skip


def _facts(proposal: Proposal) -> dict[str, Any]:
    """存下的要素。 The facts to keep: those the list asks for and were given; function words as lists, as routing reads them."""
    found: dict[str, Any] = {}
    for fact in facts_of(proposal.listing):
        if not fact.applies(proposal.nature, proposal.facts):
            continue
        one, several = proposal.fact(fact.name), list(proposal.several(fact.name))
        if fact.name == "assist":
            found["assist"] = [word.strip() for word in one.split(";") if word.strip()]
        elif fact.ask is Ask.SEVERAL and several:
            found[fact.name] = several
        elif one:
            found[fact.name] = one
    if proposal.listing == Listing.MATTER:  # what routing and pages of matters read
        general = all(rest.general for rest in proposal.rests if rest.mandatory)
        found |= {
            "kind": "matter",
            "lead": proposal.holder,
            "clause_kind": "general" if general else "precise",
        }
    return found


# ---- Deciding --------------------------------------------------------------------------------------------------------


def _locked(number: int) -> EntryApplication:
    row = EntryApplication.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这件申请", "there is no such application")
    if row.state != State.OPEN:
        raise Conflict(f"这件申请{State(row.state).label}", f"this application is closed: {row.state}")
    return row


def _withdraw_scope(*, actor: Actor, at: datetime, number: int, note: str = "") -> Scope:
    del actor, at
    row = _locked(number)
    _short("note", note)
    return Scope(
        subject=f"entry:{row.ref}", organs=frozenset({row.organ}), content={"number": number}, state=row
    )


@act(
    "withdraw_application",
    title=("撤回列入申请", "withdraw an application"),
    by=[By.CASE_OFFICER],
    scope=_withdraw_scope,
)
def withdraw_application(*, warrant: Warrant, number: int, note: str = "") -> None:
    """撤回列入申请。 Withdraw an application of one's own organ. Raises Conflict when it has been decided."""
    del number
    row: EntryApplication = warrant.scope.state
    _decide(warrant, row, State.WITHDRAWN, note)
    _tell(warrant, f"organ:{city().lead_body}", "entry_withdrawn", row, note)


def _admit_scope(*, actor: Actor, at: datetime, number: int, note: str = "") -> Scope:
    del actor
    row = _locked(number)
    _short("note", note)
    proposal = _judged(proposal_of(row), city_day(at), None)
    if row.temporary and not note.strip():
        raise InvalidInput(
            "note",
            "紧急临时列入，要写明同意的理由",
            "say why you consent to listing it urgently and for a time",
        )
    return Scope(
        subject=f"entry:{row.ref}",
        organs=frozenset({city().lead_body}),
        not_by=frozenset({row.applicant}),
        content={"number": number, "code": row.code, "note": note},
        state=(row, proposal),
    )


def proposal_of(row: EntryApplication) -> Proposal:
    """申请的内容。 What an application asks for, as the rules read it."""
    facts = {
        name: ";".join(value) if name == "assist" and isinstance(value, list) else value
        for name, value in row.facts.items()
    }
    return Proposal(
        listing=row.list, code=row.code, name=row.name, name_en=row.name_en, category=row.category,
        category_en=row.category_en, holder=row.holder, nature=row.nature, temporary=row.temporary,
        valid_from=row.valid_from, valid_to=row.valid_to, facts=facts, reason=row.reason,
        rests=tuple(Rest(**binding) for binding in row.bindings),
    )  # fmt: skip


@act(
    "admit_entry",
    title=("列入清单", "admit an entry to a list"),
    by=[By.LEAD_OFFICER],
    scope=_admit_scope,
)
def admit_entry(*, warrant: Warrant, number: int, note: str = "") -> int:
    """列入清单。 Admit an entry that was applied for: the lead body, another person, every rule asked again that day.

    Returns the entry's row id. Raises NotAdmitted, InvalidInput (a temporary entry without a word of consent), Conflict.
    """
    del number
    row, proposal = warrant.scope.state
    entry = ListEntry.objects.create(**_common(proposal), facts=row.facts, valid_from=proposal.valid_from)
    Binding.objects.bulk_create(
        [
            Binding(entry=entry, clause_id=_clause_id(rest), mandatory=rest.mandatory, general=rest.general,
                    phrase=rest.phrase[:120], valid_from=entry.valid_from)
            for rest in proposal.rests
        ]
    )  # fmt: skip
    _changed(warrant, entry, ListChange.What.ADMITTED, entry.valid_from, note or row.reason, proposal.rests)
    row.list_entry = entry
    _decide(warrant, row, State.ADMITTED, note)
    _tell(warrant, f"organ:{row.organ}", "entry_admitted", row, note)
    return entry.pk


def _clause_id(rest: Rest) -> int:
    clause = clause_at(ref=ClauseRef.parse(rest.ref))
    assert clause is not None  # noqa: S101 - the rules have just found it
    return clause.pk


def _refuse_scope(*, actor: Actor, at: datetime, number: int, reason: str, clause: str) -> Scope:
    del actor, at
    row = _locked(number)
    if not reason.strip():
        raise InvalidInput("reason", "要写明不予列入的理由", "say why it is not listed")
    _short("reason", reason)
    _require_clause(clause)
    return Scope(
        subject=f"entry:{row.ref}",
        organs=frozenset({city().lead_body}),
        not_by=frozenset({row.applicant}),
        content={"number": number, "reason": reason, "clause": clause},
        state=row,
    )


def _require_clause(clause: str) -> None:
    try:
        found = clause_at(ref=ClauseRef.parse(clause))
    except BadClauseRefError:
        found = None
    if found is None:
        raise InvalidInput(
            "clause", "要写明依哪一条不予列入，法典里要有这一条", "name the clause: one that the book has"
        )


@act(
    "refuse_application",
    title=("不予列入", "refuse an application"),
    by=[By.LEAD_OFFICER],
    scope=_refuse_scope,
)
def refuse_application(*, warrant: Warrant, number: int, reason: str, clause: str) -> None:
    """不予列入。 Refuse an application, with the reason and the clause. Raises InvalidInput, Conflict."""
    del number
    row: EntryApplication = warrant.scope.state
    row.decided_clause = clause
    _decide(warrant, row, State.REFUSED, reason)
    _tell(warrant, f"organ:{row.organ}", "entry_refused", row, reason)


def _decide(warrant: Warrant, row: EntryApplication, state: EntryApplication.State, note: str) -> None:
    row.state, row.decided_note = state, note.strip()
    row.decided_by, row.decided_at = warrant.actor.person, warrant.at
    row.save()


# ---- Ending ----------------------------------------------------------------------------------------------------------


def _end_scope(
    *, actor: Actor, at: datetime, listing: str, code: str, reason: str, day: date | None = None
) -> Scope:
    del actor
    today = city_day(at)
    ends = day or today
    if listing == Listing.POWER:
        raise InvalidInput(
            "listing", "系统自身的行为不从清单里移出", "the platform's own acts are not taken off"
        )
    found = entries_on(kind=listing, day=today).filter(code=code).values_list("pk", flat=True).first()
    row = ListEntry.objects.select_for_update().filter(pk=found).first() if found else None
    if row is None:
        raise InvalidInput("code", "清单里现在没有这一项", "the list has no such entry now")
    if not reason.strip():
        raise InvalidInput("reason", "要写明为什么移出", "say why it is taken off")
    _short("reason", reason)
    if ends < today or (row.valid_to is not None and ends >= row.valid_to):
        raise InvalidInput(
            "day", "移出的日期不早于今天，也要早于原定的截止日期", "from today on, and before its own end"
        )
    return Scope(
        subject=f"entry:{row.ref}",
        organs=frozenset({city().lead_body}),
        content={"listing": listing, "code": code, "reason": reason, "day": ends.isoformat()},
        state=(row, ends),
    )


@act("end_entry", title=("移出清单", "take an entry off a list"), by=[By.LEAD_OFFICER], scope=_end_scope)
def end_entry(*, warrant: Warrant, listing: str, code: str, reason: str, day: date | None = None) -> None:
    """移出清单。 Take an entry off its list from a day on (today when none is given); a temporary one ends by its date.

    An open duty to bring it up to date is done with that. Raises InvalidInput.
    """
    del listing, code, day
    row, ends = warrant.scope.state
    row.valid_to = ends
    row.save(update_fields=["valid_to"])
    UpdateDuty.objects.filter(list_entry=row, done_at=None).update(done_at=warrant.at)
    _changed(warrant, row, ListChange.What.ENDED, ends, reason, ())
    for organ in _organs_of(row):
        _tell(warrant, f"organ:{organ}", "entry_ended", row, reason)


def _organs_of(row: ListEntry) -> list[str]:
    """要告知的机构。 The organs that applied for an entry; the notice of others is the public change history."""
    return sorted(set(EntryApplication.objects.filter(list_entry=row).values_list("organ", flat=True)))


# ---- What these share ------------------------------------------------------------------------------------------------


def _changed(
    warrant: Warrant, entry: ListEntry, what: ListChange.What, day: date, note: str, rests: Sequence[Rest]
) -> None:
    ListChange.objects.create(
        entry=warrant.entry, list_entry=entry, what=what, day=day, at=warrant.at,
        clauses=" ".join(rest.ref for rest in rests), note=note.strip()[:400],
    )  # fmt: skip
    advance_revision(actor=PLATFORM, at=warrant.at, why=warrant.verb)  # every process reads the lists anew


def _short(field: str, text: str) -> None:
    if len(text) > MOST_WORDS:
        raise InvalidInput(field, f"不超过 {MOST_WORDS} 字", f"no more than {MOST_WORDS} characters")


def _tell(
    warrant: Warrant, recipient: str, template: str, row: EntryApplication | ListEntry, note: str = ""
) -> None:
    given: Mapping[str, str] = {"number": row.ref, "matter": row.name, "note": note}
    organ = row.organ if isinstance(row, EntryApplication) else city().lead_body
    warrant.tell(recipient=recipient, template=template, organ=organ, **given)
