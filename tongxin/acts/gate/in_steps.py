"""一步一步过闸。 An act whose checks are Python: scope, checks, entries, the operation, notices, in one transaction."""

import json
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction

from tongxin.acts.gate.checking import asked, bases_of, basis_of, check_scope, standing_of
from tongxin.acts.gate.recording import entry_of, log_act, record_refusal
from tongxin.acts.models import Notice
from tongxin.acts.registry import Declaration
from tongxin.acts.terms import Actor, Refused, Scope, Warrant
from tongxin.ledger.operations import append_entries, lay_rows, sheet
from tongxin.ledger.terms import LedgerOutcome

R = TypeVar("R")

_depth: ContextVar[int] = ContextVar("acts_depth", default=0)


def perform_in_steps(
    declaration: Declaration, operation: Callable[..., R], actor: Actor, at: datetime, given: dict[str, Any]
) -> R:
    """过闸，一步一步。 Pass the gate: within another act it is part of that act's transaction, and a refusal is the outer one's to record."""
    outermost = _depth.get() == 0
    token = _depth.set(_depth.get() + 1)
    try:
        with transaction.atomic():
            return _within(declaration, operation, actor, at, given)
    except Refused as refusal:
        if outermost:
            record_refusal(declaration, actor, at, refusal)
        raise
    finally:
        _depth.reset(token)


def _within(
    declaration: Declaration, operation: Callable[..., R], actor: Actor, at: datetime, given: dict[str, Any]
) -> R:
    before = _act_in_hand() if _depth.get() > 1 else None
    found = asked(lambda: declaration.scope(actor=actor, at=at, **given))
    scopes: list[Scope] = list(found) if declaration.many else [found]
    warrants = _warrants(declaration, actor, at, scopes)
    if declaration.many:
        result = operation(warrants=warrants, at=at, **given)
    else:
        result = operation(warrant=warrants[0], **given)
    _send_notices(warrants)
    log_act(declaration, LedgerOutcome.DONE, [warrant.entry for warrant in warrants])
    if before is not None:
        _set_act_in_hand(before)
    return result


def _warrants(declaration: Declaration, actor: Actor, at: datetime, scopes: Sequence[Scope]) -> list[Warrant]:
    standing = standing_of(declaration, actor, at)
    if not scopes:
        return []
    for scope in scopes:
        check_scope(declaration, actor, standing, scope)
    kept = bases_of(declaration, scopes, at)
    bases = [basis_of(declaration, scope, at, kept) for scope in scopes]
    entries = append_entries(
        entries=[
            entry_of(declaration, actor, standing, basis, at, scope)
            for scope, basis in zip(scopes, bases, strict=True)
        ]
    )
    return [
        Warrant(
            verb=declaration.verb,
            entry=number,
            actor=actor,
            standing=standing,
            basis=basis,
            at=at,
            scope=scope,
        )
        for number, scope, basis in zip(entries, scopes, bases, strict=True)
    ]


def _send_notices(warrants: Sequence[Warrant]) -> None:
    rows = [
        (
            warrant.entry,
            draft.recipient,
            draft.subject,
            draft.template,
            json.dumps(dict(draft.args), ensure_ascii=False),
            warrant.at.isoformat(),
        )
        for warrant in warrants
        for draft in warrant.notices
    ]
    if rows:
        lay_rows(sheets=[(sheet(Notice, "entry", "recipient", "subject", "template", "args", "at"), rows)])


def _act_in_hand() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongxin.act', true)")
        return cursor.fetchone()[0] or ""


def _set_act_in_hand(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tongxin.act', %s, true)", [name])
