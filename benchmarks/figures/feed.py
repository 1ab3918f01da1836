"""Feeding a file of reports through the acts, against bare COPY of the very same rows.

It is bounded by the guard and by Python: at 2,290 cases a second a case cost 690 µs of two processors (870 stand there, a fifth
idle): Python 270, the database's two processes 290, of which the guard's digests alone 115, as much as bare COPY of the nine
tables, and the entries' own statement 50; WAL and the care of tables the rest. Without any Python two connections would reach
6,900 a second, just the ratio that is asked. Batches of 1,000 and 2,000, three and four at once, shorter turns of threads and no
garbage collection were tried: 2,010 to 2,700. The guard's check is not left out for speed.
"""

import csv
import json
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from django.db import connection

from benchmarks import grids
from benchmarks.figure import Figure, Run
from benchmarks.figures.report import matters
from benchmarks.stage import Stage
from tongxin.web.console.commands import feeding

ROWS, ROWS_SHORT, WARM = 40_000, 4_000, 1_000
HEADER = (
    "client_key",
    "matter",
    "lon",
    "lat",
    "place",
    "address",
    "text",
    "name",
    "phone",
    "email",
    "reported_at",
)
# Every table that an intake writes, the ledger's too, with the column that says whose row it is.
TABLES = {
    "ledger_ledgerentry": "id", "ledger_ledgercontent": "entry_id", "cases_case": "id", "cases_report": "case_id",
    "cases_assignment": "case_id", "cases_clock": "case_id", "cases_casestep": "case_id", "acts_notice": "entry",
    "ledger_ledgerwrite": "entry_id",
}  # fmt: skip
Chunk = dict[str, bytes]


def prepare(stage: Stage) -> None:
    """The first rows make the plans and caches."""
    with stage.owner() as owner:
        owner.execute("CREATE SCHEMA IF NOT EXISTS bare")
    with tempfile.TemporaryDirectory() as folder:
        feeding.take(_file(stage, Path(folder), WARM, "csv"))


def run(stage: Stage) -> Run:
    """CSV, then NDJSON, then bare COPY of what the CSV became, by one connection and by as many as the feed uses."""
    count = ROWS_SHORT if stage.short else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = _file(stage, Path(folder), count, "csv")
        with stage.owner() as owner:
            first = {table: _newest(owner, table) for table in ("cases_case", "ledger_ledgerentry")}
        ours, used = _timed(path, count)
        with stage.owner() as owner:
            chunks = _chunks(owner, first)
        lines, _ = _timed(_file(stage, Path(folder), count // 4, "ndjson"), count // 4)
        again = feeding.take(path)
    if again.cases or again.repeated != count:
        raise RuntimeError(f"the same file again made cases: {again.result}")
    limit, beside = (_copied(stage, chunks, hands) for hands in (1, feeding.AT_ONCE))
    facts = {
        "rows": count,
        "ndjson cases/s": round(lines),
        "python us a case": round(used * 1e6 / count),
        "bytes a case": round(sum(len(data) for chunk in chunks for data in chunk.values()) / count),
        f"bare COPY on {feeding.AT_ONCE} connections": round(beside),
    }
    return Run(ours=ours, limit=limit, facts=facts)


def _timed(path: Path, count: int) -> tuple[float, float]:
    begun, used = time.perf_counter(), time.process_time()
    tally = feeding.take(path)
    if tally.cases != count:
        raise RuntimeError(f"not every row became a case: {tally.result}")
    return count / (time.perf_counter() - begun), time.process_time() - used


def _file(stage: Stage, folder: Path, count: int, kind: str) -> Path:
    dice, codes = random.Random(), matters()
    with stage.owner() as owner:
        spots = grids.points(owner, min(count, 5_000), dice)
    path = folder / f"{uuid.uuid4().hex}.{kind}"
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        if kind == "csv":
            table.writerow(HEADER)
        for nth in range(count):
            (lon, lat), at = (
                dice.choice(spots),
                datetime.now(UTC) - timedelta(seconds=dice.randrange(1, 5 * 86_400)),
            )
            cells = (
                uuid.uuid4().hex, dice.choice(codes), lon, lat, "", "", f"路口井盖缺失，夜间行人容易踩空，请尽快处理 {nth}", "王某",
                f"139{dice.randrange(10**8):08d}", "", at.isoformat(timespec="seconds"),
            )  # fmt: skip
            if kind == "csv":
                table.writerow(cells)
            else:
                out.write(
                    json.dumps(
                        {k: v for k, v in zip(HEADER, cells, strict=True) if v != ""}, ensure_ascii=False
                    )
                    + "\n"
                )
    return path


def _newest(owner: psycopg.Connection, table: str) -> int:
    row = owner.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _chunks(owner: psycopg.Connection, first: dict[str, int]) -> list[Chunk]:
    """The rows as COPY writes them, in the batches in which they were fed."""
    cases = [
        r[0]
        for r in owner.execute("SELECT id FROM cases_case WHERE id > %s ORDER BY id", [first["cases_case"]])
    ]
    entries = [
        r[0]
        for r in owner.execute(
            "SELECT id FROM ledger_ledgerentry WHERE id > %s AND verb = 'report_case' ORDER BY id",
            [first["ledger_ledgerentry"]],
        )
    ]
    found = []
    for at in range(0, len(cases), feeding.BATCH):
        chunk: Chunk = {}
        for table, column in TABLES.items():
            ids = cases if column == "case_id" or table == "cases_case" else entries
            low, high = ids[at], ids[min(at + feeding.BATCH, len(ids)) - 1]
            text = f"COPY (SELECT * FROM {table} WHERE {column} BETWEEN {low} AND {high} ORDER BY {column}) TO STDOUT"
            with owner.cursor() as cursor, cursor.copy(text) as out:  # type: ignore[call-overload]
                chunk[table] = b"".join(bytes(piece) for piece in out)
        found.append(chunk)
    return found


def _copied(stage: Stage, chunks: Sequence[Chunk], hands: int) -> float:
    """Cases a second by bare COPY into tables with the same indexes and no guard, a transaction a batch."""
    with stage.owner() as owner:
        for table in TABLES:
            owner.execute(f"DROP TABLE IF EXISTS bare.{table}")
            owner.execute(f"CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING ALL)")
    threads = [threading.Thread(target=_copy(stage, chunks[nth::hands])) for nth in range(hands)]
    begun = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    spent = time.perf_counter() - begun
    with stage.owner() as owner:
        row = owner.execute("SELECT count(*) FROM bare.cases_case").fetchone()
    return int(row[0]) / spent if row else 0.0


def _copy(stage: Stage, chunks: Sequence[Chunk]) -> Callable[[], None]:
    def work() -> None:
        with stage.owner() as owner:
            for chunk in chunks:
                with owner.transaction(), owner.cursor() as cursor:
                    for table, data in chunk.items():
                        with cursor.copy(f"COPY bare.{table} FROM STDIN") as out:  # type: ignore[call-overload]
                            out.write(data)

    connection.close()
    return work


FIGURE = Figure(
    name="feed",
    words="Feeding a CSV file through the acts in batches: checks, locating among 50,000 grids, routing, clauses, ledger, notices.",
    unit="cases/s",
    rate=True,
    asked=20_000.0,
    ratio=0.7,
    band=0.15,
    limit_words="bare COPY of the very same rows of all nine tables, one connection, the same indexes, no guard",
    prepare=prepare,
    run=run,
    needs=frozenset({"cases-grids"}),
)
