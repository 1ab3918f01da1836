"""身份的读取。 Reads of identity that show no personal data."""

from django.contrib.auth.hashers import check_password, make_password
from django.db import models

from tongxin.identity.models import Account, Person
from tongxin.identity.terms import SignedIn

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
