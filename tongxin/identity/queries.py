"""身份的读取。 Reads of identity that show no personal data."""

import hmac
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final

from allauth.idp.oidc.models import Client
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models

from tongxin.acts.queries import put
from tongxin.identity.models import (
    Account,
    Consent,
    Identifier,
    OutsideLink,
    Person,
    Recovery,
    Representation,
    Session,
)
from tongxin.identity.rules import ALIAS, alias_of, digest_of, normal_form, outside_subject, seal, session_key
from tongxin.identity.terms import (
    LiveSession,
    Means,
    Powers,
    RecoveryState,
    RepresentationKind,
    Represented,
    SignedIn,
)
from tongxin.ledger.queries import contents_naming

# Compared against when there is no such account, so that a wrong name takes as long as a wrong password.
_NOBODY = make_password("nobody")


def account_matching(*, login: str, password: str) -> SignedIn | None:
    """核对登录名与口令。 The account of a login whose password matches; None otherwise, in the same time."""
    account = Account.objects.filter(login=login, closed_at=None).first()
    stored = account.password if account and account.password else _NOBODY
    right = check_password(password, stored)  # no setter: a rehash is a write, and a write is an act
    return SignedIn(login=login, person=account.person_id) if account and account.password and right else None


def open_accounts() -> models.QuerySet[Account]:
    """在用的账户。 The accounts in use."""
    return Account.objects.filter(closed_at=None).order_by("id")


def account_of(*, login: str) -> SignedIn | None:
    """登录名的账户。 The account of a login, when it is open."""
    account = Account.objects.filter(login=login, closed_at=None).first()
    return SignedIn(login=account.login, person=account.person_id) if account else None


def mail_of(*, person: str) -> tuple[str, str] | None:
    """送达用的邮箱与语言。 Mail address and language, for the platform's own delivery to that person; no one sees it."""
    row = Person.objects.filter(ref=person).exclude(email="").values_list("email", "language").first()
    return (row[0], row[1]) if row else None


def own_particulars(*, person: str) -> Person | None:
    """本人的资料。 A person's own particulars, for that person's own forms: nobody else looks."""
    return Person.objects.filter(ref=person).first()


def identifier_digest(*, kind: str, value: str) -> str:
    """标识的摘要。 The keyed digest of an identifier as this instance keeps it. Raises InvalidInput."""
    return digest_of(kind=kind, value=normal_form(kind=kind, value=value), key=settings.IDENTITY_KEY)


def person_of(*, kind: str, value: str) -> str:
    """号码是谁的。 The registered person of an identifier; for somebody not registered a stable alias, `person:x-` + 32 hex.

    One statement. Raises InvalidInput for a kind or a value that is none.
    """
    digest = identifier_digest(kind=kind, value=value)
    known = Identifier.objects.filter(digest=digest).values_list("person_id", flat=True).first()
    return known or alias_of(digest)


def refs_of(*, person: str) -> tuple[str, ...]:
    """一个人的全部引用，本名在前。 The reference of a person and all their aliases, own reference first.

    An alias of somebody who has registered since leads to that person. One statement, two for an alias.
    """
    own = _owner(person)
    digests = Identifier.objects.filter(person_id=own).order_by("registered_at", "digest")
    return (own, *(alias_of(digest) for digest in digests.values_list("digest", flat=True)))


def _owner(person: str) -> str:
    if not person.startswith(ALIAS):
        return person
    beginning = person.removeprefix(ALIAS)
    found = (
        Identifier.objects.filter(digest__startswith=beginning).values_list("person_id", flat=True).first()
    )
    return found if found and len(beginning) == 32 else person


def _standing_representations(*, day: date) -> models.QuerySet[Representation]:
    """此日有效的代理。 Representations that stand on a day: begun, not past their end, not ended by either side."""
    return Representation.objects.filter(
        models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day),
        models.Q(ended_on__isnull=True) | models.Q(ended_on__gt=day),
        valid_from__lte=day,
    )


