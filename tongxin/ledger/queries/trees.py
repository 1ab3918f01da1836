"""树的读取：证明、瓦片、回执。 Reads of the tree: proofs, tiles, receipts. Each reads O(log n) rows, however large the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerCosignature, LedgerLeaf
from tongxin.ledger.queries.archived import archived_months
from tongxin.ledger.queries.entries import LEAF, leaf_of, newest_checkpoint
from tongxin.ledger.queries.witnessed import newest_witnessed
from tongxin.ledger.terms import AlteredError

# Each range is looked up along the key by itself (a step of a proof has 128 hashes at most): as a join it would be for the planner
# to read the whole table instead, which it did of the nodes.
LEAVES = """
SELECT 0, l.index, l.hash FROM unnest(%s::bigint[], %s::bigint[]) AS r(b, e) CROSS JOIN LATERAL (
  SELECT index, hash FROM ledger_ledgerleaf WHERE index >= r.b AND index < r.e ORDER BY index LIMIT 256) AS l
"""
NODES = """
SELECT r.level, n.index, n.hash FROM unnest(%s::smallint[], %s::bigint[], %s::bigint[]) AS r(level, b, e) CROSS JOIN LATERAL (
  SELECT index, hash FROM ledger_ledgernode WHERE level = r.level AND index >= r.b AND index < r.e ORDER BY index LIMIT 256) AS n
"""
ENTRIES = f"""{LEAF}, l.hash FROM ledger_ledgerleaf l JOIN ledger_ledgerentry e ON e.id = l.entry_id
 WHERE l.index >= %s AND l.index < %s ORDER BY l.index
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """包含证明。 An entry's leaf, the checkpoint it is proved in, the audit path, and the checkpoint with its cosignatures."""

    leaf: LedgerLeaf
    checkpoint: LedgerCheckpoint
    path: list[bytes]
    note: str


def proof_of(*, entry: int) -> Proof | None:
    """包含证明。 The proof of an entry, in the newest witnessed checkpoint that covers it, else in the newest.

    None while it waits for the sequencer. Eight statements at most.
    """
    leaf = LedgerLeaf.objects.filter(entry_id=entry).first() if entry < 1 << 63 else None
    if leaf is None:
        return None
    seen = newest_witnessed()
    covering = LedgerCheckpoint.objects.filter(size=seen.size).first() if seen else None
    if covering is None or covering.size <= leaf.index:
        covering = newest_checkpoint()
    if covering is None or covering.size <= leaf.index:
        return None
    path = _hashes_over(merkle.inclusion_ranges(leaf.index, covering.size))
    return Proof(leaf, covering, path, note_of(covering))


def consistency(*, size1: int, size2: int) -> list[bytes]:
    """一致性证明。 Proof that the first `size1` leaves begin the first `size2`; empty from size 0, or of equal sizes."""
    return _hashes_over(merkle.consistency_ranges(size1, size2)) if 0 < size1 < size2 else []


def receipt_of(*, entry: int) -> str | None:
    """回执。 The receipt of an entry (C2SP tlog-proof); None while it waits for the sequencer."""
    proof, row = proof_of(entry=entry), leaf_of(entry=entry)
    if proof is None or row is None:
        return None
    return rules.receipt(leaf=rules.leaf_bytes(row), index=proof.leaf.index, path=proof.path, note=proof.note)


def subtree_roots(*, subtrees: Sequence[tuple[int, int]]) -> list[bytes]:
    """满子树的根。 The roots of complete subtrees, (height, index) each, from leaves and full tiles in two statements."""
    places = [_where(*subtree) for subtree in subtrees]
    rows = _rows(places)
    suite = settings.LEDGER_HASH
    return [
        merkle.root([rows[level, i] for i in range(begin, end)], suite=suite) for level, begin, end in places
    ]


