"""电子签名的接口。 The port for signatures, with an authority made for the test: what counts as certified, and what never does."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.web.signatures import BadSignatureError, SignatureLevel, Signed, Signer, level_of

AT = datetime(2026, 11, 23, tzinfo=UTC)
CONTENT = "同意批准第 7 号".encode()
ME = "person:me"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass
class Authority:
    """A certification authority for the test, and a signer that keeps one key for each person."""

    name: str = "test authority"

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate(self.name, self.key, ca=True)

    def _certificate(
        self, subject: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False
    ) -> x509.Certificate:
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(AT - timedelta(days=1))
            .not_valid_after(AT + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        return made.sign(self.key, hashes.SHA256())

    @property
    def roots(self) -> list[bytes]:
        return [self.root.public_bytes(Encoding.PEM)]

    def sign(self, *, person: str, content: bytes, at: datetime) -> Signed:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certificate(person, key).public_bytes(Encoding.PEM)
        signature = key.sign(content, ec.ECDSA(hashes.SHA256()))
        return Signed(provider=self.name, certificate=certificate, signature=signature, at=at)


AUTHORITY = Authority()
SIGNER: Signer = AUTHORITY
GOOD = SIGNER.sign(person=ME, content=CONTENT, at=AT)


def level(
    signed: Signed | None, content: bytes = CONTENT, roots: list[bytes] | None = None
) -> SignatureLevel:
    return level_of(
        signed=signed, content=content, person=ME, roots=AUTHORITY.roots if roots is None else roots
    )


def test_a_certificate_of_a_trusted_authority_is_certified_and_nothing_is_authentication_alone() -> None:
    assert level(GOOD) is SignatureLevel.CERTIFIED
    assert level(None) is SignatureLevel.AUTHENTICATED


WRONG = {
    "another person": lambda: level(SIGNER.sign(person="person:other", content=CONTENT, at=AT)),
    "another authority": lambda: level(Authority().sign(person=ME, content=CONTENT, at=AT)),
    "no authority": lambda: level(GOOD, roots=[]),
    "too late": lambda: level(replace(GOOD, at=AT + timedelta(days=31))),
    "too early": lambda: level(replace(GOOD, at=AT - timedelta(days=2))),
    "other content": lambda: level(GOOD, CONTENT + b" "),
    "no certificate": lambda: level(replace(GOOD, certificate=b"none")),
    "a certificate as authority": lambda: level(GOOD, roots=[GOOD.certificate]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_claims_to_be_a_signature_and_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BadSignatureError):
        WRONG[wrong]()


@settings(max_examples=200)
@given(st.data())
def test_every_changed_bit_of_a_signature_is_found(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(GOOD.signature) * 8 - 1))
    changed = bytearray(GOOD.signature)
    changed[place // 8] ^= 1 << place % 8
    with pytest.raises(BadSignatureError):
        level(replace(GOOD, signature=bytes(changed)))
