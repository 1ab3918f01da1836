"""身份的词汇。 The vocabulary of identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


class PersonKind(StrEnum):
    """民事主体。 A natural person, or a legal person or other organisation (民法典 arts. 13, 57, 102)."""

    NATURAL = "natural"
    ORGANISATION = "organisation"


class IdentifierKind(StrEnum):
    """标识的种类。 Kinds of numbers that identify somebody."""

    RESIDENT_ID = "resident_id"
    CREDIT_CODE = "credit_code"
    PHONE = "phone"


class RepresentationKind(StrEnum):
    """代理的种类。 Guardianship (民法典 27, 28, 34), authority given (161–165), acting for an organisation (61, 170)."""

    GUARDIAN = "guardian"
    AUTHORISED = "authorised"
    ORGANISATION = "organisation"


class Powers(StrEnum):
    """代理权限。 What a representative may do: see only, or see and act."""

    SEE = "see"
    ACT = "act"


IDENTIFIER_LABELS: Final[Mapping[IdentifierKind, Any]] = {
    IdentifierKind.RESIDENT_ID: _("公民身份号码"),
    IdentifierKind.CREDIT_CODE: _("统一社会信用代码"),
    IdentifierKind.PHONE: _("电话号码"),
}
REPRESENTATION_LABELS: Final[Mapping[RepresentationKind, Any]] = {
    RepresentationKind.GUARDIAN: _("监护人"),
    RepresentationKind.AUTHORISED: _("受托人"),
    RepresentationKind.ORGANISATION: _("单位经办人"),
}
POWERS_LABELS: Final[Mapping[Powers, Any]] = {
    Powers.SEE: _("只查看"),
    Powers.ACT: _("查看并代为办理"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """将要登记的人。 A person about to be registered, with a login or none, and a password hash or none."""

    ref: str
    name: str
    login: str = ""
    password: str = ""
    phone: str = ""
    email: str = ""
    language: str = "zh-hans"
    synthetic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """已登录者。 Who is signed in: the account's login and the person behind it."""

    login: str
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Represented:
    """被代理人。 Somebody for whom one may act: their reference, on what footing, how far, until (exclusive; None: open)."""

    person: str
    kind: RepresentationKind
    powers: Powers
    until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRepresentation:
    """将要成立的代理。 A representation about to begin: who, for whom, how far, from–to (end exclusive), on what evidence."""

    representative: str
    representative_name: str
    person: str
    kind: RepresentationKind
    powers: Powers
    matters: str
    evidence: str
    valid_from: date
    valid_to: date | None
