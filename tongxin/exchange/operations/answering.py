"""提供一侧的写入：一次告知、同意、不予共享、延期、提供、使用复核。

Writes of the provider's side and of the authority: the one notice of everything missing, consent, refusal, extension, delivery, and the
look at how it is used afterwards. 政务数据共享条例 arts. 15, 17, 20–22, 29.

The clock of an answer is not stopped by the notice of what is missing. Art. 21 counts from the day the application was received and
knows one way alone to a longer time: the authority's consent, told to the applicant. A notice that stopped the clock would be an
extension without consent. Where the applicant is slow, the provider asks for the extension, and art. 39(4) blames only who is late
without a proper reason: the page of an overdue clock therefore shows the notice beside it.
"""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Application, Grant, Term
from tongxin.exchange.operations.applying import is_enterprise, locked, move, require_basis, tell_about
from tongxin.exchange.operations.common import (
    authority,
    begin_term,
    clause_now,
    end_term,
    require_words,
    save_step,
)
from tongxin.exchange.operations.grants import NewGrant, make_grant
from tongxin.exchange.queries.applications import asking_of, organ_facts
from tongxin.exchange.queries.catalogue import Item, item_on
from tongxin.exchange.rules.applying import GROUND_CLAUSES, Missing, gaps, grounds, scope_names
from tongxin.exchange.rules.clocks import SHARING
from tongxin.exchange.terms import (
    ApplicationState,
    Ground,
    Manner,
    Purpose,
    RecipientKind,
    TermKind,
)
from tongxin.law.queries.proposals import clause_facts
from tongxin.law.rules.levels import CENTRAL
from tongxin.law.terms import Level
from tongxin.places.queries import city_day

State = ApplicationState


def _missing_in(row: Application, item: Item, at: datetime) -> tuple[Missing, ...]:
    return gaps(asking_of(row=row, item=item, day=city_day(at)))


def _listed(row: Application, at: datetime) -> Item:
    item = item_on(ref=row.item, day=city_day(at))
    if item is None:
        raise Refused("item_gone", "这一项已不在目录里", "the item is in the catalogue no more")
    return item


# ---- The one notice --------------------------------------------------------------------------------------------------


def _ask_scope(*, actor: Actor, at: datetime, number: str, more: str = "") -> Scope:
    del actor
    row = locked(number, "ask_supplement")
    if row.supplement:
        raise Refused(
            "asked_already",
            "已经一次性告知过要补充什么，不能再要",
            "everything missing was to be told at once: it was told already",
            clause=clause_now(SHARING, "a21.p2", at),
        )
    found = _missing_in(row, _listed(row, at), at)
    words = require_words("more", more) if more.strip() or not found else ""
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        not_by=frozenset({row.applied_by, row.agreed_by}),
        content={"number": number, "missing": [one.code for one in found]},
        state=(row, found, words),
    )


@act(
    "ask_supplement",
    title=("一次告知需要补充的材料", "tell once everything that is missing"),
    by=[By.DATA_OFFICER],
    scope=_ask_scope,
)
def ask_supplement(*, warrant: Warrant, number: str, more: str = "") -> str:
    """一次告知。 Tell the applicant, once, of everything missing: what the rules find is added by itself, the rest in words (art. 21 para. 2).

    Returns the notice. The clock of the answer runs on (see the module). Raises Refused when told already, InvalidInput when nothing is
    missing and nothing is said, Conflict.
    """
    del number, more
    row, found, words = warrant.scope.state
    row.supplement = "\n".join([*(one.reason for one in found), *([words] if words else [])])
    move(warrant, row, note=row.supplement)
    tell_about(warrant, row, row.organ, "data_supplement", row.supplement)
    return str(row.supplement)


# ---- Consent and refusal ---------------------------------------------------------------------------------------------


def _consent_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor
    row = locked(number, "consent_data")
    item = require_basis(row, at)
    found = _missing_in(row, item, at)
    if found:
        raise Refused(
            "incomplete",
            "材料不全，不能同意，请一次告知要补充什么：" + "；".join(one.reason for one in found),
            "incomplete: tell the applicant once what is missing: "
            + "; ".join(one.reason_en for one in found),
            clause=clause_now(SHARING, "a21.p2", at),
        )
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        not_by=frozenset({row.applied_by, row.agreed_by}),
        content={"number": number},
        state=row,
    )