def note_of(checkpoint: LedgerCheckpoint) -> str:
    """检查点连同共同签名。 The note of a checkpoint with the newest cosignature of each witness."""
    newest = (
        LedgerCosignature.objects.filter(size=checkpoint.size)
        .order_by("witness", "-at")
        .distinct("witness")
        .values_list("witness", "at", "signature", "key_id")
    )
    lines = (
        rules.Signature(name, bytes(short), int(at.timestamp()).to_bytes(8, "big") + bytes(raw))
        for name, at, raw, short in newest
    )
    return checkpoint.note + "".join(map(str, lines))


def published(*, at: datetime) -> str | None:
    """公布的检查点。 The checkpoint to publish: the newest witnessed one while that is fresh, else the newest; None before any."""
    seen = newest_witnessed()
    fresh = seen is not None and at - seen.at <= timedelta(seconds=settings.WITNESSED_WITHIN)
    found = LedgerCheckpoint.objects.filter(size=seen.size).first() if seen and fresh else None
    found = found or newest_checkpoint()
    return note_of(found) if found else None


def tile_bytes(*, tile: rules.Tile) -> bytes | None:
    """一片瓦的字节。 The bytes of a tile or a bundle of entries; None where the tree has none.

    It is made from rows that were committed with the checkpoint that covers them, so it can only be right or not there.
    Raises AlteredError when rows no longer hash to their leaves: then somebody changed the database.
    """
    newest = newest_checkpoint()
    level = max(tile.level, 0)
    if newest is None or newest.size >> (level * merkle.TILE_HEIGHT) < tile.end:
        return None
    if tile.level == rules.ENTRIES:
        return _bundle(tile)
    found = _rows([(tile.level, tile.begin, tile.end)])
    return b"".join(found[tile.level, index] for index in range(tile.begin, tile.end))


def _bundle(tile: rules.Tile) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, [tile.begin, tile.end])
        rows = cursor.fetchall()
    if len(rows) < tile.width and archived_months().get("ledger_ledgerentry"):
        return None  # entries that left with their month: whoever kept the tile or the archive has them
    leaves = [rules.leaf_bytes(row[:-1]) for row in rows]
    for row, leaf in zip(rows, leaves, strict=True):
        if merkle.leaf_hash(leaf, suite=settings.LEDGER_HASH) != bytes(row[-1]):
            raise AlteredError(f"entry {row[0]} does not hash to its leaf")
    if len(leaves) != tile.width:
        raise AlteredError(f"of {tile.width} entries {len(leaves)} are left")
    return rules.bundle(leaves)


def _hashes_over(ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """这些叶的根。 The root over each range of leaves of a proof, from leaves and full tiles in two statements."""
    suite = settings.LEDGER_HASH
    parts = [merkle.complete(begin, end) for begin, end in ranges]
    wanted = {subtree: _where(*subtree) for part in parts for subtree in part}
    rows = _rows(list(wanted.values()))

    def root(subtree: tuple[int, int]) -> bytes:
        level, begin, end = wanted[subtree]
        return merkle.root([rows[level, index] for index in range(begin, end)], suite=suite)

    return [merkle.folded([root(subtree) for subtree in part], suite=suite) for part in parts]


def _where(height: int, index: int) -> tuple[int, int, int]:
    """满子树在哪几行。 (level, begin, end) of the hashes that a complete subtree is the root of."""
    level, above = divmod(height, merkle.TILE_HEIGHT)
    return level, index << above, (index + 1) << above


def _rows(places: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], bytes]:
    leaves = [place for place in places if place[0] == 0]
    nodes = [place for place in places if place[0] > 0]
    found = {}
    with connection.cursor() as cursor:
        if leaves:
            cursor.execute(LEAVES, [[begin for _, begin, _ in leaves], [end for _, _, end in leaves]])
            found.update({(level, index): bytes(raw) for level, index, raw in cursor.fetchall()})
        if nodes:
            cursor.execute(NODES, [list(column) for column in zip(*nodes, strict=True)])
            found.update({(level, index): bytes(raw) for level, index, raw in cursor.fetchall()})
    missing = [place for place in places if any((place[0], i) not in found for i in range(*place[1:]))]
    if missing:
        raise AlteredError(f"hashes of the tree are gone: level {missing[0][0]}, from {missing[0][1]}")
    return found
