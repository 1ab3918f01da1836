"""签名的短笺：检查点、共同签名、回执。 Signed notes: checkpoints, cosignatures, receipts.

C2SP `signed-note`, `tlog-checkpoint`, `tlog-cosignature` (Ed25519) and `tlog-proof`. A note is read strictly: one way to
write each, so that no bit of a stored note can change unseen.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongxin.ledger import merkle
from tongxin.ledger.rules.leaves import instant

ED25519, COSIGNATURE, OTHER = 0x01, 0x04, 0xFF  # signature types of C2SP signed-note
KEY_BYTES, ID_BYTES, MOST_SIGNATURES = 32, 4, 64
PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Key:
    """核对用的公钥。 A verifier key: whose, for which type of signature, and the public key itself."""

    name: str
    public: bytes
    kind: int = ED25519

    @property
    def id(self) -> bytes:
        """短号。 Key id: first four bytes of SHA-256 over name, newline, type, key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[
            :ID_BYTES
        ]

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True)
class Signature:
    """一行签名。 One signature line of a note."""

    name: str
    id: bytes
    raw: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.id + self.raw).decode()}\n"

    def by(self, key: Key) -> bool:
        """是不是这把钥匙的。 Whether it says that it is of this key."""
        return (self.name, self.id) == (key.name, key.id)


@dataclass(frozen=True, slots=True)
class Head:
    """检查点所说的。 What a checkpoint says: log, size, root, and the lines of its own."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def verifier_key(text: str) -> Key:
    """读一行公钥。 Read `name+id+base64(type, key)`. Raises ValueError when it is none, or its id is not its own."""
    name, _, rest = text.partition("+")
    short, _, encoded = rest.partition("+")
    raw = decoded(encoded)
    key = Key(name, raw[1:], raw[0] if raw else 0)
    if not _NAME.fullmatch(name) or short != key.id.hex() or len(raw) < 1 + KEY_BYTES:
        raise ValueError(f"not a verifier key: {text[:80]!r}")
    if key.kind in (ED25519, COSIGNATURE) and len(key.public) != KEY_BYTES:
        raise ValueError(f"not an Ed25519 key: {text[:80]!r}")
    return key


def decoded(text: str) -> bytes:
    """读 Base64。 Standard Base64, written in the one way there is. Raises ValueError."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not Base64") from error
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not the Base64 of its bytes")
    return raw


def read_note(note: str) -> tuple[str, list[Signature]]:
    """读短笺。 The body and the signature lines of a note; nothing is verified. Raises ValueError when it is no note."""
    body, blank, lines = note.rpartition("\n\n")
    if not blank or not body or not lines.endswith("\n") or _CONTROL.search(note):
        raise ValueError("not a signed note: no signature")
    found = []
    for line in lines[:-1].split("\n"):
        matched = _LINE.fullmatch(line)
        raw = decoded(matched[2]) if matched else b""
        if matched is None or len(raw) <= ID_BYTES:
            raise ValueError("not a signature line")
        found.append(Signature(matched[1], raw[:ID_BYTES], raw[ID_BYTES:]))
    if len(found) > MOST_SIGNATURES:
        raise ValueError(f"more than {MOST_SIGNATURES} signatures")
    return body + "\n", found


def public_key(seed: bytes) -> bytes:
    """公钥。 The public key of a signing seed, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign_note(body: str, name: str, seed: bytes) -> str:
    """签名的短笺。 The body with one Ed25519 signature line (C2SP signed-note)."""
    return f"{body}\n{Signature(name, Key(name, public_key(seed)).id, signed(body.encode(), seed))}"


def signed(message: bytes, seed: bytes) -> bytes:
    """签名。 Ed25519 signature, 64 bytes (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def holds(message: bytes, signature: bytes, public: bytes) -> bool:
    """签名成不成立。 Whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_note(note: str, name: str, public: bytes) -> str:
    """核对签名，返回正文。 The body of a note signed by `name`. Raises ValueError when no signature of it holds."""
    body, lines = read_note(note)
    key = Key(name, public)
    own = [line for line in lines if line.by(key)]
    if not own:
        raise ValueError(f"no signature of {name}")
    if not all(holds(body.encode(), line.raw, public) for line in own):
        raise ValueError("the signature does not hold")
    return body


def checkpoint_body(origin: str, size: int, tree_root: bytes, extensions: Sequence[str] = ()) -> str:
    """检查点正文。 The three lines of a checkpoint, and lines of its own (C2SP tlog-checkpoint)."""
    lines = [origin, str(size), base64.b64encode(tree_root).decode(), *extensions]
    return "".join(f"{line}\n" for line in lines)


def extensions(*, at: datetime, previous: int, suite: str) -> tuple[str, ...]:
    """检查点自己的几行。 The lines of our own: when it was signed, which checkpoint it follows, and the hash, if another."""
    other = () if suite == merkle.SHA256 else (f"hash {suite}",)
    return (f"at {instant(at)}", f"previous {previous}", *other)


def read_checkpoint(body: str) -> Head:
    """读检查点。 What the body of a checkpoint says. Raises ValueError when it is none."""
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
        raise ValueError("not a checkpoint: three lines at least, none empty")
    origin, size, encoded, *rest = lines[:-1]
    raw = decoded(encoded)
    if not re.fullmatch(r"0|[1-9][0-9]{0,19}", size) or len(raw) != merkle.HASH_BYTES:
        raise ValueError("not a checkpoint: size or root")
    return Head(origin, int(size), raw, tuple(rest))


# ---- Cosignatures of witnesses --------------------------------------------------------------------------------------


def cosignature_message(body: str, seconds: int) -> bytes:
    """见证者签的字。 What a witness signs (C2SP tlog-cosignature, Ed25519): a header, the time, the whole body."""
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def cosigned(body: str, name: str, seed: bytes, seconds: int) -> Signature:
    """共同签名。 A cosignature on the body of a checkpoint at a moment in seconds since 1970."""
    raw = seconds.to_bytes(8, "big") + signed(cosignature_message(body, seconds), seed)
    return Signature(name, Key(name, public_key(seed), COSIGNATURE).id, raw)


def cosignature_time(body: str, line: Signature, key: Key) -> int:
    """核对共同签名，返回其时刻。 The moment of a cosignature that holds, in seconds. Raises ValueError when it does not."""
    seconds = int.from_bytes(line.raw[:8], "big")
    if not line.by(key) or key.kind != COSIGNATURE or len(line.raw) != 72 or seconds >= 1 << 63:
        raise ValueError(f"not a cosignature of {key.name}")
    if not holds(cosignature_message(body, seconds), line.raw[8:], key.public):
        raise ValueError(f"the cosignature of {key.name} does not hold")
    return seconds


def stamp_message(*, size: int, authority: str, at: datetime, token: bytes) -> bytes:
    """时间戳一行的封签所签。 What the log signs to seal the row of a time stamp."""
    return f"tongxin/stamp/v1\n{size}\n{authority}\n{instant(at)}\n{hashlib.sha256(token).hexdigest()}\n".encode()


# ---- Receipts -------------------------------------------------------------------------------------------------------


def receipt(*, leaf: bytes, index: int, path: Iterable[bytes], note: str) -> str:
    """回执。 A receipt (C2SP tlog-proof): the leaf as extra data, its index, the audit path, the checkpoint verbatim."""
    steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in path)
    return f"{PROOF_HEAD}\nextra {base64.b64encode(leaf).decode()}\nindex {index}\n{steps}\n{note}"
