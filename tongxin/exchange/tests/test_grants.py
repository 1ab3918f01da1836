"""Grants: three endings apart, lapse with the clause, passing on, records of use, corrections, disputes, the public register."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.factories import NOW
from tests.plugin import app_connection
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Conflict, InvalidInput, Refused
from tongxin.exchange import operations, tasks
from tongxin.exchange.models import Correction, Dispute, Grant, GrantEnding, OnwardConsent, Term, UseRecord
from tongxin.exchange.operations.common import authority
from tongxin.exchange.queries.catalogue import quality_of
from tongxin.exchange.queries.grants import GrantStanding, grants_lapsed, register, standing
from tongxin.exchange.terms import EndGround
from tongxin.exchange.tests.factories import (
    DAY,
    PROVIDER,
    USER,
    data_head,
    data_officer,
    delivered,
    drafted,
    filed,
    fresh_grant,
    inspector,
)
from tongxin.law.queries.resting import successor_on
from tongxin.ledger.models import LedgerEntry

ZONE = ZoneInfo("Asia/Shanghai")
RESIDENCE = "(SELECT v.id FROM law_version v JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/residence-permits')"
WHY = "把数据给了一家培训机构"


def told(template: str) -> set[str]:
    return set(Notice.objects.filter(template=template).values_list("recipient", flat=True))


def at_standing(grant: Grant, at: datetime = NOW) -> GrantStanding:
    return standing(grant=fresh_grant(grant.number), at=at)


def refused(code: str) -> object:
    return pytest.raises(Refused, match=f"^{code}")


def repeal(owner_sql, day: str, key: str = "a12") -> None:
    owner_sql(f"UPDATE law_clause SET in_force_to = %s WHERE key = %s AND version_id = {RESIDENCE}", day, key)


# ---- Whether it holds ----------------------------------------------------------------------------------------------------


def test_a_grant_holds_to_the_second(db: None) -> None:
    grant = delivered()
    assert at_standing(grant).holds
    last = grant.until - timedelta(seconds=1)
    assert at_standing(grant, last).holds
    over = at_standing(grant, grant.until)
    assert (over.holds, over.code, over.since) == (False, "time_is_up", grant.until)
    assert at_standing(grant, grant.since - timedelta(seconds=1)).code == "not_begun"


def test_a_grant_ends_with_its_clause_at_midnight_whether_anything_ran_or_not(owner_sql) -> None:
    grant = delivered()
    repeal(owner_sql, "2026-12-01")
    midnight = datetime(2026, 12, 1, tzinfo=ZONE)
    assert at_standing(grant, midnight - timedelta(seconds=1)).holds
    gone = at_standing(grant, midnight)
    assert (gone.code, gone.since) == ("clause_ended", midnight) and gone.clause.endswith("#a12")
    assert fresh_grant(grant.number).state == "active"  # never stored


def test_a_suspended_clause_suspends_and_gives_back(owner_sql) -> None:
    grant = delivered()
    owner_sql(
        "INSERT INTO law_suspension (clause_id, since, until) SELECT id, '2026-12-01', '2026-12-05' FROM law_clause WHERE key = 'a12' "
        f"AND version_id = {RESIDENCE}"
    )
    assert at_standing(grant, datetime(2026, 12, 2, 4, tzinfo=UTC)).code == "clause_suspended"
    assert at_standing(grant, datetime(2026, 12, 5, 4, tzinfo=UTC)).holds


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE exchange_meter SET calls = 10000", "used_up"),
        ("UPDATE exchange_meter SET rows = 20000", "used_up"),
        ("UPDATE exchange_source SET open = false WHERE item = 'data:s003'", "closed"),
        (
            "UPDATE law_listentry SET facts = jsonb_set(facts, '{sharing}', '\"none\"') WHERE code = 's003'",
            "not_shared",
        ),
        ("UPDATE law_listentry SET valid_to = '2026-11-23' WHERE code = 's003'", "not_shared"),
        (
            "UPDATE law_clause SET in_force_to = '2026-11-02' WHERE key = 'a8.p1' AND version_id = "
            + RESIDENCE,
            "item_idle",
        ),
    ],
)
def test_why_a_grant_does_not_hold_is_said(owner_sql, change: str, code: str) -> None:
    grant = delivered()
    owner_sql(change)
    found = at_standing(grant)
    assert (found.holds, found.code) == (False, code)
    assert found.reason and found.reason_en


# ---- Suspended, resumed, terminated ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [PROVIDER, "authority"])
def test_overuse_suspends_at_once_with_a_term_to_mend_and_goes_on_when_mended(db: None, who: str) -> None:
    grant = delivered()
    actor = inspector() if who == "authority" else data_officer(who)
    with refused("other_organ"):
        operations.suspend_grant(actor=data_officer(USER), at=NOW, grant=grant.number, reason=WHY, days=10)
    operations.suspend_grant(actor=actor, at=NOW, grant=grant.number, reason=WHY, days=10)
    found = at_standing(grant)
    assert (found.holds, found.code, found.since) == (False, "suspended", NOW) and WHY in found.reason
    term = Term.objects.get(subject=grant.ref, kind="mend")
    assert (term.organ, term.applicant, term.ended_at) == (USER, PROVIDER, None)
    assert told("grant_suspended") == {f"organ:{o}" for o in (USER, PROVIDER, authority())}
    operations.resume_grant(actor=actor, at=NOW + DAY, grant=grant.number, reason="已收回数据，机构已删除")
    assert at_standing(grant, NOW + DAY).holds
    assert list(GrantEnding.objects.filter(grant=grant).order_by("id").values_list("what", flat=True)) == [
        "suspended",
        "resumed",
    ]
    with pytest.raises(Conflict):
        operations.resume_grant(actor=actor, at=NOW + DAY, grant=grant.number, reason="再恢复一次试试")


def test_what_is_not_mended_in_its_term_is_terminated_and_not_before(db: None) -> None:
    grant = delivered()
    head = data_head(PROVIDER)
    unmended = {"grant": grant.number, "ground": EndGround.UNMENDED, "reason": "期满仍未收回数据"}
    with refused("not_suspended"):
        operations.terminate_grant(actor=head, at=NOW, **unmended)
    operations.suspend_grant(actor=head, at=NOW, grant=grant.number, reason=WHY, days=5)
    with refused("still_mending"):
        operations.terminate_grant(actor=head, at=NOW + DAY, **unmended)
    late = Term.objects.get(subject=grant.ref, kind="mend").due_at + timedelta(seconds=1)
    operations.terminate_grant(actor=head, at=late, **unmended)
    ending = GrantEnding.objects.get(grant=grant, what="terminated")
    assert ending.filed_with == authority() and ending.clause.endswith("#a27.p2")
    assert at_standing(grant, late).code == "terminated"
    with pytest.raises(Conflict):
        operations.resume_grant(actor=head, at=late, grant=grant.number, reason="想恢复已终止的授权")


def test_a_provider_ends_a_grant_only_with_a_proper_reason_consultation_filing_and_notice(db: None) -> None:
    grant = delivered()
    given = {"grant": grant.number, "ground": EndGround.PROPER, "reason": "来源系统下线，由省级平台统一提供"}
    with pytest.raises(InvalidInput) as wrong:
        operations.terminate_grant(actor=data_head(PROVIDER), at=NOW, **given)
    assert wrong.value.field == "consulted"
    with refused("other_organ"):  # a user asks for that, it does not do it
        operations.terminate_grant(actor=data_head(USER), at=NOW, **given, consulted="与使用方开会协商一致")
    operations.terminate_grant(
        actor=data_head(PROVIDER), at=NOW, **given, consulted="11月20日与市教育局开会，商定改用省级平台"
    )
    ending = GrantEnding.objects.get(grant=grant)
    assert (ending.filed_with, ending.clause[-7:]) == (
        authority(),
        "#a27.p3",
    ) and "省级平台" in ending.consulted
    assert told("grant_terminated") == {f"organ:{o}" for o in (USER, PROVIDER, authority())}


def test_a_user_gives_back_what_has_served_its_purpose(db: None) -> None:
    grant = delivered()
    operations.terminate_grant(
        actor=data_head(USER),
        at=NOW,
        grant=grant.number,
        ground=EndGround.ACHIEVED,
        reason="本年度招生已结束",
    )
    operations.record_use(
        actor=data_officer(USER), at=NOW, grant=grant.number, what="destruction", scene="招生科核对用的文件",
        process="两人到场删除，登记在册", evidence="销毁登记 2026-3",
    )  # fmt: skip
    assert GrantEnding.objects.get(grant=grant).clause.endswith("#a27.p1")


# ---- Lapse ---------------------------------------------------------------------------------------------------------------------


def test_the_sweep_writes_a_lapse_down_once_from_the_moment_of_the_clauses_end_files_and_tells(
    owner_sql,
) -> None:
    grant, other = delivered(), delivered(item="data:s010", fields=("resident_id", "status"),
                                          clauses=("law:cn/residence-permits@2015-11-26#a5",))  # fmt: skip
    repeal(owner_sql, "2026-12-01")
    early = datetime(2026, 11, 30, 12, tzinfo=ZONE)
    assert tasks.sweep(at=early)["grants_lapsed"] == 0
    noticed = datetime(
        2026, 12, 3, 9, tzinfo=ZONE
    )  # three days late: the moment written is the clause's all the same
    assert tasks.sweep(at=noticed)["grants_lapsed"] == 1
    ending = GrantEnding.objects.get()
    assert (ending.grant_id, ending.what, ending.at) == (grant.pk, "lapsed", noticed)
    assert ending.effective == datetime(2026, 12, 1, tzinfo=ZONE)
    assert ending.filed_with == authority() and "居住证" not in ending.clause
    assert told("grant_lapsed") == {f"organ:{o}" for o in (USER, PROVIDER, authority())}
    assert tasks.sweep(at=noticed + DAY)["grants_lapsed"] == 0  # once
    assert fresh_grant(grant.number).state == "active"  # a lapse is no state: dates say it
    assert at_standing(other, noticed).holds


def test_a_terminated_grant_does_not_lapse(owner_sql) -> None:
    grant = delivered()
    operations.terminate_grant(
        actor=data_head(USER),
        at=NOW,
        grant=grant.number,
        ground=EndGround.ACHIEVED,
        reason="本年度招生已结束",
    )
    repeal(owner_sql, "2026-11-24")
    assert grants_lapsed(day=(NOW + 5 * DAY).date()) == []


def test_the_successor_of_a_clause_is_found_by_the_succession_of_the_versions(db: None) -> None:
    # the network security law was renumbered in 2025: art. 21 of 2016 became art. 23
    assert (
        successor_on(ref="law:cn/cybersecurity@2016-11-07#a21", day=NOW.date())
        == "law:cn/cybersecurity@2025-10-28#a23"
    )
    assert successor_on(ref="law:cn/residence-permits@2015-11-26#a12", day=NOW.date()) == ""
    assert successor_on(ref="nonsense", day=NOW.date()) == ""


def test_a_thousand_grants_lapse_in_batches_of_the_sweep(owner_sql) -> None:
    grant = delivered()
    owner_sql(
        "WITH made AS (INSERT INTO exchange_grant (number, application_id, source_id, item, provider, organ, kind, purpose, manner, "
        "fields, since, until, calls, rows, persons, state, entered_by, reviewed_by, witnessed, duties, emergency) SELECT 'X' || n, "
        "NULL, source_id, item, provider, organ, kind, purpose, manner, fields, since, until, calls, rows, persons, state, "
        "entered_by, '', witnessed, duties, true FROM exchange_grant, generate_series(1, 1000) n RETURNING id) INSERT INTO "
        "exchange_grantclause (grant_id, clause_id, ref) SELECT made.id, r.clause_id, r.ref FROM made, exchange_grantclause r "
        "WHERE r.grant_id = %s",
        grant.pk,
    )
    repeal(owner_sql, "2026-11-24")
    counts = [tasks.sweep(at=NOW + 5 * DAY)["grants_lapsed"] for _n in range(4)]
    assert counts == [500, 500, 1, 0]
    assert LedgerEntry.objects.filter(verb="lapse_grants", outcome="done").count() == 1001


# ---- Passing on, use, a look at it -----------------------------------------------------------------------------------------------


def test_only_the_provider_lets_named_fields_go_on_to_a_named_party_until_a_day(db: None) -> None:
    grant = delivered()
    given = {
        "grant": grant.number,
        "to": "滨州市第一中学",
        "fields": ("resident_id",),
        "purpose": "学校核对报名人的资格",
        "until": NOW + 30 * DAY,
    }
    with refused("other_organ"):
        operations.consent_onward(actor=data_head(USER), at=NOW, **given)
    for wrong, field in (
        ({"fields": ("endorsed_on",)}, "fields"),
        ({"until": grant.until + DAY}, "until"),
        ({"to": ""}, "to"),
    ):
        with pytest.raises(InvalidInput) as no:
            operations.consent_onward(actor=data_head(PROVIDER), at=NOW, **{**given, **wrong})
        assert no.value.field == field
    operations.consent_onward(actor=data_head(PROVIDER), at=NOW, **given)
    assert OnwardConsent.objects.get().fields == ["resident_id"]


def test_the_user_records_its_use_and_no_record_can_be_taken_away(city_of_its_own: str) -> None:
    grant = delivered()
    with refused("other_organ"):
        operations.record_use(
            actor=data_officer(PROVIDER),
            at=NOW,
            grant=grant.number,
            what="use",
            scene="招生报名的资格核对",
            process="逐人核对，不导出",
        )
    operations.record_use(
        actor=data_officer(USER),
        at=NOW,
        grant=grant.number,
        what="use",
        scene="招生报名的资格核对",
        process="逐人核对，不导出",
    )
    assert UseRecord.objects.get().what == "use"
    with app_connection(city_of_its_own) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("DELETE FROM exchange_userecord")


def test_the_use_is_looked_at_by_the_authority_and_by_nobody_else(db: None) -> None:
    grant = delivered()
    with refused("other_organ"):
        operations.review_use(
            actor=data_head(PROVIDER), at=NOW, grant=grant.number, finding="没有问题，使用合规"
        )
    operations.review_use(actor=inspector(1), at=NOW, grant=grant.number, finding="没有问题，使用合规")
    row = fresh_grant(grant.number)
    assert row.reviewed_by == inspector(1).person == row.application.reviewed_by  # type: ignore[union-attr]


# ---- Corrections and disputes ------------------------------------------------------------------------------------------------------


def test_an_error_is_reported_verified_and_answered_inside_its_clock(db: None) -> None:
    grant = delivered()
    with refused("other_organ"):
        operations.report_error(
            actor=data_officer(PROVIDER), at=NOW, grant=grant.number, what="签注日期对不上"
        )
    with pytest.raises(InvalidInput, match="no such call"):
        operations.report_error(
            actor=data_officer(USER), at=NOW, grant=grant.number, what="签注日期对不上", call=1
        )
    number = operations.report_error(
        actor=data_officer(USER), at=NOW, grant=grant.number, what="签注日期对不上"
    )
    term = Term.objects.get(subject=f"correction:{number}")
    assert (term.kind, term.organ, term.applicant) == ("correct", PROVIDER, USER)
    operations.answer_correction(
        actor=data_officer(PROVIDER),
        at=NOW + DAY,
        number=number,
        corrected=True,
        answer="核实后已在来源系统更正",
    )
    assert Correction.objects.get().state == "corrected"
    assert Term.objects.get(subject=f"correction:{number}").ended_at == NOW + DAY
    assert told("data_error_answered") == {f"organ:{USER}"}
    assert quality_of(item=grant.item) == {"corrected": 1}
    with pytest.raises(Conflict):
        operations.answer_correction(
            actor=data_officer(PROVIDER),
            at=NOW + DAY,
            number=number,
            corrected=False,
            answer="再答复一次试试",
        )


def test_a_dispute_goes_from_negotiation_to_the_authority_to_the_government_and_no_further(db: None) -> None:
    row = filed()
    with pytest.raises(InvalidInput, match="filed application"):
        operations.raise_dispute(
            actor=data_head(USER), at=NOW, subject=drafted().ref, what="迟迟没有答复，影响招生"
        )
    with refused("other_organ"):
        operations.raise_dispute(
            actor=data_head("bz/market"), at=NOW, subject=row.ref, what="与我无关也来争一争"
        )
    number = operations.raise_dispute(
        actor=data_head(USER), at=NOW, subject=row.ref, what="迟迟没有答复，影响招生"
    )
    with pytest.raises(Conflict):
        operations.raise_dispute(actor=data_head(PROVIDER), at=NOW, subject=row.ref, what="我们也要提出争议")
    with refused("other_organ"):
        operations.refer_dispute(actor=data_head(authority()), at=NOW, number=number, reason="直接交主管部门")
    operations.refer_dispute(actor=data_head(PROVIDER), at=NOW, number=number, reason="协商了两次没有结果")
    assert Dispute.objects.get().rung == "authority"
    with refused("other_organ"):
        operations.refer_dispute(actor=data_head(USER), at=NOW, number=number, reason="协调没有结果，往上报")
    operations.refer_dispute(
        actor=data_head(authority()), at=NOW, number=number, reason="协调没有达成一致意见"
    )
    assert Dispute.objects.get().rung == "government"
    with refused("top"):
        operations.refer_dispute(actor=data_head(authority()), at=NOW, number=number, reason="还想再往上报")
    operations.settle_dispute(
        actor=data_head(authority()), at=NOW, number=number, outcome="市政府专题会议纪要第9号：三日内提供"
    )
    assert Dispute.objects.get().settled_at == NOW
    with pytest.raises(Conflict):
        operations.settle_dispute(
            actor=data_head(authority()), at=NOW, number=number, outcome="再写一次结果试试"
        )


def test_organs_of_two_places_go_to_the_common_superior_authority(db: None) -> None:
    grant = delivered(organ="bz/371602/education")
    number = operations.raise_dispute(
        actor=data_head("bz/371602/education"), at=NOW, subject=grant.ref, what="提供的数据不含本区的人"
    )
    operations.refer_dispute(actor=data_head(PROVIDER), at=NOW, number=number, reason="协商了两次没有结果")
    assert Dispute.objects.get().rung == "superior"


def test_a_negotiated_dispute_is_ended_by_the_side_that_raised_it(db: None) -> None:
    grant = delivered()
    number = operations.raise_dispute(
        actor=data_head(USER), at=NOW, subject=grant.ref, what="接口经常没有答复"
    )
    with refused("other_organ"):
        operations.settle_dispute(
            actor=data_head(PROVIDER), at=NOW, number=number, outcome="我们认为已经解决"
        )
    operations.settle_dispute(actor=data_head(USER), at=NOW, number=number, outcome="双方商定每日校验接口")
    assert Dispute.objects.get().rung == "negotiation" and Dispute.objects.get().settled_at


# ---- The register ------------------------------------------------------------------------------------------------------------------


def test_the_public_register_has_every_enterprise_grant_with_its_figures_of_a_year_and_no_other(
    owner_sql,
) -> None:
    delivered()
    assert register(year=2026) == []
    mine = delivered(item="data:s008", fields=("park",), persons=0, organ="bz/housing",
                     clauses=("law:cn/binzhou/parking@2021-08-05#a5.p3",))  # fmt: skip
    owner_sql(
        "UPDATE exchange_grant SET kind = 'enterprise', duties = '专人保管，不得转供' WHERE id = %s", mine.pk
    )
    for at in (NOW, NOW + timedelta(days=60)):
        owner_sql(
            "INSERT INTO exchange_call (entry, grant_id, organ, office, at, fields, matter, persons, rows, third) VALUES "
            "((SELECT max(id) FROM ledger_ledgerentry), %s, 'bz/housing', 'x', %s, '{park}', 'm', 0, 1, false)",
            mine.pk,
            at,
        )
    (line,) = register(year=2026)
    assert (line.grant.number, line.calls) == (mine.number, 1)
    assert register(year=2027)[0].calls == 1


def test_the_platform_alone_writes_a_lapse_down(db: None) -> None:
    with refused("wrong_post"):
        operations.lapse_grants(actor=data_head(PROVIDER), at=NOW, lapses=[])
    assert operations.lapse_grants(actor=PLATFORM, at=NOW, lapses=[]) == 0
