"""找回账户。 Getting an account back: asked by whoever cannot enter, seen to by another person of an office, after a wait."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator

from tongxin.acts.gate import act
from tongxin.acts.terms import POSTS, Actor, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Account, Recovery, Session
from tongxin.identity.operations.identifiers import require_evidence
from tongxin.identity.operations.signing_in import open_account_of
from tongxin.identity.queries import refs_of
from tongxin.identity.rules import session_key
from tongxin.identity.terms import RecoveryState

WAIT: Final = timedelta(hours=24)  # in which whoever still has the account can say no
USABLE: Final = timedelta(days=7)
OPEN_REQUESTS: Final = 5


def _request_scope(*, actor: Actor, at: datetime, login: str, token: str) -> Scope:
    del actor, token
    if not login.strip() or len(login) > 60:
        raise InvalidInput("login", "请填登录名", "the sign-in name is needed")
    account = Account.objects.filter(login=login, closed_at=None).first()
    # The same act for a name that nobody has: the answer does not tell which names there are.
    waiting = Recovery.objects.filter(login=login, state=RecoveryState.ASKED, asked_at__gt=at - USABLE)
    if waiting.count() >= OPEN_REQUESTS:
        raise Refused("too_many", "这个登录名的申请太多，请到窗口办理", "too many requests for this name")
    person = account.person_id if account else ""
    return Scope(subject="recovery", persons=(person,) if person else (), state=person)


@act(
    "request_recovery",
    title=("申请找回账户", "ask to get an account back"),
    by=[By.PERSON],
    scope=_request_scope,
)
def request_recovery(*, warrant: Warrant, login: str, token: str) -> int:
    """申请找回。 Ask to get an account back; the account is told, another person decides. Returns the number.

    token   a secret of the asker, without which the answer cannot be used; only its digest is kept

    It is done alike for a name nobody has. Raises InvalidInput, Refused.
    """
    row = Recovery.objects.create(login=login, token=session_key(token), asked_at=warrant.at)
    # What an act wrote stands in its public leaf: a notice to nobody, so that the leaf of a name nobody has looks the same.
    recipient = warrant.scope.state or "recovery:nobody"
    warrant.tell(recipient=recipient, template="recovery_asked", number=str(row.pk))
    return row.pk


def _asked(number: int) -> tuple[Recovery, Account | None]:
    row = Recovery.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这项申请", "there is no such request")
    return row, Account.objects.filter(login=row.login, closed_at=None).first()


def _decide_scope(
    *, actor: Actor, at: datetime, number: int, organs: Collection[str], approved: bool, evidence: str
) -> Scope:
    del actor, at
    require_evidence(evidence)
    row, account = _asked(number)
    if row.state != RecoveryState.ASKED:
        raise Conflict("这项申请已经处理", "this request has been decided")
    if approved and account is None:
        raise InvalidInput(
            "number", "没有这个登录名的账户，只能不通过", "no account has this name: decline it"
        )
    person = account.person_id if account else ""
    return Scope(
        subject=person or "recovery",
        persons=(person,) if person else (),
        organs=frozenset(organs) if organs else None,
        not_by=frozenset(refs_of(person=person)) if person else frozenset(),
        content={"recovery": number, "approved": approved, "evidence": evidence},
        state=(row, person),
    )


@act(
    "decide_recovery",
    title=("核实找回账户的申请", "decide a request to get an account back"),
    by=sorted(POSTS),
    scope=_decide_scope,
)
def decide_recovery(
    *, warrant: Warrant, number: int, organs: Collection[str], approved: bool, evidence: str
) -> None:
    """核实申请。 Another person, who has seen who it is, lets the account be got back after a wait, or declines.

    organs     where the account's person holds offices: then only a colleague of these organs decides. Empty for a resident:
               then an office that registers people does
    evidence   what was seen

    Never the account's own person. The account is told and may cancel meanwhile. Raises InvalidInput, Conflict, Refused.
    """
    del number
    if not organs and warrant.standing and warrant.standing.post not in {By.HOTLINE_CLERK, By.LEAD_OFFICER}:
        raise Refused("wrong_post", "居民的账户由受理窗口核实", "a resident's account is seen to by the desk")
    row, person = warrant.scope.state
    row.state = RecoveryState.APPROVED.value if approved else RecoveryState.DECLINED.value
    row.decided_by, row.decided_at, row.evidence = warrant.actor.person, warrant.at, evidence
    if approved:
        row.usable_from, row.usable_to = warrant.at + WAIT, warrant.at + WAIT + USABLE
    row.save()
    if person:
        told = "recovery_approved" if approved else "recovery_declined"
        warrant.tell(recipient=person, template=told, number=str(row.pk))


def _cancel_scope(*, actor: Actor, at: datetime, login: str, number: int) -> Scope:
    del at
    open_account_of(actor, login)
    row, _account = _asked(number)
    if row.login != login:
        raise InvalidInput("number", "没有这项申请", "there is no such request")
    if row.state not in {RecoveryState.ASKED, RecoveryState.APPROVED}:
        raise Conflict("这项申请已经结束", "this request is over")
    return Scope(subject=actor.person, persons=(actor.person,), content={"recovery": number}, state=row)


@act("cancel_recovery", title=("取消找回申请", "cancel a recovery"), by=[By.PERSON], scope=_cancel_scope)
def cancel_recovery(*, warrant: Warrant, login: str, number: int) -> None:
    """取消申请。 Whoever still has the account says no: it was not they who asked. Raises InvalidInput, Conflict, Refused."""
    del login, number
    row: Recovery = warrant.scope.state
    row.state = RecoveryState.CANCELLED.value
    row.save(update_fields=["state"])


def _complete_scope(*, actor: Actor, at: datetime, token: str, password: str) -> Scope:
    del actor, password
    row = Recovery.objects.select_for_update().filter(token=session_key(token)).first()
    ready = (
        row is not None
        and row.state == RecoveryState.APPROVED
        and row.usable_from is not None
        and row.usable_to is not None
        and row.usable_from <= at < row.usable_to
    )
    if row is None or not ready:
        raise Refused("not_yet", "现在还不能用，或者已经失效", "it cannot be used now")
    account = Account.objects.select_for_update().filter(login=row.login, closed_at=None).first()
    if account is None:
        raise Refused("not_yet", "现在还不能用，或者已经失效", "it cannot be used now")
    return Scope(
        subject=account.person_id,
        persons=(account.person_id,),
        content={"recovery": row.pk},
        state=(row, account),
    )


@act("complete_recovery", title=("找回账户", "get an account back"), by=[By.PERSON], scope=_complete_scope)
def complete_recovery(*, warrant: Warrant, token: str, password: str) -> str:
    """找回账户。 After the wait: a new password (its hash), every other means and every session of before ends; the sign-in name.

    Raises Refused before the time, after it, without the secret, or where it was cancelled.
    """
    del token
    row, account = warrant.scope.state
    account.password = password
    account.save(update_fields=["password"])
    Authenticator.objects.filter(user=account).delete()
    account.links.all().delete()
    Session.objects.filter(account=account, ended_at=None).update(ended_at=warrant.at)
    row.state = RecoveryState.DONE.value
    row.save(update_fields=["state"])
    waiting = Recovery.objects.filter(
        login=account.login, state__in=[RecoveryState.ASKED, RecoveryState.APPROVED]
    )
    waiting.update(
        state=RecoveryState.CANCELLED.value
    )  # somebody else's request does not open what was just got back
    warrant.tell(recipient=account.person_id, template="recovery_done", note="")
    return str(account.login)
