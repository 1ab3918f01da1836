"""Two departments share data through the pages, in a browser: found, applied for, supplemented, consented to, delivered, suspended, ended."""

import re
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey
Visitors = Callable[..., Visitor]
BASIS = "law:cn/social-assistance@2026-04-30#a4.p3"


def _send(visitor: Visitor, path: str, fill: dict[str, str], tick: tuple[str, ...] = ()) -> str:
    """Open the form of an act, answer it, send it, and come to what became of it. Returns that address."""
    page = visitor.open(path)
    for mark in tick:
        name, _eq, value = mark.partition("=")
        page.locator(f"[name={name}][value='{value}']").check()
    for name, value in fill.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form[method=post] .actions button").first.click()
    visitor.check()
    assert "/data/do/" not in page.url, visitor.text()
    return re.sub(r"^https?://[^/]+|\?.*$", "", page.url)


def granted(user: Visitor, head: Visitor, provider: Visitor, provider_head: Visitor) -> str:
    """From the catalogue to a grant, by four people; the grant's number."""
    page = user.open("/data/?q=社会救助")
    page.get_by_role("link", name="社会救助对象信息").first.click()
    page.get_by_role("link", name="申请共享数据").click()
    applied = _send(
        user,
        re.sub(r"^https?://[^/]+", "", page.url),
        {"clauses": "", "scenario": "", "scope": "", "calls": "1000", "rows": "2000", "persons": "500"},
        ("fields=resident_id", "fields=kind", "purpose=eligibility", "manner=interface"),
    )
    number = applied.strip("/").rpartition("/")[2]
    assert "等本单位负责人同意" in user.text() and "按规则还缺" in user.text()
    _send(head, f"/data/do/agree_data/application:{number}/", {})
    _send(provider, f"/data/do/ask_supplement/application:{number}/", {})
    user.open(applied)
    assert "要补充的材料（一次告知）" in user.text()
    _send(
        user,
        f"/data/do/assess_impact/application:{number}/",
        {
            "lawful": "为发放助学金所必需",
            "risk": "救助类别属于敏感信息",
            "measures": "只由两名工作人员使用并留痕",
        },
    )
    _send(
        head,
        f"/data/do/supplement_data/application:{number}/",
        {
            "clauses": BASIS,
            "scenario": "核对教育救助对象的资格，发放助学金",
            "scope": "本学期申请教育救助的学生",
        },
    )
    _send(provider_head, f"/data/do/consent_data/application:{number}/", {})
    given = _send(provider, f"/data/do/deliver_data/application:{number}/", {})
    return given.strip("/").rpartition("/")[2]


def test_a_department_finds_an_item_applies_supplements_and_is_given_a_grant_that_can_be_stopped(
    visitor: Visitors,
) -> None:
    user, head = visitor().sign_in("apply"), visitor().sign_in("apply-head")
    provider, provider_head = visitor().sign_in("provide"), visitor().sign_in("provide-head")
    grant = granted(user, head, provider, provider_head)
    user.open(f"/data/grants/{grant}/")
    assert "有效到" in user.text() and "社会救助法" in user.text()
    page = provider_head.open(f"/data/do/suspend_grant/grant:{grant}/")
    page.locator("[name=reason]").fill("把数据给了一家培训机构")
    page.locator("[name=days]").fill("5")
    page.get_by_role("button", name="暂停授权").click()
    provider_head.check()
    user.open(f"/data/grants/{grant}/")
    assert "现在不能调用" in user.text() and "限期整改" in user.text()
