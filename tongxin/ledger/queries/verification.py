"""从每一行重新核验整个台账。 Verification of the whole ledger from the rows up."""

import contextlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction
from psycopg import sql

from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerNode
from tongxin.ledger.queries.archived import archive_fault, archived_months
from tongxin.ledger.queries.attested import attestation_fault, kept_heads
from tongxin.ledger.queries.entries import LEAF_COLUMNS
from tongxin.ledger.rules import parting
from tongxin.ledger.rules.signing import Keys, sm2_present, verify_sm2
from tongxin.ledger.terms import Fault, Verification, canonical

# The digests lateral: read through a cursor, whose first rows the planner wants soon, a grouped table would be gone through once for
# every entry.
ENTRIES_WITH_LEAVES: Final = """
SELECT e.id, e.xact::text, e.act, e.verb, e.outcome, e.at, e.recorded_at, e.organ, e.office, e.list_entry, e.clauses,
       e.commitment, coalesce(w.writes, '[]'::jsonb), l.index, l.hash, c.salt, c.content, c.subject, c.persons, l.entry_id
  FROM ledger_ledgerleaf l
  LEFT JOIN ledger_ledgerentry e ON e.id = l.entry_id
  LEFT JOIN ledger_ledgercontent c ON c.entry_id = e.id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(w.id, w.relation, cardinality(w.keys), encode(w.digest, 'hex')) ORDER BY w.id) AS writes
      FROM ledger_ledgerwrite w WHERE w.entry_id = e.id) w ON true
 ORDER BY l.index
"""
# Entries that should be in the tree by their order, and are not: somebody put them in afterwards.
UNINTEGRATED: Final = """
SELECT e.id FROM ledger_ledgerentry e
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)
   AND (e.xact, e.id) <= (%s::text::xid8, %s) ORDER BY e.xact, e.id LIMIT 1
"""
# Digests hang on an entry, whose leaf tells them; beside an entry that is not there, they would hide a changed row.
OF_NO_ENTRY: Final = """
SELECT w.id FROM ledger_ledgerwrite w
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e WHERE e.id = w.entry_id) ORDER BY w.id LIMIT 1
"""
# The digests of single rows must be those whose digest went into the leaf; it binds the form as well.
MISTOLD: Final = """
SELECT w.id, w.relation FROM ledger_ledgerwrite w
 WHERE w.digest IS DISTINCT FROM (
   SELECT sha256(convert_to(CASE w.form WHEN 1 THEN '' WHEN 2 THEN E'2\\n' END
                            || string_agg(u.key || ':' || encode(u.digest, 'hex'), E'\\n' ORDER BY u.key), 'UTF8'))
     FROM unnest(w.keys, w.digests) AS u(key, digest))
 ORDER BY w.id LIMIT 1
"""
# Content stands beside its entry; it may go only by an act, and that act's entry says so.
CONTENT_ASTRAY: Final = """
SELECT e.id, 'removed' FROM ledger_ledgerentry e
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgercontent c WHERE c.entry_id = e.id)
   AND NOT EXISTS (SELECT 1 FROM ledger_ledgerwrite w
                    WHERE w.relation = 'ledger_ledgercontent' AND e.id::text = ANY(w.keys))
 UNION ALL
SELECT c.entry_id, 'added' FROM ledger_ledgercontent c
 WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e WHERE e.id = c.entry_id)
 ORDER BY 1 LIMIT 1
"""
# Of each row the last digest counts; a row whose content was lawfully deleted with its salt can no longer be compared.
# A row of a month that was archived has left: it is neither removed, nor may it be there (`gone`).
# A row is written out without its empty columns (form 2); before 0.3 also without nulls inside its columns (form 1).
# A row from before a migration was written out without the columns that the migration added: it may lack the last of them, as
# long as they still hold what the migration put there (`{younger}`; a row that was written with them has them in its digest).
COMPARED: Final = """
WITH last AS (
  SELECT DISTINCT ON (u.key) u.key, u.digest, w.entry_id, w.form
    FROM ledger_ledgerwrite w CROSS JOIN LATERAL unnest(w.keys, w.digests) AS u(key, digest)
   WHERE w.relation = %s ORDER BY u.key, w.id DESC
), now AS (SELECT r.j->>%s AS key, r.j, {gone_now} AS gone FROM (SELECT to_jsonb(t) AS j FROM {table} t) r)
SELECT coalesce(last.key, now.key),
       CASE WHEN last.key IS NULL OR (last.digest = '' AND now.key IS NOT NULL) OR now.gone THEN 'added'
            WHEN now.key IS NULL THEN 'removed' ELSE 'altered' END, last.entry_id
  FROM last FULL JOIN now ON now.key = last.key LEFT JOIN ledger_ledgercontent c ON c.entry_id = last.entry_id
 WHERE last.key IS NULL OR ((now.key IS NULL) <> (last.digest = '') AND NOT {gone_last}) OR now.gone
    OR (now.key IS NOT NULL AND c.salt IS NOT NULL AND last.digest <> sha256(c.salt || convert_to(
         CASE last.form WHEN 1 THEN jsonb_strip_nulls(now.j)
              ELSE (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(now.j) f WHERE jsonb_typeof(f.value) <> 'null')
         END::text, 'UTF8')){younger})
 ORDER BY length(coalesce(last.key, now.key)), 1 LIMIT 1
"""


