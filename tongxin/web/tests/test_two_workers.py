"""Workers with real commits: two at one city at the same moment, and one whose clock goes back. Nothing happens twice."""

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
from tongxin.ledger import operations
from tongxin.ledger.models import LedgerCheckpoint, LedgerEntry, LedgerLeaf
from tongxin.ledger.rules import read_checkpoint, read_note
from tongxin.web import ground
from tongxin.web.tasks import deliver

pytestmark = pytest.mark.commits
AHEAD, SOON = NOW + timedelta(days=1), NOW + timedelta(minutes=5)


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


def test_checkpoints_never_go_back_and_the_entries_show_that_the_clock_did(city_of_its_own: str) -> None:
    reported(NOW, client_key="before")
    ground.sequence_all(at=NOW)
    reported(AHEAD, client_key="ahead")
    ground.sequence_all(at=AHEAD)
    reported(SOON, client_key="back")
    ground.sequence_all(at=SOON)
    rows = list(LedgerCheckpoint.objects.order_by("size"))
    moments = [row.at for row in rows]
    assert moments == sorted(moments) and moments[-1] == AHEAD
    told = [read_checkpoint(read_note(row.note)[0]).size for row in rows]
    assert told == sorted(set(told))
    moments = list(LedgerEntry.objects.filter(verb="report_case").order_by("id").values_list("at", flat=True))
    assert moments == [NOW, AHEAD, SOON], "nobody puts the moments of entries right"
    assert ground.verify()["intact"]


def test_sequencer_that_dates_a_checkpoint_back_would_be_seen(
    monkeypatch: pytest.MonkeyPatch, city_of_its_own: str
) -> None:
    """The planted fault: what the sequencer did before."""
    monkeypatch.setattr(operations, "max", lambda at, _newest: at, raising=False)
    with pytest.raises(AssertionError):
        test_checkpoints_never_go_back_and_the_entries_show_that_the_clock_did(city_of_its_own)
