"""本市的登录。 The city's own sign-in for other systems: which systems may ask, and who agrees to what."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client, Token
from django.conf import settings
from django.contrib.auth.hashers import make_password

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.identity.models import Account, Consent
from tongxin.identity.operations.signing_in import open_account_of
from tongxin.identity.rules import pairwise_subject
from tongxin.identity.terms import SCOPES

ADDRESS: Final = re.compile(r"[\x21-\x7e]{1,500}")


def _register_scope(
    *, actor: Actor, at: datetime, number: str, name: str, addresses: Sequence[str], secret: str
) -> Scope:
    del actor, at, secret
    if not re.fullmatch(r"[a-z0-9-]{4,60}", number):
        raise InvalidInput(
            "number", "代号是小写字母、数字和连字符，4–60 个", "4 to 60 small letters, digits, hyphens"
        )
    if not name.strip() or len(name) > 100:
        raise InvalidInput(
            "name", "请填系统名称，最多 100 个字", "the name is needed, at most 100 characters"
        )
    if not addresses or len(addresses) > 10 or not all(_is_safe(address) for address in addresses):
        raise InvalidInput("addresses", "回调地址须是完整的 https 地址", "addresses are whole, with https")
    if Client.objects.filter(pk=number).exists():
        raise Conflict("这个代号已有系统在用", "this number is taken")
    return Scope(subject=f"client:{number}", content={"addresses": list(addresses)})


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    near = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(
        ADDRESS.fullmatch(address)
        and parts.hostname
        and (parts.scheme == "https" or near)
        and not parts.fragment
        and "*" not in address
    )


@act(
    "register_client",
    title=("登记使用统一登录的系统", "register a system that uses the city's sign-in"),
    by=[By.LEAD_OFFICER],
    scope=_register_scope,
)
def register_client(
    *, warrant: Warrant, number: str, name: str, addresses: Sequence[str], secret: str
) -> str:
    """登记系统。 Let another system of the city ask who somebody is: authorization code with PKCE, nothing else. Returns its number.

    addresses   where answers may go: whole, https (http only on this machine), no wildcard
    secret      of the system, of which the hash is kept; empty for one that cannot keep one (then PKCE alone)

    Raises InvalidInput, Conflict.
    """
    row = Client(
        pk=number,
        name=name.strip(),
        secret=make_password(secret or None),
        type=Client.Type.CONFIDENTIAL if secret else Client.Type.PUBLIC,
        created_at=warrant.at,
        data={"organ": warrant.standing.organ if warrant.standing else ""},
    )
    row.set_scopes(list(SCOPES))
    row.set_default_scopes(["openid"])
    row.set_redirect_uris(list(addresses))
    row.save()
    return number


def _end_scope(*, actor: Actor, at: datetime, number: str) -> Scope:
    del actor, at
    row = Client.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这个系统", "there is no such system")
    return Scope(subject=f"client:{number}", state=row)


@act(
    "end_client",
    title=("注销使用统一登录的系统", "end a system's use of the city's sign-in"),
    by=[By.LEAD_OFFICER],
    scope=_end_scope,
)
def end_client(*, warrant: Warrant, number: str) -> None:
    """注销系统。 A system may ask no longer; what it was given is void at once. Raises InvalidInput."""
    Token.objects.filter(client_id=number).delete()
    Consent.objects.filter(client=number).delete()
    warrant.scope.state.delete()


def _consent_scope(*, actor: Actor, at: datetime, login: str, client: str, scopes: Sequence[str]) -> Scope:
    del at
    account = open_account_of(actor, login)
    if not set(scopes) <= set(SCOPES) or not Client.objects.filter(pk=client).exists():
        raise InvalidInput("client", "没有这个系统", "there is no such system")
    return Scope(
        subject=actor.person,
        persons=(actor.person,),
        content={"client": client, "scopes": sorted(scopes)},
        state=account,
    )


@act(
    "consent_client",
    title=("同意告知另一个系统", "let another system know who one is"),
    by=[By.PERSON],
    scope=_consent_scope,
)
def consent_client(*, warrant: Warrant, login: str, client: str, scopes: Sequence[str]) -> None:
    """同意告知。 Let a system know a subject of its own, and the name where `profile` is among the scopes. Raises InvalidInput, Refused."""
    del login
    account: Account = warrant.scope.state
    subject = pairwise_subject(key=settings.IDENTITY_KEY, client=client, account=account.pk)
    Consent.objects.update_or_create(
        account=account,
        client=client,
        defaults={"subject": subject, "scopes": " ".join(sorted(scopes)), "given_at": warrant.at},
    )


def _withdraw_scope(*, actor: Actor, at: datetime, login: str, number: int) -> Scope:
    del at
    account = open_account_of(actor, login)
    row = account.consents.filter(pk=number).first()
    if row is None:
        raise InvalidInput("number", "没有这项同意", "there is no such consent")
    return Scope(subject=actor.person, persons=(actor.person,), content={"client": row.client}, state=row)


@act("withdraw_consent", title=("撤回同意", "withdraw a consent"), by=[By.PERSON], scope=_withdraw_scope)
def withdraw_consent(*, warrant: Warrant, login: str, number: int) -> None:
    """撤回同意（个人信息保护法 art. 15）。 What the system was given is void at once. Raises InvalidInput, Refused."""
    del login, number
    row: Consent = warrant.scope.state
    Token.objects.filter(client_id=row.client, user=row.account).delete()
    row.delete()
