"""登录、再次核验、退出。 Signing in, showing once more who one is, ending sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Account, OutsideLink, Session, SpentProof
from tongxin.identity.operations.proving import Proven, proven
from tongxin.identity.queries import sealed_means
from tongxin.identity.rules import joined, may_enter, outside_subject
from tongxin.identity.terms import Means, NewSession, OutsideShown, Shown


@dataclass(frozen=True, slots=True)
class _Entering:
    account: Account
    proven: Proven


@dataclass(frozen=True, slots=True)
class _Confirming:
    session: Session
    proven: Proven


def open_account_of(actor: Actor, login: str) -> Account:
    """本人的账户，锁住。 One's own open account, locked. Raises Refused, in the same words whether it is closed or another's."""
    account = Account.objects.select_for_update().filter(login=login, closed_at=None).first()
    if account is None or account.person_id != actor.person:
        raise Refused("not_yours", "不是您的账户，或者已销户", "this account is not yours, or it is closed")
    return account


def remember_spent(warrant: Warrant, found: Proven) -> None:
    """记下用过的。 Remember what was used up, the key's counter, the recovery code. Raises Refused where it was used before."""
    if SpentProof.objects.filter(digest__in=found.spent).exists():
        raise Refused("replayed", "这次核验已经用过，请重新来", "this showing was used before; start again")
    SpentProof.objects.bulk_create([SpentProof(digest=d, entry=warrant.entry) for d in found.spent])
    for number, data in found.changed.items():
        Authenticator.objects.filter(pk=number).update(data=data, last_used_at=warrant.at)


def _sign_in_scope(
    *, actor: Actor, at: datetime, login: str, shown: Sequence[Shown], session: NewSession
) -> Scope:
    account = open_account_of(actor, login)
    found = proven(account=account, shown=shown, at=at)
    if not may_enter(shown=found.means, held=found.held):
        raise Refused("second_needed", "还需要第二步核验", "a second step is needed")
    if Means.DEMO in found.means and not session.demo:
        raise Refused("demo", "这不是演示登录", "this is no demo sign-in")
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"means": joined(found.means), "session": session.key[:16]},
        state=_Entering(account, found),
    )


@act("sign_in", title=("登录", "sign in"), by=[By.PERSON], scope=_sign_in_scope)
def sign_in(*, warrant: Warrant, login: str, shown: Sequence[Shown], session: NewSession) -> str:
    """登录。 A session begins on what was shown: password, passkey, code, outside account. Returns the means in one word.

    What can be used once is used up in the same transaction: a challenge answered, a code typed, the counter of a key.
    Raises Refused: not one's own account, nothing of it holds, a second step is needed, used before, a counter that went back.
    """
    del login, shown
    state: _Entering = warrant.scope.state
    remember_spent(warrant, state.proven)
    means = joined(state.proven.means)
    Session.objects.create(
        key=session.key,
        account=state.account,
        means=means,
        device=session.device[:80],
        place=session.place[:80],
        demo=session.demo,
        begun_at=warrant.at,
        fresh_at=warrant.at,
    )
    return means


def _confirm_scope(*, actor: Actor, at: datetime, login: str, shown: Sequence[Shown], session: str) -> Scope:
    account = open_account_of(actor, login)
    row = Session.objects.select_for_update().filter(key=session, account=account, ended_at=None).first()
    if row is None:
        raise Refused("no_session", "会话已结束，请重新登录", "the session has ended; sign in again")
    found = proven(account=account, shown=shown, at=at)
    if not found.means:
        raise Refused("nothing_shown", "没有核验身份", "nothing was shown")
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"means": joined(found.means), "session": session[:16]},
        state=_Confirming(row, found),
    )


