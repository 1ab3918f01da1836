"""Fixtures of the exchange's tests."""

import pytest

from tongxin.acts.gate import checking
from tongxin.acts.tests.conftest import TrialBook
from tongxin.exchange.tests.granting import Office


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Who makes sources and grants for a test."""
    book = TrialBook()
    monkeypatch.setattr(checking, "open_book", lambda: book)
    return Office(book)
