"""A database that release 0.1 made is carried to today's tables with all that is in it, and its city goes on."""

import lzma
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.machines.conftest import run, said
from tests.plugin import OWNER, PREFIX, admin, drop_database
from tongxin.web.console import copies

OLD = Path(__file__).parent / "old"
ROOT_THEN = "46ad528859a9565f20569219acc2ba9288244eb3b2b7692e3d232d04f96d67e9"
KEPT = {
    "cases_case": 24, "cases_report": 24, "ledger_ledgerentry": 65, "ledger_ledgercheckpoint": 20, "ledger_ledgerwrite": 266,
    "organs_holding": 37, "identity_account": 38, "law_clause": 63,
}  # fmt: skip


@pytest.fixture
def old(folder: Path) -> Iterator[tuple[Path, str]]:
    """The old database, loaded, and a data folder with its secrets."""
    name = f"{PREFIX}_old"
    dsn = make_conninfo(OWNER, dbname=name)
    with admin() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        major = connection.info.server_version // 10_000
    text = lzma.decompress((OLD / "city-0.1.sql.xz").read_bytes())
    subprocess.run(
        [copies.programs_for(major) / "psql", "-q", "-v", "ON_ERROR_STOP=1", dsn],
        input=text,
        check=True,
        capture_output=True,
    )
    data = folder / "old"
    data.mkdir()
    shutil.copy(OLD / "secrets-0.1.json", data / "secrets.json")
    yield data, dsn
    drop_database(name)
    with admin() as connection:
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(f"{name}_app")))


def behind(dsn: str, by: int) -> None:
    """The numbers of the server stand before what the ledger has seen, as in a new server."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        assert row is not None
        shift = row[0] + by
        connection.execute("ALTER TABLE ledger_ledgercheckpoint DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE ledger_ledgercheckpoint SET last_xact = %s::text::xid8 "
            "WHERE size = (SELECT max(size) FROM ledger_ledgercheckpoint)", [str(shift)],
        )  # fmt: skip


def test_a_database_of_the_first_release_is_upgraded_with_its_data_and_goes_on(old: tuple[Path, str]) -> None:
    data, dsn = old
    given = {"TONGXIN_DSN": dsn}
    said("migrate", data=data, **given)
    found = said("ledger", "verify", data=data, **given)
    assert (found["intact"], found["leaves"], found["root"]) == (True, 65, ROOT_THEN), found
    with psycopg.connect(dsn) as connection:
        for table, count in KEPT.items():
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert row == (count,), table
        states = dict(connection.execute("SELECT state, count(*) FROM cases_case GROUP BY state").fetchall())
        named = connection.execute(
            "SELECT count(*) FROM cases_report WHERE phone LIKE '617-555-01%'"
        ).fetchone()
    assert (states, named) == ({"dispatched": 6, "handling": 6, "checking": 6, "confirming": 6}, (12,))
    assert fault_when(dsn, data, "UPDATE law_binding SET phrase = 'x' WHERE id = 1") == (
        "law_binding",
        "altered",
    )
    said("ledger", "advance", data=data, **given)
    swept = said("sweep", data=data, **given)  # limits of then have passed: acts of today on cases of then
    assert (swept["escalated"], "power:begin_day" in str(swept["law_refused"])) == (24, True), swept
    said("sequence", data=data, **given)
    after = said("ledger", "verify", data=data, **given)
    assert after["intact"] is True, after
    assert int(str(after["leaves"])) > 65
    assert after["pending"] == 0


def fault_when(dsn: str, data: Path, statement: str) -> tuple[str, str]:
    """What verification finds when an added column of an old row was changed; the change is taken back."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)  # type: ignore[arg-type]
        found = said("ledger", "verify", data=data, check=False, TONGXIN_DSN=dsn)
        connection.execute(statement.replace("'x'", "''"))  # type: ignore[arg-type]
    fault = found["first_fault"]
    assert isinstance(fault, dict)
    return fault["relation"], fault["kind"]


def test_a_dump_in_a_new_server_signs_and_serves_nothing_until_its_numbers_are_advanced(
    old: tuple[Path, str],
) -> None:
    data, dsn = old
    given = {"TONGXIN_DSN": dsn}
    said("migrate", data=data, **given)
    behind(dsn, 20_000)
    for words in (["sequence"], ["work"], ["serve", "--port", "1"], ["ledger", "export", str(data / "x")]):
        done = run(*words, data=data, check=False, **given)
        assert done.returncode == 1 and "tongxin ledger advance" in done.stderr, (words, done)
        assert "Traceback" not in done.stderr
    used = said("ledger", "advance", data=data, **given)
    assert 10_000 < int(str(used["used_up"])) <= 20_001, used
    assert said("ledger", "advance", data=data, **given)["used_up"] == 0
    said("sequence", data=data, **given)
