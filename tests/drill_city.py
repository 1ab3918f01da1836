"""The sample city founded on 1 July 2026: six weeks before the code that repeals ten laws comes into force.

Fixtures for the drill. The city is founded once a session, in a template of its own; `city_of_july` is a committed copy of
it for one test.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.plugin import PREFIX, WORKING, copy_of, drop_database, found, use

FOUNDED_IN_JULY = datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEMPLATE_OF_JULY = f"{PREFIX}_july"


@pytest.fixture(scope="session")
def july_template(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """The city of July, founded once."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        found(TEMPLATE_OF_JULY, FOUNDED_IN_JULY)
        use(WORKING)
    yield TEMPLATE_OF_JULY
    drop_database(TEMPLATE_OF_JULY)


@pytest.fixture
def city_of_july(july_template: str, django_db_blocker: object) -> Iterator[str]:
    """A copy of the city of July for one test: what is written is really committed, and thrown away after."""
    with copy_of(july_template, django_db_blocker) as name:
        yield name