@act("consent_data", title=("同意共享", "consent to share"), by=[By.DATA_HEAD], scope=_consent_scope)
def consent_data(*, warrant: Warrant, number: str) -> None:
    """同意共享。 The head of the provider's office consents (art. 20 para. 3); 20 working days to deliver begin (art. 22).

    Every clause has to hold at this moment, and nothing may be missing. Raises Refused, Conflict.
    """
    del number
    row: Application = warrant.scope.state
    row.answered_by, row.answered_at = warrant.actor.person, warrant.at
    move(warrant, row)
    end_term(warrant, TermKind.ANSWER, row.ref)
    begin_term(warrant, TermKind.DELIVER, row.ref, organ=row.provider, applicant=row.organ)
    tell_about(warrant, row, row.organ, "data_consented")


def grounds_of(row: Application, item: Item) -> tuple[Ground, ...]:
    """这件申请可用的理由。 The grounds on which an application may be refused: out of the catalogue, or a higher law (art. 15)."""
    organ = organ_facts(code=row.organ)
    names = [name for name in (organ.name, organ.name_en) if name]
    found = grounds(
        sharing=item.sharing,
        personal=item.personal(row.fields),
        in_scope=scope_names(
            str(item.entry.facts.get("scope", "")), function=organ.function, own_names=names
        ),
        told=bool(row.supplement),
    )
    return tuple(found)


def _refuse_scope(
    *, actor: Actor, at: datetime, number: str, ground: Ground, reason: str, clause: str = ""
) -> Scope:
    del actor
    row = locked(number, "refuse_data")
    item = _listed(row, at)
    if ground not in grounds_of(row, item):
        raise Refused(
            "added_condition",
            "不能增设目录里没有的条件，也不能直接拒绝材料不全的申请：这个理由现在不能用",
            "no condition may be added that the catalogue does not state, nor an incomplete application refused outright",
            clause=clause_now(SHARING, "a15.p1", at),
        )
    _require_not_outright(row, item, ground, at)
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        not_by=frozenset({row.applied_by, row.agreed_by}),
        content={"number": number, "ground": ground.value, "reason": reason},
        state=(row, _clause_of(ground, clause, at), require_words("reason", reason)),
    )


def _require_not_outright(row: Application, item: Item, ground: Ground, at: datetime) -> None:
    """材料不全的不得直接拒绝。 What is incomplete is told of first, and the applicant has the time of the answer to mend it."""
    found = _missing_in(row, item, at)
    outright = bool(found) and not row.supplement
    waiting = row.state == State.SUPPLEMENT.value and not _answer_due_before(row, at)
    unfounded = ground is Ground.INCOMPLETE and not found
    if outright or waiting:
        raise Refused(
            "outright",
            "材料不全的申请不得直接拒绝：先一次告知，并等到补充或者答复期限届满",
            "an incomplete application is not refused outright: tell once what is missing, and wait for it or for the term",
            clause=clause_now(SHARING, "a21.p2", at),
        )
    if unfounded:
        raise InvalidInput("ground", "材料已经齐了，不能以材料不全为由", "nothing is missing any more")


def _answer_due_before(row: Application, at: datetime) -> bool:
    term = Term.objects.filter(subject=row.ref, kind=TermKind.ANSWER.value, ended_at=None).first()
    return term is not None and term.due_at < at


def _clause_of(ground: Ground, clause: str, at: datetime) -> str:
    if ground is not Ground.LAW:
        return clause_now(*GROUND_CLAUSES[ground], at)
    known = clause_facts(refs=[clause.strip()], day=city_day(at)).get(clause.strip())
    if known is None or not known.in_force:
        raise InvalidInput(
            "clause", "要写明一条现行有效的法律或者行政法规", "name a clause of a law that is in force"
        )
    if known.level not in set(Level) or Level(known.level) not in CENTRAL:
        zh = "地方性法规、规章不能成为不予共享的依据：要法律或者行政法规"
        raise InvalidInput(
            "clause", zh, "only a law or an administrative regulation can stand against sharing"
        )
    return clause.strip()


