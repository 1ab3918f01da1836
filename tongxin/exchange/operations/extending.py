"""延长期限。 Extensions: asked by who is under the clock, consented to by the authority, once (政务数据共享条例 arts. 17 para. 2, 21 para. 1)."""

from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import PLATFORM, Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.exchange.models import Application, ExchangeStep, Term
from tongxin.exchange.operations.applying import tell_about
from tongxin.exchange.operations.common import authority, extend_term, require_words, save_step
from tongxin.exchange.queries.catalogue import item_on
from tongxin.exchange.terms import Sharing, TermKind
from tongxin.law.operations import extend_update
from tongxin.law.queries.lists import duty_of
from tongxin.ledger.queries import content_of
from tongxin.places.queries import city_day

_EXTENDABLE = {"application": TermKind.ANSWER, "data": TermKind.UPDATE}


def _ask_extension_scope(*, actor: Actor, at: datetime, subject: str, reason: str) -> Scope:
    del actor
    organ = _under_clock(subject, at)
    if _extension_asked(subject):
        raise Conflict("已经报请延期，等主管部门同意", "an extension has been asked for already")
    require_words("reason", reason)
    return Scope(subject=subject, organs=frozenset({organ}), content={"reason": reason}, state=organ)


def _under_clock(subject: str, at: datetime) -> str:
    """谁在这个时限之下。 The organ under the running clock of an answer or an update. Raises InvalidInput, Refused."""
    kind, _colon, number = subject.partition(":")
    if kind == "application":
        term = Term.objects.filter(subject=subject, kind=TermKind.ANSWER.value, ended_at=None).first()
        organ, extended, due = (term.organ, term.extended_at, term.due_at) if term else ("", None, at)
    elif kind == "data" and (item := item_on(ref=subject, day=city_day(at))):
        duty = duty_of(entry=item.entry)
        organ, extended, due = (duty.organ, duty.extended_at, duty.due_at) if duty else ("", None, at)
    else:
        organ, extended, due = "", None, at
    if not organ:
        raise InvalidInput("subject", "没有在走的时限", f"no clock runs for {number or subject}"[:200])
    if extended is not None:
        raise Refused("extended_already", "这个时限不能再延长", "this clock cannot be extended again")
    if due < at:  # what is late stays late: only what still runs can be made longer
        raise Refused(
            "over_already", "时限已过，不能再延长", "this clock is past; it cannot be extended any more"
        )
    return organ


def _extension_asked(subject: str) -> bool:
    steps = ExchangeStep.objects.filter(subject=subject, verb__in=["ask_extension", "grant_extension"])
    newest = steps.order_by("-id").first()
    return newest is not None and newest.verb == "ask_extension"


@act(
    "ask_extension",
    title=("报请延长期限", "ask for an extension"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_ask_extension_scope,
)
def ask_extension(*, warrant: Warrant, subject: str, reason: str) -> None:
    """报请延期。 Ask the authority to consent to a longer time to answer (art. 21) or to update an item (art. 17), with the reason.

    subject   `application:…` or `data:…`
    """
    save_step(warrant, subject, note=reason)
    warrant.tell(recipient=f"organ:{authority()}", template="data_extension_asked", number=subject.partition(":")[2],
                 organ=warrant.scope.state, note=reason[:400])  # fmt: skip


def _grant_extension_scope(*, actor: Actor, at: datetime, subject: str) -> Scope:
    del actor
    organ = _under_clock(subject, at)
    if not _extension_asked(subject):
        raise InvalidInput("subject", "没有报请延期", "no extension has been asked for")
    asked = ExchangeStep.objects.filter(subject=subject, verb="ask_extension").latest("id")
    return Scope(
        subject=subject,
        organs=frozenset({authority()}),
        not_by=_asked_by(asked.entry),
        content={"asked": asked.entry},
        state=organ,
    )


def _asked_by(entry: int) -> frozenset[str]:
    """谁报请的。 Who asked: where the authority itself is under the clock, another person consents."""
    content = content_of(entry=entry)
    return frozenset({str(content.content.get("actor"))}) if content else frozenset()


@act(
    "grant_extension",
    title=("同意延长期限", "consent to an extension"),
    by=[By.DATA_OFFICER, By.DATA_HEAD],
    scope=_grant_extension_scope,
)
def grant_extension(*, warrant: Warrant, subject: str) -> datetime:
    """同意延期。 The authority consents to an extension, once: 10 working days for an answer, told to the applicant; 5 for an update.

    Returns the new end. Raises Refused when extended already, InvalidInput when nobody asked.
    """
    organ: str = warrant.scope.state
    kind = _EXTENDABLE[subject.partition(":")[0]]
    if kind is TermKind.UPDATE:
        ends = extend_update(actor=PLATFORM, at=warrant.at, entry=subject)
    else:
        row = Application.objects.get(number=subject.partition(":")[2])
        item = item_on(ref=row.item, day=city_day(warrant.at))
        sharing = item.sharing if item else Sharing.CONDITIONAL
        ends = extend_term(warrant, kind, subject, sharing=sharing).due_at
        tell_about(warrant, row, row.organ, "data_extended", ends.date().isoformat())
    save_step(warrant, subject, note=ends.date().isoformat())
    warrant.tell(recipient=f"organ:{organ}", template="data_extended", number=subject.partition(":")[2],
                 organ=authority(), matter="", note=ends.date().isoformat())  # fmt: skip
    return ends
