"""人与账户。 Persons, organisations, and the accounts they sign in with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, InvalidInput, Scope, Warrant
from tongxin.identity.models import Account, Identifier, Person
from tongxin.identity.operations.identifiers import require_evidence
from tongxin.identity.queries import identifier_digest
from tongxin.identity.rules import alias_of
from tongxin.identity.terms import IdentifierKind, NewPerson, PersonKind


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


def _own_scope(*, actor: Actor, at: datetime, **_: Any) -> Scope:
    del at
    return Scope(subject=actor.person, persons=(actor.person,))


@act("sign_in", title=("登录", "sign in"), by=[By.PERSON], scope=_own_scope)
def sign_in(*, warrant: Warrant, login: str) -> str:
    """登录留痕。 A sign-in that leaves its entry; whether the password matched was asked before."""
    del login
    return warrant.actor.person


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
