"""The leaf that the database writes out and hashes is the leaf of the rules, byte for byte, whatever an entry holds."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW
from tests.plugin import as_owner
from tongxin.ledger import merkle, operations, rules
from tongxin.ledger.models import LedgerLeaf
from tongxin.ledger.queries import settled as waiting
from tongxin.ledger.queries import verification
from tongxin.ledger.queries.settled import settled
from tongxin.ledger.rules.leaves import LONGEST
from tongxin.ledger.tests import small

ENTRY = """
INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
WRITE = """
INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest) VALUES (%s, %s, %s, '{}', %s)
"""
ASKED = f"SELECT e.leaf, {waiting.TOO_LONG} FROM (SELECT e.*, {waiting.WRITTEN_OUT} AS leaf {waiting.WAITING} OFFSET 0) e"
# Every control character, what JSON escapes and what it need not, neighbours of the surrogates, both ends of a plane.
HOSTILE = (
    "".join(map(chr, range(1, 0x21)))
    + "\"'\\/<>&%{}[]:,\x7f\x80\x9f\u00a0\u2028\u2029\ufeff\ufffd\ud7ff\ue000\uffff😀\U0010ffff字e\u0301"
)
words = st.text(
    st.sampled_from(HOSTILE) | st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40
)
moments = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001 - the zone is drawn beside it
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8, minutes=45))])
)  # fmt: skip
writes = st.tuples(words, st.lists(words, max_size=3), st.binary(max_size=40))
entries = st.tuples(
    words, st.text(st.sampled_from(HOSTILE), max_size=10), moments, words, words, words, words,
    st.binary(max_size=40), st.lists(writes, max_size=4),
)  # fmt: skip


@pytest.fixture(scope="module")
def _small(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    # As the owner: the guard lets nobody write digests for an act.
    with django_db_blocker.unblock(), small.small_database(), as_owner():
        yield


def put(found: list[Any]) -> None:
    """Entries and their digests as given, committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        for *entry, digests in found:
            cursor.execute(ENTRY, [str(uuid.uuid4()), *entry])
            (number,) = cursor.fetchone()
            for relation, keys, digest in digests:
                cursor.execute(WRITE, [number, relation, keys, digest])


def both() -> tuple[list[bytes], list[bytes]]:
    """The waiting entries' leaves: as the database writes them out, and as the rules do. They are integrated afterwards."""
    newest = waiting_from()
    values = {"xact": newest[0], "entry": newest[1], "most": 1_000}
    with connection.cursor() as cursor:
        cursor.execute(ASKED, values)
        theirs = [bytes(whole if len(whole) <= LONGEST else few) for whole, few in cursor.fetchall()]
        cursor.execute(waiting.ROWS, values)
        rows = cursor.fetchall()
    ours = [rules.leaf_bytes(row) for row in rows]
    found = settled(xact=newest[0], entry=newest[1], most=1_000, suite="sha256")
    assert found.hashes == b"".join(merkle.leaf_hash(leaf) for leaf in ours)
    assert found.numbers == b"".join(row[0].to_bytes(8, "big") for row in rows)
    assert (found.last_xact, found.last_entry) == (rows[-1][1], rows[-1][0])
    while operations.sequence(signer=small.SIGNER, at=NOW):
        pass
    return theirs, ours


def waiting_from() -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT last_xact::text, last_entry FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1"
        )
        return cursor.fetchone() or ("0", 0)


def one(**said: Any) -> list[Any]:
    base: dict[str, Any] = {
        "verb": "v", "outcome": "done", "at": NOW, "organ": "", "office": "", "list_entry": "",
        "clauses": "", "commitment": b"c" * 32, "writes": [],
    }  # fmt: skip
    return list({**base, **said}.values())


@pytest.mark.usefixtures("_small")
@settings(max_examples=100, deadline=None)
@given(st.lists(entries, min_size=1, max_size=6))
def test_the_databases_leaf_is_the_leaf_of_the_rules_byte_for_byte(found: list[Any]) -> None:
    put(found)
    theirs, ours = both()
    assert theirs == ours and len(ours) == len(found)


@pytest.mark.usefixtures("_small")
def test_every_character_of_the_first_planes_is_written_out_the_same() -> None:
    letters = [chr(code) for code in range(1, 0x3100) if not 0xD800 <= code < 0xE000]
    put([one(clauses="".join(letters[n : n + 500]), organ=letters[n]) for n in range(0, len(letters), 500)])
    theirs, ours = both()
    assert theirs == ours


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("beyond", [-1, 0, 1, 40_000])
def test_at_the_longest_leaf_both_tell_it_whole_and_beyond_by_its_digest(beyond: int) -> None:
    put([one()])
    (short,), _ = both()
    # numbers may have grown by a digit since: each of them only makes the leaf longer, so three lengths around the limit are tried
    put(
        [
            one(clauses="字" * 5_000 + "x" * (LONGEST - len(short) - 15_000 + beyond + step))
            for step in (-3, -2, -1, 0)
        ]
    )
    theirs, ours = both()
    assert theirs == ours
    if beyond > 1:
        assert all(b'"whole":"' in leaf and len(leaf) < 1_000 for leaf in ours)


@pytest.mark.usefixtures("_small")
def test_digests_beyond_the_longest_leaf_are_told_by_one_digest() -> None:
    put([one(writes=[(f"t{n}", ["1", "2"], n.to_bytes(32, "big")) for n in range(800)])])
    theirs, ours = both()
    assert theirs == ours and b'"whole":"' in ours[0]


@pytest.mark.usefixtures("_small")
def test_an_empty_queue_has_nothing_settled_in_either_way() -> None:
    xact, entry = waiting_from()
    for suite in ("sha256", "sm3"):
        assert len(settled(xact=xact, entry=entry, most=10, suite=suite)) == 0


@pytest.mark.usefixtures("_small")
def test_what_the_database_hashed_is_verified_from_the_rows() -> None:
    """The verifier writes every leaf out by itself: one that the database had hashed otherwise would be named."""
    put([one(organ='"\\\n\x01', writes=[("acts_notice", ["1"], b"d" * 32)])])
    both()
    found = verification(keys=small.SIGNER.keys(), tables={})
    fault = found.first_fault
    assert fault is None or fault.relation in (
        "ledger_ledgerwrite",
        "ledger_ledgercontent",
    )  # no content was put beside these entries
    assert found.leaves == LedgerLeaf.objects.count() > 0
