"""The rules of admission: what each list lets in, and which clause keeps the rest out."""

import csv
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plugin import ROOT
from tongxin.law.models import ListEntry
from tongxin.law.rules.admission import objections
from tongxin.law.rules.foundations import FOUNDATIONS
from tongxin.law.rules.holders import COVERING, NAMES, names_holder
from tongxin.law.rules.levels import CENTRAL, LAW, REGULATIONS, RULES, why_not
from tongxin.law.rules.natures import (
    CUTTING,
    FACTS,
    LICENCES,
    MEANS,
    MEASURES,
    NATURES_OF,
    OFFICIAL,
    PENALTIES,
    Ask,
    Listing,
    Nature,
)
from tongxin.law.rules.proposals import Beside, ClauseFacts, Ground, Named, Proposal, Rest
from tongxin.law.rules.subjects import SUBJECTS
from tongxin.law.rules.text import parse_instrument
from tongxin.law.terms import ClauseRef, Level

DAY = date(2026, 11, 23)
LAWS = ROOT / "city" / "binzhou" / "law"
PHRASE = "城镇容貌和环境卫生行政主管部门"
TEXT = f"违反本条例规定的，由{PHRASE}责令改正，处五十元以上二百元以下罚款。"
GROUND = Ground(
    day=DAY,
    list_clause=Named("《示例市网格条例》第十条", "law:cn/x/grid@2021-08-05#a10"),
    functions=frozenset({*NAMES, "committee", "street", "grid", "government"}),
    applicant=("urban_management", "department"),
)


def clause(level: Level = Level.LOCAL_REGULATION, **given: object) -> ClauseFacts:
    base = {
        "title": "市容条例", "title_en": "Appearance Regulation", "label": "第五十一条", "level": level.value,
        "jurisdiction": "999900", "illustrative": False, "text": TEXT, "dated": True, "in_force": True,
    }  # fmt: skip
    return ClauseFacts(**{**base, **given})  # type: ignore[arg-type]


def rest(level: Level = Level.LOCAL_REGULATION, phrase: str = PHRASE, n: int = 1, **given: object) -> Rest:
    return Rest(ref=f"law:cn/x/y@2018-12-04#a{n}", phrase=phrase, clause=clause(level, **given))


def penalty(**given: object) -> Proposal:
    base = {
        "listing": "duty", "code": "u01", "name": "擅自张贴的处罚", "holder": "urban_management", "nature": "penalty",
        "facts": {"penalties": ["fine"]}, "rests": (rest(),), "reason": "条例有规定",
    }  # fmt: skip
    return Proposal(**{**base, **given})  # type: ignore[arg-type]


def codes(proposal: Proposal, ground: Ground = GROUND) -> list[str]:
    return [one.code for one in objections(proposal, ground)]


def sole(proposal: Proposal, ground: Ground = GROUND):
    found = objections(proposal, ground)
    assert len(found) == 1, found
    return found[0]


# ---- The words -------------------------------------------------------------------------------------------------------


def test_the_lists_of_the_rules_are_those_of_the_table():
    assert {one.value for one in Listing} == {one.value for one in ListEntry.Kind}
    assert set(FACTS) == set(NATURES_OF) == set(Listing)


def test_every_nature_belongs_to_a_list_and_fits_the_column():
    assert {nature for natures in NATURES_OF.values() for nature in natures} == set(Nature)
    assert all(len(nature) <= 20 for nature in Nature)


def test_every_fact_rests_on_a_foundation_that_exists():
    facts = [fact for of_list in FACTS.values() for fact in of_list]
    assert not [fact.name for fact in facts if fact.clause and fact.clause not in FOUNDATIONS]
    assert not [fact.name for fact in facts if fact.ask in {Ask.ONE, Ask.SEVERAL} and not fact.choices]


