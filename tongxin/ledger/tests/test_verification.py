"""Verification, from the rows up: whatever somebody with every right alters, adds or removes is named."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.plugin import DATA, OWNER, admin, app_connection, copy_database, drop_database, owner_connection
from tongxin.ledger import merkle, rules
from tongxin.ledger.queries import leaf_of, verification
from tongxin.ledger.queries.verification import ENTRIES_WITH_LEAVES
from tongxin.web import ground, witnessing
from tongxin.web.schema import guarded_tables, record_tables

Sql = Callable[..., list[tuple[Any, ...]]]


def found(*tables: str) -> tuple[str, str, str] | None:
    """What verification names: kind, relation, row; None when it finds everything intact.

    `tables`: of the rows of these alone, so as not to hash the whole law each time.
    """
    if tables:
        keys = {table: guarded_tables()[table] for table in tables}
        answer = asdict(verification(keys=ground.signer().keys(witnessing.known_keys()), tables=keys))
    else:
        answer = ground.verify()
    fault = answer["first_fault"]
    assert answer["intact"] is (fault is None)
    return fault and (fault["kind"], fault["relation"], fault["row"])


def number(tamper: Sql, verb: str, outcome: str = "done") -> int:
    """The number of the first entry of a verb."""
    return int(
        tamper("SELECT min(id) FROM ledger_ledgerentry WHERE verb = %s AND outcome = %s", verb, outcome)[0][0]
    )


def test_an_untouched_ledger_is_intact(tamper: Sql) -> None:
    answer = ground.verify()
    assert answer["intact"], answer
    assert answer["entries"] == answer["leaves"] > 20
    assert (answer["pending"], answer["checkpoints"]) == (0, 3)
    assert answer["writes"] > 20


# ---- Entries --------------------------------------------------------------------------------------------------------

ENTRY = {
    "act": "gen_random_uuid()",
    "verb": "'confirm_case'",
    "outcome": "'refused'",
    "at": "at + interval '1 microsecond'",
    "recorded_at": "recorded_at - interval '1 second'",
    "organ": "organ || 'x'",
    "office": "''",
    "list_entry": "''",
    "clauses": "'law:cn/other@2020-01-01#a1'",
    "commitment": "sha256(commitment)",
    "xact": "'3'::xid8",
}


def test_every_column_of_an_entry_is_tried(tamper: Sql) -> None:
    columns = tamper(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'ledger_ledgerentry'"
    )
    assert {name for (name,) in columns} == {*ENTRY, "id"}


@pytest.mark.parametrize("column", [name for name in ENTRY if name != "xact"])
def test_an_altered_entry_is_named(tamper: Sql, column: str) -> None:
    entry = number(tamper, "accept_case")
    tamper(f"UPDATE ledger_ledgerentry SET {column} = {ENTRY[column]} WHERE id = %s", entry)
    assert found() == ("altered", "ledger_ledgerentry", str(entry))


def test_an_entry_that_was_given_another_transaction_is_found(tamper: Sql) -> None:
    """With its transaction it has lost its place in the order: the first leaf out of order is named."""
    entry = number(tamper, "accept_case")
    tamper("UPDATE ledger_ledgerentry SET xact = '3' WHERE id = %s", entry)
    answer = found()
    assert answer is not None and answer[1] in {"ledger_ledgerentry", "ledger_ledgerleaf"}
    tamper(
        "UPDATE ledger_ledgerentry SET xact = (xact::text::bigint + 1000000)::text::xid8 WHERE id >= %s",
        entry,
    )
    assert found() is not None


def test_the_first_of_several_altered_entries_is_named(tamper: Sql) -> None:
    tamper("UPDATE ledger_ledgerentry SET organ = 'x' WHERE verb IN ('accept_case', 'settle_case')")
    assert found() == ("altered", "ledger_ledgerentry", str(number(tamper, "accept_case")))


def test_an_altered_refusal_is_named(tamper: Sql) -> None:
    entry = number(tamper, "note_case", "refused")
    tamper("UPDATE ledger_ledgerentry SET outcome = 'done' WHERE id = %s", entry)
    assert found() == ("altered", "ledger_ledgerentry", str(entry))


def test_a_renumbered_entry_is_named(tamper: Sql) -> None:
    entry = number(tamper, "accept_case")
    tamper("UPDATE ledger_ledgerentry SET id = 900000 WHERE id = %s", entry)
    assert found() == ("removed", "ledger_ledgerentry", str(entry))


def test_a_removed_entry_is_named(tamper: Sql) -> None:
    entry = number(tamper, "check_case")
    tamper("DELETE FROM ledger_ledgerentry WHERE id = %s", entry)
    assert found() == ("removed", "ledger_ledgerentry", str(entry))


def test_an_entry_removed_with_all_that_hangs_on_it_leaves_a_gap_that_is_named(tamper: Sql) -> None:
    entry = number(tamper, "check_case")
    ((leaf,),) = tamper("SELECT index FROM ledger_ledgerleaf WHERE entry_id = %s", entry)
    _remove(tamper, entry)
    assert found() == ("removed", "ledger_ledgerleaf", str(leaf))


def test_a_gap_that_was_closed_up_leads_to_another_root(tamper: Sql) -> None:
    """Nothing is left to name but the first signed checkpoint that the rows no longer lead to."""
    entry = number(tamper, "check_case")
    ((leaf,),) = tamper("SELECT index FROM ledger_ledgerleaf WHERE entry_id = %s", entry)
    _remove(tamper, entry)
    tamper("UPDATE ledger_ledgerleaf SET index = index - 1 + 100000 WHERE index > %s", leaf)
    tamper("UPDATE ledger_ledgerleaf SET index = index - 100000 WHERE index >= 100000")
    ((size,),) = tamper("SELECT min(size) FROM ledger_ledgercheckpoint")
    assert found() == ("root", "ledger_ledgercheckpoint", str(size))


def _remove(tamper: Sql, entry: int) -> None:
    for table, column in (
        ("ledgerentry", "id"),
        ("ledgercontent", "entry_id"),
        ("ledgerwrite", "entry_id"),
        ("ledgerleaf", "entry_id"),
    ):
        tamper(f"DELETE FROM ledger_{table} WHERE {column} = %s", entry)


def test_an_entry_added_to_the_past_is_named(tamper: Sql) -> None:
    ((entry,),) = tamper(
        "INSERT INTO ledger_ledgerentry (xact, act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
        "SELECT xact, gen_random_uuid(), verb, outcome, at, organ, office, list_entry, clauses, commitment "
        "FROM ledger_ledgerentry WHERE verb = 'check_case' ORDER BY id LIMIT 1 RETURNING id"
    )
    assert found() == ("added", "ledger_ledgerentry", str(entry))


def test_an_entry_added_to_the_end_with_a_leaf_of_its_own_is_named(tamper: Sql) -> None:
    ((entry,),) = tamper(
        "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
        "VALUES (gen_random_uuid(), 'confirm_case', 'done', now(), '', '', '', '', '') RETURNING id"
    )
    _hash_leaf_anew(tamper, entry, add=True)
    assert found() is not None


# ---- Content, digests, leaves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "salt = sha256(salt)",
        "subject = 'case:other'",
        "persons = '{}'",
        "persons = persons || '{person:x}'",
        'content = content || \'{"actor": "person:other"}\'',
        "content = content - 'actor'",
        "content = '{}'",
    ],
)
def test_altered_content_is_named(tamper: Sql, change: str) -> None:
    entry = number(tamper, "report_case")
    tamper(f"UPDATE ledger_ledgercontent SET {change} WHERE entry_id = %s", entry)
    assert found() == ("altered", "ledger_ledgercontent", str(entry))


def test_content_that_changed_places_is_named(tamper: Sql) -> None:
    one, other = number(tamper, "report_case"), number(tamper, "accept_case")
    tamper("UPDATE ledger_ledgercontent SET entry_id = -entry_id WHERE entry_id IN (%s, %s)", one, other)
    tamper(
        "UPDATE ledger_ledgercontent SET entry_id = CASE entry_id WHEN -%s THEN %s ELSE %s END WHERE entry_id < 0",
        one,
        other,
        one,
    )
    assert found() == ("altered", "ledger_ledgercontent", str(one))


def test_content_removed_without_an_entry_is_named(tamper: Sql) -> None:
    entry = number(tamper, "report_case")
    tamper("DELETE FROM ledger_ledgercontent WHERE entry_id = %s", entry)
    assert found() == ("removed", "ledger_ledgercontent", str(entry))


def test_a_step_altered_after_the_content_of_its_entry_was_removed_is_named(tamper: Sql) -> None:
    entry = number(tamper, "check_case")
    tamper("DELETE FROM ledger_ledgercontent WHERE entry_id = %s", entry)
    tamper("UPDATE cases_casestep SET note = '没有看过' WHERE entry = %s", entry)
    assert found() is not None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_ledgerwrite SET digest = sha256(digest) WHERE entry_id = %s",
        "UPDATE ledger_ledgerwrite SET relation = 'cases_precedent' WHERE entry_id = %s",
        "UPDATE ledger_ledgerwrite SET keys = keys || keys, digests = digests || digests WHERE entry_id = %s",
        "UPDATE ledger_ledgerwrite SET entry_id = entry_id + 1 WHERE entry_id = %s",
        "DELETE FROM ledger_ledgerwrite WHERE entry_id = %s",
        "DELETE FROM ledger_ledgerwrite WHERE id = (SELECT max(id) FROM ledger_ledgerwrite WHERE entry_id = %s)",
        "INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest) VALUES (%s, 'cases_casestep', '{1}', '{x}', '')",
    ],
)
def test_an_altered_digest_is_named_with_its_entry(tamper: Sql, change: str) -> None:
    """The digests of an entry and the entry are one leaf."""
    entry = number(tamper, "accept_case")
    tamper(change, entry)
    assert found() == ("altered", "ledger_ledgerentry", str(entry))


@pytest.mark.parametrize(
    "change",
    [
        "keys = ARRAY['900000']",
        "digests = ARRAY[sha256('x')]",
        "digests = ARRAY[''::bytea]",
        "digests = '{}'",
    ],
)
def test_altered_digests_of_single_rows_are_named(tamper: Sql, change: str) -> None:
    ((row,),) = tamper(
        f"UPDATE ledger_ledgerwrite SET {change} WHERE id = (SELECT min(id) FROM ledger_ledgerwrite "
        "WHERE relation = 'cases_case' AND cardinality(keys) = 1) RETURNING id"
    )
    answer = found()
    assert answer is not None and answer[1:] in {
        ("ledger_ledgerwrite", str(row)),
        ("ledger_ledgerentry", _entry(tamper, row)),
    }


def test_digests_beside_an_entry_that_is_not_there_hide_no_altered_row(tamper: Sql) -> None:
    """Without a salt nothing would be compared: a digest of nobody's would stand for the row."""
    ((write,),) = tamper(
        "INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest, form) "
        "SELECT 900000, 'cases_case', ARRAY[k], ARRAY['x'::bytea], sha256(convert_to(E'2\n' || k || ':' || encode('x', 'hex'), 'UTF8')), 2 "
        "FROM (SELECT min(id)::text AS k FROM cases_case) t RETURNING id"
    )
    tamper("UPDATE cases_case SET organ = 'bz/x' WHERE id = (SELECT min(id) FROM cases_case)")
    assert found() == ("added", "ledger_ledgerwrite", str(write))