@act(
    "confirm_identity",
    title=("再次核验身份", "show once more who one is"),
    by=[By.PERSON],
    scope=_confirm_scope,
)
def confirm_identity(*, warrant: Warrant, login: str, shown: Sequence[Shown], session: str) -> str:
    """再次核验身份，审签之前。 Show once more who one is, before a sign-off; the session is fresh again. Returns the means in one word.

    It is an authentication, and no reliable electronic signature (电子签名法 arts. 13, 16). Raises Refused.
    """
    del login, shown, session
    state: _Confirming = warrant.scope.state
    remember_spent(warrant, state.proven)
    state.session.means, state.session.fresh_at = joined(state.proven.means), warrant.at
    state.session.save(update_fields=["means", "fresh_at"])
    return state.session.means


def _end_scope(*, actor: Actor, at: datetime, login: str, sessions: Sequence[str]) -> Scope:
    del at
    account = open_account_of(actor, login)
    rows = Session.objects.select_for_update().filter(key__in=sessions, account=account, ended_at=None)
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"sessions": [key[:16] for key in sessions]},
        state=list(rows),
    )


@act("end_sessions", title=("结束会话", "end sessions"), by=[By.PERSON], scope=_end_scope)
def end_sessions(*, warrant: Warrant, login: str, sessions: Sequence[str]) -> int:
    """结束会话：退出，或者在别的设备上退出。 End sessions of one's own, here or elsewhere; returns how many were alive.

    Each is dead at its next request, in every process. What is not one's own is left alone. Raises Refused.
    """
    del login, sessions
    rows: list[Session] = warrant.scope.state
    return Session.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=warrant.at)


def _link_scope(*, actor: Actor, at: datetime, login: str, outside: OutsideShown) -> Scope:
    del at
    account = open_account_of(actor, login)
    digest = outside_subject(key=settings.IDENTITY_KEY, provider=outside.provider, subject=outside.subject)
    if OutsideLink.objects.filter(provider=outside.provider, subject=digest).exists():
        raise InvalidInput("outside", "这个外部账户已经关联", "this outside account is linked already")
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"provider": outside.provider},
        state=(account, digest),
    )


@act("link_outside", title=("关联外部账户", "link an outside account"), by=[By.PERSON], scope=_link_scope)
def link_outside(*, warrant: Warrant, login: str, outside: OutsideShown) -> int:
    """关联外部账户。 Let an account at an outside provider open one's own; returns its number. The other ways to sign in remain.

    国家网络身份认证公共服务管理办法 arts. 4, 6: it is voluntary, and other lawful ways are kept. Raises InvalidInput, Refused.
    """
    del login
    account, digest = warrant.scope.state
    row = OutsideLink.objects.create(
        account=account, provider=outside.provider, subject=digest, linked_at=warrant.at
    )
    warrant.tell(recipient=account.person_id, template="means_added", note=outside.provider)
    return row.pk


def _unlink_scope(*, actor: Actor, at: datetime, login: str, number: int) -> Scope:
    del at
    account = open_account_of(actor, login)
    row = account.links.filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这个外部账户", "there is no such outside account")
    others: Any = (
        account.has_usable_password() or _has_passkey(account) or account.links.exclude(pk=number).exists()
    )
    if not others:
        raise Refused(
            "last_means",
            "这是唯一的登录方式，先加一种再去掉",
            "it is the only way to sign in; add another first",
        )
    return Scope(subject=actor.person, persons=(actor.person,), content={"provider": row.provider}, state=row)


def _has_passkey(account: Account) -> bool:
    return any(row.data.get("alone") for row in sealed_means(account))


@act(
    "unlink_outside",
    title=("取消关联外部账户", "unlink an outside account"),
    by=[By.PERSON],
    scope=_unlink_scope,
)
def unlink_outside(*, warrant: Warrant, login: str, number: int) -> None:
    """取消关联。 An outside account opens one's own no longer. Raises InvalidInput; Refused where nothing else would be left."""
    del login, number
    row: OutsideLink = warrant.scope.state
    warrant.tell(recipient=row.account.person_id, template="means_removed", note=row.provider)
    row.delete()
