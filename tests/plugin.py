"""The database of the tests: a real PostgreSQL, the sample city loaded once, and a copy of it for each need.

Loaded with `-p tests.plugin`, before anything imports the settings. The embedded server runs unless TONGXIN_DSN names
another; every database made here has a name of its own and is dropped at the end.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.web.console import cluster
from tongxin.web.secrets import Secrets

ROOT = Path(__file__).resolve().parents[1]
PREFIX = f"tongxin_test_{os.getpid()}"
FOUNDED = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # Monday 08:00 in the sample city


def _start() -> tuple[str, Path]:
    data = Path(tempfile.mkdtemp(prefix="tongxin-test-"))
    data.chmod(0o755)
    given = os.environ.get("TONGXIN_DSN")
    owner = given or cluster.ensure(data)[0].owner_dsn
    atexit.register(_stop, data, owner)
    return owner, data


def _stop(data: Path, owner: str) -> None:
    if os.environ.get("TONGXIN_DSN"):
        with psycopg.connect(make_conninfo(owner, dbname="postgres"), autocommit=True) as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
            )
            for (name,) in rows.fetchall():
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
    cluster.stop(data)
    shutil.rmtree(data, ignore_errors=True)


OWNER, DATA = _start()
TEMPLATE, WORKING = f"{PREFIX}_template", f"{PREFIX}_work"
ROLE = f"{PREFIX}_app"
os.environ.update(
    TONGXIN_DATA=str(DATA),
    TONGXIN_POOL="0",
    TONGXIN_DEMO="1",
    DJANGO_SETTINGS_MODULE="tongxin.web.settings",
    TONGXIN_OWNER_DSN=make_conninfo(OWNER, dbname=WORKING),
    TONGXIN_APP_DSN=make_conninfo(OWNER, dbname=WORKING, user=ROLE, password=Secrets.of(DATA).app_password),
)


def admin() -> psycopg.Connection:
    """A connection of the owner to the maintenance database."""
    return psycopg.connect(make_conninfo(OWNER, dbname="postgres"), autocommit=True)


def owner_connection(name: str | None = None) -> psycopg.Connection:
    """A connection of the owner to a database of the tests."""
    return psycopg.connect(make_conninfo(OWNER, dbname=name or current()), autocommit=True)


def app_connection(name: str | None = None) -> psycopg.Connection:
    """A raw connection under the application's role."""
    dsn = make_conninfo(OWNER, dbname=name or current(), user=ROLE, password=Secrets.of(DATA).app_password)
    return psycopg.connect(dsn, autocommit=True)


def copy_database(source: str, target: str) -> None:
    """Make a database as a copy of another."""
    with admin() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source))
        )


def drop_database(name: str) -> None:
    """Drop a database, whoever is still connected."""
    with admin() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def current() -> str:
    """The database the application is connected to now."""
    from django.db import connections  # this module is loaded before Django is set up

    return str(connections["default"].settings_dict["NAME"])


def use(name: str) -> None:
    """Connect the application to another database."""
    from django.db import connections

    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def found(name: str, at: datetime) -> None:
    """Make a database and found the sample city in it; the application stays connected to it."""
    from tongxin.web import schema
    from tongxin.web.console.commands.founding import verbs
    from tongxin.web.pack import examine_pack
    from tongxin.web.pack.load import found_city

    with admin() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    use(name)
    schema.prepare(role=ROLE, password=Secrets.of(DATA).app_password)
    pack, faults = examine_pack(ROOT / "city" / "binzhou", verbs=verbs(), on=at.date(), parse_all_law=True)
    assert pack is not None, faults
    found_city(pack=pack, at=at)


@contextlib.contextmanager
def copy_of(source: str, django_db_blocker: object) -> Iterator[str]:
    """A committed copy of a database, with the application connected to it; thrown away after."""
    name = f"{PREFIX}_{os.urandom(4).hex()}"
    copy_database(source, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(name)
        yield name
        use(WORKING)
    drop_database(name)


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """The application's connection with the rights of the owner of the tables."""
    from django.db import connection

    held, own = connection.settings_dict, conninfo_to_dict(OWNER)
    role = {key: held[key] for key in ("USER", "PASSWORD")}
    connection.close()
    held.update(USER=own["user"], PASSWORD=own["password"])
    yield
    connection.close()
    held.update(role)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """The sample city, founded once in a template; the tests work on a copy of it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        found(TEMPLATE, FOUNDED)
        use(WORKING)
        copy_database(TEMPLATE, WORKING)
        yield
        use(WORKING)


@pytest.fixture
def city_of_its_own(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """A committed copy of the sample city for one test: what is written is really committed, and thrown away after."""
    with copy_of(TEMPLATE, django_db_blocker) as name:
        yield name
