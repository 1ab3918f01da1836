"""The acts of the lists: a department applies, the lead body admits or refuses, what is listed may be taken off."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.factories import NOW, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import ANONYMOUS, Actor, Conflict, InvalidInput, Refused
from tongxin.law import operations, queries
from tongxin.law.models import Binding, EntryApplication, ListChange, ListEntry, UpdateDuty
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.rules.proposals import Proposal, Rest
from tongxin.ledger.models import LedgerEntry
from tongxin.places.queries import city

pytestmark = pytest.mark.django_db

ORGAN = "bz/371602/urban-management"
APPEARANCE = "law:cn/binzhou/town-appearance@2018-12-04"
PHRASE = "城镇容貌和环境卫生行政主管部门"
LEAD = "bz/lead"
TODAY = date(2026, 11, 23)


def penalty(**given: object) -> Proposal:
    base = {
        "listing": "duty", "code": "zz-01", "name": "擅自张贴、涂写、刻画的处罚", "name_en": "Penalty for bill posting",
        "category": "行政处罚", "holder": "urban_management", "nature": "penalty", "facts": {"penalties": ["fine"]},
        "rests": (Rest(ref=f"{APPEARANCE}#a51.p1.i2", phrase=PHRASE), Rest(ref=f"{APPEARANCE}#a5.p1", mandatory=False)),
        "reason": "条例第五十一条定的职权，清单里还没有。",
    }  # fmt: skip
    return Proposal(**{**base, **given})  # type: ignore[arg-type]


def applied(**given: object) -> int:
    return operations.apply_entry(actor=officer(ORGAN), at=NOW, proposal=penalty(**given))


def admitted(**given: object) -> ListEntry:
    number = operations.admit_entry(actor=lead(), at=NOW, number=applied(**given), note="同意")
    return ListEntry.objects.get(pk=number)


def lead(nth: int = 0) -> Actor:
    return officer(LEAD, "lead_officer", nth)


def in_use(code: str, day: date = TODAY, kind: str = "duty") -> bool | None:
    row = queries.entries_on(kind=kind, day=day).filter(code=code).first()
    return None if row is None else row.active


def told(template: str) -> list[str]:
    return list(Notice.objects.filter(template=template).values_list("recipient", flat=True))


# ---- Applying --------------------------------------------------------------------------------------------------------


def test_a_department_applies_and_the_lead_body_is_told():
    number = applied()
    row = EntryApplication.objects.get(pk=number)
    assert (row.state, row.organ, row.applicant) == ("open", ORGAN, officer(ORGAN).person)
    assert told("entry_applied") == [f"organ:{LEAD}"]
    assert in_use("zz-01") is None
    assert LedgerEntry.objects.filter(verb="apply_entry", outcome="done").exists()


def test_whoever_applies_learns_at_once_everything_that_stands_against_it():
    wrong = penalty(
        code="ZZ", facts={"penalties": ["business_licence", "fine"]},
        rests=(
            Rest(ref=f"{APPEARANCE}#a51.p1.i2", phrase="公安机关"),
            Rest(ref="law:cn/air-pollution@2018-10-26#a5", phrase="县级以上人民政府", mandatory=False),
            Rest(ref=f"{APPEARANCE}#a999"),
        ),
    )  # fmt: skip
    with pytest.raises(NotAdmitted) as refused:
        operations.apply_entry(actor=officer(ORGAN), at=NOW, proposal=wrong)
    found = {one.code: one for one in refused.value.objections}
    assert set(found) == {"bad_code", "level", "phrase_not_there", "not_in_force", "unknown_clause"}
    assert found["level"].clause == "《中华人民共和国行政处罚法》第十二条第一款"
    assert found["not_in_force"].ref == "law:cn/air-pollution@2018-10-26#a5"
    assert not EntryApplication.objects.exists()


def test_a_refused_application_stands_in_the_ledger_with_its_clause():
    with pytest.raises(NotAdmitted):
        applied(facts={"penalties": ["business_licence"]})
    entry = LedgerEntry.objects.filter(verb="apply_entry", outcome="refused").latest("id")
    assert entry.clauses == "law:cn/administrative-penalties@2021-01-22#a12.p1"


def test_the_citys_own_clause_on_its_lists_founds_the_rules_of_the_city():
    with pytest.raises(NotAdmitted) as refused:
        applied(temporary=True)
    (found,) = refused.value.objections
    assert found.ref == "law:cn/binzhou/grid-regulation@2021-08-05#a10.p1"
    assert found.clause.endswith("第十条第一款")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (lambda: ANONYMOUS, "wrong_post"),
        (lambda: officer(ORGAN, "checker"), "wrong_post"),
        (lead, "wrong_post"),
        (lambda: Actor(person="person:x", office=officer(ORGAN).office), "office_not_held"),
        (lambda: officer("bz/371603/culture"), "not_yours"),
    ],
)
def test_only_a_case_officer_of_the_department_itself_applies(who, code):
    with pytest.raises(Refused) as refused:
        operations.apply_entry(actor=who(), at=NOW, proposal=penalty())
    assert refused.value.code == code


def test_one_application_for_a_code_is_decided_before_the_next():
    applied()
    with pytest.raises(Conflict):
        applied()


def test_an_application_is_withdrawn_by_its_own_organ_and_by_nobody_else():
    number = applied()
    with pytest.raises(Refused) as refused:
        operations.withdraw_application(actor=officer("bz/371603/culture"), at=NOW, number=number)
    assert refused.value.code == "other_organ"
    operations.withdraw_application(actor=officer(ORGAN), at=NOW, number=number, note="重写")
    assert EntryApplication.objects.get(pk=number).state == "withdrawn"
    assert told("entry_withdrawn") == [f"organ:{LEAD}"]
    assert applied() != number


# ---- Admitting -------------------------------------------------------------------------------------------------------


def test_the_lead_body_admits_and_the_entry_is_in_use_because_its_clause_is_in_force():
    before = city().revision
    entry = admitted()
    assert in_use("zz-01") is True
    held = Binding.objects.filter(entry=entry).order_by("id")
    assert [(one.mandatory, one.phrase) for one in held] == [(True, PHRASE), (False, "")]
    change = ListChange.objects.get(list_entry=entry)
    assert (change.what, change.day) == ("admitted", TODAY)
    assert change.clauses.split()[0] == f"{APPEARANCE}#a51.p1.i2"
    assert told("entry_admitted") == [f"organ:{ORGAN}"]
    assert city().revision > before


def test_no_flag_keeps_an_entry_in_use_when_its_clause_has_ended(owner_sql):
    admitted()
    owner_sql(
        "UPDATE law_version SET in_force_to = %s WHERE adopted = '2018-12-04' AND instrument_id = "
        "(SELECT id FROM law_instrument WHERE key = 'cn/binzhou/town-appearance')",
        date(2026, 12, 1),
    )
    assert in_use("zz-01", date(2026, 11, 30)) is True
    assert in_use("zz-01", date(2026, 12, 1)) is False


@pytest.mark.parametrize(
    ("who", "code"),
    [
        (lambda: officer(ORGAN), "wrong_post"),
        (lambda: officer(LEAD, "legal_officer"), "wrong_post"),
        (lambda: officer("bz/371602/lead", "lead_officer"), "other_organ"),
        (lambda: ANONYMOUS, "wrong_post"),
    ],
)
def test_only_a_lead_officer_of_the_citys_lead_body_admits_or_refuses(who, code):
    number = applied()
    for decide in (
        lambda: operations.admit_entry(actor=who(), at=NOW, number=number),
        lambda: operations.refuse_application(
            actor=who(), at=NOW, number=number, reason="不合", clause=f"{APPEARANCE}#a50"
        ),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.code == code
    assert EntryApplication.objects.get(pk=number).state == "open"


def test_who_applied_does_not_admit_even_when_they_hold_both_posts(owner_sql):
    number = applied()
    owner_sql(
        "INSERT INTO organs_holding (office_id, person, valid_from) SELECT id, %s, '2020-01-01' FROM organs_office "
        "WHERE code = 'bz/lead/lead-officer-1'",
        officer(ORGAN).person,
    )
    both = Actor(person=officer(ORGAN).person, office="office:bz/lead/lead-officer-1")
    with pytest.raises(Refused) as refused:
        operations.admit_entry(actor=both, at=NOW, number=number)
    assert refused.value.code == "same_person"


def test_the_rules_are_asked_again_on_the_day_of_admission(owner_sql):
    number = applied()
    owner_sql(
        "INSERT INTO law_suspension (clause_id, since) SELECT c.id, %s FROM law_clause c JOIN law_version v ON v.id = "
        "c.version_id JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/binzhou/town-appearance' "
        "AND c.key = 'a51.p1.i2'",
        TODAY,
    )
    with pytest.raises(NotAdmitted) as refused:
        operations.admit_entry(actor=lead(), at=NOW, number=number)
    assert [one.code for one in refused.value.objections] == ["not_in_force"]
    assert in_use("zz-01") is None


def test_an_application_is_decided_once():
    number = applied()
    operations.admit_entry(actor=lead(), at=NOW, number=number)
    with pytest.raises(Conflict):
        operations.admit_entry(actor=lead(1), at=NOW, number=number)
    with pytest.raises(Conflict):
        operations.withdraw_application(actor=officer(ORGAN), at=NOW, number=number)
    with pytest.raises(InvalidInput):
        operations.admit_entry(actor=lead(), at=NOW, number=10**9)


def test_what_is_urgent_is_consented_to_with_a_reason_and_ends_by_its_date():
    number = applied(temporary=True, valid_to=date(2026, 12, 31))
    with pytest.raises(InvalidInput) as wrong:
        operations.admit_entry(actor=lead(), at=NOW, number=number)
    assert wrong.value.field == "note"
    operations.admit_entry(actor=lead(), at=NOW, number=number, note="冬季清雪，同意到年底")
    assert in_use("zz-01", date(2026, 12, 30)) is True
    assert in_use("zz-01", date(2026, 12, 31)) is None


def test_an_entry_begins_no_earlier_than_the_day_it_is_admitted():
    assert admitted(valid_from=date(2026, 1, 1)).valid_from == TODAY
    later = admitted(code="zz-02", valid_from=date(2027, 1, 1))
    assert later.valid_from == date(2027, 1, 1)
    assert in_use("zz-02") is None
    assert in_use("zz-02", date(2027, 1, 1)) is True


def test_a_code_that_is_listed_cannot_be_applied_for_again():
    admitted()
    with pytest.raises(NotAdmitted) as refused:
        applied()
    assert [one.code for one in refused.value.objections] == ["already_listed"]


def test_an_admitted_matter_is_one_that_routing_and_pages_know():
    facts = {"filing_condition": "墙上有小广告", "closing_condition": "已清除", "assist": "parks"}
    entry = admitted(
        listing="matter", code="zz-m1", nature="handle", facts=facts,
        rests=(Rest(ref=f"{APPEARANCE}#a51.p1.i2", phrase=PHRASE),),
    )  # fmt: skip
    known = queries.matters(city().revision, TODAY)["zz-m1"]
    assert (known.lead, known.assist, known.active) == ("urban_management", ("parks",), True)
    assert entry.facts["clause_kind"] == "precise"
    assert known in queries.matters_to_report(city().revision, TODAY)


# ---- Refusing and taking off -----------------------------------------------------------------------------------------


def test_a_refusal_names_its_reason_and_a_clause_of_the_book():
    number = applied()
    for given, field in (
        ({"reason": " ", "clause": f"{APPEARANCE}#a50"}, "reason"),
        ({"reason": "不合", "clause": "第五十条"}, "clause"),
        ({"reason": "不合", "clause": f"{APPEARANCE}#a999"}, "clause"),
    ):
        with pytest.raises(InvalidInput) as wrong:
            operations.refuse_application(actor=lead(), at=NOW, number=number, **given)
        assert wrong.value.field == field
    operations.refuse_application(
        actor=lead(), at=NOW, number=number, reason="已有同样的事项", clause=f"{APPEARANCE}#a50"
    )
    row = EntryApplication.objects.get(pk=number)
    assert (row.state, row.decided_clause) == ("refused", f"{APPEARANCE}#a50")
    assert told("entry_refused") == [f"organ:{ORGAN}"]
    assert in_use("zz-01") is None


def test_an_entry_is_taken_off_and_may_come_back_another_day():
    entry = admitted()
    with pytest.raises(Refused) as refused:
        operations.end_entry(actor=officer(ORGAN), at=NOW, listing="duty", code="zz-01", reason="不再需要")
    assert refused.value.code == "wrong_post"
    operations.end_entry(
        actor=lead(), at=NOW + timedelta(days=2), listing="duty", code="zz-01", reason="不再需要"
    )
    assert in_use("zz-01", TODAY) is True
    assert in_use("zz-01", date(2026, 11, 25)) is None
    assert list(
        ListChange.objects.filter(list_entry=entry).order_by("id").values_list("what", flat=True)
    ) == [
        "admitted",
        "ended",
    ]
    assert told("entry_ended") == [f"organ:{ORGAN}"]
    again = operations.apply_entry(actor=officer(ORGAN), at=NOW + timedelta(days=3), proposal=penalty())
    operations.admit_entry(actor=lead(), at=NOW + timedelta(days=3), number=again)
    assert in_use("zz-01", date(2026, 11, 26)) is True


def test_taking_an_entry_off_does_its_open_duty_to_be_brought_up_to_date(owner_sql):
    entry = admitted()
    owner_sql(
        "INSERT INTO law_updateduty (list_entry_id, organ, began, due_at, provisional, clause) VALUES (%s, %s, %s, %s, "
        "false, '')",
        entry.pk,
        ORGAN,
        TODAY,
        NOW + timedelta(days=14),
    )
    operations.end_entry(actor=lead(), at=NOW, listing="duty", code="zz-01", reason="依据没有了")
    assert UpdateDuty.objects.get(list_entry=entry).done_at == NOW


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "zz-99"}, "code"),
        ({"reason": " "}, "reason"),
        ({"day": TODAY - timedelta(days=1)}, "day"),
        ({"listing": "power", "code": "sign_in"}, "listing"),
    ],
)
def test_what_cannot_be_taken_off_names_the_field(given, field):
    admitted()
    base = {"listing": "duty", "code": "zz-01", "reason": "不再需要"}
    with pytest.raises(InvalidInput) as wrong:
        operations.end_entry(actor=lead(), at=NOW, **{**base, **given})
    assert wrong.value.field == field


# ---- The lists side by side ------------------------------------------------------------------------------------------


def test_what_was_taken_back_cannot_be_given_to_a_grid_afterwards():
    admitted(
        listing="township",
        code="zz-t1",
        name="查处乱贴乱画",
        facts={"part": "taken_back", "penalties": ["fine"]},
    )
    text = "乡镇人民政府、街道办事处"
    with pytest.raises(NotAdmitted) as refused:
        applied(
            listing="matter", code="zz-m2", name="查处乱贴乱画", nature="handle",
            holder="urban_management@street", facts={"filing_condition": text, "closing_condition": text},
        )  # fmt: skip
    (found,) = refused.value.objections
    assert (found.code, found.clause, found.ref) == (
        "taken_back",
        "township:zz-t1",
        f"{APPEARANCE}#a51.p1.i2",
    )


def test_a_committee_assists_with_a_matter_once_the_delegation_list_says_so():
    facts = {"filing_condition": "发现", "closing_condition": "已劝阻", "assist": "committee"}
    matter = {
        "listing": "matter",
        "code": "zz-m3",
        "name": "协助维护容貌",
        "nature": "handle",
        "facts": facts,
    }
    with pytest.raises(NotAdmitted) as refused:
        applied(**matter)
    assert [one.code for one in refused.value.objections] == ["committee_not_delegated"]
    planning = "law:cn/binzhou/urban-rural-planning@2017-10-09#a30.p3"
    admitted(
        listing="delegation", code="zz-d1", name="协助维护容貌", holder="committee", nature="assist",
        facts={"principal": "urban_management", "funding": "城市管理局预算"},
        rests=(Rest(ref=planning, phrase="社区、村（居）民委员会"),),
    )  # fmt: skip
    assert applied(**matter)


def test_the_database_itself_lets_nobody_admit_their_own(owner_sql):
    number = applied()
    with pytest.raises(Exception, match="another_admits"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE law_entryapplication SET state = 'admitted', decided_by = applicant WHERE id = %s",
            [number],
        )


def test_a_proposal_kept_is_the_proposal_judged():
    number = applied(facts={"penalties": ["fine", "warning"], "nonsense": "x"})
    row = EntryApplication.objects.get(pk=number)
    assert row.facts == {"penalties": ["fine", "warning"]}
    assert replace(operations.listing.proposal_of(row), facts={}) == replace(penalty(), facts={})