def _entry(tamper: Sql, write: int) -> str:
    return str(tamper("SELECT entry_id FROM ledger_ledgerwrite WHERE id = %s", write)[0][0])


def test_an_altered_leaf_is_not_taken_for_an_altered_entry(tamper: Sql) -> None:
    """What the rows hash to is what was signed: so it is the leaf that was changed."""
    entry = number(tamper, "accept_case")
    ((leaf,),) = tamper(
        "UPDATE ledger_ledgerleaf SET hash = sha256(hash) WHERE entry_id = %s RETURNING index", entry
    )
    assert found() == ("altered", "ledger_ledgerleaf", str(leaf))


@pytest.mark.parametrize("which", ["min(index)", "max(index)", "max(index) / 2"])
def test_a_removed_leaf_is_named(tamper: Sql, which: str) -> None:
    ((leaf,),) = tamper(f"SELECT {which} FROM ledger_ledgerleaf")
    tamper("DELETE FROM ledger_ledgerleaf WHERE index = %s", leaf)
    assert found() == ("removed", "ledger_ledgerleaf", str(leaf))


def _swap(tamper: Sql, one: int, other: int) -> None:
    tamper("UPDATE ledger_ledgerleaf SET index = -1 WHERE index = %s", one)
    tamper("UPDATE ledger_ledgerleaf SET index = %s WHERE index = %s", one, other)
    tamper("UPDATE ledger_ledgerleaf SET index = %s WHERE index = -1", other)


