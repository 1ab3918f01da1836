"""写存档。 Writing whole months as Parquet: rows in the order of their numbers, with what proves them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from tongxin.ledger import rules
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.queries import subtree_roots
from tongxin.ledger.rules.parting import floor, part
from tongxin.web import ground, months
from tongxin.web.archive.manifest import (
    FAMILIES,
    FORMAT,
    LEAVES,
    NAME,
    ArchiveError,
    File,
    Manifest,
    digest,
    folder_of,
    write,
)
from tongxin.web.schema import guarded_tables

BATCH: Final = 20_000
# How each type of PostgreSQL is read and kept: the words of the SELECT, the type of Arrow.
TYPES: Final[dict[str, tuple[str, Any]]] = {
    "bigint": ("{c}", pa.int64()),
    "integer": ("{c}", pa.int32()),
    "smallint": ("{c}", pa.int16()),
    "boolean": ("{c}", pa.bool_()),
    "text": ("{c}", pa.string()),
    "character varying": ("{c}", pa.string()),
    "bytea": ("{c}", pa.binary()),
    "timestamp with time zone": ("{c}", pa.timestamp("us", tz="UTC")),
    "jsonb": ("{c}::text", pa.string()),
    "uuid": ("{c}::text", pa.string()),
    "xid8": ("{c}::text", pa.string()),
    "text[]": ("{c}", pa.list_(pa.string())),
    "bytea[]": ("{c}", pa.list_(pa.binary())),
}
COLUMNS: Final = """
SELECT attname, regexp_replace(format_type(atttypid, atttypmod), '\\(\\d+\\)', '') FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
# A guarded row as the guard wrote it out (ledger/guard.py); `before` may hold rows that were written out in the older form.
WRITTEN: Final = """(SELECT jsonb_object_agg(f.key, f.value) FROM jsonb_each(to_jsonb(t)) f
  WHERE jsonb_typeof(f.value) <> 'null')::text"""
WRITTEN_BEFORE: Final = "jsonb_strip_nulls(to_jsonb(t))::text"
RANGE: Final = """
SELECT min(l.index), max(l.index) + 1 FROM ledger_ledgerentry e JOIN ledger_ledgerleaf l ON l.entry_id = e.id
 WHERE e.id >= %s AND e.id < %s
"""


def bounds(month: int, first: int) -> tuple[int, int]:
    """月的界。 Numbers [from, to) of a month; of what is older than the months, everything below the first of them."""
    return (floor(month), floor(month + 1)) if month else (0, floor(first))


def archived(*, root: Path, before: int, at: datetime) -> tuple[list[str], list[str]]:
    """写存档。 Write every whole month before `before` that may leave, and is not there yet.

    Returns what was written and what has to stay, with the reason. One snapshot of the database. Raises ArchiveError.
    """
    written: list[str] = []
    kept: list[str] = []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
        checkpoint = LedgerCheckpoint.objects.using("owner").order_by("-size").first()
        if checkpoint is None:
            raise ArchiveError("there is no checkpoint yet: nothing could be proved")
        for family in FAMILIES:
            for month in months_before(cursor, family, before):
                folder = folder_of(root, month, family)
                why = staying(cursor, family, month, before)
                if why:
                    kept.append(f"{part(month)} {family}: {why}")
                    if family == "ledger":
                        return written, kept  # the months of the ledger leave one after the other
                elif not (folder / NAME).exists():
                    _write_family(cursor, folder, family, month, checkpoint, at)
                    written.append(f"{part(month)} {family}")
    return written, kept


def months_before(cursor: CursorWrapper, family: str, before: int) -> list[int]:
    """这以前的月。 The months of a family that lie wholly before a month, oldest first."""
    head = next(one for one in months.PARTED if one.table == FAMILIES[family][0])
    found = months.months_of(cursor, head)
    first = next((of for of in found if of), before + 1)
    return [of for of in found if (of or first - 1) < before]


def first_month(cursor: CursorWrapper) -> int:
    """头一个月。 The first month that has a part: what is older lies in `before`."""
    cursor.execute(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'ledger_ledgerentry_before'"
    )
    row = cursor.fetchone()
    if row is None:
        return 0
    return int("".join(filter(str.isdigit, row[0].rpartition("TO (")[2]))) >> 36


