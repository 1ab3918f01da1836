"""谁此刻能做什么。 What somebody is offered on a thing: by post, by side, by where it stands. The gate has the last word.

Pure over what the page has read already: no statement of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import By, Who
from tongxin.exchange.models import Application, CatalogueRevision, Correction, Dispute, Grant
from tongxin.exchange.terms import ApplicationState, GrantState, RecipientKind, Sharing
from tongxin.exchange.views.data_shown import do_url, verb_title

State = ApplicationState


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """站在哪一边。 On which side of a thing somebody stands."""

    post: By | None
    person: str
    user: bool
    provider: bool
    authority: bool

    @classmethod
    def of(cls, me: Who, *, user: str, provider: str, authority: str) -> "Side":
        """一个人的位置。 The side of whoever asks, by the organ of the office they hold."""
        organ = me.standing.organ if me.standing else ""
        return cls(
            post=me.post,
            person=me.actor.person,
            user=bool(organ) and organ == user,
            provider=bool(organ) and organ == provider,
            authority=bool(organ) and organ == authority,
        )

    @property
    def concerned(self) -> bool:
        """是不是有关的人。 Whether the thing concerns them at all."""
        return self.user or self.provider or self.authority

    def may(self, verb: str) -> bool:
        """岗位对不对。 Whether the post is one that may do the act."""
        return self.post in REGISTRY[verb].posts


def offered(side: Side, subject: str, verbs: Iterator[str]) -> list[dict[str, Any]]:
    """可做的。 What is offered, as buttons: the first is the main one."""
    found = [verb for verb in dict.fromkeys(verbs) if side.may(verb)]
    return [
        {"label": verb_title(verb), "url": do_url(verb, subject), "kind": "" if n == 0 else "quiet"}
        for n, verb in enumerate(found)
    ]


def on_application(
    row: Application, side: Side, *, asked: bool, disputed: bool, sensitive: bool
) -> Iterator[str]:
    """一件申请上的。 The acts on an application. `asked`: an extension was asked for and not decided."""
    state = State(row.state)
    if side.user:
        if state is State.DRAFTED and side.person != row.applied_by:
            yield "agree_data"
        if state is State.SUPPLEMENT:
            yield "supplement_data"
        if sensitive and state in {State.DRAFTED, State.FILED, State.SUPPLEMENT}:
            yield "assess_impact"
    if side.provider:
        yield from _answering(row, state, side, asked)
    if side.authority and asked and state in {State.FILED, State.SUPPLEMENT}:
        yield "grant_extension"
    if (side.user or side.provider) and not disputed and state not in {State.DRAFTED, State.WITHDRAWN}:
        yield "raise_dispute"
    if side.user and state in {State.DRAFTED, State.FILED, State.SUPPLEMENT, State.CONSENTED}:
        yield "withdraw_data"


def _answering(row: Application, state: State, side: Side, asked: bool) -> Iterator[str]:
    if state is State.FILED:
        if side.person not in {row.applied_by, row.agreed_by}:
            yield "consent_data"
        if not row.supplement:
            yield "ask_supplement"
    if state in {State.FILED, State.SUPPLEMENT}:
        yield "refuse_data"
        if not asked:
            yield "ask_extension"
    if state is State.CONSENTED and side.person not in {row.applied_by, row.agreed_by, row.answered_by}:
        yield "deliver_data"


def on_grant(row: Grant, side: Side, *, disputed: bool) -> Iterator[str]:
    """一件授权上的。 The acts on a grant."""
    living = row.state != GrantState.TERMINATED.value
    if side.user:
        yield "record_use"
        yield "report_error"
    if side.provider or side.authority:
        if row.state == GrantState.ACTIVE.value:
            yield "suspend_grant"
        if row.state == GrantState.SUSPENDED.value:
            yield "resume_grant"
    if side.provider and living:
        yield "consent_onward"
    if side.authority and not row.emergency:
        yield "review_use"
    if (side.user or side.provider) and not disputed:
        yield "raise_dispute"
    if living and side.concerned:
        yield "terminate_grant"


def on_item(
    side: Side, *, sharing: Sharing, connected: bool, personal: bool, revising: bool, clock: bool, asked: bool
) -> Iterator[str]:
    """一个目录项上的。 The acts on an item. `clock`: its clock of updating runs and was not extended yet."""
    if not side.provider and sharing is not Sharing.NONE and connected:
        yield "apply_data"
    if side.provider and not revising:
        yield "revise_item"
    if side.provider and personal:
        yield "assess_impact"
    if side.provider and clock and not asked:
        yield "ask_extension"
    if side.authority and clock and asked:
        yield "grant_extension"


def on_revision(row: CatalogueRevision, side: Side) -> Iterator[str]:
    """一次目录更新上的。 The acts on a revision: by the authority, another person than who proposed it."""
    if side.authority and row.state == CatalogueRevision.State.PROPOSED and side.person != row.proposed_by:
        yield "publish_revision"
        yield "return_revision"


def on_correction(row: Correction, side: Side) -> Iterator[str]:
    """一件校核上的。 The acts on a correction."""
    if side.provider and row.state == Correction.State.OPEN and side.person != row.reported_by:
        yield "answer_correction"


def on_dispute(row: Dispute, side: Side, *, organ: str) -> Iterator[str]:
    """一件争议上的。 The acts on a dispute: the two sides while they negotiate, the authority above that."""
    if row.settled_at is not None:
        return
    if row.rung == Dispute.Rung.NEGOTIATION:
        if side.user or side.provider:
            yield "refer_dispute"
        if organ == row.raised_by:
            yield "settle_dispute"
    elif side.authority:
        yield "settle_dispute"
        if row.rung != Dispute.Rung.GOVERNMENT:
            yield "refer_dispute"


def is_enterprise(row: Application | Grant) -> bool:
    """使用方是不是企业。 Whether the recipient is an enterprise."""
    return row.kind == RecipientKind.ENTERPRISE.value
