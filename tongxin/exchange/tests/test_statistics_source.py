"""统计从真的来源读。 Statistics are counted from a real source: another database, read to its end with the asked fields alone."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.plugin import OWNER, PREFIX
from tongxin.acts.terms import Refused
from tongxin.exchange.models import Source
from tongxin.exchange.queries import sources
from tongxin.exchange.queries.sources.places import Place
from tongxin.exchange.queries.statistics import rows_of
from tongxin.exchange.tests.granting import resident_number


@pytest.fixture
def source(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """A source in a database of its own: 2,345 invented residents."""
    name = f"{PREFIX}_source_{os.getpid()}"
    with psycopg.connect(make_conninfo(OWNER, dbname="postgres"), autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    with psycopg.connect(make_conninfo(OWNER, dbname=name), autocommit=True) as there:
        there.execute("CREATE TABLE assistance (resident_id text, kind text, secret text)")
        with there.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO assistance VALUES (%s, %s, 'never asked')",
                [(resident_number(n), f"kind {n % 4}") for n in range(2_345)],
            )
    given: dict[str, Any] = conninfo_to_dict(OWNER)
    place = Place(
        "postgresql",
        given["host"],
        int(given["port"]),
        name,
        3.0,
        {"user": given["user"], "password": given.get("password", "")},
    )
    monkeypatch.setattr(sources, "place_of", lambda _source: place)
    yield Source(
        item="data:s004",
        organ="bz/civil-affairs",
        system="救助",
        adapter="postgresql",
        address="test:x",
        relation="assistance",
        key="resident_id",
        key_kind="resident_id",
    )
    with psycopg.connect(make_conninfo(OWNER, dbname="postgres"), autocommit=True) as owner:
        owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_every_row_is_read_with_the_asked_fields_alone(source: Source) -> None:
    rows = list(rows_of(source, ["kind", "resident_id"]))
    assert len(rows) == 2_345 and {*rows[0]} == {"kind", "resident_id"}
    assert len({row["resident_id"] for row in rows}) == 1_000  # the invented numbers go round


def test_a_source_without_the_field_is_refused(source: Source) -> None:
    with pytest.raises(Refused) as refusal:
        list(rows_of(source, ["nothing", "resident_id"]))
    assert refusal.value.code == "source_unreachable"
