"""闸门记什么。 What the gate writes down: the entry of an act, of a refusal, and a line in the log."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tongxin.acts.registry import Declaration
from tongxin.acts.terms import Actor, Basis, Refused, Scope, Standing
from tongxin.ledger.operations import append_entries
from tongxin.ledger.terms import LedgerOutcome, NewEntry

log = logging.getLogger("tongxin.acts")


def entry_of(
    declaration: Declaration,
    actor: Actor,
    standing: Standing | None,
    basis: Basis,
    at: datetime,
    scope: Scope,
) -> NewEntry:
    """行为的条目。 The entry of an act about one thing."""
    return NewEntry(
        verb=declaration.verb,
        outcome=LedgerOutcome.DONE,
        at=at,
        organ=standing.organ if standing else "",
        office=standing.office if standing else "",
        list_entry=" ".join(basis.entries),
        clauses=basis.refs,
        subject=scope.subject,
        persons=scope.persons,
        content={"actor": actor.person, **({"means": actor.means} if actor.means else {}), **scope.content},
    )


def log_act(declaration: Declaration, outcome: LedgerOutcome, entries: Sequence[int], code: str = "") -> None:
    """记入日志。 One line for an act, once it is committed: by its entries, and nothing of whom or what it concerns."""
    if not entries:
        return
    facts: dict[str, Any] = {
        "verb": declaration.verb,
        "outcome": outcome.value,
        "entry": entries[0],
        "code": code,
    }
    if len(entries) > 1:
        facts |= {"entries": len(entries), "last": entries[-1]}
    transaction.on_commit(lambda: log.info("act", extra={"facts": facts}), robust=True)


def record_refusal(declaration: Declaration, actor: Actor, at: datetime, refusal: Refused) -> None:
    """拒绝也要记。 The entry of a refusal, in a transaction of its own: what was refused is undone, and this stays."""
    entry = NewEntry(
        verb=declaration.verb,
        outcome=LedgerOutcome.REFUSED,
        at=at,
        office=(actor.office or "").replace("\x00", "")[:160],
        clauses=refusal.clause,
        content={"actor": actor.person.replace("\x00", "")[:200], "code": refusal.code},
    )
    with transaction.atomic():
        numbers = append_entries(entries=[entry])
        log_act(declaration, LedgerOutcome.REFUSED, numbers, refusal.code)
