"""台账的写入。 Writes of the ledger: the gate appends entries, the sequencer integrates them into the tree.

These two are the ground that acts stand on, and so the only operations in the house that are not acts.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tongxin.ledger import rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerLeaf
from tongxin.ledger.terms import NewEntry, canonical

SEQUENCER_LOCK = 0x746F6E67  # advisory lock: one sequencer at a time
SALT_BYTES = 16

APPEND = """
WITH given AS (
  SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(act uuid, verb text, outcome text, at timestamptz, organ text,
    office text, list_entry text, clauses text, commitment bytea, salt bytea, subject text, persons text[],
    content jsonb)
), new AS (
  INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
  SELECT act, verb, outcome, at, organ, office, list_entry, clauses, commitment FROM given
  RETURNING id, act
), content AS (
  INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content)
  SELECT new.id, salt, subject, persons, content FROM new JOIN given USING (act)
)
SELECT new.id, new.act, set_config('tongxin.act', new.act::text, true) FROM new
"""

# A transaction is settled when every one with a smaller number has ended: then no entry can still appear before it,
# and (transaction, id) is an order that never has to be revised.
UNSEQUENCED = """
SELECT e.id, e.xact::text, e.act, e.verb, e.outcome, e.at, e.recorded_at, e.organ, e.office, e.list_entry, e.clauses,
       e.commitment,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(w.id, w.relation, cardinality(w.keys), encode(w.digest, 'hex'))
                                  ORDER BY w.id), '[]') FROM ledger_ledgerwrite w WHERE w.entry_id = e.id) AS writes
  FROM ledger_ledgerentry e
 WHERE (e.xact, e.id) > (%s::text::xid8, %s) AND e.xact < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY e.xact, e.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Signer:
    """检查点的签名者。 Who signs checkpoints: the log's name (origin) and its Ed25519 seed, 32 bytes."""

    origin: str
    seed: bytes


def append_entries(*, entries: Sequence[NewEntry]) -> list[int]:
    """登记若干条目。 Append entries in the caller's transaction, in one statement; returns their ids in order.

    Afterwards the database accepts writes of this transaction (see guard.py), for the last of them by name.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a ledger entry belongs to the transaction of its act")
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [json.dumps([_row(entry) for entry in entries], ensure_ascii=False)])
        ids = {act: number for number, act, _ in cursor.fetchall()}
    return [ids[entry.act] for entry in entries]


def _row(entry: NewEntry) -> dict[str, Any]:
    salt = secrets.token_bytes(SALT_BYTES)
    bound = {"content": dict(entry.content), "subject": entry.subject, "persons": list(entry.persons)}
    return {
        "act": str(entry.act),
        "verb": entry.verb,
        "outcome": entry.outcome.value,
        "at": entry.at.isoformat(),
        "organ": entry.organ,
        "office": entry.office,
        "list_entry": entry.list_entry,
        "clauses": entry.clauses,
        "commitment": "\\x" + rules.commitment(salt, canonical(bound)).hex(),
        "salt": "\\x" + salt.hex(),
        "subject": entry.subject,
        "persons": list(entry.persons),
        "content": dict(entry.content),
    }


def sequence(*, signer: Signer, at: datetime, batch: int = 5_000) -> int:
    """定序。 Integrate settled entries into the tree and sign a checkpoint; returns how many were integrated.

    Two sequencers at once are harmless: the second finds the lock taken and does nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        newest = LedgerCheckpoint.objects.order_by("-size").first()
        cursor.execute(
            UNSEQUENCED, [newest.last_xact if newest else "0", newest.last_entry if newest else 0, batch]
        )
        rows = cursor.fetchall()
        if rows:
            _integrate(rows, newest, signer, at)
        return len(rows)


def _integrate(rows: Sequence[Any], newest: LedgerCheckpoint | None, signer: Signer, at: datetime) -> None:
    frontier = bytes(newest.frontier) if newest else b""
    step = rules.HASH_BYTES
    tree = rules.Frontier(
        newest.size if newest else 0, [frontier[i : i + step] for i in range(0, len(frontier), step)]
    )
    leaves = []
    for row in rows:
        leaf = rules.leaf_hash(rules.leaf_bytes(row))
        leaves.append(LedgerLeaf(index=tree.size, entry_id=row[0], hash=leaf))
        tree.append(leaf)
    LedgerLeaf.objects.bulk_create(leaves, batch_size=2_000)
    body = rules.checkpoint_body(signer.origin, tree.size, tree.root())
    LedgerCheckpoint.objects.create(
        size=tree.size,
        root=tree.root(),
        frontier=b"".join(tree.hashes),
        at=at,
        note=rules.sign_note(body, signer.origin, signer.seed),
        last_xact=rows[-1][1],
        last_entry=rows[-1][0],
    )
