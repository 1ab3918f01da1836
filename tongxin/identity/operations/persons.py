"""人与账户。 Persons, organisations, and the accounts they sign in with."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from allauth.mfa.models import Authenticator

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Conflict, InvalidInput, Refused, Scope, Warrant
from tongxin.identity.models import Account, Identifier, Person, Session
from tongxin.identity.operations.identifiers import require_evidence
from tongxin.identity.queries import identifier_digest
from tongxin.identity.rules import alias_of
from tongxin.identity.terms import IdentifierKind, NewPerson, PersonKind

OWN_LOGIN: Final = re.compile(r"[a-z0-9]{2,40}-[0-9]{6}")


def _founding_scope(*, actor: Actor, at: datetime, founding: tuple[BasisClause, ...], **_: Any) -> Scope:
    del actor, at
    return Scope(subject="persons", founding=founding)


@act(
    "found_persons",
    title=("登记首批人员", "register the first persons"),
    by=[By.PLATFORM],
    scope=_founding_scope,
    founding=True,
)
def found_persons(
    *, warrant: Warrant, persons: Sequence[NewPerson], founding: tuple[BasisClause, ...]
) -> int:
    """登记首批人员与账户。 Register the first persons and their accounts; returns how many."""
    del founding
    _register(warrant, persons)
    return len(persons)


def _register(warrant: Warrant, persons: Sequence[NewPerson]) -> None:
    Person.objects.bulk_create(
        [
            Person(
                ref=p.ref,
                name=p.name,
                phone=p.phone,
                email=p.email,
                language=p.language,
                synthetic=p.synthetic,
            )
            for p in persons
        ],
        batch_size=1_000,
    )
    Account.objects.bulk_create(
        [
            Account(login=p.login, person_id=p.ref, password=p.password, opened_at=warrant.at)
            for p in persons
            if p.login
        ],
        batch_size=1_000,
    )


def _account_scope(*, actor: Actor, at: datetime, person: NewPerson) -> Scope:
    del actor, at
    held = Account.objects.select_for_update().filter(login=person.login).first()
    if held is not None and held.person_id != person.ref:
        raise InvalidInput("login", "这个登录名已有人用", "this login is taken")
    return Scope(subject=person.ref, persons=(person.ref,), state=held, content={"login": person.login})


@act(
    "open_account",
    title=("开立账户", "open an account"),
    by=[By.LEAD_OFFICER, By.PLATFORM],
    scope=_account_scope,
)
def open_account(*, warrant: Warrant, person: NewPerson) -> str:
    """开立账户。 Open an account for a person, known already or not; an account they have gets the new password.

    Raises InvalidInput when the login is another person's.
    """
    held: Account | None = warrant.scope.state
    if held is not None:
        held.password = person.password
        held.save(update_fields=["password"])
    elif Person.objects.filter(ref=person.ref).exists():
        Account.objects.create(
            login=person.login, person_id=person.ref, password=person.password, opened_at=warrant.at
        )
    else:
        _register(warrant, [person])
    return person.ref


def _organisation_scope(*, actor: Actor, at: datetime, name: str, code: str, evidence: str) -> Scope:
    del actor, at
    require_evidence(evidence)
    if not name.strip() or len(name) > 80:
        raise InvalidInput("name", "请填单位名称，最多 80 个字", "the name is needed, at most 80 characters")
    digest = identifier_digest(kind=IdentifierKind.CREDIT_CODE, value=code)
    if Identifier.objects.filter(digest=digest).exists():
        raise InvalidInput("code", "这个单位已经登记", "this organisation is registered already")
    # Public registers hold the code beside the name, so the reference may come from its digest.
    ref = f"person:org-{digest[:20]}"
    return Scope(
        subject=ref, persons=(ref, alias_of(digest)), content={"evidence": evidence}, state=(ref, digest)
    )


@act(
    "register_organisation",
    title=("登记单位", "register an organisation"),
    by=[By.HOTLINE_CLERK, By.LEAD_OFFICER, By.PLATFORM],
    scope=_organisation_scope,
)
def register_organisation(*, warrant: Warrant, name: str, code: str, evidence: str) -> str:
    """登记单位：名称与统一社会信用代码。 Register a legal person or other organisation by its unified social credit code; its reference.

    code       18 characters, check character by GB 32100-2015
    evidence   which licence or certificate was seen

    Who acts for it from–to is confirmed apart (`confirm_representative`). Raises InvalidInput.
    """
    del code
    ref, digest = warrant.scope.state
    Person.objects.create(ref=ref, kind=PersonKind.ORGANISATION.value, name=name.strip())
    Identifier.objects.create(
        digest=digest,
        kind=IdentifierKind.CREDIT_CODE.value,
        person_id=ref,
        evidence=evidence,
        registered_at=warrant.at,
    )
    return str(ref)


def _own_account_scope(*, actor: Actor, at: datetime, person: NewPerson) -> Scope:
    del actor, at
    if not person.name.strip() or len(person.name) > 80:
        raise InvalidInput("name", "请填姓名，最多 80 个字", "the name is needed, at most 80 characters")
    if not OWN_LOGIN.fullmatch(person.login):
        raise InvalidInput("wish", "登录名用 2–40 个小写字母或数字", "2 to 40 small letters or digits")
    if not person.password:
        raise InvalidInput("password", "请填口令", "a password is needed")
    taken = Account.objects.filter(login=person.login).exists()
    if taken or Person.objects.filter(ref=person.ref).exists():
        raise Conflict("请再试一次", "please try again")
    return Scope(subject=person.ref, persons=(person.ref,), content={"login": person.login})


@act(
    "open_own_account",
    title=("自己开户", "open an account of one's own"),
    by=[By.PERSON],
    scope=_own_account_scope,
)
def open_own_account(*, warrant: Warrant, person: NewPerson) -> str:
    """居民自己开户。 A resident opens an account; its sign-in name ends in digits the door drew, so that trying names tells nothing.

    Nothing is proven by it: whose a number is, an office registers apart. Returns the sign-in name. Raises InvalidInput, Conflict.
    """
    _register(warrant, [person])
    return person.login


def _close_scope(*, actor: Actor, at: datetime, login: str) -> Scope:
    del at
    account = Account.objects.select_for_update().filter(login=login, closed_at=None).first()
    if account is None or account.person_id != actor.person:
        raise Refused("not_yours", "不是您的账户，或者已销户", "this account is not yours, or it is closed")
    return Scope(subject=actor.person, persons=(actor.person,), content={"login": login}, state=account)


@act("close_account", title=("销户", "close one's account"), by=[By.PERSON], scope=_close_scope)
def close_account(*, warrant: Warrant, login: str) -> None:
    """销户。 Close one's account: it opens no more, its means and outside accounts go. Raises Refused (网络数据安全管理条例 art. 24)."""
    del login
    account: Account = warrant.scope.state
    account.closed_at, account.password = warrant.at, ""
    account.save(update_fields=["closed_at", "password"])
    Authenticator.objects.filter(user=account).delete()
    account.links.all().delete()
    Session.objects.filter(account=account, ended_at=None).update(ended_at=warrant.at)
