"""立法的各页：看，提意见，做每一步。 The pages of law-making: looking, commenting, taking each step."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.factories import NOW, officer
from tongxin.acts.terms import Actor
from tongxin.law import operations as law
from tongxin.law.models import Commenter, DraftComment, LegislativeProject, LegislativeStep
from tongxin.law.rules.making import Kind, NewDraft, Outcome, Purpose, State
from tongxin.law.tests.makers import (
    REGULATION,
    RULE,
    SAID,
    TODAY,
    answered,
    approved,
    commented,
    congress,
    drafted,
    drafter,
    fresh,
    justice,
    make_public,
    open_rule,
    planned,
    proposed,
    publication,
    published,
    read,
    submitted,
    withheld,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Clock = Callable[[datetime], None]
LIMITING = "第一条 为了管理犬只，制定本办法。\n第二条 携犬出户应当束犬链。\n第三条 本办法自公布之日起施行。"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The moment the pages take for now."""

    def set_to(at: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: at)

    set_to(NOW)
    return set_to


def signed_in(actor: Actor, login: str = "somebody") -> Client:
    """A browser of one who is signed in, through an office or not."""
    return factories.signed_in(actor, login)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return unescape(answer.content.decode())


def seen(number: str) -> dict[str, str]:
    return {"seen": str(fresh(number).steps)}


# ---- Looking --------------------------------------------------------------------------------------------------------


def test_what_is_open_for_comments_stands_first_on_the_list(client: Client) -> None:
    assert "现在没有正在立的法" in text(client, "/lawmaking/")
    going, open_now, done = proposed(), open_rule(title="窗口办法"), published(title="停放条例")
    page = text(client, "/lawmaking/")
    order = [page.index(f"/lawmaking/{number}/") for number in (open_now, going, done)]
    assert order == sorted(order)
    assert "谁都可以提意见" in page


def test_the_table_of_stages_says_who_does_what_on_which_clause_within_which_time(client: Client) -> None:
    page = text(client, "/lawmaking/stages/")
    for verb in ("plan_law", "read_law", "vote_law", "examine_draft", "decide_rule", "file_law"):
        assert f"-{verb}" in page
    assert "/law/cn/legislation-law@2023-03-13/#a81.p1" in page
    assert "4 个月" in page and "2 年" in page and "30 日" in page
    assert "/law/cn/binzhou/lawmaking@2016-03-30/#a54.p1" in page, "the city's own limit, with its clause"
    english = Client(headers={"accept-language": "en"})
    assert english.get("/lawmaking/stages/").status_code == 200


@pytest.mark.parametrize("make", [proposed, planned, drafted, submitted, read, open_rule, published])
def test_the_page_of_a_project_tells_its_story_at_every_stage(
    client: Client, make: Callable[[], str]
) -> None:
    number = make()
    page = text(client, f"/lawmaking/{number}/")
    assert page.count("<h1") == 1 and number in page
    assert page.count('<p class="what">') == LegislativeStep.objects.filter(project__number=number).count()
    assert "basis-box" in page and "/do/" not in page, "nobody is offered what they may not do"


def test_a_project_that_is_not_there_is_not_found(client: Client) -> None:
    number = drafted()
    for address in (
        "/lawmaking/L2026-999/",
        f"/lawmaking/{number}/draft/9/",
        f"/lawmaking/{number}/compare/1/9/",
        f"/lawmaking/{number}/do/sell_law/",
        "/lawmaking/mine/0123456789abcdef0123456789abcdef/",
    ):
        assert signed_in(congress()).get(address).status_code == 404


def test_a_draft_is_read_clause_by_clause_and_each_can_be_commented_on_while_it_is_open(
    client: Client, clock: Clock
) -> None:
    number = open_rule(
        draft=NewDraft(text=LIMITING, limits={"a2": "law:cn/administrative-penalties@2021-01-22#a14.p2"})
    )
    page = text(client, f"/lawmaking/{number}/draft/1/")
    for key in ("a1", "a2", "a3"):
        assert f'id="{key}"' in page and f"/lawmaking/{number}/comment/?clause={key}" in page
    assert "/law/cn/administrative-penalties@2021-01-22/#a14.p2" in page
    assert "请核对有没有上位法依据" not in page
    assert "请核对有没有上位法依据" in text(signed_in(justice()), f"/lawmaking/{number}/draft/1/")
    clock(NOW + 31 * DAY)
    assert "comment/?clause" not in text(client, f"/lawmaking/{number}/draft/1/")