@cache
def _read(key: str, version: str) -> dict[str, str]:
    with (LAWS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        row = next(r for r in csv.DictReader(lines) if (r["key"], r["version_date"]) == (key, version))
    parsed = parse_instrument((LAWS / row["file"]).read_text(encoding="utf-8"))
    return {"": row["title"], **{one.key: one.text for one in parsed.clauses}}


@pytest.mark.parametrize("name", FOUNDATIONS)
def test_a_foundation_says_what_the_law_says(name):
    founded = FOUNDATIONS[name]
    ref = ClauseRef.parse(founded.ref)
    text = _read(ref.key, str(ref.version))
    assert founded.title == text[""]
    assert founded.quote in text[ref.clause]
    assert founded.named.startswith(f"《{founded.title}》第")


def test_every_subject_that_is_kept_out_names_the_right_it_stands_for():
    assert {subject.clause for subject in SUBJECTS} == {"right_petition", "right_assembly", "right_belief"}


# ---- What is let in --------------------------------------------------------------------------------------------------


def test_a_penalty_of_a_local_regulation_by_the_department_it_names_is_let_in():
    assert codes(penalty()) == []


def test_everything_that_is_wrong_is_said_at_once():
    worst = penalty(
        code="U 1",
        name="",
        holder="nobody",
        nature="catalogue",
        temporary=True,
        reason="",
        facts={},
        rests=(),
    )
    assert set(codes(worst)) >= {
        "bad_code", "no_name", "unknown_holder", "bad_nature", "temporary_without_end", "temporary_without_reason",
        "no_clause",
    }  # fmt: skip


def test_nobody_applies_for_an_act_of_the_platform():
    assert codes(penalty(listing="power")) == ["closed_list"]
    assert codes(penalty(listing="nonsense")) == ["closed_list"]


@pytest.mark.parametrize("code", ["apply", "changes", "end", "U01", "u 1", "", "-u", "u/"])
def test_a_code_that_is_no_address_is_named(code):
    assert sole(penalty(code=code)).code == "bad_code"


def test_a_code_that_the_list_has_is_named_with_the_citys_own_clause():
    found = sole(penalty(), replace(GROUND, listed=frozenset({"u01"})))
    assert (found.code, found.clause) == ("already_listed", "《示例市网格条例》第十条")


# ---- The level -------------------------------------------------------------------------------------------------------

# Straight from the articles: which levels may carry which kind. What is not here is carried by none.
CARRY = {
    (Nature.PENALTY, "warning"): REGULATIONS | RULES,
    (Nature.PENALTY, "fine"): REGULATIONS | RULES,
    (Nature.PENALTY, "confiscation"): REGULATIONS,
    (Nature.PENALTY, "licence"): REGULATIONS,
    (Nature.PENALTY, "business"): REGULATIONS,
    (Nature.PENALTY, "business_licence"): CENTRAL,
    (Nature.PENALTY, "other"): CENTRAL,
    (Nature.PENALTY, "detention"): LAW,
    (Nature.LICENCE, "activity"): REGULATIONS,
    (Nature.LICENCE, "resource"): REGULATIONS,
    (Nature.LICENCE, "product"): REGULATIONS,
    (Nature.LICENCE, "qualification"): CENTRAL,
    (Nature.LICENCE, "registration"): CENTRAL,
    (Nature.COMPULSION, "liberty"): LAW,
    (Nature.COMPULSION, "freeze"): LAW,
    (Nature.COMPULSION, "seal"): REGULATIONS,
    (Nature.COMPULSION, "seize"): REGULATIONS,
    (Nature.COMPULSION, "other"): CENTRAL,
    **{(Nature.EXECUTION, item): LAW for item, _zh, _en in MEANS},
    (Nature.FEE, "enterprise"): CENTRAL,
    (Nature.FEE, "everyone"): CENTRAL,
    (Nature.FEE, "resident"): REGULATIONS,
    (Nature.CHECK, ""): REGULATIONS,
    (Nature.COLLECT, ""): CENTRAL,
    (Nature.ASSIST, ""): REGULATIONS,
}
ITEMS = {
    Nature.PENALTY: PENALTIES,
    Nature.LICENCE: LICENCES,
    Nature.COMPULSION: MEASURES,
    Nature.EXECUTION: MEANS,
}
REAL = [level for level in Level if level is not Level.ILLUSTRATIVE]


def test_the_table_of_levels_has_every_kind_of_penalty_licence_and_compulsion():
    named = {(nature, item) for nature, choices in ITEMS.items() for item, _zh, _en in choices}
    assert named <= set(CARRY)


@pytest.mark.parametrize(
    ("nature", "item", "level"), [(nature, item, level) for (nature, item), level in product(CARRY, REAL)]
)
def test_each_level_carries_exactly_what_the_articles_let_it(nature, item, level):
    reason = why_not(nature, item, clause(level), penalty(), DAY)
    assert (reason == "") is (level in CARRY[nature, item])
    assert not reason or reason in FOUNDATIONS


@pytest.mark.parametrize("nature", sorted(CUTTING - {Nature.PENALTY}))
@pytest.mark.parametrize("level", sorted(RULES))
def test_a_rule_alone_cuts_no_rights_and_adds_no_duties(nature, level):
    items = [item for kind, item in CARRY if kind is nature]
    assert all(why_not(nature, item, clause(level), penalty(), DAY) for item in items)


def test_a_penalty_beyond_a_local_regulation_is_refused_with_its_article():
    found = sole(penalty(facts={"penalties": ["fine", "business_licence"]}))
    assert (found.code, found.clause) == ("level", "《中华人民共和国行政处罚法》第十二条第一款")
    assert "吊销营业执照" in found.reason and "local regulation" in found.reason_en
    assert found.ref == "law:cn/administrative-penalties@2021-01-22#a12.p1"


def test_a_clause_of_a_higher_level_beside_it_carries_what_the_lower_cannot():
    both = penalty(
        facts={"penalties": ["fine", "business_licence"]}, rests=(rest(), rest(Level.NATIONAL_LAW, n=2))
    )
    assert codes(both) == []
    beside = replace(both, rests=(rest(), replace(rest(Level.NATIONAL_LAW, n=2), mandatory=False)))
    assert codes(beside) == ["level"]


def test_demolition_by_a_local_regulation_alone_is_refused():
    found = sole(penalty(nature="execution", facts={"means": ["restore"]}))
    assert found.clause == "《中华人民共和国行政强制法》第十三条第一款"


def test_a_province_may_let_a_temporary_licence_stand_for_a_year_and_no_other_rule_may():
    def licence(jurisdiction: str, ends: date | None, temporary: bool = True) -> list[str]:
        rule = rest(Level.GOVERNMENT_RULE, jurisdiction=jurisdiction)
        return codes(
            penalty(
                nature="licence",
                facts={"licence": "activity"},
                rests=(rule,),
                temporary=temporary,
                valid_to=ends,
            )
        )

    assert licence("370000", date(2027, 11, 23)) == []
    assert licence("370000", date(2027, 11, 24)) == ["level"]
    assert licence("371600", date(2027, 11, 23)) == ["level"]
    assert licence("000000", date(2027, 11, 23)) == ["level"]
    assert licence("370000", None, temporary=False) == ["level"]


def test_a_courts_interpretation_carries_nothing_for_an_organ():
    found = sole(penalty(nature="other", facts={}, rests=(rest(Level.JUDICIAL_INTERPRETATION),)))
    assert found.clause == "《中华人民共和国立法法》第一百一十九条第一款"


@given(
    kinds=st.sets(st.sampled_from([item for item, _zh, _en in PENALTIES]), min_size=1),
    levels=st.lists(st.sampled_from(REAL), min_size=1, max_size=4),
)
def test_a_penalty_is_let_in_when_and_only_when_some_clause_may_carry_each_kind(kinds, levels):
    rests = tuple(rest(level, n=n) for n, level in enumerate(levels, start=1))
    proposal = penalty(facts={"penalties": sorted(kinds)}, rests=rests, holder="public_security")
    fine = all(any(level in CARRY[Nature.PENALTY, kind] for level in levels) for kind in kinds)
    assert ("level" not in codes(proposal)) is fine


@given(
    kinds=st.sets(st.sampled_from([item for item, _zh, _en in PENALTIES]), min_size=1),
    levels=st.lists(st.sampled_from(REAL), min_size=1, max_size=3),
    more=st.sampled_from(REAL),
)
def test_one_more_clause_never_takes_away_what_the_others_carry(kinds, levels, more):
    rests = tuple(rest(level, n=n) for n, level in enumerate(levels, start=1))
    few = penalty(facts={"penalties": sorted(kinds)}, rests=rests)
    many = replace(few, rests=(*rests, rest(more, n=99)))
    assert codes(many).count("level") <= codes(few).count("level")


# ---- In force, and of a version --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"in_force": False}, "not_in_force", "《市容条例》第五十一条"),
        ({"dated": False, "in_force": False}, "date_unknown", "《中华人民共和国立法法》第六十一条"),
        ({"illustrative": True, "level": Level.ILLUSTRATIVE}, "illustrative", "《示例市网格条例》第十条"),
    ],
)
def test_a_clause_that_can_found_nothing_on_that_day_is_refused(changed, code, said):
    found = sole(penalty(rests=(rest(**changed),)))
    assert (found.code, found.clause, found.field) == (code, said, "rests.0")


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        ("第十条", "bad_ref"),
        ("law:cn/x/y#a1", "no_version"),
        ("law:cn/x/y@2018-12-04#a999", "unknown_clause"),
        ("law:cn/x/y@2018-13-04#a1", "bad_ref"),
    ],
)
def test_a_reference_to_nowhere_is_named(ref, code):
    assert sole(penalty(rests=(rest(), Rest(ref=ref)))).code == code


