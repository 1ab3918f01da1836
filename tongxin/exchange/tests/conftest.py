"""Fixtures of the exchange's tests."""

import pytest

from tongxin.acts import gate
from tongxin.acts.tests.conftest import TrialBook
from tongxin.exchange.tests.granting import Office


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Who makes sources and grants for a test."""
    book = TrialBook()
    monkeypatch.setattr(gate, "open_book", lambda: book)
    return Office(book)