def test_two_drafts_are_compared_word_by_word() -> None:
    number = drafted()
    changed = REGULATION.replace("五十元", "二十元") + "\n第五条 新增的一条。"
    law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=changed, note="降低罚款"))
    page = text(signed_in(drafter()), f"/lawmaking/{number}/compare/1/2/")
    assert re.search(r"<del>.*五", page) and re.search(r"<ins>.*二", page)
    assert "新增" in page and "没有变的 3 条不列" in page


# ---- Drafts that are not public -------------------------------------------------------------------------------------

CLOSED = "这一稿没有公开"
LOWERED, WHY_LOWERED = "处以二十元罚款", "罚款由五十元降到二十元"


def closed_to_all_but_their_own(number: str, *pages: str) -> None:
    """The pages of drafts that are not public: words and no text for everybody else, the text for those who read it."""
    neighbour, chief = officer("bz/civil-affairs"), officer("bz/lead", "lead_officer")
    for reader in (
        Client(),
        signed_in(Actor(person="person:somebody")),
        signed_in(neighbour),
        signed_in(chief),
    ):
        for page in pages:
            said = text(reader, page, 403)
            assert CLOSED in said and f'href="/lawmaking/{number}/"' in said
            assert "罚款" not in said and "消防通道" not in said
    for one in (drafter(), congress(), officer("bz/lead", "legal_officer")):
        for page in pages:
            assert "罚款" in text(signed_in(one), page)
            assert signed_in(one).get(page).headers["Cache-Control"] == "no-store"


def test_a_draft_that_was_never_made_public_is_read_by_those_who_make_it_alone() -> None:
    number = drafted()
    changed = REGULATION.replace("处以五十元罚款", LOWERED)
    law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=changed, note=WHY_LOWERED))
    closed_to_all_but_their_own(
        number,
        f"/lawmaking/{number}/draft/1/",
        f"/lawmaking/{number}/draft/2/",
        f"/lawmaking/{number}/compare/1/2/",
    )
    public, own = text(Client(), f"/lawmaking/{number}/"), text(signed_in(drafter()), f"/lawmaking/{number}/")
    assert "第 2 稿" in public and "没有公开" in public and "起草法规规章" in public
    assert "/draft/" not in public and "/compare/" not in public and WHY_LOWERED not in public
    assert own.count(WHY_LOWERED) == 2 and f"/lawmaking/{number}/compare/1/2/" in own


def test_the_forms_of_drafting_hand_the_text_to_nobody_who_may_not_draft() -> None:
    number = drafted()
    form = f"/lawmaking/{number}/do/draft_law/"
    assert "消防通道" in text(signed_in(drafter()), form)
    other = signed_in(officer("bz/civil-affairs"))
    assert "消防通道" not in text(other, form, 403)
    assert "消防通道" not in text(other, f"/lawmaking/{number}/do/revise_draft/", 409)
    for given in ({}, {**seen(number), "text": REGULATION[:60]}):
        answer = other.post(form, given)
        assert answer.status_code in {400, 403} and "罚款" not in answer.content.decode()


def test_a_regulation_that_was_withheld_stays_so_until_it_is_published_and_says_who_decided_it() -> None:
    number = approved()
    page = f"/lawmaking/{number}/draft/1/"
    closed_to_all_but_their_own(number, page)
    assert "第12次主任会议决定不公布草案，理由是：涉及依法需要保密的内容" in text(Client(), page, 403)
    law.publish_law(actor=congress(), at=NOW, number=number, publication=publication())
    assert "消防通道" in text(Client(), page)
    assert CLOSED not in text(Client(), f"/lawmaking/{number}/")


def test_a_draft_that_was_revised_after_it_was_public_is_not_public_before_it_is_made_so_again(
    clock: Clock,
) -> None:
    number = open_rule()
    changed = RULE.replace("不休息", "照常办理")
    law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=changed, note="改了说法"))
    first, second = f"/lawmaking/{number}/draft/1/", f"/lawmaking/{number}/draft/2/"
    assert "不休息" in text(Client(), first) and second not in text(Client(), first)
    assert "照常办理" not in text(Client(), second, 403)
    assert "照常办理" not in text(Client(), f"/lawmaking/{number}/compare/1/2/", 403)
    later = NOW + 31 * DAY
    law.report_comments(actor=drafter(), at=later, number=number, summary="没有收到意见，改了说法再征求一次")
    make_public(number, later)
    clock(later)
    for page in (first, second, f"/lawmaking/{number}/compare/1/2/"):
        answer = Client().get(page)
        assert answer.status_code == 200 and "Cache-Control" not in answer.headers
    assert "改了说法" in text(Client(), f"/lawmaking/{number}/")


