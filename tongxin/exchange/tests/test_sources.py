"""Sources: real ones of each kind, asked for the granted fields alone, and not believed."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories import NOW
from tongxin.exchange.api.answering import answered
from tongxin.exchange.models import CallResult, Meter, Source
from tongxin.exchange.queries import sources
from tongxin.exchange.terms import Came, SourceFault
from tongxin.exchange.tests.granting import Office, asked, caller
from tongxin.exchange.tests.places import (
    Answering,
    answering,
    drop,
    person,
    residents_database,
    table,
    write_places,
)

FIELDS = ("name", "address")


@pytest.fixture
def places(tmp_path: Path, settings: Any) -> Path:
    """The operator's file of this test."""
    settings.SOURCES = tmp_path / "sources.json"
    return settings.SOURCES


@pytest.fixture
def server() -> Iterator[str]:
    """The server that lies on demand."""
    with answering() as url:
        yield url


def source(adapter: str, relation: str, **given: Any) -> Source:
    """A source that is not saved: reading it needs no table."""
    return Source(**{"item": "data:s003", "adapter": adapter, "address": "test:it", "secret": "", "relation": relation,
                     "key": "resident_id", "key_kind": "resident_id", "wait_ms": 1_000, **given})  # fmt: skip


def got(one: Source, *numbers: int, fields: tuple[str, ...] = FIELDS, most: int = 10) -> list[dict[str, Any]]:
    """What is fetched about these residents."""
    return [
        dict(row)
        for row in sources.fetched(
            source=one, fields=fields, keys=[person(n)["resident_id"] for n in numbers], most=most
        ).rows
    ]


def fault(one: Source, *numbers: int, **given: Any) -> SourceFault:
    """What is wrong with a source; nothing of what it sent is said."""
    with pytest.raises(SourceFault) as wrong:
        got(one, *(numbers or (1,)), **given)
    assert (
        "居民" not in str(wrong.value)
        and "never" not in str(wrong.value)
        and person(1)["resident_id"] not in str(wrong.value)
    )
    return wrong.value


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------------


def test_another_database_is_read_under_its_own_role_for_the_granted_columns_alone(places: Path) -> None:
    with residents_database(50) as url:
        write_places(places, it=url)
        one = source("postgresql", "public.permits", secret="residents")
        assert got(one, 1, 2) == [{"name": f"居民{n}", "address": f"某路{n}号"} for n in (1, 2)]
        assert got(one, 3, fields=("issued_on", "endorsed_on")) == [
            {"issued_on": "2025-01-02", "endorsed_on": None}
        ]
        assert got(one, 999) == []
        found = sources.fetched(
            source=one, fields=FIELDS, keys=[person(n)["resident_id"] for n in range(9)], most=4
        )
        assert (len(found.rows), found.more) == (4, True)
        assert fault(one, fields=("secret",)).came is Came.UNREACHABLE  # the role may not read it
        assert fault(one, fields=("nothing",)).came is Came.MISMATCH
        assert (
            fault(source("postgresql", 'permits"; DROP TABLE permits; --', secret="residents")).came
            is Came.MISMATCH
        )
        assert got(one, 1)  # it is still there
        assert fault(source("postgresql", "permits", secret="another")).came is Came.UNREACHABLE
        assert fault(source("postgresql", "permits")).came is Came.UNREACHABLE


def test_a_database_that_hangs_or_sends_too_much_is_bounded(places: Path) -> None:
    import psycopg
    from psycopg.conninfo import make_conninfo

    from tests.plugin import OWNER, PREFIX

    with residents_database(3) as url:
        write_places(places, it=url)
        with psycopg.connect(make_conninfo(OWNER, dbname=url.rsplit("/", 1)[-1]), autocommit=True) as other:
            other.execute(
                "CREATE VIEW slow AS SELECT p.resident_id, p.name, p.address FROM permits p, pg_sleep(20)"
            )
            other.execute(
                "CREATE VIEW large AS SELECT resident_id, repeat('x', 5000000) AS name, address FROM permits"
            )
            other.execute(f'GRANT SELECT ON slow, large TO "{PREFIX}_reader"')
        begins = time.monotonic()
        assert fault(source("postgresql", "slow", secret="residents")).came is Came.UNREACHABLE
        assert time.monotonic() - begins < 2.0
        assert fault(source("postgresql", "large", secret="residents")).came is Came.MISMATCH


