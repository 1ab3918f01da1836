"""Acts and books that a test makes for itself."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tongxin.acts import gate, registry
from tongxin.acts.gate import checking
from tongxin.acts.terms import Actor, Basis, BasisClause, Scope, Standing
from tongxin.law.book import StatuteBook

CLAUSE = BasisClause(
    ref="law:x@2020-01-01#a1",
    title="试",
    title_en="trial",
    label="第一条",
    text="…",
    in_force_from=datetime(2020, 1, 1, tzinfo=UTC).date(),
)


class TrialBook(StatuteBook):
    """The city's own book, that also founds the powers a test has declared."""

    def basis(self, *, entries: tuple[str, ...], at: datetime, begun: datetime | None = None) -> Basis:
        """Whatever begins with `power:trial_` rests on one clause."""
        del begun
        if entries[0].startswith("power:trial_"):
            return Basis(entries=entries, clauses=(CLAUSE,))
        return super().basis(entries=entries, at=at)

    def standing(self, *, actor: Actor, at: datetime) -> Standing:
        """The real standing."""
        return super().standing(actor=actor, at=at)


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> TrialBook:
    """A book that founds trial acts, in the gate's hand."""
    made = TrialBook()
    monkeypatch.setattr(checking, "open_book", lambda: made)
    return made


@pytest.fixture
def declare() -> Iterator[Callable[..., Any]]:
    """Declare an act for one test: `declare("trial_x", operation, by=[…])`. It is struck off the register after."""
    made: list[str] = []

    def declare(verb: str, operation: Callable[..., Any], **given: Any) -> Callable[..., Any]:
        made.append(verb)
        given = {"title": ("试", "trial"), "scope": lambda **_: Scope(subject="trial"), **given}
        return gate.act(verb, **given)(operation)

    yield declare
    for verb in made:
        registry.REGISTRY.pop(verb, None)
