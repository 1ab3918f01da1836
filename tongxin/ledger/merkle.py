"""Merkle 树：外人也可以直接用的纯函数。 The Merkle tree as pure functions that outsiders may call, too.

RFC 6962 section 2.1 and RFC 9162 section 2.1, on bytes. A verification returns None and raises ValueError for whatever is
false or malformed: another exception, or a silent pass, is a fault of this module. `suite` names the hash the tree was
founded with: `sha256` (what RFC 6962 and C2SP name) or `sm3` (GB/T 32905); both give 32 bytes.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

HASH_BYTES: Final = 32
SIZES: Final = 1 << 64  # sizes and indices are unsigned numbers of 64 bits in every format that carries them
SHA256, SM3 = "sha256", "sm3"
SUITES: Final[dict[str, Callable[[bytes], Any]]] = {
    SHA256: hashlib.sha256,
    SM3: partial(hashlib.new, "sm3"),
}
TILE_HEIGHT: Final = 8  # C2SP tlog-tiles: a tile holds up to 2**8 hashes


def digest(data: bytes, *, suite: str = SHA256) -> bytes:
    """摘要。 Digest of bytes, 32 bytes. Raises ValueError for a suite that is not offered, or not present here."""
    _known(suite)
    if not isinstance(data, bytes):
        raise ValueError(f"bytes are hashed, not {type(data).__name__}")  # noqa: TRY004 - one kind of error for callers
    return bytes(SUITES[suite](data).digest())


def leaf_hash(data: bytes, *, suite: str = SHA256) -> bytes:
    """叶哈希。 Hash of a leaf (RFC 6962 section 2.1)."""
    if not isinstance(data, bytes):
        raise ValueError(f"a leaf is bytes, not {type(data).__name__}")  # noqa: TRY004
    return digest(b"\x00" + data, suite=suite)


def node_hash(left: bytes, right: bytes, *, suite: str = SHA256) -> bytes:
    """内部节点哈希。 Hash of an inner node (RFC 6962 section 2.1)."""
    return bytes(SUITES[suite](b"\x01" + left + right).digest())


def empty_root(*, suite: str = SHA256) -> bytes:
    """空树的根。 Root of the empty tree: the hash of nothing."""
    return digest(b"", suite=suite)


class Frontier:
    """逐叶推进的树。 A tree that grows leaf by leaf and keeps only the roots of its complete subtrees.

    `hashes` lists them from the largest to the smallest: one for each bit set in `size`. `completed` collects, until it is
    emptied, the roots of full tiles as (level, index, hash): the hash stands in a tile of that level, at that index.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = (), *, suite: str = SHA256) -> None:
        self.size = size
        self.hashes = list(hashes)
        self.suite = suite
        self.completed: list[tuple[int, int, bytes]] = []
        _known(suite)
        if len(self.hashes) != size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(self.hashes)}"
            )

    def append(self, leaf: bytes) -> None:
        """加入一个叶哈希。 Add one leaf hash; amortised one hash a leaf."""
        self._rise(leaf, 0)

    def extend(self, leaves: bytes) -> None:
        """加入许多叶哈希。 Add leaf hashes, 32 bytes each, in order: as `append` of each, whole tiles in one go.

        Raises ValueError when they are not of whole hashes.
        """
        if len(leaves) % HASH_BYTES:
            raise ValueError(f"{len(leaves)} bytes are not of hashes of {HASH_BYTES}")
        begin, tile = 0, HASH_BYTES << TILE_HEIGHT
        until_full = min(-self.size % (1 << TILE_HEIGHT) * HASH_BYTES, len(leaves))
        for begin in range(0, until_full, HASH_BYTES):
            self._rise(leaves[begin : begin + HASH_BYTES], 0)
        for begin in range(until_full, len(leaves) - tile + 1, tile):
            root = self._tile_root(leaves[begin : begin + tile])
            self.completed.append((1, self.size >> TILE_HEIGHT, root))
            self._rise(root, TILE_HEIGHT)
        rest = until_full + (len(leaves) - until_full) // tile * tile
        for begin in range(rest, len(leaves), HASH_BYTES):
            self._rise(leaves[begin : begin + HASH_BYTES], 0)

    def _tile_root(self, row: bytes) -> bytes:
        """满瓦的根。 Root over the hashes of a full tile, level by level."""
        made = SUITES[self.suite]
        while len(row) > HASH_BYTES:
            row = b"".join(
                [made(b"\x01" + row[pair : pair + 64]).digest() for pair in range(0, len(row), 64)]
            )
        return row

    def _rise(self, carry: bytes, height: int) -> None:
        """加入一棵满子树。 Add the root of a complete subtree of a height that the tree is even with."""
        made, begin = SUITES[self.suite], self.size
        rest, size = begin >> height, begin + (1 << height)
        while rest & 1:
            carry = made(b"\x01" + self.hashes.pop() + carry).digest()
            rest >>= 1
            height += 1
            if height % TILE_HEIGHT == 0:
                self.completed.append((height // TILE_HEIGHT, begin >> height, carry))
        self.hashes.append(carry)
        self.size = size

    def root(self) -> bytes:
        """树根。 The root hash; of the empty tree the hash of nothing."""
        return folded(self.hashes, suite=self.suite) if self.hashes else empty_root(suite=self.suite)


def folded(hashes: Sequence[bytes], *, suite: str = SHA256) -> bytes:
    """并成一个。 The hash over complete subtrees that stand beside each other, largest first; at least one."""
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found, suite=suite)
    return found


def root(leaf_hashes: Sequence[bytes], *, suite: str = SHA256) -> bytes:
    """一列叶哈希的树根。 Root over leaf hashes. Raises ValueError unless they are a list of 32-byte hashes."""
    tree = Frontier(suite=suite)
    for leaf in _hashes(leaf_hashes, "leaf hashes"):
        tree.append(leaf)
    return tree.root()


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int, *, suite: str = SHA256) -> list[bytes]:
    """包含证明。 Audit path of leaf `index` (RFC 6962 section 2.1.1). Raises ValueError when there is no such leaf."""
    leaves = _hashes(leaf_hashes, "leaf hashes")
    _known(suite)
    return [root(leaves[begin:end], suite=suite) for begin, end in inclusion_ranges(index, len(leaves))]


