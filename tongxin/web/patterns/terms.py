"""样式簿的词。 Words of the pattern book."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Pick = Callable[[str, str], str]
"""按语言选一个。 Chooses between a Chinese and an English text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """部件的一种样子。 One state of a component: its name and its context."""

    name: str
    context: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """一个部件。 One component: how a template writes it, and its states in a language."""

    slug: str
    name: tuple[str, str]
    why: tuple[str, str]
    source: str
    states: Callable[[Pick], Sequence[State]]
    scripts: tuple[str, ...] = ()