# Added columns, the oldest first, each with the value that older rows got.
Added = Mapping[str, Sequence[tuple[str, Any]]]
YOUNGER: Final = """
 AND NOT (now.j || {values}::jsonb = now.j AND last.digest = sha256(c.salt || convert_to(
         CASE last.form WHEN 1 THEN jsonb_strip_nulls(now.j - {names}::text[])
              ELSE (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(now.j - {names}::text[]) f
                     WHERE jsonb_typeof(f.value) <> 'null') END::text, 'UTF8')))"""


def verification(
    *,
    keys: Keys,
    tables: Mapping[str, str],
    kept: Sequence[str] = (),
    added: Added | None = None,
) -> Verification:
    """从每一行重新核验整个台账。 Recompute everything from the rows and name the first one that disagrees.

    `keys`: the keys that signatures are verified with; `tables`: those whose rows the ledger holds digests of, each with
    its key column; `kept`: checkpoints kept elsewhere, that this ledger must still lead to; `added`: of these tables the columns
    that migrations added with a value. One snapshot of the database.
    Raises ValueError for a checkpoint kept elsewhere that this log never signed.
    """
    heads = kept_heads(kept, keys)
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _verification(keys, tables, heads, added or {})


def _verification(
    keys: Keys, tables: Mapping[str, str], heads: Mapping[int, bytes], added: Added
) -> Verification:
    archived = archived_months()
    walk = _Walk(keys, heads, archived.get("ledger_ledgerentry", frozenset()))
    fault = (
        archive_fault(keys)
        or walk.first_fault()
        or _first(
            UNINTEGRATED,
            (str(walk.order[0]), walk.order[1]),
            "ledger_ledgerentry",
            "added",
            "never integrated in its order",
        )
        or attestation_fault(keys)
        or _first(OF_NO_ENTRY, (), "ledger_ledgerwrite", "added", "the digests of no entry")
        or _first(MISTOLD, (), "ledger_ledgerwrite", "altered", "digests of single rows were changed")
        or _content_astray()
        or _first_of(
            _row_fault(table, key, archived.get(table), added.get(table, ()))
            for table, key in sorted(tables.items())
        )
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_ledgerwrite")
        writes = cursor.fetchone()[0]
    total = LedgerEntry.objects.count()
    return Verification(
        intact=fault is None,
        entries=total,
        leaves=walk.tree.size,
        pending=max(total + walk.archived - walk.tree.size, 0),
        checkpoints=walk.checkpoints,
        root=walk.tree.root().hex(),
        writes=writes,
        first_fault=fault,
        archived=walk.archived,
    )


def _first_of(faults: Iterator[Fault | None]) -> Fault | None:
    return next((fault for fault in faults if fault is not None), None)


class _Walk:
    """沿叶走一遍。 One pass over leaves, entries, full tiles and checkpoints, in order."""

    def __init__(self, keys: Keys, kept: Mapping[int, bytes], months: frozenset[int]) -> None:
        self.months, self.archived = (
            months,
            0,
        )  # the months that left with their entries, and how many leaves they were
        self.keys = keys
        self.tree = merkle.Frontier(suite=keys.suite)
        self.order, self.order_known = (0, 0), True
        self.nodes = {(n.level, n.index): bytes(n.hash) for n in LedgerNode.objects.iterator(10_000)}
        self.ahead: Generator[LedgerCheckpoint, None, None] = (
            row for row in LedgerCheckpoint.objects.order_by("size").iterator(2_000)
        )
        self.coming = next(self.ahead, None)
        self.previous, self.extended, self.checkpoints = 0, False, 0
        self.kept = kept
        self.suspect: tuple[Fault, Fault] | None = (
            None  # the entry, or its leaf: the next signed root decides
        )

    def first_fault(self) -> Fault | None:
        """第一处不符。 The first disagreement, None when there is none."""
        with connection.chunked_cursor() as cursor, contextlib.closing(self.ahead):
            if self.coming is not None and self.coming.size <= 0:
                return _checkpoint("added", self.coming.size, "a checkpoint of no tree")
            cursor.execute(ENTRIES_WITH_LEAVES)
            while rows := cursor.fetchmany(2_000):
                for row in rows:
                    fault = self._leaf_fault(row) or self._signed_fault() or self._node_fault()
                    if fault:
                        return self.suspect[0] if self.suspect and fault not in self.suspect else fault
        return self.suspect[0] if self.suspect else self._end_fault()

    def _end_fault(self) -> Fault | None:
        size = self.tree.size
        if self.coming is not None:
            reason = f"a checkpoint covers {self.coming.size} entries, {size} are left"
            return Fault("removed", "ledger_ledgerleaf", str(size), reason)
        if self.previous < size:  # leaves and their checkpoint are written in one transaction
            return _checkpoint("removed", size, "no checkpoint covers the last leaves")
        if self.nodes:
            (level, index), _ = min(self.nodes.items())
            return Fault("added", "ledger_ledgernode", f"{level}/{index}", "no tile is full there")
        beyond = max(self.kept, default=0)
        if beyond > size:
            reason = f"a checkpoint kept elsewhere covers {beyond} entries, {size} are left"
            return Fault("removed", "ledger_ledgerleaf", str(size), reason)
        return None

    def _leaf_fault(self, row: Any) -> Fault | None:
        index, stored, salt, content, subject, persons, number = row[LEAF_COLUMNS:]
        if index != self.tree.size:
            return Fault("removed", "ledger_ledgerleaf", str(self.tree.size), "a leaf is missing")
        if parting.month_of(number) in self.months:
            return self._archived_fault(row, number, bytes(stored))
        if row[0] is None:
            return Fault("removed", "ledger_ledgerentry", str(number), "the entry of this leaf is gone")
        order = (int(row[1]), number)
        if order <= self.order:
            reason = "the leaves are not in the order of their entries"
            return Fault("altered", "ledger_ledgerleaf", str(index - 1), reason)
        self.order, self.order_known = order, True
        computed = merkle.leaf_hash(rules.leaf_bytes(row[:LEAF_COLUMNS]), suite=self.keys.suite)
        if computed != bytes(stored) and self.suspect is None:
            self.suspect = (
                Fault("altered", "ledger_ledgerentry", str(number), "the row does not hash to its leaf"),
                Fault("altered", "ledger_ledgerleaf", str(index), "the leaf is not the hash of its entry"),
            )
        self.tree.append(computed)
        if salt is not None:
            bound = {"content": _json(content), "subject": subject, "persons": list(persons)}
            if rules.commitment(bytes(salt), canonical(bound), suite=self.keys.suite) != bytes(row[11]):
                reason = "the content is not what was committed to"
                return Fault("altered", "ledger_ledgercontent", str(number), reason)
        return None

    def _archived_fault(self, row: Any, number: int, stored: bytes) -> Fault | None:
        """已存档的一条。 An entry that left with its month: its leaf stands in its stead, and the next signed root binds it."""
        if row[0] is not None:
            return Fault("added", "ledger_ledgerentry", str(number), "an entry of a month that was archived")
        self.order = (self.order[0], number)
        self.order_known = False
        self.archived += 1
        self.tree.append(stored)
        return None

    def _node_fault(self) -> Fault | None:
        for level, index, computed in self.tree.completed:
            stored = self.nodes.pop((level, index), None)
            if stored != computed:
                kind = "removed" if stored is None else "altered"
                reason = "the root of this full tile is not what its leaves lead to"
                return Fault(kind, "ledger_ledgernode", f"{level}/{index}", reason)
        self.tree.completed.clear()
        return None

    def _signed_fault(self) -> Fault | None:
        size = self.tree.size
        note = self.coming
        if note is not None and note.size == size:
            fault = self._note_fault(note)
            if fault:
                return fault
            self.coming, self.previous = next(self.ahead, None), size
            self.checkpoints += 1
            if (
                self.suspect
            ):  # what the rows hash to is what was signed: then it is the stored leaf that is wrong
                return self.suspect[1]
        kept = self.kept.get(size)
        if kept is not None and kept != self.tree.root():
            return _checkpoint(
                "root", size, "the entries do not lead to the checkpoint that was kept elsewhere"
            )
        return None

    def _note_fault(self, row: LedgerCheckpoint) -> Fault | None:
        """一个检查点的不符。 What is wrong with the checkpoint of the size that was reached."""
        own = self.keys
        try:
            body = rules.verify_note(row.note, own.origin, own.public)
            head = rules.read_checkpoint(body)
            self._check_lines(row.note)
        except ValueError as error:
            return _checkpoint("signature", row.size, str(error))
        if (head.origin, head.size, head.root) != (own.origin, row.size, self.tree.root()):
            return _checkpoint("root", row.size, "the entries up to here do not lead to the signed root")
        last = (int(row.last_xact) if self.order_known else self.order[0], row.last_entry)
        if (bytes(row.root), bytes(row.frontier), last) != (
            head.root,
            b"".join(self.tree.hashes),
            self.order,
        ):
            return _checkpoint("altered", row.size, "a column is not what was signed for")
        return self._own_lines_fault(row, head)

    def _own_lines_fault(self, row: LedgerCheckpoint, head: rules.Head) -> Fault | None:
        if not head.extensions and not self.extended:
            return None  # before 0.3 neither the moment nor the one before was signed
        self.extended = True
        said = rules.extensions(at=row.at, previous=self.previous, suite=self.keys.suite)
        if head.extensions[:1] != said[:1]:
            return _checkpoint("altered", row.size, "its moment is not what was signed")
        if head.extensions != said:
            told = head.extensions[1].removeprefix("previous ") if len(head.extensions) > 1 else ""
            gone = told.isdecimal() and int(told) > self.previous
            where = int(told) if gone else self.previous
            return _checkpoint("removed" if gone else "added", where, "not the one that the next follows")
        return None

    def _check_lines(self, note: str) -> None:
        """只有该有的签名行。 Nothing but the log's own lines stands in a stored note. Raises ValueError."""
        _, lines = rules.read_note(note)
        if self.keys.sm2_public and sm2_present():
            verify_sm2(note, self.keys.origin, self.keys.sm2_public)
        if len(lines) != (2 if self.keys.sm2_public else 1):
            raise ValueError("a signature line that is not the log's own")


def _checkpoint(kind: str, size: int, reason: str) -> Fault:
    return Fault(kind, "ledger_ledgercheckpoint", str(size), reason)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _first(query: str, values: Sequence[Any], relation: str, kind: str, reason: str) -> Fault | None:
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        row = cursor.fetchone()
    return row and Fault(kind, relation, str(row[0]), reason)


def _content_astray() -> Fault | None:
    with connection.cursor() as cursor:
        cursor.execute(CONTENT_ASTRAY)
        row = cursor.fetchone()
    said = {"removed": "no act deleted this content", "added": "the content of no entry"}
    return row and Fault(row[1], "ledger_ledgercontent", str(row[0]), said[row[1]])


def younger(added: Sequence[tuple[str, Any]]) -> sql.Composable:
    """没有后加列的写法。 SQL behind a comparison of digests: it may also be the one without the last one, two … of the columns added.

    For a statement that has `now.j` (the row), `last.digest`, `last.form` and `c.salt`.
    """
    said = sql.SQL(YOUNGER)
    tails = [dict(added[since:]) for since in range(len(added))]
    return sql.SQL("").join(
        said.format(values=sql.Literal(json.dumps(tail)), names=sql.Literal(list(tail))) for tail in tails
    )


def _row_fault(
    table: str, key: str, months: frozenset[int] | None, added: Sequence[tuple[str, Any]]
) -> Fault | None:
    gone = "(({key})::bigint >> {bits}) IN ({months})" if months else "false"
    words = {"bits": parting.BITS, "months": ", ".join(map(str, sorted(months or ())))}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
        asked = sql.SQL(COMPARED).format(
            table=sql.Identifier(table),
            younger=younger(added),
            gone_now=sql.SQL(gone.format(key=f"r.j->>'{key}'", **words)),
            gone_last=sql.SQL(gone.format(key="last.key", **words)),
        )
        cursor.execute(asked, [table, key])
        row = cursor.fetchone()
    if row is None:
        return None
    said = {
        "added": "no act wrote this row",
        "removed": "an act wrote this row, and none deleted it",
        "altered": f"the row is not as ledger entry {row[2]} wrote it",
    }
    return Fault(row[1], table, row[0], said[row[1]])
