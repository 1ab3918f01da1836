"""One look at one resident, from the application to the repeal, in a browser: she comes in with a passkey, reads who looked, proves it
offline, contests it, gets an answer; then the law the look rested on is repealed, and the next call is refused.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import ROOT, Served, Visitor, a_served_city
from tests.journeys.test_identity import a_key, add_key, opened, sign_out, somebody
from tests.journeys.test_lawbook import fill, today
from tests.journeys.test_sharing import granted
from tongxin.exchange.rules.sample import sample_number

pytestmark = pytest.mark.journey
Visitors = Callable[..., Visitor]
NUMBER = sample_number(7)  # nobody's: an invented number that the sample source of social assistance knows
REPEAL = "第一条 对《中华人民共和国社会救助法》作如下修改：删去第四条。\n\n第二条 本决定自公布之日起施行。\n"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A city of its own: the law that is repealed here is what other journeys rest on."""
    with a_served_city() as city:
        yield city


def register_number(clerk: Visitor, login: str) -> None:
    """A clerk registers the number whose proof was shown at the desk."""
    page = clerk.open("/identity/register/number/")
    page.locator("[name=login]").fill(login)
    page.locator("[name=kind][value=resident_id]").check()
    page.locator("[name=value]").fill(NUMBER)
    page.locator("[name=evidence]").fill("居民身份证，当面核对")
    page.locator("main form[method=post] button").last.click()
    clerk.check()
    assert "/identity/" in clerk.page.url and "register" not in clerk.page.url, clerk.text()


def look(user: Visitor, grant: str, matter: str) -> None:
    """Ask the source for one person: filled in, shown with the clause, then looked at."""
    page = user.open(f"/data/calls/{grant}/")
    page.locator("[name=numbers]").fill(NUMBER)
    page.locator("[name=wanted][value=kind]").check()
    page.locator("[name=matter]").fill(matter)
    page.get_by_role("button", name="先看清要查什么").click()
    user.check()
    assert "社会救助法" in user.text()
    page.get_by_role("button", name="查，并登记").click()


def verified_offline(served: Served, receipt: bytes, folder: Path) -> str:
    """Check a receipt with the public tool alone: no package, no site, no network."""
    with urlopen(f"{served.base}/ledger/key") as answer:
        key = answer.read().decode()
    path = folder / "receipt"
    path.write_bytes(receipt)
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools" / "verify_receipt.py"), str(path), key],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    forged = receipt.replace(b"index ", b"index 1", 1)
    path.write_bytes(forged)
    again = subprocess.run(
        [sys.executable, "-I", "-S", str(ROOT / "tools" / "verify_receipt.py"), str(path), key],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 1
    return done.stdout


def asks(user: Visitor, grant: str, matter: str) -> None:
    """Fill in and send a call, whatever becomes of it."""
    look(user, grant, matter)
    user.check()


def comes_back(resident: Visitor) -> None:
    """Sign out, and in again with the passkey alone."""
    sign_out(resident)
    page = resident.open("/sign-in/")
    page.locator("form[data-passkey=get] button").click()
    page.wait_for_url("**/my/")


def reads_the_line(resident: Visitor) -> str:
    """The line of the look on her own page; its address."""
    resident.open("/my-data/")
    assert "滨州市教育局" in resident.text() and "教育救助资格核对 2026-113" in resident.text()
    resident.page.locator("main a[href*='/my-data/lines/']").first.click()
    resident.check()
    assert "救助类别" in resident.text() and "核对是否符合条件" in resident.text(), resident.text()
    return resident.page.url


def receipt_of(resident: Visitor, line: str) -> bytes:
    """The receipt of a line, when the sequencer has integrated it."""
    page = resident.page
    for _ in range(60):
        link = page.get_by_role("link", name="下载回执")
        if link.count():
            answer = page.request.get(resident.base + str(link.get_attribute("href")))
            if answer.ok:
                return answer.body()
        page.wait_for_timeout(500)
        page.goto(line)
    pytest.fail("no receipt")


def contests(resident: Visitor, line: str) -> str:
    """Contest the line; the number of the contest."""
    page = resident.page
    page.goto(line)
    page.get_by_role("link", name="提出异议").click()
    resident.check()
    page.locator("[name=ground][value=too_much]").check()
    page.locator("[name=text]").fill("我没有申请过教育救助。")
    page.get_by_role("button", name="提出异议").click()
    resident.check()
    number = re.search(r"编号 (\S+\d)", resident.text())
    assert number, resident.text()
    return number[1]


def upholds(head: Visitor, number: str) -> None:
    """The head of the office that looked, who did not look, finds for her."""
    page = head.open(f"/data/contests/{number}/")
    page.locator("[name=upheld][value=yes]").check()
    page.locator("[name=answer]").fill("核对了申请名单，确实没有她的申请，查询人看错了号码。")
    page.locator("[name=measures]").fill("以后从申请单带出号码，不再手填。")
    page.locator("main form[action$='/answer/'] .actions button").first.click()
    head.check()


def repeals(legal: Visitor) -> None:
    """A decision that takes the clause out of the law, entered, noted and confirmed; in force from today."""
    day = today().isoformat()
    given = {"key": "cn/journey-social-assistance", "title": "关于修改社会救助法的决定", "level": "national-law", "adopted": day,
             "in_force_from": day, "date_source": "公告", "text": REPEAL}  # fmt: skip
    fill(legal, "/law/enter/", given, "先读一遍")
    fill(legal, "", {}, "入库")
    effect = {"by": f"cn/journey-social-assistance@{day}", "by_clause": "a1", "kind": "repeal",
              "target": "cn/social-assistance@2026-04-30", "clause": "a4", "day": day}  # fmt: skip
    fill(legal, "/law/effects/new/", effect, "登记")
    legal.page.get_by_role("button", name="确认变动").click()
    legal.check()


def test_a_resident_reads_who_looked_proves_it_contests_it_and_the_repeal_ends_it(
    browser: Browser, served: Served, visitor: Visitors, tmp_path: Path
) -> None:
    user, head = visitor().sign_in("apply"), visitor().sign_in("apply-head")
    provider, provider_head = visitor().sign_in("provide"), visitor().sign_in("provide-head")
    with somebody(browser, served) as resident:
        a_key(resident.page)
        login = opened(resident, "lan")
        add_key(resident)
        register_number(visitor().sign_in("clerk"), login)
        grant = granted(user, head, provider, provider_head)
        asks(user, grant, "教育救助资格核对 2026-113")
        assert "查到 1 条" in user.text()
        comes_back(resident)
        line = reads_the_line(resident)
        assert '"verb":"call_data"' in verified_offline(served, receipt_of(resident, line), tmp_path)
        number = contests(resident, line)
        upholds(head, number)
        resident.open(f"/my-data/contests/{number}/")
        assert "异议成立" in resident.text() and "不再手填" in resident.text()
    repeals(visitor().sign_in("legal"))
    user.open(f"/data/grants/{grant}/")
    assert "现在不能调用" in user.text()
    asks(user, grant, "教育救助资格核对 2026-114")  # nothing had to run for this to be refused
    assert "现在不是有效条款" in user.text() or "失效" in user.text(), user.text()
    assert "查到" not in user.text()
