"""A key in software for the tests: makes credentials and answers challenges as a browser would (WebAuthn Level 3), or lies on demand."""

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftKey:
    """One key, its counter and the account it was made for."""

    origin: str = "http://localhost"
    host: str = "localhost"
    counter: int = 0
    counts: bool = True
    verifies: bool = True
    identity: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    user: str = ""

    def _told(self, kind: str, challenge: str, origin: str | None) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int, tail: bytes = b"") -> bytes:
        if self.counts:
            self.counter += 1
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        host = hashlib.sha256(self.host.encode()).digest()
        return host + struct.pack(">BI", flags, self.counter) + tail

    def make(self, options: dict[str, Any], *, origin: str | None = None) -> str:
        """A new credential for the options of a registration, as the form sends it."""
        self.user = options["publicKey"]["user"]["id"]
        told = self._told("webauthn.create", options["publicKey"]["challenge"], origin)
        public = cbor.encode(dict(ES256.from_cryptography_key(self.private.public_key())))
        attested = bytes(16) + struct.pack(">H", len(self.identity)) + self.identity + public
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED, attested)}
        return self._given(
            {
                "clientDataJSON": websafe_encode(told),
                "attestationObject": websafe_encode(cbor.encode(attestation)),
            }
        )

    def answer(
        self,
        options: dict[str, Any],
        *,
        origin: str | None = None,
        user: str | None = None,
        broken: bool = False,
    ) -> str:
        """An assertion for the options of a sign-in, as the form sends it; `broken`: with a signature that is not its own."""
        told = self._told("webauthn.get", options["publicKey"]["challenge"], origin)
        data = self._data(0)
        key = ec.generate_private_key(ec.SECP256R1()) if broken else self.private
        signature = key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._given(
            {
                "clientDataJSON": websafe_encode(told),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": self.user if user is None else user,
            }
        )

    def _given(self, response: dict[str, str]) -> str:
        name = websafe_encode(self.identity)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
            }
        )