def represented_by(*, representative: str, day: date) -> list[Represented]:
    """可以替谁办事。 For whom somebody may act on a day, by reference; at most two statements, and two for each alias among them."""
    rows = _standing_representations(day=day).filter(representative__in=refs_of(person=representative))
    return [
        Represented(
            person=_owner(row.person),
            kind=RepresentationKind(row.kind),
            powers=Powers(row.powers),
            until=row.valid_to,
        )
        for row in rows.order_by("person", "id")
    ]


def may_act_for(*, representative: str, person: str, day: date, powers: Powers = Powers.ACT) -> bool:
    """可不可以替某人办事。 Whether somebody may act (or only see, `powers`) for a person on a day. Three statements, four for an alias."""
    enough = [Powers.ACT] if powers is Powers.ACT else [Powers.ACT, Powers.SEE]
    return (
        _standing_representations(day=day)
        .filter(
            representative__in=refs_of(person=representative),
            person__in=refs_of(person=person),
            powers__in=enough,
        )
        .exists()
    )


def representations_of(*, person: str) -> list[Representation]:
    """与某人有关的代理，新的在前。 Every representation that concerns a person, on either side, newest first."""
    refs = refs_of(person=person)
    concerned = models.Q(representative__in=refs) | models.Q(person__in=refs)
    return list(Representation.objects.filter(concerned).order_by("-id"))


# ---- Means of signing in, and sessions ------------------------------------------------------------------------------


def seal_of(row: Authenticator) -> str:
    """一种方式的封印。 The seal that a means of this account must carry."""
    kind = row.type
    part = {
        Authenticator.Type.WEBAUTHN: lambda: row.data.get("credential"),
        Authenticator.Type.TOTP: lambda: row.data.get("secret"),
        Authenticator.Type.RECOVERY_CODES: lambda: row.data.get("seed"),
    }[Authenticator.Type(kind)]()
    return seal(
        key=settings.IDENTITY_KEY,
        account=row.user_id,
        kind=kind,
        part=part,
        alone=bool(row.data.get("alone")),
    )


def sealed_means(account: Account, *, lock: bool = False) -> list[Authenticator]:
    """账户的核验方式，封印完好的。 The means of an account whose seals hold: a row made past the acts of this house is none."""
    rows = Authenticator.objects.filter(user=account).order_by("id")
    found = list(rows.select_for_update() if lock else rows)
    return [row for row in found if hmac.compare_digest(str(row.data.get("seal", "")), seal_of(row))]


def means_of_rows(account: Account, rows: Sequence[Authenticator]) -> frozenset[Means]:
    """持有哪些方式。 Which means an account holds."""
    found: set[Means] = {means_of_row(row) for row in rows}
    if account.has_usable_password():
        found.add(Means.PASSWORD)
    return frozenset(found)


def means_of_row(row: Authenticator) -> Means:
    """是哪种方式。 Which means a row is."""
    if row.type == Authenticator.Type.WEBAUTHN:
        return Means.PASSKEY if row.data.get("alone") else Means.SECURITY_KEY
    return Means.TOTP if row.type == Authenticator.Type.TOTP else Means.RECOVERY_CODE


def persons_of(*, logins: Collection[str]) -> dict[str, str]:
    """登录名各是谁的。 The persons of open accounts, by sign-in name. One statement."""
    return dict(Account.objects.filter(login__in=logins, closed_at=None).values_list("login", "person_id"))


def own_account(*, login: str) -> Account | None:
    """登录名的账户行。 The row of an open account, for the ceremonies of its own person."""
    return Account.objects.filter(login=login, closed_at=None).first()


def held_means(*, login: str) -> frozenset[Means]:
    """账户持有的方式。 Which means an account holds, outside accounts apart. Two statements."""
    account = own_account(login=login)
    return means_of_rows(account, sealed_means(account)) if account else frozenset()


