"""事项清单的检查。 Checks of the matter list."""

import re
from collections.abc import Iterator
from typing import Final

from tongxin.web.pack.checks.common import twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.checks.routes import Routes, ambiguous
from tongxin.web.pack.checks.subjects import SUBJECTS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import MatterRow

NONE: Final = "none"
CLAUSE_KINDS: Final = ("precise", "general", NONE)
KINDS: Final = frozenset({"component", "matter"})
# An offer of help to a person is not led by those who enforce against persons.
ENFORCING: Final = frozenset({"public_security", "traffic_police", "police", "urban_management"})
_CODE: Final = re.compile(r"[a-z0-9]+([-_/][a-z0-9]+)*")


def check_matter_codes(facts: Facts) -> Iterator[Fault]:
    """编码唯一且为 slug，类别已知。 Codes are unique slugs, and no category; the kind is a known word."""
    yield from twice(
        facts.pack.matters, lambda row: row.code, code="duplicate", what_zh="事项编码", what_en="code"
    )
    for row in facts.pack.matters:
        if not _CODE.fullmatch(row.code):
            yield row.fault("bad_code", f"编码“{row.code}”不合格式", f"bad code '{row.code}'")
        if row.kind not in KINDS:
            yield row.fault("unknown_kind", f"未知的类别“{row.kind}”", f"unknown kind '{row.kind}'")


def check_matter_clauses(facts: Facts) -> Iterator[Fault]:
    """依据的类别与条款相符。 `none` goes without clauses, `precise` and `general` with them; a clause is named once."""
    for row in facts.pack.matters:
        if row.clause_kind not in CLAUSE_KINDS:
            zh, en = f"未知的依据类别“{row.clause_kind}”", f"unknown clause_kind '{row.clause_kind}'"
            yield row.fault("unknown_clause_kind", zh, en)
        elif row.clause_kind == NONE and row.clauses:
            yield row.fault(
                "clauses_not_none", "依据类别为 none 却有条款", "clause_kind is none, yet there are clauses"
            )
        elif row.clause_kind != NONE and not row.clauses:
            zh, en = (
                f"依据类别为 {row.clause_kind} 却没有条款",
                f"clause_kind is {row.clause_kind}, yet no clause",
            )
            yield row.fault("no_clause", zh, en)
        if len(set(row.clauses)) != len(row.clauses):
            yield row.fault("clause_twice", "同一条款列了两次", "a clause is named twice")


def check_matter_routes(facts: Facts) -> Iterator[Fault]:
    """主办处处有机构，协办有机构，村（居）委会不主办。 The lead has an organ at every place, an assisting function at
    some; a committee never leads. Only a matter without clauses, which is idle, may go without a lead.
    """
    routes = Routes(facts)
    for row in facts.pack.matters:
        if row.lead:
            for why in routes.wrong_lead(row.lead, under=facts.pack.city.root):
                yield row.fault(*why)
        elif row.clause_kind != NONE:
            yield row.fault("no_lead", "没有主办职能", "names no lead")
        for word in (*row.assist, *row.on_call):
            for why in routes.wrong_assist(word):
                yield row.fault(*why)


def check_functions_unambiguous(facts: Facts) -> Iterator[Fault]:
    """清单点名的职能，一地只有一个机构。 A function the lists name has one organ at a place, or routing must guess."""
    for first, second in ambiguous(facts):
        zh = f"“{second.place}”已有承担“{second.function}”的机构（第 {first.line} 行）"
        en = f"'{second.place}' already has an organ for '{second.function}' (line {first.line})"
        yield second.fault("function_twice", zh, en)


def check_person_help(facts: Facts) -> Iterator[Fault]:
    """帮助人的事项：不是部件，不由执法机关主办。 An offer of help to a person: no component, and not led by enforcement."""
    for row in facts.pack.matters:
        if row.person_help and row.kind == "component":
            zh, en = "帮助人的事项不得是部件", "an offer of help to a person cannot be a component"
            yield row.fault("person_help_component", zh, en)
        if row.person_help and row.lead.partition("@")[0] in ENFORCING:
            zh, en = (
                f"帮助人的事项不得由“{row.lead}”主办",
                f"an offer of help to a person may not be led by '{row.lead}'",
            )
            yield row.fault("person_help_enforcement", zh, en)


def check_forbidden_subjects(facts: Facts) -> Iterator[Fault]:
    """信访、集会、信仰不得入清单。 Petitioning, assembly and belief are refused wherever the entry speaks of them.

    The note is not searched: it may say what the entry does not cover.
    """
    for row in facts.pack.matters:
        for subject in SUBJECTS:
            for text in _words_of(row):
                if word := subject.found_in(text):
                    zh = f"“{word}”涉及{subject.name_zh}：{subject.why_zh}"
                    yield row.fault(
                        subject.code, zh, f"'{word}' concerns {subject.name_en}: {subject.why_en}"
                    )
                    break


def _words_of(row: MatterRow) -> tuple[str, ...]:
    return (
        row.name, row.name_en, row.category, row.category_en, row.code,
        row.filing_condition, row.filing_condition_en, row.closing_condition, row.closing_condition_en,
    )  # fmt: skip
