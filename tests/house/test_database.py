"""The database refuses too: tried with a raw connection under the application's role, and read from the catalogue."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from tests.house.rules import database as rules
from tests.house.rules.terms import said
from tests.plugin import OWNER, ROLE, app_connection, owner_connection
from tongxin.cases.models import Case
from tongxin.web.schema import guarded_tables, record_tables

NO_ACT, OTHER_ENTRY, FIXED, NO_RIGHT = "TX001", "TX002", "TX003", "42501"
NEW = (
    "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
    "VALUES (%s, 'test', %s, now(), '', '', '', '', '') RETURNING id"
)
PROBE = "UPDATE cases_case SET state = state WHERE false"


@pytest.fixture(scope="module")
def app(committed_city: str) -> Iterator[psycopg.Connection]:
    """A raw connection under the application's role."""
    with app_connection(committed_city) as opened:
        yield opened


@pytest.fixture(scope="module")
def owner(committed_city: str) -> Iterator[psycopg.Connection]:
    """A raw connection of the owner of the tables."""
    with owner_connection(committed_city) as opened:
        yield opened


def refused(
    connection: psycopg.Connection, *statements: str | sql.Composed, values: object = None
) -> str | None:
    """The SQLSTATE with which the last of the statements is refused; None when it is accepted. Nothing stays."""
    *before, last = statements
    with connection.transaction(force_rollback=True):
        for statement in before:
            connection.execute(statement)
        try:
            connection.execute(last, values)
        except psycopg.Error as error:
            return error.sqlstate
    return None


def enter(connection: psycopg.Connection, outcome: str = "done", act: str = "") -> tuple[int, str]:
    """Append an entry and take its act in hand, in the transaction that is open."""
    name = act or str(uuid.uuid4())
    (number,) = connection.execute(NEW, [name, outcome]).fetchone()  # type: ignore[misc]
    take(connection, name)
    return number, name


def take(connection: psycopg.Connection, act: str) -> None:
    """Take an act in hand."""
    connection.execute("SELECT set_config('tongxin.act', %s, true)", [act])


def probed(connection: psycopg.Connection) -> str | None:
    """How a write is answered now; the transaction goes on."""
    try:
        with connection.transaction():
            connection.execute(PROBE)
    except psycopg.Error as error:
        return error.sqlstate
    return None


# ---- The catalogue --------------------------------------------------------------------------------------------------


def test_the_applications_role_owns_nothing(owner: psycopg.Connection) -> None:
    found = rules.owns_nothing(owner, ROLE)
    assert not found, said(found)


def test_the_applications_role_has_no_power_over_the_database(owner: psycopg.Connection) -> None:
    found = rules.has_no_powers(owner, ROLE)
    assert not found, said(found)


def test_the_applications_role_may_do_no_more_to_a_table_than_the_guard_says(
    owner: psycopg.Connection,
) -> None:
    found = rules.rights(owner, ROLE, record_tables())
    assert not found, said(found)


def test_every_table_of_every_capability_carries_the_guard(owner: psycopg.Connection) -> None:
    assert len(guarded_tables()) >= 20 and {"cases_casestep", "acts_notice"} <= record_tables()
    found = rules.guards(owner, guarded_tables(), record_tables())
    assert not found, said(found)


def test_the_parts_of_divided_tables_are_nobodys_to_write(owner: psycopg.Connection) -> None:
    parts = {row[0] for row in owner.execute(rules.PARTS, {"role": ROLE})}
    assert {"acts_notice_before", "acts_notice_rest", "ledger_ledgerentry_rest"} <= parts and len(
        parts
    ) >= 6 * 6
    found = rules.parts(owner, ROLE)
    assert not found, said(found)


@pytest.mark.parametrize(
    "statement",
    [
        "GRANT INSERT ON acts_notice_rest TO {role}",
        "GRANT INSERT (entry) ON acts_notice_rest TO {role}",
        "GRANT SELECT ON acts_notice_rest TO PUBLIC",
        "ALTER TABLE acts_notice_rest DISABLE TRIGGER tongxin_apart",
        "DROP TRIGGER tongxin_apart ON acts_notice_rest",
    ],
)
def test_a_part_that_could_be_written_is_named(owner: psycopg.Connection, statement: str) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE)))
        assert {v.where for v in rules.parts(owner, ROLE)} == {"table acts_notice_rest"}


