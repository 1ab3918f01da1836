"""A city in which something has happened, committed and integrated; and a look at it with the owner's rights."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.plugin import TEMPLATE, as_owner, copy_of
from tongxin.ledger.tests.events import happen

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def eventful_city(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """A committed city: cases of many ends, a ruling, a look at a reporter, a refusal, a batch of the past; three
    checkpoints, and nothing waiting."""
    with copy_of(TEMPLATE, django_db_blocker) as name:
        happen()
        yield name


@pytest.fixture(scope="module")
def _owners_connection(eventful_city: str) -> Iterator[None]:
    with as_owner():
        yield


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
