"""各清单事项的检查：列入规则逐行问一遍。 Checks of the entries of lists: the rules of admission are asked of every row."""

from collections.abc import Iterator

from tongxin.law.rules.admission import objections
from tongxin.law.rules.natures import OPEN_LISTS, Listing, facts_of
from tongxin.web.pack.checks.common import overlapping, reversed_intervals
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.checks.proposals import ground_of, proposal_of
from tongxin.web.pack.columns import MANIFEST, ORGANS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import EntryRow

_LISTS = frozenset(one.value for one in OPEN_LISTS if one is not Listing.MATTER)


def check_entry_shapes(facts: Facts) -> Iterator[Fault]:
    """清单已知，代码不重复，每条依据都有文字或者 -。 The list is one of those; a code once at a time; words for every clause."""
    rows = facts.pack.entries
    yield from reversed_intervals(rows)
    yield from overlapping(rows, lambda row: (row.list, row.code), shown=lambda row: row.code)
    for row in rows:
        if row.list not in _LISTS:
            yield row.fault("unknown_list", f"未知的清单“{row.list}”", f"unknown list '{row.list}'")
        if len(row.clauses) != len(row.phrases):
            zh = f"{len(row.clauses)} 条依据，{len(row.phrases)} 处文字"
            yield row.fault("phrase_count", zh, f"{len(row.clauses)} clauses, {len(row.phrases)} phrases")
        for name in sorted(row.facts.keys() - {fact.name for fact in facts_of(row.list)}):
            yield row.fault("unknown_fact", f"这张清单没有要素“{name}”", f"the list has no fact '{name}'")


def check_entry_rules(facts: Facts) -> Iterator[Fault]:
    """列入规则。 Every rule of admission, with the clause it rests on; asked only of rows that are sound in shape."""
    if not facts.pack.losses.whole(MANIFEST.file, ORGANS.file):
        return
    for row in facts.pack.entries:
        if row.holds_on(facts.on) and _sound(row):
            for one in objections(proposal_of(row, facts), ground_of(row, facts)):
                clause = f"（{one.clause}）" if one.clause else ""
                clause_en = f" ({one.clause})" if one.clause else ""
                yield row.fault(one.code, f"{one.reason}{clause}", f"{one.reason_en}{clause_en}")


def _sound(row: EntryRow) -> bool:
    return row.list in _LISTS and len(row.clauses) == len(row.phrases)
