"""引用的词汇：来源、层次、单位。 The words of a citation: where it takes its instrument from, and the units it names.

citation = [source] chain
source   = 《题名》[（注）] | 题名 | 本法 | 本条、前款、前两款 | 简称 | 该法
chain    = unit { [、和或至] unit }        unit = 第二十一条 | 第二款 | 第（三）项 | 第二、三款 | 第八十条之一
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from tongxin.law.rules.numerals import GREATEST, chinese_number, chinese_numeral
from tongxin.law.terms import ClauseKind

ORDER: Final = (
    ClauseKind.PART,
    ClauseKind.SUBPART,
    ClauseKind.CHAPTER,
    ClauseKind.SECTION,
    ClauseKind.ARTICLE,
    ClauseKind.PARAGRAPH,
    ClauseKind.ITEM,
    ClauseKind.SUBITEM,
)
RANK: Final = {kind: rank for rank, kind in enumerate(ORDER)}
BELOW_PARAGRAPH: Final = frozenset({ClauseKind.ITEM, ClauseKind.SUBITEM})
NAMES: Final = {
    "编": ClauseKind.PART,
    "分编": ClauseKind.SUBPART,
    "章": ClauseKind.CHAPTER,
    "节": ClauseKind.SECTION,
    "条": ClauseKind.ARTICLE,
    "款": ClauseKind.PARAGRAPH,
    "项": ClauseKind.ITEM,
    "目": ClauseKind.SUBITEM,
}
_WORD: Final = {kind: name for name, kind in NAMES.items()}
_LETTER: Final = dict(zip(ORDER, "bfcsapis", strict=True))
# 第一条至第一百条 is written out; a longer range is answered by its two ends (no statute cites a hundred units at once).
LONGEST_RANGE: Final = 100
UNREADABLE: Final = "?"


class SourceKind(StrEnum):
    """来源的写法。 How a citation says which instrument it means."""

    TITLED = "titled"  # 《立法法》第十条
    BARE = "bare"  # 立法法第十条
    ALIAS = "alias"  # a name that the text itself gave: （以下简称《处罚法》）
    SELF = "self"  # 本法第十条
    PRIOR = "prior"  # 本条, 本章, 前款, 前两款
    THAT = "that"  # 该法第十条, 该款: what was named last
    PLAIN = "plain"  # 第十条 without a source: the text itself

    @property
    def own(self) -> bool:
        """是否指文本自身。 Whether it means the text it stands in."""
        return self in {SourceKind.SELF, SourceKind.PRIOR, SourceKind.PLAIN}


class Step(NamedTuple):
    """一层与其编号。 One level and its number as a key writes it: 10, or 80-1 for 第八十条之一."""

    kind: ClauseKind
    number: str


@dataclass(frozen=True, slots=True)
class Unit:
    """所引单位：自上而下的各层；`through` 是至某号为止。

    A unit of a text, from its highest level named to its lowest. `through` is the last number of a range (0: no range).
    """

    steps: tuple[Step, ...]
    through: int = 0

    @property
    def lowest(self) -> Step:
        """最低一层。 The lowest level."""
        return self.steps[-1]

    @property
    def key(self) -> str:
        """照字面的条款号。 The key as the words say it; 第十条第三项 is `a10.i3`, whose paragraph the words leave open."""
        below = [step for step in self.steps if RANK[step.kind] >= RANK[ClauseKind.ARTICLE]]
        return ".".join(f"{_LETTER[step.kind]}{step.number}" for step in (below or self.steps))

    @property
    def label(self) -> str:
        """中文称呼。 How the unit is said."""
        return "".join(_said(step) for step in self.steps) + (
            f"至{_said(Step(self.lowest.kind, str(self.through)))}" if self.through else ""
        )

    def number_of(self, kind: ClauseKind) -> str:
        """某层的编号。 The number at a level, empty where the unit does not name it."""
        return next((step.number for step in self.steps if step.kind is kind), "")

    def expanded(self, longest: int = LONGEST_RANGE) -> Iterator["Unit"]:
        """展开「至」。 The single units of a range; one longer than `longest` gives its two ends."""
        if not self.through:
            yield self
            return
        first, last = int(self.lowest.number.split("-")[0]), self.through
        numbers = range(first, last + 1) if last - first < longest else (first, last)
        for number in numbers:
            step = self.lowest if number == first else Step(self.lowest.kind, str(number))
            yield replace(self, steps=(*self.steps[:-1], step), through=0)


_PART: Final = re.compile(r"([a-z])(.+)")


def unit_of(key: str) -> Unit:
    """条款号所指的单位。 The unit that a clause key stands for: `a10.p2`, `b1.c3.s2`. Raises ValueError for any other key."""
    steps = []
    for part in key.split("."):
        match = _PART.fullmatch(part)
        if match is None or match[1] not in _LETTER.values():
            raise ValueError(f"不是条款号 / not the key of a unit: {key!r}")
        below = key.startswith("a")
        kinds = [kind for kind, letter in _LETTER.items() if letter == match[1]]
        steps.append(Step(kinds[-1] if below else kinds[0], match[2]))
    return Unit(tuple(steps))


def _said(step: Step) -> str:
    name = _WORD[step.kind]
    main, *inserted = step.number.split("-")
    number = chinese_numeral(int(main)) if main.isdecimal() and 1 <= int(main) <= GREATEST else main
    if step.kind is ClauseKind.ITEM:
        return f"第（{number}）{name}"
    return f"第{number}{name}" + "".join(f"之{chinese_numeral(int(one))}" for one in inserted)


class Reach(NamedTuple):
    """相对的起点：本条（0）、前款（1）、前两款（2）。

    Where a relative source starts from, seen from the place of the citation: `back` 0 is the unit the citation stands in,
    n the n units before it, each of them meant.
    """

    kind: ClauseKind
    back: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """一处引用。 One citation: `text[start:end] == quote` in the text given.

    `title` is the instrument meant, in full where the text gave it a short name; empty: the text itself. `reach` is set for
    本条 and 前款, and then `units` are below it. No units: the instrument as a whole. `place` is the clause it stands in.
    `leaning`: what stood above, where items are named that its own place may not have. `earlier`: it names an instrument
    of the same title that the text itself replaced.
    """

    start: int
    end: int
    quote: str
    kind: SourceKind
    title: str = ""
    note: str = ""
    reach: Reach | None = None
    units: tuple[Unit, ...] = ()
    place: str = ""
    leaning: tuple[Step, ...] = ()
    earlier: bool = False

    def expanded(self) -> tuple[Unit, ...]:
        """所引各单位，每个一次。 The units it names, ranges written out, each once."""
        return tuple(dict.fromkeys(one for unit in self.units for one in unit.expanded()))

    @property
    def cut(self) -> bool:
        """范围是否过长而未展开。 Whether a range was too long to be written out."""
        return any(
            unit.through - int(unit.lowest.number.split("-")[0]) >= LONGEST_RANGE
            for unit in self.units
            if unit.through
        )


_POSITIONAL: Final = {ord(sign): str(digit) for digit, sign in enumerate("零一二三四五六七八九")} | {
    ord("〇"): "0"
}


def read_number(written: str) -> str:
    """读编号。 Read the number of a unit: 二十一, 21, ２１, 二一. `?` where it cannot be read (一百一), 0 where it says zero."""
    if written.isdecimal():
        return str(int(written))
    try:
        return str(chinese_number(written))
    except ValueError:
        digits = written.translate(_POSITIONAL)
        return str(int(digits)) if digits.isdecimal() else UNREADABLE
