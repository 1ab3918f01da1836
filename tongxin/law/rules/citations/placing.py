"""引用落在哪一条款。 Which clause a citation comes down to, in the tree of the text that it means.

`targets_in` takes citations of another text; for 本条, 前款 and 第二款 without a source it starts from the place of the
citation. Where the words leave open which clause is meant, none is taken: the reason says why.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from tongxin.law.rules.citations.grammar import RANK, UNREADABLE, Citation, Reach, Step, Unit
from tongxin.law.terms import ClauseKind

_DIVISIONS: Final = (ClauseKind.PART, ClauseKind.SUBPART, ClauseKind.CHAPTER, ClauseKind.SECTION)
_LETTER: Final = {
    ClauseKind.PART: "b",
    ClauseKind.SUBPART: "f",
    ClauseKind.CHAPTER: "c",
    ClauseKind.SECTION: "s",
    ClauseKind.ARTICLE: "a",
    ClauseKind.PARAGRAPH: "p",
    ClauseKind.ITEM: "i",
    ClauseKind.SUBITEM: "s",
}


class Why(StrEnum):
    """为何没有落到条款。 Why a unit comes down to no clause."""

    ABSENT = "absent"  # there is no such clause
    SEVERAL = "several"  # the words fit more than one clause
    NO_PLACE = "no_place"  # 前款 and the like, and it is not known where they stand
    NOTHING_BEFORE = "nothing_before"  # 前款 in a first paragraph
    UNREADABLE = "unreadable"  # the number cannot be read


@dataclass(frozen=True, slots=True)
class Target:
    """所引的一个单位。 One unit of a citation: the clause it comes down to, or why none. `unit` None: the whole instrument."""

    unit: Unit | None
    key: str | None
    why: Why | None = None
    fitting: tuple[str, ...] = ()


class ClauseTree:
    """一份文本的条款树。 The keys of one text with their kinds, in the order of the document."""

    def __init__(self, clauses: Iterable[tuple[str, str]]) -> None:
        self.kinds: Mapping[str, str] = dict(clauses)

    def __contains__(self, key: object) -> bool:
        return key in self.kinds

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """各条。 The articles in their order."""
        return tuple(key for key, kind in self.kinds.items() if kind == ClauseKind.ARTICLE)

    @cached_property
    def divisions(self) -> tuple[str, ...]:
        """编章节。 The divisions in their order."""
        return tuple(key for key, kind in self.kinds.items() if kind in _DIVISIONS)

    @cached_property
    def _below(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for key in self.kinds:
            if key.startswith("a") and "." in key:
                found.setdefault(key.rpartition(".")[0], []).append(key)
        return {above: tuple(keys) for above, keys in found.items()}

    @cached_property
    def _division_of(self) -> Mapping[str, str]:
        found, last = {}, ""
        for key, kind in self.kinds.items():
            if kind in _DIVISIONS:
                last = key
            elif kind == ClauseKind.ARTICLE:
                found[key] = last
        return found

    def below(self, key: str) -> tuple[str, ...]:
        """下一层。 What stands directly below a clause."""
        return self._below.get(key, ())

    def division_of(self, key: str) -> str:
        """所在的编章节。 The division an article or what is below it stands in; empty without one."""
        return self._division_of.get(key.partition(".")[0], "") if key.startswith("a") else key

    def before(self, key: str, back: int) -> tuple[str, ...]:
        """前几个同层的。 The `back` units of the same level before a clause; empty where there are not so many."""
        if self.kinds.get(key) == ClauseKind.ARTICLE:
            row: tuple[str, ...] = self.articles
        elif key.startswith("a"):
            row = self.below(key.rpartition(".")[0])
        else:
            above = key.rpartition(".")[0]
            row = tuple(
                one for one in self.divisions if one.rpartition(".")[0] == above and _tier(one) == _tier(key)
            )
        at = row.index(key) if key in row else 0
        return row[at - back : at] if at >= back else ()

    def find(self, unit: Unit, *, near: str = "", within: str = "") -> Target:
        """单位所指的条款。 The clause a unit names.

        `near` is a place of this text, whose own division is looked in first; a division must stand `within` the one given.
        """
        if any(UNREADABLE in step.number for step in unit.steps):
            return Target(unit, None, Why.UNREADABLE)
        if unit.number_of(ClauseKind.ARTICLE):
            return self._in_article(unit)
        if RANK[unit.steps[0].kind] > RANK[ClauseKind.ARTICLE]:
            return Target(unit, None, Why.NO_PLACE)
        return self._division(unit, near, within)

    def under(self, base: str, unit: Unit) -> Target:
        """某条款之下的单位。 The clause that a unit names below `base`."""
        if any(UNREADABLE in step.number for step in unit.steps):
            return Target(unit, None, Why.UNREADABLE)
        return self._descend(unit, base, unit.steps)

    def _in_article(self, unit: Unit) -> Target:
        article = f"a{unit.number_of(ClauseKind.ARTICLE)}"
        if article not in self.kinds:
            return Target(unit, None, Why.ABSENT)
        below = [step for step in unit.steps if RANK[step.kind] > RANK[ClauseKind.ARTICLE]]
        return self._descend(unit, article, below)

    def _descend(self, unit: Unit, base: str, steps: Iterable[Step]) -> Target:
        keys = [base]
        for step in steps:
            name = f"{_LETTER[step.kind]}{step.number}"
            found = [f"{key}.{name}" for key in keys if f"{key}.{name}" in self.kinds]
            if not found:  # 第十条第三项: a level is left out, and may be only where one clause can be meant
                middle = [below for key in keys for below in self.below(key)]
                found = [f"{key}.{name}" for key in middle if f"{key}.{name}" in self.kinds]
            keys = found
        if len(keys) == 1:
            return Target(unit, keys[0])
        return Target(unit, None, Why.SEVERAL if keys else Why.ABSENT, tuple(keys))

    def _division(self, unit: Unit, near: str, within: str) -> Target:
        wanted = [f"{_LETTER[step.kind]}{step.number}" for step in unit.steps]
        held = (key for key in self.divisions if not within or key.startswith(f"{within}."))
        keys = [key for key in held if _ends_with(key.split("."), wanted)]
        here = self.division_of(near).split(".") if near else []
        if len(keys) > 1 and here:
            shared = {key: _shared(key.split("."), here) for key in keys}
            keys = [key for key in keys if shared[key] == max(shared.values())]
        if len(keys) > 1:
            shortest = min(
                key.count(".") for key in keys
            )  # 第二章 of a text is not 第一编第二章, if it has one of its own
            keys = [key for key in keys if key.count(".") == shortest]
        if len(keys) == 1:
            return Target(unit, keys[0])
        return Target(unit, None, Why.SEVERAL if keys else Why.ABSENT, tuple(keys))


def _tier(key: str) -> str:
    return key.rpartition(".")[2][:1]


def _shared(key: list[str], here: list[str]) -> int:
    count = 0
    for one, other in zip(key[:-1], here, strict=False):
        if one != other:
            break
        count += 1
    return count


def _ends_with(key: list[str], wanted: list[str]) -> bool:
    """Each level named stands in the key in this order, the last one last; levels between may be left out."""
    if key[-1] != wanted[-1]:
        return False
    rest = iter(key)
    return all(any(part == want for part in rest) for want in wanted)


def targets_of(citation: Citation, tree: ClauseTree, *, own: bool | None = None) -> Iterator[Target]:
    """一处引用落到的各条款。 What a citation comes down to in a tree, unit by unit.

    `own`: whether the tree is that of the text the citation stands in, so that its place counts (else the source says).
    """
    here = citation.kind.own if own is None else own
    place = citation.place if here else ""
    if citation.reach is not None:
        yield from _reached(citation, citation.reach, tree, place)
    elif not citation.units:
        yield Target(None, None)
    else:
        for unit in citation.expanded():
            yield _leaned(citation, _placed(unit, tree, place), tree)


def _leaned(citation: Citation, target: Target, tree: ClauseTree) -> Target:
    """本处没有，就看前面刚说到的那一款。 Where its own place has no such item, that of the paragraph named just before it."""
    if target.key or not citation.leaning or target.unit is None:
        return target
    other = tree.find(Unit((*citation.leaning, *target.unit.steps)))
    return other if other.key else target


def _placed(unit: Unit, tree: ClauseTree, place: str) -> Target:
    """没有条号的款、项，指所在的条、款。 第二款 without an article means that of the article it stands in."""
    top = unit.steps[0].kind
    if RANK[top] <= RANK[ClauseKind.ARTICLE]:
        return tree.find(unit, near=place)
    if place not in tree or not place.startswith("a"):
        return Target(unit, None, Why.NO_PLACE)
    bases = _lineage(place)
    wanted = [base for base in bases if RANK[ClauseKind(tree.kinds[base])] < RANK[top]]
    for base in reversed(wanted):
        target = tree.under(base, unit)
        if target.key or target.why is not Why.ABSENT:
            return target
    return Target(unit, None, Why.ABSENT)


def _reached(citation: Citation, reach: Reach, tree: ClauseTree, place: str) -> Iterator[Target]:
    asked = citation.expanded()
    bases = _bases(reach, tree, place)
    if isinstance(bases, Why):
        yield from (Target(unit, None, bases) for unit in (asked or (None,)))
        return
    if not asked:
        yield from (Target(None, base) for base in bases)
        return
    for unit in asked:
        if RANK[unit.steps[0].kind] <= RANK[reach.kind]:
            yield _placed(unit, tree, place)
        elif RANK[reach.kind] < RANK[ClauseKind.ARTICLE]:
            yield tree.find(unit, near=bases[0], within=bases[0])
        else:
            yield from _below_bases(unit, bases, tree)


def _below_bases(unit: Unit, bases: tuple[str, ...], tree: ClauseTree) -> Iterator[Target]:
    """前两款第一项：哪一款有就是哪一款。 Of 前两款第一项, each paragraph that has it."""
    found = [tree.under(base, unit) for base in bases]
    held = [target for target in found if target.key]
    yield from held or found[-1:]


def _bases(reach: Reach, tree: ClauseTree, place: str) -> tuple[str, ...] | Why:
    """本条、前款从哪里算起。 The clauses that a relative source means."""
    if not place or place not in tree:
        return Why.NO_PLACE
    if RANK[reach.kind] >= RANK[ClauseKind.ARTICLE]:
        here = next((base for base in _lineage(place) if tree.kinds.get(base) == reach.kind), "")
    else:
        here = next((one for one in reversed(_lineage(tree.division_of(place))) if _is(one, reach.kind)), "")
    if not here:
        return Why.ABSENT if place.startswith("a") else Why.NO_PLACE
    if not reach.back:
        return (here,)
    return tree.before(here, reach.back) or Why.NOTHING_BEFORE


def _is(key: str, kind: ClauseKind) -> bool:
    return key.rpartition(".")[2][:1] == _LETTER[kind]


def _lineage(key: str) -> list[str]:
    """自上而下的各级。 A key and what it stands in, from the top: a10, a10.p2, a10.p2.i3."""
    parts = key.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))] if key else []