# ---- Commenting -----------------------------------------------------------------------------------------------------


def fill(client: Client, number: str, **answers: str) -> str:
    """Go through the pages of a comment to its end; returns the address of the receipt."""
    address = f"/lawmaking/{number}/comment/"
    page = text(client, address)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    carried = {"key": key[1], **answers}
    for name in ("clause", "text", "who"):
        answer = client.post(address, {**carried, "page": name})
        assert answer.status_code == 200, answer.content.decode()[-1500:]
    answer = client.post(address, {**carried, "page": "check"})
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return str(answer.headers["location"])


def test_a_resident_comments_without_an_account_and_later_reads_what_became_of_it(client: Client) -> None:
    number = open_rule()
    done = fill(client, number, clause="a2", text="中午至少留两个人", name="王女士", email="a@example.cn")
    receipt = text(client, done)
    private = re.search(r"/lawmaking/mine/[0-9a-f]{32}/", receipt)
    assert private and f"{number}-0001" in receipt
    assert "还在研究" in text(client, private[0])
    law.answer_comment(
        actor=drafter(), at=NOW, comment=f"{number}-0001", outcome=Outcome.ADOPTED, reason="已写进第二条"
    )
    own = text(Client(), private[0])
    assert "采纳" in own and "已写进第二条" in own and "a@example.cn" in own
    public = text(Client(), f"/lawmaking/{number}/comments/")
    assert "中午至少留两个人" in public and "已写进第二条" in public
    assert "王女士" not in public and "a@example.cn" not in public


