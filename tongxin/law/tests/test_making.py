"""立法，从提出到施行一年之后，在真的数据库上。 Making law, from proposal to the report after a year, on the real database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.factories import NOW, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor, By, Conflict, InvalidInput, Refused
from tongxin.law import operations as law
from tongxin.law.models import (
    Clause,
    CommentAnswer,
    Commenter,
    Draft,
    DraftComment,
    LegislativeClock,
    LegislativeStep,
    Version,
)
from tongxin.law.queries import clause_at, making, making_clauses
from tongxin.law.rules.making import (
    CommentPurpose,
    Kind,
    NewComment,
    NewDraft,
    NewProject,
    Outcome,
    Purpose,
    State,
    Subject,
    Tally,
)
from tongxin.law.rules.making_days import Watch, sunset_of
from tongxin.law.terms import ClauseRef
from tongxin.law.tests.makers import (
    REGULATION,
    RULE,
    SAID,
    TODAY,
    answered,
    approved,
    commented,
    congress,
    decided,
    drafted,
    drafter,
    fresh,
    justice,
    make_public,
    open_rule,
    passed,
    planned,
    proposed,
    publication,
    published,
    read,
    steering,
    submitted,
    withheld,
)
from tongxin.ledger.models import LedgerEntry
from tongxin.web.notices import TEMPLATES, rendered

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIMITING = """第一条 为了管理犬只，制定本办法。
第二条 携犬出户应当束犬链。
第三条 本办法自公布之日起施行。"""
FINE = "law:cn/administrative-penalties@2021-01-22#a14.p2"
Sql = Callable[..., None]


def clock(number: str, watch: Watch) -> LegislativeClock | None:
    """The running clock of a project."""
    return LegislativeClock.objects.filter(project__number=number, watch=watch.value, ended_at=None).first()


def told(recipient: str, template: str) -> bool:
    return Notice.objects.filter(recipient=recipient, template=template).exists()


# ---- The whole way --------------------------------------------------------------------------------------------------


def test_a_regulation_becomes_law_by_every_stage_and_each_rests_on_clauses_in_force() -> None:
    number = read(NOW)
    make_public(number, NOW)
    receipt = commented(number, NOW)
    answered(receipt, NOW)
    later = NOW + 31 * DAY
    law.report_comments(actor=congress(), at=later, number=number, summary="收到一条意见，已经采纳")
    law.read_law(actor=congress(), at=later, number=number, meeting="第32次会议")
    law.assess_draft(
        actor=congress(),
        at=later,
        number=number,
        note="可行，时机成熟，没有大的副作用",
        impact={"entries": []},
    )
    assert law.vote_law(
        actor=congress(), at=later, number=number, meeting="第33次会议", tally=Tally(members=41, in_favour=21)
    )
    law.send_for_approval(actor=congress(), at=later, number=number, document="报请批准〔2026〕1号")
    law.record_approval(actor=congress(), at=later, number=number, document="批准〔2027〕2号")
    day = TODAY + 90 * DAY
    law.publish_law(actor=congress(), at=later, number=number, publication=publication(day))
    law.file_law(
        actor=congress(), at=later, number=number, document="备案报告1号", bodies="全国人大常委会、国务院"
    )
    project = fresh(number)
    assert (project.state, project.facts["in_force_from"]) == (State.FILED, day.isoformat())
    after = datetime(2028, 3, 1, 2, tzinfo=NOW.tzinfo)
    law.report_implementation(
        actor=drafter(), at=after, number=number, report="一年来划定停放区三百处，罚款二十起"
    )
    assert fresh(number).state == State.REPORTED
    assert not LegislativeClock.objects.filter(project=project, ended_at=None).exists()
    steps = LegislativeStep.objects.filter(project=project).order_by("seq")
    assert [step.seq for step in steps] == list(range(1, fresh(number).steps + 1))
    assert all(step.clauses and LedgerEntry.objects.filter(pk=step.entry).exists() for step in steps)
    assert told(f"commenter:{receipt.number}", "law_published")
    assert not making.states_astray().exists()


def test_a_rule_becomes_law_by_examination_and_decision() -> None:
    number = open_rule(NOW)
    later = NOW + 31 * DAY
    law.report_comments(actor=drafter(), at=later, number=number, summary="没有收到意见，照草案报送审查")
    law.submit_law(
        actor=drafter(), at=later, number=number, explanation=SAID, discussed="局长办公会，局长签署"
    )
    assert not law.examine_draft(
        actor=justice(), at=later, number=number, passed=False, note="第二条与上位法不协调，退回修改"
    )
    assert fresh(number).state == State.DRAFTING
    assert told("organ:bz/urban-management", "making_sent_back")
    law.draft_law(actor=drafter(), at=later, number=number, draft=NewDraft(text=RULE, note="改了第二条"))
    law.submit_law(actor=drafter(), at=later, number=number, explanation=SAID, discussed="局长签署")
    law.examine_draft(actor=justice(), at=later, number=number, passed=True, note="合法，协调，可以提请审议")
    assert not law.decide_rule(
        actor=justice(),
        at=later,
        number=number,
        passed=False,
        meeting="第40次常务会议",
        note="再征求基层意见",
    )
    assert law.decide_rule(actor=justice(), at=later, number=number, passed=True, meeting="第41次常务会议")
    revised = NewDraft(text=RULE.replace("不休息", "不午休"), note="按会议意见改了两个字")
    law.revise_draft(actor=justice(), at=later, number=number, draft=revised)
    law.publish_law(actor=justice(), at=later, number=number, publication=publication(TODAY + 90 * DAY))
    assert fresh(number).facts["draft"] == 3, "a rule is published as the meeting found (art. 29)"
    law.file_law(actor=justice(), at=later, number=number, document="备案1号", bodies="国务院、省政府等")
    assert fresh(number).state == State.FILED


def test_the_published_text_stands_in_the_book_and_begins_on_its_day() -> None:
    number = published()
    approved(title="还没有公布的条例")
    row = Version.objects.get(instrument__key="cn/sample/e-bicycle-parking")
    assert fresh(number).facts["entered"] == str(row.pk) and row.in_force_from == TODAY + 60 * DAY
    assert Clause.objects.filter(version=row, kind="article").count() == 4
    version = making.enacted_version(project=fresh(number))
    draft = Draft.objects.get(project__number=number, seq=1)
    assert (version.key, version.level, version.jurisdiction) == (
        "cn/sample/e-bicycle-parking",
        "local-regulation",
        "371600",
    )
    assert (version.adopted, version.in_force_from, version.sha256) == (
        TODAY,
        TODAY + 60 * DAY,
        draft.sha256,
    )
    assert [c.key for c in version.clauses if c.kind == "article"] == ["a1", "a2", "a3", "a4"]
    assert version.in_force_to is None and version.issuer


# ---- Proposing and planning -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "clause"), [(Kind.REGULATION, "a81.p1"), (Kind.RULE, "a93.p3")])
def test_a_subject_outside_the_four_is_refused_with_the_clause_that_says_so(kind: Kind, clause: str) -> None:
    with pytest.raises(Refused) as refusal:
        proposed(kind, subject=Subject.OTHER)
    assert refusal.value.code == "outside_scope"
    assert refusal.value.clause == f"law:cn/legislation-law@2023-03-13#{clause}"


def test_a_rule_is_never_called_a_regulation() -> None:
    with pytest.raises(InvalidInput, match="条例") as wrong:
        proposed(Kind.RULE, title="窗口服务条例（草案）")
    assert wrong.value.field == "title"


def test_only_a_new_rule_stands_in_for_a_regulation() -> None:
    for given in ({"kind": Kind.REGULATION}, {"kind": Kind.RULE, "purpose": Purpose.REPEAL}):
        with pytest.raises(InvalidInput) as wrong:
            proposed(**given, stands_in=True)
        assert wrong.value.field == "stands_in"


def test_to_amend_repeal_or_interpret_names_the_citys_own_instrument() -> None:
    for target in ("", "cn/legislation-law", "cn/zhejiang/hangzhou/legislation", "cn/nowhere/none"):
        with pytest.raises(InvalidInput) as wrong:
            proposed(purpose=Purpose.REPEAL, target=target)
        assert wrong.value.field == "target"
    own = making.own_instruments(level="local-regulation")[0]
    assert fresh(proposed(purpose=Purpose.REPEAL, target=own.key, title="废止某条例的决定")).target == own.key
    with pytest.raises(InvalidInput):
        proposed(purpose=Purpose.ENACT, target=own.key)


def test_numbers_are_of_the_year_and_follow_each_other() -> None:
    assert [proposed(), proposed(Kind.RULE), proposed()] == ["L2026-001", "L2026-002", "L2026-003"]


def test_the_plan_names_who_drafts_and_until_when_and_that_organ_is_told() -> None:
    number = planned()
    running = clock(number, Watch.DRAFT)
    assert running is not None
    assert (running.organ, running.due) == ("bz/urban-management", TODAY + 90 * DAY)
    assert running.clause == "law:cn/legislation-law@2023-03-13#a56.p2"
    assert told("organ:bz/urban-management", "making_given")
    assert told("organ:bz/congress", "making_proposed")


def test_a_plan_with_a_strange_organ_or_a_day_gone_by_is_sent_back() -> None:
    number = proposed()
    for field, drafting, finish in (
        ("drafting", "bz/371602/water", TODAY + DAY),
        ("finish_by", "bz/housing", TODAY),
    ):
        with pytest.raises(InvalidInput) as wrong:
            law.plan_law(
                actor=congress(), at=NOW, number=number, drafting=drafting, finish_by=finish, plan="年度计划"
            )
        assert wrong.value.field == field


# ---- Who may -------------------------------------------------------------------------------------------------------


def test_four_witnesses_of_a_reading_and_only_the_congress_takes_it() -> None:
    number = submitted()
    step = {"at": NOW, "number": number, "meeting": "第30次会议"}
    witnesses = {
        "wrong_post": [Actor(person="person:resident"), ANONYMOUS, drafter()],
        "other_organ": [justice(), officer("bz/lead", "legal_officer")],
    }
    for code, actors in witnesses.items():
        for actor in actors:
            with pytest.raises(Refused) as refusal:
                law.read_law(actor=actor, **step)
            assert refusal.value.code == code
    assert law.read_law(actor=congress(), **step) == 1


def test_a_department_elsewhere_neither_proposes_nor_drafts() -> None:
    with pytest.raises(Refused) as refusal:
        law.propose_law(
            actor=officer("bz/371602/urban-management"),
            at=NOW,
            law=NewProject(
                kind=Kind.RULE,
                purpose=Purpose.ENACT,
                title="某某办法草案",
                subject=Subject.GOVERNANCE,
                reason="因为办事的人需要",
            ),
        )
    assert refusal.value.code == "other_place"
    number = planned()
    with pytest.raises(Refused) as refusal:
        law.draft_law(actor=officer("bz/housing"), at=NOW, number=number, draft=NewDraft(text=REGULATION))
    assert refusal.value.code == "other_organ"


def test_while_a_rule_is_examined_it_is_not_the_drafters_to_make_public() -> None:
    number = submitted(Kind.RULE)
    with pytest.raises(Refused) as refusal:
        law.publish_draft(actor=drafter(), at=NOW, number=number, closes=TODAY + 40 * DAY, explanation=SAID)
    assert refusal.value.code == "other_organ"
    law.publish_draft(actor=justice(), at=NOW, number=number, closes=TODAY + 40 * DAY, explanation=SAID)
    with pytest.raises(Refused, match="not_public"):
        law.examine_draft(actor=justice(), at=NOW, number=number, passed=True, note="合法，协调，可以提请")


def test_no_stage_is_possible_where_its_clause_is_not_in_force(owner_sql: Sql) -> None:
    number = submitted()
    owner_sql(
        "UPDATE law_version SET in_force_to = '2026-11-23' WHERE adopted = '2023-03-13' AND instrument_id = "
        "(SELECT id FROM law_instrument WHERE key = 'cn/legislation-law')"
    )
    with pytest.raises(Refused) as refusal:
        law.read_law(actor=congress(), at=NOW, number=number, meeting="第30次会议")
    assert refusal.value.code == "clause_not_in_force"
    assert "legislation-law" in refusal.value.clause


def test_a_step_that_was_taken_meanwhile_is_said_and_not_taken_twice() -> None:
    number = proposed()
    seen = fresh(number).steps
    law.withdraw_bill(actor=drafter(), at=NOW, number=number, reason="并入另一个项目")
    with pytest.raises(Conflict):
        law.plan_law(
            actor=congress(), at=NOW, number=number, drafting="bz/housing", finish_by=TODAY + DAY, plan="计划", seen=seen
        )  # fmt: skip
    other = drafted()
    with pytest.raises(Conflict):
        law.draft_law(actor=drafter(), at=NOW, number=other, draft=NewDraft(text=REGULATION), seen=1)


def test_a_step_lies_neither_in_the_future_nor_before_the_last_one() -> None:
    number = submitted()
    for day in (TODAY + DAY, TODAY - DAY):
        with pytest.raises(InvalidInput) as wrong:
            law.read_law(actor=congress(), at=NOW, number=number, meeting="第30次会议", day=day)
        assert wrong.value.field == "day"


def test_an_unknown_project_is_said() -> None:
    with pytest.raises(InvalidInput, match="L2026-999"):
        law.read_law(actor=congress(), at=NOW, number="L2026-999", meeting="第30次会议")


# ---- Drafts ---------------------------------------------------------------------------------------------------------


def test_a_rule_says_for_each_article_that_may_limit_rights_which_higher_clause_it_executes() -> None:
    number = planned(Kind.RULE)
    with pytest.raises(InvalidInput, match="应当") as wrong:
        law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=LIMITING))
    assert wrong.value.field == "limits_a2"
    for ref in (
        "law:cn/administrative-penalties@2017-09-01#a14.p2",  # no such version
        "law:cn/binzhou/lawmaking@2016-03-30#a37.p1",  # not known to be in force
        "law:cn/administrative-penalties@2021-01-22#a999",
    ):
        with pytest.raises(InvalidInput, match="现行有效"):
            law.draft_law(
                actor=drafter(), at=NOW, number=number, draft=NewDraft(text=LIMITING, limits={"a2": ref})
            )
    made = law.draft_law(
        actor=drafter(), at=NOW, number=number, draft=NewDraft(text=LIMITING, limits={"a2": FINE})
    )
    assert Draft.objects.get(project__number=number, seq=made).limits == {"a2": FINE}
    again = NewDraft(text=LIMITING, limits={"a2": ""})
    assert law.draft_law(actor=drafter(), at=NOW, number=number, draft=again) == 2


def test_a_departments_rule_in_force_is_no_higher_basis_for_a_rule() -> None:
    ref = "law:cn/food-inspection@2021-12-24#a1"
    assert making_clauses.clause_today(ref="law:cn/food-inspection#a1", day=TODAY) == clause_at(
        ref=ClauseRef.parse(ref)
    )
    number = planned(Kind.RULE)
    with pytest.raises(InvalidInput, match="现行有效"):
        law.draft_law(
            actor=drafter(), at=NOW, number=number, draft=NewDraft(text=LIMITING, limits={"a2": ref})
        )


def test_a_regulation_may_set_duties_itself_and_nothing_is_asked() -> None:
    assert Draft.objects.get(project__number=drafted()).limits == {}


def test_a_draft_without_an_article_is_none_but_a_repeal_may_be_a_plain_decision() -> None:
    number = planned()
    with pytest.raises(InvalidInput) as wrong:
        law.draft_law(
            actor=drafter(), at=NOW, number=number, draft=NewDraft(text="本条例讲停车，有很多内容。")
        )
    assert wrong.value.field == "text"
    own = making.own_instruments(level="local-regulation")[0]
    repeal = planned(purpose=Purpose.REPEAL, target=own.key, title="关于废止某条例的决定")
    text = "经审议，决定废止某条例。本决定自公布之日起施行。"
    assert law.draft_law(actor=drafter(), at=NOW, number=repeal, draft=NewDraft(text=text)) == 1


def test_every_draft_is_kept_and_none_is_written_over() -> None:
    number = drafted()
    law.draft_law(
        actor=drafter(), at=NOW, number=number, draft=NewDraft(text=REGULATION + "\n第五条 加一条。")
    )
    drafts = Draft.objects.filter(project__number=number).order_by("seq")
    assert [d.seq for d in drafts] == [1, 2]
    assert drafts[0].text != drafts[1].text and len({d.sha256 for d in drafts}) == 2


# ---- Comments -------------------------------------------------------------------------------------------------------


def test_a_comment_period_of_less_than_thirty_days_is_refused_with_the_clause() -> None:
    number = drafted(Kind.RULE)
    with pytest.raises(Refused) as refusal:
        make_public(number, NOW, days=29)
    assert refusal.value.clause == "law:cn/rules-formulation-procedure@2017-12-22#a15.p2"
    make_public(number, NOW, days=30)
    running = clock(number, Watch.COMMENTS)
    assert running is not None and running.due == TODAY + 30 * DAY


def test_anybody_comments_without_a_name_and_gets_a_private_link() -> None:
    number = open_rule()
    receipt = commented(number, email="a@example.cn", name="王女士")
    assert receipt.number == f"{number}-0001"
    row = making.comment_of_token(token=receipt.token)
    assert row is not None and (row.number, row.clause) == (receipt.number, "a2")
    left = Commenter.objects.get(comment=row)
    assert (left.name, left.name_shown, left.email) == ("王女士", False, "a@example.cn")
    assert receipt.token not in left.token_digest
    assert making.comment_of_token(token="0" * 32) is None
    assert told(f"commenter:{receipt.number}", "comment_received")
    assert making.mail_of_commenter(number=receipt.number) == ("a@example.cn", "zh-hans")


def test_no_comment_is_tied_to_a_person_also_when_signed_in() -> None:
    number = open_rule()
    comment = NewComment(client_key="web:signed-in", text="我有话说")
    with pytest.raises(InvalidInput) as wrong:
        law.comment_draft(actor=Actor(person="person:resident"), at=NOW, number=number, comment=comment)
    assert wrong.value.field == "actor"
    fields = {field.name for model in (DraftComment, Commenter) for field in model._meta.get_fields()}
    assert not fields & {"person", "attitude", "sentiment", "score", "account", "device", "address"}


def test_sending_twice_makes_one_comment_and_another_text_under_the_same_key_is_none() -> None:
    number = open_rule()
    first = commented(number, client_key="web:the-same-key")
    second = commented(number, client_key="web:the-same-key")
    assert (second.number, second.token, second.repeated) == (first.number, first.token, True)
    with pytest.raises(Conflict):
        commented(number, client_key="web:the-same-key", text="另一句话")
    assert fresh(number).comments == 1


def test_comments_after_the_last_day_are_refused_plainly() -> None:
    number = open_rule()
    commented(number, at=NOW + 30 * DAY)
    with pytest.raises(Conflict, match="已经在 2026-12-23 结束"):
        commented(number, at=NOW + 31 * DAY)
    with pytest.raises(Conflict):
        commented(drafted(Kind.RULE))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("text", {"text": " "}),
        ("text", {"text": "长" * 4_001}),
        ("clause", {"clause": "a99"}),
        ("email", {"email": "not-mail"}),
        ("name", {"name": "长" * 81}),
        ("client_key", {"client_key": "x"}),
    ],
)
def test_a_faulty_comment_says_which_answer_is_wrong(field: str, given: dict[str, str]) -> None:
    number = open_rule()
    with pytest.raises(InvalidInput) as wrong:
        commented(number, **given)
    assert wrong.value.field == field


def test_a_letter_is_entered_by_an_officer_and_never_as_somebodys_own() -> None:
    number = open_rule()
    letter = NewComment(client_key="letter:2026-1", text="来信说窗口太少", channel="letter")
    with pytest.raises(InvalidInput):
        law.comment_draft(actor=ANONYMOUS, at=NOW, number=number, comment=letter)
    with pytest.raises(InvalidInput):
        law.comment_draft(actor=drafter(), at=NOW, number=number, comment=replace(letter, channel="web"))
    with pytest.raises(Refused):
        law.comment_draft(actor=officer("bz/water"), at=NOW, number=number, comment=letter)
    law.comment_draft(actor=drafter(), at=NOW, number=number, comment=letter)
    assert DraftComment.objects.get(project__number=number).channel == "letter"


def test_every_comment_is_answered_before_the_report_and_its_author_is_told() -> None:
    number = open_rule()
    one, two = commented(number), commented(number, clause="")
    after = NOW + 31 * DAY
    answered(one)
    with pytest.raises(Refused, match="1 条意见没有答复"):
        law.report_comments(actor=drafter(), at=after, number=number, summary="共两条意见，逐条处理")
    answered(two, after, Outcome.NOT_ADOPTED)
    answered(two, after, Outcome.PARTLY)
    assert law.report_comments(actor=drafter(), at=after, number=number, summary="共两条意见，逐条处理") == 2
    rows = making.comments_of(project=fresh(number), answered_only=True)
    assert [(row.comment.number, row.answer and row.answer.outcome) for row in rows] == [
        (one.number, "adopted"),
        (two.number, "partly"),
    ]
    assert CommentAnswer.objects.filter(comment__number=two.number).count() == 2, "an answer is never edited"
    assert told(f"commenter:{one.number}", "comment_answered")


def test_four_witnesses_of_an_answer() -> None:
    number = open_rule()
    receipt = commented(number)
    for actor in (ANONYMOUS, Actor(person="person:resident"), officer("bz/water"), congress()):
        with pytest.raises(Refused):
            law.answer_comment(
                actor=actor, at=NOW, comment=receipt.number, outcome=Outcome.NOTED, reason="记下了，会研究"
            )
    answered(receipt)
    with pytest.raises(InvalidInput):
        law.answer_comment(
            actor=drafter(), at=NOW, comment="L-0", outcome=Outcome.NOTED, reason="记下了，会研究"
        )


def test_everybody_sees_only_answered_comments_and_only_names_that_are_meant_to_be_seen() -> None:
    number = open_rule()
    shown = commented(number, name="李先生", name_shown=True)
    hidden = commented(number, name="赵女士")
    answered(shown)
    answered(hidden)
    commented(number)
    rows = making.comments_of(project=fresh(number), answered_only=True)
    assert [row.name for row in rows] == ["李先生", ""]
    assert len(making.comments_of(project=fresh(number), answered_only=False)) == 3


def test_looking_at_who_commented_is_an_act_with_a_purpose_that_they_can_see() -> None:
    number = open_rule()
    receipt = commented(number, phone="13800000000")
    look = {"at": NOW, "comment": receipt.number, "purpose": CommentPurpose.UNDERSTAND}
    for actor in (ANONYMOUS, Actor(person="person:resident"), officer("bz/water"), congress()):
        with pytest.raises(Refused):
            law.consult_commenter(actor=actor, **look)
    assert making.looks_at_commenter(number=receipt.number) == []
    left = law.consult_commenter(actor=drafter(), **look)
    assert left is not None and left.phone == "13800000000"
    (seen,) = making.looks_at_commenter(number=receipt.number)
    assert (seen.organ, seen.purpose) == ("bz/urban-management", "understand")


def test_when_the_comments_are_dealt_with_nobody_looks_at_who_wrote_them() -> None:
    number = open_rule()
    receipt = commented(number, phone="13800000000")
    law.withdraw_bill(actor=drafter(), at=NOW, number=number, reason="情况有变，不做了")
    with pytest.raises(Conflict):
        law.consult_commenter(
            actor=drafter(), at=NOW, comment=receipt.number, purpose=CommentPurpose.UNDERSTAND
        )
    assert told(f"commenter:{receipt.number}", "making_ended")


# ---- Hearings, readings, the vote -----------------------------------------------------------------------------------


def test_a_hearing_is_announced_as_early_as_the_citys_rules_say_and_held_on_its_day() -> None:
    number = read(major=True)
    call = {"actor": congress(), "at": NOW, "number": number, "where": "市民中心", "about": "停放区划到哪里"}
    with pytest.raises(Refused) as refusal:
        law.announce_hearing(**call, on=TODAY + 19 * DAY)
    assert refusal.value.clause == "law:cn/shandong/lawmaking-hearings@2019-09-27#a10.p1"
    law.announce_hearing(**call, on=TODAY + 20 * DAY)
    with pytest.raises(Refused, match="not_yet"):
        law.hold_hearing(actor=congress(), at=NOW, number=number, record="多数人主张划在楼下，也有人反对")
    later = NOW + 20 * DAY
    law.hold_hearing(actor=congress(), at=later, number=number, record="多数人主张划在楼下，也有人反对")
    rule = drafted(Kind.RULE)
    with pytest.raises(Refused) as refusal:
        law.announce_hearing(
            actor=drafter(), at=NOW, number=rule, where="市民中心", about="窗口开到几点", on=TODAY + 29 * DAY
        )
    assert refusal.value.clause.endswith("#a16.p2.i1")


def test_a_bill_that_shifts_interests_is_not_voted_on_before_its_hearing() -> None:
    number = read(times=2, major=True)
    withheld(number, NOW)
    vote = {"actor": congress(), "number": number, "meeting": "第33次会议"}
    with pytest.raises(Refused, match="not_heard") as refusal:
        law.vote_law(**vote, at=NOW, tally=Tally(members=41, in_favour=40))
    assert refusal.value.clause == "law:cn/legislation-law@2023-03-13#a39.p3"
    law.announce_hearing(
        actor=congress(), at=NOW, number=number, where="市民中心", about="停放区划到哪里", on=TODAY + 20 * DAY
    )
    later = NOW + 21 * DAY
    law.hold_hearing(actor=congress(), at=later, number=number, record="听取了二十位陈述人的意见，记录在案")
    assert law.vote_law(**vote, at=later, tally=Tally(members=41, in_favour=40))


def test_one_meeting_reads_a_bill_once() -> None:
    number = read(times=1)
    with pytest.raises(InvalidInput) as wrong:
        law.read_law(actor=congress(), at=NOW, number=number, meeting=" 第30次会议 ")
    assert wrong.value.field == "meeting"
    assert law.read_law(actor=congress(), at=NOW, number=number, meeting="第31次会议") == 2


def test_the_city_reads_twice_and_once_only_with_a_reason() -> None:
    number = read(times=1)
    withheld(number, NOW)
    vote = {"actor": congress(), "at": NOW, "number": number, "meeting": "第33次会议"}
    with pytest.raises(Refused) as refusal:
        law.vote_law(**vote, tally=Tally(members=41, in_favour=40))
    assert refusal.value.clause == "law:cn/binzhou/lawmaking@2016-03-30#a37.p1"
    assert law.vote_law(**vote, tally=Tally(members=41, in_favour=40), why_fewer="各方面意见比较一致")


def test_half_of_the_members_are_not_enough_and_a_lost_bill_is_at_its_end() -> None:
    number = read(times=2)
    withheld(number, NOW)
    with pytest.raises(InvalidInput) as wrong:
        law.vote_law(
            actor=congress(), at=NOW, number=number, meeting="第33次会议", tally=Tally(members=40, in_favour=41)
        )  # fmt: skip
    assert wrong.value.field == "members"
    assert not law.vote_law(
        actor=congress(), at=NOW, number=number, meeting="第33次会议", tally=Tally(members=40, in_favour=20, against=9)
    )  # fmt: skip
    assert fresh(number).state == State.REJECTED
    with pytest.raises(Conflict):
        law.send_for_approval(actor=congress(), at=NOW, number=number, document="报请批准1号")


def test_a_shelved_bill_is_read_again_or_lapses_when_two_years_are_full() -> None:
    number = read(times=2)
    law.shelve_law(
        actor=congress(), at=NOW, number=number, meeting="第33次会议", reason="收费标准分歧较大，再研究"
    )
    running = clock(number, Watch.LAPSE)
    assert running is not None and running.clause == "law:cn/legislation-law@2023-03-13#a45.p1"
    with pytest.raises(Refused, match="满两年"):
        law.lapse_bill(actor=congress(), at=NOW + 300 * DAY, number=number, reported="第40次会议")
    law.read_law(actor=congress(), at=NOW + 300 * DAY, number=number, meeting="第40次会议")
    assert clock(number, Watch.LAPSE) is None
    law.shelve_law(
        actor=congress(), at=NOW + 300 * DAY, number=number, meeting="第40次会议", reason="仍有重大问题"
    )
    law.lapse_bill(actor=congress(), at=NOW + 1_031 * DAY, number=number, reported="第60次会议")
    assert fresh(number).state == State.LAPSED


def test_a_bill_on_the_agenda_is_taken_back_only_with_consent() -> None:
    number = read()
    with pytest.raises(InvalidInput) as wrong:
        law.withdraw_bill(actor=congress(), at=NOW, number=number, reason="提案人要求撤回")
    assert wrong.value.field == "agreed"
    law.withdraw_bill(
        actor=congress(), at=NOW, number=number, reason="提案人要求撤回", agreed="第13次主任会议同意"
    )
    assert fresh(number).state == State.WITHDRAWN


def test_the_assessment_keeps_the_impact_preview_as_it_stood() -> None:
    number = read()
    impact = {"on": "2027-06-01", "entries": [{"code": "matter:m01001", "what": "idle"}]}
    law.assess_draft(
        actor=congress(), at=NOW, number=number, note="影响一个清单事项，可以承受", impact=impact
    )
    assert LegislativeStep.objects.get(project__number=number, verb="assess_draft").facts["impact"] == impact


# ---- The province, publication, and after ---------------------------------------------------------------------------


def test_the_province_has_four_months_and_then_the_congress_is_told_once() -> None:
    number = passed()
    law.send_for_approval(actor=congress(), at=NOW, number=number, document="报请批准〔2026〕1号")
    running = clock(number, Watch.APPROVAL)
    assert running is not None and running.clause == "law:cn/legislation-law@2023-03-13#a81.p1"
    assert running.due == date(2027, 3, 23)
    late = datetime(2027, 3, 24, 1, tzinfo=NOW.tzinfo)
    assert making.making_clocks_due(at=late - DAY) == []
    due = making.making_clocks_due(at=late)
    assert due == [running.pk]
    assert law.escalate_making(actor=PLATFORM, at=late, clocks=due) == 1
    assert told("organ:bz/congress", "making_due")
    assert making.making_clocks_due(at=late + 9 * DAY) == []
    assert law.escalate_making(actor=PLATFORM, at=late + 9 * DAY, clocks=due) == 0


def test_what_the_province_sends_back_is_revised_read_again_and_voted_on_anew() -> None:
    number = passed()
    law.send_for_approval(actor=congress(), at=NOW, number=number, document="报请批准〔2026〕1号")
    law.record_return(
        actor=congress(), at=NOW, number=number, document="省人大函3号", reason="第三条与行政处罚法抵触"
    )
    assert clock(number, Watch.APPROVAL) is None
    with pytest.raises(Conflict):
        law.publish_law(actor=congress(), at=NOW, number=number, publication=publication())
    revised = NewDraft(text=REGULATION.replace("五十元", "二十元"), note="第三条降低罚款数额")
    law.revise_draft(actor=congress(), at=NOW, number=number, draft=revised)
    law.read_law(actor=congress(), at=NOW, number=number, meeting="第35次会议")
    law.vote_law(
        actor=congress(), at=NOW, number=number, meeting="第36次会议", tally=Tally(members=41, in_favour=41)
    )
    law.send_for_approval(actor=congress(), at=NOW, number=number, document="报请批准〔2026〕2号")
    law.record_approval(actor=congress(), at=NOW, number=number, document="批准〔2026〕2号")
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication())
    assert fresh(number).facts["draft"] == 2


def test_after_approval_the_newspaper_has_ten_days_by_the_citys_own_regulation() -> None:
    number = approved()
    running = clock(number, Watch.NEWSPAPER)
    assert running is not None
    assert (running.due, running.clause) == (TODAY + 10 * DAY, "law:cn/binzhou/lawmaking@2016-03-30#a54.p1")
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication())
    assert clock(number, Watch.NEWSPAPER) is None
    filing, report = clock(number, Watch.FILING), clock(number, Watch.IMPLEMENTATION)
    assert filing is not None and report is not None
    assert filing.clause == "law:cn/legislation-law@2023-03-13#a109.p1"
    assert filing.due >= TODAY + 30 * DAY
    assert (report.organ, report.clause) == (
        "bz/urban-management",
        "law:cn/binzhou/lawmaking@2016-03-30#a68.p1",
    )


def test_law_is_published_with_its_day_its_gazette_and_a_key_of_its_own() -> None:
    number = approved()
    for field, given in (
        ("gazette", {"gazette": " "}),
        ("key", {"key": ""}),
        ("key", {"key": "Not A Key"}),
        ("key", {"key": "cn/legislation-law"}),
    ):
        with pytest.raises(InvalidInput) as wrong:
            law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(**given))
        assert wrong.value.field == field
    with pytest.raises(Refused, match="不溯及既往"):
        law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(TODAY - DAY))
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(TODAY))


def test_the_day_announced_is_the_day_the_text_decided_on_names() -> None:
    text = REGULATION.replace("自公布之日起施行", "自2027年6月1日起施行")
    number = approved(draft=NewDraft(text=text))
    with pytest.raises(InvalidInput) as wrong:
        law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(date(2027, 7, 1)))
    assert wrong.value.field == "in_force_from" and "2027-06-01" in wrong.value.reason
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(date(2027, 6, 1)))


def test_an_amended_text_keeps_the_key_of_the_old_one() -> None:
    own = making.own_instruments(level="local-regulation")[0]
    number = approved(purpose=Purpose.AMEND, target=own.key, title=own.title)
    with pytest.raises(InvalidInput) as wrong:
        law.publish_law(actor=congress(), at=NOW, number=number, publication=publication())
    assert wrong.value.field == "key"
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication(key=""))
    assert making.enacted_version(project=fresh(number)).key == own.key


def test_a_rule_takes_effect_thirty_days_after_publication_or_says_why_it_cannot_wait() -> None:
    number = decided()
    with pytest.raises(Refused) as refusal:
        law.publish_law(actor=justice(), at=NOW, number=number, publication=publication(TODAY + 30 * DAY))
    assert refusal.value.clause == "law:cn/rules-formulation-procedure@2017-12-22#a32.p1"
    law.publish_law(
        actor=justice(),
        at=NOW,
        number=number,
        publication=publication(TODAY, why_early="不立即施行会引发抢建"),
    )


def test_a_rule_whose_higher_clause_has_lapsed_is_not_published(owner_sql: Sql) -> None:
    number = decided(draft=NewDraft(text=LIMITING, limits={"a2": FINE}))
    clause = clause_at(ref=ClauseRef.parse(FINE))
    assert clause is not None
    owner_sql("UPDATE law_clause SET in_force_to = %s WHERE id = %s", TODAY + 10 * DAY, clause.pk)
    with pytest.raises(Refused) as refusal:
        law.publish_law(actor=justice(), at=NOW, number=number, publication=publication())
    assert refusal.value.code == "no_higher_clause"
    assert refusal.value.clause == "law:cn/legislation-law@2023-03-13#a93.p6"
    revised = NewDraft(text=RULE, note="删去限制权利的一条")
    law.revise_draft(actor=justice(), at=NOW, number=number, draft=revised)
    law.publish_law(actor=justice(), at=NOW, number=number, publication=publication())


def test_a_rule_that_stands_in_ends_after_two_years_and_is_warned_of_twelve_six_and_one_month_before() -> (
    None
):
    number = decided(stands_in=True)
    begins = TODAY + 60 * DAY
    law.publish_law(actor=justice(), at=NOW, number=number, publication=publication(begins))
    end = sunset_of(begins)
    running = clock(number, Watch.SUNSET)
    assert running is not None and running.due == end - DAY
    assert running.clause == "law:cn/legislation-law@2023-03-13#a93.p5"
    assert making.enacted_version(project=fresh(number)).in_force_to == end
    assert [p.number for p in making.sunset_projects(day=TODAY)] == [number]
    law.file_law(actor=justice(), at=NOW, number=number, document="备案1号", bodies="国务院等")
    at = NOW
    while at < NOW + 900 * DAY:
        law.escalate_making(actor=PLATFORM, at=at, clocks=making.making_clocks_due(at=at))
        at += 7 * DAY
    notices = Notice.objects.filter(subject=fresh(number).ref, recipient="organ:bz/justice").order_by("id")
    said = [(n.template, n.args["months"]) for n in notices if n.args.get("watch") == "sunset"]
    assert said == [
        ("making_sunset_near", 12),
        ("making_sunset_near", 6),
        ("making_sunset_near", 1),
        ("making_due", 0),
    ]
    assert making.sunset_projects(day=end) == []


def test_every_notice_of_law_making_has_its_words() -> None:
    number = open_rule()
    answered(commented(number))
    law.withdraw_bill(actor=drafter(), at=NOW, number=number, reason="情况有变，不做了")
    passed()
    notices = Notice.objects.filter(template__regex="making|comment|law_")
    assert {n.template for n in notices} >= {
        "making_given",
        "comment_received",
        "comment_answered",
        "making_ended",
    }
    for notice in notices:
        title, words = rendered(notice)
        assert notice.template in TEMPLATES
        assert notice.args["matter"] in words and "%(" not in title + words


def test_only_the_platform_tells_of_limits() -> None:
    with pytest.raises(Refused):
        law.escalate_making(actor=congress(), at=NOW, clocks=[])


# ---- Limits ---------------------------------------------------------------------------------------------------------


def test_a_limit_of_national_law_holds_only_while_its_clause_says_the_number(owner_sql: Sql) -> None:
    limits = making_clauses.limits_on(kind=Kind.REGULATION, day=TODAY)
    assert limits[Watch.APPROVAL].clause == "law:cn/legislation-law@2023-03-13#a81.p1"
    assert limits[Watch.READINGS].number == 2, "the city's own regulation takes the place of what is usual"
    assert making_clauses.limits_on(kind=Kind.RULE, day=TODAY).keys() == {
        Watch.COMMENTS,
        Watch.NOTICE,
        Watch.LEAD_TIME,
        Watch.FILING,
        Watch.SUNSET,
    }
    clause = clause_at(ref=ClauseRef.parse("law:cn/legislation-law@2023-03-13#a81.p1"))
    assert clause is not None
    owner_sql("UPDATE law_clause SET text = replace(text, '四个月', '六个月') WHERE id = %s", clause.pk)
    assert Watch.APPROVAL not in making_clauses.limits_on(kind=Kind.REGULATION, day=TODAY)


def test_the_limits_of_the_city_are_entered_once_at_its_founding() -> None:
    with pytest.raises(Refused, match="already_founded"):
        law.found_lawmaking(actor=PLATFORM, at=NOW, founding=(), limits=[])


def test_who_steers_is_the_congress_for_regulations_and_the_justice_bureau_for_rules() -> None:
    assert [o.code for o in making.steering_organs(kind=Kind.REGULATION)] == ["bz/congress"]
    assert [o.code for o in making.steering_organs(kind=Kind.RULE)] == ["bz/justice", "bz/government"]
    assert steering(proposed()) == congress()


# ---- Who is shown what a draft says ---------------------------------------------------------------------------------


LEGAL, OTHER = By.LEGAL_OFFICER, By.CASE_OFFICER
EVERYBODY = {"", "bz/urban-management", "bz/congress", "bz/justice", "bz/lead", "bz/civil-affairs"}


def opened_to(number: str, post: By = OTHER) -> set[str]:
    """The organs, '' for everybody, of which those who hold a post may be shown the newest draft of a project."""
    project = fresh(number)
    return {organ for organ in EVERYBODY if making.draft_is_open(project=project, organ=organ, post=post)}


def test_what_a_draft_says_is_open_to_who_makes_it_until_it_is_made_public() -> None:
    assert opened_to(planned()) == EVERYBODY, "there is nothing to keep yet"
    assert opened_to(drafted()) == {"bz/urban-management", "bz/congress"}
    assert opened_to(submitted(Kind.RULE)) == {"bz/urban-management", "bz/justice"}
    rule = open_rule()
    assert opened_to(rule) == EVERYBODY
    law.draft_law(actor=drafter(), at=NOW, number=rule, draft=NewDraft(text=RULE, note="又改了几个字"))
    assert opened_to(rule) == {"bz/urban-management", "bz/justice"}
    assert opened_to(published()) == EVERYBODY


def test_of_the_lead_body_the_legal_officer_reads_drafts_and_of_other_bodies_no_other_post_does() -> None:
    assert opened_to(drafted(), LEGAL) == {"bz/urban-management", "bz/congress", "bz/lead"}
    number = proposed()
    law.plan_law(
        actor=congress(), at=NOW, number=number, drafting="bz/lead", finish_by=TODAY + 90 * DAY, plan="2026年度立法计划"
    )  # fmt: skip
    law.draft_law(
        actor=officer("bz/lead", "legal_officer"), at=NOW, number=number, draft=NewDraft(text=REGULATION)
    )
    assert "bz/lead" in opened_to(number), "who drafts it reads it, whatever the post"


# ---- What a project would end ---------------------------------------------------------------------------------------


def test_an_amendment_of_which_nothing_is_drafted_ends_nothing_yet() -> None:
    number = planned(purpose=Purpose.AMEND, target="cn/binzhou/grid-regulation", title="关于修改某条例的决定")
    day = TODAY + DAY
    assert making.closings_of_project(project=fresh(number), day=day) == []
    law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=REGULATION))
    (closing,) = making.closings_of_project(project=fresh(number), day=day)
    assert closing.version.instrument.key == "cn/binzhou/grid-regulation" and closing.draft
    repeal = planned(
        purpose=Purpose.REPEAL, target="cn/binzhou/grid-regulation", title="关于废止某条例的决定"
    )
    assert [one.kind for one in making.closings_of_project(project=fresh(repeal), day=day)] == ["repeal"]
