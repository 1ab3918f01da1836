"""The sequencer, on committed transactions: the order, two of them at once, and a transaction that ends late."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from tests.factories import NOW, reported
from tests.plugin import app_connection
from tongxin.ledger import merkle, rules
from tongxin.ledger.models import LedgerCheckpoint, LedgerContent, LedgerEntry, LedgerLeaf
from tongxin.ledger.operations import append_entries, sequence
from tongxin.ledger.queries import contents_about, contents_naming, newest_checkpoint, proof_of, verification
from tongxin.ledger.rules.signing import Signer
from tongxin.ledger.terms import LedgerOutcome, NewEntry, canonical
from tongxin.web.schema import guarded_tables

SIGNER = Signer(origin="tongxin.test/ledger", seed=b"7" * 32)
PUBLIC = rules.public_key(SIGNER.seed)
SALT = b"s" * 16
COMMITTED = rules.commitment(SALT, canonical({"content": {}, "subject": "", "persons": []}))
INSERT = (
    "WITH e AS (INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
    "VALUES (%s, 'test', 'done', now(), '', '', '', '', %s) RETURNING id) "
    "INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content) "
    "SELECT id, %s, '', '{}', '{}' FROM e RETURNING entry_id"
)


def raw_entry(opened: psycopg.Connection) -> int:
    """Append an entry in whatever transaction is open."""
    (number,) = opened.execute(INSERT, [str(uuid.uuid4()), COMMITTED, SALT]).fetchone()  # type: ignore[misc]
    return int(number)


def integrate(**given: int) -> int:
    """Integrate until nothing settled waits."""
    total = 0
    while count := sequence(signer=SIGNER, at=NOW, **given):
        total += count
    return total


def order() -> list[int]:
    """The entries in the order of their leaves."""
    return list(LedgerLeaf.objects.order_by("index").values_list("entry_id", flat=True))


@pytest.fixture
def app(city_of_its_own: str) -> Iterator[psycopg.Connection]:
    """A raw connection under the application's role to the city of the test."""
    with app_connection(city_of_its_own) as opened:
        yield opened


def test_every_entry_is_integrated_once_in_its_order_and_signed(city_of_its_own: str) -> None:
    for _ in range(3):
        reported()
    total = LedgerEntry.objects.count()
    assert integrate(batch=2) == total
    assert order() == list(LedgerEntry.objects.order_by("xact", "id").values_list("id", flat=True))
    assert list(LedgerLeaf.objects.order_by("index").values_list("index", flat=True)) == list(range(total))
    newest = newest_checkpoint()
    assert newest is not None and newest.size == total
    hashes = [bytes(leaf.hash) for leaf in LedgerLeaf.objects.order_by("index")]
    assert bytes(newest.root) == merkle.root(hashes)
    head = rules.read_checkpoint(rules.verify_note(newest.note, SIGNER.origin, PUBLIC))
    assert (head.origin, head.size, head.root) == (SIGNER.origin, total, merkle.root(hashes))
    before = LedgerCheckpoint.objects.order_by("-size")[1].size
    assert head.extensions == (f"at {rules.instant(NOW)}", f"previous {before}")
    assert LedgerCheckpoint.objects.count() == (total + 1) // 2
    assert verification(keys=SIGNER.keys(), tables=guarded_tables()).intact


def test_nothing_to_integrate_makes_no_checkpoint(city_of_its_own: str) -> None:
    integrate()
    before = LedgerCheckpoint.objects.count()
    assert sequence(signer=SIGNER, at=NOW) == 0
    assert LedgerCheckpoint.objects.count() == before


def test_the_tree_grows_and_every_earlier_proof_can_be_made_anew(city_of_its_own: str) -> None:
    integrate()
    case = reported()
    entry = contents_about(subject=case.ref)[0].entry_id
    assert proof_of(entry=entry) is None
    for _ in range(3):
        integrate()
        proof = proof_of(entry=entry)
        assert proof is not None
        root = bytes(proof.checkpoint.root)
        merkle.verify_inclusion(
            bytes(proof.leaf.hash), proof.leaf.index, proof.checkpoint.size, proof.path, root
        )
        reported()
    assert contents_naming(person=f"reporter:{case.number}").count() == 1


def test_two_sequencers_at_once_integrate_each_entry_once(city_of_its_own: str) -> None:
    for _ in range(12):
        reported()
    together, errors, counts = threading.Barrier(4), [], []

    def run() -> None:
        try:
            together.wait(10)
            counts.append(integrate(batch=3))
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is what the test is about
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    integrate()  # what the ones that found the lock taken left
    total = LedgerEntry.objects.count()
    assert errors == []
    assert sum(counts) <= total == LedgerLeaf.objects.count() == len(set(order()))
    assert verification(keys=SIGNER.keys(), tables=guarded_tables()).intact


