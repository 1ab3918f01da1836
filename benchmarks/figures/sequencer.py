"""The sequencer: entries integrated a second from a heap, and how long an act waits for a signed checkpoint at 2,000 acts/s.

An entry of the heap stands with its content, as a look or a refusal leaves it; a second heap, told in the facts, has the digests of three
statements with each entry, as an ordinary act leaves them. The limit is the
least that any sequencer has to do: a SHA-256 in the database over bytes that are as long as a leaf and stored beforehand, and the
leaf put into a bare table with the same two indexes, one commit a batch. The lag is that of acts appended by the gate's own
statement over 16 connections of two other processes, while the sequencer runs as `tongxin work` runs it.
"""

import itertools
import threading
import time
from datetime import UTC, datetime

import psycopg
from django.db import connection

from benchmarks.figure import Figure, Run
from benchmarks.stage import FORK, Stage
from tongxin.ledger import operations
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import LedgerOutcome, NewEntry

HEAP, HEAP_SHORT = 200_000, 40_000
RATE, WRITERS, CONNECTIONS, EVERY = 2_000, 2, 16, 0.5
SIGNER = Signer(origin="benchmark.test/ledger", seed=b"b" * 32)

ENTRIES = """
INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
SELECT gen_random_uuid(), 'settle_case', 'done', now() + n * interval '1 millisecond', 'bz/371602/water',
       'office:bz/371602/water/case_officer', 'power:settle_case matter:m01001',
       'law:cn/some-regulation@2021-08-05#a10 law:cn/another@2020-01-01#a3', sha256(int8send(n))
  FROM generate_series(1, %s) AS n
"""
CONTENTS = """
INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content)
SELECT id, substr(commitment, 1, 16), 'case:' || id, ARRAY['person:' || id %% 5000], '{}' FROM ledger_ledgerentry WHERE id > %s
"""
WRITES = """
INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest, form)
SELECT id, t, ARRAY[id::text], ARRAY[commitment], commitment, 2
  FROM ledger_ledgerentry, unnest(ARRAY['cases_case', 'cases_casestep', 'acts_notice']) AS t WHERE id > %s ORDER BY id, t
"""
STORED = """
CREATE TABLE bench_stored AS SELECT n AS entry, decode(repeat(md5(n::text), 28), 'hex') AS leaf FROM generate_series(1, {count}) AS n;
ALTER TABLE bench_stored ADD PRIMARY KEY (entry);
CREATE TABLE bench_leaf (index bigint PRIMARY KEY, entry bigint UNIQUE, hash bytea NOT NULL);
"""
BARE = """
INSERT INTO bench_leaf SELECT entry - 1, entry, sha256('\\x00'::bytea || leaf) FROM bench_stored WHERE entry > %s AND entry <= %s
"""
# A checkpoint is there for others when its transaction has committed: those moments are taken by whoever runs the sequencer.
LAG = """
SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY extract(epoch FROM c.moment - e.recorded_at)), count(*)
  FROM ledger_ledgerleaf l JOIN ledger_ledgerentry e ON e.id = l.entry_id
  JOIN LATERAL (SELECT moment FROM unnest(%s::bigint[], %s::timestamptz[]) AS c(size, moment)
                 WHERE c.size > l.index ORDER BY c.size LIMIT 1) c ON true
 WHERE l.index >= %s
"""


def prepare(stage: Stage) -> None:
    """The stored bytes of the limit; and what founding the city appended is integrated."""
    with stage.owner() as owner:
        owner.execute(STORED.format(count=_heap(stage)))
        owner.execute("VACUUM ANALYZE bench_stored")
    stage.enter()
    while operations.sequence(signer=SIGNER, at=datetime.now(UTC)):
        pass


def run(stage: Stage) -> Run:
    """A heap integrated, the bare work on as many rows, then the lag."""
    heap = _heap(stage)
    with stage.owner() as owner:
        fill(owner, heap, digests=False)
        limit = _bare(owner, heap)
        ours = _integrated(heap)
        fill(owner, heap, digests=True)
        whole = _integrated(heap)
    facts = {"entries": heap, "batch": operations.BATCH, "with three digests /s": round(whole), **lag(stage)}
    return Run(ours=ours, limit=limit, facts=facts)