def test_a_clause_is_named_once():
    assert codes(penalty(rests=(rest(), rest()))) == ["clause_twice"]


def test_clauses_beside_it_alone_carry_nothing():
    assert codes(penalty(rests=(replace(rest(), mandatory=False),))) == ["no_clause"]


# ---- It names or covers the holder -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("", "no_phrase"),
        ("市场监督管理部门", "phrase_not_there"),
        ("五十元以上二百元以下罚款", "holder_not_named"),
    ],
)
def test_the_words_that_name_the_holder_stand_in_the_clause(phrase, code):
    found = sole(penalty(rests=(rest(phrase=phrase),)))
    assert (found.code, found.clause) == (code, "《市容条例》第五十一条")


def test_a_clause_that_names_another_department_carries_nothing_for_this_one():
    other = penalty(holder="public_security", rests=(rest(),))
    assert (
        sole(other, replace(GROUND, applicant=("public_security", "department"))).code == "holder_not_named"
    )


@pytest.mark.parametrize(
    ("phrase", "tail", "function", "fits"),
    [
        ("县级以上地方人民政府及其有关部门", "应当", "health", True),
        ("县级以上人民政府", "应当加强领导", "government", True),
        ("县级以上人民政府", "生态环境主管部门负责", "government", False),
        ("县级以上人民政府生态环境主管部门", "负责", "ecology", True),
        ("生态环境主管部门", "负责", "public_security", False),
        ("主管部门", "负责", "public_security", True),
        ("有关主管部门", "负责", "public_security", True),
        ("乡镇人民政府、街道办事处", "负责本辖区", "street", True),
        ("各级人民政府", "应当", "street", True),
        ("乡镇人民政府、街道办事处", "负责", "urban_management", False),
        ("村民委员会、居民委员会", "协助", "committee", True),
        ("历史文化", "名城", "culture", False),
        ("公安、民政、财政、城市管理等参与部门和单位", "应当", "urban_management", True),
        ("文化主管部门", "负责", "culture", True),
        ("网格员", "对在工作中收集的", "grid", True),
    ],
)
def test_words_name_or_cover_exactly_whom_they_mean(phrase, tail, function, fits):
    assert names_holder(phrase=phrase, tail=tail, function=function) is fits


