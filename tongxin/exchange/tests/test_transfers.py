"""Transfers: chunk by chunk, each recorded before it is handed over, and stopped within a second of any ending."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.plugin import owner_connection
from tongxin.acts.terms import Refused
from tongxin.exchange import operations
from tongxin.exchange.api.answering import transferred
from tongxin.exchange.models import Call, CallResult, Grant, Meter
from tongxin.exchange.terms import Answered, Manner, SourceFault
from tongxin.exchange.tests.factories import inspector
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
from tongxin.identity.queries import person_of
from tongxin.ledger.models import LedgerContent, LedgerEntry

FIELDS = ("name",)
COUNT = 5_000


def now() -> datetime:
    """The wall clock: these transfers run in real time."""
    return datetime.now(UTC)


def granted(office: Office, *, source: dict[str, Any], **given: Any) -> Grant:
    """A grant of a transfer, from this moment on."""
    return office.grant(
        at=now() - timedelta(minutes=1), source=source, fields=FIELDS,
        **{"manner": Manner.BATCH, "until": now() + timedelta(hours=1), "calls": 100_000, "rows": 10_000_000, "persons": 100_000, **given},
    )  # fmt: skip


def transfer(grant: Grant) -> Iterator[Answered]:
    """The transfer of a grant."""
    return transferred(actor=caller(), asked=asked(grant.number, keys=(), fields=FIELDS), clock=now)


@pytest.fixture
def slowly(tmp_path: Path, settings: Any) -> Iterator[dict[str, Any]]:
    """A source over HTTP that needs ten milliseconds for a row."""
    settings.SOURCES = tmp_path / "sources.json"
    with answering() as url:
        write_places(settings.SOURCES, it=url)
        yield {"adapter": "http_json", "address": "test:it", "relation": "/slow"}


# ---- All of it -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["postgresql", "http_json", "csv_drop"])
def test_a_transfer_hands_over_everything_once_and_records_everybody_in_it(
    office: Office, tmp_path: Path, settings: Any, kind: str
) -> None:
    settings.SOURCES = tmp_path / "sources.json"
    with residents_database(500) as database, answering() as server:
        drop(tmp_path, "permits-1.csv", table(*range(500)))
        write_places(
            settings.SOURCES,
            it={"postgresql": database, "http_json": server, "csv_drop": f"file://{tmp_path}"}[kind],
        )
        relation = {"postgresql": "permits", "http_json": "/honest", "csv_drop": "permits-*.csv"}[kind]
        grant = granted(office, source={"adapter": kind, "address": "test:it", "relation": relation,
                                        "secret": "residents" if kind == "postgresql" else ""})  # fmt: skip
        parts = list(transfer(grant))
    rows = [row["name"] for part in parts for row in part.rows]
    assert sorted(rows) == sorted(person(n)["name"] for n in range(500)) and set(parts[0].rows[0]) == {"name"}
    named = [one for part in parts for one in LedgerContent.objects.get(entry=part.entry).persons]
    assert len(named) == len(set(named)) == 500
    assert Meter.objects.values_list("calls", "rows", "persons").get() == (len(parts), 500, 500)
    assert not any(
        one["resident_id"] in row
        for row in LedgerContent.objects.values_list("content", flat=True)
        for one in [person(1)]
    )


@pytest.mark.django_db
def test_what_may_not_be_called_is_refused_before_the_source_is_read(
    office: Office, slowly: dict[str, Any]
) -> None:
    grant = granted(office, source=slowly, until=now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="grant_over"):
        next(transfer(grant))
    assert (
        Answering.asked == [] and LedgerEntry.objects.filter(verb="call_data", outcome="refused").count() == 1
    )


@pytest.mark.django_db
def test_a_grant_of_an_interface_opens_no_transfer(office: Office, slowly: dict[str, Any]) -> None:
    """The manner is part of what was applied for and consented to (条例 arts. 20, 22): one by one is not everybody."""
    grant = granted(office, source={**slowly, "relation": "/honest"}, manner=Manner.INTERFACE)
    with pytest.raises(Refused, match="other_manner"):
        list(transfer(grant))
    assert Answering.asked == [] and not Call.objects.exists()


@pytest.mark.django_db
def test_a_transfer_asks_by_the_source_s_own_kind_of_key(
    office: Office, tmp_path: Path, settings: Any
) -> None:
    settings.SOURCES = tmp_path / "sources.json"
    code = "91350100M000100Y43"  # the example of GB 32100
    drop(tmp_path, "firms-1.csv", f"credit_code,name\n{code},甲公司\n")
    write_places(settings.SOURCES, it=f"file://{tmp_path}")
    grant = granted(office, source={"adapter": "csv_drop", "address": "test:it", "relation": "firms-*.csv",
                                    "key": "credit_code", "key_kind": "credit_code"})  # fmt: skip
    (part,) = transfer(grant)
    assert part.rows == ({"name": "甲公司"},)
    assert LedgerContent.objects.get(entry=part.entry).persons == [person_of(kind="credit_code", value=code)]


@pytest.mark.django_db
def test_a_chunk_beyond_the_limits_is_not_handed_over(office: Office, slowly: dict[str, Any]) -> None:
    grant = granted(office, source={**slowly, "relation": "/honest"}, persons=100)
    got = []
    with pytest.raises(Refused, match="persons_spent"):
        got.extend(transfer(grant))
    assert sum(len(part.rows) for part in got) == 64 == Meter.objects.values_list("persons", flat=True).get()
    assert CallResult.objects.values_list("outcome", "rows").get() == ("stopped", 64)


@pytest.mark.django_db
def test_a_source_that_changes_its_columns_midway_hands_over_no_more(
    office: Office, slowly: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = granted(office, source={**slowly, "relation": "/honest"})
    parts = transfer(grant)
    assert next(parts).rows
    monkeypatch.setattr(Answering, "honest", Answering.renamed)
    with pytest.raises(SourceFault, match="mismatch"):
        list(parts)
    assert CallResult.objects.values_list("outcome", flat=True).get() == "mismatch"


# ---- The ending ------------------------------------------------------------------------------------------------------------


def by_repeal(grant: Grant) -> None:
    """The clause the grant rests on ends today, as the owner of the book would see it after an act of the legal officer."""
    with owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE law_clause SET in_force_to = (now() AT TIME ZONE 'Asia/Shanghai')::date "
                      "WHERE id IN (SELECT clause_id FROM exchange_grantclause WHERE grant_id = %s)", [grant.pk])  # fmt: skip


def by_law_suspended(grant: Grant) -> None:
    """The clause is suspended from today on."""
    with owner_connection() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("INSERT INTO law_suspension (clause_id, since) SELECT clause_id, (now() AT TIME ZONE 'Asia/Shanghai')::date "
                      "FROM exchange_grantclause WHERE grant_id = %s LIMIT 1", [grant.pk])  # fmt: skip


def by_suspension(grant: Grant) -> None:
    """The authority suspends the grant."""
    operations.suspend_grant(actor=inspector(), at=now(), grant=grant.number, reason="超出使用范围", days=5)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (by_repeal, "clause_not_in_force"),
        (by_law_suspended, "clause_not_in_force"),
        (by_suspension, "grant_suspended"),
        (None, "grant_over"),
    ],
)
def test_a_running_transfer_stops_within_a_second_of_an_ending(
    city_of_its_own: str,
    office: Office,
    slowly: dict[str, Any],
    end: Callable[[Grant], None] | None,
    code: str,
) -> None:
    grant = granted(office, source=slowly, **({} if end else {"until": now() + timedelta(seconds=2)}))
    handed: list[float] = []
    stopped: list[tuple[float, str]] = []

    def run() -> None:
        try:
            for _ in transfer(grant):
                handed.append(time.monotonic())  # noqa: PERF401 - the moment of each
        except Refused as refusal:
            stopped.append((time.monotonic(), refusal.code))
        finally:
            connection.close()

    begun, wall = time.monotonic(), now()
    running = threading.Thread(target=run)
    running.start()
    while len(handed) < 2 and running.is_alive():
        time.sleep(0.01)
    if end:
        end(grant)
        ended = time.monotonic()
    else:
        ended = begun + (grant.until - wall).total_seconds()
    running.join(20)
    assert stopped and stopped[0][1] == code
    assert not [moment for moment in handed if moment > ended + 0.05], (
        "something was handed over after the ending"
    )
    took = stopped[0][0] - ended
    print(f"stopped {took:.2f} s after the ending ({code})")  # noqa: T201 - the measured time is what this is about
    assert took < 1.0
    assert Call.objects.count() == len(handed) < COUNT
    assert CallResult.objects.values_list("outcome", flat=True).get() == "stopped"
