"""从前依据的检查。 Checks of what entries rested on before."""

from collections.abc import Iterator, Mapping

from tongxin.web.pack.checks.common import grouped, overlapping, reversed_intervals
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.checks.law import what_is_wrong
from tongxin.web.pack.columns import MATTERS, POWERS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import PastRow

_FILES = {"matter": MATTERS.file, "power": POWERS.file}


def check_past_entries(facts: Facts) -> Iterator[Fault]:
    """所指的清单和事项存在。 The list is a known one, and has the entry."""
    codes: Mapping[str, set[str]] = {
        "matter": {row.code for row in facts.pack.matters},
        "power": {row.verb for row in facts.pack.powers},
    }
    for row in facts.pack.past:
        if row.list not in codes:
            yield row.fault("unknown_list", f"未知的清单“{row.list}”", f"unknown list '{row.list}'")
        elif row.code not in codes[row.list] and facts.pack.losses.whole(_FILES[row.list]):
            yield row.fault("unknown_entry", f"清单里没有“{row.code}”", f"the list has no entry '{row.code}'")


def check_past_intervals(facts: Facts) -> Iterator[Fault]:
    """起止不倒置，同一依据不重叠；有的说有、有的说没有，也不能同时。 Intervals not reversed; one basis not twice at a time, nor a
    basis beside the word that there was none.
    """
    rows = facts.pack.past
    yield from reversed_intervals(rows)
    yield from overlapping(rows, lambda row: (*row.entry, row.clause), shown=lambda row: row.code)
    for group in grouped(rows, lambda row: row.entry).values():
        bare = [row for row in group if row.clause is None]
        for row in group:
            if row.clause and any(_meet(row, other) for other in bare):
                zh = f"“{row.code}”同时写明有依据和没有依据"
                yield row.fault("basis_and_none", zh, f"'{row.code}' both rests on a clause and on none then")


def _meet(one: PastRow, other: PastRow) -> bool:
    ends, others_end = one.valid_to, other.valid_to
    if ends is None or others_end is None:
        return False
    return one.valid_from < others_end and other.valid_from < ends


def check_past_clauses(facts: Facts) -> Iterator[Fault]:
    """从前的条款存在，那时一直有效，现在不再列出。 The clause exists, was in force all that time, and is not one of the present
    clauses of the entry too.
    """
    present = {
        **{("matter", row.code): row.clauses for row in facts.pack.matters},
        **{("power", row.verb): row.clauses for row in facts.pack.powers},
    }
    for row in facts.pack.past:
        for why in what_is_wrong(facts, row.clause, on_the_day=False):
            yield row.fault(*why)
        if row.clause in present.get(row.entry, ()):
            yield row.fault("past_and_present", "这一条现在也列着", "the entry names this clause now as well")
        if not _was_in_force(facts, row):
            zh = f"“{row.clause}”在 {row.valid_from} 至 {row.valid_to} 间并非一直有效"
            en = f"'{row.clause}' was not in force all the time from {row.valid_from} to {row.valid_to}"
            yield row.fault("not_in_force_then", zh, en)


def _was_in_force(facts: Facts, row: PastRow) -> bool:
    """此版本在此段时间内一直有效；引用本身有误的不再说。 Whether the version was in force throughout; a faulty reference has its
    fault already.
    """
    ref = row.clause
    version = facts.versions.get(ref.key, {}).get(ref.version) if ref and ref.version else None
    if version is None or row.reversed_interval:
        return True
    begins, ends = version.in_force_from, version.in_force_to
    return (
        begins is not None and begins <= row.valid_from and (ends is None or (row.valid_to or ends) <= ends)
    )