def test_an_organ_may_be_named_by_its_own_name():
    assert names_holder(
        phrase="Public Works: streets", tail="", function="public_works", own_names=("Public Works",)
    )


@given(formula=st.sampled_from(sorted(COVERING)), function=st.sampled_from(sorted(NAMES)))
def test_a_covering_formula_never_names_a_committee_or_a_grid(formula, function):
    if function in {"committee", "grid"}:
        assert not names_holder(phrase=formula, tail="应当", function=function)


def test_every_function_of_the_sample_city_has_its_statutory_names():
    with (ROOT / "city" / "binzhou" / "organs" / "organs.csv").open(encoding="utf-8", newline="") as lines:
        functions = {row["function"] for row in csv.DictReader(lines)}
    assert functions <= set(NAMES)


# ---- To whom it may go -----------------------------------------------------------------------------------------------

TAKEN = Beside("township:t9", "t9", "擅自拆改燃气设施的查处", "law:cn/x/gas@2016-02-06#a5")


@pytest.mark.parametrize(
    "given",
    [
        {"holder": "street"},
        {"holder": "grid"},
        {"holder": "urban_management@street"},
        {"facts": {"penalties": ["fine"], "assist": "water;grid"}},
    ],
)
def test_what_was_taken_back_goes_to_no_street_and_no_grid(given):
    proposal = penalty(name="擅自拆改 燃气设施的查处", **given)
    ground = replace(GROUND, taken_back=(TAKEN,))
    found = [one for one in objections(proposal, ground) if one.code == "taken_back"]
    assert [(one.clause, one.ref) for one in found] == [("township:t9", "law:cn/x/gas@2016-02-06#a5")]
    assert "taken_back" not in codes(proposal)
    assert "taken_back" not in codes(penalty(name=proposal.name), ground)


