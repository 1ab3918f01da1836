"""The worker's duties: one kind of work that is broken is named, tried again, and stops no other."""

import threading
from collections.abc import Callable
from datetime import datetime

import psycopg
import pytest
from django.db import OperationalError, connection

from tongxin.web.console import duty

pytestmark = pytest.mark.django_db


class AllHeld(duty.Roster):
    """A roster of one process that has every duty: who has which is tried in tests/machines."""

    def has(self, name: str) -> bool:  # noqa: ARG002
        return True

    def beat(self) -> None:
        pass


def worked(*duties: duty.Duty, until: Callable[[], bool]) -> None:
    stopping = threading.Event()
    one = threading.Thread(target=duty.work, args=(AllHeld(*duties), stopping))
    one.start()
    for _ in range(400):
        if until():
            break
        stopping.wait(0.05)
    stopping.set()
    one.join()


def test_broken_work_is_named_without_what_somebody_wrote_and_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries: list[datetime] = []

    def broken(at: datetime) -> None:
        tries.append(at)
        raise KeyError(f"井盖坏了 {at}")

    worked(duty.Duty("sweep", 2, 0.05, broken), until=lambda: len(tries) >= 2)
    assert len(tries) >= 2
    assert "sweep broke off: KeyError" in caplog.text and "井盖" not in caplog.text


def test_database_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[datetime] = []

    def away(at: datetime) -> None:
        tries.append(at)
        raise OperationalError(f"gone at {at}")

    worked(duty.Duty("sequence", 1, 0.05, away), until=lambda: len(tries) >= 2)
    assert len(tries) >= 2 and "sequence: the database is away" in caplog.text


def test_work_goes_on_beside_a_kind_that_always_breaks_and_a_mail_server_that_says_nothing() -> None:
    done: list[str] = []
    enough = threading.Event()

    def breaking(at: datetime) -> None:
        done.append("broken")
        raise ValueError(at)

    def silent(_: datetime) -> None:
        done.append("mail")
        enough.wait(20)

    try:
        worked(
            duty.Duty("first", 1, 0.05, breaking),
            duty.Duty("second", 2, 0.05, lambda _: done.append("well")),
            duty.Duty("deliver", 3, 0.05, silent),
            until=lambda: done.count("well") >= 5 and done.count("broken") >= 2,
        )
    finally:
        enough.set()
    assert done.count("broken") >= 2 and done.count("well") >= 5 and done.count("mail") == 1


def test_a_duty_is_held_on_a_connection_by_the_same_settings_certificates_and_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": "/nowhere.pem"}
    monkeypatch.setitem(
        connection.settings_dict, "OPTIONS", {**connection.settings_dict["OPTIONS"], **options}
    )
    with pytest.raises(psycopg.OperationalError, match=r"SSL|root certificate"):
        duty.Roster(duty.Duty("sweep", 2, 1.0, lambda _: None)).beat()
