"""行为闸门。 The act gate: every state change, and every look at somebody's personal data, passes here.

    clause in force, and able to found this  →  office held and competent for this thing and place
    →  not the same person where a second one is required  →  ledger entry  →  run  →  notices

There is no argument, setting or account that skips a step. A check that fails or breaks refuses, and the refusal is
recorded. 行政法上的职权法定：没有法定依据不得行为；依据失效，行为即止。

An act that declares a `statement` passes the same gate, written as one SQL statement (docs/decisions/0013).
"""

import contextlib
import functools
import json
import logging
import secrets
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, Final, TypeVar

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from tongxin.acts import rules
from tongxin.acts.models import Notice
from tongxin.acts.registry import REGISTRY, Declaration, open_book
from tongxin.acts.terms import (
    Actor,
    Basis,
    By,
    Conflict,
    Did,
    InOne,
    InvalidInput,
    Refused,
    Scope,
    Standing,
    Warrant,
)
from tongxin.ledger.operations import APPEND_IN_ONE, IN_HAND, SALT_BYTES, append_entries, lay_rows, sheet
from tongxin.ledger.rules import commitment
from tongxin.ledger.terms import DATABASE_HASH, LedgerOutcome, NewEntry, canonical

log = logging.getLogger("tongxin.acts")
R = TypeVar("R")

Bases = dict[tuple[str | None, date | None], Basis | Refused]  # by list entry, and by when the matter began

_depth: ContextVar[int] = ContextVar("acts_depth", default=0)


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

        prepared = functools.cache(functools.partial(_statement, statement))

        @functools.wraps(operation)
        def run(*, actor: Actor, at: datetime, **given: Any) -> R:
            if statement is not None:
                return _perform_in_one(declaration, statement, prepared(), operation, actor, at, given)
            return _perform(declaration, operation, actor, at, given)

        run.declaration = declaration  # type: ignore[attr-defined]
        return run

    return declare


def _perform(
    declaration: Declaration, operation: Callable[..., R], actor: Actor, at: datetime, given: dict[str, Any]
) -> R:
    if at.tzinfo is None:
        raise ValueError("an act happens at a moment with a time zone")
    outermost = _depth.get() == 0
    token = _depth.set(_depth.get() + 1)
    try:
        with transaction.atomic():
            return _within(declaration, operation, actor, at, given)
    except Refused as refusal:
        if outermost:
            _record_refusal(declaration, actor, at, refusal)
        raise
    finally:
        _depth.reset(token)


def _within(
    declaration: Declaration, operation: Callable[..., R], actor: Actor, at: datetime, given: dict[str, Any]
) -> R:
    before = _act_in_hand() if _depth.get() > 1 else None
    found = _asked(lambda: declaration.scope(actor=actor, at=at, **given))
    scopes: list[Scope] = list(found) if declaration.many else [found]
    warrants = _warrants(declaration, actor, at, scopes)
    if declaration.many:
        result = operation(warrants=warrants, at=at, **given)
    else:
        result = operation(warrant=warrants[0], **given)
    _send_notices(warrants)
    _log(declaration, LedgerOutcome.DONE, [warrant.entry for warrant in warrants])
    if before is not None:
        _set_act_in_hand(before)
    return result