def test_taking_back_what_a_grid_still_has_is_refused_until_that_is_changed():
    taking = penalty(
        listing="township", code="t8", name="巡查", facts={"part": "taken_back", "penalties": ["fine"]}
    )
    assert codes(taking) == []
    still = replace(GROUND, grassroots=(Beside("matter:m1", "m1", "巡查"),))
    assert codes(taking, still) == ["taken_back_in_use"]
    assert "taken_back_by_grassroots" in codes(replace(taking, holder="street"))


ASSISTING = "村民委员会、居民委员会协助城镇容貌和环境卫生行政主管部门开展宣传。"


def assisting(**given: object) -> Proposal:
    base = {
        "listing": "delegation", "code": "d1", "name": "协助宣传", "holder": "committee", "nature": "assist",
        "facts": {"principal": "urban_management", "funding": "由城市管理局列入预算"},
        "rests": (rest(phrase="村民委员会、居民委员会", text=ASSISTING),),
    }  # fmt: skip
    return penalty(**{**base, **given})


def test_a_committee_assists_with_what_a_law_or_regulation_says_and_the_department_pays():
    assert codes(assisting()) == []
    unfunded = sole(assisting(facts={"principal": "urban_management"}))
    assert unfunded.clause == "《中华人民共和国村民委员会组织法》第四十三条第二款"
    by_rule = sole(assisting(rests=(rest(Level.GOVERNMENT_RULE, "村民委员会、居民委员会", text=ASSISTING),)))
    assert (by_rule.code, by_rule.clause) == ("level", unfunded.clause)


def test_outside_the_delegation_list_a_committee_gets_nothing_it_is_not_delegated():
    matter = assisting(
        listing="matter", nature="handle", facts={"filing_condition": "有", "closing_condition": "无"},
    )  # fmt: skip
    applicant = replace(GROUND, applicant=None)
    assert codes(matter, applicant) == ["committee_not_delegated"]
    assert codes(matter, replace(applicant, delegated=(Beside("delegation:d1", "d1", "协助宣传"),))) == []
    helper = penalty(
        listing="matter", nature="handle",
        facts={"filing_condition": "有", "closing_condition": "无", "assist": "committee"},
    )  # fmt: skip
    assert sole(helper).field == "facts.assist"


@pytest.mark.parametrize("nature", sorted(OFFICIAL))
def test_a_committee_never_exercises_official_power_even_when_delegated(nature):
    ground = replace(GROUND, applicant=None, delegated=(Beside("delegation:d1", "d1", "协助宣传"),))
    assert "committee_power" in codes(assisting(listing="duty", nature=nature), ground)
    assert "committee_power" in codes(assisting(nature="entrust", facts={"exercises": nature}), ground)