def test_the_private_page_is_kept_by_nobody(client: Client) -> None:
    number = open_rule()
    receipt = commented(number)
    answer = client.get(f"/lawmaking/mine/{receipt.token}/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_the_receipt_is_for_the_browser_that_sent_it_alone(client: Client) -> None:
    number = open_rule()
    done = fill(client, number, text="窗口太少")
    assert Client().get(done).headers["location"] == f"/lawmaking/{number}/"


def test_the_clause_is_chosen_on_the_first_page_or_comes_with_the_link(client: Client) -> None:
    number = open_rule()
    assert "您对哪一条有意见" in text(client, f"/lawmaking/{number}/comment/")
    page = text(client, f"/lawmaking/{number}/comment/?clause=a2")
    assert "中午不休息" in page and 'name="text"' in page
    assert "您对哪一条有意见" in text(client, f"/lawmaking/{number}/comment/?clause=a99")


def test_what_was_typed_goes_along_and_a_fault_is_said_at_its_question(client: Client) -> None:
    number = open_rule()
    address = f"/lawmaking/{number}/comment/"
    empty = client.post(address, {"page": "text", "clause": "a2", "key": "web:0123456789"})
    assert empty.status_code == 400 and "请写下您的意见" in empty.content.decode()
    faulty = client.post(
        address, {"page": "who", "text": "我的话", "email": "no-mail", "key": "web:0123456789"}
    )
    assert faulty.status_code == 400
    assert "邮箱写法不对" in faulty.content.decode() and "我的话" in faulty.content.decode()
    back = client.post(address, {"page": "check", "to": "text", "text": "我的话", "key": "web:0123456789"})
    assert "我的话" in back.content.decode() and "<textarea" in back.content.decode()
    none = client.post(address, {"page": "check", "text": " ", "key": "web:0123456789"})
    assert none.status_code == 400
    assert not DraftComment.objects.exists()


def test_whoever_is_signed_in_comments_without_being_recorded() -> None:
    number = open_rule()
    fill(signed_in(Actor(person="person:syn-0772"), "resident"), number, text="我是登录了的居民")
    fill(signed_in(drafter(), "officer"), number, text="我是任职的人，以个人身份提")
    assert DraftComment.objects.filter(channel="web").count() == 2
    assert Commenter.objects.exclude(name="").count() == 0


def test_after_the_last_day_the_page_says_so_and_gives_back_what_was_written(
    client: Client, clock: Clock
) -> None:
    number = open_rule()
    clock(NOW + 31 * DAY)
    address = f"/lawmaking/{number}/comment/"
    page = text(client, address, 409)
    assert "征求意见已经在" in page and "结束" in page
    late = client.post(address, {"page": "check", "text": "来晚了的意见", "key": "web:0123456789"})
    assert late.status_code == 409 and "来晚了的意见" in late.content.decode()
    other = drafted()
    assert "现在没有征求意见" in text(client, f"/lawmaking/{other}/comment/", 409)


# ---- Acting ---------------------------------------------------------------------------------------------------------


def test_a_stranger_is_asked_to_sign_in_before_any_step(client: Client) -> None:
    number = submitted()
    for address in (
        "/lawmaking/new/",
        f"/lawmaking/{number}/do/read_law/",
        f"/lawmaking/{number}/comments/x/who/",
    ):
        answer = client.get(address)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in/?next=")


def test_a_department_proposes_and_lands_on_the_page_of_its_project() -> None:
    browser = signed_in(drafter())
    given = {
        "kind": "rule",
        "purpose": "enact",
        "title": "政务服务窗口服务办法",
        "subject": "governance",
        "reason": "让办事的人少跑一趟",
    }
    assert "提出" in text(browser, "/lawmaking/new/")
    answer = browser.post("/lawmaking/new/", given)
    assert answer.status_code == 303
    project = LegislativeProject.objects.get()
    assert answer.headers["location"] == f"/lawmaking/{project.number}/?done=propose_law"
    assert "已记下" in text(browser, answer.headers["location"])


def test_a_proposal_outside_the_four_subjects_explains_itself_and_loses_nothing() -> None:
    browser = signed_in(drafter())
    given = {
        "kind": "regulation",
        "purpose": "enact",
        "title": "某市教育条例",
        "subject": "other",
        "reason": "写了很长的理由",
    }
    answer = browser.post("/lawmaking/new/", given)
    page = unescape(answer.content.decode())
    assert answer.status_code == 403 and "四" not in page[:10]
    assert "城乡建设与管理、生态文明建设、历史文化保护、基层治理" in page
    assert "/law/cn/legislation-law@2023-03-13/#a81.p1" in page
    assert "写了很长的理由" in page
    wrong = browser.post("/lawmaking/new/", {**given, "kind": "rule", "subject": "governance"})
    assert wrong.status_code == 400 and "不得称“条例”" in unescape(wrong.content.decode())


def _post(browser: Client, number: str, verb: str, **given: str) -> None:
    """Open the form of a step, send it, land on the project."""
    address = f"/lawmaking/{number}/do/{verb}/"
    text(browser, address)
    answer = browser.post(address, {**seen(number), **given})
    assert answer.status_code == 303, unescape(answer.content.decode())[-3000:]


def test_a_regulation_goes_its_whole_way_on_the_pages(clock: Clock) -> None:
    congress_, drafter_ = signed_in(congress()), signed_in(drafter())
    number = proposed()
    _post(
        congress_,
        number,
        "plan_law",
        drafting="bz/urban-management",
        finish_by="2027-03-01",
        plan="2026年度立法计划",
    )
    _post(drafter_, number, "draft_law", text=REGULATION)
    _post(drafter_, number, "submit_law", explanation=SAID, discussed="第30次常务会议")
    _post(congress_, number, "read_law", meeting="第31次会议", major="on")
    _post(congress_, number, "publish_draft", closes="2026-12-23", explanation=SAID)
    receipt = commented(number)
    _post(congress_, number, "announce_hearing", on="2026-12-20", where="市民中心", about="停放区划到哪里")
    clock(NOW + 32 * DAY)
    _post(congress_, number, "hold_hearing", record="二十位陈述人，多数主张划在楼下，记录在案")
    answer = congress_.post(
        f"/lawmaking/{number}/do/answer_comment/?comment={receipt.number}",
        {**seen(number), "outcome": "partly", "reason": "写明了原则，人数由办法规定"},
    )
    assert answer.headers["location"] == f"/lawmaking/{number}/comments/#{receipt.number}"
    _post(congress_, number, "report_comments", summary="收到一条意见，部分采纳，理由见答复")
    _post(
        congress_, number, "revise_draft", text=REGULATION.replace("五十元", "二十元"), note="降低了罚款数额"
    )
    _post(congress_, number, "assess_draft", note="可行，时机成熟，没有大的副作用")
    _post(congress_, number, "read_law", meeting="第32次会议")
    _post(
        congress_, number, "vote_law", meeting="第33次会议", members="41", in_favour="38", against="1", abstained="0"
    )  # fmt: skip
    _post(congress_, number, "send_for_approval", document="报请批准〔2027〕1号")
    _post(congress_, number, "record_approval", document="批准〔2027〕9号")
    _post(
        congress_,
        number,
        "publish_law",
        in_force_from="2027-06-01",
        document="公告第12号",
        gazette="2027年第1期",
        newspaper="日报12月25日",
        key="cn/sample/e-bicycle-parking",
    )
    _post(congress_, number, "file_law", document="备案1号", bodies="全国人大常委会、国务院")
    clock(NOW + 600 * DAY)
    _post(drafter_, number, "report_implementation", report="一年来划定停放区三百处，罚款二十起")
    assert fresh(number).state == State.REPORTED
    page = text(Client(), f"/lawmaking/{number}/")
    assert "全体 41 人：赞成 38，反对 1，弃权 0" in page
    impact = LegislativeStep.objects.get(project__number=number, verb="assess_draft").facts["impact"]
    assert impact["bindings"] == [] and impact["closings"] == []


def test_a_rule_goes_its_whole_way_on_the_pages() -> None:
    justice_, drafter_ = signed_in(justice()), signed_in(drafter())
    number = planned(Kind.RULE, stands_in=True)
    _post(drafter_, number, "draft_law", text=RULE)
    _post(
        drafter_,
        number,
        "withhold_draft",
        decided="依保守国家秘密法，市政府决定",
        reason="涉及依法需要保密的内容",
    )
    _post(drafter_, number, "submit_law", explanation=SAID, discussed="局长签署")
    _post(justice_, number, "examine_draft", passed="yes", note="合法，协调，可以提请会议审议")
    _post(justice_, number, "decide_rule", passed="no", meeting="第40次常务会议", note="再研究一次窗口人数")
    _post(justice_, number, "decide_rule", passed="yes", meeting="第41次常务会议")
    _post(
        justice_,
        number,
        "publish_law",
        in_force_from="2027-03-01",
        document="市政府令第9号，市长签署",
        gazette="2026年第6期",
        newspaper="日报11月24日",
        key="cn/sample/window-hours",
    )
    page = text(Client(), f"/lawmaking/{number}/")
    assert "2029-03-01" in page, "the day from which it is no basis any more"
    _post(justice_, number, "file_law", document="备案1号", bodies="国务院等")


def test_the_other_ends_of_a_bill_on_the_pages(clock: Clock) -> None:
    browser = signed_in(congress())
    number = read(times=2)
    _post(browser, number, "shelve_law", meeting="第33次会议", reason="收费标准分歧较大")
    clock(NOW + 800 * DAY)
    _post(browser, number, "lapse_bill", reported="第60次会议")
    clock(NOW)
    other = read()
    _post(browser, other, "withdraw_bill", reason="提案人要求撤回", agreed="第13次主任会议")
    third = submitted(Kind.REGULATION)
    law.read_law(actor=congress(), at=NOW, number=third, meeting="第30次会议")
    withheld(third, NOW)
    law.read_law(actor=congress(), at=NOW, number=third, meeting="第31次会议")
    _post(
        browser, third, "vote_law", meeting="第33次会议", members="41", in_favour="38", against="0", abstained="0"
    )  # fmt: skip
    _post(browser, third, "send_for_approval", document="报请批准1号")
    _post(browser, third, "record_return", document="函3号", reason="第三条抵触行政处罚法")
    assert {fresh(n).state for n in (number, other, third)} == {State.LAPSED, State.WITHDRAWN, State.RETURNED}
    assert "已终止审议" in text(Client(), "/lawmaking/")


def test_the_form_of_a_rule_asks_article_by_article_which_higher_clause_it_executes() -> None:
    number, browser = planned(Kind.RULE), signed_in(drafter())
    address = f"/lawmaking/{number}/do/draft_law/"
    answer = browser.post(address, {**seen(number), "text": LIMITING})
    page = unescape(answer.content.decode())
    assert answer.status_code == 400 and 'name="limits_a2"' in page and "请确认这一条" in page
    assert "携犬出户应当束犬链" in page, "what was typed is not lost"
    answer = browser.post(address, {**seen(number), "text": LIMITING, "limits_a2": "《没有这部法》第一条"})
    assert answer.status_code == 400 and "没有找到" in answer.content.decode()
    _post(browser, number, "draft_law", text=LIMITING, limits_a2="《行政处罚法》第十四条第二款")
    assert fresh(number).drafts.get().limits == {"a2": "law:cn/administrative-penalties@2021-01-22#a14.p2"}
    again = text(browser, address)
    assert "law:cn/administrative-penalties@2021-01-22#a14.p2" in again, (
        "what was confirmed stands there already"
    )
    _post(browser, number, "draft_law", text=LIMITING, limits_a2="无")
    assert fresh(number).drafts.get(seq=2).limits == {"a2": ""}


def test_the_form_says_beforehand_what_is_in_the_way_and_who_could() -> None:
    number = read(times=2)
    page = text(signed_in(congress()), f"/lawmaking/{number}/do/vote_law/", 403)
    assert "没有向社会公布" in page.replace("还", "") and "/law/cn/legislation-law@2023-03-13/#a40.p1" in page
    other = text(signed_in(officer("bz/water")), f"/lawmaking/{number}/do/read_law/", 403)
    assert "不归您的岗位和单位" in other and "人民代表大会常务委员会" in other
    moved = text(signed_in(congress()), f"/lawmaking/{number}/do/plan_law/", 409)
    assert "走到别的步骤" in moved


def test_a_refusal_by_the_gate_is_told_and_what_was_typed_comes_back() -> None:
    number, browser = open_rule(), signed_in(officer("bz/water"))
    answer = browser.post(
        f"/lawmaking/{number}/do/submit_law/", {**seen(number), "explanation": SAID, "discussed": "局长签署"}
    )
    page = unescape(answer.content.decode())
    assert answer.status_code == 403 and SAID in page and "也记在台账上" in page


def test_two_at_one_project_the_second_is_told_and_loses_nothing() -> None:
    number, browser = submitted(), signed_in(congress())
    before = seen(number)
    law.read_law(actor=congress(), at=NOW, number=number, meeting="第30次会议")
    answer = browser.post(
        f"/lawmaking/{number}/do/read_law/", {**before, "meeting": "第30次会议", "note": "写了半天的审议意见"}
    )
    assert answer.status_code == 409 and "写了半天的审议意见" in answer.content.decode()
    broken = browser.post(f"/lawmaking/{number}/do/read_law/", {"seen": "x", "meeting": "第30次会议"})
    assert broken.status_code == 400


def test_the_project_page_offers_an_officer_what_can_be_done_now_and_says_what_is_in_the_way() -> None:
    number = read(times=2)
    page = text(signed_in(congress()), f"/lawmaking/{number}/")
    assert f"/lawmaking/{number}/do/publish_draft/" in page
    assert "还不能“表决法规案”" in page
    assert "/do/" not in text(signed_in(officer("bz/water")), f"/lawmaking/{number}/")


def test_a_letter_is_entered_on_a_page_of_its_own() -> None:
    number, browser = open_rule(), signed_in(drafter())
    page = text(browser, f"/lawmaking/{number}/do/comment_draft/")
    key = re.search(r'name="client_key" value="([^"]+)"', page)
    assert key
    _post(
        browser, number, "comment_draft", channel="letter", text="来信说窗口太少", clause="a2", client_key=key[1]
    )  # fmt: skip
    row = DraftComment.objects.get()
    assert (row.channel, row.clause, row.client_key) == ("letter", "a2", key[1])


def test_looking_at_who_commented_says_so_before_and_shows_it_once() -> None:
    number = open_rule()
    receipt = commented(number, phone="13800000000")
    commented(number)
    browser = signed_in(drafter())
    listed = text(browser, f"/lawmaking/{number}/comments/")
    assert listed.count("/who/") == 1, "only where something was left"
    address = f"/lawmaking/{number}/comments/{receipt.number}/who/"
    assert "13800000000" not in text(browser, address)
    assert browser.post(address, {}).status_code == 400
    opened = browser.post(address, {"purpose": "understand"})
    assert "13800000000" in opened.content.decode() and opened.headers["Cache-Control"] == "no-store"
    other = signed_in(officer("bz/water")).post(address, {"purpose": "understand"})
    assert other.status_code == 403 and "13800000000" not in other.content.decode()
    own = text(Client(), f"/lawmaking/mine/{receipt.token}/")
    assert "问清楚意见说的是什么" in own


def test_the_public_list_of_comments_shows_what_became_of_each_in_the_order_of_the_text(
    client: Client, clock: Clock
) -> None:
    number = open_rule()
    later, first = (
        commented(number, clause="a2", text="关于第二条"),
        commented(number, clause="", text="关于全部"),
    )
    waiting = commented(number, text="还没答复的")
    answered(later)
    answered(first, outcome=Outcome.NOT_ADOPTED)
    page = text(client, f"/lawmaking/{number}/comments/")
    assert page.index("关于全部") < page.index("关于第二条")
    assert "还没答复的" not in page and "还有 1 条在研究" in page
    assert "还没答复的" in text(signed_in(drafter()), f"/lawmaking/{number}/comments/")
    answered(waiting)
    clock(NOW + 31 * DAY)
    law.report_comments(
        actor=drafter(), at=NOW + 31 * DAY, number=number, summary="共三条，采纳两条，理由见各条"
    )
    assert "共三条，采纳两条" in text(client, f"/lawmaking/{number}/comments/")


def test_a_law_that_was_published_says_from_which_day_and_its_commenters_see_it(client: Client) -> None:
    number = open_rule()
    receipt = commented(number)
    law.withdraw_bill(actor=drafter(), at=NOW, number=number, reason="情况有变，不做了")
    assert "撤回" in text(client, f"/lawmaking/mine/{receipt.token}/")
    other = published()
    page = text(client, f"/lawmaking/{other}/")
    assert "公告第12号" in page and (TODAY + 60 * DAY).isoformat() in page
    assert "这一稿就是公布的文本" in text(client, f"/lawmaking/{other}/draft/1/")


def test_a_repeal_that_is_a_plain_decision_can_be_read() -> None:
    own = "cn/binzhou/grid-regulation"
    number = planned(purpose=Purpose.REPEAL, target=own, title="关于废止某条例的决定")
    decision = "经审议，决定废止某条例。本决定自公布之日起施行。"
    law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=decision))
    assert decision in text(signed_in(drafter()), f"/lawmaking/{number}/draft/1/")
    law.submit_law(actor=drafter(), at=NOW, number=number, explanation=SAID, discussed="第30次常务会议")
    law.read_law(actor=congress(), at=NOW, number=number, meeting="第30次会议")
    _post(signed_in(congress()), number, "assess_draft", note="废止后有清单事项失去依据，须先改依")
    impact = LegislativeStep.objects.get(project__number=number, verb="assess_draft").facts["impact"]
    assert [closing["instrument"] for closing in impact["closings"]] == [own] and len(impact["idle"]) > 20
    assert publication().key


