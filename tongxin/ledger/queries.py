"""台账的读取与核验。 Reads of the ledger, and its verification from the rows up."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from tongxin.ledger import rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerContent, LedgerEntry, LedgerLeaf
from tongxin.ledger.terms import Fault, Verification, canonical

ENTRIES_WITH_LEAVES = """
SELECT e.id, e.xact::text, e.act, e.verb, e.outcome, e.at, e.recorded_at, e.organ, e.office, e.list_entry, e.clauses,
       e.commitment, coalesce(w.writes, '[]'::jsonb), l.index, l.hash, c.salt, c.content, c.subject, c.persons, l.entry_id
  FROM ledger_ledgerleaf l
  LEFT JOIN ledger_ledgerentry e ON e.id = l.entry_id
  LEFT JOIN ledger_ledgercontent c ON c.entry_id = e.id
  LEFT JOIN (SELECT entry_id, jsonb_agg(jsonb_build_array(id, relation, cardinality(keys), encode(digest, 'hex')) ORDER BY id)
                    AS writes FROM ledger_ledgerwrite GROUP BY entry_id) w ON w.entry_id = e.id
 ORDER BY l.index
"""
LEAF_COLUMNS = 13
# Entries that should be in the tree by their order, and are not: somebody put them in afterwards.
UNINTEGRATED = """
SELECT e.id FROM ledger_ledgerentry e
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)
   AND (e.xact, e.id) <= (%s::text::xid8, %s) ORDER BY e.xact, e.id LIMIT 1
"""
# The digests of single rows must be those whose digest went into the leaf.
MISTOLD = """
SELECT w.id, w.relation FROM ledger_ledgerwrite w
 WHERE w.digest IS DISTINCT FROM (
   SELECT sha256(convert_to(string_agg(u.key || ':' || encode(u.digest, 'hex'), E'\\n' ORDER BY u.key), 'UTF8'))
     FROM unnest(w.keys, w.digests) AS u(key, digest))
 ORDER BY w.id LIMIT 1
"""
# Content may go only by an act, and that act's entry says so.
CONTENT_GONE = """
SELECT e.id FROM ledger_ledgerentry e
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgercontent c WHERE c.entry_id = e.id)
   AND NOT EXISTS (SELECT 1 FROM ledger_ledgerwrite w
                    WHERE w.relation = 'ledger_ledgercontent' AND e.id::text = ANY(w.keys))
 ORDER BY e.id LIMIT 1
"""
# Of each row the last digest counts; a row whose content was lawfully deleted with its salt can no longer be compared.
COMPARED = """
WITH last AS (
  SELECT DISTINCT ON (u.key) u.key, u.digest, w.entry_id
    FROM ledger_ledgerwrite w CROSS JOIN LATERAL unnest(w.keys, w.digests) AS u(key, digest)
   WHERE w.relation = %s ORDER BY u.key, w.id DESC
), now AS (SELECT r.j->>%s AS key, r.j FROM (SELECT jsonb_strip_nulls(to_jsonb(t)) AS j FROM {table} t) r)
SELECT coalesce(last.key, now.key),
       CASE WHEN last.key IS NULL OR (last.digest = '' AND now.key IS NOT NULL) THEN 'added'
            WHEN now.key IS NULL THEN 'removed' ELSE 'altered' END, last.entry_id
  FROM last FULL JOIN now ON now.key = last.key LEFT JOIN ledger_ledgercontent c ON c.entry_id = last.entry_id
 WHERE last.key IS NULL OR (now.key IS NULL) <> (last.digest = '')
    OR (now.key IS NOT NULL AND c.salt IS NOT NULL AND last.digest <> sha256(c.salt || convert_to(now.j::text, 'UTF8')))
 ORDER BY length(coalesce(last.key, now.key)), 1 LIMIT 1
