"""读一串单位：第十条第一款、第三款和第十二条。 Reading a chain of units.

A unit takes its missing higher levels from the one before; one of the same or a higher level begins anew; 至 is a range.
Every step moves forward, and numbers that come to no level are passed over at once (`past_numbers`), so a text is read in
linear time whatever it holds.
"""

import re
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from tongxin.law.rules.citations.grammar import NAMES, RANK, UNREADABLE, Step, Unit, read_number
from tongxin.law.terms import ClauseKind

NUMBER: Final = r"[零〇一二三四五六七八九十百千万0-9０-９]{1,12}"
_GAP: Final = r"[ \t\u3000]{0,2}"
# What makes of 条 a word of its own: 第三条例, 第一项目, 第二章程.
LEVEL: Final = (
    r"分编|编(?![号制写辑外码])|章(?![程鱼])|节(?![目日假约省能水点])|条(?!例(?!外)|件|约(?!定)|生产线|战线)"
    r"|款(?!项)|项(?!目)|目(?![标录击前光]|的(?!规定|情形|行为|要求|有关))"
)
# 「第四十八第一款」: printed texts now and then leave the 条 out.
_LEFT_OUT: Final = re.compile(rf"(?=第{_GAP}(?:[零〇一二三四五六七八九十]|[0-9]){{1,3}}款)")
_BRACKETED: Final = rf"[（(]{_GAP}(?P<in>{NUMBER}){_GAP}[）)]"
_MEMBER: Final = rf"(?:{_BRACKETED}|(?P<n>{NUMBER}))"
_FIRST: Final = re.compile(
    rf"{_GAP}第{_GAP}{_MEMBER}|{_GAP}{_BRACKETED.replace('P<in>', 'P<alone>')}(?={_GAP}[项目、至（(])"
)
_NEXT: Final = re.compile(rf"第?{_GAP}{_MEMBER}")
_LEVEL: Final = re.compile(rf"{_GAP}(?P<level>{LEVEL})")
_INSERTED: Final = re.compile(rf"{_GAP}之{_GAP}(?P<n>{NUMBER})(?![般切定旦致些次种类个位名])")
_RANGE: Final = r"至|到|[-—－–~～]{1,2}"
_SHARE: Final = re.compile(rf"{_GAP}(?P<sep>、|或者|以及|[和及与或]|{_RANGE}|(?=[（(])){_GAP}")
_SEPARATOR: Final = re.compile(rf"{_GAP}(?P<sep>[、，,]|或者|以及|[和及与或]|{_RANGE}){_GAP}")
_RANGES: Final = re.compile(_RANGE)


class Chain(NamedTuple):
    """一串单位与其止处。 The units read and where they end."""

    units: tuple[Unit, ...]
    end: int


@dataclass(slots=True)
class _Group:
    """一个单位及其共用的编号。 One level with the numbers that share it: 第二、三款. `ranges[i]`: from the one before to it."""

    kind: ClauseKind
    numbers: list[str]
    ranges: list[bool]
    end: int


def read_chain(text: str, start: int) -> Chain | None:
    """从某处读一串单位。 Read the chain that begins at `start`; None when none does.

    The first unit needs its 第, or brackets (（三）项).
    """
    group = _group(text, start, ordinal=True)
    if group is None:
        return None
    units: list[Unit] = []
    _attach(units, group, through=False)
    end = group.end
    while True:
        separator = _SEPARATOR.match(text, end)
        at, sep = (separator.end(), separator["sep"]) if separator else (end, "")
        following = _group(text, at, ordinal=sep in {"", ",", "，"})
        if following is None or (sep in {",", "，"} and RANK[following.kind] > RANK[units[-1].lowest.kind]):
            return Chain(tuple(units), end)
        _attach(units, following, through=bool(_RANGES.fullmatch(sep)))
        end = following.end


