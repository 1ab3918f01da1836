"""The pages of catalogue, applications and grants: who sees what, what is offered, a matter walked from the catalogue to a lapsed grant."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.factories import NOW, officer, signed_in
from tongxin.acts.terms import Actor
from tongxin.exchange import operations, tasks
from tongxin.exchange.models import Application, CatalogueRevision, Grant
from tongxin.exchange.operations.common import authority
from tongxin.exchange.terms import Revision
from tongxin.exchange.tests.factories import (
    ASSISTANCE,
    BASIS,
    DAY,
    PERMITS,
    PROVIDER,
    USER,
    data_head,
    data_officer,
    delivered,
    drafted,
    filed,
    inspector,
)

PAGES = Path(__file__).resolve().parents[1] / "templates"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages read the clock at the door; here it stands an hour after the city was founded."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=1))


def by(actor: Actor, language: str = "zh-hans") -> Client:
    client = signed_in(actor, "somebody")
    client.cookies["django_language"] = language
    return client


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))  # type: ignore[attr-defined]


# ---- The catalogue -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_anyone_reads_the_catalogue_and_an_item_in_both_languages(db: None, language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    listed = client.get("/data/")
    assert listed.status_code == 200 and listed.content.count(b"<h1") == 1
    for code in ("s003", "s005", "s008", "s009"):
        page = client.get(f"/data/items/{code}/")
        assert page.status_code == 200 and page.content.count(b"<h1") == 1
    assert ("Marriage registrations" if language == "en" else "婚姻登记信息") in text_of(listed)


def test_the_catalogue_is_found_by_words_class_and_provider(db: None) -> None:
    client = Client()
    found = text_of(client.get("/data/", {"q": "居住证"}))
    assert "居住证持有人信息" in found and "食品生产经营者" not in found
    assert "被封存的未成年人犯罪记录" in text_of(client.get("/data/", {"class": "none"}))
    assert "没有这样的目录项" in text_of(client.get("/data/", {"q": "没有这个词"}))
    assert client.get("/data/", {"q": "' OR 1=1", "class": "x", "by": "y"}).status_code == 200


def test_an_item_says_what_its_law_asks_of_a_catalogue(db: None) -> None:
    words = text_of(Client().get("/data/items/s004/"))
    for said in (
        "有条件共享",
        "共享范围",
        "使用用途",
        "更新频率",
        "敏感个人信息",
        "社会救助法",
        "必备，现行有效",
    ):
        assert said in words
    closed = text_of(Client().get("/data/items/s005/"))
    assert "不予共享的理由" in closed and "预防未成年人犯罪法" in closed
    assert Client().get("/data/items/nothing/").status_code == 404


def test_pages_ask_the_database_a_small_and_fixed_number_of_times(
    db: None, django_assert_max_num_queries
) -> None:
    for _n in range(3):
        grant = delivered()
    outsider, mine = Client(), by(data_officer(USER))
    for client, path, most in (
        (outsider, "/data/", 12),
        (outsider, "/data/items/s003/", 18),
        (outsider, "/data/register/", 18),
        (mine, "/data/applications/", 22),
        (mine, f"/data/applications/{grant.application.number}/", 34),  # type: ignore[union-attr]
        (mine, "/data/grants/", 22),
        (mine, f"/data/grants/{grant.number}/", 36),
        (mine, f"/data/do/apply_data/{ASSISTANCE}/", 24),
    ):
        client.get(path)  # what the process keeps is read
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200


# ---- Who sees what -------------------------------------------------------------------------------------------------------


def test_an_application_and_a_grant_are_for_the_two_sides_and_the_authority_alone(db: None) -> None:
    grant = delivered()
    paths = [f"/data/applications/{grant.application.number}/", f"/data/grants/{grant.number}/"]  # type: ignore[union-attr]
    for path in paths:
        for actor in (data_officer(USER), data_head(PROVIDER), inspector()):
            assert by(actor).get(path).status_code == 200
        assert by(data_officer("bz/market")).get(path).status_code == 403
        assert by(Actor(person="person:somebody")).get(path).status_code == 403
        assert Client().get(path).status_code == 303
    for path in (
        "/data/applications/S9999-1/",
        "/data/grants/Q9999-1/",
        "/data/disputes/9/",
        "/data/corrections/9/",
        "/data/revisions/9/",
    ):
        assert by(data_officer(USER)).get(path).status_code == 404
    draft = drafted()
    assert by(data_head(PROVIDER)).get(f"/data/applications/{draft.number}/").status_code == 403


def test_an_overdue_clock_is_on_the_page_of_both_sides_and_the_authority_and_on_no_others(db: None) -> None:
    row = filed(NOW - 60 * DAY, until=NOW + DAY)
    for actor in (data_officer(USER), data_officer(PROVIDER), inspector()):
        page = text_of(by(actor).get("/data/applications/"))
        assert row.number in page and "已超期" in page
    assert row.number not in text_of(by(data_officer("bz/market")).get("/data/applications/"))


# ---- A matter, through its pages --------------------------------------------------------------------------------------------


def post(actor: Actor, verb: str, subject: str, **typed: object) -> object:
    return by(actor).post(f"/data/do/{verb}/{subject}/", typed)


APPLIED = {
    "fields": ["resident_id", "name"],
    "purpose": "eligibility",
    "clauses": BASIS,
    "scenario": "义务教育入学报名时，核对监护人是否持有本市居住证",
    "scope": "本年度报名入学的监护人，由招生科两名工作人员使用",
    "manner": "interface",
    "until": "2027-06-30T18:00:00",
    "calls": "1000",
    "rows": "2000",
    "persons": "500",
    "onward": "",
}


def test_a_department_goes_from_the_catalogue_to_a_grant_through_its_pages(db: None) -> None:
    user, head, provider, provider_head = (
        data_officer(USER),
        data_head(USER),
        data_officer(PROVIDER),
        data_head(PROVIDER),
    )
    assert "申请共享数据" in text_of(by(user).get("/data/items/s003/"))
    form = by(user).get(f"/data/do/apply_data/{PERMITS}/")
    assert form.status_code == 200 and "政务数据共享条例" in text_of(form)
    wrong = post(user, "apply_data", PERMITS, **{**APPLIED, "fields": [], "calls": "no"})
    assert wrong.status_code == 400 and APPLIED["scenario"] in text_of(wrong)  # what was typed is not lost
    alone = post(
        user,
        "apply_data",
        PERMITS,
        **{**APPLIED, "clauses": "law:cn/government-data-sharing@2025-05-28#a20.p2"},
    )
    assert alone.status_code == 400 and "不授予使用数据的职权" in text_of(alone)
    made = post(user, "apply_data", PERMITS, **APPLIED)
    row = Application.objects.get()
    assert made.status_code == 303 and made["Location"] == f"/data/applications/{row.number}/?done=apply_data"
    assert row.until.isoformat() == "2027-06-30T10:00:00+00:00"  # the city's clock, to the second
    assert "等本单位负责人同意" in text_of(by(user).get(made["Location"]))
    assert post(user, "agree_data", row.ref).status_code == 403
    assert post(head, "agree_data", row.ref).status_code == 303
    assert "剩 10 个工作日" in text_of(by(provider).get(f"/data/applications/{row.number}/"))
    assert post(provider_head, "consent_data", row.ref).status_code == 303
    assert post(provider_head, "consent_data", row.ref).status_code == 409
    opened = post(provider, "deliver_data", row.ref)
    grant = Grant.objects.get()
    assert (
        opened.status_code == 303 and opened["Location"] == f"/data/grants/{grant.number}/?done=deliver_data"
    )
    page = text_of(by(user).get(opened["Location"]))
    assert "有效到" in page and "居住证暂行条例" in page and "记录共享数据的使用" in page


def test_the_form_of_refusal_offers_only_what_the_catalogue_or_a_law_can_found(db: None) -> None:
    row = filed()
    page = by(data_head(PROVIDER)).get(f"/data/do/refuse_data/{row.ref}/").content.decode()
    assert 'value="use"' in page and 'value="law"' in page
    assert 'value="scope"' not in page and 'value="incomplete"' not in page
    added = post(
        data_head(PROVIDER),
        "refuse_data",
        row.ref,
        ground="scope",
        reason="不在共享范围内，不予共享",
        clause="",
    )
    assert added.status_code == 400
    low = post(data_head(PROVIDER), "refuse_data", row.ref, ground="law", reason="本市条例另有规定，不予共享",
               clause="law:cn/binzhou/grid-regulation@2021-08-05#a12.p2")  # fmt: skip
    assert low.status_code == 400 and "地方性法规、规章不能" in text_of(low)


def test_the_notice_shows_what_the_machine_found_before_it_is_sent(db: None) -> None:
    row = filed(item=ASSISTANCE, fields=("resident_id", "kind"), clauses=(), scenario="", scope="")
    asked = by(data_officer(row.provider)).get(f"/data/do/ask_supplement/{row.ref}/")
    for gap in ("缺使用依据", "缺使用场景", "缺使用范围", "个人信息保护影响评估"):
        assert gap in text_of(asked)
    assert post(data_officer(row.provider), "ask_supplement", row.ref, more="").status_code == 303
    page = text_of(by(data_officer(USER)).get(f"/data/applications/{row.number}/"))
    assert "要补充的材料（一次告知）" in page and "答复期限没有停下" in page
    filled = by(data_officer(USER)).get(f"/data/do/assess_impact/{row.ref}/")
    assert filled.status_code == 200
    added = post(data_head(USER), "supplement_data", row.ref, clauses="law:cn/social-assistance@2026-04-30#a4.p3",
                 scenario="核对教育救助对象的资格，发放助学金", scope="本学期申请教育救助的学生")  # fmt: skip
    assert added.status_code == 303


def test_a_lapsed_grant_offers_to_apply_anew_under_the_clause_that_follows_with_the_form_filled_in(
    owner_sql,
) -> None:
    grant = delivered(NOW - 3 * DAY)
    owner_sql("UPDATE law_clause SET in_force_to = '2026-11-22' WHERE key = 'a12' AND version_id = (SELECT v.id FROM law_version v "
              "JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/residence-permits')")  # fmt: skip
    assert tasks.sweep(at=NOW)["grants_lapsed"] == 1
    page = by(data_officer(USER)).get(f"/data/grants/{grant.number}/")
    assert "所依的条款已失效" in text_of(page) and "依据失效" in text_of(page)
    (url,) = re.findall(r'href="(/data/do/apply_data/[^"]+)"', page.content.decode())
    form = by(data_officer(USER)).get(url.replace("&amp;", "&")).content.decode()
    assert "核对监护人是否持有本市居住证" in form and 'value="10000"' in form
    assert url not in by(data_head(PROVIDER)).get(f"/data/grants/{grant.number}/").content.decode()


def test_a_grant_is_suspended_mended_and_ended_through_its_page(db: None) -> None:
    grant = delivered()
    head = data_head(PROVIDER)
    assert (
        post(head, "suspend_grant", grant.ref, reason="把数据给了一家培训机构", days="5").status_code == 303
    )
    words = text_of(by(data_officer(USER)).get(f"/data/grants/{grant.number}/"))
    assert "现在不能调用" in words and "限期整改" in words and "把数据给了一家培训机构" in words
    assert post(head, "resume_grant", grant.ref, reason="已收回，机构已删除").status_code == 303
    page = by(head).get(f"/data/do/terminate_grant/{grant.ref}/")
    assert page.status_code == 200 and "不做，回去" in text_of(page)
    missing = post(head, "terminate_grant", grant.ref, ground="proper", reason="来源系统下线了", consulted="")
    assert missing.status_code == 400
    done = post(
        head,
        "terminate_grant",
        grant.ref,
        ground="proper",
        reason="来源系统下线了",
        consulted="已与市教育局开会商定",
    )
    assert done.status_code == 303
    assert "已报滨州市大数据局备案" in text_of(by(head).get(f"/data/grants/{grant.number}/"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_correction_dispute_revision_and_register_have_their_pages(owner_sql, language: str) -> None:
    grant = delivered()
    user, provider = data_officer(USER), data_officer(PROVIDER)
    made = post(user, "report_error", grant.ref, what="签注日期对不上", evidence="", call="")
    assert made.status_code == 303
    error = made["Location"].split("?")[0]
    assert by(provider, language).get(error).status_code == 200
    number = error.strip("/").rpartition("/")[2]
    assert (
        post(
            provider, "answer_correction", f"correction:{number}", corrected="yes", answer="已在来源系统更正"
        ).status_code
        == 303
    )
    raised = post(data_head(USER), "raise_dispute", grant.ref, what="接口经常没有答复")
    page = by(data_head(PROVIDER), language).get(raised["Location"].split("?")[0])
    assert page.status_code == 200
    dispute = raised["Location"].split("?")[0].strip("/").rpartition("/")[2]
    assert (
        post(
            data_head(PROVIDER), "refer_dispute", f"dispute:{dispute}", reason="协商了两次没有结果"
        ).status_code
        == 303
    )
    assert (
        post(
            data_head(authority()), "settle_dispute", f"dispute:{dispute}", outcome="商定每日校验接口"
        ).status_code
        == 303
    )
    operations.revise_item(
        actor=data_head("bz/urban-management"), at=NOW, item="data:s008", proposed=Revision(facts={"frequency": "每周"}),
        reason="更新频率有变",
    )  # fmt: skip
    revision = CatalogueRevision.objects.get()
    for actor in (data_head("bz/urban-management"), inspector()):
        assert by(actor, language).get(f"/data/revisions/{revision.pk}/").status_code == 200
    for other in (user, Actor(person="person:somebody")):
        assert by(other, language).get(f"/data/revisions/{revision.pk}/").status_code == 403
    assert post(inspector(), "publish_revision", revision.ref, note="").status_code == 303
    owner_sql(
        "UPDATE exchange_grant SET kind = 'enterprise', duties = '专人保管，不得转供' WHERE id = %s", grant.pk
    )
    client = Client()
    client.cookies["django_language"] = language
    register = client.get("/data/register/")
    assert "专人保管，不得转供" in text_of(register) and grant.number in text_of(register)
    assert client.get("/data/register/", {"year": "abc"}).status_code == 200
    for path in ("/data/applications/", "/data/grants/"):
        assert by(user, language).get(path).status_code == 200


def test_an_item_is_revised_through_its_form_and_a_municipal_clause_does_not_close_it(db: None) -> None:
    head = data_head("bz/urban-management")
    page = by(head).get("/data/do/revise_item/data:s008/")
    html = page.content.decode()
    assert page.status_code == 200 and "spaces | 泊位数 | Number of spaces" in html
    assert "law:cn/binzhou/parking@2021-08-05#a5.p1 | 城市管理部门" in html
    typed = {
        "sharing": "none", "scope": "", "use": "", "why_not": "涉及经营者的商业秘密",
        "not_shared_under": "law:cn/binzhou/parking@2021-08-05#a5.p1", "items": "停车场名称\n位置", "frequency": "每周",
        "format": "数据库表", "grade": "一般数据", "way": "不共享", "secrecy": "2026-11-20，不含国家秘密", "reason": "停车场不再共享",
        "fields": "park | 停车场名称 | Car park\nspaces | 泊位数",
        "rests": "law:cn/binzhou/parking@2021-08-05#a5.p1 | 城市管理部门\nlaw:cn/government-data-sharing@2025-05-28#a12.p2",
    }  # fmt: skip
    closed = post(head, "revise_item", "data:s008", **typed)
    assert closed.status_code == 403 and "法律或者行政法规" in text_of(closed)
    bad = post(head, "revise_item", "data:s008", **{**typed, "sharing": "unconditional", "fields": "park"})
    assert bad.status_code == 400 and "字段名 | 名称" in text_of(bad)
    done = post(
        head,
        "revise_item",
        "data:s008",
        **{**typed, "sharing": "unconditional", "why_not": "", "not_shared_under": "", "way": "接口"},
    )
    assert done.status_code == 303 and "/data/revisions/" in done["Location"]


@pytest.mark.parametrize(
    "path",
    [
        "/data/do/nothing/data:s003/",
        "/data/do/apply_data/grant:Q1/",
        "/data/do/apply_data/data:s999/",
        "/data/do/answer_correction/correction:abc/",
        "/data/do/settle_dispute/dispute:99999999999999999999/",
    ],
)
def test_an_act_on_nothing_is_absent(db: None, path: str) -> None:
    assert by(data_officer(USER)).get(path).status_code == 404
    assert by(data_officer(USER)).post(path).status_code == 404


def test_who_holds_another_post_is_told_whose_step_it_is(db: None) -> None:
    page = by(officer("bz/housing")).get(f"/data/do/apply_data/{PERMITS}/")
    assert page.status_code == 403 and "数据共享经办人" in text_of(page)
    assert post(officer("bz/housing"), "apply_data", PERMITS, **APPLIED).status_code == 403