def test_two_leaves_that_changed_places_are_found(tamper: Sql) -> None:
    _swap(tamper, 6, 7)
    answer = found()
    assert answer is not None and answer[1] in {"ledger_ledgerleaf", "ledger_ledgercheckpoint"}


def test_two_leaves_that_changed_places_are_named(tamper: Sql) -> None:
    _swap(tamper, 6, 7)
    answer = found()
    assert answer is not None and answer[1:] == ("ledger_ledgerleaf", "6")


def test_an_entry_altered_together_with_its_leaf_leads_to_another_root(tamper: Sql) -> None:
    entry = number(tamper, "accept_case")
    tamper("UPDATE ledger_ledgerentry SET organ = 'x' WHERE id = %s", entry)
    _hash_leaf_anew(tamper, entry)
    ((size,),) = tamper(
        "SELECT min(c.size) FROM ledger_ledgercheckpoint c, ledger_ledgerleaf l "
        "WHERE l.entry_id = %s AND c.size > l.index",
        entry,
    )
    assert found() == ("root", "ledger_ledgercheckpoint", str(size))


def _hash_leaf_anew(tamper: Sql, entry: int, *, add: bool = False) -> None:
    """Give an entry the leaf that its row hashes to; nothing secret is needed for that."""
    if add:
        tamper(
            "INSERT INTO ledger_ledgerleaf (index, entry_id, hash) SELECT max(index) + 1, %s, '' FROM ledger_ledgerleaf",
            entry,
        )
    row = leaf_of(entry=entry)
    assert row is not None
    tamper(
        "UPDATE ledger_ledgerleaf SET hash = %s WHERE entry_id = %s",
        merkle.leaf_hash(rules.leaf_bytes(row)),
        entry,
    )


