"""导出历史的命令。 The command that writes history as Parquet, a file a month."""

import argparse
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from django.db import connection, transaction
from pyarrow import csv, parquet

from tongxin.cases.queries.history import history_events, history_months
from tongxin.indicators.terms import COLUMNS, FORM, MANIFEST
from tongxin.ledger.queries import newest_checkpoint
from tongxin.places.queries import city
from tongxin.web import ground
from tongxin.web.clock import now
from tongxin.web.console.commands import founding

Result = tuple[int, Any]
ROWS: Final = 131_072  # of a row group: what is held at once, and always cut alike
BLOCK: Final = 4 << 20  # bytes of CSV read at once
TYPES: Final = {
    "date32": pa.date32(), "string": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "double": pa.float64(),
    "bool": pa.bool_(), "timestamp": pa.timestamp("us", tz="UTC"),
}  # fmt: skip
SCHEMA: Final = pa.schema([(name, TYPES[kind]) for name, (kind, _) in COLUMNS.items()])


def history(given: argparse.Namespace) -> Result:
    """导出历史。 Write one Parquet file for each month, and a manifest with hashes and the ledger's checkpoint.

    All of it is one snapshot of the database. The same rows make the same bytes, so a month that has not changed keeps its file.
    """
    try:
        wanted = {date.fromisoformat(f"{month}-01") for month in given.month}
    except ValueError:
        return 2, {"exported": 0, "reason": f"--month: YYYY-MM is wanted, not {', '.join(given.month)}"}
    founding.migrate(given)
    ground.sequence_all(at=now())
    folder = Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        zone, newest = city().timezone, newest_checkpoint()
        months = [month for month in history_months(zone=zone) if not wanted or month in wanted]
        files = [_month(folder, month, zone) for month in months]
    manifest = {
        "form": FORM,
        "city": city().code,
        "zone": zone,
        "columns": {name: {"type": kind, "meaning": words} for name, (kind, words) in COLUMNS.items()},
        "checkpoint": newest.note if newest else None,
        "files": files,
    }
    _placed(folder / MANIFEST, (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode())
    return 0, {
        "exported": len(files),
        "rows": sum(one["rows"] for one in files),
        "folder": str(folder),
        "checkpoint": newest.size if newest else 0,
    }


def _month(folder: Path, month: date, zone: str) -> dict[str, Any]:
    """一个月的文件。 Write the file of a month whole, under a name of its own first; what the manifest says of it."""
    path = folder / f"events-{month:%Y-%m}.parquet"
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    rows = 0
    with parquet.ParquetWriter(draft, SCHEMA, compression="zstd", write_statistics=True) as writer:
        for table in _tables(month, zone):
            writer.write_table(table, row_group_size=ROWS)
            rows += table.num_rows
    draft.replace(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": path.name,
        "month": f"{month:%Y-%m}",
        "rows": rows,
        "bytes": path.stat().st_size,
        "sha256": digest,
    }


def _tables(month: date, zone: str) -> Iterator[pa.Table]:
    """一组一组的行。 The events of a month, a row group at a time, whatever pieces the database sent them in."""
    read = csv.open_csv(
        pa.PythonFile(_Pieces(history_events(month=month, zone=zone)), mode="r"),
        read_options=csv.ReadOptions(block_size=BLOCK, use_threads=False),
        convert_options=csv.ConvertOptions(
            column_types={name: kind for name, kind in zip(SCHEMA.names, SCHEMA.types, strict=True) if name != "month"},
            null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip
    waiting: list[pa.RecordBatch] = []
    for batch in read:
        waiting.append(batch)
        while sum(one.num_rows for one in waiting) >= ROWS:
            whole = pa.Table.from_batches(waiting)
            yield _dated(whole.slice(0, ROWS), month)
            waiting = whole.slice(ROWS).to_batches()
    if any(one.num_rows for one in waiting):
        yield _dated(pa.Table.from_batches(waiting), month)


def _dated(table: pa.Table, month: date) -> pa.Table:
    """写上月份。 The table with its month, its columns in their order."""
    months = pa.repeat(pa.scalar(month, pa.date32()), table.num_rows)
    return table.append_column("month", months).select(SCHEMA.names).cast(SCHEMA)


class _Pieces:
    """当文件读。 Pieces of bytes, read as a file: as many as asked for, but at the end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.held = bytearray()
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """读若干字节。 The next `size` bytes; fewer at the end alone."""
        while size < 0 or len(self.held) < size:
            piece = next(self.pieces, None)
            if piece is None:
                size = len(self.held)
                break
            self.held += piece
        taken = bytes(self.held[:size])
        del self.held[:size]
        return taken

    def close(self) -> None:
        """到此为止。 No more is read."""
        self.closed = True


def _placed(path: Path, data: bytes) -> None:
    """放一个文件。 Put a file in its place whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(path)
