"""等待定序的条目。 Entries that have settled and wait for the sequencer, with their leaf hashes.

Where the ledger's hash is SHA-256 the database writes the leaves out and hashes them, and two strings of bytes come back. The same
leaf is written out by `rules.leaf_bytes`, which hashes for another suite, and which alone verification and receipts go by: if the
two ever differed, `tongxin ledger verify` would say so at that entry (docs/decisions/0018).
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from tongxin.ledger import merkle, rules
from tongxin.ledger.queries.entries import LEAF
from tongxin.ledger.rules.leaves import LONGEST
from tongxin.ledger.terms import DATABASE_HASH

NUMBER_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Settled:
    """已落定的条目。 Entries in their order: numbers (8 bytes each, big-endian), leaf hashes (32 bytes each), the last one's place."""

    numbers: bytes
    hashes: bytes
    last_xact: str
    last_entry: int

    def __len__(self) -> int:
        return len(self.numbers) // NUMBER_BYTES


# A transaction is settled when every one with a smaller number has ended: then no entry can still appear before it,
# and (transaction, id) is an order that never has to be revised.
WAITING: Final = """
  FROM ledger_ledgerentry e
 WHERE (e.xact, e.id) > (%(xact)s::text::xid8, %(entry)s) AND e.xact < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY e.xact, e.id LIMIT %(most)s
"""
ROWS: Final = LEAF + WAITING


def _moment(column: str) -> str:
    return f"""'"', to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '+00:00"'"""


def _text(column: str) -> str:
    return f"to_json({column}::text)"


# `canonical` of what `rules.leaf_bytes` tells: keys in order, no spaces, UTF-8. `to_json` of a text escapes what `json.dumps`
# escapes, and nothing else.
WRITTEN_OUT: Final = f"""convert_to(concat(
  '{{"act":"', e.act, '","at":', {_moment("e.at")}, ',"clauses":', {_text("e.clauses")},
  ',"commitment":"', encode(e.commitment, 'hex'), '","entry":', {_text("e.list_entry")}, ',"id":', e.id,
  ',"office":', {_text("e.office")}, ',"organ":', {_text("e.organ")}, ',"outcome":', {_text("e.outcome")},
  ',"recorded":', {_moment("e.recorded_at")}, ',"verb":', {_text("e.verb")}, ',"writes":[',
  (SELECT string_agg(concat('[', w.id, ',', to_json(w.relation::text), ',', cardinality(w.keys), ',"', encode(w.digest, 'hex'), '"]'),
                     ',' ORDER BY w.id) FROM ledger_ledgerwrite w WHERE w.entry_id = e.id),
  '],"xact":"', e.xact, '"}}'), 'UTF8')"""
TOO_LONG: Final = f"""convert_to(concat(
  '{{"act":"', e.act, '","at":', {_moment("e.at")}, ',"commitment":"', encode(e.commitment, 'hex'), '","id":', e.id,
  ',"outcome":', {_text("e.outcome")}, ',"verb":', {_text("e.verb")}, ',"whole":"', encode(sha256(e.leaf), 'hex'), '"}}'), 'UTF8')"""
# OFFSET 0: the leaf is written out once, not once for every mention of it.
HASHED: Final = f"""
SELECT coalesce(string_agg(int8send(e.id), ''::bytea ORDER BY e.xact, e.id), ''),
       coalesce(string_agg(sha256('\\x00'::bytea || CASE WHEN octet_length(e.leaf) <= {LONGEST} THEN e.leaf ELSE {TOO_LONG} END),
                           ''::bytea ORDER BY e.xact, e.id), ''),
       max(e.xact::text::bigint)
  FROM (SELECT e.*, {WRITTEN_OUT} AS leaf {WAITING} OFFSET 0) e
"""


def settled(*, xact: str, entry: int, most: int, suite: str) -> Settled:
    """已落定、等待定序的条目。 Entries settled after (xact, entry), in their order, `most` of them at most. One statement."""
    values: dict[str, str | int] = {"xact": xact, "entry": entry, "most": most}
    with connection.cursor() as cursor:
        if suite != DATABASE_HASH:
            cursor.execute(ROWS, values)
            rows = cursor.fetchall()
            numbers = b"".join(row[0].to_bytes(NUMBER_BYTES, "big") for row in rows)
            hashes = b"".join(merkle.leaf_hash(rules.leaf_bytes(row), suite=suite) for row in rows)
            last = rows[-1][1] if rows else "0"
        else:
            cursor.execute(HASHED, values)
            numbers, hashes, last = cursor.fetchone()
    numbers = bytes(numbers)
    return Settled(numbers, bytes(hashes), str(last), int.from_bytes(numbers[-NUMBER_BYTES:], "big"))
