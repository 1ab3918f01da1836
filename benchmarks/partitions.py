"""What dividing by month costs and gives: hot statements, the guard, the sequencer, with any number of months.

    .venv/bin/python -m benchmarks.partitions MONTHS [ROWS]

Starts its own database (TONGXIN_DSN names another server), makes MONTHS months up to this one, spreads ROWS entries, notices
and steps over them, and prints microseconds of processor in the server, statements unprepared as the ORM sends them, commits not waited for.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import plugin

import django  # isort: skip - after the plugin has set the environment

django.setup()

from django.db import connection, transaction  # noqa: E402

from tests.factories import NOW  # noqa: E402
from tongxin.acts.queries import inbox  # noqa: E402
from tongxin.cases.models import CaseStep  # noqa: E402
from tongxin.ledger import operations  # noqa: E402
from tongxin.ledger.queries import contents_about, entry_numbered, leaf_of, receipt_of  # noqa: E402
from tongxin.ledger.terms import LedgerOutcome, NewEntry  # noqa: E402
from tongxin.ledger.tests.small import SIGNER, small_database  # noqa: E402

KEYS_OF = {
    "ledger_ledgerentry": "id",
    "ledger_ledgercontent": "entry_id",
    "ledger_ledgerwrite": "entry_id",
    "acts_notice": "id",
    "acts_delivery": "notice_id",
    "cases_casestep": "case_id",
}
NOTICE = (
    "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) "
    "VALUES (%s, 'person:x', 'case:1', 'told', '{}', %s)"
)


def make(months: int, rows: int) -> int:
    """Months up to this one with rows in each; returns the first number of this month."""
    with plugin.owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")
        (divided,) = owner.execute("SELECT to_regclass('ledger_ledgerentry_rest') IS NOT NULL").fetchone()  # type: ignore[misc]
        now = 0
        if divided:
            from tongxin.ledger.rules.parting import attached, empty_part, floor, part
            from tongxin.web.months import PARTED

            (now,) = owner.execute("SELECT tongxin_month(now())").fetchone()  # type: ignore[misc]
            for one in PARTED:
                owner.execute(f"ALTER TABLE {one.table} DETACH PARTITION {one.name('before')}")
                owner.execute(
                    f"ALTER TABLE {one.table} ATTACH PARTITION {one.name('before')} "
                    f"FOR VALUES FROM (MINVALUE) TO ({floor(now - months + 1)})"
                )
                for of in range(now - months + 1, now):
                    owner.execute(empty_part(one, part(of)) + attached(one, of))
        spread = (
            f"((({now} - (g * {months} / {rows + 1})) << 36) | (g + 1000000000))" if now else "(g + 1000)"
        )
        ids = f"(SELECT {spread} AS id, g FROM generate_series({rows}::bigint, 1, -1) g ORDER BY 1) n"
        owner.execute(
            f"INSERT INTO ledger_ledgerentry (id, act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
            f"SELECT id, gen_random_uuid(), 'tell', 'done', now(), '', '', '', '', sha256('') FROM {ids}"
        )
        owner.execute(
            f"INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content) "
            f"SELECT id, sha256(''), 'case:' || g, ARRAY['person:' || g %% 1000], '{{}}' FROM {ids}".replace(
                "%%", "%"
            )
        )
        owner.execute(
            f"INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest) "
            f"SELECT id, 'acts_notice', ARRAY[id::text], ARRAY[sha256('')], sha256('') FROM {ids}"
        )
        owner.execute(
            f"INSERT INTO acts_notice (id, entry, recipient, subject, template, args, at) "
            f"SELECT id, id, 'person:' || g % 1000, '', '', '{{}}', now() FROM {ids}"
        )
        for seq in range(1, 5):
            owner.execute(
                f"INSERT INTO cases_casestep (id, entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, "
                f"ground, named, note, facts) SELECT (id >> 36 << 36) | (g * 4 + 1000000000 + {seq}), id, id, {seq}, 'v', now(), '', '', '', '', '', '', '', '', '{{}}' FROM {ids}"
            )
        for table in KEYS_OF:
            owner.execute(f"ANALYZE {table}")
        return now << 36


def timed(what: Callable[[], Any], rounds: int = 100) -> float:
    """Microseconds of processor that the server's process takes for it: what others do on the machine hardly shows in that."""
    for _ in range(10):
        what()
    began = processor()
    for _ in range(rounds):
        what()
    return round((processor() - began) / rounds / 1e3)


def processor() -> int:
    """Nanoseconds on a processor of the server's process so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def act(writes: int) -> None:
    """An act with so many guarded statements."""
    entry = NewEntry(verb="tell", outcome=LedgerOutcome.DONE, at=NOW, subject="case:1", persons=("person:1",))
    with transaction.atomic():
        (number,) = operations.append_entries(entries=[entry])
        with connection.cursor() as cursor:
            for _ in range(writes):
                cursor.execute(NOTICE, [number, NOW])


def two_rows() -> None:
    """An act with one guarded statement of two rows."""
    entry = NewEntry(verb="tell", outcome=LedgerOutcome.DONE, at=NOW, subject="case:1", persons=("person:1",))
    with transaction.atomic():
        (number,) = operations.append_entries(entries=[entry])
        with connection.cursor() as cursor:
            cursor.execute(f"{NOTICE}, (%s, 'person:y', '', '', '{{}}', %s)", [number, NOW, number, NOW])


def locks(what: Callable[[], Any]) -> int:
    """How many locks a statement holds."""
    with transaction.atomic():
        what()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()")
            return int(cursor.fetchone()[0])


def main(months: int, rows: int = 60_000) -> None:
    """All of it."""
    with small_database() as name:
        with plugin.admin() as owner:
            owner.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        begun = make(months, rows)
        connection.close()
        oldest = CaseStep.objects.order_by("case_id").values_list("case_id", flat=True)[0]
        newest = CaseStep.objects.order_by("-case_id").values_list("case_id", flat=True)[0]
        found: dict[str, Any] = {"months": months, "rows": rows}
        found["server"] = connection.cursor().connection.info.server_version
        found["act, 1 guarded row"] = timed(lambda: act(1))
        found["act, 6 guarded statements"] = timed(lambda: act(6))
        found["act, 2 rows in one statement"] = timed(two_rows)
        found["steps of one case"] = timed(lambda: list(CaseStep.objects.filter(case_id=newest)))
        found["entry by number"] = timed(lambda: entry_numbered(number=oldest))
        found["newest 20 notices of one"] = timed(lambda: inbox(recipients=["person:7"], size=20))
        found["looks at a case"] = timed(lambda: list(contents_about(subject="case:5")))
        if begun:
            found["looks at a case of this month"] = timed(
                lambda: list(contents_about(subject="case:5", since=begun))
            )
        found["locks of the inbox"] = locks(lambda: inbox(recipients=["person:7"], size=20))
        began = processor()
        count = 0
        while made := operations.sequence(signer=SIGNER, at=NOW):
            count += made
        found["sequencer, for an entry"] = round((processor() - began) / count / 1e3, 1)
        found["leaf of an entry"] = timed(lambda: leaf_of(entry=newest))
        found["receipt"] = timed(lambda: receipt_of(entry=newest), 50)
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
