"""Fixtures that every test may use."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection

from tests.drill_city import city_of_july, july_template  # noqa: F401 - fixtures of every test
from tests.plugin import city_of_its_own, django_db_setup  # noqa: F401
from tongxin.law import queries as law
from tongxin.organs import queries as organs
from tongxin.places import queries as places

KEPT = [
    law.matters,
    law.limits,
    law.routing_exceptions,
    law.calendar,
    organs.organs_by_code,
    organs.organs_by_function,
    places.map_print,
    places.grid_index,
    places.spots_by_id,
    places.spots_by_code,
]


@pytest.fixture
def owner_sql(db: None) -> Callable[..., None]:
    """Run a statement as if the owner of the tables had, inside the test's transaction: the law changes under our feet.

    What the process keeps is thrown away, as it is when the city's revision grows.
    """
    cache.clear()

    def run(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT act FROM ledger_ledgerentry LIMIT 1")
            cursor.execute(
                "INSERT INTO ledger_ledgerentry (act, verb, outcome, at, organ, office, list_entry, clauses, commitment) "
                "VALUES (gen_random_uuid(), 'test', 'done', now(), '', '', '', '', '') RETURNING act"
            )
            act = cursor.fetchone()[0]  # type: ignore[index]
            cursor.execute("SELECT set_config('tongxin.act', %s, true)", [str(act)])
            cursor.execute(statement, list(values))
        for kept in KEPT:
            kept.cache_clear()

    return run


@pytest.fixture(autouse=True)
def _nothing_kept_between_tests(request: pytest.FixtureRequest) -> object:
    yield
    if "owner_sql" in request.fixturenames:
        for kept in KEPT:
            kept.cache_clear()
