"""身份的词汇。 The vocabulary of identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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


class Means(StrEnum):
    """核验身份的方式。 By what somebody showed who they are. None of them is a signature (电子签名法 arts. 13, 16)."""

    PASSWORD = "password"  # noqa: S105 - the word, no password
    PASSKEY = "passkey"
    SECURITY_KEY = "security_key"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    OIDC = "oidc"
    DEMO = "demo"


class RecoveryState(StrEnum):
    """找回账户的状态。 Where a request to get an account back stands."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    DONE = "done"


MEANS_LABELS: Final[Mapping[Means, Any]] = {
    Means.PASSWORD: _("口令"),
    Means.PASSKEY: _("通行密钥"),
    Means.SECURITY_KEY: _("安全密钥（第二步）"),
    Means.TOTP: _("动态码"),
    Means.RECOVERY_CODE: _("备用码"),
    Means.OIDC: _("外部账户"),
    Means.DEMO: _("演示"),
}
RECOVERY_LABELS: Final[Mapping[RecoveryState, Any]] = {
    RecoveryState.ASKED: _("等待另一人核实"),
    RecoveryState.APPROVED: _("已核实，等待期满"),
    RecoveryState.DECLINED: _("没有通过"),
    RecoveryState.CANCELLED: _("本人已取消"),
    RecoveryState.DONE: _("已找回"),
}
SCOPES: Final = ("openid", "profile")  # what another system of the city may ask: a subject, and the name
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


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSession:
    """将要开始的会话。 A session about to begin: digest of its secret, device in words, place coarsely, entered by the demo door or not."""

    key: str
    device: str
    place: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class LiveSession:
    """活着的会话。 A session that has not ended, as each request sees it."""

    key: str
    login: str
    person: str
    means: str
    begun_at: datetime
    fresh_at: datetime
    demo: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PasswordShown:
    """口令对上了。 A password that the door has compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyShown:
    """密钥的签名对上了。 An assertion of a key whose signature the door has verified: which key, its challenge, its counter."""

    number: int
    challenge: str
    sign_count: int
    verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeShown:
    """动态码或者备用码。 A code that was typed; the act itself compares it."""

    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideShown:
    """外部账户。 An outside provider has said who it is: the provider of the settings, and its subject."""

    provider: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoShown:
    """演示登录。 The demo door let somebody in as one of its invented people."""


Shown = PasswordShown | KeyShown | CodeShown | OutsideShown | DemoShown


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """将要加上的密钥。 A key about to be added: name, the credential the browser gave, its challenge; `alone`: enough by itself."""

    name: str
    credential: Mapping[str, Any]
    challenge: str
    alone: bool
