"""Merkle 树与检查点的算法。 The Merkle tree and the checkpoint note, as pure functions (RFC 6962, RFC 9162, C2SP)."""

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongxin.ledger.terms import canonical

HASH_BYTES = 32
ED25519_NOTE = b"\x01"  # the algorithm byte of signed notes
EMPTY_ROOT = hashlib.sha256(b"").digest()


def commitment(salt: bytes, content: bytes) -> bytes:
    """加盐承诺。 Salted commitment to content: SHA-256 over salt, then content; nothing can be guessed without the salt."""
    return hashlib.sha256(salt + content).digest()


def leaf_hash(leaf: bytes) -> bytes:
    """叶哈希。 Hash of a leaf (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """内部节点哈希。 Hash of an inner node (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """逐叶推进的树。 A tree that grows leaf by leaf and keeps only the roots of its complete subtrees.

    `hashes` lists them from the largest to the smallest: one for each bit set in `size`.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(self.hashes)}"
            )

    def append(self, leaf: bytes) -> None:
        """加入一个叶哈希。 Add one leaf hash; amortised one hash a leaf."""
        carry, size = leaf, self.size
        while size & 1:
            carry = node_hash(self.hashes.pop(), carry)
            size >>= 1
        self.hashes.append(carry)
        self.size += 1

    def root(self) -> bytes:
        """树根。 The root hash; of the empty tree SHA-256 of nothing."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root(leaves: Sequence[bytes]) -> bytes:
    """一列叶哈希的树根。 Root over leaf hashes."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """包含证明。 Audit path of leaf `index` (RFC 6962 section 2.1.1). Raises ValueError when there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """核对包含证明。 Check an audit path (RFC 9162 section 2.1.3.2). Raises ValueError unless it proves the leaf."""
    if not 0 <= index < size:
        raise ValueError(f"index {index} is outside a tree of {size}")
    node, last, current = index, size - 1, leaf
    for step in proof:
        if len(step) != HASH_BYTES or last == 0:
            raise ValueError("malformed proof")
        if node & 1 or node == last:
            current = node_hash(step, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step)
        node, last = node >> 1, last >> 1
    if last or current != expected:
        raise ValueError("the proof does not lead to the root")


def key_id(name: str, public: bytes) -> bytes:
    """签名者的短号。 Key id of a signed note: first four bytes of SHA-256 over name, newline, algorithm, key."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519_NOTE + public).digest()[:4]


def checkpoint_body(origin: str, size: int, tree_root: bytes) -> str:
    """检查点正文。 The three lines of a checkpoint (C2SP tlog-checkpoint)."""
    return f"{origin}\n{size}\n{base64.b64encode(tree_root).decode()}\n"


def sign_note(body: str, name: str, seed: bytes) -> str:
    """签名的检查点。 The body with one Ed25519 signature line (C2SP signed-note)."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    identity = key_id(name, key.public_key().public_bytes_raw())
    signature = base64.b64encode(identity + key.sign(body.encode())).decode()
    return f"{body}\n— {name} {signature}\n"


def public_key(seed: bytes) -> bytes:
    """公钥。 The public key of a signing seed, 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def verify_note(note: str, name: str, public: bytes) -> str:
    """核对签名，返回正文。 The body of a note signed by `name`. Raises ValueError when no signature of it holds."""
    body, _, lines = note.partition("\n\n")
    body += "\n"
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "—" or signer != name:
            continue
        raw = base64.b64decode(encoded, validate=True)
        if raw[:4] != key_id(name, public):
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], body.encode())
        except InvalidSignature as error:
            raise ValueError("the signature does not hold") from error
        return body
    raise ValueError(f"no signature of {name}")


def leaf_bytes(row: Sequence[Any]) -> bytes:
    """一条的叶。 The bytes of an entry that are hashed into the tree, from a row of the sequencer's query."""
    number, xact, act, verb, outcome, at, recorded, organ, office, list_entry, clauses, committed, writes = (
        row
    )
    digests = json.loads(writes) if isinstance(writes, str) else writes
    return canonical(
        {
            "id": number,
            "xact": str(xact),
            "act": str(act),
            "verb": verb,
            "outcome": outcome,
            "at": _instant(at),
            "recorded": _instant(recorded),
            "organ": organ,
            "office": office,
            "entry": list_entry,
            "clauses": clauses,
            "commitment": bytes(committed).hex(),
            "writes": digests,
        }
    )


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