# ---- Checkpoints ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("note = replace(note, '\n' || size || '\n', '\n' || size + 1 || '\n')", "signature"),
        ("note = left(note, 60)", "signature"),
        ("note = ''", "signature"),
        (
            "note = (SELECT max(note) FROM ledger_ledgercheckpoint WHERE size < (SELECT max(size) FROM ledger_ledgercheckpoint))",
            "root",
        ),
    ],
)
def test_an_altered_note_is_named(tamper: Sql, change: str, kind: str) -> None:
    ((size,),) = tamper("SELECT max(size) FROM ledger_ledgercheckpoint")
    tamper(f"UPDATE ledger_ledgercheckpoint SET {change} WHERE size = %s", size)
    assert found() == (kind, "ledger_ledgercheckpoint", str(size))


def test_a_checkpoint_signed_by_another_key_is_named(tamper: Sql) -> None:
    ((size, root),) = tamper("SELECT size, root FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1")
    origin = ground.signer().origin
    forged = rules.sign_note(rules.checkpoint_body(origin, size, bytes(root)), origin, b"0" * 32)
    tamper("UPDATE ledger_ledgercheckpoint SET note = %s WHERE size = %s", forged, size)
    assert found() == ("signature", "ledger_ledgercheckpoint", str(size))


@pytest.mark.parametrize(
    "change",
    [
        "root = sha256(root)",
        "frontier = sha256(frontier)",
        "last_entry = last_entry - 1",
        "last_entry = last_entry + 1",
        "last_xact = '1'::xid8",
    ],
)
def test_an_altered_column_of_a_checkpoint_is_named(tamper: Sql, change: str) -> None:
    ((size,),) = tamper("SELECT max(size) FROM ledger_ledgercheckpoint")
    tamper(f"UPDATE ledger_ledgercheckpoint SET {change} WHERE size = %s", size)
    answer = found()
    assert answer is not None and answer[1:] == ("ledger_ledgercheckpoint", str(size))


def test_an_altered_moment_of_a_checkpoint_is_named(tamper: Sql) -> None:
    tamper("UPDATE ledger_ledgercheckpoint SET at = at - interval '1 day'")
    ((size,),) = tamper("SELECT min(size) FROM ledger_ledgercheckpoint")
    assert found() == ("altered", "ledger_ledgercheckpoint", str(size))


def test_an_added_checkpoint_that_nobody_signed_is_named(tamper: Sql) -> None:
    tamper(
        "INSERT INTO ledger_ledgercheckpoint (size, root, frontier, note, last_xact, last_entry, at) "
        "SELECT 2, root, frontier, note, last_xact, last_entry, at FROM ledger_ledgercheckpoint ORDER BY size LIMIT 1"
    )
    assert found() == ("root", "ledger_ledgercheckpoint", "2")


@pytest.mark.parametrize("which", ["size = (SELECT max(size) FROM ledger_ledgercheckpoint)", "true"])
def test_a_removed_newest_checkpoint_is_named(tamper: Sql, which: str) -> None:
    ((size,),) = tamper("SELECT max(size) FROM ledger_ledgercheckpoint")
    tamper(f"DELETE FROM ledger_ledgercheckpoint WHERE {which}")
    assert found() == ("removed", "ledger_ledgercheckpoint", str(size))


def test_a_removed_earlier_checkpoint_is_named(tamper: Sql) -> None:
    ((size,),) = tamper(
        "DELETE FROM ledger_ledgercheckpoint WHERE size = (SELECT min(size) FROM ledger_ledgercheckpoint) "
        "RETURNING size"
    )
    assert found() == ("removed", "ledger_ledgercheckpoint", str(size))