# The session of a secret, when it has not ended, began after `since` and its account is open; also read together with the
# office that is held (web/present.py).
LIVE_SESSION: Final = """
SELECT s.key, a.login, a.person_id AS person, s.means, s.begun_at, s.fresh_at, s.demo
  FROM identity_session s JOIN identity_account a ON a.id = s.account_id AND a.closed_at IS NULL
 WHERE s.key = %(key)s AND s.ended_at IS NULL AND s.begun_at > %(since)s"""


def live_session(*, secret: str, since: datetime) -> LiveSession | None:
    """活着的会话。 The session of a cookie's secret, when it has not ended, began after `since` and its account is open. One statement."""
    rows = put(LIVE_SESSION, key=session_key(secret), since=since)
    return LiveSession(*rows[0]) if rows else None


def open_sessions(*, login: str, since: datetime) -> list[Session]:
    """没有结束的会话，新的在前。 The sessions of an account that have not ended and began after `since`, newest first."""
    rows = Session.objects.filter(account__login=login, ended_at=None, begun_at__gt=since)
    return list(rows.order_by("-begun_at"))


def account_linked(*, provider: str, subject: str) -> SignedIn | None:
    """外部账户是谁的。 The open account that an outside account opens."""
    digest = outside_subject(key=settings.IDENTITY_KEY, provider=provider, subject=subject)
    link = OutsideLink.objects.select_related("account").filter(provider=provider, subject=digest).first()
    if link is None or link.account.closed_at is not None:
        return None
    return SignedIn(login=link.account.login, person=link.account.person_id)


def account_by_subject(*, client: str, subject: str) -> Account | None:
    """对一个系统的标识是谁的。 The open account that a system knows by a subject of its own."""
    found = Consent.objects.select_related("account").filter(client=client, subject=subject).first()
    return found.account if found and found.account.closed_at is None else None


def registrars(*, alias: str) -> frozenset[str]:
    """谁登记过这个号码。 Who registered a number, by its alias: the persons that the ledger names as the actors."""
    rows = contents_naming(person=alias).filter(entry__verb="register_identifier", entry__outcome="done")
    return frozenset(rows.values_list("content__actor", flat=True))


def agreed_scopes(*, login: str, client: str) -> frozenset[str]:
    """同意告知一个系统的内容。 What somebody agreed that one system may learn; nothing without consent."""
    said = (
        Consent.objects.filter(account__login=login, client=client).values_list("scopes", flat=True).first()
    )
    return frozenset((said or "").split())


def name_of_account(*, login: str) -> str:
    """账户的姓名。 The name of an account's person, for what that person agreed to."""
    names = Person.objects.filter(accounts__login=login).values_list("name", flat=True)
    return names.first() or ""


def name_of(*, person: str) -> str:
    """被代理人怎么称呼。 How somebody one acts for is called: a registered name, otherwise the end of the alias."""
    known = Person.objects.filter(ref=person).values_list("name", flat=True).first()
    return known or person[-6:]


def clients() -> models.QuerySet[Client]:
    """使用统一登录的系统。 The systems that use the city's sign-in."""
    rows: models.QuerySet[Client] = Client.objects.order_by("name", "pk")
    return rows


def recoveries_waiting() -> models.QuerySet[Recovery]:
    """等待核实的找回申请。 Requests to get an account back that wait for another person, oldest first."""
    return Recovery.objects.filter(state=RecoveryState.ASKED).order_by("id")


def recoveries_of(*, login: str) -> models.QuerySet[Recovery]:
    """本账户的找回申请。 Requests for an account that are not over, newest first."""
    waiting = [RecoveryState.ASKED, RecoveryState.APPROVED]
    return Recovery.objects.filter(login=login, state__in=waiting).order_by("-id")


def recovery_of(*, token: str) -> Recovery | None:
    """凭密语的找回申请。 The request of whoever holds its secret."""
    return Recovery.objects.filter(token=session_key(token)).first()
