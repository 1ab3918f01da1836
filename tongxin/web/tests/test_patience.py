"""慢下来。 Guessing is slowed down for one login from one address, whichever process is asked, and for nobody else."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from tongxin.web.patience import Patience

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def rows() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, value FROM identity_ticket")
        return cursor.fetchall()


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_a_few_tries_are_free_and_then_it_waits() -> None:
    patience = Patience(tries=3, seconds=10)
    tried = [patience.allows(login="a", address="1", at=AT) for _ in range(5)]
    assert tried == [True, True, True, False, False]
    assert not patience.allows(login="a", address="1", at=later(9))
    assert patience.allows(login="a", address="1", at=later(10))
    assert not patience.allows(login="a", address="1", at=later(19))


def test_nobody_else_is_locked_out() -> None:
    patience = Patience(tries=1, seconds=10)
    assert patience.allows(login="a", address="1", at=AT)
    assert not patience.allows(login="a", address="1", at=AT)
    assert patience.allows(login="a", address="2", at=AT)
    assert patience.allows(login="b", address="1", at=AT)


def test_a_success_clears_what_was_held() -> None:
    patience = Patience(tries=1, seconds=10)
    patience.allows(login="a", address="1", at=AT)
    patience.forget(login="a", address="1")
    assert patience.allows(login="a", address="1", at=AT)


def test_what_is_kept_names_nobody_and_goes_when_it_is_full_again() -> None:
    cache.clear()
    patience = Patience(tries=3, seconds=10)
    patience.allows(login="wang-lan", address="10.1.2.3", at=AT)
    (kept,) = rows()
    assert "wang" not in "".join(kept) and "10.1" not in "".join(kept)
    patience.allows(login="other", address="10.1.2.3", at=later(11))
    assert len(rows()) == 1 and rows()[0] != kept


@pytest.mark.commits
def test_two_processes_count_in_one_bucket(city_of_its_own: str) -> None:
    """Two threads stand for two processes: nothing is kept outside the database."""
    allowed: list[bool] = []

    def guess() -> None:
        allowed.extend(
            [Patience(tries=6, seconds=10).allows(login="a", address="1", at=AT) for _ in range(10)]
        )
        connection.close()

    guessers = [threading.Thread(target=guess) for _ in range(3)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join()
    assert sum(allowed) == 6
