"""电子签名的接口。 The port for electronic signatures, apart from authentication: a passkey is never called a signature.

电子签名法 art. 13 asks four things of a reliable signature; art. 16 leaves certification by a third party to licensed providers. The
platform makes none itself: a licensed provider is plugged in as a `Signer`, and what it gives is checked here before anybody
relies on it. Without one, an act carries the means of authentication alone (`Actor.means`), and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


class SignatureLevel(StrEnum):
    """签名的级别。 What stands behind an act: authentication alone, or a signature that a certificate of a trusted authority carries."""

    AUTHENTICATED = "authenticated"
    CERTIFIED = "certified"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """一份签名。 One signature: over which bytes, by which certificate (PEM), made by which provider, when."""

    provider: str
    certificate: bytes
    signature: bytes
    at: datetime


class Signer(Protocol):
    """签名提供方。 A provider of signatures: the signing key is the person's alone and never the platform's (art. 13)."""

    name: str

    def sign(self, *, person: str, content: bytes, at: datetime) -> Signed:
        """签。 Have a person sign these bytes. Raises whatever the provider raises; the caller then has no signature."""
        ...


class BadSignatureError(ValueError):
    """签名不成立。 A signature that does not hold; says in which respect."""


def level_of(*, signed: Signed | None, content: bytes, person: str, roots: Sequence[bytes]) -> SignatureLevel:
    """这份签名算哪一级。 The level a signature really has. None is authentication alone.

    Certified: the certificate was issued by one of the trusted authorities (`roots`, PEM), was valid at the moment of signing,
    names the person as its subject (common name), and the signature is over these very bytes (art. 13(3), (4)). Raises
    BadSignatureError: what claims to be a signature and is none is never counted as less.
    """
    if signed is None:
        return SignatureLevel.AUTHENTICATED
    try:
        certificate = x509.load_pem_x509_certificate(signed.certificate)
        authorities = [x509.load_pem_x509_certificate(root) for root in roots]
    except ValueError as error:
        raise BadSignatureError("the certificate cannot be read") from error
    if not any(_issued(certificate, authority, signed.at) for authority in authorities):
        raise BadSignatureError("no trusted authority issued the certificate")
    if not certificate.not_valid_before_utc <= signed.at <= certificate.not_valid_after_utc:
        raise BadSignatureError("the certificate was not valid at that moment")
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if [name.value for name in names] != [person]:
        raise BadSignatureError("the certificate is another person's")
    _verify(certificate.public_key(), signed.signature, content)
    return SignatureLevel.CERTIFIED


def _issued(certificate: x509.Certificate, authority: x509.Certificate, at: datetime) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
        basic = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return bool(basic.ca) and authority.not_valid_before_utc <= at <= authority.not_valid_after_utc


def _verify(key: object, signature: bytes, content: bytes) -> None:
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        else:
            raise BadSignatureError("a key of this kind is not verified here")
    except InvalidSignature as error:
        raise BadSignatureError("the signature is not over this content") from error
