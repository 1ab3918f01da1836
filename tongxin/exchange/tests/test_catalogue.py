"""The catalogue: revising an item, review by another, class 3 on national law alone, the clock of updating, impact assessments."""

from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction

from tests.factories import NOW
from tests.plugin import app_connection
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Actor, Conflict, InvalidInput, Refused
from tongxin.exchange import operations
from tongxin.exchange.models import Assessment, CatalogueRevision, Field, GrantEnding, Term
from tongxin.exchange.operations.common import authority
from tongxin.exchange.queries.catalogue import Item, clauses_held, item_on, items_on, times_taken
from tongxin.exchange.terms import NewField, Revision, Sharing
from tongxin.exchange.tests.factories import (
    DAY,
    PERMITS,
    PROVIDER,
    USER,
    assessed,
    consented,
    data_head,
    data_officer,
    delivered,
    inspector,
)
from tongxin.law import operations as law
from tongxin.law.models import Binding, ListChange, UpdateDuty
from tongxin.law.operations.listing import NotAdmitted

TODAY = date(2026, 11, 23)
PARKING = "data:s008"
OWN = "bz/urban-management"
MUNICIPAL = "law:cn/binzhou/parking@2021-08-05#a5.p1"
JUVENILE = "law:cn/juvenile-delinquency-prevention@2020-12-26#a59.p1"
REASON = "停车场的数据项有增加"


def item(ref: str = PARKING) -> Item:
    found = item_on(ref=ref, day=TODAY)
    assert found is not None
    return found


def field(name: str, label: str = "泊位数", *, personal: bool = False, sensitive: bool = False) -> NewField:
    return NewField(name=name, label=label, label_en="", personal=personal, sensitive=sensitive)


def revised(
    facts: dict[str, str] | None = None, *, ref: str = PARKING, organ: str = OWN, **given: object
) -> int:
    return operations.revise_item(
        actor=data_head(organ), at=NOW, item=ref, proposed=Revision(facts=facts or {}, **given), reason=REASON
    )


def closing(under: str, *, rests: tuple[tuple[str, str], ...] | None = None) -> Revision:
    return Revision(
        facts={
            "sharing": "none",
            "why_not": "涉及经营者的商业秘密",
            "not_shared_under": under,
            "way": "不共享",
        },
        rests=rests,
    )


# ---- Revising and publishing ------------------------------------------------------------------------------------------------


def test_a_revision_is_proposed_by_the_organ_reviewed_by_the_authority_and_then_applies(db: None) -> None:
    with pytest.raises(Refused, match=r"^other_organ"):
        revised({"frequency": "每周"}, organ="bz/parks")
    with pytest.raises(Refused, match=r"^wrong_post"):
        operations.revise_item(
            actor=data_officer(OWN),
            at=NOW,
            item=PARKING,
            proposed=Revision(facts={"frequency": "每周"}),
            reason=REASON,
        )
    number = revised(
        {"frequency": "每周"},
        fields=(field("park", "停车场名称"), field("spaces"), field("charging", "充电车位")),
    )
    assert item().entry.facts["frequency"] == "每月"  # nothing applies before it is published
    term = Term.objects.get(subject=f"revision:{number}")
    assert (term.kind, term.organ, term.applicant) == ("review", authority(), OWN)
    assert term.clause.endswith("#a17.p3")
    with pytest.raises(Conflict):
        revised({"frequency": "每日"})
    with pytest.raises(Refused, match=r"^other_organ"):
        operations.publish_revision(actor=data_head(OWN), at=NOW, number=number)
    operations.publish_revision(actor=inspector(), at=NOW + DAY, number=number)
    after = item()
    assert after.entry.facts["frequency"] == "每周" and after.entry.facts["reviewed"] == "2026-11-24"
    assert [one.name for one in after.fields] == ["park", "spaces", "charging"]
    assert Term.objects.get(subject=f"revision:{number}").ended_at == NOW + DAY
    assert ListChange.objects.filter(list_entry=after.entry, what="amended").count() == 1
    with pytest.raises(Conflict):
        operations.publish_revision(actor=inspector(1), at=NOW + DAY, number=number)


