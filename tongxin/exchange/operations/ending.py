"""授权的停止与使用：暂停、恢复、终止、失效、转供同意、使用记录。

How grants stop, kept apart: suspension (art. 27 para. 2), resumption, termination (art. 27), lapse with the clause; consent to pass data
on (art. 25); what the user records of its use (art. 29).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Grant, GrantEnding, OnwardConsent, Term, UseRecord
from tongxin.exchange.operations.common import authority, clause_now, end_term, require_words, save_step
from tongxin.exchange.queries.grants import Lapse, midnight
from tongxin.exchange.rules.clocks import SHARING
from tongxin.exchange.terms import END_LABELS, EndGround, Ending, GrantState, TermKind
from tongxin.law import queries as law
from tongxin.law.queries.resting import successor_on
from tongxin.law.rules import due
from tongxin.law.terms import Limit, Stage, Unit
from tongxin.places.queries import city, city_day

_MEND_MOST = 60  # working days: a term to mend is short, and is set by whoever suspends
State = GrantState


def _locked(number: str) -> Grant:
    row = Grant.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise InvalidInput("grant", "没有这件授权", "there is no such grant")
    return row


def _living(number: str) -> Grant:
    row = _locked(number)
    if row.state == State.TERMINATED.value:
        raise Conflict("这件授权已经终止", "this grant is terminated")
    return row


def write_ending(
    warrant: Warrant,
    row: Grant,
    what: Ending,
    *,
    reason: str,
    clause: str,
    effective: datetime | None = None,
    consulted: str = "",
    filed_with: str = "",
) -> None:
    """记一次停止。 Write how a grant stopped or went on, with the step of its page."""
    GrantEnding.objects.create(
        entry=warrant.entry,
        grant=row,
        what=what.value,
        at=warrant.at,
        effective=effective or warrant.at,
        reason=reason,
        clause=clause,
        consulted=consulted,
        filed_with=filed_with,
    )
    save_step(warrant, row.ref, state=what.value, note=reason)


def _tell_all(warrant: Warrant, row: Grant, template: str, note: str) -> None:
    by = warrant.standing.organ if warrant.standing else authority()
    for organ in dict.fromkeys((row.organ, row.provider, authority())):
        warrant.tell(
            recipient=f"organ:{organ}", template=template, number=row.number, organ=by, note=note[:400]
        )


# ---- Suspension and resumption ---------------------------------------------------------------------------------------


def _suspend_scope(*, actor: Actor, at: datetime, grant: str, reason: str, days: int) -> Scope:
    del actor, at
    row = _living(grant)
    if row.state == State.SUSPENDED.value:
        raise Conflict("这件授权已经暂停", "this grant is suspended already")
    if not 1 <= days <= _MEND_MOST:
        zh = f"限期整改写 1 至 {_MEND_MOST} 个工作日"
        raise InvalidInput("days", zh, f"a term to mend of 1 to {_MEND_MOST} working days")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider, authority()}),
        content={"grant": grant, "reason": reason, "days": days},
        state=(row, require_words("reason", reason)),
    )


@act(
    "suspend_grant",
    title=("暂停授权", "suspend a grant"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_suspend_scope,
)
def suspend_grant(*, warrant: Warrant, grant: str, reason: str, days: int) -> None:
    """暂停授权。 Stop a grant at once for use beyond scope or purpose, or onward supply, with a term of working days to mend (art. 27 para. 2).

    By the provider or the authority. Raises InvalidInput, Conflict.
    """
    del grant, reason
    row, words = warrant.scope.state
    row.state = State.SUSPENDED.value
    row.save(update_fields=["state"])
    clause = clause_now(SHARING, "a27.p2", warrant.at)
    limit = Limit(number=Decimal(days), unit=Unit.WORKING_DAY, stage=Stage.UPDATE)
    ends = due(start=warrant.at, limit=limit, calendar=law.calendar(city().revision))
    Term.objects.create(
        kind=TermKind.MEND.value,
        subject=row.ref,
        organ=row.organ,
        applicant=row.provider,
        began=warrant.at,
        due_at=ends.at,
        provisional=ends.beyond_known,
        clause=clause,
    )
    write_ending(warrant, row, Ending.SUSPENDED, reason=words, clause=clause, filed_with=authority())
    _tell_all(warrant, row, "grant_suspended", words)


def _resume_scope(*, actor: Actor, at: datetime, grant: str, reason: str) -> Scope:
    del actor, at
    row = _living(grant)
    if row.state != State.SUSPENDED.value:
        raise Conflict("这件授权没有暂停", "this grant is not suspended")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider, authority()}),
        content={"grant": grant, "reason": reason},
        state=(row, require_words("reason", reason)),
    )


@act(
    "resume_grant",
    title=("恢复授权", "resume a grant"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_resume_scope,
)
def resume_grant(*, warrant: Warrant, grant: str, reason: str) -> None:
    """恢复授权。 Let a suspended grant go on, since what was wrong has been mended: how is said. Raises InvalidInput, Conflict."""
    del grant, reason
    row, words = warrant.scope.state
    row.state = State.ACTIVE.value
    row.save(update_fields=["state"])
    end_term(warrant, TermKind.MEND, row.ref)
    write_ending(warrant, row, Ending.RESUMED, reason=words, clause=clause_now(SHARING, "a27.p2", warrant.at))
    _tell_all(warrant, row, "grant_resumed", words)


# ---- Termination -----------------------------------------------------------------------------------------------------

_END_CLAUSES = {EndGround.ACHIEVED: "a27.p1", EndGround.UNMENDED: "a27.p2", EndGround.PROPER: "a27.p3"}


def _terminate_scope(
    *, actor: Actor, at: datetime, grant: str, ground: EndGround, reason: str, consulted: str = ""
) -> Scope:
    del actor
    row = _living(grant)
    words = require_words("reason", reason)
    talked = require_words("consulted", consulted) if ground is EndGround.PROPER else consulted.strip()
    if ground is EndGround.UNMENDED:
        _require_unmended(row, at)
    organs = {row.provider} if ground is EndGround.PROPER else {row.provider, authority()}
    if ground is EndGround.ACHIEVED:
        organs = {row.provider, row.organ}
    return Scope(
        subject=row.ref,
        organs=frozenset(organs),
        content={"grant": grant, "ground": ground.value, "reason": words},
        state=(row, words, talked),
    )


def _require_unmended(row: Grant, at: datetime) -> None:
    """整改期届满。 Only what is suspended, and after its term to mend: 对拒不整改或者整改不到位的，可以终止共享."""
    term = Term.objects.filter(subject=row.ref, kind=TermKind.MEND.value, ended_at=None).first()
    if row.state != State.SUSPENDED.value or term is None:
        raise Refused("not_suspended", "没有暂停并限期整改过，不能以整改不到位终止", "it was not suspended and told to mend",
                      clause=clause_now(SHARING, "a27.p2", at))  # fmt: skip
    if term.due_at > at:
        raise Refused("still_mending", "整改期限还没有届满", "the term to mend has not ended",
                      clause=clause_now(SHARING, "a27.p2", at))  # fmt: skip


@act("terminate_grant", title=("终止授权", "terminate a grant"), by=[By.DATA_HEAD], scope=_terminate_scope)
def terminate_grant(
    *, warrant: Warrant, grant: str, ground: EndGround, reason: str, consulted: str = ""
) -> None:
    """终止授权。 End a grant for good (art. 27): its purpose is achieved; it was not mended in its term; or a proper reason after consultation.

    consulted   how the user was consulted: needed for a proper reason (para. 3). It is filed with the authority, and both are told.
    Raises InvalidInput, Refused, Conflict.
    """
    del grant, reason, consulted
    row, words, talked = warrant.scope.state
    terminate(
        warrant,
        row,
        reason=words,
        clause=clause_now(SHARING, _END_CLAUSES[ground], warrant.at),
        consulted=talked,
    )


def terminate(warrant: Warrant, row: Grant, *, reason: str, clause: str, consulted: str = "") -> None:
    """终止一件。 Terminate a grant in the act in hand, file it with the authority and tell everybody concerned."""
    row.state = State.TERMINATED.value
    row.save(update_fields=["state"])
    end_term(warrant, TermKind.MEND, row.ref)
    write_ending(
        warrant,
        row,
        Ending.TERMINATED,
        reason=reason,
        clause=clause,
        consulted=consulted,
        filed_with=authority(),
    )
    _tell_all(warrant, row, "grant_terminated", reason)


def end_words(ground: EndGround) -> str:
    """终止理由的叫法。 What a ground of termination is called."""
    return str(END_LABELS[ground])


# ---- Lapse: written down when noticed, in force from the moment its clause ended -------------------------------------------


def _lapse_scope(*, actor: Actor, at: datetime, lapses: Sequence[Lapse]) -> list[Scope]:
    del actor, at
    wanted = {one.id: one for one in lapses}
    rows = Grant.objects.select_for_update().filter(pk__in=wanted).exclude(state=State.TERMINATED.value)
    written = set(
        GrantEnding.objects.filter(grant__in=wanted, what=Ending.LAPSED.value).values_list(
            "grant_id", flat=True
        )
    )
    return [
        Scope(subject=row.ref, content={"clause": wanted[row.pk].clause}, state=(row, wanted[row.pk]))
        for row in rows.order_by("id")
        if row.pk not in written
    ]


@act(
    "lapse_grants",
    title=("记下授权随条款失效", "write down that grants lapsed with their clause"),
    by=[By.PLATFORM],
    scope=_lapse_scope,
    many=True,
)
def lapse_grants(*, warrants: Sequence[Warrant], at: datetime, lapses: Sequence[Lapse]) -> int:
    """记下失效。 Write down the grants that lapsed, from the very moment their clause ended; nothing depends on its being written.

    The end of the clause is the proper reason of art. 27 para. 3: it is filed with the authority, both sides are told, and the clause
    that follows, where there is one, is named so that the user may apply anew. Returns how many.
    """
    del lapses
    zone, day = ZoneInfo(city().timezone), city_day(at)
    followed: dict[str, str] = {}
    for warrant in warrants:
        row, lapse = warrant.scope.state
        if lapse.clause not in followed:
            followed[lapse.clause] = successor_on(ref=lapse.clause, day=day)
        write_ending(
            warrant, row, Ending.LAPSED, reason=f"所依的条款已失效：{lapse.clause}", clause=lapse.clause,
            effective=midnight(lapse.day, zone), filed_with=authority(),
        )  # fmt: skip
        _tell_all(warrant, row, "grant_lapsed", followed[lapse.clause] or lapse.clause)
    return len(warrants)


# ---- Passing on ------------------------------------------------------------------------------------------------------


def _onward_scope(
    *, actor: Actor, at: datetime, grant: str, to: str, fields: Sequence[str], purpose: str, until: datetime
) -> Scope:
    del actor
    row = _living(grant)
    if not fields or set(fields) - set(row.fields):
        raise InvalidInput("fields", "只能转供授权里有的字段", "only fields of the grant may be passed on")
    if not at < until <= row.until:
        raise InvalidInput(
            "until", "止期在现在以后，不晚于授权的止期", "it ends after now, and no later than the grant"
        )
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        content={"grant": grant, "to": to, "fields": list(fields)},
        state=(row, require_words("to", to, least=2, most=200), require_words("purpose", purpose)),
    )


@act("consent_onward", title=("同意转供", "consent to pass data on"), by=[By.DATA_HEAD], scope=_onward_scope)
def consent_onward(
    *, warrant: Warrant, grant: str, to: str, fields: Sequence[str], purpose: str, until: datetime
) -> None:
    """同意转供。 The provider's consent that named fields go on to a named third party, for a purpose, until a moment (art. 25). Without it nothing may."""
    del grant, to, purpose
    row, named, words = warrant.scope.state
    OnwardConsent.objects.create(
        entry=warrant.entry,
        grant=row,
        to=named,
        fields=list(fields),
        purpose=words,
        until=until,
        at=warrant.at,
    )
    save_step(warrant, row.ref, state=row.state, note=f"{named}：{words}")
    warrant.tell(recipient=f"organ:{row.organ}", template="grant_onward", number=row.number,
                 organ=row.provider, note=named)  # fmt: skip


