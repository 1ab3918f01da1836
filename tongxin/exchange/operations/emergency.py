"""紧急调用：启用、结束、告知、审查、处置。

Breaking the glass, and what follows by itself: a grant without an application, on a named clause of a closed list, with a rationale
and an end; after its end a review by somebody of another organ, notice to those concerned, and destruction or assessed retention.
突发事件应对法 (2024) arts. 10, 73, 83–86; 个人信息保护法 arts. 13 para. 1 (4), 18 para. 2.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Emergency, Source, UseRecord
from tongxin.exchange.operations.common import (
    authority,
    begin_term,
    clause_now,
    end_term,
    next_number,
    require_words,
    save_step,
)
from tongxin.exchange.operations.ending import write_ending
from tongxin.exchange.operations.grants import NewGrant, make_grant
from tongxin.exchange.queries.catalogue import item_on
from tongxin.exchange.queries.emergencies import persons_reached
from tongxin.exchange.rules.clocks import EMERGENCY
from tongxin.exchange.rules.emergency import (
    ALWAYS,
    CLAUSES,
    LEAST_WORDS,
    MOST_CALLS,
    Disposal,
    Ground,
    require_span,
)
from tongxin.exchange.terms import Ending, GrantState, Manner, Purpose, RecipientKind, Sharing, TermKind
from tongxin.places.queries import city, city_day

WORKERS: Final = [By.DATA_OFFICER, By.DATA_HEAD]


def reviewing(organ: str) -> str:
    """由谁审查。 Who reviews an organ's break-glass: the authority; the lead body, where it was the authority's own."""
    return authority() if organ != authority() else str(city().lead_body)


# ---- Breaking ---------------------------------------------------------------------------------------------------------


def _break_scope(  # noqa: PLR0913 - what is stated, by name
    *,
    actor: Actor,
    at: datetime,
    item: str,
    ground: Ground,
    fields: Sequence[str],
    rationale: str,
    until: datetime,
    calls: int,
    persons: int,
) -> Scope:
    del actor
    require_span(at=at, until=until)
    words = require_words("rationale", rationale, least=LEAST_WORDS)
    if not 1 <= calls <= MOST_CALLS or not 0 <= persons <= MOST_CALLS:
        raise InvalidInput(
            "calls", f"写明次数和人数，不超过 {MOST_CALLS}", f"say how many, at most {MOST_CALLS}"
        )
    found = item_on(ref=item, day=city_day(at))
    if found is None or found.source is None:
        raise InvalidInput(
            "item", "没有这个目录项，或者没有接通来源", "no such item, or no source is connected"
        )
    if found.entry.facts.get("sharing") == Sharing.NONE.value:
        raise Refused(
            "not_shared",
            "法律规定不予共享的，紧急情况下也不开放",
            "what the law does not share stays closed in an emergency",
        )
    clauses = dict.fromkeys(_in_force(*pair, at) for pair in (CLAUSES[ground], *ALWAYS))
    return Scope(
        subject=item,
        entry=item,
        content={
            "ground": ground.value,
            "fields": list(fields),
            "rationale": words,
            "until": until.isoformat(),
            "calls": calls,
            "persons": persons,
        },
        state=(found.source, tuple(clauses), words),
    )


def _in_force(instrument: str, clause: str, at: datetime) -> str:
    """紧急条款，须现行有效。 An emergency clause in the version in force at a moment. Raises Refused where there is none."""
    ref = clause_now(instrument, clause, at)
    if "@" not in ref:
        raise Refused(
            "clause_not_in_force",
            "紧急条款现在不是有效条款",
            "the emergency clause is not in force",
            clause=ref,
        )
    return ref


@act(
    "break_glass", title=("启用紧急调用", "break the glass"), by=WORKERS, scope=_break_scope, needs_entry=True
)
def break_glass(
    *,
    warrant: Warrant,
    item: str,
    ground: Ground,
    fields: Sequence[str],
    rationale: str,
    until: datetime,
    calls: int,
    persons: int,
) -> str:
    """启用紧急调用。 Open an item to one's organ in an emergency, at once and for at most 72 hours; returns the number of the grant.

    The clause is named from a closed list and must be in force; the rationale is kept; whoever breaks the glass makes no call
    under it. Provider and authority are told at once; what follows the end comes by itself. Raises Refused, InvalidInput.
    """
    del ground, rationale
    source, clauses, words = warrant.scope.state
    held: Source = source
    organ = warrant.standing.organ if warrant.standing else ""
    new = NewGrant(
        source=held, organ=organ, kind=RecipientKind.ORGAN, purpose=Purpose.EMERGENCY, manner=Manner.INTERFACE,
        fields=fields, clauses=clauses, until=until, calls=calls, rows=calls * 100, persons=persons, witnessed=False,
    )  # fmt: skip
    grant = make_grant(warrant, new)
    made = Emergency.objects.create(
        number=next_number(Emergency, "J", warrant.at),
        grant=grant,
        clause=clauses[0],
        rationale=words,
        declared_by=warrant.actor.person,
        declared_at=warrant.at,
        until=until,
    )
    save_step(warrant, made.ref, state="declared", note=words)
    for other in dict.fromkeys((held.organ, authority(), reviewing(organ))):
        warrant.tell(
            recipient=f"organ:{other}", template="glass_broken", number=made.number, organ=organ, item=item
        )
    return grant.number


# ---- The end ----------------------------------------------------------------------------------------------------------


def _locked(number: str) -> Emergency:
    row = Emergency.objects.select_for_update().select_related("grant").filter(number=number).first()
    if row is None:
        raise InvalidInput("emergency", "没有这次紧急调用", "there is no such emergency")
    return row


def _close_scope(*, actor: Actor, at: datetime, number: str, reason: str) -> Scope:
    row = _locked(number)
    del actor
    if row.grant.state == GrantState.TERMINATED.value or at >= row.until:
        raise Conflict("这次紧急调用已经结束", "this emergency is over already")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.grant.organ, row.grant.provider, authority()}),
        content={"emergency": number, "reason": reason},
        state=(row, require_words("reason", reason)),
    )


@act("close_emergency", title=("提前结束紧急调用", "end an emergency early"), by=WORKERS, scope=_close_scope)
def close_emergency(*, warrant: Warrant, number: str, reason: str) -> None:
    """提前结束。 End it before its time, since the danger is under control (突发事件应对法 art. 86). Raises InvalidInput, Conflict."""
    del number, reason
    row, words = warrant.scope.state
    row.grant.state = GrantState.TERMINATED.value
    row.grant.save(update_fields=["state"])
    clause = clause_now(EMERGENCY, "a86", warrant.at)
    write_ending(warrant, row.grant, Ending.TERMINATED, reason=words, clause=clause, filed_with=authority())
    save_step(warrant, row.ref, state="closed", note=words)


def _end_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor
    row = _locked(number)
    if at < row.until and row.grant.state != GrantState.TERMINATED.value:
        raise Conflict("紧急调用还没有结束", "the emergency is not over yet")
    if row.ended_at is not None:
        raise Conflict("已经转入事后程序", "what follows has begun already")
    return Scope(subject=row.ref, content={"emergency": number}, state=row)


@act(
    "end_emergency",
    title=("紧急调用转入事后程序", "begin what follows an emergency"),
    by=[By.PLATFORM],
    scope=_end_scope,
)
def end_emergency(*, warrant: Warrant, number: str) -> None:
    """转入事后程序。 After the end, by itself: the clocks of the review and of telling those concerned begin, the organ is told what it owes."""
    del number
    row: Emergency = warrant.scope.state
    row.ended_at = warrant.at
    row.save(update_fields=["ended_at"])
    organ = row.grant.organ
    begin_term(warrant, TermKind.AFTER_REVIEW, row.ref, organ=reviewing(organ), applicant=organ)
    begin_term(warrant, TermKind.TELL, row.ref, organ=organ)
    save_step(warrant, row.ref, state="ended")
    for other in (organ, reviewing(organ)):
        warrant.tell(recipient=f"organ:{other}", template="emergency_ended", number=row.number, organ=organ)


# ---- Telling those concerned ----------------------------------------------------------------------------------------------


def _tell_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor
    row = _locked(number)
    if row.ended_at is None or row.told_at is not None:
        raise Conflict("还没有结束，或者已经告知", "it is not over yet, or they have been told")
    plain, general = persons_reached(grant=row.grant, at=at)
    return Scope(
        subject=row.ref, persons=tuple(plain), content={"emergency": number}, state=(row, plain, general)
    )


@act(
    "tell_concerned",
    title=("事后告知当事人", "tell those concerned afterwards"),
    by=[By.PLATFORM],
    scope=_tell_scope,
)
def tell_concerned(*, warrant: Warrant, number: str) -> int:
    """事后告知。 Tell everybody whose data was looked at that it was, by whom and why; returns how many (个人信息保护法 art. 18 para. 2)."""
    del number
    row, plain, general = warrant.scope.state
    for person in general:
        warrant.tell(recipient=person, template="looked_at_for_another", number="")
    for person in plain:
        warrant.tell(
            recipient=person,
            template="looked_at_in_emergency",
            number=row.number,
            organ=row.grant.organ,
            item=row.grant.item,
        )
    row.told_at = warrant.at
    row.save(update_fields=["told_at"])
    end_term(warrant, TermKind.TELL, row.ref)
    told = len(plain) + len(general)
    save_step(warrant, row.ref, state="told", note=str(told))
    return told


# ---- Review and disposal --------------------------------------------------------------------------------------------------


def _review_scope(
    *, actor: Actor, at: datetime, number: str, outcome: Emergency.Outcome, finding: str
) -> Scope:
    del actor, at
    row = _locked(number)
    if row.ended_at is None:
        raise Conflict("紧急调用还没有结束", "the emergency is not over yet")
    if row.reviewed_by:
        raise Conflict("已经审查过", "it has been reviewed")
    return Scope(
        subject=row.ref,
        organs=frozenset({reviewing(row.grant.organ)}),
        not_by=frozenset({row.declared_by}),
        content={"emergency": number, "outcome": outcome.value, "finding": finding},
        state=(row, require_words("finding", finding, least=10)),
    )


@act("review_emergency", title=("审查紧急调用", "review an emergency"), by=WORKERS, scope=_review_scope)
def review_emergency(*, warrant: Warrant, number: str, outcome: Emergency.Outcome, finding: str) -> None:
    """事后审查。 Review whether it was lawful and no more than needed: by another person, of another organ. Raises InvalidInput, Conflict."""
    del number, finding
    row, words = warrant.scope.state
    row.reviewed_by, row.reviewed_at = warrant.actor.person, warrant.at
    row.outcome, row.finding = outcome.value, words
    row.save(update_fields=["reviewed_by", "reviewed_at", "outcome", "finding"])
    end_term(warrant, TermKind.AFTER_REVIEW, row.ref)
    save_step(warrant, row.ref, state="reviewed", note=words)
    for organ in dict.fromkeys((row.grant.organ, row.grant.provider)):
        warrant.tell(
            recipient=f"organ:{organ}", template="emergency_reviewed", number=row.number, note=words[:400]
        )


def _dispose_scope(*, actor: Actor, at: datetime, number: str, how: Disposal, note: str) -> Scope:
    del actor, at
    row = _locked(number)
    if row.ended_at is None:
        raise Conflict("紧急调用还没有结束", "the emergency is not over yet")
    if row.disposed:
        raise Conflict("已经记录处置", "its disposal is recorded")
    least = LEAST_WORDS * 2 if how is Disposal.RETAINED else 10
    return Scope(
        subject=row.ref,
        organs=frozenset({row.grant.organ}),
        content={"emergency": number, "how": how.value, "note": note},
        state=(row, require_words("note", note, least=least)),
    )


@act(
    "dispose_emergency",
    title=("记录紧急数据的处置", "record the disposal of emergency data"),
    by=WORKERS,
    scope=_dispose_scope,
)
def dispose_emergency(*, warrant: Warrant, number: str, how: Disposal, note: str) -> None:
    """销毁，或者经评估留存。 Record that what was obtained is destroyed, or why it must be kept: lawful, necessary, secure (突发事件应对法 art. 85).

    Raises InvalidInput, Conflict.
    """
    del number, note
    row, words = warrant.scope.state
    row.disposed, row.disposed_at = f"{how.value}: {words}", warrant.at
    row.save(update_fields=["disposed", "disposed_at"])
    what = UseRecord.What.DESTRUCTION if how is Disposal.DESTROYED else UseRecord.What.RETENTION
    UseRecord.objects.create(
        entry=warrant.entry, grant=row.grant, what=what, scene=row.number, process=words, at=warrant.at
    )
    save_step(warrant, row.ref, state=how.value, note=words)
