"""A resident comments on a draft rule in a browser and later reads what became of it; the offices do their part on the pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.conftest import Served, Visitor, get

pytestmark = pytest.mark.journey
Visitors = Callable[..., Visitor]
DRAFTER, JUSTICE = "urban-management-case-officer", "justice"
RULE = """第一条 为了方便市民办事，制定本办法。
第二条 办事窗口工作日中午不休息，至少留一名工作人员。
第三条 携犬进入办事大厅的，应当束犬链。
第四条 本办法自2027年9月1日起施行。"""


def _send(visitor: Visitor, path: str, fill: dict[str, str], choose: dict[str, str] | None = None) -> None:
    """Open the form of a step, answer it, send it, land on the project."""
    page = visitor.open(path)
    for name, value in (choose or {}).items():
        field = page.locator(f"[name={name}]").first
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            page.locator(f"[name={name}][value='{value}']").check()
    for name, value in fill.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form[method=post] .actions button").first.click()
    visitor.check()
    assert "/do/" not in page.url and "/new/" not in page.url, visitor.text()


def a_public_draft(visitor: Visitors) -> str:
    """A rule that a department proposed, the justice bureau planned, and the department drafted and made public."""
    drafter, justice = visitor().sign_in(DRAFTER), visitor().sign_in(JUSTICE)
    _send(
        drafter,
        "/lawmaking/new/",
        {
            "title": "政务服务窗口服务办法",
            "title_en": "Measures for Service Windows",
            "reason": "让办事的人少跑一趟",
        },
        {"kind": "rule", "purpose": "enact", "subject": "governance"},
    )
    number = re.search(r"/lawmaking/(L\d{4}-\d{3})/", drafter.page.url)
    assert number, drafter.page.url
    at = f"/lawmaking/{number[1]}"
    today = datetime.now(UTC).astimezone().date()
    _send(
        justice,
        f"{at}/do/plan_law/",
        {"finish_by": (today + timedelta(days=90)).isoformat(), "plan": "年度规章制定工作计划"},
        {"drafting": "bz/urban-management"},
    )
    page = drafter.open(f"{at}/do/draft_law/")
    page.locator("[name=text]").fill(RULE)
    page.locator("main form[method=post] .actions button").first.click()
    drafter.check()
    assert "逐条确认" in drafter.text() and "应当束犬链" in page.locator("[name=text]").input_value()
    page.locator("[name=limits_a3]").fill("《行政处罚法》第十四条第二款")
    page.locator("main form[method=post] .actions button").first.click()
    drafter.check()
    assert "/do/" not in page.url, drafter.text()
    _send(
        drafter,
        f"{at}/do/publish_draft/",
        {
            "closes": (today + timedelta(days=31)).isoformat(),
            "explanation": "解决中午没人办事的问题，想听听大家对窗口人数的意见",
        },
    )
    return number[1]


def comments_on_it(resident: Visitor, number: str) -> str:
    """From the list of laws in the making to the receipt, one question a page. Returns the private address."""
    page = resident.open("/lawmaking/")
    assert "正在征求意见" in resident.text()
    page.locator(f"a[href='/lawmaking/{number}/']").first.click()
    resident.check()
    page.get_by_role("link", name="看草案").click()
    resident.check()
    page.locator(f"a[href='/lawmaking/{number}/comment/?clause=a2']").click()
    resident.check()
    assert "至少留一名工作人员" in resident.text()
    page.get_by_role("button", name="下一步").last.click()
    resident.check()
    assert "请写下您的意见" in resident.text()
    page.locator("[name=text]").fill("一个人不够，<b>至少两个</b>")
    page.get_by_role("button", name="下一步").last.click()
    resident.check()
    page.locator("[name=name]").fill("王女士")
    page.locator("[name=email]").fill("wang@example.cn")
    page.get_by_role("button", name="下一步").last.click()
    resident.check()
    assert "<b>至少两个</b>" in resident.text() and "wang@example.cn" in resident.text()
    page.get_by_role("button", name="提交").click()
    resident.check()
    assert f"{number}-0001" in resident.text()
    mine = page.locator("section.keep a").get_attribute("href") or ""
    assert "/lawmaking/mine/" in mine
    return mine


def looks_and_answers(drafter: Visitor, number: str) -> None:
    """The drafting organ looks at who commented, which is an act, and answers."""
    page = drafter.open(f"/lawmaking/{number}/comments/")
    assert "<b>至少两个</b>" in drafter.text() and "王女士" not in drafter.text()
    page.locator("a", has_text="提意见的人留了联系办法").click()
    drafter.check()
    assert "wang@example.cn" not in drafter.text()
    page.locator("[name=purpose][value=understand]").check()
    page.get_by_role("button", name="打开并记下").click()
    assert "wang@example.cn" in drafter.text()
    page = drafter.open(f"/lawmaking/{number}/comments/")
    page.get_by_role("link", name=re.compile("^答复")).click()
    drafter.check()
    page.locator("[name=outcome][value=adopted]").check()
    page.locator("[name=reason]").fill("采纳，第二条改为至少留两名工作人员")
    page.locator("main form[method=post] .actions button").first.click()
    drafter.check()


def test_a_resident_comments_on_a_draft_and_later_reads_what_became_of_it(
    served: Served, visitor: Visitors
) -> None:
    number = a_public_draft(visitor)
    resident = visitor(phone=True)
    mine = comments_on_it(resident, number)
    assert "还在研究" in resident.open(mine).inner_text("main")
    looks_and_answers(visitor().sign_in(DRAFTER), number)
    resident.open(mine)
    assert "采纳" in resident.text() and "至少留两名工作人员" in resident.text()
    assert "问清楚意见说的是什么" in resident.text(), "who looked is shown to whom it concerns"
    public = get(f"{served.base}/lawmaking/{number}/comments/")[1]
    assert "采纳，第二条改为至少留两名工作人员" in public
    assert "王女士" not in public and "wang@example.cn" not in public
    assert served.tongxin("ledger", "verify")["intact"] is True


def test_a_stranger_sees_the_stages_and_is_told_what_a_step_needs(served: Served, visitor: Visitors) -> None:
    stranger = visitor(language="en-GB")
    page = stranger.open("/lawmaking/stages/")
    assert "Who" in stranger.text() and page.locator("table").count() >= 4
    page = stranger.open("/lawmaking/new/")
    assert "/sign-in/" in page.url
    outsider = visitor().sign_in("outsider")
    outsider.open("/lawmaking/new/")
    page = outsider.page
    for name, value in (("kind", "rule"), ("purpose", "enact"), ("subject", "governance")):
        page.locator(f"[name={name}][value='{value}']").check()
    page.locator("[name=title]").fill("外县单位提的办法")
    page.locator("[name=reason]").fill("外县单位的理由，写了很多")
    page.locator("main form[method=post] .actions button").first.click()
    outsider.check()
    assert "不在您单位的辖区" in outsider.text()
    assert page.locator("[name=reason]").input_value() == "外县单位的理由，写了很多"