@act(
    "refuse_data",
    title=("答复不予共享", "refuse to share, with reasons"),
    by=[By.DATA_HEAD],
    scope=_refuse_scope,
)
def refuse_data(*, warrant: Warrant, number: str, ground: Ground, reason: str, clause: str = "") -> None:
    """不予共享。 Refuse an application: a ground out of the catalogue or a higher law, in words, with its clause (arts. 15, 21 para. 2).

    Raises Refused for a condition that the catalogue does not state and for an outright refusal of what is incomplete; InvalidInput;
    Conflict.
    """
    del number, ground, clause
    row, ref, words = warrant.scope.state
    row.answered_by, row.answered_at = warrant.actor.person, warrant.at
    row.reason, row.reason_clauses = words or reason, [ref]
    move(warrant, row, note=row.reason)
    end_term(warrant, TermKind.ANSWER, row.ref)
    tell_about(warrant, row, row.organ, "data_refused", row.reason)


# ---- Delivery --------------------------------------------------------------------------------------------------------


def _deliver_scope(*, actor: Actor, at: datetime, number: str, duties: str = "") -> Scope:
    del actor
    row = locked(number, "deliver_data")
    item = require_basis(row, at)
    if row.until <= at:
        raise Refused("time_is_up", "申请的使用时限已过", "the time limit that was applied for is past")
    if is_enterprise(row):
        require_words("duties", duties)
    return Scope(
        subject=row.ref,
        organs=frozenset({row.provider}),
        not_by=frozenset({row.applied_by, row.agreed_by, row.answered_by}),
        content={"number": number, "fields": list(row.fields), "until": row.until.isoformat()},
        state=(row, item),
    )


@act(
    "deliver_data", title=("提供数据", "deliver: open the grant"), by=[By.DATA_OFFICER], scope=_deliver_scope
)
def deliver_data(*, warrant: Warrant, number: str, duties: str = "") -> str:
    """提供数据。 Open the interface: the grant begins, with the fields, purpose, clauses, end and limits consented to (art. 22).

    duties   the security duties of an enterprise: needed for one. Returns the grant's number. The item's class says how it is shared;
    every clause has to hold at this moment. Raises Refused, InvalidInput, Conflict.
    """
    del number
    row, item = warrant.scope.state
    row.delivered_by, row.delivered_at = warrant.actor.person, warrant.at
    move(warrant, row)
    grant = make_grant(
        warrant,
        NewGrant(
            source=item.source,
            organ=row.organ,
            kind=RecipientKind(row.kind),
            purpose=Purpose(row.purpose),
            manner=Manner(row.manner),
            fields=row.fields,
            clauses=row.clauses,
            until=row.until,
            calls=row.calls,
            rows=row.rows,
            persons=row.persons,
            application=row,
            duties=duties.strip(),
        ),
    )
    end_term(warrant, TermKind.DELIVER, row.ref)
    save_step(warrant, grant.ref, state=grant.state)
    tell_about(warrant, row, row.organ, "data_delivered", grant.number)
    return grant.number


# ---- A look at the use, by yet another person -----------------------------------------------------------------------------


def _review_scope(*, actor: Actor, at: datetime, grant: str, finding: str) -> Scope:
    del actor, at
    row = Grant.objects.select_for_update().filter(number=grant, application__isnull=False).first()
    if row is None or row.application is None:
        raise InvalidInput("grant", "没有这件授权", "there is no such grant")
    one = Application.objects.select_for_update().get(pk=row.application.pk)
    require_words("finding", finding)
    return Scope(
        subject=row.ref,
        organs=frozenset({authority()}),
        not_by=frozenset({one.applied_by, one.agreed_by, one.answered_by, one.delivered_by, row.entered_by}),
        content={"grant": grant, "finding": finding},
        state=(row, one),
    )


@act(
    "review_use",
    title=("检查共享数据的使用", "look at how shared data is used"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_review_scope,
)
def review_use(*, warrant: Warrant, grant: str, finding: str) -> None:
    """使用复核。 The authority looks at how a grant is used: a fifth person, none of those who asked, agreed, answered or delivered (art. 29).

    The finding is written; where it finds overuse the act that follows is `suspend_grant`. Raises InvalidInput.
    """
    del grant
    row, one = warrant.scope.state
    one.reviewed_by, one.reviewed_at = warrant.actor.person, warrant.at
    one.save(update_fields=["reviewed_by", "reviewed_at"])
    row.reviewed_by = warrant.actor.person
    row.save(update_fields=["reviewed_by"])
    save_step(warrant, row.ref, state=row.state, note=finding)
    for organ in dict.fromkeys((row.organ, row.provider)):
        warrant.tell(recipient=f"organ:{organ}", template="data_reviewed", number=row.number, organ=authority(),
                     note=finding[:400])  # fmt: skip