def test_a_write_to_a_part_is_refused_to_the_role_and_to_the_owner(
    app: psycopg.Connection, owner: psycopg.Connection
) -> None:
    for (part,) in owner.execute(
        "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
    ).fetchall():
        table = sql.Identifier(part)
        writes = [
            sql.SQL("INSERT INTO {t} SELECT * FROM {t} WHERE false").format(t=table),
            sql.SQL("DELETE FROM {t} WHERE false").format(t=table),
            sql.SQL("TRUNCATE {t} CASCADE").format(t=table),
        ]
        for write in writes:
            with app.transaction(force_rollback=True):
                enter(app)
                assert refused(app, write) == NO_RIGHT, part
            with owner.transaction(force_rollback=True):
                enter(owner)
                assert refused(owner, write) == NO_ACT, part


def test_the_guards_functions_cannot_be_led_astray_by_a_search_path(owner: psycopg.Connection) -> None:
    ((definer, config),) = owner.execute(
        "SELECT prosecdef, proconfig FROM pg_proc WHERE proname = 'tongxin_guard'"
    ).fetchall()
    assert definer and "search_path=public, pg_temp" in config


PLANTED = [
    ("CREATE TABLE cases_planted (id int)", "table cases_planted"),
    ("ALTER TABLE cases_casestep DISABLE TRIGGER tongxin_guard_insert", "table cases_casestep"),
    ("ALTER TABLE cases_case ENABLE REPLICA TRIGGER tongxin_guard_update", "table cases_case"),
    ("DROP TRIGGER tongxin_guard_delete ON law_clause", "table law_clause"),
    ("DROP TRIGGER tongxin_truncate ON cases_case", "table cases_case"),
    ("DROP TRIGGER tongxin_guard_delete ON ledger_ledgercontent", "table ledger_ledgercontent"),
    (
        (
            "DROP TRIGGER tongxin_guard_insert ON acts_notice; CREATE TRIGGER tongxin_guard_insert AFTER INSERT ON acts_notice "
            "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tongxin_guard('id', 'present')"
        ),
        "table acts_notice",
    ),
    (
        (
            "DROP TRIGGER tongxin_guard_update ON cases_case; CREATE TRIGGER tongxin_guard_update AFTER UPDATE ON cases_case "
            "REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION tongxin_guard('id', 'present')"
        ),
        "table cases_case",
    ),
    (
        (
            "DROP TRIGGER tongxin_guard_insert ON cases_case; CREATE TRIGGER tongxin_guard_insert AFTER INSERT ON cases_case "
            "FOR EACH ROW EXECUTE FUNCTION tongxin_fixed()"
        ),
        "table cases_case",
    ),
]