# ---- Cost -----------------------------------------------------------------------------------------------------------


def statements_of(client: Client, address: str) -> int:
    """How many statements a page takes."""
    client.get(address)  # what the process keeps is kept now
    with CaptureQueriesContext(
        connection,
    ) as seen_now:
        assert client.get(address).status_code == 200
    return len(seen_now)


def test_pages_do_not_cost_more_when_there_is_more_to_tell(client: Client) -> None:
    number = open_rule()
    answered(commented(number))
    pages = (
        "/lawmaking/",
        f"/lawmaking/{number}/",
        f"/lawmaking/{number}/draft/1/",
        f"/lawmaking/{number}/comments/",
    )
    before = [statements_of(client, page) for page in pages]
    for _ in range(4):
        answered(commented(number))
        law.draft_law(actor=drafter(), at=NOW, number=number, draft=NewDraft(text=RULE, note="又改了几个字"))
        open_rule()
    assert [statements_of(client, page) for page in pages] == before


def test_a_comment_without_an_answer_is_not_read_by_way_of_a_step_that_is_not_yours() -> None:
    number = open_rule()
    commented(number)
    row = DraftComment.objects.get(project__number=number)
    address = f"/lawmaking/{number}/do/answer_comment/?comment={row.number}"
    assert row.text in signed_in(drafter(), "drafter").get(address).content.decode()
    answer = signed_in(officer("bz/371602/water"), "water").get(address)
    assert answer.status_code == 403 and row.text not in answer.content.decode()
