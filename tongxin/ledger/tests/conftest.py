"""A city in which something has happened, committed and integrated; and a look at it with the owner's rights."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict

from tests.plugin import OWNER, PREFIX, TEMPLATE, WORKING, copy_database, drop_database, use
from tongxin.ledger.tests.events import happen

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def eventful_city(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """A committed city: cases of many ends, a ruling, a look at a reporter, a refusal, a batch of the past; three
    checkpoints, and nothing waiting."""
    name = f"{PREFIX}_eventful"
    copy_database(TEMPLATE, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(name)
        happen()
        yield name
        use(WORKING)
    drop_database(name)


@pytest.fixture(scope="module")
def _owners_connection(eventful_city: str) -> Iterator[None]:
    own = conninfo_to_dict(OWNER)
    role = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update(USER=own["user"], PASSWORD=own["password"])
    yield
    connection.close()
    connection.settings_dict.update(role)


@pytest.fixture
def tamper(_owners_connection: None) -> Iterator[Sql]:
    """Run statements with every right there is, triggers and foreign keys off; all of it is taken back after the test."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")

        def run(statement: str, *values: object) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement, list(values))
                return cursor.fetchall() if cursor.description else []

        yield run
        transaction.set_rollback(True)