@pytest.mark.parametrize(("statement", "where"), PLANTED, ids=[p[0][:60] for p in PLANTED])
def test_a_table_without_a_working_guard_is_named(
    owner: psycopg.Connection, statement: str, where: str
) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(statement)
        assert {v.where for v in rules.guards(owner, guarded_tables(), record_tables())} == {where}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("GRANT UPDATE ON cases_casestep TO {role}", "the role may UPDATE"),
        ("GRANT UPDATE (note) ON cases_casestep TO {role}", "the role may UPDATE"),
        ("GRANT DELETE ON acts_notice TO {role}", "the role may DELETE"),
        ("GRANT TRUNCATE ON cases_case TO {role}", "the role may TRUNCATE"),
        ("GRANT INSERT ON ledger_ledgerwrite TO {role}", "the role may INSERT"),
        ("GRANT INSERT (xact) ON ledger_ledgerentry TO {role}", "the role may name it in an INSERT"),
        ("GRANT UPDATE ON ledger_ledgerentry TO PUBLIC", "the role may UPDATE"),
    ],
)
def test_a_right_too_many_is_named(owner: psycopg.Connection, statement: str, what: str) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE)))
        assert what in {v.what for v in rules.rights(owner, ROLE, record_tables())}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("ALTER ROLE {role} CREATEROLE", "has CREATEROLE"),
        ("ALTER ROLE {role} BYPASSRLS", "has BYPASSRLS"),
        ("GRANT pg_read_all_data TO {role}", "has membership in another role"),
        ("GRANT CREATE ON SCHEMA public TO {role}", "has CREATE in schema public"),
        ("GRANT UPDATE ON SEQUENCE cases_number TO {role}", "the role may set it back"),
    ],
)
def test_a_power_of_the_role_is_named(owner: psycopg.Connection, statement: str, what: str) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE)))
        assert what in {v.what for v in rules.has_no_powers(owner, ROLE)}


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("ALTER TABLE cases_case OWNER TO {role}", "owns the table cases_case"),
        ("ALTER FUNCTION tongxin_guard() OWNER TO {role}", "owns the function tongxin_guard"),
    ],
)
def test_what_the_role_owns_is_named(owner: psycopg.Connection, statement: str, what: str) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(sql.SQL(statement).format(role=sql.Identifier(ROLE)))
        assert what in {v.what for v in rules.owns_nothing(owner, ROLE)}


# ---- Under the application's role -----------------------------------------------------------------------------------

FORBIDDEN = [
    "CREATE TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION tongxin_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION tongxin_guard() SECURITY INVOKER",
    "ALTER TABLE cases_case DISABLE TRIGGER ALL",
    "ALTER TABLE cases_case DISABLE TRIGGER tongxin_guard_insert",
    "DROP TRIGGER tongxin_guard_insert ON cases_case",
    "CREATE TRIGGER mine AFTER INSERT ON cases_case FOR EACH STATEMENT EXECUTE FUNCTION tongxin_fixed()",
    "CREATE RULE mine AS ON INSERT TO cases_case DO INSTEAD NOTHING",
    "ALTER TABLE cases_case ADD COLUMN mine int",
    "DROP TABLE cases_listproposal",
    "TRUNCATE cases_listproposal",
    "TRUNCATE ledger_ledgerwrite",
    "SET session_replication_role = replica",
    "SET LOCAL session_replication_role = replica",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE ROLE mine",
    "GRANT pg_write_all_data TO CURRENT_USER",
    "SELECT setval('cases_number', 1)",
    "SELECT setval(pg_get_serial_sequence('ledger_ledgerentry', 'id'), 1)",
    "COPY cases_case TO PROGRAM 'true'",
    "COPY cases_case TO '/tmp/out'",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user AND usename IS NOT NULL",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_only_an_owner_may_do_is_refused(app: psycopg.Connection, statement: str) -> None:
    assert refused(app, statement) == NO_RIGHT


@pytest.mark.parametrize("function", ["tongxin_guard('id', 'present')", "tongxin_leaf()"])
def test_the_role_cannot_hang_the_guards_functions_on_a_table_of_its_own(
    app: psycopg.Connection, function: str
) -> None:
    """They write with the owner's rights, digests of rows of a table by whatever name it has."""
    mine = "CREATE TEMP TABLE cases_casestep (id bigint, entry bigint, entry_id bigint)"
    trigger = "CREATE TRIGGER mine AFTER INSERT ON pg_temp.cases_casestep REFERENCING NEW TABLE AS changed "
    assert refused(app, mine, f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION {function}") == NO_RIGHT


def test_the_role_cannot_become_the_owner(app: psycopg.Connection) -> None:
    name = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(OWNER)["user"]))
    for statement in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}", "ALTER TABLE cases_case OWNER TO {}"):
        assert refused(app, sql.SQL(statement).format(name)) == NO_RIGHT


WRITES = (
    "INSERT INTO {t} SELECT * FROM {t} WHERE false",
    "UPDATE {t} SET {c} = {c} WHERE false",
    "DELETE FROM {t} WHERE false",
)


