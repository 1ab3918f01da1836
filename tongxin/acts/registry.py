"""行为的登记。 The register of acts, and the place where the law hands in its book."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.utils.module_loading import import_string

from tongxin.acts.terms import POSTS, Book, By


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """行为的申明。 What an act declares of itself: the table for lawyers is made from these."""

    verb: str
    title: str
    title_en: str
    by: frozenset[By]
    personal: bool
    many: bool
    founding: bool
    needs_entry: bool
    scope: Callable[..., Any]
    operation: str
    explanation: str
    in_one: bool = False

    @property
    def posts(self) -> frozenset[By]:
        """能做这个行为的岗位。 The posts that may do it."""
        return self.by & POSTS


REGISTRY: dict[str, Declaration] = {}
_books: list[str] = []


def hand_in_book(path: str) -> None:
    """交出法典。 `law` hands in its resolver, once, when the house opens. Raises RuntimeError on a second, other one."""
    if _books and _books != [path]:
        raise RuntimeError("the book is already open; there is one law in this house")
    _books[:] = [path]


@lru_cache(maxsize=1)
def open_book() -> Book:
    """法典。 The book that was handed in. Raises IndexError when there is none: then no act is possible."""
    return cast("Book", import_string(_books[0])())
