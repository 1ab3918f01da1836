"""Applications: who may apply on what, what is missing, the answer, delivery, five persons, and a flood."""

import itertools
from datetime import date, timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import NOW, officer
from tests.plugin import app_connection
from tongxin.acts.models import Notice
from tongxin.acts.terms import Actor, Conflict, InvalidInput, Refused
from tongxin.exchange import operations
from tongxin.exchange.models import Application, Grant, Meter, Term
from tongxin.exchange.operations.answering import grounds_of
from tongxin.exchange.queries.catalogue import item_on
from tongxin.exchange.rules.applying import MOVES, naming_words
from tongxin.exchange.terms import OPEN_MOST, Ground, Purpose, Supplement
from tongxin.exchange.tests.factories import (
    ASSISTANCE,
    ASSISTANCE_BASIS,
    DAY,
    PERMITS,
    PROVIDER,
    USER,
    consented,
    data_head,
    data_officer,
    delivered,
    drafted,
    filed,
    fresh,
    inspector,
    wanted,
)
from tongxin.ledger.models import LedgerEntry

MUNICIPAL = "law:cn/binzhou/grid-regulation@2021-08-05#a12.p2"
TODAY = date(2026, 11, 23)


def told(template: str) -> set[str]:
    return set(Notice.objects.filter(template=template).values_list("recipient", flat=True))


def refused(code: str) -> object:
    return pytest.raises(Refused, match=f"^{code}")


# ---- Who may apply, on what ------------------------------------------------------------------------------------------


