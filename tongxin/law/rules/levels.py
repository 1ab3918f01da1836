"""位阶与职权：哪一级的文件可以承载哪一种职权。

Which level of instrument may carry which nature of power. An entry stands when, for each kind of thing it may do, at least one
of its mandatory clauses belongs to a level that may set it; clauses of lower levels may stand beside and make it concrete.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final

from tongxin.law.rules.natures import (
    LICENCES,
    MEANS,
    MEASURES,
    NATURE_WORDS,
    PAYERS,
    PENALTIES,
    Choices,
    Nature,
    Words,
    choice_words,
)
from tongxin.law.rules.proposals import ClauseFacts, Ground, Objection, Proposal, objection
from tongxin.law.terms import Level

LAW: Final = frozenset({Level.NATIONAL_LAW})
ADMIN: Final = frozenset({Level.ADMIN_REGULATION})
LOCAL: Final = frozenset({Level.PROVINCIAL_REGULATION, Level.LOCAL_REGULATION})  # 地方性法规 of both tiers
CENTRAL: Final = LAW | ADMIN
REGULATIONS: Final = CENTRAL | LOCAL  # 法律、法规
RULES: Final = frozenset({Level.DEPARTMENT_RULE, Level.GOVERNMENT_RULE})  # 规章
LEVEL_WORDS_EN: Final[Mapping[Level, str]] = {
    Level.CONSTITUTION: "the constitution",
    Level.NATIONAL_LAW: "a national law",
    Level.ADMIN_REGULATION: "an administrative regulation",
    Level.JUDICIAL_INTERPRETATION: "a judicial interpretation",
    Level.PROVINCIAL_REGULATION: "a provincial regulation",
    Level.LOCAL_REGULATION: "a local regulation",
    Level.DEPARTMENT_RULE: "a department rule",
    Level.GOVERNMENT_RULE: "a government rule",
    Level.ILLUSTRATIVE: "an illustrative text",
}
# What a nature of power may do, item by item: the fact that says it, and its words.
_ITEMS: Final[Mapping[Nature, tuple[str, Choices]]] = {
    Nature.PENALTY: ("penalties", PENALTIES),
    Nature.LICENCE: ("licence", LICENCES),
    Nature.COMPULSION: ("measures", MEASURES),
    Nature.EXECUTION: ("means", MEANS),
    Nature.FEE: ("payer", PAYERS),
    Nature.ENTRUST: ("exercises", ()),
}
Why = str  # the name of the foundation that forbids it; empty when the level may carry it


def level_objections(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """位阶不够的地方。 For each kind of thing an entry may do, the objection that no mandatory clause may carry it."""
    carriers = [c for c in proposal.carriers if c.in_force and c.level in set(Level) and not c.illustrative]
    if ground.illustrative or not carriers or proposal.nature not in set(Nature):
        return
    nature = Nature(proposal.nature)
    carriers.sort(key=lambda clause: Level(clause.level).rank)
    for item in _items(nature, proposal):
        reasons = [why_not(nature, item, clause, proposal, ground.day) for clause in carriers]
        if all(reasons):
            yield objection("level", "rests", _said(nature, item, carriers[0]), reasons[0])
    if nature is Nature.CATALOGUE and proposal.fact("personal") == "yes":
        reasons = [_personal(clause, "", proposal, ground.day) for clause in carriers]
        if all(reasons):
            yield objection("level", "rests", _said(Nature.COLLECT, "", carriers[0]), reasons[0])


def why_not(nature: Nature, item: str, clause: ClauseFacts, proposal: Proposal, day: date) -> Why:
    """这一级能不能承载。 Why a clause's level may not carry an item of a nature: a foundation's name, empty when it may."""
    if clause.level == Level.JUDICIAL_INTERPRETATION:  # 立法法 art. 119: it says how courts apply the law
        return "interpretation"
    rule = _RULES.get(nature)
    return rule(clause, item, proposal, day) if rule else ""


def _items(nature: Nature, proposal: Proposal) -> tuple[str, ...]:
    if nature not in _ITEMS:
        return ("",)
    name = _ITEMS[nature][0]
    one = proposal.fact(name)
    return (one,) if one else proposal.several(name)


def _said(nature: Nature, item: str, clause: ClauseFacts) -> Words:
    level, (zh, en) = Level(clause.level), NATURE_WORDS[nature]
    if nature is Nature.ENTRUST and item in set(Nature):
        item_zh, item_en = NATURE_WORDS[Nature(item)]
    else:
        item_zh, item_en = choice_words(_ITEMS[nature][1], item) if item and nature in _ITEMS else ("", "")
    kind_zh, kind_en = (f"（{item_zh}）", f" ({item_en})") if item_zh else ("", "")
    return (
        f"所依条款中位阶最高的是{level.label}，不能作为“{zh}{kind_zh}”的依据",
        f"the highest clause named is of {LEVEL_WORDS_EN[level]}, which cannot carry: {en}{kind_en}",
    )


# ---- One function for each nature that cuts rights -------------------------------------------------------------------


def _penalty(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """行政处罚法 arts. 10-14, 16: 法律 all; 行政法规 not detention; 地方性法规 neither detention nor 吊销营业执照; 规章 three."""
    del proposal, day
    if clause.level in LAW:
        return ""
    if clause.level in ADMIN:
        return "penalty_law" if item == "detention" else ""
    if clause.level in LOCAL:
        return {"detention": "penalty_law", "business_licence": "penalty_local", "other": "penalty_other_kinds"}.get(
            item, ""
        )  # fmt: skip
    # Arts. 13(2) and 14(2) let a rule by itself set these three where no law, regulation or local regulation has been made:
    # it is 行政处罚法 itself that founds it, so 立法法 arts. 91(2) and 93(6) are not in the way.
    if clause.level in RULES and item in {"warning", "fine"}:
        return ""
    if clause.level == Level.DEPARTMENT_RULE:
        return "penalty_department_rule"
    return "penalty_government_rule" if clause.level == Level.GOVERNMENT_RULE else "penalty_no_other"


def _licence(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """行政许可法 arts. 14, 15, 17: a local regulation sets neither qualifications nor registrations; a rule of the province's
    government sets only temporary licences, for a year at most.
    """
    if clause.level in CENTRAL:
        return ""
    if clause.level in LOCAL:
        return "licence_local" if item in {"qualification", "registration"} else ""
    if clause.level == Level.GOVERNMENT_RULE and item not in {"qualification", "registration"}:
        province = clause.jurisdiction.endswith("0000") and clause.jurisdiction != "000000"
        ends = proposal.valid_to
        within_a_year = ends is not None and ends <= _a_year_after(day)
        return "" if province and proposal.temporary and within_a_year else "licence_rule"
    return "licence_no_other"


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def _compulsion(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """行政强制法 art. 10: 法律 all; 行政法规 neither liberty nor deposits; 地方性法规 sealing and seizing; nothing else."""
    del proposal, day
    if clause.level in LAW:
        return ""
    if clause.level in ADMIN:
        return "compulsion_admin" if item in {"liberty", "freeze"} else ""
    if clause.level in LOCAL:
        return "" if item in {"seal", "seize"} else "compulsion_local"
    return "compulsion_no_other"


def _execution(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """行政强制法 art. 13(1): execution is set by law alone."""
    del item, proposal, day
    return "" if clause.level in LAW else "execution_law"


def _check(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """立法法 arts. 91(2), 93(6): to let oneself be inspected is a duty, and a rule alone adds none."""
    del item, proposal, day
    return _not_by_a_rule(clause)


def _fee(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """优化营商环境条例 art. 25: from enterprises only under a law or an administrative regulation; else not by a rule alone."""
    del proposal, day
    if item in {"enterprise", "everyone"}:
        return "" if clause.level in CENTRAL else "fee_enterprise"
    return _not_by_a_rule(clause)


def _personal(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """个人信息保护法 art. 34: an organ processes it by the powers and procedures of laws and administrative regulations."""
    del item, proposal, day
    return "" if clause.level in CENTRAL else "personal_power"


def _assist(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """村民委员会组织法 and 城市居民委员会组织法 arts. 43(2): what a committee assists with accords with laws and regulations."""
    del item, proposal, day
    return "" if clause.level in REGULATIONS else "village_funding"


def _entrust(clause: ClauseFacts, item: str, proposal: Proposal, day: date) -> Why:
    """行政处罚法 art. 20(1), 行政许可法 art. 24(1): 依照法律、法规、规章的规定; the others as if exercised oneself."""
    if item in {"penalty", "licence"}:
        founded = {"penalty": "delegation_written", "licence": "licence_delegation"}[item]
        return "" if clause.level in REGULATIONS | RULES else founded
    if item == Nature.EXECUTION:
        return _execution(clause, "", proposal, day)
    return _not_by_a_rule(clause) if item in {"check", "fee"} else ""


def _not_by_a_rule(clause: ClauseFacts) -> Why:
    if clause.level in REGULATIONS:
        return ""
    return "rule_department" if clause.level == Level.DEPARTMENT_RULE else "rule_government"


_RULES: Final[Mapping[Nature, Callable[[ClauseFacts, str, Proposal, date], Why]]] = {
    Nature.PENALTY: _penalty,
    Nature.LICENCE: _licence,
    Nature.COMPULSION: _compulsion,
    Nature.EXECUTION: _execution,
    Nature.CHECK: _check,
    Nature.FEE: _fee,
    Nature.COLLECT: _personal,
    Nature.ASSIST: _assist,
    Nature.ENTRUST: _entrust,
}
