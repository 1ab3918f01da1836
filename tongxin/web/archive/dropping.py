"""存档之后腾出库。 Dropping the months that were archived: verified, carried forward, sealed, told to the ledger, dropped."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from tongxin.ledger import operations, rules
from tongxin.ledger.queries import younger
from tongxin.ledger.rules import parting
from tongxin.ledger.rules.parting import floor, part
from tongxin.ledger.terms import LedgerOutcome, NewEntry
from tongxin.web import ground, months
from tongxin.web.archive.manifest import LEAVES, NAME, ArchiveError, Manifest, all_of, digest
from tongxin.web.archive.writing import bounds, first_month, staying
from tongxin.web.schema import added_columns, guarded_tables

# Rows that stay while the digest that proves them leaves: they are compared with it a last time, and written out anew under the
# entry of this act. A row that is not as it was written stops everything.
STAYING: Final = """
CREATE TEMP TABLE staying ON COMMIT DROP AS
WITH last AS (
  SELECT DISTINCT ON (u.key) u.key, u.digest, w.entry_id, w.form
    FROM ledger_ledgerwrite w CROSS JOIN LATERAL unnest(w.keys, w.digests) AS u(key, digest)
   WHERE w.relation = {relation} ORDER BY u.key, w.id DESC
), now AS (SELECT r.j->>{key} AS key, r.j, (SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(r.j) f
                                             WHERE jsonb_typeof(f.value) <> 'null') AS written
             FROM (SELECT to_jsonb(t) AS j FROM {table} t) r)
SELECT now.key, now.written, c.salt IS NULL OR NOT (last.digest <> sha256(c.salt || convert_to(
         CASE last.form WHEN 1 THEN jsonb_strip_nulls(now.j) ELSE now.written END::text, 'UTF8')){younger}) AS whole
  FROM last JOIN now USING (key) LEFT JOIN ledger_ledgercontent c ON c.entry_id = last.entry_id
 WHERE last.entry_id >= {begin} AND last.entry_id < {end}
"""
CARRIED: Final = """
INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest, form)
SELECT %(entry)s, %(relation)s, array_agg(key ORDER BY key), array_agg(told ORDER BY key),
       sha256(convert_to(E'2\\n' || string_agg(key || ':' || encode(told, 'hex'), E'\\n' ORDER BY key), 'UTF8')), 2
  FROM (SELECT key, sha256(%(salt)s::bytea || convert_to(written::text, 'UTF8')) AS told FROM staying) s HAVING count(*) > 0
"""
SEALED: Final = """
INSERT INTO ledger_ledgerarchive (relation, month, rows, digest, manifest, size, at, seal)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def dropped(*, root: Path, before: int, at: datetime) -> list[str]:
    """腾出。 Drop the months before `before` that the archive holds, oldest first; returns the tables that went.

    The archive and the ledger have just been verified by the caller. One transaction, in which nobody else acts.
    Raises ArchiveError, and then nothing has happened.
    """
    manifests = [(folder, one) for folder, one in all_of(root)]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '30s'")
        cursor.execute(
            "LOCK TABLE ledger_ledgerentry IN EXCLUSIVE MODE"
        )  # an act begins with its entry: none begins now
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
        going = [one for one in manifests if _goes(cursor, one[1], before)]
        _in_line(cursor, [one for _, one in going if one.family == "ledger"])
        if not going:
            return []
        _carry(cursor, [one for _, one in going], at)
        gone = [table for folder, one in going for table in _drop(cursor, folder, one, at)]
        cursor.execute(parting.near(months.present_months(cursor)))  # none of what went is looked into
        return gone


