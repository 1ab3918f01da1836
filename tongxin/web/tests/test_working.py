"""The worker's rounds: one kind of work that is broken is named, tried again, and stops no other."""

import signal
import threading
import time
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError

from tongxin.web.console.commands import attesting, running


def test_broken_work_is_named_without_what_somebody_wrote(caplog: pytest.LogCaptureFixture) -> None:
    def broken(at: datetime) -> None:
        raise KeyError(f"井盖坏了 {at}")

    assert running._done("sweep of cases", broken) is False
    assert "sweep of cases failed: KeyError at broken" in caplog.text and "井盖" not in caplog.text


def test_database_that_is_away_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    def away(at: datetime) -> None:
        raise OperationalError(f"gone at {at}")

    assert running._done("sequence", away) is False
    assert "sequence waits for the database" in caplog.text


def test_work_goes_on_beside_a_kind_that_always_breaks_and_a_mail_server_that_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    enough = threading.Event()

    def breaking(at: datetime) -> None:
        done.append("broken")
        raise ValueError(at)

    def well(at: datetime) -> None:
        del at
        done.append("well")
        if done.count("well") >= 5:
            signal.raise_signal(signal.SIGTERM)

    def silent(at: datetime) -> None:
        del at
        done.append("mail")
        enough.wait(20)

    monkeypatch.setattr(running, "ROUNDS", {"first": (0.05, breaking), "second": (0.05, well)})
    monkeypatch.setattr(running, "BROKEN_EVERY", 0.05)
    monkeypatch.setattr(running, "DELIVER_EVERY", 0.05)
    monkeypatch.setattr(running, "deliver", silent)
    monkeypatch.setattr(attesting, "attended", threading.Lock)
    told: dict[Any, Any] = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)}
    began = time.monotonic()
    try:
        assert running.work(None) == (0, None)  # type: ignore[arg-type]
    finally:
        enough.set()
        for number, how in told.items():
            signal.signal(number, how)
    assert done.count("broken") >= 3 and done.count("well") >= 5 and done.count("mail") == 1
    assert time.monotonic() - began < 15
