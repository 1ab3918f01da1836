"""A tree of three levels of tiles: proofs from leaves and stored nodes are those of all the leaves, and read few rows."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.factories import NOW
from tests.plugin import owner_connection
from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.queries import consistency, proof_of, trees
from tongxin.ledger.tests import small

SIZE = 2 * 65_536 + 3 * 256 + 77
LEAVES = [hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(SIZE)]


@pytest.fixture(scope="module")
def _big(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), small.small_database() as name:
        tree = merkle.Frontier()
        tree.extend(b"".join(LEAVES))
        with owner_connection(name) as owner, owner.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            with cursor.copy("COPY ledger_ledgerleaf (index, entry_id, hash) FROM STDIN") as copy:
                for index, leaf in enumerate(LEAVES):
                    copy.write_row((index, index + 1, leaf))
            with cursor.copy("COPY ledger_ledgernode (level, index, hash) FROM STDIN") as copy:
                for row in tree.completed:
                    copy.write_row(row)
            cursor.execute("ANALYZE ledger_ledgerleaf, ledger_ledgernode")
        LedgerCheckpoint.objects.create(
            size=SIZE, root=tree.root(), frontier=b"".join(tree.hashes), at=NOW, last_xact="9", last_entry=SIZE,
            note=small.SIGNER.sign(rules.checkpoint_body(small.SIGNER.origin, SIZE, tree.root(), ())),
        )  # fmt: skip
        yield


INDICES = [0, 1, 255, 256, 65_535, 65_536, 70_001, 131_071, 131_072, SIZE - 78, SIZE - 77, SIZE - 1]


@pytest.mark.usefixtures("_big")
@pytest.mark.parametrize("index", INDICES)
def test_the_proof_of_an_entry_is_the_plain_proof_over_all_leaves(index: int) -> None:
    proof = proof_of(entry=index + 1)
    assert proof is not None and proof.leaf.index == index
    assert proof.path == merkle.inclusion_proof(LEAVES, index)
    merkle.verify_inclusion(LEAVES[index], index, SIZE, proof.path, bytes(proof.checkpoint.root))


@pytest.mark.usefixtures("_big")
def test_a_consistency_proof_is_the_plain_one() -> None:
    for size in (1, 255, 65_537, 131_072, SIZE - 1):
        assert consistency(size1=size, size2=SIZE) == merkle.consistency_proof(LEAVES, size, SIZE)


@pytest.mark.usefixtures("_big")
def test_a_proof_reads_at_most_a_tile_and_a_half_of_each_level_along_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not all leaves, and not all nodes either: neither in number, nor by a plan that looks through a whole table."""
    read: list[int] = []
    plain = trees._rows

    def counted(places: list[tuple[int, int, int]]) -> dict[tuple[int, int], bytes]:
        found = plain(places)
        read.append(len(found))
        return found

    monkeypatch.setattr(trees, "_rows", counted)
    for index in INDICES:
        proof_of(entry=index + 1)
    assert len(read) == len(INDICES) and max(read) <= 3 * 384
    with connection.cursor() as cursor:
        for statement, values in ((trees.LEAVES, [[5], [6]]), (trees.NODES, [[1], [5], [6]])):
            cursor.execute("EXPLAIN " + statement, values)
            plan = " ".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan and "_pkey" in plan, plan