def consistency_proof(
    leaf_hashes: Sequence[bytes], size1: int, size2: int | None = None, *, suite: str = SHA256
) -> list[bytes]:
    """一致性证明。 Proof that the first `size1` leaves begin the first `size2`, or all (RFC 6962 section 2.1.2).

    Raises ValueError unless 0 < size1 <= size2 <= number of leaves: nothing can be proved from the empty tree.
    """
    leaves = _hashes(leaf_hashes, "leaf hashes")
    _known(suite)
    size2 = len(leaves) if size2 is None else _size(size2, "size2")
    if size2 > len(leaves):
        raise ValueError(f"size2 {size2} is beyond the {len(leaves)} leaves")
    return [root(leaves[begin:end], suite=suite) for begin, end in consistency_ranges(size1, size2)]


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes, *, suite: str = SHA256
) -> None:
    """核对包含证明。 Check an audit path (RFC 9162 section 2.1.3.2). Raises ValueError unless it proves the leaf."""
    index, size = _size(index, "index"), _size(size, "size")
    current, expected = _hash(leaf_hash, "leaf hash"), _hash(root, "root")
    _known(suite)
    if index >= size:
        raise ValueError(f"index {index} is outside a tree of {size}")
    node, last = index, size - 1
    for step in _hashes(proof, "proof"):
        if last == 0:
            raise ValueError("the proof is too long")
        if node & 1 or node == last:
            current = node_hash(step, current, suite=suite)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step, suite=suite)
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short to lead to the root")
    if current != expected:
        raise ValueError("the proof does not lead to the root")


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes, *, suite: str = SHA256
) -> None:
    """核对一致性证明。 Check that a tree of `size1` begins one of `size2` (RFC 9162 section 2.1.4.2).

    Raises ValueError unless it is proved. From the empty tree nothing can be proved. Of equal sizes only the equality of
    the roots is asked, as in transparency-dev/merkle, whose vectors give placeholders for roots there.
    """
    size1, size2 = _size(size1, "size1"), _size(size2, "size2")
    path = _hashes(proof, "proof")
    _known(suite)
    if not isinstance(root1, bytes) or not isinstance(root2, bytes):
        raise ValueError("roots are bytes")  # noqa: TRY004
    if size1 == 0:
        raise ValueError("nothing can be proved from the empty tree")
    if size1 > size2:
        raise ValueError(f"size1 {size1} is larger than size2 {size2}")
    if size1 == size2:
        if path or root1 != root2:
            raise ValueError("of equal sizes the roots are equal and the proof is empty")
        return
    _hash(root1, "root1")
    _hash(root2, "root2")
    if size1 & (size1 - 1) == 0:
        path = [root1, *path]
    if not path:
        raise ValueError("the proof is empty")
    if _walked(size1, size2, path, suite) != (root1, root2):
        raise ValueError("the proof does not lead from root1 to root2")


