"""共享争议的阶梯。 The ladder of disputes over sharing (art. 28): negotiate → the authority of the level, or the common superior one →
the people's government of that authority's level decides.
"""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Application, Dispute, Grant
from tongxin.exchange.operations.common import authority, clause_now, require_words, save_step
from tongxin.exchange.rules.clocks import SHARING
from tongxin.exchange.terms import ApplicationState
from tongxin.organs.queries import organs_by_code, standing
from tongxin.places.queries import city, city_day

Rung = Dispute.Rung


def _raise_scope(*, actor: Actor, at: datetime, subject: str, what: str) -> Scope:
    organ, provider = _parties(subject)
    if Dispute.objects.filter(subject=subject, settled_at=None).exists():
        raise Conflict("这件事上已有未解决的争议", "a dispute over this is open already")
    held = standing(person=actor.person, office=actor.office or "", day=city_day(at))
    by = held.organ if held else ""
    return Scope(
        subject=subject,
        organs=frozenset({organ, provider}),
        content={"what": what},
        state=(by, provider if by == organ else organ, require_words("what", what)),
    )


def _parties(subject: str) -> tuple[str, str]:
    """争议的双方。 The user and the provider of an application that was filed, or of a grant. Raises InvalidInput."""
    kind, _colon, number = subject.partition(":")
    found: Application | Grant | None = None
    if kind == "application":
        found = (
            Application.objects.filter(number=number).exclude(state=ApplicationState.DRAFTED.value).first()
        )
    elif kind == "grant":
        found = Grant.objects.filter(number=number).first()
    if found is None:
        raise InvalidInput(
            "subject", "争议要关于一件已提出的申请或者一件授权", "about a filed application or a grant"
        )
    return found.organ, found.provider


@act(
    "raise_dispute",
    title=("提出共享争议", "raise a dispute over sharing"),
    by=[By.DATA_HEAD],
    scope=_raise_scope,
)
def raise_dispute(*, warrant: Warrant, subject: str, what: str) -> int:
    """提出争议。 Either side says what is in dispute; first the two negotiate (art. 28). Returns its number. Raises InvalidInput, Conflict."""
    by, against, words = warrant.scope.state
    made = Dispute.objects.create(
        subject=subject, raised_by=by, against=against, what=words, raised_at=warrant.at
    )
    save_step(warrant, made.ref, state=made.rung, note=words)
    warrant.tell(recipient=f"organ:{against}", template="dispute_raised", number=str(made.pk), organ=by,
                 note=words[:400])  # fmt: skip
    del what
    return made.pk


def next_rung(row: Dispute) -> Dispute.Rung | None:
    """下一阶。 The next rung of a dispute; None at the top.

    Organs of one place go to the authority of their level; of two places or levels, to the common superior one (art. 28 para. 2).
    """
    if row.rung == Rung.NEGOTIATION:
        organs = organs_by_code(city().revision)
        same = organs[row.raised_by].place == organs[row.against].place
        return Rung.AUTHORITY if same else Rung.SUPERIOR
    return Rung.GOVERNMENT if row.rung in {Rung.AUTHORITY, Rung.SUPERIOR} else None


def _locked(number: int) -> Dispute:
    row = Dispute.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这件争议", "there is no such dispute")
    if row.settled_at is not None:
        raise Conflict("这件争议已经解决", "this dispute is settled")
    return row


def _refer_scope(*, actor: Actor, at: datetime, number: int, reason: str) -> Scope:
    del actor
    row = _locked(number)
    onto = next_rung(row)
    if onto is None:
        raise Refused("top", "已到本级人民政府，由它决定", "it is with the people's government, which decides",
                      clause=clause_now(SHARING, "a28.p2", at))  # fmt: skip
    own = {row.raised_by, row.against} if row.rung == Rung.NEGOTIATION else {authority()}
    return Scope(
        subject=row.ref,
        organs=frozenset(own),
        content={"number": number, "to": onto.value},
        state=(row, onto, require_words("reason", reason)),
    )


@act(
    "refer_dispute",
    title=("把争议提交上一阶", "take a dispute one rung up"),
    by=[By.DATA_HEAD],
    scope=_refer_scope,
)
def refer_dispute(*, warrant: Warrant, number: int, reason: str) -> None:
    """提交上一阶。 Where negotiating failed, either side asks the authority; where the authority did not bring them together, it reports to the
    people's government (art. 28). Raises Refused at the top, InvalidInput, Conflict.
    """
    del number, reason
    row, onto, words = warrant.scope.state
    row.rung = onto
    row.save(update_fields=["rung"])
    save_step(warrant, row.ref, state=onto.value, note=words)
    by = warrant.standing.organ if warrant.standing else ""
    for organ in dict.fromkeys((row.raised_by, row.against, authority())):
        warrant.tell(recipient=f"organ:{organ}", template="dispute_referred", number=str(row.pk), organ=by,
                     note=words[:400])  # fmt: skip


def _settle_scope(*, actor: Actor, at: datetime, number: int, outcome: str) -> Scope:
    del actor, at
    row = _locked(number)
    # Negotiation ends where the side that raised it says so; above, who coordinates writes the outcome, and at the top the authority writes
    # down what its people's government decided, with the number of the decision.
    own = row.raised_by if row.rung == Rung.NEGOTIATION else authority()
    return Scope(
        subject=row.ref,
        organs=frozenset({own}),
        content={"number": number, "outcome": outcome},
        state=(row, require_words("outcome", outcome)),
    )


@act(
    "settle_dispute",
    title=("记下争议的结果", "write down how a dispute ended"),
    by=[By.DATA_HEAD],
    scope=_settle_scope,
)
def settle_dispute(*, warrant: Warrant, number: int, outcome: str) -> None:
    """记下结果。 How a dispute ended: agreed, coordinated, or decided by the people's government (art. 28). Raises InvalidInput, Conflict."""
    del number, outcome
    row, words = warrant.scope.state
    row.settled_at, row.outcome = warrant.at, words
    row.save(update_fields=["settled_at", "outcome"])
    save_step(warrant, row.ref, state=row.rung, note=words)
    for organ in (row.raised_by, row.against):
        warrant.tell(recipient=f"organ:{organ}", template="dispute_settled", number=str(row.pk), organ=authority(),
                     note=words[:400])  # fmt: skip
