"""核验方式的增减。 Adding and removing means of signing in: keys, time-based codes, recovery codes, the password."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import encrypt

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Account, Session
from tongxin.identity.operations.proving import Proven, totp_step
from tongxin.identity.operations.signing_in import open_account_of, remember_spent
from tongxin.identity.queries import seal_of, sealed_means
from tongxin.identity.rules import spent_digest
from tongxin.identity.terms import NewKey

MOST_KEYS = 20


def _sealed(row: Authenticator) -> Authenticator:
    row.data["seal"] = seal_of(row)
    return row


def _own_scope(actor: Actor, account: Account, **content: Any) -> Scope:
    return Scope(subject=actor.person, persons=(actor.person,), content=content, state=account)


def _key_scope(*, actor: Actor, at: datetime, login: str, key: NewKey) -> Scope:
    del at
    account = open_account_of(actor, login)
    if not key.name.strip() or len(key.name) > 60:
        raise InvalidInput("name", "给密钥起个名字，最多 60 个字", "name the key, in at most 60 characters")
    kept = Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN)
    if kept.count() >= MOST_KEYS:
        raise InvalidInput("name", f"最多 {MOST_KEYS} 把", f"at most {MOST_KEYS} keys")
    return _own_scope(actor, account, means="passkey" if key.alone else "security_key")


@act("add_key", title=("添加通行密钥", "add a passkey or security key"), by=[By.PERSON], scope=_key_scope)
def add_key(*, warrant: Warrant, login: str, key: NewKey) -> int:
    """添加密钥。 Add a key whose making the door has verified; returns its number.

    `alone`: enough by itself (a passkey, its owner verified by it); otherwise only a second step after the password.
    Raises InvalidInput, Refused.
    """
    del login
    account: Account = warrant.scope.state
    once = [spent_digest("challenge", key.challenge), spent_digest("credential", key.credential.get("id"))]
    remember_spent(warrant, Proven(held=frozenset(), spent=once))
    row = _sealed(
        Authenticator(
            user=account,
            type=Authenticator.Type.WEBAUTHN,
            data={
                "name": key.name.strip(),
                "credential": dict(key.credential),
                "alone": key.alone,
                "sign_count": 0,
            },
            created_at=warrant.at,
        )
    )
    row.save()
    warrant.tell(recipient=account.person_id, template="means_added", note=key.name.strip())
    return int(row.pk)


def _totp_scope(*, actor: Actor, at: datetime, login: str, secret: str, code: str) -> Scope:
    account = open_account_of(actor, login)
    if Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).exists():
        raise InvalidInput("code", "已经有动态码，先去掉旧的", "there is one already; remove it first")
    if totp_step(secret=secret, code="".join(code.split()), at=at) is None:
        raise InvalidInput("code", "动态码不对", "the code is wrong")
    return _own_scope(actor, account, means="totp")


@act("add_totp", title=("添加动态码", "add time-based codes"), by=[By.PERSON], scope=_totp_scope)
def add_totp(*, warrant: Warrant, login: str, secret: str, code: str) -> int:
    """添加动态码（RFC 6238）。 Add an authenticator app, proven by one code of it; returns its number. Raises InvalidInput, Refused."""
    del login, code
    account: Account = warrant.scope.state
    row = _sealed(
        Authenticator(
            user=account,
            type=Authenticator.Type.TOTP,
            data={"secret": encrypt(secret)},
            created_at=warrant.at,
        )
    )
    row.save()
    warrant.tell(recipient=account.person_id, template="means_added", note="TOTP")
    return int(row.pk)


def _codes_scope(*, actor: Actor, at: datetime, login: str) -> Scope:
    del at
    account = open_account_of(actor, login)
    kinds = {Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP}
    if not any(row.type in kinds for row in sealed_means(account)):
        raise InvalidInput(
            "codes", "先添加通行密钥或者动态码，再要备用码", "add a passkey or codes of an app first"
        )
    return _own_scope(actor, account, means="recovery_code")


@act(
    "renew_recovery_codes",
    title=("换一组备用码", "make a new set of recovery codes"),
    by=[By.PERSON],
    scope=_codes_scope,
)
def renew_recovery_codes(*, warrant: Warrant, login: str) -> list[str]:
    """换一组备用码。 Ten new recovery codes of eight digits, shown this once; each opens once, the old ones no longer.

    Raises InvalidInput, Refused.
    """
    del login
    account: Account = warrant.scope.state
    Authenticator.objects.filter(user=account, type=Authenticator.Type.RECOVERY_CODES).delete()
    row = _sealed(
        Authenticator(
            user=account,
            type=Authenticator.Type.RECOVERY_CODES,
            data={"seed": encrypt(RecoveryCodes.generate_seed()), "used_mask": 0},
            created_at=warrant.at,
        )
    )
    row.save()
    warrant.tell(recipient=account.person_id, template="recovery_codes_made", note="")
    return list(RecoveryCodes(row).generate_codes())


def _remove_scope(*, actor: Actor, at: datetime, login: str, number: int) -> Scope:
    del at
    account = open_account_of(actor, login)
    row = Authenticator.objects.select_for_update().filter(pk=number, user=account).first()
    if row is None:
        raise InvalidInput("number", "没有这种方式", "there is no such means")
    left = [other for other in sealed_means(account) if other.pk != row.pk and other.data.get("alone")]
    if not account.has_usable_password() and not left and not account.links.exists():
        raise Refused(
            "last_means",
            "这是唯一的登录方式，先加一种再去掉",
            "it is the only way to sign in; add another first",
        )
    return Scope(subject=actor.person, persons=(actor.person,), content={"means": row.type}, state=row)


@act("remove_means", title=("去掉一种核验方式", "remove a means"), by=[By.PERSON], scope=_remove_scope)
def remove_means(*, warrant: Warrant, login: str, number: int) -> None:
    """去掉一种方式。 Remove a key, the app or the recovery codes; with the last of the others the codes go too.

    Raises InvalidInput; Refused where no way to sign in would be left.
    """
    del login, number
    row: Authenticator = warrant.scope.state
    account, name = row.user, str(row.data.get("name") or row.type)
    row.delete()
    rest = Authenticator.objects.filter(user=account)
    if not rest.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
        rest.delete()
    warrant.tell(recipient=account.person_id, template="means_removed", note=name)


def _password_scope(*, actor: Actor, at: datetime, login: str, password: str, keep: str) -> Scope:
    del at, password, keep
    return _own_scope(actor, open_account_of(actor, login), means="password")


@act("change_password", title=("改口令", "change the password"), by=[By.PERSON], scope=_password_scope)
def change_password(*, warrant: Warrant, login: str, password: str, keep: str) -> int:
    """改口令。 A new password (its hash); every session but `keep` ends. Returns how many ended. Raises Refused."""
    del login
    account: Account = warrant.scope.state
    account.password = password
    account.save(update_fields=["password"])
    ended = Session.objects.filter(account=account, ended_at=None).exclude(key=keep)
    warrant.tell(recipient=account.person_id, template="password_changed", note="")
    return ended.update(ended_at=warrant.at)