def test_an_entry_altered_behind_a_removed_newest_checkpoint_is_named(tamper: Sql) -> None:
    """Without the newest signature the last entries could be written anew, leaf and all."""
    ((size,),) = tamper(
        "DELETE FROM ledger_ledgercheckpoint WHERE size = (SELECT max(size) FROM ledger_ledgercheckpoint) "
        "RETURNING size"
    )
    ((entry,),) = tamper("SELECT entry_id FROM ledger_ledgerleaf WHERE index = %s", size - 1)
    tamper("UPDATE ledger_ledgerentry SET office = 'office:other' WHERE id = %s", entry)
    _hash_leaf_anew(tamper, entry)
    assert found() is not None


def _without_its_end(tamper: Sql) -> int:
    """The last checkpoint goes with all it covered: what is left is whole in itself."""
    entry = number(tamper, "note_case", "refused")
    ((size,),) = tamper(
        "DELETE FROM ledger_ledgercheckpoint WHERE size = (SELECT max(size) FROM ledger_ledgercheckpoint) RETURNING size"
    )
    _remove(tamper, entry)
    return int(size)


def test_a_removed_end_of_the_whole_ledger_is_named_by_what_a_witness_signed(tamper: Sql) -> None:
    size = _without_its_end(tamper)
    assert found() == ("removed", "ledger_ledgercheckpoint", str(size))


def test_a_removed_end_is_named_by_a_checkpoint_that_somebody_has_kept(tamper: Sql) -> None:
    """Also when the witness's cosignatures were removed with it: nothing inside says so, and what was kept outside does."""
    ((kept,),) = tamper("SELECT note FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1")
    assert ground.verify(kept=[kept])["intact"]
    size = _without_its_end(tamper)
    tamper("DELETE FROM ledger_ledgercosignature WHERE size = %s", size)
    assert found() is None
    fault = ground.verify(kept=[kept])["first_fault"]
    assert (fault["kind"], fault["relation"], fault["row"]) == ("removed", "ledger_ledgerleaf", str(size - 1))


def test_a_ledger_written_anew_with_its_own_key_is_named_by_a_checkpoint_that_somebody_has_kept(
    tamper: Sql,
) -> None:
    """Whoever holds database and key can sign another past; it does not lead to the checkpoint of before."""
    ((size, _root, note),) = tamper(
        "SELECT size, root, note FROM ledger_ledgercheckpoint ORDER BY size LIMIT 1"
    )
    other = rules.checkpoint_body(ground.signer().origin, size, bytes(32))
    kept = ground.signer().sign(other)
    fault = ground.verify(kept=[kept])["first_fault"]
    assert (fault["kind"], fault["row"]) == ("root", str(size))
    with pytest.raises(ValueError, match="signed both"):
        ground.verify(kept=[kept, note])
    with pytest.raises(ValueError, match="signature"):
        ground.verify(kept=[rules.sign_note(other, ground.signer().origin, b"0" * 32)])


# ---- What others attested -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "at = at + interval '1 microsecond'",
        "witness = 'witness.test/other'",
        "size = (SELECT min(size) FROM ledger_ledgercheckpoint)",
        "signature = sha256(signature) || sha256(signature)",
        "key_id = substr(sha256(key_id), 1, 4)",
    ],
)
def test_an_altered_cosignature_is_named(tamper: Sql, change: str) -> None:
    tamper(f"UPDATE ledger_ledgercosignature SET {change}")
    answer = found()
    assert answer is not None and answer[1] == "ledger_ledgercosignature"


def test_an_altered_root_of_a_full_tile_is_named(tamper: Sql) -> None:
    ((level, index),) = tamper("SELECT level, index FROM ledger_ledgernode ORDER BY 1, 2 LIMIT 1") or [(1, 0)]
    if not tamper(
        "UPDATE ledger_ledgernode SET hash = sha256(hash) WHERE (level, index) = (%s, %s) RETURNING 1",
        level,
        index,
    ):
        tamper("INSERT INTO ledger_ledgernode VALUES (1, 0, sha256('x'))")
    answer = found()
    assert answer is not None and answer[1:] == ("ledger_ledgernode", f"{level}/{index}")


# ---- Rows of records ------------------------------------------------------------------------------------------------


def _columns(tamper: Sql, table: str) -> list[tuple[str, str]]:
    return [
        (name, kind)
        for name, kind in tamper(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
            "ORDER BY ordinal_position",
            table,
        )
    ]


