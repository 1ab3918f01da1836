"""行为闸门。 The act gate: every state change, and every look at somebody's personal data, passes here.

    clause in force, and able to found this  →  office held and competent for this thing and place
    →  not the same person where a second one is required  →  ledger entry  →  run  →  notices

There is no argument, setting or account that skips a step. A check that fails or breaks refuses, and the refusal is
recorded. 行政法上的职权法定：没有法定依据不得行为；依据失效，行为即止。
"""

import functools
import logging
import traceback
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction

from tongxin.acts.models import Notice
from tongxin.acts.registry import REGISTRY, Declaration, open_book
from tongxin.acts.terms import Actor, Basis, By, Conflict, InvalidInput, Refused, Scope, Standing, Warrant
from tongxin.ledger.operations import append_entries
from tongxin.ledger.terms import LedgerOutcome, NewEntry

log = logging.getLogger("tongxin.acts")
R = TypeVar("R")

_depth: ContextVar[int] = ContextVar("acts_depth", default=0)


def act(
    verb: str,
    *,
    title: tuple[str, str],
    by: Sequence[By],
    scope: Callable[..., Any],
    personal: bool = False,
    many: bool = False,
    founding: bool = False,
    needs_entry: bool = False,
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """申明一个行为。 Declare an operation to be an act.

    verb         the imperative verb + noun; the powers list has an entry `power:<verb>` with its clauses
    by           capacities that may do it: posts, PERSON (in one's own right), PLATFORM (a rule of law that runs by itself)
    scope        called first, in the act's transaction, with the operation's arguments: what the act is about (and locks)
    personal     it looks at somebody's personal data
    many         scope returns a list, the operation gets `warrants` and `at`; each item has its own ledger entry
    founding     may be done while the book is empty, on the clause the city's own pack names
    needs_entry  a list entry must carry it besides the power: a scope without one is refused
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
        )
        if verb in REGISTRY:
            raise RuntimeError(f"the act {verb} is declared twice")
        REGISTRY[verb] = declaration

        @functools.wraps(operation)
        def run(*, actor: Actor, at: datetime, **given: Any) -> R:
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
    if before is not None:
        _set_act_in_hand(before)
    return result


def _warrants(declaration: Declaration, actor: Actor, at: datetime, scopes: Sequence[Scope]) -> list[Warrant]:
    standing = _standing(declaration, actor, at)
    if not scopes:
        return []
    kept: dict[tuple[str | None, date | None], Basis] = {}
    bases = []
    for scope in scopes:
        _check_scope(declaration, actor, standing, scope)
        bases.append(_basis_of(declaration, scope, at, kept))
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


def _basis_of(
    declaration: Declaration, scope: Scope, at: datetime, kept: dict[tuple[str | None, date | None], Basis]
) -> Basis:
    """一项的依据。 The basis of one item, asked for once for all that share it.

    Where a clause has ended, a savings clause may still leave a matter to it that began before.
    """
    try:
        if (scope.entry, None) not in kept:
            kept[scope.entry, None] = _basis(declaration, scope, at, None)
        return kept[scope.entry, None]
    except Refused as refusal:
        if refusal.code != "clause_not_in_force" or scope.begun is None:
            raise
    key = (scope.entry, scope.begun.date())
    if key not in kept:
        kept[key] = _basis(declaration, scope, at, scope.begun)
    return kept[key]


def _basis(declaration: Declaration, scope: Scope, at: datetime, begun: datetime | None) -> Basis:
    if declaration.founding:
        return _asked(lambda: open_book().founding_basis(clauses=scope.founding, at=at))
    entries = (f"power:{declaration.verb}", *([scope.entry] if scope.entry else []))
    basis = _asked(lambda: open_book().basis(entries=entries, at=at, begun=begun))
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
        append_entries(entries=[entry])


def _send_notices(warrants: Sequence[Warrant]) -> None:
    drafts = [(warrant, draft) for warrant in warrants for draft in warrant.notices]
    if drafts:
        Notice.objects.bulk_create(
            [
                Notice(
                    entry=warrant.entry,
                    recipient=draft.recipient,
                    subject=draft.subject,
                    template=draft.template,
                    args=dict(draft.args),
                    at=warrant.at,
                )
                for warrant, draft in drafts
            ]
        )


def _act_in_hand() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongxin.act', true)")
        return cursor.fetchone()[0] or ""


def _set_act_in_hand(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tongxin.act', %s, true)", [name])
