"""A small ledger of its own: no city, but every table of the ledger has rows, and the tree has full tiles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from tests.factories import NOW
from tests.plugin import DATA, PREFIX, ROLE, WORKING, admin, drop_database, owner_connection, use
from tongxin.ledger import operations, rules
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import LedgerOutcome, NewEntry
from tongxin.web import schema
from tongxin.web.secrets import Secrets

SIGNER = Signer(origin="tongxin.test/small", seed=b"8" * 32)
WITNESS, WITNESS_SEED = "witness.test/one", b"9" * 32
WITNESS_KEY = rules.Key(WITNESS, rules.public_key(WITNESS_SEED), rules.COSIGNATURE)
KEYS = SIGNER.keys([WITNESS_KEY])


@contextmanager
def small_database() -> Iterator[str]:
    """A database with the tables and the guard, and nothing in them."""
    name = f"{PREFIX}_small"
    with admin() as opened:
        opened.execute(f'CREATE DATABASE "{name}"')
    use(name)
    schema.prepare(role=ROLE, password=Secrets.of(DATA).app_password)
    try:
        yield name
    finally:
        use(WORKING)
        drop_database(name)


def acted(count: int, at: datetime = NOW) -> list[int]:
    """Acts, each with a row of a record in its own transaction."""
    made = []
    for nth in range(count):
        with transaction.atomic():
            entry = NewEntry(
                verb="tell",
                outcome=LedgerOutcome.DONE,
                at=at,
                organ="organ:x",
                office="office:x",
                list_entry="matter:m",
                clauses="law:cn/a@2020-01-01#a1",
                subject=f"case:{nth}",
                persons=(f"person:{nth}",),
                content={"actor": f"person:{nth}", "n": nth, "text": "字", "inner": {"a": [1, None, True]}},
            )
            (number,) = operations.append_entries(entries=[entry])
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) "
                    "VALUES (%s, 'person:x', 'case:1', 'told', '{\"a\": {\"b\": null}}', %s), "
                    "(%s, 'person:y', 'case:1', 'told', '{}', %s)",
                    [number, at, number, at],
                )
        made.append(number)
    return made


def forget(number: int) -> None:
    """An act that deletes the content of an entry."""
    with transaction.atomic():
        operations.append_entries(
            entries=[NewEntry(verb="delete_content", outcome=LedgerOutcome.DONE, at=NOW)]
        )
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM ledger_ledgercontent WHERE entry_id = %s", [number])


def signed_on(at: datetime) -> LedgerCheckpoint:
    """Integrate, and have the checkpoint cosigned."""
    while operations.sequence(signer=SIGNER, at=at):
        pass
    newest = LedgerCheckpoint.objects.latest("size")
    body, _ = rules.read_note(newest.note)
    line = rules.cosigned(body, WITNESS, WITNESS_SEED, int(at.timestamp()))
    operations.accept_cosignature(size=newest.size, line=line, key=WITNESS_KEY, at=at)
    return newest


def eventful() -> None:
    """More than two full tiles of entries, five checkpoints, each cosigned, two stamped; some content lawfully gone."""
    first = acted(130)
    for nth, count in enumerate((60, 100, 140, 100, 30)):
        acted(count)
        if nth == 2:
            forget(first[3])
        checkpoint = signed_on(NOW + timedelta(minutes=nth))
        if nth in (1, 4):
            operations.keep_stamp(
                size=checkpoint.size, authority="http://stamps.test/", token=b"\x30\x80token" * 40, at=NOW, signer=SIGNER
            )  # fmt: skip


def archived(name: str) -> None:
    """A month that was archived and dropped, as the owner of the tables writes it down."""
    told = {
        "relation": "acts_delivery",
        "month": 24_000,
        "rows": 7,
        "digest": "a" * 64,
        "manifest": "b" * 64,
        "size": 5,
        "at": NOW,
    }
    seal = SIGNER.seal(rules.seal_message(**told))
    with owner_connection(name) as owner:
        owner.execute(
            "INSERT INTO ledger_ledgerarchive (relation, month, rows, digest, manifest, size, at, seal) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [*told.values(), seal],
        )
