"""存档的证明。 What proves an archived month: the seal on its row, and the root from the leaves that the month has."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from tongxin.ledger import merkle
from tongxin.ledger.rules.leaves import instant


def seal_message(
    *, relation: str, month: int, rows: int, digest: str, manifest: str, size: int, at: datetime
) -> bytes:
    """封签所封的。 What the log signs when a month of a table was archived and dropped at a moment: the digests are SHA-256 in hex."""
    told = {
        "archived": relation,
        "month": month,
        "rows": rows,
        "digest": digest,
        "manifest": manifest,
        "size": size,
        "at": instant(at),
    }
    return b"tongxin archive\n" + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def beside(begin: int, end: int) -> list[tuple[int, int]]:
    """旁边的满子树。 The complete subtrees, (height, index), that leaves [begin, end) are made of, from left to right."""
    found = []
    while begin < end:
        height = min(
            (begin & -begin).bit_length() - 1 if begin else end.bit_length(), (end - begin).bit_length() - 1
        )
        found.append((height, begin >> height))
        begin += 1 << height
    return found


def root_over(
    left: Sequence[bytes],
    leaves: Iterable[bytes],
    right: Sequence[bytes],
    *,
    begin: int,
    size: int,
    suite: str,
) -> bytes:
    """由一段叶得树根。 The root of a tree of `size` from the leaves from `begin` on, and the subtrees on either side of them.

    `left` and `right`: the roots of the subtrees that `beside` names. Raises ValueError when they do not fit together.
    """
    stack: list[tuple[int, bytes]] = []
    reached = 0

    def push(height: int, found: bytes) -> None:
        nonlocal reached
        if reached % (1 << height):
            raise ValueError("a subtree does not begin where it could")
        reached += 1 << height
        while stack and stack[-1][0] == height:
            found = merkle.node_hash(stack.pop()[1], found, suite=suite)
            height += 1
        stack.append((height, found))

    for (height, _), found in zip(beside(0, begin), left, strict=True):
        push(height, found)
    for leaf in leaves:
        push(0, leaf)
    for (height, _), found in zip(beside(reached, size), right, strict=True):
        push(height, found)
    if reached != size or not stack:
        raise ValueError(f"the hashes make up {reached} leaves, not {size}")
    return merkle.folded([found for _, found in stack], suite=suite)