def test_a_port_that_accepts_and_says_nothing_is_left_in_time(places: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        write_places(places, it=f"postgresql://127.0.0.1:{port}/x")
        begins = time.monotonic()
        assert fault(source("postgresql", "permits")).came is Came.UNREACHABLE
        assert time.monotonic() - begins < 4.0


# ---- HTTP ------------------------------------------------------------------------------------------------------------------


def test_an_http_source_is_asked_in_the_body_for_the_granted_fields_alone(places: Path, server: str) -> None:
    write_places(places, it=server)
    found = sources.fetched(
        source=source("http_json", "/honest"), fields=FIELDS, keys=[person(1)["resident_id"]], most=5
    )
    assert [dict(row) for row in found.rows] == [
        {"name": "居民1", "address": "某路1号"}
    ] and found.upstream == "UP-1"
    assert Answering.asked == [
        {
            "fields": ["name", "address", "resident_id"],
            "key": "resident_id",
            "keys": [person(1)["resident_id"]],
            "limit": 6,
        }
    ]


def test_what_a_source_sends_beyond_is_dropped(places: Path, server: str) -> None:
    write_places(places, it=server)
    assert got(source("http_json", "/more-columns"), 1) == [{"name": "居民1", "address": "某路1号"}]


@pytest.mark.parametrize(
    ("way", "came"),
    [
        ("fewer-columns", Came.MISMATCH),
        ("renamed", Came.MISMATCH),
        ("wrong-types", Came.MISMATCH),
        ("somebody-else", Came.MISMATCH),
        ("no-json", Came.MISMATCH),
        ("deep", Came.MISMATCH),
        ("not-a-number", Came.MISMATCH),
        ("page", Came.UNREACHABLE),
        ("elsewhere", Came.UNREACHABLE),
        ("hang", Came.UNREACHABLE),
        ("drip", Came.UNREACHABLE),
        ("drip-body", Came.UNREACHABLE),
        ("endless", Came.MISMATCH),
        ("cut", Came.UNREACHABLE),
    ],
)
def test_a_source_that_lies_hangs_or_floods_hands_over_nothing_and_is_left_in_time(
    places: Path, server: str, way: str, came: Came
) -> None:
    write_places(places, it=server)
    begins = time.monotonic()
    assert fault(source("http_json", f"/{way}")).came is came
    assert time.monotonic() - begins < 1.6
    if way == "elsewhere":
        assert len(Answering.asked) == 1  # no redirect is followed


def test_only_places_the_operator_has_named_are_called(places: Path, server: str) -> None:
    write_places(places, it=server)
    for address in (server, "http://169.254.169.254/latest", "http://localhost:5432", "https://data.example.evil/api", "https://data.example/",
                    "file:///etc", "http://[::1", "test:other", "https://user:pw@data.example/api", "gopher://data.example/api"):  # fmt: skip
        assert fault(source("http_json", "/honest", address=address)).came is Came.UNREACHABLE
    place = f"{server}/granted"
    places.write_text(json.dumps({"allowed": [place]}), encoding="utf-8")
    for address, relation in ((f"{server}/granted-not", "/honest"), (f"{place}/../else", "/honest"), (place, "/../honest"),
                              (place, "/%2e%2e/honest"), (place, "/honest?as=root")):  # fmt: skip
        assert fault(source("http_json", relation, address=address)).came is Came.UNREACHABLE
    assert Answering.asked == []
    places.unlink()
    assert fault(source("http_json", "/honest")).came is Came.UNREACHABLE


# ---- Files -----------------------------------------------------------------------------------------------------------------


def files(relation: str = "permits-*.csv", **given: Any) -> Source:
    """A folder of files as a source."""
    return source("csv_drop", relation, **given)


def test_the_newest_complete_file_is_read(places: Path, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    write_places(places, it=f"file://{folder}")
    assert fault(files()).came is Came.UNREACHABLE
    old = drop(folder, "permits-1.csv", table(1, 2))
    os.utime(old, (1_000_000, 1_000_000))
    assert got(files(), 1) == [{"name": "居民1", "address": "某路1号"}]
    drop(folder, "permits-2.csv", table(1).replace("居民1", "新名"))
    assert got(files(), 1) == [{"name": "新名", "address": "某路1号"}]
    drop(folder, "permits-3.csv", table(1), digest=None)  # still being written
    assert got(files(), 1)[0]["name"] == "新名"


@pytest.mark.parametrize(
    ("name", "text", "digest", "came"),
    [
        ("permits-9.csv", table(1), "0" * 64, Came.MISMATCH),
        ("permits-9.csv", table(1, columns=("resident_id", "name")), "", Came.MISMATCH),
        ("permits-9.csv", table(1) + "a,b\n", "", Came.MISMATCH),
        ("permits-9.csv", "resident_id,name,name,address\n", "", Came.MISMATCH),
        ("permits-9.csv", table(1).encode("gb18030"), "", Came.MISMATCH),
        ("permits-9.csv", b"", "", Came.MISMATCH),
        ("permits-9.csv", 'resident_id,name,address\n"' + "x" * 70_000 + '",b,c\n', "", Came.MISMATCH),
        (
            "permits-9.csv",
            f"resident_id,name,address\n{person(1)['resident_id']},{'名' * 5000},c\n",
            "",
            Came.MISMATCH,
        ),
    ],
)
def test_a_file_that_is_not_as_agreed_hands_over_nothing(
    places: Path, tmp_path: Path, name: str, text: Any, digest: str, came: Came
) -> None:
    write_places(places, it=f"file://{tmp_path}")
    drop(tmp_path, name, text, digest=digest)
    assert fault(files()).came is came


@pytest.mark.parametrize(
    "relation", ["../*.csv", "/etc/passwd", "..csv", "sub/*.csv", ".hidden.csv", "*", "a..b/../x.csv"]
)
def test_no_path_leads_out_of_the_folder(places: Path, tmp_path: Path, relation: str) -> None:
    inner = tmp_path / "drop"
    inner.mkdir()
    drop(tmp_path, "outside.csv", table(1))
    write_places(places, it=f"file://{inner}")
    assert fault(files(relation)).came is Came.UNREACHABLE


def test_a_link_is_not_followed(places: Path, tmp_path: Path) -> None:
    inner = tmp_path / "drop"
    inner.mkdir()
    outside = drop(tmp_path, "outside.csv", table(1))
    (inner / "permits-1.csv").symlink_to(outside)
    (inner / "permits-1.csv.sha256").write_text((tmp_path / "outside.csv.sha256").read_text())
    write_places(places, it=f"file://{inner}")
    assert fault(files()).came is Came.UNREACHABLE


# ---- From the call to the rows -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "outcome", "left"),
    [("honest", "answered", 1), ("renamed", "mismatch", 0), ("page", "unreachable", 0)],
)
def test_what_became_of_a_call_is_recorded_and_the_rest_given_back(
    office: Office, places: Path, server: str, way: str, outcome: str, left: int
) -> None:
    write_places(places, it=server)
    grant = office.grant(
        source={"adapter": "http_json", "address": "test:it", "relation": f"/{way}"}, fields=FIELDS
    )
    one = asked(grant.number, rows=3, keys=(person(1)["resident_id"],), fields=FIELDS)
    if left:
        assert answered(actor=caller(), asked=one, clock=lambda: NOW).rows == (
            {"name": "居民1", "address": "某路1号"},
        )
    else:
        with pytest.raises(SourceFault):
            answered(actor=caller(), asked=one, clock=lambda: NOW)
    assert CallResult.objects.values_list("outcome", "rows").get() == (outcome, left)
    assert Meter.objects.values_list("calls", "rows").get() == (1, left)


@pytest.mark.django_db
def test_a_call_that_hands_over_what_it_reserved_needs_no_second_write(office: Office, places: Path) -> None:
    with residents_database(5) as url:
        write_places(places, it=url)
        grant = office.grant(
            source={"address": "test:it", "relation": "permits", "secret": "residents"}, fields=FIELDS
        )
        done = answered(
            actor=caller(),
            asked=asked(grant.number, keys=(person(1)["resident_id"],), fields=FIELDS),
            clock=lambda: NOW,
        )
    assert done.rows == ({"name": "居民1", "address": "某路1号"},) and not done.more
    assert CallResult.objects.count() == 0 and Meter.objects.values_list("rows", flat=True).get() == 1


def test_watching_a_source_leaves_no_thread_behind(places: Path, server: str) -> None:
    write_places(places, it=server)
    before = threading.active_count()
    for _ in range(5):
        got(source("http_json", "/honest"), 1)
    time.sleep(0.2)
    assert threading.active_count() <= before + 5
