"""People who sign in, and their papers, through the real acts. For every test of identity."""

from datetime import datetime, timedelta

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.hashers import make_password

from tests.factories import NOW, officer
from tongxin.acts.terms import PLATFORM, Actor
from tongxin.identity import operations as identity
from tongxin.identity import rules
from tongxin.identity.models import Account
from tongxin.identity.terms import (
    KeyShown,
    NewKey,
    NewPerson,
    NewRepresentation,
    NewSession,
    Powers,
    RepresentationKind,
    Shown,
)

ME = Actor(person="person:me")
PASSWORD = make_password("a right password")
DAY = NOW.date()
# GB 11643-1999's own worked example; made-up numbers get their check characters by its rule.
EXAMPLE = "11010519491231002X"

# ---- Who signs in ---------------------------------------------------------------------------------------------------


def mine() -> Account:
    """The account `me`, which has a password."""
    person = NewPerson(ref=ME.person, name="我", login="me", password=PASSWORD)
    identity.open_account(actor=PLATFORM, at=NOW, person=person)
    return Account.objects.get(login="me")


def begin(*shown: Shown, secret: str = "s1", at: datetime = NOW, login: str = "me", actor: Actor = ME) -> str:
    session = NewSession(key=rules.session_key(secret), device="Firefox · Linux", place="local")
    return identity.sign_in(actor=actor, at=at, login=login, shown=shown, session=session)


def a_code(secret: str, at: datetime = NOW, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30 + steps))


def with_totp(at: datetime = NOW) -> str:
    secret = generate_totp_secret()
    identity.add_totp(actor=ME, at=at, login="me", secret=secret, code=a_code(secret, at))
    return secret


def with_key(*, alone: bool = True, name: str = "手机") -> int:
    credential = {"id": f"id {name}", "rawId": "x", "response": {}}
    key = NewKey(name=name, credential=credential, challenge=f"made {name}", alone=alone)
    return identity.add_key(actor=ME, at=NOW, login="me", key=key)


def a_key(number: int, challenge: str = "c1", count: int = 1, *, verified: bool = True) -> KeyShown:
    return KeyShown(number=number, challenge=challenge, sign_count=count, verified=verified)


# ---- Numbers, and who acts for whom ---------------------------------------------------------------------------------


def a_resident_id(first: str = "37160219900307001") -> str:
    return first + rules.resident_check(first)


def person(ref: str) -> Actor:
    """A resident with an account."""
    identity.open_account(
        actor=PLATFORM, at=NOW, person=NewPerson(ref=ref, name="某", login=ref.removeprefix("person:"))
    )
    return Actor(person=ref)


def clerk() -> Actor:
    """Who registers papers at the counter."""
    return officer("bz/hotline", "hotline_clerk")


def a_representation(**given: object) -> NewRepresentation:
    base: dict[str, object] = {
        "representative": "person:daughter",
        "representative_name": "女儿",
        "person": "person:mother",
        "kind": RepresentationKind.AUTHORISED,
        "powers": Powers.ACT,
        "matters": "查阅本人的数据使用记录",
        "evidence": "授权委托书",
        "valid_from": DAY,
        "valid_to": DAY + timedelta(days=30),
    }
    return NewRepresentation(**{**base, **given})  # type: ignore[arg-type]