"""


def newest_checkpoint() -> LedgerCheckpoint | None:
    """最新的检查点。 The newest signed checkpoint."""
    return LedgerCheckpoint.objects.order_by("-size").first()


def contents_about(*, subject: str) -> models.QuerySet[LedgerContent]:
    """关于某事的条目，新的在前。 Entries about a subject (for example `case:…`), newest first, with their leaf."""
    return (
        LedgerContent.objects.filter(subject=subject)
        .select_related("entry", "entry__leaf")
        .order_by("-entry_id")
    )


def contents_naming(*, person: str) -> models.QuerySet[LedgerContent]:
    """涉及某人的条目，新的在前。 Entries that concern a person, newest first."""
    return (
        LedgerContent.objects.filter(persons__contains=[person]).select_related("entry").order_by("-entry_id")
    )


def proof_of(*, entry: int) -> tuple[LedgerLeaf, LedgerCheckpoint, list[bytes]] | None:
    """包含证明。 Leaf, newest checkpoint and audit path of an entry; None while it waits for the sequencer."""
    leaf = LedgerLeaf.objects.filter(entry_id=entry).first()
    newest = newest_checkpoint()
    if leaf is None or newest is None or leaf.index >= newest.size:
        return None
    hashes = [
        bytes(h)
        for h in LedgerLeaf.objects.filter(index__lt=newest.size)
        .order_by("index")
        .values_list("hash", flat=True)
    ]
    return leaf, newest, rules.inclusion_proof(hashes, leaf.index)


# `refs` are beginnings of clause references: `law:key@date#` for a whole version, `law:key@date#a10` for a clause and what
# stands below it.
_RESTING = """
SELECT e.id, array_agg(DISTINCT r.ref ORDER BY r.ref)
  FROM ledger_ledgerentry e CROSS JOIN LATERAL unnest(string_to_array(e.clauses, ' ')) AS r(ref)
 WHERE e.at >= %(since)s AND e.at < %(until)s AND e.id < %(before)s AND e.outcome = 'done'
   AND EXISTS (SELECT 1 FROM unnest(%(refs)s::text[]) AS t(begun)
                WHERE r.ref = t.begun OR starts_with(r.ref, t.begun || '.') OR (t.begun LIKE '%%#' AND starts_with(r.ref, t.begun)))
 GROUP BY e.id ORDER BY e.id