def _goes(cursor: CursorWrapper, one: Manifest, before: int) -> bool:
    """该不该走。 Whether this month is here still, and may go. Raises ArchiveError when it is not what was archived."""
    head = next(parted for parted in months.PARTED if parted.table == one.files[0].relation)
    if one.of not in months.months_of(cursor, head) or (one.of or first_month(cursor) - 1) >= before:
        return False
    why = staying(cursor, one.family, one.of, before)
    if why:
        raise ArchiveError(f"{one.month} {one.family}: {why}")
    begin, end = bounds(one.of, first_month(cursor))
    for file in one.files:
        if file.relation != LEAVES:
            cursor.execute(
                f"SELECT count(*), coalesce(min({file.key}), 0), coalesce(max({file.key}), 0) FROM {file.relation} "
                f"WHERE {file.key} >= {begin} AND {file.key} < {end}"
            )
            if cursor.fetchone() != (file.rows, file.first, file.last):
                raise ArchiveError(f"{one.month}: {file.relation} is not what was archived; archive it anew")
    return True


def _in_line(cursor: CursorWrapper, going: Sequence[Manifest]) -> None:
    """台账的月依次走。 The months of the ledger go one after the other. Raises ArchiveError when one is left out."""
    here = months.months_of(cursor, months.PARTED[0])[: len(going)]
    if sorted(one.of for one in going) != here:
        raise ArchiveError(
            f"the ledger's months go one after the other, and {part(here[0])} is not in the archive"
        )


def _carry(cursor: CursorWrapper, going: Sequence[Manifest], at: datetime) -> None:
    """接着证明留下的行。 Rows that stay are proved by a new entry, which also tells the tree what was archived."""
    told = {f"{one.month} {one.family}": {file.relation: file.sha256 for file in one.files} for one in going}
    entry = NewEntry(
        verb="archive_months",
        outcome=LedgerOutcome.DONE,
        at=at,
        subject="archive",
        content={"archived": told},
    )
    cursor.execute(operations.APPEND, [operations.written([entry])])
    number = cursor.fetchone()[0]
    cursor.execute("SELECT salt FROM ledger_ledgercontent WHERE entry_id = %s", [number])
    (salt,) = cursor.fetchone()
    last = max((one.of for one in going if one.family == "ledger"), default=-1)
    if last < 0:
        return
    leaving = {file.relation for one in going for file in one.files}
    end = floor(last + 1) if last else floor(first_month(cursor))
    added = added_columns()
    for table, key in sorted(guarded_tables().items()):
        cursor.execute("DROP TABLE IF EXISTS staying")
        quoted = connections["owner"].ops.quote_name(table)
        cursor.execute(
            STAYING.format(
                table=quoted,
                relation=f"'{table}'",
                key=f"'{key}'",
                begin=0,
                end=end,
                younger=younger(added.get(table, ())).as_string(cursor.connection),
            )
            + (_not_leaving(going, table) if table in leaving else "")
        )
        cursor.execute("SELECT key FROM staying WHERE NOT whole ORDER BY length(key), key LIMIT 1")
        wrong = cursor.fetchone()
        if wrong:
            raise ArchiveError(f"row {wrong[0]} of {table} is not as the ledger says: nothing was dropped")
        cursor.execute(CARRIED, {"entry": number, "relation": table, "salt": salt})


def _not_leaving(going: Sequence[Manifest], table: str) -> str:
    """不算要走的。 SQL that leaves out the rows that leave themselves."""
    leaving = [one.of for one in going if any(file.relation == table for file in one.files)]
    return f" AND (last.key)::bigint >> 36 <> ALL (ARRAY[{', '.join(map(str, leaving))}]::bigint[])"


def _drop(cursor: CursorWrapper, folder: Path, one: Manifest, at: datetime) -> list[str]:
    manifest = digest(folder / NAME)
    gone = []
    for file in reversed([file for file in one.files if file.relation != LEAVES]):
        seal = ground.signer().seal(
            rules.seal_message(
                relation=file.relation,
                month=one.of,
                rows=file.rows,
                digest=file.sha256,
                manifest=manifest,
                size=one.size,
                at=at,
            )
        )
        cursor.execute(SEALED, [file.relation, one.of, file.rows, file.sha256, manifest, one.size, at, seal])
        table = f"{file.relation}_{part(one.of)}"
        if file.relation == "cases_casestep":  # what left is counted no more
            cursor.execute(f"SELECT tongxin_tally_partition('{table}', -1)")
        cursor.execute(f"DROP TABLE {table}")
        gone.append(table)
    return gone