def staying(cursor: CursorWrapper, family: str, month: int, before: int) -> str:
    """为什么还得留着。 Why a month has to stay; empty when it may leave."""
    begin, end = bounds(month, first_month(cursor))
    if family == "ledger":
        cursor.execute(
            "SELECT count(*) FROM ledger_ledgerentry e WHERE e.id >= %s AND e.id < %s "
            "AND NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)",
            [begin, end],
        )
        return "{} entries wait for the sequencer".format(*found) if (found := cursor.fetchone())[0] else ""
    if family == "steps":
        cursor.execute(
            "SELECT count(*) FROM cases_case WHERE id >= %s AND id < %s AND state <> 'closed'", [begin, end]
        )
        if (found := cursor.fetchone())[0]:
            return "{} cases of it are open".format(*found)
    table, key = (FAMILIES[family][0], "id" if family == "notices" else "case_id")
    cursor.execute(f"SELECT max(entry) FROM {table} WHERE {key} >= %s AND {key} < %s", [begin, end])
    last = cursor.fetchone()[0]
    return "rows of it were written later" if last is not None and last >= floor(before) else ""


def _write_family(
    cursor: CursorWrapper, folder: Path, family: str, month: int, checkpoint: LedgerCheckpoint, at: datetime
) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begin, end = bounds(month, first_month(cursor))
    files = [_write_table(cursor, folder, table, month, begin, end) for table in FAMILIES[family]]
    lies: dict[str, Any] = {}
    if family == "ledger":
        cursor.execute(RANGE, [begin, end])
        low, high = cursor.fetchone()
        low, high = low or 0, high or 0
        files.append(_write_leaves(cursor, folder, low, high))
        lies = {
            "begin": low,
            "end": high,
            "left": [found.hex() for found in subtree_roots(subtrees=rules.beside(0, low))],
            "right": [found.hex() for found in subtree_roots(subtrees=rules.beside(high, checkpoint.size))],
        }
    signer = ground.signer()
    write(
        Manifest(
            format=FORMAT,
            origin=signer.origin,
            suite=signer.suite,
            month=part(month).replace("_", "-"),
            family=family,
            size=checkpoint.size,
            root=bytes(checkpoint.root).hex(),
            note=checkpoint.note,
            made_at=at.isoformat(timespec="seconds"),
            files=files,
            **lies,
        ),
        folder,
    )


def _write_table(cursor: CursorWrapper, folder: Path, table: str, month: int, begin: int, end: int) -> File:
    key = next(one.key for one in months.PARTED if one.table == table)
    cursor.execute(COLUMNS, [table])
    columns = [(name, *TYPES[kind]) for name, kind in cursor.fetchall()]
    if table in guarded_tables():
        columns.append(("written", WRITTEN, pa.string()))
        if month == 0:
            columns.append(("written_before", WRITTEN_BEFORE, pa.string()))
    said = ", ".join(
        f"{words.format(c=f't.{name}') if '{c}' in words else words} AS {name}" for name, words, _ in columns
    )
    order = key if key == "id" or "id" not in [name for name, *_ in columns] else f"{key}, id"
    query = f"SELECT {said} FROM {table} t WHERE {key} >= {begin} AND {key} < {end} ORDER BY {order}"
    schema = pa.schema([(name, kind) for name, _, kind in columns])
    return _write_file(folder, table, key, schema, _rows(query))


def _write_leaves(cursor: CursorWrapper, folder: Path, begin: int, end: int) -> File:
    del cursor
    schema = pa.schema([("index", pa.int64()), ("entry_id", pa.int64()), ("hash", pa.binary())])
    query = (
        f"SELECT index, entry_id, hash FROM {LEAVES} WHERE index >= {begin} AND index < {end} ORDER BY index"
    )
    return _write_file(folder, LEAVES, "index", schema, _rows(query))


def _rows(query: str) -> Iterator[Sequence[tuple[Any, ...]]]:
    """一批一批地读。 The rows of a query in batches, by a cursor of the server's in the transaction that is open."""
    connection = connections["owner"]
    with connection.connection.cursor(name="tongxin_archive") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _write_file(
    folder: Path, table: str, key: str, schema: pa.Schema, batches: Iterator[Sequence[tuple[Any, ...]]]
) -> File:
    name = f"{table}.parquet"
    draft = folder / f"{name}.new"
    place = schema.get_field_index(key)
    count, first, last = 0, 0, 0
    with pq.ParquetWriter(draft, schema, compression="zstd") as out:
        for rows in batches:
            columns = [
                pa.array(column, kind)
                for column, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
            ]
            out.write_batch(pa.record_batch(columns, schema=schema))
            first = rows[0][place] if count == 0 else first
            last = rows[-1][place]
            count += len(rows)
    draft.chmod(0o600)
    draft.replace(folder / name)
    return File(
        relation=table, key=key, file=name, rows=count, first=first, last=last, sha256=digest(folder / name)
    )