def test_a_revision_that_is_returned_says_why_and_changes_nothing(db: None) -> None:
    number = revised({"frequency": "每周"})
    with pytest.raises(InvalidInput):
        operations.return_revision(actor=inspector(), at=NOW, number=number, note="")
    operations.return_revision(actor=inspector(), at=NOW, number=number, note="更新频率要与来源系统一致")
    assert CatalogueRevision.objects.get(pk=number).state == "returned"
    assert item().entry.facts["frequency"] == "每月"
    assert revised({"frequency": "每日"})


def test_who_proposes_a_revision_does_not_review_it(owner_sql) -> None:
    """The authority's own items too: its head proposes, somebody else of it reviews."""
    number = revised({"frequency": "每周"})
    row = CatalogueRevision.objects.get(pk=number)
    owner_sql(
        "UPDATE organs_holding SET person = %s WHERE office_id = (SELECT id FROM organs_office WHERE code = 'bz/big-data/data-officer')",
        row.proposed_by,
    )
    with pytest.raises(Refused, match=r"^same_person"):
        operations.publish_revision(
            actor=Actor(person=row.proposed_by, office="office:bz/big-data/data-officer"),
            at=NOW,
            number=number,
        )
    with pytest.raises(IntegrityError, match="revision_two_persons"), transaction.atomic():
        owner_sql("UPDATE exchange_cataloguerevision SET decided_by = proposed_by")


# ---- Class 3 --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "under", [MUNICIPAL, "law:cn/residence-permits@2015-11-26#a8.p1", "law:cn/nowhere@2020-01-01#a1", ""]
)
def test_a_municipal_rule_cannot_close_an_item(db: None, under: str) -> None:
    """Art. 14(3): law, administrative regulation, State Council decision. One that the item does not rest on does not either."""
    with pytest.raises(NotAdmitted) as against:
        operations.revise_item(
            actor=data_head(OWN), at=NOW, item=PARKING, proposed=closing(under), reason=REASON
        )
    codes = {one.code for one in against.value.objections}
    assert codes & {"not_shared_without_basis", "fact_missing"}
    assert all(one.clause for one in against.value.objections if one.code == "not_shared_without_basis")


def test_a_municipal_rule_cannot_close_an_item_even_when_it_is_named_among_its_clauses(db: None) -> None:
    rests = ((MUNICIPAL, "城市管理部门"), ("law:cn/government-data-sharing@2025-05-28#a12.p2", ""))
    with pytest.raises(NotAdmitted) as against:
        operations.revise_item(
            actor=data_head(OWN),
            at=NOW,
            item=PARKING,
            proposed=closing(MUNICIPAL, rests=rests),
            reason=REASON,
        )
    assert [one.code for one in against.value.objections] == ["not_shared_without_basis"]


def test_a_law_closes_an_item_and_ends_its_grants_with_itself_as_the_reason(db: None) -> None:
    grant = delivered()
    assessed(PERMITS, data_officer(PROVIDER))
    rests = (
        ("law:cn/residence-permits@2015-11-26#a8.p1", "公安机关"),
        (JUVENILE, ""),
        ("law:cn/government-data-sharing@2025-05-28#a12.p2", ""),
    )
    number = operations.revise_item(
        actor=data_head(PROVIDER),
        at=NOW,
        item=PERMITS,
        proposed=closing(JUVENILE, rests=rests),
        reason="法律规定不再共享",
    )
    operations.publish_revision(actor=inspector(), at=NOW, number=number)
    after = item(PERMITS)
    assert after.sharing is Sharing.NONE and "scope" not in after.entry.facts
    ending = GrantEnding.objects.get(grant=grant)
    assert (ending.what, ending.clause, ending.filed_with) == ("terminated", JUVENILE, authority())


# ---- Fields, personal information ---------------------------------------------------------------------------------------------------


