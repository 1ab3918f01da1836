"""Two workers at one city at the same moment, with real commits: nothing is sent, fired or integrated twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.factories import NOW, reported
from tests.faults.mail import Post
from tongxin.cases.models import CaseStep, Clock
from tongxin.cases.tasks import sweep
from tongxin.ledger.models import LedgerEntry, LedgerLeaf
from tongxin.web import ground
from tongxin.web.tasks import deliver

pytestmark = pytest.mark.commits


def at_once(work: Callable[[], object], many: int = 3) -> None:
    """Several threads, each with a connection of its own, begin at one moment."""
    begin, broken = threading.Barrier(many), []

    def run() -> None:
        begin.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - told to the test below
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(many)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not broken, broken


def test_workers_at_once_send_each_letter_once(settings: Any, city_of_its_own: str) -> None:
    post = Post()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
    for n in range(8):
        reported(email=f"r{n}@example.org", client_key=f"k{n}")
    at_once(lambda: deliver(at=NOW))
    deliver(at=NOW)
    assert len(post.letters) == len(set(post.letters)) == 8
    post.close()


def test_workers_at_once_fire_each_clock_once(city_of_its_own: str) -> None:
    for n in range(6):
        reported(client_key=f"k{n}")
    later = NOW + timedelta(days=4)
    at_once(lambda: sweep(at=later))
    fired = list(Clock.objects.filter(escalations__gt=0).values_list("escalations", flat=True))
    assert fired and set(fired) == {1}
    told = Clock.objects.filter(escalations__gt=0).exclude(stage="return").count()
    assert CaseStep.objects.filter(verb="escalate_case").count() == told


def test_sequencers_at_once_make_one_tree(city_of_its_own: str) -> None:
    def grow() -> None:
        for _ in range(5):
            ground.sequence_all(at=NOW)

    for n in range(4):
        reported(client_key=f"k{n}")
    at_once(grow, many=4)
    ground.sequence_all(at=NOW)
    assert LedgerLeaf.objects.count() == LedgerEntry.objects.count()
    assert ground.verify()["intact"]
