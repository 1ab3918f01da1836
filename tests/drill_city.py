"""The sample city founded on 1 July 2026: six weeks before the code that repeals ten laws comes into force.

Fixtures for the drill. The city is founded once a session, in a template of its own; `city_of_july` is a committed copy of
it for one test.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from psycopg import sql

from tests.plugin import DATA, PREFIX, ROLE, ROOT, WORKING, admin, copy_database, drop_database, use
from tongxin.web import schema
from tongxin.web.console.commands.founding import verbs
from tongxin.web.pack import examine_pack
from tongxin.web.pack.load import found_city
from tongxin.web.secrets import Secrets

FOUNDED_IN_JULY = datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEMPLATE_OF_JULY = f"{PREFIX}_july"


@pytest.fixture(scope="session")
def july_template(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """The city of July, founded once."""
    with admin() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE_OF_JULY)))
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(TEMPLATE_OF_JULY)
        schema.prepare(role=ROLE, password=Secrets.of(DATA).app_password)
        pack, faults = examine_pack(
            ROOT / "city" / "binzhou", verbs=verbs(), on=FOUNDED_IN_JULY.date(), parse_all_law=True
        )
        assert pack is not None, faults
        found_city(pack=pack, at=FOUNDED_IN_JULY)
        use(WORKING)
    yield TEMPLATE_OF_JULY
    drop_database(TEMPLATE_OF_JULY)


@pytest.fixture
def city_of_july(july_template: str, django_db_blocker: object) -> Iterator[str]:
    """A copy of the city of July for one test: what is written is really committed, and thrown away after."""
    name = f"{PREFIX}_{os.urandom(4).hex()}"
    copy_database(july_template, name)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        use(name)
        yield name
        use(WORKING)
    drop_database(name)