def test_a_sequencer_that_finds_the_lock_taken_does_nothing(
    city_of_its_own: str, app: psycopg.Connection
) -> None:
    with app.transaction():
        app.execute("SELECT pg_advisory_xact_lock(%s)", [0x746F6E67])
        assert sequence(signer=SIGNER, at=NOW) == 0
    assert sequence(signer=SIGNER, at=NOW) > 0


def test_an_entry_of_a_long_transaction_that_commits_late_is_integrated_after(
    city_of_its_own: str, app: psycopg.Connection
) -> None:
    """What began later waits for what began earlier, so that the order never has to be revised."""
    integrate()
    size = LedgerLeaf.objects.count()
    with app.transaction():
        late = raw_entry(app)
        case = reported()
        early = contents_about(subject=case.ref)[0].entry_id
        assert sequence(signer=SIGNER, at=NOW) == 0
        assert verification(keys=SIGNER.keys(), tables=guarded_tables()).pending == 1
    assert integrate() == 2
    assert order()[size:] == [late, early]
    assert verification(keys=SIGNER.keys(), tables=guarded_tables()).intact


def test_an_entry_of_a_transaction_that_is_rolled_back_leaves_no_leaf(
    city_of_its_own: str, app: psycopg.Connection
) -> None:
    integrate()
    with app.transaction(force_rollback=True):
        gone = raw_entry(app)
        kept = contents_about(subject=reported().ref)[0].entry_id
    assert integrate() == 1
    assert order()[-1] == kept != gone


def test_the_sequencer_loses_nothing_while_others_write(city_of_its_own: str) -> None:
    integrate()
    done = threading.Event()
    errors: list[Exception] = []

    def write() -> None:
        try:
            for _ in range(8):
                reported()
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is what the test is about
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        sequence(signer=SIGNER, at=NOW, batch=4)
        done.wait(0.01)
    integrate()
    assert errors == []
    assert order() == list(LedgerEntry.objects.order_by("xact", "id").values_list("id", flat=True))
    assert verification(keys=SIGNER.keys(), tables=guarded_tables()).intact


@pytest.mark.django_db
def test_a_batch_of_entries_comes_back_in_its_order_with_content_and_commitment() -> None:
    entries = [
        NewEntry(
            verb=f"v{n}",
            outcome=LedgerOutcome.DONE,
            at=NOW + timedelta(seconds=n),
            subject=f"s:{n}",
            persons=(f"person:{n}",),
            content={"n": n, "text": "字\n\"'\\"},
        )
        for n in range(5)
    ]
    numbers = append_entries(entries=entries)
    assert [LedgerEntry.objects.get(pk=number).verb for number in numbers] == ["v0", "v1", "v2", "v3", "v4"]
    kept = LedgerContent.objects.get(pk=numbers[3])
    assert (kept.subject, kept.persons, kept.content) == ("s:3", ["person:3"], {"n": 3, "text": "字\n\"'\\"})
    salts = set(LedgerContent.objects.filter(pk__in=numbers).values_list("salt", flat=True))
    assert len({bytes(salt) for salt in salts}) == 5 and all(len(bytes(salt)) == 16 for salt in salts)


@pytest.mark.django_db
def test_equal_contents_have_different_commitments() -> None:
    """Without the salt nobody can find out by trying what an entry was about."""
    same = {"verb": "v", "outcome": LedgerOutcome.DONE, "at": NOW, "content": {"who": "person:x"}}
    one, other = append_entries(entries=[NewEntry(**same), NewEntry(**same)])
    assert bytes(LedgerEntry.objects.get(pk=one).commitment) != bytes(
        LedgerEntry.objects.get(pk=other).commitment
    )


def test_an_entry_outside_a_transaction_is_refused(city_of_its_own: str) -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction of its act"):
        append_entries(entries=[NewEntry(verb="v", outcome=LedgerOutcome.DONE, at=NOW)])


def test_the_number_of_the_transaction_is_the_databases_to_give(city_of_its_own: str) -> None:
    with transaction.atomic():
        one, other = append_entries(
            entries=[NewEntry(verb="v", outcome=LedgerOutcome.DONE, at=NOW) for _ in range(2)]
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text")
            (current,) = cursor.fetchone()
            cursor.execute(
                "SELECT DISTINCT xact::text FROM ledger_ledgerentry WHERE id IN (%s, %s)", [one, other]
            )
            assert cursor.fetchall() == [(current,)]
