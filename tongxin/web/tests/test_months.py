"""A database from before the months: its rows stay where they lie, numbers go on, and nothing that was refused is let through."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command

from tests.plugin import (
    DATA,
    PREFIX,
    ROLE,
    WORKING,
    admin,
    app_connection,
    drop_database,
    owner_connection,
    use,
)
from tongxin.ledger.rules.parting import floor, month_of
from tongxin.web import months, schema
from tongxin.web.secrets import Secrets

ROWS = """
INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment)
SELECT gen_random_uuid(), 'old', 'done', now(), '', '', '', '', sha256('') FROM generate_series(1, 5);
INSERT INTO ledger_ledgercontent (entry_id, salt, subject, persons, content) SELECT id, sha256(''), '', '{}', '{}' FROM ledger_ledgerentry;
INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest)
SELECT id, 'x', '{1}', ARRAY[sha256('')], sha256('') FROM ledger_ledgerentry;
INSERT INTO ledger_ledgerleaf (index, entry_id, hash) SELECT id - 1, id, sha256('') FROM ledger_ledgerentry;
INSERT INTO acts_notice (entry, recipient, subject, template, args, at) SELECT id, 'r', '', '', '{}', now() FROM ledger_ledgerentry;
INSERT INTO acts_delivery (notice_id, channel, at, done, detail) SELECT id, 'mail', now(), true, '' FROM acts_notice;
INSERT INTO cases_case (number, client_key, content_digest, channel, matter, matter_name, matter_name_en, entry, clauses, person_help,
  place, place_name, path, district, state, outcome, outcome_note, organ, responsible, returns, ruled, reopened, overdue, provisional,
  reported_at, steps, synthetic)
SELECT 'n' || g, 'k' || g, '', 'web', '', '', '', '', '', false, '', '', '{}', '', 'closed', '', '', '', '', 0, false, 0, false, false,
       now(), 1, false FROM generate_series(1, 3) g;
