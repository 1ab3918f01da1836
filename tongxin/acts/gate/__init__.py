"""行为闸门。 The act gate: every state change, and every look at somebody's personal data, passes here.

    clause in force, and able to found this  →  office held and competent for this thing and place
    →  not the same person where a second one is required  →  ledger entry  →  run  →  notices

There is no argument, setting or account that skips a step. A check that fails or breaks refuses, and the refusal is
recorded. 行政法上的职权法定：没有法定依据不得行为；依据失效，行为即止。

An act that declares a `statement` passes the same gate, written as one SQL statement (docs/decisions/0013): `in_one`; all others `in_steps`.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from tongxin.acts.gate.in_one import perform_in_one, prepared
from tongxin.acts.gate.in_steps import perform_in_steps
from tongxin.acts.registry import REGISTRY, Declaration
from tongxin.acts.terms import Actor, By, InOne

R = TypeVar("R")


def act(  # noqa: PLR0913 - what an act declares of itself, by name
    verb: str,
    *,
    title: tuple[str, str],
    by: Sequence[By],
    scope: Callable[..., Any],
    personal: bool = False,
    many: bool = False,
    founding: bool = False,
    needs_entry: bool = False,
    statement: InOne | None = None,
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """申明一个行为。 Declare an operation to be an act.

    verb         the imperative verb + noun; the powers list has an entry `power:<verb>` with its clauses
    by           capacities that may do it: posts, PERSON (in one's own right), PLATFORM (a rule of law that runs by itself)
    scope        called first, in the act's transaction, with the operation's arguments: what the act is about (and locks)
    personal     it looks at somebody's personal data
    many         scope returns a list, the operation gets `warrants` and `at`; each item has its own ledger entry
    founding     may be done while the book is empty, on the clause the city's own pack names
    needs_entry  a list entry must carry it besides the power: a scope without one is refused
    statement    it is checked, recorded and done in one statement, of which these are its parts; the scope function only
                 puts together what is asked (subject, content, and the values of the parts as `state`), the operation gets
                 `did` and shapes the answer. It commits by itself: it is no part of another act
    """

    def declare(operation: Callable[..., R]) -> Callable[..., R]:
        declaration = Declaration(
            verb=verb,
            title=title[0],
            title_en=title[1],
            by=frozenset(by),
            personal=personal,
            many=many,
            founding=founding,
            needs_entry=needs_entry,
            scope=scope,
            operation=f"{operation.__module__}.{operation.__qualname__}",
            explanation=operation.__doc__ or "",
            in_one=statement is not None,
        )
        if verb in REGISTRY:
            raise RuntimeError(f"the act {verb} is declared twice")
        REGISTRY[verb] = declaration

        through = (
            functools.partial(perform_in_steps, declaration, operation)
            if statement is None
            else functools.partial(perform_in_one, declaration, statement, prepared(statement), operation)
        )

        @functools.wraps(operation)
        def run(*, actor: Actor, at: datetime, **given: Any) -> R:
            if at.tzinfo is None:
                raise ValueError("an act happens at a moment with a time zone")
            return through(actor, at, given)

        run.declaration = declaration  # type: ignore[attr-defined]
        return run

    return declare
