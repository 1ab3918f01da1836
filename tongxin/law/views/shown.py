"""清单页面的文字与格子。 How entries, holders, facts and states of lists are said on pages and in files."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tongxin.law.forms.listing import said
from tongxin.law.models import ListEntry
from tongxin.law.queries import CitedClause
from tongxin.law.queries.lists import Held
from tongxin.law.rules.natures import (
    LISTING_WORDS,
    NATURE_WORDS,
    Ask,
    Choices,
    Fact,
    Listing,
    Nature,
    choice_words,
    facts_of,
)
from tongxin.organs.terms import OrganFacts

# A cell that a spreadsheet would run as a formula.
PLACE_LEVELS: Final[Mapping[str, Any]] = {
    "city": gettext_lazy("市级"),
    "district": gettext_lazy("县（市、区）级"),
    "street": gettext_lazy("乡镇（街道）级"),
    "community": gettext_lazy("村（社区）级"),
    "grid": gettext_lazy("网格"),
}
# What an organ without a single bearer at the city's level is called.
KINDS: Final[Mapping[str, Any]] = {
    "street_office": gettext_lazy("乡镇（街道）"),
    "grid_station": gettext_lazy("网格站"),
    "committee": gettext_lazy("村（居）民委员会"),
}
# The word in the address of a list: the two old ones keep theirs.
SLUGS: Final[Mapping[Listing, str]] = {
    listing: {"matter": "matters", "power": "powers"}.get(listing.value, listing.value) for listing in Listing
}
LISTING_OF: Final[Mapping[str, Listing]] = {slug: listing for listing, slug in SLUGS.items()}
# The fact that says most about an entry, for a table's column.
TELLING: Final[Mapping[Listing, str]] = {
    Listing.DUTY: "penalties",
    Listing.TOWNSHIP: "part",
    Listing.DATA: "sharing",
    Listing.PURCHASE: "method",
    Listing.DELEGATION: "principal",
}


def in_english() -> bool:
    """当前是不是英文页。 Whether the page being drawn is in English."""
    return (get_language() or "").startswith("en")


def listing_word(listing: str) -> str:
    """清单的叫法。 What a list is called."""
    return said(LISTING_WORDS[Listing(listing)])


def clause_words(clause: CitedClause) -> str:
    """一条的叫法。 How a clause is cited in the page's language."""
    if in_english():
        return f"{clause.title_en}{clause.number_en}"
    return f"《{clause.title}》{clause.number}"


def nature_word(nature: str) -> str:
    """性质的叫法。 What a nature is called; empty for an entry that has none."""
    return said(NATURE_WORDS[Nature(nature)]) if nature in set(Nature) else ""


def function_words(
    wanted: str, *, root: str, by_function: Mapping[tuple[str, str], OrganFacts], english: bool
) -> tuple[str, str]:
    """职能的叫法与层级。 What a function word (FUNCTION or FUNCTION@LEVEL) is called here, and at which level: two texts.

    The name is that of the city's own organ with this function; else the kind of organ that has it; else the word.
    """
    function, _at, level = wanted.partition("@")
    organ = by_function.get((function, root)) or next(
        (o for (name, _place), o in by_function.items() if name == function), None
    )
    word = str(PLACE_LEVELS.get(level, level))
    if organ is None:
        return function, word
    if organ.kind in KINDS:
        return str(KINDS[organ.kind]), word
    return (organ.name_en if english else organ.name), word


class Holders:
    """承担者的叫法。 What holders are called on one page; each word is looked up once."""

    def __init__(self, *, root: str, by_function: Mapping[tuple[str, str], OrganFacts]) -> None:
        self._root, self._by_function = root, by_function
        self._known: dict[str, str] = {}

    def __call__(self, wanted: str) -> str:
        """一个职能。 The words for a function word, its level after a dot."""
        if wanted not in self._known:
            name, level = function_words(
                wanted, root=self._root, by_function=self._by_function, english=in_english()
            )
            self._known[wanted] = f"{name} · {level}" if level else name
        return self._known[wanted]


def fact_lines(
    listing: str,
    nature: str,
    facts: Mapping[str, Any],
    holders: Holders,
    clauses: Mapping[str, str] | None = None,
) -> list[tuple[str, list[str]]]:
    """一组要素。 Facts as label and lines, in the order the list asks them; what was not given is left out.

    `clauses` says how the clauses are called that a fact may name.
    """
    found = []
    for fact in facts_of(listing):
        lines = _lines(fact, facts.get(fact.name), holders) if fact.applies(nature, facts) else []
        if fact.ask is Ask.CLAUSE:
            lines = [(clauses or {}).get(line, line) for line in lines]
        if lines:
            found.append((said(fact.words), lines))
    return found


def _lines(fact: Fact, value: Any, holders: Holders) -> list[str]:
    values = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value or "")]
    if fact.ask is Ask.FUNCTION:
        return [holders(word.strip()) for one in values for word in one.split(";") if word.strip()]
    if fact.choices:
        return [said(choice_words(fact.choices, one)) for one in values if one]
    return [line for one in values for line in one.splitlines() if line.strip()]


def telling(row: ListEntry, holders: Holders) -> str:
    """最能说明它的一个要素。 The fact that says most about an entry, in words."""
    wanted = TELLING.get(Listing(row.list), "")
    fact = next((one for one in facts_of(row.list) if one.name == wanted), None)
    return _("、").join(_lines(fact, row.facts.get(wanted), holders)) if fact else ""


def parts_of(choices: Choices) -> list[tuple[str, str]]:
    """选项。 Choices as value and word in the page's language."""
    return [(value, said((zh, en))) for value, zh, en in choices]


# ---- Why it is active, or not ----------------------------------------------------------------------------------------


def why_idle(held: Sequence[Held]) -> str:
    """停用的缘故。 Why an entry is idle: `no_clause`, `not_in_force`, or empty when it is not."""
    mandatory = [one for one in held if one.mandatory]
    if not mandatory:
        return "no_clause"
    return "" if all(one.holds for one in mandatory) else "not_in_force"


def basis_of(held: Sequence[Held], *, general: bool) -> dict[str, Any]:
    """依据框。 The context of components/basis_box.html for an entry: its clauses, and what is missing."""
    if not held:
        return {"clauses": [], "missing": _("这一项没有写明条款，所以停用。")}
    box: dict[str, Any] = {"clauses": [one.clause for one in held]}
    gone = [one.clause for one in held if one.mandatory and not one.holds]
    if gone:
        named = _("、").join(clause_words(clause) for clause in gone)
        box["missing"] = _("所依的条款现在无效，所以停用：%(clauses)s") % {"clauses": named}
    elif why_idle(held) == "no_clause":
        box["missing"] = _("这一项没有必备的条款，所以停用。")
    elif general:
        box["power"] = _("这一项依的是一般职责条款，还没有专门的条款。")
    return box


def listed_on(row: ListEntry, day: date) -> bool:
    """此日在不在清单上。 Whether an entry is on its list on a day."""
    return row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