def test_every_kind_of_write_to_every_guarded_table_without_an_act_is_refused(
    app: psycopg.Connection,
) -> None:
    """A statement is refused even when it would change no row: the guard asks first what entitles it."""
    records = record_tables()
    for table in sorted(guarded_tables()):
        (column,) = app.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        ).fetchone()  # type: ignore[misc]
        for write in WRITES:
            statement = sql.SQL(write).format(t=sql.Identifier(table), c=sql.Identifier(column))
            expected = NO_RIGHT if table in records and "INSERT" not in write else NO_ACT
            assert refused(app, statement) == expected, f"{write} on {table}"


def test_every_kind_of_write_to_every_guarded_table_within_an_act_is_accepted(
    app: psycopg.Connection,
) -> None:
    for table in sorted(guarded_tables()):
        with app.transaction(force_rollback=True):
            enter(app)
            app.execute(sql.SQL(WRITES[0]).format(t=sql.Identifier(table)))
            if table not in record_tables():
                app.execute(sql.SQL(WRITES[2]).format(t=sql.Identifier(table)))


def test_copy_without_an_act_is_refused(app: psycopg.Connection) -> None:
    with (
        pytest.raises(psycopg.Error) as error,
        app.transaction(force_rollback=True),
        app.cursor() as cursor,
        cursor.copy("COPY law_calendardate (day, kind, name) FROM STDIN") as copy,
    ):
        copy.write_row(("2030-01-01", "holiday", "x"))
    assert error.value.sqlstate == NO_ACT


@pytest.mark.parametrize("value", [str(uuid.uuid4()), "", "not a uuid"])
@pytest.mark.parametrize("local", [True, False])
def test_a_forged_act_is_refused(app: psycopg.Connection, value: str, local: bool) -> None:
    with app.transaction(force_rollback=True):
        app.execute("SELECT set_config('tongxin.act', %s, %s)", [value, local])
        assert probed(app) in {NO_ACT, "22P02"}


def test_an_older_entry_is_refused(app: psycopg.Connection) -> None:
    with app.transaction():
        _, act = enter(app)
        assert probed(app) is None
    with app.transaction(force_rollback=True):
        take(app, act)
        assert probed(app) == NO_ACT


def test_the_act_in_hand_ends_with_its_transaction(app: psycopg.Connection) -> None:
    with app.transaction():
        enter(app)
    with app.transaction(force_rollback=True):
        assert probed(app) == NO_ACT


def test_the_entry_of_another_open_transaction_is_refused(
    app: psycopg.Connection, committed_city: str
) -> None:
    with app_connection(committed_city) as other, other.transaction(force_rollback=True):
        _, act = enter(other)
        with app.transaction(force_rollback=True):
            take(app, act)
            assert probed(app) == NO_ACT


