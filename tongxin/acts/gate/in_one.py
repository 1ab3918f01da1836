"""一条语句过闸。 An act whose checks, entry and work are one SQL statement (docs/decisions/0013)."""

import contextlib
import functools
import secrets
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tongxin.acts import rules
from tongxin.acts.gate.checking import asked
from tongxin.acts.gate.recording import log_act, record_refusal
from tongxin.acts.registry import Declaration, open_book
from tongxin.acts.terms import Actor, Did, InOne, InvalidInput, Refused, Scope
from tongxin.ledger.operations import APPEND_IN_ONE, IN_HAND, SALT_BYTES
from tongxin.ledger.rules import commitment
from tongxin.ledger.terms import DATABASE_HASH, LedgerOutcome, canonical

R = TypeVar("R")
Statements = tuple[rules.Statement, rules.Statement]  # what waits for its turn, and what asks

IN_ONE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "wrong_post": ("您的岗位不能做这个行为", "your post cannot do this"),
    "office_not_held": ("您现在不担任这个职务", "you do not hold this office now"),
    "no_list_entry": ("没有在用的清单事项可依", "no list entry in force covers this"),
    "entry_idle": ("清单事项没有条款作依据，暂停使用", "the list entry rests on no clause and is idle"),
    "clause_not_in_force": ("所依据的条款现在不是有效条款", "a clause it rests on is not in force"),
}


def prepared(parts: InOne) -> Callable[[], Statements]:
    """备好语句。 What waits for its turn and what asks, put together when first wanted: the book is not open at declaration."""

    def together() -> Statements:
        whole = rules.statement(parts, book=open_book().in_one, append=APPEND_IN_ONE, in_hand=IN_HAND)
        return rules.numbered(parts.wait), whole

    return functools.cache(together)


def perform_in_one(
    declaration: Declaration,
    parts: InOne,
    prepared: Callable[[], Statements],
    operation: Callable[..., R],
    actor: Actor,
    at: datetime,
    given: dict[str, Any],
) -> R:
    """过闸，一条语句。 Pass the gate in one statement, which records a refusal of its own; what never came to it is recorded apart."""
    statements = prepared()
    try:
        scope = asked(lambda: declaration.scope(actor=actor, at=at, **given))
        values = values_of(declaration, parts, actor, at, scope)
        answer = asked(lambda: _put(statements, values))
    except Refused as refusal:
        record_refusal(declaration, actor, at, refusal)
        raise
    except InvalidInput as wrong:
        record_refusal(declaration, actor, at, Refused("invalid_input", wrong.reason, wrong.reason_en))
        raise
    except (OperationalError, InterfaceError):
        with contextlib.suppress(OperationalError, InterfaceError):  # the database may still be there
            record_refusal(declaration, actor, at, Refused("check_failed", "", ""))
        raise
    outcome = LedgerOutcome.REFUSED if answer["code"] else LedgerOutcome.DONE
    log_act(declaration, outcome, [answer["id"]], answer["code"] or "")
    if answer["code"]:  # recorded by the statement itself
        zh, en = {**IN_ONE_WORDS, **parts.refusals}[answer["code"]]
        raise Refused(answer["code"], zh, en, clause=answer["clause"])
    return operation(did=Did(entry=answer["id"], refs=answer["refs"], at=at, answer=answer), **given)


def values_of(
    declaration: Declaration, parts: InOne, actor: Actor, at: datetime, scope: Scope
) -> dict[str, Any]:
    """语句的值。 What the statement is given, by name."""
    content = {"actor": actor.person, **scope.content}
    salt = secrets.token_bytes(SALT_BYTES)
    return {
        **scope.state,
        "act": str(uuid.uuid4()),
        "verb": declaration.verb,
        "at": at.isoformat(),
        "person": actor.person,
        "office": (actor.office or "").removeprefix("office:"),
        "posts": [by.value for by in declaration.by],
        "subject": scope.subject,
        "content": canonical(content).decode(),
        "salt": salt,
        "commitments": None
        if settings.LEDGER_HASH == DATABASE_HASH
        else _commitments(parts, salt, scope, content, settings.LEDGER_HASH),
    }


def _commitments(parts: InOne, salt: bytes, scope: Scope, content: Mapping[str, Any], suite: str) -> str:
    """数据库算不出的承诺。 The commitment of each outcome, for a ledger whose hash the database does not have."""
    bound: dict[str, tuple[Mapping[str, Any], list[str]]] = {
        code: ({"actor": content["actor"], "code": code}, []) for code in {**IN_ONE_WORDS, **parts.refusals}
    }
    bound["done"] = (content, sorted(scope.persons))
    return canonical(
        {
            code: commitment(
                salt, canonical({"content": said, "persons": named, "subject": scope.subject}), suite=suite
            ).hex()
            for code, (said, named) in bound.items()
        }
    ).decode()


def _put(statements: Statements, values: Mapping[str, Any]) -> dict[str, Any]:
    """等到锁，再问。 Wait for whoever is at the same thing, then put the statement: both prepared, in one round trip.

    They are one transaction, committed when this returns. Within another transaction that could still be undone after the
    answer was handed over: `durable` refuses that.
    """
    with contextlib.ExitStack() as stack:
        if connection.in_atomic_block:
            stack.enter_context(transaction.atomic(durable=True))
        connection.ensure_connection()
        raw: psycopg.Connection = connection.connection
        stack.enter_context(connection.wrap_database_errors)
        wait, whole = statements
        with raw.pipeline():
            psycopg.RawCursor(raw).execute(wait.text, [values[n] for n in wait.names], prepare=True)
            cursor = psycopg.RawCursor(raw, row_factory=psycopg.rows.dict_row)
            cursor.execute(whole.text, [values[n] for n in whole.names], prepare=True)
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the statement of an act answers with one row")
    return row