def _unbind(tamper: Sql, table: str, *kinds: str) -> None:
    """Drop the constraints of these kinds, as the tables' owner could; and those that bind a row's number to its month."""
    for (name,) in tamper(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND (contype = ANY(%s) OR conname = conrelid::regclass || '_month')",
        table,
        list(kinds),
    ):
        tamper(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


# A table in which nothing can happen in this city (routing rules come from a pack alone, and this one has none), and tables
# so large that some of their columns stand for all.
EMPTY = {"law_routingrule"}
LARGE = {
    "law_clause": {"text", "key", "version_id"},
    "places_place": {"path", "parent_id", "boundary", "valid_to"},
}


def test_every_guarded_table_has_a_row_to_try(tamper: Sql) -> None:
    empty = {table for table in guarded_tables() if not tamper(f"SELECT 1 FROM {table} LIMIT 1")}
    assert sorted(empty) == sorted(EMPTY)


@pytest.mark.parametrize("table", sorted(set(guarded_tables()) - EMPTY))
def test_every_altered_column_is_named_with_its_row(tamper: Sql, table: str) -> None:
    """The law, the organs, the places, the clocks and the cases as much as their records."""
    key = guarded_tables()[table]
    _unbind(tamper, table, "c")
    ((row,),) = tamper(f"SELECT max({key}) FROM {table}")
    tried = 0
    for column, kind in _columns(tamper, table):
        if column == key or column not in LARGE.get(table, {column}):
            continue
        name, change = f'"{column}"', _change(column, kind)
        with transaction.atomic():
            changed = tamper(
                f"UPDATE {table} SET {name} = {change} WHERE {key} = %s AND {name} IS DISTINCT FROM {change} "
                f"RETURNING 1",
                row,
            )
            answer = found(table) if changed else ("altered", table, str(row))
            transaction.set_rollback(True)
        assert answer == ("altered", table, str(row)), column
        tried += len(changed)
    assert tried > 0


def _change(column: str, kind: str) -> str:
    name = f'"{column}"'
    return {
        "bigint": f"coalesce({name}, 0) + 7000000",
        "integer": f"coalesce({name}, 0) + 7000",
        "date": "'2199-01-01'" if column.endswith(("_to", "until")) else "'1999-01-01'",
        "double precision": f"coalesce({name}, 0) + 0.000001",
        "numeric": f"coalesce({name}, 0) + 1",
        "boolean": f"NOT coalesce({name}, false)",
        "ARRAY": "'{}'",
        "time without time zone": "'03:03'",
        "timestamp with time zone": f"coalesce({name}, now()) + interval '1 microsecond'",
        "jsonb": "'{\"x\": 1}'",
    }.get(kind, "'y'")


@pytest.mark.parametrize("table", sorted(set(guarded_tables()) - EMPTY))
def test_a_removed_row_is_named(tamper: Sql, table: str) -> None:
    key = guarded_tables()[table]
    ((row,),) = tamper(f"DELETE FROM {table} WHERE {key} = (SELECT max({key}) FROM {table}) RETURNING {key}")
    assert found(table) == ("removed", table, str(row))


@pytest.mark.parametrize("table", sorted(set(guarded_tables()) - EMPTY - {"places_city"}))
def test_an_added_row_is_named(tamper: Sql, table: str) -> None:
    key = guarded_tables()[table]
    _unbind(tamper, table, "u", "x")
    for (index,) in tamper(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass AND indisunique "
        "AND NOT indisprimary",
        table,
    ):
        tamper(f"DROP INDEX {index}")
    columns = ", ".join(f'"{name}"' for name, _ in _columns(tamper, table) if name != key)
    kind = dict(_columns(tamper, table)).get(key, "bigint")
    new = {"date": "'2099-01-01'", "character varying": "'zz'", "text": "'zz'"}.get(kind, "7000000")
    ((row,),) = tamper(
        f"INSERT INTO {table} ({key}, {columns}) SELECT {new}, {columns} FROM {table} LIMIT 1 RETURNING {key}"
    )
    assert found(table) == ("added", table, str(row))


def test_a_row_that_was_put_back_to_what_it_was_before_is_named(tamper: Sql) -> None:
    """The password of before holds again, and its digest is made the newer one."""
    ((row,),) = tamper(
        "UPDATE identity_account SET password = 'first' WHERE password = 'second' RETURNING id"
    )
    assert found("identity_account") == ("altered", "identity_account", str(row))
    tamper(
        "UPDATE ledger_ledgerwrite SET id = -id WHERE id = (SELECT max(id) FROM ledger_ledgerwrite "
        "WHERE relation = 'identity_account')"
    )
    assert found("identity_account") is not None


def test_one_of_two_notices_of_an_act_is_named_when_it_is_altered(tamper: Sql) -> None:
    ((row,),) = tamper(
        "SELECT max(keys[2]) FROM ledger_ledgerwrite WHERE relation = 'acts_notice' AND cardinality(keys) > 1"
    )
    tamper("UPDATE acts_notice SET recipient = 'person:other' WHERE id = %s", int(row))
    assert found() == ("altered", "acts_notice", row)


def test_the_tables_of_records_are_known() -> None:
    assert record_tables() == {
        "acts_notice",
        "cases_casestep",
        "cases_listproposal",
        "cases_precedent",
        "exchange_assessment",
        "exchange_call",
        "exchange_callresult",
        "exchange_deferredline",
        "exchange_exchangestep",
        "exchange_grantending",
        "exchange_onwardconsent",
        "exchange_release",
        "exchange_userecord",
        "identity_spentproof",
        "law_commentanswer",
        "law_day",
        "law_draft",
        "law_draftcomment",
        "law_legislativestep",
        "law_listchange",
    }


@pytest.mark.parametrize("entry", ["entry", "0", "(SELECT max(id) FROM ledger_ledgerentry)"])
def test_an_added_step_is_named(tamper: Sql, entry: str) -> None:
    _unbind(tamper, "cases_casestep")
    ((row,),) = tamper(
        "INSERT INTO cases_casestep (entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, ground, "
        f"named, note, facts) SELECT {entry}, case_id, seq + 900, verb, at, organ, office, from_state, to_state, clauses, "
        "ground, named, note, facts FROM cases_casestep ORDER BY id LIMIT 1 RETURNING id"
    )
    assert found() == ("added", "cases_casestep", str(row))


def test_an_added_notice_is_named(tamper: Sql) -> None:
    ((row,),) = tamper(
        "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) "
        "SELECT entry, 'person:other', subject, template, args, at FROM acts_notice LIMIT 1 RETURNING id"
    )
    assert found() == ("added", "acts_notice", str(row))


def test_a_step_that_was_given_another_number_is_named(tamper: Sql) -> None:
    _unbind(tamper, "cases_casestep")
    ((row,),) = tamper("SELECT min(id) FROM cases_casestep")
    tamper("UPDATE cases_casestep SET id = 900000 WHERE id = %s", row)
    assert found() in {("removed", "cases_casestep", str(row)), ("added", "cases_casestep", "900000")}


def test_a_null_added_to_the_facts_of_a_step_is_named(tamper: Sql) -> None:
    tamper(
        "UPDATE cases_casestep SET facts = facts || '{\"granted\": null}' WHERE id = (SELECT min(id) FROM cases_casestep)"
    )
    assert found() is not None


def _in_the_batch(tamper: Sql) -> int:
    entry = number(tamper, "import_history")
    return int(
        tamper("SELECT id FROM cases_casestep WHERE entry = %s ORDER BY id OFFSET 4 LIMIT 1", entry)[0][0]
    )


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE cases_casestep SET organ = 'x' WHERE id = %s", "altered"),
        ("DELETE FROM cases_casestep WHERE id = %s", "removed"),
    ],
)
def test_a_step_altered_or_removed_in_a_batch_of_the_past_is_named(
    tamper: Sql, change: str, kind: str
) -> None:
    row = _in_the_batch(tamper)
    tamper(change, row)
    assert found() == (kind, "cases_casestep", str(row))


