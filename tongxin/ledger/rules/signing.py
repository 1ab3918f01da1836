"""检查点的签名者。 Who signs checkpoints: Ed25519 always, and a line of SM2 beside it where the city wants one.

SM2 (GB/T 32918, with SM3 and the signer's default identity) comes from `gmssl-fast`, an optional extra. C2SP assigns it no type,
so its line carries type 0xff with a name of its own, which every other verifier passes over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.ledger import merkle
from tongxin.ledger.rules.notes import OTHER, Key, Signature, public_key, read_note, sign_note, signed

try:
    from gmssl_fast import SM2
except ImportError:  # the optional extra is not here
    SM2 = None

SM2_NAMED: Final = b"tongxin/sm2-sm3/v1\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """签名者。 The log's name (origin), its Ed25519 seed (32 bytes), the hash suite, and its SM2 key pair in hex, if any."""

    origin: str
    seed: bytes
    suite: str = merkle.SHA256
    sm2_private: str = ""
    sm2_public: str = ""

    def key(self) -> Key:
        """公钥。 The verifier key of its checkpoints."""
        return Key(self.origin, public_key(self.seed))

    def sign(self, body: str) -> str:
        """签名。 The body as a signed note. Raises RuntimeError when SM2 was asked for and cannot be had."""
        note = sign_note(body, self.origin, self.seed)
        if not self.sm2_private:
            return note
        key = sm2_key(self.origin, self.sm2_public)
        raw = _sm2(private=self.sm2_private, public=self.sm2_public).sign(body.encode())
        return note + str(Signature(self.origin, key.id, bytes(raw)))

    def keys(self, witnesses: Sequence[Key] = ()) -> "Keys":
        """拿什么核对它。 What its ledger is verified with."""
        return Keys(self.origin, public_key(self.seed), self.suite, self.sm2_public, tuple(witnesses))

    def seal(self, message: bytes) -> bytes:
        """封签。 The log's own signature on a row that others wrote the content of, 64 bytes."""
        return signed(message, self.seed)


@dataclass(frozen=True, slots=True)
class Keys:
    """核对所凭的公钥。 The keys a ledger is verified with: the log's own, and those of every witness it ever had."""

    origin: str
    public: bytes
    suite: str = merkle.SHA256
    sm2_public: str = ""
    witnesses: tuple[Key, ...] = ()


def sm2_present() -> bool:
    """有没有 SM2。 Whether SM2 can be signed and verified here."""
    return SM2 is not None


def sm2_pair() -> tuple[str, str]:
    """新的 SM2 密钥对。 A new SM2 key pair, private and public, in hex. Raises RuntimeError without the extra."""
    if SM2 is None:
        raise RuntimeError("SM2 needs the package gmssl-fast: pip install 'tongxin[sm2]'")
    made = SM2.generate()
    return str(made.private_key_hex), str(made.public_key_hex)


def sm2_key(origin: str, public: str) -> Key:
    """SM2 公钥。 The verifier key of the SM2 line."""
    return Key(origin, SM2_NAMED + bytes.fromhex(public), OTHER)


def verify_sm2(note: str, origin: str, public: str) -> None:
    """核对 SM2 那一行。 Check the SM2 line of a note. Raises ValueError when there is none or it does not hold."""
    body, lines = read_note(note)
    key = sm2_key(origin, public)
    own = [line for line in lines if line.by(key)]
    if not own:
        raise ValueError(f"no SM2 signature of {origin}")
    held = _sm2(private="", public=public)
    if not all(len(line.raw) == 64 and held.verify(body.encode(), line.raw) for line in own):
        raise ValueError("the SM2 signature does not hold")


def _sm2(*, private: str, public: str) -> "SM2":
    if SM2 is None:
        raise RuntimeError("SM2 needs the package gmssl-fast: pip install 'tongxin[sm2]'")
    return SM2(private_key=private or None, public_key=public)
