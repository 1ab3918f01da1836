"""Journeys of the book, in a real browser with scripts off: the legal officer's day, and a reader's."""

import time
from collections.abc import Callable
from datetime import date

import pytest

from tests.journeys.conftest import Served, Visitor, get
from tests.journeys.test_flow import reported

pytestmark = pytest.mark.journey
Visitors = Callable[..., Visitor]
SPILT = "m06014"  # things spilt on the road: rests on art. 20 of the dust regulation
DUST = "cn/binzhou/dust-pollution@2019-12-05"
TEXT = "第一条 对条例作如下修改：删去第二十条。\n\n第二条 本决定自公布之日起施行。\n"


def today() -> date:
    return date.fromisoformat(
        time.strftime("%Y-%m-%d", time.localtime(time.time() + 8 * 3600 - time.localtime().tm_gmtoff))
    )


def fill(visitor: Visitor, path: str, given: dict[str, str], button: str) -> None:
    page = visitor.open(path) if path else visitor.page
    for name, value in given.items():
        box = page.locator(f"main [name={name}]")
        if box.evaluate("node => node.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.get_by_role("button", name=button, exact=True).click()
    visitor.check()


def test_legal_officer_previews_publishes_and_the_case_desk_sees_the_entry_go_idle(
    served: Served, visitor: Visitors
) -> None:
    day = today().isoformat()
    number = reported(served, matter=SPILT)["number"]
    officer, legal = visitor(), visitor().sign_in("legal")
    assert "停用" not in officer.open(f"/lists/matters/{SPILT}/").locator("main").inner_text()
    # Enter the decision: read first, then enter.
    given = {"key": "cn/binzhou/journey", "title": "关于修改扬尘条例的决定", "level": "local-regulation", "adopted": day,
             "in_force_from": day, "date_source": "公告", "text": TEXT}  # fmt: skip
    fill(legal, "/law/enter/", given, "先读一遍")
    assert "读出 2 条" in legal.text() and "条号连续" in legal.text()
    fill(legal, "", {}, "入库")
    assert legal.page.url.endswith(f"/law/cn/binzhou/journey@{day}/"), legal.text()[:900]
    # Note what it does; it does nothing yet.
    effect = {
        "by": f"cn/binzhou/journey@{day}",
        "by_clause": "a1",
        "kind": "repeal",
        "target": DUST,
        "clause": "a20",
        "day": day,
    }
    fill(legal, "/law/effects/new/", effect, "登记")
    address = legal.page.url
    assert "待确认：确认之前不起作用" in legal.text()
    assert "停用" not in officer.open(f"/lists/matters/{SPILT}/").locator("main").inner_text()
    # The preview, before anything is decided.
    legal.page.get_by_role("link", name="先看影响").click()
    legal.check()
    assert "道路遗撒" in legal.text() and "将停用" in legal.text() and number in legal.text()
    # Published: confirmed, and from now on in force.
    legal.open(address.removeprefix(served.base))
    legal.page.get_by_role("button", name="确认变动").click()
    legal.check()
    # The desk sees it at once; the case is paused when the worker has passed.
    assert "停用" in officer.open(f"/lists/matters/{SPILT}/").locator("main").inner_text()
    later = reported(served, matter=SPILT)["number"]
    assert (
        "清单里没有这一类" in get(f"{served.base}/cases/{later}/")[1]
        or "待牵头机构处理" in get(f"{served.base}/cases/{later}/")[1]
    )
    for _ in range(80):
        if "所依的条款已失效，这件事暂停" in get(f"{served.base}/cases/{number}/")[1]:
            break
        time.sleep(0.5)
    else:
        pytest.fail("the running case was not paused")
    clerk = visitor().sign_in("officer")
    clerk.open(f"/cases/{number}/do/accept_case/")
    assert "不是有效条款" in clerk.text() or "失效" in clerk.text()
    inbox = visitor().sign_in("lead").open("/inbox/").locator("main").inner_text()
    assert "清单事项没有了依据" in inbox or "暂停" in inbox


def test_a_reader_finds_a_clause_reads_it_on_a_day_and_compares(served: Served, visitor: Visitors) -> None:
    reader = visitor(phone=True)
    page = reader.open("/law/search/?q=网络日志")
    assert "网络安全法" in reader.text()
    page = reader.open("/law/cn/cybersecurity/?on=2020-01-01")
    assert page.url.endswith("/law/cn/cybersecurity@2016-11-07/")
    reader.open("/law/cn/cybersecurity@2016-11-07/a21/")
    assert "第二十三条" in reader.text() and "不能拿它作依据" in reader.text()
    reader.open("/law/cn/cybersecurity/compare/?from=2016-11-07&to=2025-10-28")
    reader.check()
    for path in (
        "/law/?subject=ecology",
        "/law/report/",
        "/lists/",
        "/lists/data/",
        "/lists/duty/changes/",
        "/law/desk/",
    ):
        reader.open(path)