# ---- Where things stand ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["state = 'closed'", "steps = steps + 1", "steps = 0"])
def test_a_case_that_does_not_stand_where_its_steps_led_is_named(tamper: Sql, change: str) -> None:
    ((row,),) = tamper("SELECT min(id) FROM cases_case WHERE state <> 'closed'")
    tamper(f"UPDATE cases_case SET {change} WHERE id = %s", row)
    assert found() == ("altered", "cases_case", str(row))


# ---- What the application's own role could do -----------------------------------------------------------------------


def test_a_record_whose_entry_has_no_salt_is_refused_or_named(eventful_city: str) -> None:
    """Its digest cannot be made; it must not slip in for that."""
    name = f"{eventful_city}_salt"
    copy_database_closed(eventful_city, name)
    try:
        with app_connection(name) as app, app.transaction():
            (entry,) = app.execute(
                "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
                "VALUES (gen_random_uuid(), 'x', 'done', now(), '', '', '', '', '') RETURNING id"
            ).fetchone()  # type: ignore[misc]
            app.execute(
                "SELECT set_config('tongxin.act', (SELECT act::text FROM ledger_ledgerentry WHERE id = %s), true)",
                [entry],
            )
            (row,) = app.execute(
                "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) "
                "VALUES (%s, '', '', '', '{}', now()) RETURNING id",
                [entry],
            ).fetchone()  # type: ignore[misc]
        status, said = run_console(name)
        fault = said["first_fault"]
        assert status == 1
        assert (fault["relation"], fault["row"]) in {
            ("acts_notice", str(row)),
            ("ledger_ledgercontent", str(entry)),
        }
    finally:
        forget(name)


