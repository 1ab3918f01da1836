"""闸门查什么。 What the gate asks before an act: office, organ, place, person, and every clause of its basis."""

import logging
import traceback
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from tongxin.acts.registry import Declaration, open_book
from tongxin.acts.terms import Actor, Basis, By, Conflict, InvalidInput, Refused, Scope, Standing

log = logging.getLogger("tongxin.acts")
R = TypeVar("R")

Bases = dict[tuple[str | None, date | None], Basis | Refused]  # by list entry, and by when the matter began


def asked(check: Callable[[], R]) -> R:
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


def standing_of(declaration: Declaration, actor: Actor, at: datetime) -> Standing | None:
    """凭什么身份。 The office held at this moment, of a post that may; None for the platform and for a person in their own right."""
    if actor.platform:
        _require(By.PLATFORM in declaration.by, declaration)
        return None
    if actor.office is None:
        _require(By.PERSON in declaration.by, declaration)
        return None
    standing = asked(lambda: open_book().standing(actor=actor, at=at))
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


def check_scope(declaration: Declaration, actor: Actor, standing: Standing | None, scope: Scope) -> None:
    """管不管得着。 Organ, place, another person, a list entry: raises Refused where one does not fit."""
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


def bases_of(declaration: Declaration, scopes: Sequence[Scope], at: datetime) -> Bases:
    """各清单事项的依据，一次问齐。 The basis of each list entry that the items share, all asked for in one statement."""
    wanted = {scope.entry: _entries(declaration, scope) for scope in scopes}
    if len(wanted) == 1 or declaration.founding:
        return {}
    found = asked(lambda: open_book().bases(wanted=tuple(wanted.values()), at=at))
    return {(entry, None): found[entries] for entry, entries in wanted.items()}


def basis_of(declaration: Declaration, scope: Scope, at: datetime, kept: Bases) -> Basis:
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
        return asked(lambda: open_book().founding_basis(clauses=scope.founding, at=at))
    entries = _entries(declaration, scope)
    return asked(lambda: open_book().basis(entries=entries, at=at, begun=begun))


def _entries(declaration: Declaration, scope: Scope) -> tuple[str, ...]:
    return (f"power:{declaration.verb}", *([scope.entry] if scope.entry else []))


def _founded(basis: Basis | Refused) -> Basis:
    if isinstance(basis, Refused):
        raise basis
    if not basis.clauses:
        raise Refused("no_clause_in_force", "没有现行有效的条款作依据", "no clause in force founds this")
    return basis