"""


def acts_resting_on(
    *, refs: Collection[str], since: datetime, until: datetime, before: int
) -> list[tuple[int, list[str]]]:
    """凭这些条款做的行为。 (entry, clause references) of the acts done in a span on these clauses, oldest first."""
    if not refs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_RESTING, {"since": since, "until": until, "before": before, "refs": list(refs)})
        return [(number, list(found)) for number, found in cursor.fetchall()]


def verification(*, origin: str, public: bytes, tables: Mapping[str, str]) -> Verification:
    """从每一行重新核验整个台账。 Recompute everything from the rows and name the first one that disagrees.

    `tables` are those whose rows the ledger holds digests of, each with its key column.
    """
    walk = _Walk(origin, public)
    fault = (
        walk.first_fault()
        or _unintegrated(walk.newest)
        or _mistold()
        or _content_gone()
        or _first_of(_row_fault(table, key) for table, key in sorted(tables.items()))
    )
    total = LedgerEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_ledgerwrite")
        writes = cursor.fetchone()[0]
    return Verification(
        intact=fault is None,
        entries=total,
        leaves=walk.tree.size,
        pending=max(total - walk.tree.size, 0),
        checkpoints=walk.checkpoints,
        root=walk.tree.root().hex(),
        writes=writes,
        first_fault=fault,
    )


def _first_of(faults: Iterator[Fault | None]) -> Fault | None:
    return next((fault for fault in faults if fault is not None), None)


class _Walk:
    """沿叶走一遍。 One pass over leaves, entries and checkpoints, in order."""

    def __init__(self, origin: str, public: bytes) -> None:
        self.origin, self.public = origin, public
        self.tree = rules.Frontier()
        self.order = (0, 0)
        self.notes = {c.size: c for c in LedgerCheckpoint.objects.order_by("size")}
        self.checkpoints = len(self.notes)
        self.newest = max(self.notes.values(), key=lambda c: c.size, default=None)

    def first_fault(self) -> Fault | None:
        """第一处不符。 The first disagreement, None when there is none."""
        with connection.chunked_cursor() as cursor:
            cursor.execute(ENTRIES_WITH_LEAVES)
            while rows := cursor.fetchmany(2_000):
                for row in rows:
                    fault = self._leaf_fault(row) or self._checkpoint_fault()
                    if fault:
                        return fault
        signed = self.newest.size if self.newest else 0
        if signed > self.tree.size:
            return Fault(
                "removed",
                "ledger_ledgerleaf",
                str(self.tree.size),
                f"the newest checkpoint covers {signed} entries, {self.tree.size} are left",
            )
        if signed < self.tree.size:  # leaves and their checkpoint are written in one transaction
            return Fault(
                "removed",
                "ledger_ledgercheckpoint",
                str(self.tree.size),
                "no checkpoint covers the last leaves",
            )
        return None

    def _leaf_fault(self, row: Any) -> Fault | None:
        index, stored, salt, content, subject, persons, number = row[LEAF_COLUMNS:]
        if index != self.tree.size:
            return Fault("removed", "ledger_ledgerleaf", str(self.tree.size), "a leaf is missing")
        if row[0] is None:
            return Fault("removed", "ledger_ledgerentry", str(number), "the entry of this leaf is gone")
        order = (int(row[1]), number)
        if order <= self.order:
            return Fault(
                "altered",
                "ledger_ledgerleaf",
                str(index - 1),
                "the leaves are not in the order of their entries",
            )
        self.order = order
        computed = rules.leaf_hash(rules.leaf_bytes(row[:LEAF_COLUMNS]))
        if computed != bytes(stored):
            return Fault("altered", "ledger_ledgerentry", str(number), "the row does not hash to its leaf")
        if salt is not None:
            bound = {"content": _json(content), "subject": subject, "persons": list(persons)}
            if rules.commitment(bytes(salt), canonical(bound)) != bytes(row[11]):
                return Fault(
                    "altered", "ledger_ledgercontent", str(number), "the content is not what was committed to"
                )
        self.tree.append(computed)
        return None

    def _checkpoint_fault(self) -> Fault | None:
        note = self.notes.get(self.tree.size)
        if note is None:
            return None
        try:
            body = rules.verify_note(note.note, self.origin, self.public)
        except ValueError as error:
            return Fault("signature", "ledger_ledgercheckpoint", str(note.size), str(error))
        if body != rules.checkpoint_body(self.origin, note.size, self.tree.root()):
            return Fault(
                "root",
                "ledger_ledgercheckpoint",
                str(note.size),
                "the entries up to here do not lead to the signed root",
            )
        if (bytes(note.root), bytes(note.frontier), (int(note.last_xact), note.last_entry)) != (
            self.tree.root(),
            b"".join(self.tree.hashes),
            self.order,
        ):
            return Fault(
                "altered", "ledger_ledgercheckpoint", str(note.size), "a column is not what was signed for"
            )
        return None


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _unintegrated(newest: LedgerCheckpoint | None) -> Fault | None:
    if newest is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(UNINTEGRATED, [newest.last_xact, newest.last_entry])
        row = cursor.fetchone()
    return row and Fault(
        "added", "ledger_ledgerentry", str(row[0]), "an entry that was never integrated in its order"
    )


def _mistold() -> Fault | None:
    with connection.cursor() as cursor:
        cursor.execute(MISTOLD)
        row = cursor.fetchone()
    return row and Fault(
        "altered", "ledger_ledgerwrite", str(row[0]), f"digests of rows of {row[1]} were changed"
    )


def _content_gone() -> Fault | None:
    with connection.cursor() as cursor:
        cursor.execute(CONTENT_GONE)
        row = cursor.fetchone()
    return row and Fault("removed", "ledger_ledgercontent", str(row[0]), "no act deleted this content")


def _row_fault(table: str, key: str) -> Fault | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
        cursor.execute(COMPARED.format(table=connection.ops.quote_name(table)), [table, key])
        row = cursor.fetchone()
    if row is None:
        return None
    said = {
        "added": "no act wrote this row",
        "removed": "an act wrote this row, and none deleted it",
        "altered": f"the row is not as ledger entry {row[2]} wrote it",
    }
    return Fault(row[1], table, row[0], said[row[1]])


def entry_numbered(*, number: int) -> LedgerEntry | None:
    """某号的条目。 The entry of a number, with its leaf where it has one."""
    if number >= 1 << 63:
        return None
    return LedgerEntry.objects.select_related("leaf").filter(id=number).first()


ONE_ENTRY = ENTRIES_WITH_LEAVES.replace("ORDER BY l.index", "WHERE l.entry_id = %s").replace(
    "FROM ledger_ledgerwrite GROUP BY", "FROM ledger_ledgerwrite WHERE entry_id = %s GROUP BY"
)


def leaf_of(*, entry: int) -> tuple[Any, ...] | None:
    """一条的叶所含各列。 The columns of an entry that its leaf is made of; None while it has no leaf."""
    if entry >= 1 << 63:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ONE_ENTRY, [entry, entry])
        row = cursor.fetchone()
    return tuple(row[:LEAF_COLUMNS]) if row else None
