"""列入清单的规则：每条规则写明依据，一次说全。

The rules of admission to a list. `objections` names everything that stands against a proposed entry, each with its clause, so
that who applies learns it all at once. Pure: no clock, no database; the same rules judge an application, its admission, and the
rows of a city's pack.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from tongxin.law.rules import recipients
from tongxin.law.rules.holders import names_holder
from tongxin.law.rules.levels import level_objections
from tongxin.law.rules.natures import NATURES_OF, OPEN_LISTS, Ask, Fact, Listing, facts_of
from tongxin.law.rules.proposals import Ground, Named, Objection, Proposal, objection
from tongxin.law.rules.subjects import SUBJECTS
from tongxin.law.terms import BadClauseRefError, ClauseRef

CODE: Final = re.compile(r"[a-z0-9]+([-_/][a-z0-9]+)*")
RESERVED: Final = frozenset({"apply", "changes", "end"})  # addresses of a list's own pages
# Who may apply: organs of administration. A committee, a grid station, a standing committee keeps no list of the government.
APPLICANTS: Final = frozenset({"lead_body", "hotline", "department", "government", "street_office"})
_LONGEST: Final = {"code": 80, "name": 200, "name_en": 200, "category": 80, "category_en": 120}
_TAIL: Final = 24
Rule = Callable[[Proposal, Ground], Iterator[Objection]]


def objections(proposal: Proposal, ground: Ground) -> tuple[Objection, ...]:
    """不予列入的全部理由。 Everything that stands against an entry, in the order of the form; empty when it may be listed."""
    if proposal.listing not in set(OPEN_LISTS):
        words = (
            "这张清单不收申请：系统自身的行为由代码申明",
            "this list takes no applications: the platform's own acts",
        )
        return (objection("closed_list", "listing", words, ground.list_clause),)
    rules = _GENERAL if ground.illustrative else (*_GENERAL, *_NATIONAL)
    found = [one for rule in rules for one in rule(proposal, ground)]
    return tuple(dict.fromkeys(found))


# ---- What it is ------------------------------------------------------------------------------------------------------


def _words(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """代码、名称、持有者、性质写全。 Code, name, holder and nature are there and fit."""
    code = proposal.code
    if not CODE.fullmatch(code) or code in RESERVED:
        yield objection(
            "bad_code",
            "code",
            ("代码只用小写字母、数字和 - _ /", "a code has lower-case letters, digits and - _ /"),
        )
    elif code in ground.listed:
        yield objection(
            "already_listed",
            "code",
            ("清单里已经有这个代码", "the list has this code already"),
            ground.list_clause,
        )
    if not proposal.name.strip():
        yield objection("no_name", "name", ("要写名称", "a name is needed"))
    for field, most in _LONGEST.items():
        if len(getattr(proposal, field)) > most:
            yield objection("too_long", field, (f"不超过 {most} 字", f"no more than {most} characters"))
    if proposal.function not in ground.functions:
        yield objection(
            "unknown_holder",
            "holder",
            ("要从本市机构的职能里选持有者", "choose the holder among the city's organs"),
        )
    if proposal.nature not in set(NATURES_OF[Listing(proposal.listing)]):
        yield objection(
            "bad_nature", "nature", ("要选这张清单里有的性质", "choose a nature that this list has")
        )


def _subjects(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """信访、集会、信仰不入清单。 No entry about petitioning, assembly or belief (宪法 arts. 41, 35, 36)."""
    del ground
    facts = [
        text
        for value in proposal.facts.values()
        for text in (value if isinstance(value, list | tuple) else [value])
    ]
    own = (("name", proposal.name), ("name_en", proposal.name_en), ("category", proposal.category),
           ("category_en", proposal.category_en), ("code", proposal.code))  # fmt: skip
    texts = (*own, *(("name", str(text)) for text in facts))
    for subject in SUBJECTS:
        hit = next(((field, word) for field, text in texts if (word := subject.found_in(text))), None)
        if hit:
            words = (
                f"“{hit[1]}”涉及{subject.name_zh}：这是人的权利，不入任何清单",
                f"“{hit[1]}” concerns {subject.name_en}: it is a right of persons and enters no list",
            )
            yield objection(subject.code, hit[0], words, subject.clause)


def _applicant(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """由本部门申请。 An organ applies for what is its own: it holds it, leads it, or it is on its behalf."""
    if ground.applicant is None:
        return
    function, kind = ground.applicant
    if kind not in APPLICANTS:
        words = ("只有行政机关能申请列入清单", "only an organ of administration may apply")
        yield objection("not_an_applicant", "holder", words, ground.list_clause)
        return
    own = {proposal.function, *(proposal.fact(name).partition("@")[0] for name in ("lead", "principal"))}
    if function not in own:
        words = (
            "只能为自己承担、牵头或者委托的事项申请",
            "an organ applies for what it holds, leads or delegates itself",
        )
        yield objection("not_yours", "holder", words, ground.list_clause)


def _span(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """起止日期；紧急临时列入要有截止日期。 The dates; what is listed urgently and for a time has an end."""
    if proposal.temporary and proposal.valid_to is None:
        words = ("紧急临时列入必须写明截止日期", "what is listed urgently and for a time needs an end date")
        yield objection("temporary_without_end", "valid_to", words, ground.list_clause)
    if proposal.temporary and not proposal.reason.strip():
        words = ("紧急临时列入要写明为什么紧急", "say why it is urgent")
        yield objection("temporary_without_reason", "reason", words, ground.list_clause)
    if proposal.valid_to is not None and proposal.valid_to <= ground.day:
        words = ("截止日期要晚于起始日期", "the end must be later than the beginning")
        yield objection("ends_before_it_begins", "valid_to", words)


def _facts(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """该写明的要素都写明，选项都认得。 What the law asks an entry to state is stated, and every choice is a known one."""
    for fact in facts_of(proposal.listing):
        if not fact.applies(proposal.nature, proposal.facts) or (ground.illustrative and fact.clause):
            continue
        given = (
            proposal.several(fact.name)
            if fact.ask is Ask.SEVERAL
            else tuple(filter(None, [proposal.fact(fact.name)]))
        )
        if not given and fact.required:
            words = (f"要写明：{fact.words[0]}", f"state: {fact.words[1]}")
            yield objection("fact_missing", f"facts.{fact.name}", words, fact.clause or ground.list_clause)
        elif not _known(fact, given, ground):
            words = (f"不认得的选项：{fact.words[0]}", f"unknown choice: {fact.words[1]}")
            yield objection("fact_unknown", f"facts.{fact.name}", words)


def _known(fact: Fact, given: tuple[str, ...], ground: Ground) -> bool:
    if fact.ask is Ask.FUNCTION:
        functions = (word.strip().partition("@")[0] for one in given for word in one.split(";"))
        return all(one in ground.functions for one in functions)
    known = {value for value, _zh, _en in fact.choices}
    return not known or set(given) <= known


# ---- What it rests on ------------------------------------------------------------------------------------------------


def _rests(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """至少一条必备条款；每条都在册、定版、当日有效。 At least one mandatory clause; each in the book, of a named version, in force.

    行政行为依据有效的条款 – an entry that would be idle from its first day is not listed.
    """
    if not any(rest.mandatory for rest in proposal.rests):
        words = ("至少要有一条必备的条款", "at least one mandatory clause is needed")
        yield objection("no_clause", "rests", words, ground.list_clause)
    seen: set[str] = set()
    for n, rest in enumerate(proposal.rests):
        field, clause = f"rests.{n}", rest.clause
        if rest.ref in seen:
            yield objection("clause_twice", field, ("同一条写了两次", "this clause is named twice"))
        seen.add(rest.ref)
        if clause is None:
            yield objection(*_unfound(rest.ref, field))
        elif clause.illustrative and not ground.illustrative:
            words = (
                f"《{clause.title}》是示例文本，不是法律",
                f"{clause.title_en} is an illustrative text and no law",
            )
            yield objection("illustrative", field, words, ground.list_clause)
        elif not clause.dated:
            words = (f"《{clause.title}》的施行日期没有查明，不能当依据",
                     f"the day on which {clause.title_en} came into force is not known")  # fmt: skip
            yield objection("date_unknown", field, words, "date_stated")
        elif not clause.in_force:
            words = (
                f"《{clause.title}》{clause.label}在列入那天不是有效条款",
                f"{clause.title_en} is not in force on that day",
            )
            yield objection(
                "not_in_force", field, words, Named(f"《{clause.title}》{clause.label}", rest.ref)
            )


def _unfound(ref: str, field: str) -> tuple[str, str, tuple[str, str]]:
    try:
        pinned = ClauseRef.parse(ref).version is not None
    except BadClauseRefError:
        words = (
            "条款写成 law:…@日期#条款，或者粘贴条款的固定网址",
            "write law:…@date#clause, or paste the clause's address",
        )
        return "bad_ref", field, words
    if not pinned:
        return "no_version", field, ("要写明是哪个版本（@日期）", "say which version is meant (@date)")
    return "unknown_clause", field, ("法典里没有这一条", "the book has no such clause")


def _names_the_holder(proposal: Proposal, ground: Ground) -> Iterator[Objection]:
    """条文指明或者涵盖持有者。 Each mandatory clause names or covers the holder, in words that stand in its text (职权法定)."""
    for n, rest in enumerate(proposal.rests):
        if not rest.mandatory or rest.clause is None:
            continue
        field, phrase = f"rests.{n}", "".join(rest.phrase.split())
        text = "".join(rest.clause.text.split())
        named = Named(f"《{rest.clause.title}》{rest.clause.label}", rest.ref)
        if not phrase:
            words = (
                "要抄出这一条里指明或者涵盖持有者的文字",
                "copy the words of the clause that name or cover the holder",
            )
            yield objection("no_phrase", field, words, named)
        elif phrase not in text:
            words = (
                f"这一条里没有“{rest.phrase}”这几个字",
                f"the clause does not have the words “{rest.phrase}”",
            )
            yield objection("phrase_not_there", field, words, named)
        elif not _fits(proposal, ground, phrase, text):
            words = (
                f"“{rest.phrase}”没有指明也没有涵盖持有者",
                f"“{rest.phrase}” neither names nor covers the holder",
            )
            yield objection("holder_not_named", field, words, named)


def _fits(proposal: Proposal, ground: Ground, phrase: str, text: str) -> bool:
    at = text.find(phrase)
    while at >= 0:
        tail = text[at + len(phrase) :][:_TAIL]
        if names_holder(phrase=phrase, tail=tail, function=proposal.function, own_names=ground.own_names):
            return True
        at = text.find(phrase, at + 1)
    return False


_GENERAL: Final[tuple[Rule, ...]] = (
    _words,
    _subjects,
    _applicant,
    _span,
    _facts,
    _rests,
    _names_the_holder,
    recipients.taken_back,
)
_NATIONAL: Final[tuple[Rule, ...]] = (
    level_objections,
    recipients.committee,
    recipients.delegation,
    recipients.purchase,
    recipients.detention,
    recipients.not_shared,
)
