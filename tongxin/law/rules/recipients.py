"""职权可以给谁：收回的、村（居）委会的、委托的、购买的。

To whom an entry may give its work: rules of admission about townships, committees, delegates and sellers. See `admission`.
"""

from collections.abc import Iterator

from tongxin.law.rules.holders import (
    COMMITTEE,
    DEPARTMENT,
    GOVERNMENT,
    STREET,
    class_of,
    leads_to_grassroots,
)
from tongxin.law.rules.levels import CENTRAL
from tongxin.law.rules.natures import OFFICIAL, Listing, Nature, Part
from tongxin.law.rules.proposals import Beside, Ground, Named, Objection, Proposal, objection
from tongxin.law.terms import Level


def taken_back(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """上级收回的不落到乡镇、街道、网格。 What higher departments took back goes to no township, street or grid."""
    roles = [proposal.holder, proposal.fact("lead"), *proposal.fact("assist").split(";")]
    to_grassroots = any(leads_to_grassroots(word.strip()) for word in roles if word)
    if proposal.listing == Listing.TOWNSHIP and proposal.fact("part") == Part.TAKEN_BACK:
        if leads_to_grassroots(proposal.holder):
            words = ("收回的事项由上级部门承担，不能再落到乡镇（街道）或者网格",
                     "what is taken back is held by a department, not by a township, street or grid")  # fmt: skip
            yield objection("taken_back_by_grassroots", "holder", words, ground.list_clause)
        for other in ground.grassroots:
            if other.same_as(proposal):
                words = (f"清单里的“{other.ref}”还把它交给乡镇（街道）或者网格，先改那一项",
                         f"{other.ref} still gives it to a township, street or grid; change that first")  # fmt: skip
                yield objection("taken_back_in_use", "code", words, _clause_of(other, ground))
    elif to_grassroots:
        for other in ground.taken_back:
            if other.same_as(proposal):
                words = (f"“{other.name}”已由上级部门收回（{other.ref}），不能交给乡镇（街道）或者网格",
                         f"higher departments have taken back {other.ref}: it cannot go to a township, street or grid")  # fmt: skip
                yield objection("taken_back", "holder", words, _clause_of(other, ground))


def _clause_of(other: Beside, ground: Ground) -> Named:
    first = other.clauses.split(" ")[0] if other.clauses else ""
    return Named(other.ref, first) if first else ground.list_clause


def committee(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """村（居）委会只得委托清单让它得的。 A committee gets only what the delegation list lets it get, and never official power.

    村民委员会组织法, 城市居民委员会组织法 art. 2(1): organisations of self-government, no organs of government; arts. 43(2): what
    departments have them assist with accords with laws and regulations, and the department bears the cost.
    """
    holds = class_of(proposal.function) == COMMITTEE
    assists = any(
        class_of(word.strip().partition("@")[0]) == COMMITTEE for word in proposal.fact("assist").split(";")
    )
    exercised = {proposal.nature, proposal.fact("exercises")} & {nature.value for nature in OFFICIAL}
    if holds and exercised:
        words = (
            "村（居）民委员会是自治组织，不能行使行政职权",
            "a committee is self-governing and exercises no official power",
        )
        yield objection("committee_power", "holder", words, "village_self")
    if proposal.listing == Listing.DELEGATION or not (holds or assists):
        return
    covered = any(other.same_as(proposal) for other in ground.delegated)
    if not covered:
        words = (
            "村（居）民委员会只能承担协助和委托事项清单里有的事项",
            "a committee gets only what the delegation list names",
        )
        yield objection(
            "committee_not_delegated", "holder" if holds else "facts.assist", words, "village_funding"
        )


def delegation(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """委托：书面、事项、权限、期限、公布、不得再委托。 A delegation (行政处罚法 arts. 20, 21; 行政许可法 art. 24; 行政强制法 art. 17)."""
    del ground
    if proposal.listing != Listing.DELEGATION:
        return
    kind, power = class_of(proposal.function), proposal.fact("exercises")
    if class_of(proposal.fact("principal").partition("@")[0]) == COMMITTEE:
        words = ("委托方须是行政机关", "who delegates is an organ of administration")
        yield objection("principal_not_organ", "facts.principal", words, "village_funding")
    if proposal.nature == Nature.ASSIST and kind != COMMITTEE:
        words = (
            "协助是村（居）民委员会的事；别的组织用“委托”",
            "assistance is a committee's; for others choose delegation",
        )
        yield objection("assist_by_whom", "holder", words, "village_funding")
    if proposal.nature != Nature.ENTRUST:
        return
    if proposal.valid_to is None:
        words = ("委托要有期限", "a delegation has a term")
        yield objection("delegation_without_term", "valid_to", words, "delegation_terms")
    if proposal.fact("passed_on") == "yes":
        founded = "licence_no_further" if power == Nature.LICENCE else "delegation_no_further"
        yield objection(
            "delegated_further", "facts.passed_on", ("不得再委托", "no delegating further"), founded
        )
    if power == Nature.COMPULSION:
        words = ("行政强制措施权不得委托", "the power of compulsory measures is not delegated")
        yield objection("compulsion_delegated", "facts.exercises", words, "compulsion_delegation")
    if power == Nature.LICENCE and kind not in {DEPARTMENT, GOVERNMENT, STREET}:
        words = (
            "行政许可只能委托其他行政机关",
            "a licence is delegated to another organ of administration only",
        )
        yield objection("licence_delegate", "holder", words, "licence_delegation")
    if power == Nature.PENALTY and kind not in {DEPARTMENT, GOVERNMENT, STREET}:
        words = (
            "受委托组织须具有管理公共事务职能",
            "the delegate must have the function of managing public affairs",
        )
        yield objection("penalty_delegate", "holder", words, "delegation_fit")


def purchase(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """行政职权不能买。 Administrative power is exercised by organs and bought from nobody."""
    power = proposal.fact("exercises")
    if proposal.listing != Listing.PURCHASE or power in {"", "none"}:
        return
    founded: dict[str, str] = {
        Nature.PENALTY: "penalty_organ",
        Nature.LICENCE: "licence_organ",
        Nature.COMPULSION: "compulsion_delegation",
        Nature.EXECUTION: "execution_law",
    }
    words = (
        "行政职权由行政机关行使，不能向社会购买",
        "administrative power is exercised by organs; it cannot be bought",
    )
    yield objection("power_bought", "facts.exercises", words, founded.get(power, ground.list_clause))


def detention(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """限制人身自由的处罚只由公安机关行使。 行政处罚法 art. 18(3)."""
    del ground
    if "detention" in proposal.several("penalties") and proposal.function != "public_security":
        words = ("行政拘留只能由公安机关行使", "only public security organs detain")
        yield objection("detention_by_whom", "holder", words, "penalty_detention")


def not_shared(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """不予共享须有法律、行政法规的条款。 Not sharing rests on a clause of a law or an administrative regulation.

    政务数据共享条例 arts. 14(3), 15(2). Decisions of the State Council are not in the book and cannot be named here.
    """
    del ground
    wanted = proposal.fact("not_shared_under")
    if proposal.listing != Listing.DATA or proposal.fact("sharing") != "none" or not wanted:
        return
    found = next((rest.clause for rest in proposal.rests if rest.ref == wanted), None)
    if found is None or found.level not in set(Level) or Level(found.level) not in CENTRAL:
        words = (
            "不予共享的依据须是上面所列的一条法律或者行政法规",
            "name one of the clauses above, of a law or administrative regulation",
        )
        yield objection("not_shared_without_basis", "facts.not_shared_under", words, "catalogue_not_shared")