def entrusting(**facts: str) -> Proposal:
    stated = {
        "principal": "urban_management", "funding": "预算", "exercises": "penalty", "document": "委字 1 号",
        "authority": "警告、罚款", "published": "门户网站", "passed_on": "no", **facts,
    }  # fmt: skip
    text = "城市管理部门可以委托园林绿化主管部门实施。"
    return penalty(
        listing="delegation", code="d2", name="委托处罚", holder="parks", nature="entrust", facts=stated,
        rests=(rest(phrase="园林绿化主管部门", text=text),), valid_to=date(2027, 12, 31),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code", "clause_key"),
    [
        ({"document": ""}, "fact_missing", "a20.p1"),
        ({"authority": ""}, "fact_missing", "a20.p2"),
        ({"published": ""}, "fact_missing", "a20.p2"),
        ({"passed_on": "yes"}, "delegated_further", "a20.p4"),
    ],
)
def test_a_delegated_penalty_states_what_article_twenty_asks(facts, code, clause_key):
    assert codes(entrusting()) == []
    found = sole(entrusting(**facts))
    assert (found.code, found.ref.partition("#")[2]) == (code, clause_key)


def test_a_delegation_has_a_term_and_compulsion_is_not_delegated():
    assert codes(replace(entrusting(), valid_to=None)) == ["delegation_without_term"]
    assert "compulsion_delegated" in codes(entrusting(exercises="compulsion"))


@pytest.mark.parametrize("power", sorted(OFFICIAL))
def test_official_power_is_bought_from_nobody(power):
    facts = {"content": "清扫", "budget": "城管", "method": "open_tender"}
    bought = penalty(listing="purchase", code="p1", nature="purchase", facts={**facts, "exercises": "none"})
    assert codes(bought) == []
    assert sole(replace(bought, facts={**facts, "exercises": power})).code == "power_bought"


def test_only_public_security_detains():
    law = (rest(Level.NATIONAL_LAW, text="公安机关和城镇容貌和环境卫生行政主管部门"),)
    found = sole(penalty(facts={"penalties": ["detention"]}, rests=law))
    assert found.clause == "《中华人民共和国行政处罚法》第十八条第三款"


# ---- Data, benchmarks ------------------------------------------------------------------------------------------------

CATALOGUE = {
    "items": "名称", "format": "CSV", "frequency": "每月", "grade": "一般", "way": "接口", "sharing": "unconditional",
    "personal": "no", "secrecy": "2026-01-05 无", "impact": "2026-01-05 不涉及", "approved": "2026-01-06",
    "reviewed": "2026-01-08",
}  # fmt: skip


def data(**facts: str) -> Proposal:
    return penalty(listing="data", code="c1", nature="catalogue", facts={**CATALOGUE, **facts})


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_catalogue_states_what_the_data_sharing_regulation_asks(name):
    assert codes(data()) == []
    found = sole(data(**{name: ""}))
    assert (found.code, found.field) == ("fact_missing", f"facts.{name}")
    assert found.clause.startswith("《政务数据共享条例》第十")


def test_sharing_on_conditions_states_them_and_not_sharing_names_its_law():
    assert codes(data(sharing="conditional")) == ["fact_missing", "fact_missing"]
    assert codes(data(sharing="conditional", scope="民政", use="救助")) == []
    own = "law:cn/x/y@2018-12-04#a1"
    refused = sole(data(sharing="none", why_not="涉及隐私", not_shared_under=own))
    assert refused.clause == "《政务数据共享条例》第十五条第二款"
    by_law = replace(
        data(sharing="none", why_not="涉及隐私", not_shared_under=own), rests=(rest(Level.NATIONAL_LAW),)
    )
    assert codes(by_law) == []


def test_personal_data_need_a_law_or_an_administrative_regulation():
    found = sole(data(personal="yes"))
    assert found.clause == "《中华人民共和国个人信息保护法》第三十四条"
    assert codes(replace(data(personal="yes"), rests=(rest(Level.ADMIN_REGULATION),))) == []