def _warrants(declaration: Declaration, actor: Actor, at: datetime, scopes: Sequence[Scope]) -> list[Warrant]:
    standing = _standing(declaration, actor, at)
    if not scopes:
        return []
    for scope in scopes:
        _check_scope(declaration, actor, standing, scope)
    kept = _bases(declaration, scopes, at)
    bases = [_basis_of(declaration, scope, at, kept) for scope in scopes]
    entries = append_entries(
        entries=[
            _entry(declaration, actor, standing, basis, at, scope)
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


def _asked(check: Callable[[], R]) -> R:
    """检查本身出错也是拒绝。 A check that breaks refuses; only the database going away is passed on as it is."""
    try:
        return check()
    except (Refused, InvalidInput, Conflict, OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Where it broke, and not the message: that may hold what somebody typed.
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("a check broke: %s at %s:%s", type(error).__name__, where.filename, where.lineno)  # noqa: TRY400
        raise Refused(
            "check_failed", "核对依据时出错，按拒绝处理", "a check broke; that counts as a refusal"
        ) from error


def _standing(declaration: Declaration, actor: Actor, at: datetime) -> Standing | None:
    if actor.platform:
        _require(By.PLATFORM in declaration.by, declaration)
        return None
    if actor.office is None:
        _require(By.PERSON in declaration.by, declaration)
        return None
    standing = _asked(lambda: open_book().standing(actor=actor, at=at))
    _require(standing.post in declaration.by, declaration)
    return standing


def _require(allowed: bool, declaration: Declaration) -> None:
    if not allowed:
        posts = "、".join(sorted(by.value for by in declaration.by))
        raise Refused(
            "wrong_post",
            f"您的岗位不能“{declaration.title}”",
            f"your post cannot: {declaration.title_en}",
            who_could=posts,
        )


def _check_scope(declaration: Declaration, actor: Actor, standing: Standing | None, scope: Scope) -> None:
    if standing is not None and scope.organs is not None and standing.organ not in scope.organs:
        raise Refused(
            "other_organ",
            "这件事现在不在您的单位",
            "this matter is not with your organ now",
            who_could="、".join(sorted(scope.organs)),
        )
    if standing is not None and scope.place is not None and standing.place not in scope.place:
        raise Refused("other_place", "这个地点不在您单位的辖区", "this place is outside your organ's area")
    if actor.person in scope.not_by:
        raise Refused(
            "same_person",
            "这一步须由另一个人来做",
            "this step is for another person than the one before",
            instead="请同单位的另一位工作人员办理",
            instead_en="ask a colleague to do it",
        )
    if declaration.needs_entry and scope.entry is None:
        raise Refused("no_list_entry", "没有在用的清单事项可依", "no list entry in force covers this")


def _bases(declaration: Declaration, scopes: Sequence[Scope], at: datetime) -> Bases:
    """各清单事项的依据，一次问齐。 The basis of each list entry that the items share, all asked for in one statement."""
    wanted = {scope.entry: _entries(declaration, scope) for scope in scopes}
    if len(wanted) == 1 or declaration.founding:
        return {}
    found = _asked(lambda: open_book().bases(wanted=tuple(wanted.values()), at=at))
    return {(entry, None): found[entries] for entry, entries in wanted.items()}


def _basis_of(declaration: Declaration, scope: Scope, at: datetime, kept: Bases) -> Basis:
    """一项的依据。 The basis of one item, asked for once for all that share it.

    Where a clause has ended, a savings clause may still leave a matter to it that began before.
    """
    try:
        if (scope.entry, None) not in kept:
            kept[scope.entry, None] = _basis(declaration, scope, at, None)
        return _founded(kept[scope.entry, None])
    except Refused as refusal:
        if refusal.code != "clause_not_in_force" or scope.begun is None:
            raise
    key = (scope.entry, scope.begun.date())
    if key not in kept:
        kept[key] = _basis(declaration, scope, at, scope.begun)
    return _founded(kept[key])


def _basis(declaration: Declaration, scope: Scope, at: datetime, begun: datetime | None) -> Basis:
    if declaration.founding:
        return _asked(lambda: open_book().founding_basis(clauses=scope.founding, at=at))
    entries = _entries(declaration, scope)
    return _asked(lambda: open_book().basis(entries=entries, at=at, begun=begun))


def _entries(declaration: Declaration, scope: Scope) -> tuple[str, ...]:
    return (f"power:{declaration.verb}", *([scope.entry] if scope.entry else []))


def _founded(basis: Basis | Refused) -> Basis:
    if isinstance(basis, Refused):
        raise basis
    if not basis.clauses:
        raise Refused("no_clause_in_force", "没有现行有效的条款作依据", "no clause in force founds this")
    return basis


def _entry(
    declaration: Declaration,
    actor: Actor,
    standing: Standing | None,
    basis: Basis,
    at: datetime,
    scope: Scope,
) -> NewEntry:
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


def _log(declaration: Declaration, outcome: LedgerOutcome, entries: Sequence[int], code: str = "") -> None:
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


def _record_refusal(declaration: Declaration, actor: Actor, at: datetime, refusal: Refused) -> None:
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
        _log(declaration, LedgerOutcome.REFUSED, numbers, refusal.code)


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


# ---- In one statement (docs/decisions/0013) --------------------------------------------------------------------------------

IN_ONE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "wrong_post": ("您的岗位不能做这个行为", "your post cannot do this"),
    "office_not_held": ("您现在不担任这个职务", "you do not hold this office now"),
    "no_list_entry": ("没有在用的清单事项可依", "no list entry in force covers this"),
    "entry_idle": ("清单事项没有条款作依据，暂停使用", "the list entry rests on no clause and is idle"),
    "clause_not_in_force": ("所依据的条款现在不是有效条款", "a clause it rests on is not in force"),
}


def _statement(parts: InOne | None) -> tuple[rules.Statement, rules.Statement]:
    if parts is None:
        raise RuntimeError("this act is not done in one statement")
    whole = rules.statement(parts, book=open_book().in_one, append=APPEND_IN_ONE, in_hand=IN_HAND)
    return rules.numbered(parts.wait), whole


def _perform_in_one(
    declaration: Declaration,
    parts: InOne,
    prepared: tuple[rules.Statement, rules.Statement],
    operation: Callable[..., R],
    actor: Actor,
    at: datetime,
    given: dict[str, Any],
) -> R:
    if at.tzinfo is None:
        raise ValueError("an act happens at a moment with a time zone")
    try:
        scope = _asked(lambda: declaration.scope(actor=actor, at=at, **given))
        values = _values(declaration, parts, actor, at, scope)
        answer = _asked(lambda: _put(prepared, values))
    except Refused as refusal:
        _record_refusal(declaration, actor, at, refusal)
        raise
    except InvalidInput as wrong:
        _record_refusal(declaration, actor, at, Refused("invalid_input", wrong.reason, wrong.reason_en))
        raise
    except (OperationalError, InterfaceError):
        with contextlib.suppress(OperationalError, InterfaceError):  # the database may still be there
            _record_refusal(declaration, actor, at, Refused("check_failed", "", ""))
        raise
    outcome = LedgerOutcome.REFUSED if answer["code"] else LedgerOutcome.DONE
    _log(declaration, outcome, [answer["id"]], answer["code"] or "")
    if answer["code"]:  # recorded by the statement itself
        zh, en = {**IN_ONE_WORDS, **parts.refusals}[answer["code"]]
        raise Refused(answer["code"], zh, en, clause=answer["clause"])
    return operation(did=Did(entry=answer["id"], refs=answer["refs"], at=at, answer=answer), **given)


def _values(
    declaration: Declaration, parts: InOne, actor: Actor, at: datetime, scope: Scope
) -> dict[str, Any]:
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


def _put(prepared: tuple[rules.Statement, rules.Statement], values: Mapping[str, Any]) -> dict[str, Any]:
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
        wait, whole = prepared
        with raw.pipeline():
            psycopg.RawCursor(raw).execute(wait.text, [values[n] for n in wait.names], prepare=True)
            cursor = psycopg.RawCursor(raw, row_factory=psycopg.rows.dict_row)
            cursor.execute(whole.text, [values[n] for n in whole.names], prepare=True)
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("the statement of an act answers with one row")
    return row
