"""登记号码。 Registering the numbers that identify a person."""

from datetime import datetime
from typing import Final

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.identity.models import Identifier, Person
from tongxin.identity.queries import identifier_digest, refs_of, registrars
from tongxin.identity.rules import alias_of
from tongxin.identity.terms import IdentifierKind, PersonKind

KIND_OF: Final = {
    PersonKind.NATURAL: frozenset({IdentifierKind.RESIDENT_ID, IdentifierKind.PHONE}),
    PersonKind.ORGANISATION: frozenset({IdentifierKind.CREDIT_CODE}),
}


def require_evidence(evidence: str) -> None:
    """材料不能空。 The evidence seen has to be named, in at most 200 characters. Raises InvalidInput."""
    if not evidence.strip():
        raise InvalidInput("evidence", "请写明核验的材料", "name the document that was seen")
    if len(evidence) > 200:
        raise InvalidInput("evidence", "最多 200 个字", "at most 200 characters")


def _register_scope(
    *, actor: Actor, at: datetime, person: str, kind: str, value: str, evidence: str
) -> Scope:
    del actor, at
    require_evidence(evidence)
    digest = identifier_digest(kind=kind, value=value)
    known = Person.objects.select_for_update().filter(ref=person).first()
    if known is None:
        raise InvalidInput("person", "没有登记这个人", "this person is not registered")
    if kind not in KIND_OF[PersonKind(known.kind or PersonKind.NATURAL)]:
        raise InvalidInput("kind", "这种号码不属于这类主体", "such a number does not belong to such a person")
    if Identifier.objects.filter(digest=digest).exists():
        raise InvalidInput("value", "这个号码已经登记", "this number is registered already")
    if kind == IdentifierKind.RESIDENT_ID and known.identifiers.filter(kind=kind).exists():
        raise InvalidInput("value", "这个人已登记过身份号码", "this person has a registered number already")
    return Scope(
        subject=person,
        persons=(person, alias_of(digest)),
        not_by=frozenset(refs_of(person=person)),
        content={"kind": kind, "evidence": evidence},
        state=digest,
    )


@act(
    "register_identifier",
    title=("登记核验过的号码", "register a number that was checked"),
    by=[By.HOTLINE_CLERK, By.LEAD_OFFICER, By.PLATFORM],
    scope=_register_scope,
)
def register_identifier(*, warrant: Warrant, person: str, kind: str, value: str, evidence: str) -> str:
    """登记本人出示、由工作人员核验过的号码。 Register a number that somebody of an office has seen the proof of; returns its alias.

    kind       of `IdentifierKind`; resident_id and phone for a natural person, credit_code for an organisation
    value      the number; only its keyed digest is kept
    evidence   which document was seen, for example `居民身份证，当面核对`

    Nobody registers their own. From then on what was recorded under the alias belongs to the person. Raises InvalidInput.
    """
    del value
    digest: str = warrant.scope.state
    Identifier.objects.create(
        digest=digest, kind=kind, person_id=person, evidence=evidence, registered_at=warrant.at
    )
    warrant.tell(recipient=person, template="identifier_registered", note=kind)
    return alias_of(digest)


def _withdraw_scope(*, actor: Actor, at: datetime, kind: str, value: str, evidence: str) -> Scope:
    del actor, at
    require_evidence(evidence)
    digest = identifier_digest(kind=kind, value=value)
    row = Identifier.objects.select_for_update().filter(digest=digest, kind=kind).first()
    if row is None:
        raise InvalidInput("value", "这个号码没有登记", "this number is not registered")
    alias = alias_of(digest)
    return Scope(
        subject=row.person_id,
        persons=(row.person_id, alias),
        not_by=frozenset({*refs_of(person=row.person_id), *registrars(alias=alias)}),
        content={"kind": kind, "evidence": evidence},
        state=row,
    )


@act(
    "withdraw_identifier",
    title=("撤销登记错的号码", "take back a number that was registered wrongly"),
    by=[By.HOTLINE_CLERK, By.LEAD_OFFICER],
    scope=_withdraw_scope,
)
def withdraw_identifier(*, warrant: Warrant, kind: str, value: str, evidence: str) -> str:
    """撤销登记错的号码。 Take back a number that belongs to somebody else than it was registered for; returns its alias.

    By another official than whoever registered it, and not by the one it was registered for; that person is told. What is
    recorded under the alias is nobody's again, until the right person registers it. 个人信息保护法 arts. 8, 46. Raises InvalidInput.
    """
    del value, evidence
    row: Identifier = warrant.scope.state
    alias = alias_of(row.digest)
    row.delete()
    warrant.tell(recipient=warrant.scope.subject, template="identifier_withdrawn", note=kind)
    return alias