def test_fields_with_personal_information_need_an_impact_assessment_of_at_most_three_years(db: None) -> None:
    fields = (field("resident_id", "公民身份号码", personal=True), field("name", "姓名", personal=True),
              field("address", "住址", personal=True), field("issued_on", "签发日期", personal=True))  # fmt: skip
    with pytest.raises(InvalidInput) as wrong:
        revised(ref=PERMITS, organ=PROVIDER, fields=fields)
    assert wrong.value.field == "impact"
    with pytest.raises(Refused, match=r"^other_organ"):
        assessed(PERMITS, data_officer(USER))
    assessed(PERMITS, data_officer(PROVIDER))
    with pytest.raises(InvalidInput) as old:
        operations.revise_item(
            actor=data_head(PROVIDER), at=NOW + timedelta(days=1_200), item=PERMITS, proposed=Revision(facts={}, fields=fields),
            reason=REASON,
        )  # fmt: skip
    assert old.value.field == "impact"
    assert revised(ref=PERMITS, organ=PROVIDER, fields=fields)


def test_what_the_catalogue_says_of_impact_comes_from_the_assessment_and_of_a_closed_item_stays(
    db: None,
) -> None:
    assessed(PERMITS, data_officer(PROVIDER))
    number = revised({"frequency": "每周"}, ref=PERMITS, organ=PROVIDER)
    operations.publish_revision(actor=inspector(), at=NOW, number=number)
    facts = item(PERMITS).entry.facts
    assert (facts["personal"], facts["impact"]) == ("yes", "2026-11-23，只按字段提供并留痕")
    sealed = "data:s005"  # it has no source, and so no fields: it is about persons all the same
    with pytest.raises(InvalidInput) as wrong:
        revised({"frequency": "每周"}, ref=sealed, organ=PROVIDER)
    assert wrong.value.field == "impact"
    assessed(sealed, data_officer(PROVIDER))
    number = revised({"frequency": "每周"}, ref=sealed, organ=PROVIDER)
    operations.publish_revision(actor=inspector(), at=NOW, number=number)
    assert item(sealed).entry.facts["personal"] == "yes"


def test_an_assessment_answers_the_three_questions_of_the_law(db: None) -> None:
    with pytest.raises(InvalidInput) as wrong:
        operations.assess_impact(
            actor=data_officer(PROVIDER),
            at=NOW,
            subject=PERMITS,
            lawful="必要而且正当",
            risk="",
            measures="按字段提供并留痕",
        )
    assert wrong.value.field == "risk"
    with pytest.raises(InvalidInput):
        assessed("data:s999", data_officer(PROVIDER))


