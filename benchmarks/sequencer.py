"""The sequencer under load: 2,000 acts a second for a minute, and how long each waits until a signed checkpoint covers it.

    .venv/bin/python benchmarks/sequencer.py [SECONDS]

Limits: lag p99 < 2 s at 2,000 acts/s, on two cores. An act here is its ledger entry with its content, appended in a
transaction of its own by the very statement that the gate appends with, over 16 connections of two other processes; rows of
a bare table are first inserted in the same way, in the same run, to compare. Then a heap of entries is integrated with
nothing else running. It runs in a database of its own that is dropped at the end.
"""

import itertools
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
import psycopg

from tests import plugin

django.setup()

from django.db import connection, transaction  # noqa: E402

from tongxin.ledger import operations  # noqa: E402
from tongxin.ledger.queries import verification  # noqa: E402
from tongxin.ledger.rules.signing import Signer  # noqa: E402
from tongxin.ledger.terms import LedgerOutcome, NewEntry  # noqa: E402
from tongxin.web import schema  # noqa: E402
from tongxin.web.secrets import Secrets  # noqa: E402

RATE, WRITERS, CONNECTIONS, HEAP, EVERY = 2_000, 2, 16, 50_000, 0.5
LIMIT = 2.0
SIGNER = Signer(origin="benchmark.test/ledger", seed=b"b" * 32)
BARE = "INSERT INTO bare (verb, organ, office, list_entry, clauses, at) VALUES ('tell', 'organ:x', 'office:x', 'm', 'c', now())"


def entry(nth: int) -> NewEntry:
    return NewEntry(
        verb="tell",
        outcome=LedgerOutcome.DONE,
        at=datetime.now(UTC),
        organ="bz/371602/water",
        office="office:bz/371602/water/case_officer",
        list_entry="matter:m01001",
        clauses="law:cn/some-regulation@2021-08-05#a10 law:cn/another@2020-01-01#a3",
        subject=f"case:{nth}",
        persons=(f"person:{nth % 5_000}",),
        content={"actor": f"person:{nth % 5_000}", "case": nth, "fields": ["name", "phone"]},
    )


def write(seconds: float, rate: float) -> None:
    """Append entries at a rate, each in a transaction of its own; who is behind does not wait."""
    _spread(
        seconds,
        rate,
        lambda opened, nth: opened.execute(operations.APPEND, [operations.written([entry(nth)])]),
    )


def bare(seconds: float) -> None:
    _spread(seconds, 1e9, lambda opened, _: opened.execute(BARE))


def _spread(seconds: float, rate: float, act: Callable[[psycopg.Connection, int], object]) -> None:
    begins, lock, numbers = time.perf_counter(), threading.Lock(), itertools.count()

    def work() -> None:
        with plugin.app_connection(plugin.TEMPLATE) as opened:
            while True:
                with lock:
                    nth = next(numbers)
                due = begins + nth / rate
                if max(due, time.perf_counter()) > begins + seconds:
                    return
                time.sleep(max(0.0, due - time.perf_counter()))
                act(opened, nth)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS // WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run(target: object, *given: object) -> list[multiprocessing.Process]:
    found = [multiprocessing.get_context("fork").Process(target=target, args=given) for _ in range(WRITERS)]
    for process in found:
        process.start()
    return found


def sequenced(writers: list[multiprocessing.Process]) -> None:
    """What `tongxin work` does: every half second, integrate what has settled."""
    while any(writer.is_alive() for writer in writers):
        begins = time.perf_counter()
        while operations.sequence(signer=SIGNER, at=datetime.now(UTC)) == operations.BATCH:
            pass
        time.sleep(max(0.0, EVERY - (time.perf_counter() - begins)))
    while operations.sequence(signer=SIGNER, at=datetime.now(UTC)):
        pass


# The moment of a checkpoint is read before its work begins; it is there for others when its transaction has committed.
LAG = """
SELECT percentile_cont(ARRAY[0.5, 0.99, 1.0]) WITHIN GROUP (ORDER BY extract(epoch FROM pg_xact_commit_timestamp(c.xmin) - e.recorded_at)),
       count(*) FROM ledger_ledgerleaf l JOIN ledger_ledgerentry e ON e.id = l.entry_id
  JOIN LATERAL (SELECT xmin FROM ledger_ledgercheckpoint c WHERE c.size > l.index ORDER BY c.size LIMIT 1) c ON true
"""


def one(statement: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone())


def main(seconds: float) -> None:
    with plugin.owner_connection() as owner:
        owner.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, verb text, organ text, office text, list_entry text, "
                      f"clauses text, at timestamptz); GRANT ALL ON bare, bare_id_seq TO {plugin.ROLE}")  # fmt: skip
    connection.close()
    for writer in run(bare, 10.0):
        writer.join()
    rows = int(str(one("SELECT count(*) FROM bare")[0])) / 10
    print(f"bare inserts, {CONNECTIONS} connections     {rows:9,.0f} rows/s", flush=True)
    connection.close()
    writers = run(write, seconds, RATE / WRITERS)
    sequenced(writers)
    lag, count = one(LAG)
    p50, p99, most = lag  # type: ignore[misc]
    rate = int(str(count)) / seconds
    verdict = "within" if p99 < LIMIT and rate >= RATE * 0.98 else "OVER"
    checkpoints = one("SELECT count(*) FROM ledger_ledgercheckpoint")[0]
    print(
        f"acts appended and integrated        {rate:9,.0f} acts/s for {seconds:.0f} s, {checkpoints} checkpoints"
    )
    print(
        f"lag p50 {p50:.3f} s, p99 {p99:.3f} s, longest {most:.3f} s  {verdict} the limit of {LIMIT:.0f} s",
        flush=True,
    )
    while one("SELECT count(*) FROM ledger_ledgerentry")[0] < HEAP + int(str(count)):  # type: ignore[operator]
        with transaction.atomic():
            operations.append_entries(entries=[entry(nth) for nth in range(1_000)])
    begins = time.perf_counter()
    while operations.sequence(signer=SIGNER, at=datetime.now(UTC)):
        pass
    took = time.perf_counter() - begins
    print(f"a heap of {HEAP:,} integrated in      {took:8.1f} s = {HEAP / took:,.0f} entries/s", flush=True)
    begins = time.perf_counter()
    answer = verification(keys=SIGNER.keys(), tables={})
    took = time.perf_counter() - begins
    print(f"verified {answer.leaves:,} entries in       {took:8.1f} s, intact {answer.intact}")


def found() -> None:
    with plugin.admin() as owner:
        owner.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        owner.execute(f'CREATE DATABASE "{plugin.TEMPLATE}"')
    plugin.cluster.stop(plugin.DATA)
    plugin.cluster.ensure(plugin.DATA)
    plugin.use(plugin.TEMPLATE)
    schema.prepare(role=plugin.ROLE, password=Secrets.of(plugin.DATA).app_password)


if __name__ == "__main__":
    try:
        found()
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
    finally:
        connection.close()
        plugin.drop_database(plugin.TEMPLATE)