# ---- The command ----------------------------------------------------------------------------------------------------


def test_the_command_says_intact_then_names_the_altered_row_with_status_one(eventful_city: str) -> None:
    name = f"{eventful_city}_told"
    copy_database_closed(eventful_city, name)
    try:
        status, said = run_console(name)
        assert (status, said["intact"], said["first_fault"]) == (0, True, None)
        with owner_connection(name) as owner:
            owner.execute("SET session_replication_role = replica")
            (row,) = owner.execute(
                "UPDATE cases_casestep SET note = '改过' WHERE id = (SELECT min(id) FROM cases_casestep) "
                "RETURNING id"
            ).fetchone()  # type: ignore[misc]
        status, said = run_console(name)
        fault = said["first_fault"]
        assert (status, said["intact"], fault["kind"]) == (1, False, "altered")
        assert (fault["relation"], fault["row"]) == ("cases_casestep", str(row))
    finally:
        forget(name)


def copy_database_closed(source: str, target: str) -> None:
    """Copy a database that the application is connected to: it lets go of it first."""
    from django.db import connections

    for alias in ("default", "owner"):
        connections[alias].close()
    copy_database(source, target)


def test_the_whole_carried_away_as_files_leads_to_the_signed_root(eventful_city: str, tmp_path: Path) -> None:
    """An outsider with the folder and the key, and nothing else: entries, leaves, tiles and checkpoint are one tree."""
    name = f"{eventful_city}_away"
    copy_database_closed(eventful_city, name)
    try:
        status, said = run_console(name, "export", str(tmp_path))
        assert status == 0 and said["written"] >= 2
        key = rules.verifier_key((tmp_path / "key").read_text().strip())
        note = (tmp_path / "checkpoint").read_text(encoding="utf-8")
        head = rules.read_checkpoint(rules.verify_note(note, key.name, key.public))
        entries, leaves = b"", b""
        for tile in rules.tiles_of(head.size):
            data = (tmp_path / "tile" / str(tile)).read_bytes()
            entries += data if tile.level == rules.ENTRIES else b""
            leaves += data if tile.level == 0 else b""
        hashes = []
        while entries:
            length = int.from_bytes(entries[:2], "big")
            hashes.append(merkle.leaf_hash(entries[2 : 2 + length]))
            entries = entries[2 + length :]
        assert b"".join(hashes) == leaves and merkle.root(hashes) == head.root
        assert run_console(name, "export", str(tmp_path))[1]["written"] == 0
        kept = str(tmp_path / "checkpoint")
        assert run_console(name, "verify", "--kept", kept)[1]["intact"]
        assert run_console(name, "verify", "--kept", str(tmp_path / "key"))[0] == 2
    finally:
        forget(name)


def run_console(name: str, *command: str) -> tuple[int, dict[str, Any]]:
    """`tongxin ledger verify --json`, or another command of the ledger, on a database of its own."""
    surroundings = {**os.environ, "TONGXIN_DSN": make_conninfo(OWNER, dbname=name), "TONGXIN_DATA": str(DATA)}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from tongxin.web.console import main; sys.exit(main())",
            "ledger",
            *(command or ("verify",)),
            "--json",
        ],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def forget(name: str) -> None:
    """Drop the database and the role that the command made for it."""
    drop_database(name)
    with admin() as connection:
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_app")))


def test_the_digests_of_an_entry_are_found_by_the_entry(tamper: Sql) -> None:
    """Read through a cursor the planner wants the first rows soon: from a grouped table each entry would take a walk through all."""
    tamper("SET LOCAL enable_seqscan = off")
    ((plan,),) = tamper(f"EXPLAIN (FORMAT JSON) DECLARE walk CURSOR FOR {ENTRIES_WITH_LEAVES}")
    nodes = [plan[0]["Plan"]]
    for node in nodes:
        nodes.extend(node.get("Plans", ()))
    read = [node for node in nodes if "ledgerwrite" in node.get("Relation Name", "")]
    assert read and all("entry_id" in node.get("Index Cond", "") for node in read), read