INSERT INTO cases_casestep (entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, ground, named, note, facts)
SELECT 1, id, 1, 'report_case', now(), '', '', '', 'closed', '', '', '', '', '{}' FROM cases_case;
"""
FILES = "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relname = ANY(%s)"
TABLES = [one.table for one in months.PARTED]


@pytest.fixture(scope="module")
def upgraded(django_db_setup: None, django_db_blocker: object) -> Iterator[tuple[str, dict[str, int]]]:
    """A database of 0.3 with rows, brought up to date; and where its tables lay before that."""
    name = f"{PREFIX}_upgraded"
    with admin() as opened:
        opened.execute(f'CREATE DATABASE "{name}"')
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(name)
        for target in (("cases", "0002"), ("acts", "0001"), ("ledger", "0002")):
            call_command("migrate", *target, database="owner", verbosity=0, interactive=False)
        with owner_connection(name) as owner:
            owner.execute(ROWS)
            lay = dict(owner.execute(FILES, [TABLES]).fetchall())
        schema.prepare(role=ROLE, password=Secrets.of(DATA).app_password)
        yield name, lay
        use(WORKING)
    drop_database(name)


def test_no_row_of_a_database_from_before_is_copied(upgraded: tuple[str, dict[str, int]]) -> None:
    name, lay = upgraded
    with owner_connection(name) as owner:
        now = dict(owner.execute(FILES, [[f"{table}_before" for table in TABLES]]).fetchall())
        assert {f"{table}_before": file for table, file in lay.items()} == now and len(now) == 6
        for table in TABLES:
            ((count, parts),) = owner.execute(
                f"SELECT count(*), array_agg(DISTINCT tableoid::regclass::text) FROM {table}"
            ).fetchall()
            assert count in (3, 5) and parts == [f"{table}_before"], table


def test_numbers_go_on_with_the_month_and_what_belongs_together_lies_together(
    upgraded: tuple[str, dict[str, int]],
) -> None:
    name, _ = upgraded
    with owner_connection(name) as owner, owner.transaction(force_rollback=True):
        owner.execute(
            "ALTER TABLE acts_notice DISABLE TRIGGER USER"
        )  # no act here: the numbers are looked at
        owner.execute("ALTER TABLE cases_casestep DISABLE TRIGGER tongxin_guard_insert")
        ((now,),) = owner.execute("SELECT tongxin_month(now())").fetchall()
        ((number,),) = owner.execute(
            "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) VALUES (1, '', '', '', '{}', now()) RETURNING id"
        ).fetchall()
        assert number == floor(now) + 6 < 1 << 53
        step = (
            "INSERT INTO cases_casestep (entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, ground, named, "
            "note, facts, id) SELECT 1, id, 2, '', now(), '', '', '', '', '', '', '', '', '{}', 999 FROM cases_case ORDER BY id LIMIT 1 "
            "RETURNING id, tableoid::regclass::text"
        )
        assert owner.execute(step).fetchall() == [
            (4, "cases_casestep_before")
        ]  # of an old case, whatever was named


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("UPDATE ledger_ledgerwrite SET entry_id = 77 WHERE id = 1", "23503"),
        ("DELETE FROM ledger_ledgerentry WHERE id = 2", "23503"),
        (
            "UPDATE ledger_ledgerentry SET act = (SELECT act FROM ledger_ledgerentry WHERE id = 1) WHERE id = 2",
            "23505",
        ),
        ("UPDATE acts_delivery SET notice_id = 77 WHERE id = 1", "23503"),
        ("UPDATE acts_delivery SET id = 2 WHERE id = 1", "23505"),
        ("UPDATE cases_casestep SET case_id = 77 WHERE id = 1", "23503"),
        ("UPDATE cases_casestep SET id = 2 WHERE id = 1", "23505"),
        ("UPDATE cases_casestep SET id = (5::bigint << 36) | 2 WHERE id = 1", "23514"),
        ("UPDATE cases_casestep SET case_id = 1, seq = 1 WHERE id = 2", "23505"),
        ("DELETE FROM cases_case WHERE id = 1", "23503"),
        ("INSERT INTO ledger_ledgerleaf (index, entry_id, hash) VALUES (99, 77, '')", "23503"),
        ("INSERT INTO ledger_ledgerleaf (index, entry_id, hash) VALUES (99, 1, '')", "23505"),
    ],
)
def test_keys_and_foreign_keys_hold_as_before(
    upgraded: tuple[str, dict[str, int]], statement: str, state: str
) -> None:
    """To the owner, with the guard off: what is left is what the tables themselves refuse."""
    with owner_connection(upgraded[0]) as owner, owner.transaction(force_rollback=True):
        for table in ("acts_delivery", "cases_casestep", "cases_case"):
            for kind in ("update", "delete"):
                owner.execute(f"DROP TRIGGER IF EXISTS tongxin_guard_{kind} ON {table}")
        owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(psycopg.Error) as error:
            owner.execute(statement)
        assert error.value.sqlstate == state


def test_the_role_cannot_name_the_number_of_a_step(upgraded: tuple[str, dict[str, int]]) -> None:
    """It may write one into the statement; the row gets another, of the month of its case."""
    with app_connection(upgraded[0]) as app, app.transaction(force_rollback=True):
        ((entry,),) = app.execute(
            "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
            "VALUES ('11111111-1111-1111-1111-111111111111', '', 'done', now(), '', '', '', '', '') RETURNING id"
        ).fetchall()
        app.execute("SELECT set_config('tongxin.act', '11111111-1111-1111-1111-111111111111', true)")
        ((number,),) = app.execute(
            "INSERT INTO cases_casestep (id, entry, case_id, seq, verb, at, organ, office, from_state, to_state, clauses, ground, "
            f"named, note, facts) VALUES (1, {entry}, 2, 9, '', now(), '', '', '', '', '', '', '', '', '{{}}') RETURNING id"
        ).fetchall()
        assert number > 3 and month_of(number) == 0 and month_of(entry) > 24_000


def test_the_months_ahead_are_there_and_made_once(upgraded: tuple[str, dict[str, int]]) -> None:
    name, _ = upgraded
    assert schema.make_months_ahead() == []
    with owner_connection(name) as owner:
        ((now,),) = owner.execute("SELECT tongxin_month(now())").fetchall()
        for one in months.PARTED:
            found = {row[0] for row in owner.execute(months.PARTS, [one.table])}
            wanted = {one.name(months.part(of)) for of in range(now, now + 4)} | {
                one.name("before"),
                one.name("rest"),
            }
            assert found == wanted