def test_a_refusal_entitles_to_nothing(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        enter(app, outcome="refused")
        assert (
            refused(
                app, "INSERT INTO law_calendardate (day, kind, name) VALUES ('2031-01-01', 'holiday', 'x')"
            )
            == NO_ACT
        )
        assert refused(app, "UPDATE places_city SET revision = revision") == NO_ACT
        assert (
            probed(app) is None
        )  # a statement that changes no row: what an act refused in its one statement comes to


def test_an_entry_that_was_rolled_back_to_a_savepoint_is_refused(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        with app.transaction(force_rollback=True):
            _, act = enter(app)
            assert probed(app) is None
        assert probed(app) == NO_ACT
        take(app, act)
        assert probed(app) == NO_ACT


def test_savepoints_within_an_act_are_accepted(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        with app.transaction():
            enter(app)
            with app.transaction():
                assert probed(app) is None
        assert probed(app) is None


def test_an_entry_in_the_same_statement_is_accepted(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        app.execute(
            f"WITH e AS ({NEW}, act), u AS (UPDATE cases_case SET state = state) "
            "SELECT set_config('tongxin.act', act::text, true) FROM e",
            [str(uuid.uuid4()), "done"],
        )
        assert probed(app) is None


@pytest.mark.parametrize("column", ["xact", "id", "recorded_at"])
def test_nobody_names_the_transaction_the_number_or_the_moment_of_an_entry(
    app: psycopg.Connection, column: str
) -> None:
    value = {"xact": "'1'::xid8", "id": "1", "recorded_at": "now()"}[column]
    assert (
        refused(
            app,
            f"INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, "
            f"commitment, {column}) VALUES (gen_random_uuid(), 'x', 'done', now(), '', '', '', '', '', "
            f"{value})",
        )
        == NO_RIGHT
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET {c} = {c}",
        "DELETE FROM {t}",
        "SELECT * FROM {t} FOR UPDATE",
        "LOCK TABLE {t} IN EXCLUSIVE MODE",
    ],
)
def test_records_and_the_ledger_are_never_edited_even_within_an_act(
    app: psycopg.Connection, statement: str
) -> None:
    ledger = {"ledger_ledgerentry", "ledger_ledgerwrite", "ledger_ledgerleaf", "ledger_ledgercheckpoint"}
    for table in sorted(record_tables() | ledger):
        column = {"ledger_ledgerleaf": "index", "ledger_ledgercheckpoint": "size"}.get(table, "id")
        with app.transaction(force_rollback=True):
            enter(app)
            composed = sql.SQL(statement).format(t=sql.Identifier(table), c=sql.Identifier(column))
            assert refused(app, composed) == NO_RIGHT, table


def test_nobody_writes_the_digests_but_the_database(app: psycopg.Connection) -> None:
    with app.transaction(force_rollback=True):
        number, _ = enter(app)
        assert (
            refused(
                app,
                "INSERT INTO ledger_ledgerwrite (entry_id, relation, keys, digests, digest) "
                f"VALUES ({number}, 'cases_casestep', '{{1}}', '{{x}}', '')",
            )
            == NO_RIGHT
        )


def test_a_record_that_names_an_entry_of_another_transaction_is_refused(app: psycopg.Connection) -> None:
    with app.transaction():
        old, _ = enter(app)
    for number in (old, 0, 9_999_999):
        with app.transaction(force_rollback=True):
            enter(app)
            assert (
                refused(
                    app,
                    "INSERT INTO acts_notice (entry, recipient, subject, template, args, at) "
                    f"VALUES ({number}, '', '', '', '{{}}', now())",
                )
                == OTHER_ENTRY
            )


def test_content_of_an_entry_is_deleted_within_an_act_alone(app: psycopg.Connection) -> None:
    assert refused(app, "DELETE FROM ledger_ledgercontent WHERE false") == NO_ACT
    with app.transaction(force_rollback=True):
        enter(app)
        app.execute("DELETE FROM ledger_ledgercontent WHERE false")
    assert refused(app, "UPDATE ledger_ledgercontent SET subject = ''") == NO_RIGHT


def test_a_temporary_table_of_the_same_name_leads_nobody_astray(app: psycopg.Connection) -> None:
    act = str(uuid.uuid4())
    with app.transaction(force_rollback=True):
        app.execute(
            "CREATE TEMP TABLE ledger_ledgerentry AS SELECT %s::uuid AS act, pg_current_xact_id() AS xact, "
            "'done'::text AS outcome",
            [act],
        )
        take(app, act)
        with pytest.raises(psycopg.Error) as error:
            app.execute("UPDATE public.cases_case SET state = state")
        assert error.value.sqlstate == NO_ACT


def test_even_the_owner_does_not_truncate_by_mistake(owner: psycopg.Connection) -> None:
    for table in sorted(guarded_tables()):
        assert refused(owner, sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table))) == FIXED


def test_the_orm_outside_an_operation_is_refused_with_a_hint(committed_city: str) -> None:
    assert connection.settings_dict["NAME"] == committed_city
    with pytest.raises(DatabaseError, match="outside an act") as error, transaction.atomic():
        Case.objects.filter(pk=0).update(state="closed")
    assert error.value.__cause__.diag.message_hint == "write through a public operation of the capability"  # type: ignore[union-attr]