def _integrated(count: int) -> float:
    begins = time.perf_counter()
    while operations.sequence(signer=SIGNER, at=datetime.now(UTC)):
        pass
    return count / (time.perf_counter() - begins)


def fill(owner: psycopg.Connection, count: int, *, digests: bool) -> None:
    """So many entries with content, and digests if asked for, put in as the owner: they wait for the sequencer."""
    (last,) = owner.execute("SELECT coalesce(max(id), 0) FROM ledger_ledgerentry").fetchone() or (0,)
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(ENTRIES, [count])
        owner.execute(CONTENTS, [last])
        if digests:
            owner.execute(WRITES, [last])
    owner.execute("VACUUM ANALYZE ledger_ledgerentry, ledger_ledgercontent, ledger_ledgerwrite")


def _bare(owner: psycopg.Connection, count: int) -> float:
    owner.execute("TRUNCATE bench_leaf")
    begins = time.perf_counter()
    for begin in range(0, count, operations.BATCH):
        owner.execute(BARE, [begin, min(begin + operations.BATCH, count)])
    return count / (time.perf_counter() - begins)


def lag(stage: Stage) -> dict[str, object]:
    """p50 and p99, in seconds, of acts appended at 2,000 a second; how many came a second."""
    size = begun = LedgerCheckpoint.objects.latest("size").size
    covered: list[tuple[int, datetime]] = []
    connection.close()  # before others are forked from this process
    writers = [
        FORK.Process(target=_write, args=(stage, stage.seconds, RATE / WRITERS)) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    last = False
    while not last:
        last = not any(writer.is_alive() for writer in writers)
        begins = time.perf_counter()
        while count := operations.sequence(signer=SIGNER, at=datetime.now(UTC)):
            size += count
            covered.append((size, datetime.now(UTC)))
            if count < operations.BATCH:
                break
        time.sleep(max(0.0, EVERY - (time.perf_counter() - begins)))
    with connection.cursor() as cursor:
        cursor.execute(LAG, [*map(list, zip(*covered, strict=True)), begun])
        (p50, p99), total = cursor.fetchone()
    return {"acts/s": round(total / stage.seconds), "lag p50 s": round(p50, 3), "lag p99 s": round(p99, 3)}


def _write(stage: Stage, seconds: float, rate: float) -> None:
    """Append entries at a rate, each in a transaction of its own; who is behind does not wait."""
    begins, lock, numbers = time.perf_counter(), threading.Lock(), itertools.count()

    def work() -> None:
        with stage.app() as opened:
            while True:
                with lock:
                    nth = next(numbers)
                due = begins + nth / rate
                if max(due, time.perf_counter()) > begins + seconds:
                    return
                time.sleep(max(0.0, due - time.perf_counter()))
                opened.execute(operations.APPEND, [operations.written([_entry(nth)])])

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS // WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _entry(nth: int) -> NewEntry:
    return NewEntry(
        verb="settle_case",
        outcome=LedgerOutcome.DONE,
        at=datetime.now(UTC),
        organ="bz/371602/water",
        office="office:bz/371602/water/case_officer",
        list_entry="power:settle_case matter:m01001",
        clauses="law:cn/some-regulation@2021-08-05#a10 law:cn/another@2020-01-01#a3",
        subject=f"case:{nth}",
        persons=(f"person:{nth % 5_000}",),
        content={"actor": f"person:{nth % 5_000}", "case": nth, "fields": ["name", "phone"]},
    )


def _heap(stage: Stage) -> int:
    return HEAP_SHORT if stage.short else HEAP


FIGURE = Figure(
    name="sequencer",
    words="entries integrated into the signed tree from a heap; lag of acts appended at 2,000 a second",
    unit="entries/s",
    rate=True,
    asked=100_000,
    ratio=None,
    band=0.15,
    limit_words="SHA-256 over stored bytes of the same length and the bare row with its two indexes, in one SQL statement a batch",
    prepare=prepare,
    run=run,
)
