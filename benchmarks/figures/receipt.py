"""One receipt of a ledger of a million entries: the entry's leaf, its audit path and the checkpoint.

A path of twenty hashes is worked out from the leaves beside the entry and the stored roots of full tiles, at most a tile and a
half of each level, so that the size of the ledger hardly matters. The limit is the reading of these rows by pgbench: the leaf by its
entry, the checkpoint, a hundred and twenty-eight leaves, twice as many nodes, the entry.
"""

import random
import statistics
import time

from django.db import connection

from benchmarks.figure import Figure, Run
from benchmarks.figures.sequencer import CONTENTS, ENTRIES, SIGNER
from benchmarks.stage import Stage
from tests.plugin import FOUNDED
from tongxin.ledger import operations
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.queries import receipt_of

LEAVES, LEAVES_SHORT = 1_000_000, 100_000
TIMES = 100
BARE = """
\\set i random(1000, {size} - 300)
SELECT index, entry_id, hash FROM ledger_ledgerleaf WHERE index = :i;
SELECT * FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1;
SELECT index, hash FROM ledger_ledgerleaf WHERE index >= :i AND index < :i + 128;
SELECT level, index, hash FROM ledger_ledgernode WHERE level = 1 AND index >= :i / 256 AND index < :i / 256 + 256;
SELECT * FROM ledger_ledgerentry WHERE id = :i;
"""


def prepare(stage: Stage) -> None:
    """Entries put in as the owner and integrated by the sequencer itself."""
    stage.enter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM ledger_ledgerentry")
        count, last = cursor.fetchone()
    more = (LEAVES_SHORT if stage.short else LEAVES) - count
    if more > 0:
        with stage.owner() as owner, owner.transaction():
            owner.execute("SET LOCAL session_replication_role = replica")
            owner.execute(ENTRIES, [more])
            owner.execute(CONTENTS, [last])
        while operations.sequence(signer=SIGNER, at=FOUNDED):
            pass
        with stage.owner() as owner:
            owner.execute(
                "VACUUM ANALYZE ledger_ledgerentry, ledger_ledgerleaf, ledger_ledgernode, ledger_ledgercheckpoint"
            )


def run(stage: Stage) -> Run:
    """Receipts of entries chosen at random, then the bare reading."""
    size = LedgerCheckpoint.objects.latest("size").size
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id FROM ledger_ledgerleaf WHERE index = ANY(%s)",
            [random.Random(1).sample(range(size), TIMES)],
        )
        entries = [row[0] for row in cursor.fetchall()]
    times = []
    for entry in entries:
        begins = time.perf_counter()
        found = receipt_of(entry=entry)
        times.append((time.perf_counter() - begins) * 1_000)
        if not found:
            raise RuntimeError(f"no receipt of entry {entry}")
    times.sort()
    limit = 1_000 / stage.pgbench(BARE.format(size=size), clients=1)
    facts = {"p99 ms": round(times[-1], 2), "leaves": size, "statements": 7}
    return Run(ours=statistics.median(times), limit=limit, facts=facts)


FIGURE = Figure(
    name="receipt",
    words="one receipt of a ledger of a million entries",
    unit="ms",
    rate=False,
    asked=10,
    ratio=None,
    band=20,
    limit_words="the rows it reads by pgbench, one client",
    prepare=prepare,
    run=run,
)
