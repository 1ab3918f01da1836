"""The probes of transparency-dev/merkle, made from its proofs by its own list of changes (see vectors/transparency_dev.json)."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tongxin.ledger import merkle

GIVEN = json.loads((Path(__file__).parent / "vectors" / "transparency_dev.json").read_text())
ROOTS = [bytes.fromhex(root) for root in GIVEN["roots"]]
SOME, EMPTY = bytes.fromhex(GIVEN["some"]), merkle.empty_root()
WRAP = (1 << 64) - 1  # the numbers of that program are unsigned and go round
Probe = dict[str, Any]


def proof_of(steps: list[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in steps]


def inclusion() -> Iterator[Probe]:
    for leaf, size, steps in GIVEN["inclusion"]:
        hashed = merkle.leaf_hash(bytes.fromhex(GIVEN["leaves"][leaf - 1]))
        yield from _inclusion(leaf - 1, size, ROOTS[size - 1], hashed, proof_of(steps))
    for index, size in ((0, 0), (0, 1), (1, 0), (2, 1)):
        yield _i("random leaf", index, size, b"", SOME, [])
        yield _i("empty root", index, size, EMPTY, b"", [])
        yield _i("empty root and random leaf", index, size, EMPTY, SOME, [])
    one = merkle.leaf_hash(b"data")
    yield _i("matching root and leaf", 0, 1, one, one, [], False)
    yield _i("empty leaf", 0, 1, one, b"", [])
    yield _i("empty root", 0, 1, b"", one, [])
    yield _i("empty root and leaf", 0, 1, b"", b"", [])


def _i(
    desc: str, index: int, size: int, root: bytes, leaf: bytes, proof: list[bytes], error: bool = True
) -> Probe:
    return {
        "leafIdx": index & WRAP, "treeSize": size & WRAP, "root": root, "leafHash": leaf, "proof": proof,
        "desc": desc, "wantErr": error,
    }  # fmt: skip


def _inclusion(index: int, size: int, root: bytes, leaf: bytes, proof: list[bytes]) -> Iterator[Probe]:
    yield _i("happy path", index, size, root, leaf, proof, False)
    yield _i("leafIdx sub @1", index - 1, size, root, leaf, proof)
    yield _i("leafIdx plus @1", index + 1, size, root, leaf, proof)
    yield _i("leafIdx XOR @2", index ^ 2, size, root, leaf, proof)
    yield _i("treeSize mul @2", index, size * 2, root, leaf, proof)
    yield _i("treeSize div @2", index, size // 2, root, leaf, proof)
    yield _i("wrong leaf", index, size, root, b"WrongLeaf", proof)
    yield _i("empty root", index, size, EMPTY, leaf, proof)
    yield _i("random root", index, size, SOME, leaf, proof)
    yield _i("trailing garbage", index, size, root, leaf, [*proof, b""])
    yield _i("trailing root", index, size, root, leaf, [*proof, root])
    yield _i("preceding garbage", index, size, root, leaf, [b"", *proof])
    yield _i("preceding root", index, size, root, leaf, [root, *proof])
    for nth in range(len(proof)):
        yield _i(f"modified proof[{nth}] bit @3", index, size, root, leaf, flipped(proof, nth, 8))
    if proof:
        yield _i("removed component", index, size, root, leaf, proof[:-1])
    if len(proof) > 1:
        yield _i("inserted component", index, size, root, leaf, [proof[0], SOME, *proof[1:]])


def flipped(proof: list[bytes], nth: int, bit: int) -> list[bytes]:
    changed = bytes([proof[nth][0] ^ bit]) + proof[nth][1:]
    return [*proof[:nth], changed, *proof[nth + 1 :]]


def consistency() -> Iterator[Probe]:
    for size1, size2, steps in GIVEN["consistency"]:
        yield from _consistency(size1, size2, ROOTS[size1 - 1], ROOTS[size2 - 1], proof_of(steps))
    one, two = b"don't care 1", b"don't care 2"
    yield _c("sizes are equal (zero) but roots are not", 0, 0, one, two, [])
    yield _c("sizes are equal (one) but roots are not", 1, 1, one, two, [])
    yield _c("sizes are equal (zero) and proof is empty", 0, 0, one, one, [])
    yield _c("size1 is zero and does not equal size2", 0, 1, one, two, [])
    yield _c("sizes are equal (one) and proof is empty", 1, 1, two, two, [], False)
    yield _c("size1 is greater than size2", 1, 0, one, two, [])
    yield _c("size1 is greater than size2 again", 2, 1, one, two, [])
    yield _c("sizes do not watch and proof is empty", 1, 2, one, two, [])
    yield _c("roots do not match and sizes are zero", 0, 0, EMPTY, two, [])
    yield _c("roots do not not match and sizes are one", 1, 1, EMPTY, two, [])
    yield _c("sizes match but proof is not empty and sizes are zero", 0, 0, EMPTY, EMPTY, [EMPTY])
    yield _c("sizes match but proof is not empty and sizes are one", 1, 1, EMPTY, EMPTY, [EMPTY])
    yield _c("size1 is zero and size2 is not zero", 0, 1, EMPTY, two, [])
    yield _c("consistency check on empty tree (size1 is zero) is useless", 0, 1, EMPTY, EMPTY, [EMPTY])


def _c(
    desc: str, size1: int, size2: int, root1: bytes, root2: bytes, proof: list[bytes], error: bool = True
) -> Probe:
    return {
        "size1": size1 & WRAP, "size2": size2 & WRAP, "root1": root1, "root2": root2, "proof": proof,
        "desc": desc, "wantErr": error,
    }  # fmt: skip


def _consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: list[bytes]) -> Iterator[Probe]:
    yield _c("happy path", size1, size2, root1, root2, proof, False)
    if not proof:
        return
    wrong = b"WrongRoot"
    yield _c("size1 sub @1", size1 - 1, size2, root1, root2, proof)
    yield _c("size1 plus @1", size1 + 1, size2, root1, root2, proof)
    yield _c("size1 XOR @2", size1 ^ 2, size2, root1, root2, proof)
    yield _c("size2 mul @2", size1, size2 * 2, root1, root2, proof)
    yield _c("size2 div @2", size1, size2 // 2, root1, root2, proof)
    yield _c("wrong root1", size1, size2, wrong, root2, proof)
    yield _c("wrong root2", size1, size2, root1, wrong, proof)
    yield _c("swapped roots", size1, size2, root2, root1, proof)
    yield _c("empty proof", size1, size2, root1, root2, [])
    for name, extra in (("garbage", b""), ("root1", root1), ("root2", root2)):
        yield _c(f"trailing {name}", size1, size2, root1, root2, [*proof, extra])
        yield _c(f"preceding {name}", size1, size2, root1, root2, [extra, *proof])
    yield _c("preceding proof @0", size1, size2, root1, root2, [proof[0], *proof])
    yield _c("truncated proof", size1, size2, root1, root2, proof[:-1])
    for nth in range(len(proof)):
        yield _c(f"modified proof@{nth} bit @4", size1, size2, root1, root2, flipped(proof, nth, 16))


def files() -> Iterator[tuple[str, Probe]]:
    """Some of its files, as they are."""
    for name, given in GIVEN["files"].items():
        probe = dict(given)
        for field in ("root", "leafHash", "root1", "root2"):
            if field in probe:
                probe[field] = base64.b64decode(probe[field])
        probe["proof"] = [base64.b64decode(step) for step in probe["proof"]]
        yield name, probe