def test_a_benchmark_is_published():
    benchmark = penalty(listing="discretion", nature="benchmark", facts={"steps": "初次：五十元"})
    assert sole(benchmark).clause == "《中华人民共和国行政处罚法》第三十四条"


# ---- Who applies, for how long, about what ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["committee", "grid_station", "people_congress"])
def test_only_an_organ_of_administration_applies(kind):
    assert codes(penalty(), replace(GROUND, applicant=("urban_management", kind))) == ["not_an_applicant"]


def test_an_organ_applies_for_its_own():
    assert codes(penalty(), replace(GROUND, applicant=("culture", "department"))) == ["not_yours"]
    assert codes(penalty(), replace(GROUND, applicant=None)) == []


def test_what_is_listed_urgently_has_an_end_and_a_reason():
    assert codes(penalty(temporary=True, valid_to=date(2027, 1, 1))) == []
    found = sole(penalty(temporary=True))
    assert (found.code, found.clause) == ("temporary_without_end", "《示例市网格条例》第十条")
    assert codes(penalty(temporary=True, valid_to=DAY)) == ["ends_before_it_begins"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("信访接待", "forbidden_petitioning"),
        ("非法集会的查处", "forbidden_assembly"),
        ("宗教场所巡查", "forbidden_belief"),
    ],
)
@pytest.mark.parametrize("field", ["name", "category"])
def test_no_list_makes_an_incident_of_petition_assembly_or_belief(word, code, field):
    found = sole(penalty(**{field: word}))
    assert (found.code, found.field) == (code, field)
    assert found.clause.startswith("《中华人民共和国宪法》")


@pytest.mark.parametrize("word", ["消防宣传教育", "法治宣传教育活动"])
def test_education_is_not_taken_for_preaching(word):
    assert codes(penalty(name=word)) == []
    assert codes(penalty(name="宣传教义")) == ["forbidden_belief"]


def test_a_forbidden_subject_hidden_in_a_fact_is_found():
    facts = {"filing_condition": "发现上访人员", "closing_condition": "已劝返"}
    assert "forbidden_petitioning" in codes(penalty(listing="matter", nature="handle", facts=facts))


# ---- A city whose whole book is illustrative -------------------------------------------------------------------------


def test_an_illustrative_book_is_judged_by_the_rules_that_are_every_citys():
    text = "（一）公共工程部门：道路、路灯、环卫和积雪； Public Works: streets and snow;"
    sample = penalty(
        holder="public_works", facts={},
        rests=(rest(Level.ILLUSTRATIVE, "公共工程部门", illustrative=True, text=text),),
    )  # fmt: skip
    here = replace(
        GROUND, illustrative=True, functions=frozenset({"public_works"}), own_names=("公共工程部门",),
        applicant=("public_works", "department"),
    )  # fmt: skip
    assert codes(sample, here) == []
    assert codes(replace(sample, name="Petitioners"), here) == ["forbidden_petitioning"]


@given(
    listing=st.sampled_from([one.value for one in Listing]),
    nature=st.sampled_from([*(one.value for one in Nature), "", "nonsense"]),
    facts=st.dictionaries(
        st.sampled_from(sorted({fact.name for of_list in FACTS.values() for fact in of_list})),
        st.one_of(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=3)),
        max_size=5,
    ),
    holder=st.sampled_from([*NAMES, "", "@street", "nobody"]),
    code=st.text(max_size=6),
)
def test_whatever_is_typed_the_rules_answer_and_every_objection_can_be_read(
    listing, nature, facts, holder, code
):
    proposal = penalty(listing=listing, nature=nature, facts=facts, holder=holder, code=code)
    for one in objections(proposal, GROUND):
        assert one.code and one.reason and one.reason_en and one.field


def test_a_clause_that_is_not_in_force_carries_nothing_whatever_its_level():
    ended = rest(Level.NATIONAL_LAW, n=2, in_force=False)
    found = codes(penalty(facts={"penalties": ["business_licence"]}, rests=(rest(), ended)))
    assert found == ["not_in_force", "level"]