def _walked(size1: int, size2: int, path: Sequence[bytes], suite: str) -> tuple[bytes, bytes]:
    """走一遍。 The two roots that a path leads to (RFC 9162 section 2.1.4.2, steps 4 to 7)."""
    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            raise ValueError("the proof is too long")
        if node & 1 or node == last:
            old, new = node_hash(step, old, suite=suite), node_hash(step, new, suite=suite)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step, suite=suite)
        node, last = node >> 1, last >> 1
    if last:
        raise ValueError("the proof is too short")
    return old, new


# ---- Where the hashes of a proof lie, without the leaves ------------------------------------------------------------


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """包含证明各步覆盖的叶。 The leaves [begin, end) that each step of an audit path covers, from the leaf up."""
    index, size = _size(index, "index"), _size(size, "size")
    if index >= size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    begin, end, found = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def consistency_ranges(size1: int, size2: int) -> list[tuple[int, int]]:
    """一致性证明各步覆盖的叶。 The leaves [begin, end) that each step of a consistency proof covers, in its order."""
    size1, size2 = _size(size1, "size1"), _size(size2, "size2")
    if not 0 < size1 <= size2:
        raise ValueError(f"no proof leads from {size1} leaves to {size2}")
    begin, end, found = 0, size2, []
    while size1 != end:
        middle = begin + _split(end - begin)
        if size1 <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    if begin:
        found.append((begin, end))
    return found[::-1]


def complete(begin: int, end: int) -> list[tuple[int, int]]:
    """凑成这些叶的满子树。 The complete subtrees, (height, index), that make up a range of a proof; largest first."""
    found = []
    for height in range((end - begin).bit_length() - 1, -1, -1):
        if (end - begin) >> height & 1:
            found.append((height, begin >> height))
            begin += 1 << height
    return found


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _size(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < SIZES:
        raise ValueError(f"{name} is a whole number from 0 to 2**64 - 1")
    return value


def _hash(value: object, name: str) -> bytes:
    if not isinstance(value, bytes) or len(value) != HASH_BYTES:
        raise ValueError(f"{name}: a hash is {HASH_BYTES} bytes")
    return value


def _hashes(values: object, name: str) -> list[bytes]:
    if not isinstance(values, list | tuple):
        raise ValueError(f"{name}: a list of hashes is wanted")  # noqa: TRY004
    return [_hash(value, name) for value in values]


def _known(suite: object) -> None:
    if not isinstance(suite, str) or suite not in SUITES:
        raise ValueError(f"no hash suite {suite!r}")