def test_an_assessment_cannot_be_taken_away(city_of_its_own: str) -> None:
    assessed(PERMITS, data_officer(PROVIDER))
    assert Assessment.objects.count() == 1
    for statement in ("DELETE FROM exchange_assessment", "UPDATE exchange_assessment SET risk = 'none'"):
        with app_connection(city_of_its_own) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute(statement)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ((), "at least one"),
        ((field("park"), field("park")), "stands once"),
        ((field("Bad Name"),), "lower-case"),
        ((field("park; drop table x"),), "lower-case"),
        ((field("park", ""),), "label"),
        ((field("park", sensitive=True),), "sensitive"),
    ],
)
def test_what_is_no_field_is_named(db: None, fields: tuple[NewField, ...], why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        revised(fields=fields)


def test_a_field_that_a_living_grant_carries_is_not_revised_away(db: None) -> None:
    delivered()
    assessed(PERMITS, data_officer(PROVIDER))
    less = (field("resident_id", "公民身份号码", personal=True), field("name", "姓名", personal=True))
    with pytest.raises(InvalidInput, match="address"):
        revised(ref=PERMITS, organ=PROVIDER, fields=less)
    assert Field.objects.filter(source__item=PERMITS, name="address").exists()


def test_what_nobody_may_revise_is_refused(db: None) -> None:
    for facts in ({"reviewed": "2020-01-01"}, {"approved": "2020-01-01"}, {"lead": "bz/x"}, {}):
        with pytest.raises(InvalidInput) as wrong:
            revised(facts)
        assert wrong.value.field == "facts"


# ---- The clock of updating ------------------------------------------------------------------------------------------------------------


def ended(owner_sql, day: str = "2026-11-24") -> UpdateDuty:
    """The clause that the item rests on ends: the day writes it down and the clock of updating begins."""
    owner_sql("UPDATE law_clause SET in_force_to = %s WHERE key = 'a5.p1' AND version_id = (SELECT v.id FROM law_version v JOIN "
              "law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/binzhou/parking')", day)  # fmt: skip
    law.begin_day(actor=PLATFORM, at=NOW + DAY)
    return UpdateDuty.objects.get(list_entry__code="s008")


def test_a_change_of_law_starts_ten_working_days_extended_once_by_five_and_ended_by_publishing(
    owner_sql,
) -> None:
    duty = ended(owner_sql)
    assert (duty.organ, duty.clause) == (OWN, "law:cn/government-data-sharing@2025-05-28#a17.p2")
    at = NOW + 2 * DAY
    with pytest.raises(InvalidInput):
        operations.grant_extension(actor=inspector(), at=at, subject=PARKING)
    operations.ask_extension(actor=data_head(OWN), at=at, subject=PARKING, reason="新条例配套文件还没有出台")
    with pytest.raises(Conflict):
        operations.ask_extension(
            actor=data_head(OWN), at=at, subject=PARKING, reason="新条例配套文件还没有出台"
        )
    ends = operations.grant_extension(actor=inspector(), at=at, subject=PARKING)
    later = UpdateDuty.objects.get(pk=duty.pk)
    assert later.due_at == ends > duty.due_at and later.extended_at == at
    assert later.extension_clause == "law:cn/government-data-sharing@2025-05-28#a17.p2"
    with pytest.raises(Refused, match=r"^extended_already"):
        operations.ask_extension(actor=data_head(OWN), at=at, subject=PARKING, reason="还想再延长五个工作日")
    with pytest.raises(Refused, match=r"^extended_already"):
        law.extend_update(actor=PLATFORM, at=at, entry=PARKING)
    held = clauses_held(item=item_on(ref=PARKING, day=(NOW + 2 * DAY).date()), day=(NOW + 2 * DAY).date())  # type: ignore[arg-type]
    assert any(not one.holds for one in held)
    number = operations.revise_item(
        actor=data_head(OWN), at=at, item=PARKING, reason="所依条款失效，改依后继条款",
        proposed=Revision(facts={}, rests=(("law:cn/binzhou/town-appearance@2018-12-04#a44.p1", "城镇容貌和环境卫生行政主管部门"),
                                           ("law:cn/government-data-sharing@2025-05-28#a12.p2", ""))),
    )  # fmt: skip
    operations.publish_revision(actor=inspector(), at=at, number=number)
    assert UpdateDuty.objects.get(pk=duty.pk).done_at == at
    after = item_on(ref=PARKING, day=at.date())
    assert after is not None and after.active
    assert Binding.objects.filter(entry=after.entry, valid_to=at.date()).count() == 1


def test_only_the_platform_extends_and_amends_within_an_act_that_decided_it(db: None) -> None:
    for run, given in (
        (law.extend_update, {"entry": PARKING}),
        (law.amend_entry, {"entry": PARKING, "facts": {"grade": "一般"}}),
    ):
        with pytest.raises((Refused, InvalidInput)):
            run(actor=data_head(OWN), at=NOW, **given)


# ---- Finding, and how long it takes ------------------------------------------------------------------------------------------------------


def test_the_catalogue_is_searched_by_words_class_and_holder(db: None) -> None:
    assert {one.entry.code for one in items_on(day=TODAY, words="居住证")} == {"s003"}
    assert {one.entry.code for one in items_on(day=TODAY, words="Residence")} == {"s003"}
    assert {one.entry.code for one in items_on(day=TODAY, sharing="none")} == {"s005"}
    assert {one.entry.code for one in items_on(day=TODAY, words="婚姻", holder="civil_affairs")} == {"s010"}
    assert items_on(day=TODAY, words="%") == [] and items_on(day=TODAY, words="没有这样的") == []


def test_the_medians_of_answering_and_delivering_are_published(db: None) -> None:
    assert times_taken() == {}
    for days in (1, 3, 9):
        row = consented(NOW)
        operations.deliver_data(actor=data_officer(PROVIDER), at=NOW + days * DAY, number=row.number)
    taken = times_taken(item=PERMITS)
    assert (taken[PERMITS, "deliver"].median, taken[PERMITS, "deliver"].count) == (3.0, 3)
    assert taken[PERMITS, "answer"].median == 0.0
    assert times_taken(item=PARKING) == {}
    assert Notice.objects.filter(template="data_delivered").count() == 3