# ---- What the user records ---------------------------------------------------------------------------------------------


def _use_scope(
    *,
    actor: Actor,
    at: datetime,
    grant: str,
    what: str,
    scene: str,
    process: str,
    effect: str = "",
    evidence: str = "",
) -> Scope:
    del actor, at
    row = _locked(grant)
    if what not in UseRecord.What.values:
        raise InvalidInput("what", "不认得的记录种类", "an unknown kind of record")
    for name, text in (("effect", effect), ("evidence", evidence)):
        if len(text) > 2_000:
            raise InvalidInput(name, "不超过 2000 字", "no more than 2000 characters")
    return Scope(
        subject=row.ref,
        organs=frozenset({row.organ}),
        content={"grant": grant, "what": what},
        state=(row, require_words("scene", scene), require_words("process", process)),
    )


@act(
    "record_use",
    title=("记录共享数据的使用", "record how shared data is used"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_use_scope,
)
def record_use(
    *, warrant: Warrant, grant: str, what: str, scene: str, process: str, effect: str = "", evidence: str = ""
) -> None:
    """记录使用。 Record scene, process, effect, storage or destruction of what was received (art. 29); also after the grant has ended.

    Kept for good: the table takes rows and gives none back, which is more than the three years of the law. Raises InvalidInput.
    """
    del grant, scene, process
    row, where, how = warrant.scope.state
    UseRecord.objects.create(
        entry=warrant.entry,
        grant=row,
        what=what,
        scene=where,
        process=how,
        effect=effect.strip(),
        evidence=evidence.strip(),
        at=warrant.at,
    )
    save_step(warrant, row.ref, state=row.state, note=where)
