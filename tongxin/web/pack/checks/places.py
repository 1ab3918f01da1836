"""地点的检查。 Checks of the places: identity, intervals, parents, levels, cycles."""

from collections.abc import Iterator

from tongxin.web.pack.checks.common import cycles, grouped, overlapping, reversed_intervals
from tongxin.web.pack.checks.facts import LEVELS, Facts
from tongxin.web.pack.columns import PLACES
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import Dated, PlaceRow


def check_place_levels_known(facts: Facts) -> Iterator[Fault]:
    """层级须为规定的词。 The level must be one of the four words."""
    for row in facts.pack.places:
        if row.level not in LEVELS:
            yield row.fault("unknown_level", f"未知的层级“{row.level}”", f"unknown level '{row.level}'")


def check_place_intervals(facts: Facts) -> Iterator[Fault]:
    """起止不倒置；同一编码的时段不重复、不重叠。 Intervals not reversed; those of one code neither repeat nor overlap."""
    yield from reversed_intervals(facts.pack.places)
    yield from overlapping(facts.pack.places, lambda row: (row.scheme, row.code), shown=lambda row: row.code)


def check_place_cycles(facts: Facts) -> Iterator[Fault]:
    """上级关系不成环。 The parents of a place must not lead back to it."""
    lines = {(row.scheme, row.code): row for row in facts.pack.places}
    for members in _cycles(facts):
        row = min((lines[member] for member in members), key=lambda row: row.line)
        chain = " → ".join(code for _, code in members)
        yield row.fault("cycle", f"上级关系成环：{chain}", f"the parents form a cycle: {chain}")


def check_place_parents(facts: Facts) -> Iterator[Fault]:
    """上级存在，且同时有效。 Every place but the root names a parent of its scheme that holds at some same time."""
    by_code = grouped(facts.pack.places, lambda row: (row.scheme, row.code))
    for row in facts.pack.places:
        candidates = by_code.get((row.scheme, row.parent), [])
        if not row.parent:
            if row.level != LEVELS[0]:
                yield row.fault("no_parent", "没有上级", "names no parent")
        elif not candidates:
            if not facts.pack.losses.may_hold(file=PLACES.file, key=row.parent):
                yield row.fault(
                    "unknown_parent", f"未知的上级“{row.parent}”", f"unknown parent '{row.parent}'"
                )
        elif not row.reversed_interval and not any(_meet(row, parent) for parent in candidates):
            en = f"parent '{row.parent}' does not exist at that time"
            yield row.fault("parent_not_then", f"上级“{row.parent}”当时不存在", en)


def check_place_levels_descend(facts: Facts) -> Iterator[Fault]:
    """下级的层级低于上级。 The level of a place is below that of its parent. Members of a cycle have their fault."""
    in_cycle = {member for members in _cycles(facts) for member in members}
    levels = {(row.scheme, row.code): row.level for row in facts.pack.places}
    for row in facts.pack.places:
        above = levels.get((row.scheme, row.parent))
        if above not in LEVELS or row.level not in LEVELS or (row.scheme, row.code) in in_cycle:
            continue
        if LEVELS.index(row.level) <= LEVELS.index(above):
            zh = f"层级 {row.level} 不低于上级“{row.parent}”的 {above}"
            yield row.fault(
                "level_order", zh, f"level {row.level} is not below {above} of parent '{row.parent}'"
            )


def _cycles(facts: Facts) -> list[list[tuple[str, str]]]:
    rows = facts.pack.places
    return cycles({(row.scheme, row.code): (row.scheme, row.parent) for row in rows if row.parent})


def _meet(row: PlaceRow, other: Dated) -> bool:
    """两段时间是否相交。 Whether two intervals have a day in common."""
    return (other.valid_to is None or row.valid_from < other.valid_to) and (
        row.valid_to is None or other.valid_from < row.valid_to
    )
