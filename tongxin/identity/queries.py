"""身份的读取。 Reads of identity that show no personal data."""

from datetime import date

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models

from tongxin.identity.models import Account, Identifier, Person, Representation
from tongxin.identity.rules import ALIAS, alias_of, digest_of, normal_form
from tongxin.identity.terms import Powers, Represented, RepresentationKind, SignedIn

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