def test_five_acts_of_four_persons_bring_about_a_grant(db: None) -> None:
    grant = delivered()
    one = grant.application
    assert one is not None and one.state == "delivered"
    assert len({one.applied_by, one.agreed_by, one.answered_by, one.delivered_by}) == 4
    assert (grant.organ, grant.provider) == (USER, PROVIDER)
    assert grant.fields == ["resident_id", "name", "address"]
    assert grant.until - grant.since == timedelta(days=200)
    assert grant.entered_by == one.answered_by
    assert Meter.objects.get(grant=grant).calls == 0
    verbs = LedgerEntry.objects.filter(outcome="done").values_list("verb", flat=True)
    assert {"apply_data", "agree_data", "consent_data", "deliver_data"} <= set(verbs)


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"item": "data:s999"}, "item", "no such item"),
        ({"fields": ()}, "fields", "no such fields"),
        ({"fields": ("resident_id", "mother")}, "fields", "mother"),
        ({"until": NOW}, "until", "lie ahead"),
        ({"calls": 0}, "calls", "positive"),
        ({"rows": -1}, "rows", "positive"),
        ({"calls": 10**13}, "calls", "positive"),
        ({"persons": 0}, "persons", "limit of persons"),
        ({"purpose": Purpose.STATISTICS}, "purpose", "release"),
        ({"scenario": "长" * 2_001}, "scenario", "no more than"),
        ({"clauses": ("nonsense",)}, "clauses", "write law"),
        ({"clauses": ("law:cn/residence-permits#a12",)}, "clauses", "which version"),
        ({"clauses": ("law:cn/residence-permits@2015-11-26#a99",)}, "clauses", "no law:"),
        # 民法典 art. 1049 speaks of the registry of marriages and of no department
        ({"clauses": ("law:cn/civil-code@2020-05-28#a1049",)}, "clauses", "neither names nor covers"),
        # repealed by the food safety law of 2025
        ({"clauses": ("law:cn/food-safety@2021-04-29#a113",)}, "clauses", "not in force"),
    ],
)
def test_what_cannot_be_an_application_names_field_and_reason(
    db: None, given: dict[str, object], field: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        drafted(**given)
    assert wrong.value.field == field and reason in wrong.value.reason_en


def test_the_sharing_regulation_alone_empowers_nobody(db: None) -> None:
    with pytest.raises(InvalidInput, match="empowers nobody"):
        drafted(clauses=("law:cn/government-data-sharing@2025-05-28#a20.p2",))


def test_an_item_that_a_law_closes_cannot_be_applied_for_and_the_law_is_named(owner_sql) -> None:
    owner_sql(
        "INSERT INTO exchange_source (item, organ, system, adapter, address, secret, relation, key, key_kind, wait_ms, open) "
        "VALUES ('data:s005', 'bz/public-security', 'x', 'postgresql', 'demo:x', '', 'x', '', '', 3000, true)"
    )
    with pytest.raises(Refused) as no:
        drafted(item="data:s005")
    assert no.value.code == "not_shared" and "juvenile-delinquency" in no.value.clause


def test_nobody_applies_for_what_is_their_own(db: None) -> None:
    with refused("own_data"):
        operations.apply_data(actor=data_officer(PROVIDER), at=NOW, wanted=wanted())


def test_an_item_whose_basis_has_ended_is_not_applied_for(owner_sql) -> None:
    owner_sql("UPDATE law_clause SET in_force_to = '2026-11-01' WHERE key = 'a8.p1' AND version_id = "
              "(SELECT v.id FROM law_version v JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = "
              "'cn/residence-permits')")  # fmt: skip
    with refused("item_idle"):
        drafted()


@pytest.mark.parametrize("post", ["data_head", "case_officer"])
def test_only_the_data_officer_applies(db: None, post: str) -> None:
    with refused("wrong_post"):
        operations.apply_data(
            actor=officer(USER if post == "data_head" else "bz/housing", post), at=NOW, wanted=wanted()
        )


def test_a_clause_names_a_department_by_its_own_part_of_a_sentence() -> None:
    listing = "县级以上人民政府应当提供下列服务：\n(一)义务教育；\n(二)卫生服务；"
    assert naming_words(listing, function="education", own_names=()) == ""
    duty = "教育行政部门负责义务教育工作；卫生健康部门负责预防接种。"
    assert naming_words(duty, function="education", own_names=()) == "教育行政部门负责义务教育工作"
    assert naming_words(duty, function="market", own_names=()) == ""


# ---- Committees and enterprises ----------------------------------------------------------------------------------------


def test_a_committee_uses_data_only_where_a_law_or_regulation_names_it(owner_sql) -> None:
    owner_sql("UPDATE organs_organ SET kind = 'committee', function = 'committee' WHERE code = 'bz/parks'")
    with pytest.raises(InvalidInput, match="neither names nor covers"):
        drafted(organ="bz/parks", item="data:s008", fields=("park",), persons=0)
    # 村民委员会组织法 art. 2 names committees, and says nothing of data: it authorises no use of any
    named = "law:cn/villagers-committees@2025-10-28#a2"
    row = filed(organ="bz/parks", item="data:s008", fields=("park",), persons=0, clauses=(named,))
    assert row.kind == "committee"
    with pytest.raises(Refused, match="authorises"):
        operations.consent_data(actor=data_head(row.provider), at=NOW, number=row.number)


def test_an_enterprise_needs_a_law_security_duties_and_an_end(owner_sql) -> None:
    owner_sql("UPDATE organs_organ SET kind = 'enterprise' WHERE code = 'bz/parks'")
    # the provincial regulation on big data names enterprises with a public function; its day of effect is unknown in the book
    owner_sql("UPDATE law_version SET in_force_from = '2022-01-01' WHERE instrument_id = "
              "(SELECT id FROM law_instrument WHERE key = 'cn/shandong/big-data')")  # fmt: skip
    named = "law:cn/shandong/big-data@2021-09-30#a15.p2"
    asked = {
        "organ": "bz/parks",
        "item": "data:s008",
        "fields": ("park", "spaces"),
        "persons": 0,
        "clauses": (named,),
    }
    row = consented(**asked)
    with pytest.raises(InvalidInput) as wrong:
        operations.deliver_data(actor=data_officer(row.provider), at=NOW, number=row.number)
    assert wrong.value.field == "duties"
    number = operations.deliver_data(
        actor=data_officer(row.provider), at=NOW, number=row.number, duties="专人保管，不得留存，不得转供"
    )
    grant = Grant.objects.get(number=number)
    assert grant.kind == "enterprise" and grant.duties and grant.until > NOW
    with pytest.raises(IntegrityError), transaction.atomic():
        owner_sql("UPDATE exchange_grant SET duties = '' WHERE number = %s", number)


# ---- Agreement, supplement, answer ---------------------------------------------------------------------------------------


def test_the_head_of_ones_own_office_agrees_and_the_providers_clock_begins(db: None) -> None:
    row = drafted()
    assert not Term.objects.filter(subject=row.ref).exists()
    with refused("other_organ"):
        operations.agree_data(actor=data_head(PROVIDER), at=NOW, number=row.number)
    operations.agree_data(actor=data_head(USER), at=NOW, number=row.number)
    term = Term.objects.get(subject=row.ref)
    assert (term.kind, term.organ, term.applicant) == ("answer", PROVIDER, USER)
    assert term.clause == "law:cn/government-data-sharing@2025-05-28#a21.p1"
    assert told("data_filed") == {f"organ:{PROVIDER}"}
    with pytest.raises(Conflict):
        operations.agree_data(actor=data_head(USER), at=NOW, number=row.number)


def incomplete(**given: object) -> Application:
    return filed(**{"item": ASSISTANCE, "fields": ("resident_id", "kind"), "clauses": (), "scenario": "", "scope": "",
                    **given})  # fmt: skip


def test_one_notice_names_everything_missing_and_there_is_no_second(db: None) -> None:
    row = incomplete()
    words = operations.ask_supplement(
        actor=data_officer(row.provider), at=NOW, number=row.number, more="请附上入学资格审核的流程"
    )
    for gap in ("使用依据", "使用场景", "使用范围", "个人信息保护影响评估", "请附上入学资格审核的流程"):
        assert gap in words
    assert fresh(row.number).state == "supplement"
    with refused("wrong_post"):  # what the head agreed to is not exchanged behind the head's back
        operations.supplement_data(
            actor=data_officer(USER), at=NOW + DAY, number=row.number, given=Supplement()
        )
    operations.supplement_data(
        actor=data_head(USER), at=NOW + DAY, number=row.number,
        given=Supplement(clauses=(ASSISTANCE_BASIS,), scenario="核对教育救助对象的资格，发放助学金", scope="本学期申请教育救助的学生"),
    )  # fmt: skip
    with refused("asked_already"):
        operations.ask_supplement(
            actor=data_officer(row.provider), at=NOW + DAY, number=row.number, more="再补一份说明"
        )
    with pytest.raises(Refused, match="影响评估"):
        operations.consent_data(actor=data_head(row.provider), at=NOW + DAY, number=row.number)
    operations.assess_impact(
        actor=data_officer(USER), at=NOW + DAY, subject=row.ref, lawful="为发放助学金所必需", risk="救助类别属于敏感信息",
        measures="只由两名工作人员使用并留痕",
    )  # fmt: skip
    operations.consent_data(actor=data_head(row.provider), at=NOW + DAY, number=row.number)
    assert fresh(row.number).state == "consented"


def test_the_notice_does_not_stop_the_clock_of_the_answer(db: None) -> None:
    """Art. 21 counts from the day of receipt and knows one longer time alone: an extension with the authority's consent."""
    row = incomplete()
    before = Term.objects.get(subject=row.ref).due_at
    operations.ask_supplement(actor=data_officer(row.provider), at=NOW, number=row.number)
    term = Term.objects.get(subject=row.ref)
    assert term.due_at == before and term.ended_at is None


def test_nothing_missing_and_nothing_said_is_no_notice(db: None) -> None:
    row = filed()
    with pytest.raises(InvalidInput) as wrong:
        operations.ask_supplement(actor=data_officer(PROVIDER), at=NOW, number=row.number)
    assert wrong.value.field == "more"


def test_an_incomplete_application_is_not_refused_outright(db: None) -> None:
    row = incomplete()
    head = data_head(row.provider)
    for ground in (Ground.USE, Ground.LAW, Ground.BASIS):
        with refused("outright"):
            operations.refuse_data(
                actor=head, at=NOW, number=row.number, ground=ground, reason="材料不全，不予共享",
                clause="law:cn/social-assistance@2026-04-30#a11",
            )  # fmt: skip
    with refused("added_condition"):
        operations.refuse_data(
            actor=head, at=NOW, number=row.number, ground=Ground.INCOMPLETE, reason="材料不全，不予共享"
        )
    operations.ask_supplement(actor=data_officer(row.provider), at=NOW, number=row.number)
    with refused("outright"):
        operations.refuse_data(
            actor=head, at=NOW, number=row.number, ground=Ground.INCOMPLETE, reason="材料不全，不予共享"
        )
    late = Term.objects.get(subject=row.ref).due_at + DAY
    operations.refuse_data(
        actor=head, at=late, number=row.number, ground=Ground.INCOMPLETE, reason="告知以后没有补充，不予共享"
    )
    after = fresh(row.number)
    assert after.state == "refused"
    assert after.reason_clauses == ["law:cn/government-data-sharing@2025-05-28#a21.p2"]


def test_only_what_the_catalogue_says_or_a_higher_law_can_refuse(db: None) -> None:
    row = filed()
    head = data_head(PROVIDER)
    item = item_on(ref=PERMITS, day=TODAY)
    assert item is not None
    # the catalogue's own scope names 教育: being outside it is no ground here
    assert set(grounds_of(row, item)) == {Ground.USE, Ground.BASIS, Ground.FIELDS, Ground.LAW}
    with refused("added_condition"):
        operations.refuse_data(
            actor=head, at=NOW, number=row.number, ground=Ground.SCOPE, reason="不在共享范围内，不予共享"
        )
    for clause, why in (
        (MUNICIPAL, "only a law"),
        ("law:cn/food-safety@2021-04-29#a113", "in force"),
        ("", "in force"),
    ):
        with pytest.raises(InvalidInput, match=why):
            operations.refuse_data(
                actor=head,
                at=NOW,
                number=row.number,
                ground=Ground.LAW,
                reason="本市规章另有规定",
                clause=clause,
            )
    with pytest.raises(InvalidInput) as wrong:
        operations.refuse_data(actor=head, at=NOW, number=row.number, ground=Ground.FIELDS, reason="多")
    assert wrong.value.field == "reason"
    operations.refuse_data(
        actor=head, at=NOW, number=row.number, ground=Ground.FIELDS, reason="核对资格不需要住址，请去掉"
    )
    after = fresh(row.number)
    assert after.reason_clauses == ["law:cn/personal-information-protection@2021-08-20#a6.p2"]
    assert not Term.objects.filter(subject=row.ref, ended_at=None).exists()
    assert told("data_refused") == {f"organ:{USER}"}


def test_what_is_shared_without_condition_is_refused_on_no_condition(db: None) -> None:
    row = filed(item="data:s008", fields=("park",), persons=0, organ="bz/housing",
                clauses=("law:cn/binzhou/parking@2021-08-05#a5.p2",) )  # fmt: skip
    item = item_on(ref=row.item, day=TODAY)
    assert item is not None and grounds_of(row, item) == (Ground.LAW,)


def test_a_clause_that_ends_between_consent_and_delivery_stops_the_delivery(owner_sql) -> None:
    row = consented()
    owner_sql("UPDATE law_clause SET in_force_to = '2026-11-24' WHERE key = 'a12' AND version_id = "
              "(SELECT v.id FROM law_version v JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = "
              "'cn/residence-permits')")  # fmt: skip
    with refused("not_in_force"):
        operations.deliver_data(actor=data_officer(PROVIDER), at=NOW + 2 * DAY, number=row.number)
    assert fresh(row.number).state == "consented" and not Grant.objects.exists()


def test_an_application_is_withdrawn_by_its_own_organ_with_a_reason_and_its_clocks_end(db: None) -> None:
    row = consented()
    with refused("other_organ"):
        operations.withdraw_data(
            actor=data_officer(PROVIDER), at=NOW, number=row.number, reason="我们不想提供"
        )
    operations.withdraw_data(actor=data_officer(USER), at=NOW, number=row.number, reason="改用上级共享的数据")
    assert fresh(row.number).state == "withdrawn"
    assert not Term.objects.filter(subject=row.ref, ended_at=None).exists()
    with pytest.raises(Conflict):
        operations.deliver_data(actor=data_officer(PROVIDER), at=NOW, number=row.number)


@pytest.mark.parametrize("verb", sorted(MOVES))
def test_an_act_out_of_its_place_is_a_conflict(db: None, verb: str) -> None:
    grant = delivered()
    number = grant.application.number  # type: ignore[union-attr]
    more = {
        "supplement_data": {"given": Supplement(scope="别的范围，写得清楚些")},
        "refuse_data": {"ground": Ground.USE, "reason": "用途不符，不予共享"},
        "withdraw_data": {"reason": "不再需要这些数据"},
    }.get(verb, {})
    with pytest.raises(Conflict):
        getattr(operations, verb)(actor=data_head(PROVIDER), at=NOW, number=number, **more)


# ---- Extension -------------------------------------------------------------------------------------------------------------


def test_an_answer_is_extended_once_when_asked_for_consented_to_and_told(db: None) -> None:
    row = filed()
    with pytest.raises(InvalidInput, match=r"no extension"):
        operations.grant_extension(actor=inspector(), at=NOW, subject=row.ref)
    with refused("other_organ"):
        operations.ask_extension(actor=data_officer(USER), at=NOW, subject=row.ref, reason="需要更多时间核对")
    operations.ask_extension(
        actor=data_officer(PROVIDER), at=NOW, subject=row.ref, reason="涉及三个系统，需要核对"
    )
    with refused("other_organ"):
        operations.grant_extension(actor=data_head(PROVIDER), at=NOW, subject=row.ref)
    before = Term.objects.get(subject=row.ref).due_at
    ends = operations.grant_extension(actor=inspector(), at=NOW, subject=row.ref)
    term = Term.objects.get(subject=row.ref)
    assert term.due_at == ends > before and term.extended_at == NOW
    assert told("data_extended") == {f"organ:{USER}", f"organ:{PROVIDER}"}
    with refused("extended_already"):
        operations.ask_extension(
            actor=data_officer(PROVIDER), at=NOW, subject=row.ref, reason="还想再延长一次"
        )


def test_a_clock_that_is_past_is_not_made_longer_and_stays_late(db: None) -> None:
    """Art. 21: the time is extended with consent before it is over; afterwards nobody undoes that it was late."""
    asked, silent = filed(), filed()
    operations.ask_extension(
        actor=data_officer(PROVIDER), at=NOW, subject=asked.ref, reason="涉及三个系统，需要核对"
    )
    late = Term.objects.get(subject=asked.ref).due_at + timedelta(seconds=1)
    with refused("over_already"):
        operations.grant_extension(actor=inspector(), at=late, subject=asked.ref)
    with refused("over_already"):
        operations.ask_extension(
            actor=data_officer(PROVIDER), at=late, subject=silent.ref, reason="涉及三个系统，需要核对"
        )


def test_whoever_asked_for_an_extension_does_not_consent_to_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the provider is the authority itself, its officer would else give itself the time."""
    monkeypatch.setattr("tongxin.exchange.operations.extending.authority", lambda: PROVIDER)
    row = filed()
    operations.ask_extension(
        actor=data_officer(PROVIDER), at=NOW, subject=row.ref, reason="涉及三个系统，需要核对"
    )
    with refused("same_person"):
        operations.grant_extension(actor=data_officer(PROVIDER), at=NOW, subject=row.ref)
    assert operations.grant_extension(actor=data_head(PROVIDER), at=NOW, subject=row.ref)


# ---- Five persons ------------------------------------------------------------------------------------------------------------

PERSONS = ("applied_by", "agreed_by", "answered_by", "delivered_by", "reviewed_by")


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PERSONS, 2)))
def test_no_two_of_the_five_are_one_person_not_even_by_raw_sql(owner_sql, one: str, other: str) -> None:
    grant = delivered()
    operations.review_use(actor=inspector(), at=NOW, grant=grant.number, finding="使用记录齐全，范围相符")
    with pytest.raises(IntegrityError, match=f"app_{one[:4]}_not_{other[:4]}"), transaction.atomic():
        owner_sql(f"UPDATE exchange_application SET {other} = {one} WHERE id = %s", grant.application_id)


@pytest.mark.parametrize(
    "verbs",
    [
        ("apply_data", "agree_data"),
        ("apply_data", "consent_data"),
        ("agree_data", "consent_data"),
        ("apply_data", "deliver_data"),
        ("agree_data", "deliver_data"),
        ("consent_data", "deliver_data"),
        ("apply_data", "review_use"),
        ("agree_data", "review_use"),
        ("consent_data", "review_use"),
        ("deliver_data", "review_use"),
    ],
)
def test_who_did_one_step_is_not_let_do_another(owner_sql, verbs: tuple[str, str]) -> None:
    """The same person holding both offices: the gate asks for another, for every pair."""
    first, second = verbs
    steps = {
        "apply_data": data_officer(USER),
        "agree_data": data_head(USER),
        "consent_data": data_head(PROVIDER),
        "deliver_data": data_officer(PROVIDER),
        "review_use": inspector(),
    }
    offices = [actor.office for verb, actor in steps.items() if verb in verbs]
    owner_sql(
        "UPDATE organs_holding SET person = 'person:both' WHERE office_id IN (SELECT id FROM organs_office WHERE 'office:' || code = "
        "ANY(%s))",
        offices,
    )
    actors = {
        verb: (Actor(person="person:both", office=a.office) if verb in verbs else a)
        for verb, a in steps.items()
    }
    number = operations.apply_data(actor=actors["apply_data"], at=NOW, wanted=wanted())
    grant = ""
    for verb in ("agree_data", "consent_data", "deliver_data", "review_use"):
        run = getattr(operations, verb)
        given = (
            {"grant": grant, "finding": "使用记录齐全，范围相符"}
            if verb == "review_use"
            else {"number": number}
        )
        if verb == second:
            with refused("same_person"):
                run(actor=actors[verb], at=NOW, **given)
            return
        grant = run(actor=actors[verb], at=NOW, **given) or grant
    raise AssertionError(first)


# ---- A flood ---------------------------------------------------------------------------------------------------------------


def test_ten_thousand_applications_from_one_applicant_are_bounded(db: None) -> None:
    for _n in range(OPEN_MOST):
        drafted()
    mine = {"actor": data_officer(USER), "at": NOW}
    for _n in range(300):
        with refused("too_many_open"):
            operations.apply_data(**mine, wanted=wanted())
    assert Application.objects.filter(organ=USER).count() == OPEN_MOST
    # another item, another organ are not kept out by it; and withdrawing one makes room for one
    drafted(item="data:s010", fields=("resident_id", "status"))
    drafted(organ="bz/housing")
    first = Application.objects.filter(organ=USER).earliest("id")
    operations.withdraw_data(actor=data_officer(USER), at=NOW, number=first.number, reason="不再需要了，撤回")
    drafted()
    with refused("too_many_open"):
        operations.apply_data(**mine, wanted=wanted())


def test_the_bound_is_answered_from_an_index_of_open_applications_however_many_were_made(owner_sql) -> None:
    row = drafted()
    owner_sql(
        "INSERT INTO exchange_application (number, item, provider, organ, kind, purpose, fields, clauses, scenario, scope, manner, "
        "until, calls, rows, persons, onward, state, applied_by, applied_at, agreed_by, supplement, answered_by, reason, "
        "reason_clauses, delivered_by, reviewed_by, steps) SELECT 'X' || n, item, provider, organ, kind, purpose, fields, clauses, "
        "scenario, scope, manner, until, calls, rows, persons, onward, 'withdrawn', applied_by, applied_at, '', '', '', '', '{}', '', "
        "'', 0 FROM exchange_application, generate_series(1, 10000) n WHERE id = %s",
        row.pk,
    )
    owner_sql("ANALYZE exchange_application")
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT count(*) FROM exchange_application WHERE organ = %s AND item = %s AND state IN ('drafted', 'filed', "
            "'supplement', 'consented')",
            [USER, PERMITS],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "application_open" in plan
    assert operations.apply_data(actor=data_officer(USER), at=NOW, wanted=wanted())


def test_two_who_apply_at_once_do_not_pass_the_bound_together(city_of_its_own: str) -> None:
    """A second transaction waits for the first on the item's source: the bound is counted after it."""
    with transaction.atomic():
        drafted()
        with app_connection(city_of_its_own) as other:
            other.execute("SET lock_timeout = '300ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("SELECT id FROM exchange_source WHERE item = %s FOR NO KEY UPDATE", [PERMITS])