def _group(text: str, start: int, *, ordinal: bool) -> _Group | None:
    """一层及其编号。 One level with its numbers; `ordinal`: the first number needs 第 or brackets."""
    match = (_FIRST if ordinal else _NEXT).match(text, start)
    if match is None:
        return None
    numbers, ranges, at = [_numeral(match)], [False], match.end()
    while True:
        if level := _LEVEL.match(text, at):
            group = _Group(NAMES[level["level"]], numbers, ranges, level.end())
            return _with_inserted(text, group) if group.kind is ClauseKind.ARTICLE else group
        if len(numbers) == 1 and ordinal and _LEFT_OUT.match(text, at):
            return _Group(ClauseKind.ARTICLE, numbers, ranges, at)
        share = _SHARE.match(text, at)
        member = _NEXT.match(text, share.end()) if share else None
        if share is None or member is None:
            return None
        numbers.append(_numeral(member))
        ranges.append(bool(_RANGES.fullmatch(share["sep"])))
        at = member.end()


def past_numbers(text: str, start: int) -> int:
    """越过没有层次的一串编号。 Where a run of numbers ends that comes to no level: none of them begins a chain."""
    at = start
    while member := _NEXT.match(text, at):
        share = _SHARE.match(text, member.end())
        if share is None:
            return member.end()
        at = share.end()
    return at


def _numeral(match: re.Match[str]) -> str:
    found = match.groupdict()
    return read_number(found["n"] or found["in"] or found.get("alone") or "")


def _with_inserted(text: str, group: _Group) -> _Group:
    """条之一。 第八十条之一, and 第八十条之一、之二."""
    main, first, at = group.numbers[-1], True, group.end
    while True:
        separator = None if first else _SHARE.match(text, at)
        inserted = _INSERTED.match(text, separator.end() if separator else at)
        if inserted is None or (not first and separator is None):
            return group
        number = f"{main}-{read_number(inserted['n'])}"
        if first:
            group.numbers[-1] = number
        else:
            group.numbers.append(number)
            group.ranges.append(False)
        first, at = False, inserted.end()
        group.end = at


def _attach(units: list[Unit], group: _Group, *, through: bool) -> None:
    """接上。 Hang a level on what was read before it, each of its numbers a unit of its own."""
    head = _head(units, group.kind)
    for index, (number, ranged) in enumerate(zip(group.numbers, group.ranges, strict=True)):
        if (ranged or (index == 0 and through)) and _extend(units, group.kind, number):
            continue
        refines = index == 0 and units and not through and RANK[units[-1].lowest.kind] < RANK[group.kind]
        unit = Unit((*head, Step(group.kind, number)))
        if refines:
            units[-1:] = [*_all_but_last(units[-1]), unit]
        else:
            units.append(unit)


def _head(units: list[Unit], kind: ClauseKind) -> tuple[Step, ...]:
    """缺的上层。 The higher levels that a unit takes from the one before it."""
    if not units:
        return ()
    last = units[-1]
    steps = last.steps
    if last.through and RANK[last.lowest.kind] < RANK[kind]:
        steps = (*steps[:-1], Step(last.lowest.kind, str(last.through)))
    return tuple(step for step in steps if RANK[step.kind] < RANK[kind])


def _all_but_last(unit: Unit) -> list[Unit]:
    """第十条至第十二条第一款：第一款只属第十二条。 Of a range whose last member is refined, the rest."""
    if not unit.through:
        return []
    first, last = int(unit.lowest.number.split("-")[0]), unit.through - 1
    return [replace(unit, through=last if last > first else 0)]


def _extend(units: list[Unit], kind: ClauseKind, number: str) -> bool:
    """至。 Make a range of the last unit; false where the ends do not fit (another level, backwards, unreadable)."""
    last = units[-1] if units else None
    if (
        last is None
        or last.lowest.kind is not kind
        or last.through
        or UNREADABLE in number + last.lowest.number
    ):
        return False
    if "-" in number or int(number) <= int(last.lowest.number.partition("-")[0]):
        return False
    units[-1] = replace(last, through=int(number))
    return True
