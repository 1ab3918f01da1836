"""Journeys of people, in a real browser with scripts off: from a report to each of its ends."""

import io
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.journeys.conftest import Served, Visitor, get
from tests.journeys.test_interfaces import a_report, post

pytestmark = pytest.mark.journey
Visitors = Callable[..., Visitor]
OFFICER, CHECKER, LEAD, CLERK = "officer", "checker", "lead", "clerk"
POINT = (118.0, 37.37)  # in the first district, whose urban management has the demo's officer and checker


def a_photo(tmp_path: Path) -> Path:
    """A photo with a place of its own in its metadata."""
    picture = Image.effect_noise((640, 480), 40).convert("RGB")
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (37.0, 22.0, 0.0), 3: "E", 4: (118.0, 0.0, 0.0)}
    exif[0x010F] = "a camera"
    file = tmp_path / "photo.jpg"
    picture.save(file, exif=exif)
    return file


def reported(served: Served, **given: object) -> dict[str, str]:
    """A case reported by a program; the journey goes on from there."""
    status, body = post(served.base, a_report(**given))
    assert status == 201, body
    return {key: str(value) for key, value in body.items()}


def do(
    visitor: Visitor,
    number: str,
    verb: str,
    fill: dict[str, str] | None = None,
    choose: dict[str, str] | None = None,
    select: dict[str, str] | None = None,
) -> None:
    """Open the form of an act, answer it, send it."""
    page = visitor.open(f"/cases/{number}/do/{verb}/")
    assert page.locator("main form[method=post] input[name=seen]").count() == 1, visitor.text()
    for name, value in (choose or {}).items():
        page.locator(f"[name={name}][value='{value}']").check()
    for name, value in (select or {}).items():
        page.locator(f"select[name={name}]").select_option(value)
    for name, value in (fill or {}).items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form[method=post] button:not([value])").last.click()
    visitor.check()
    assert f"/cases/{number}/" in page.url and "/do/" not in page.url, visitor.text()


def settle(visitor: Visitor, number: str) -> None:
    do(visitor, number, "settle_case", {"note": "已更换井盖，路面平整", "document": "工单-1"})


def confirmed_by_staff(served: Served, visitor: Visitors, receipt: dict[str, str]) -> None:
    """Accept, settle and check, as officer and checker on the pages."""
    number = receipt["number"]
    officer = visitor().sign_in(OFFICER)
    do(officer, number, "accept_case")
    settle(officer, number)
    do(visitor().sign_in(CHECKER), number, "check_case", {"note": "现场看过，已换新"}, {"passed": "yes"})


def test_resident_reports_on_a_phone_and_confirms_after_four_roles_have_done_their_part(
    served: Served, visitor: Visitors, tmp_path: Path
) -> None:
    resident = visitor(phone=True)
    page = resident.open("/report/")
    page.get_by_role("button", name="开始").click()
    resident.check()
    page.locator("#q").fill("供水井盖")
    page.get_by_role("button", name="找", exact=True).click()
    page.locator("[name=what][value=m01001]").check()
    page.get_by_role("button", name="下一步").click()
    resident.check()
    page.locator("details.point summary").click()
    page.locator("[name=lon]").fill(str(POINT[0]))
    page.locator("[name=lat]").fill(str(POINT[1]))
    page.locator("main .actions button").first.click()
    resident.check()
    page.locator("[name=text]").fill("井盖碎了一半，<b>夜里危险</b>")
    page.locator("[name=phone]").fill("13800001234")
    page.locator("[name=photos]").set_input_files(a_photo(tmp_path))
    page.get_by_role("button", name="下一步").click()
    resident.check()
    assert "13800001234" in resident.text() and "<b>夜里危险</b>" in resident.text()
    page.get_by_role("button", name="提交").click()
    resident.check()
    number = page.locator(".case-number").inner_text().strip()
    mine = page.locator("section.keep a").get_attribute("href") or ""
    assert re.fullmatch(r"\d{8}-\d{6}", number) and "/mine/" in mine
    assert "第" in page.locator("main").inner_text()  # the clause is shown

    confirmed_by_staff(served, visitor, {"number": number})
    page = resident.open(mine)
    assert "解决了吗" in resident.text()
    page.get_by_role("button", name=re.compile("^已经解决|^解决了|确认")).first.click()
    if page.get_by_role("button", name="已经解决").count():
        page.get_by_role("button", name="已经解决").first.click()
    resident.check()
    assert "已解决" in resident.text()
    with served.owner() as owner:
        assert owner.execute("SELECT outcome FROM cases_case WHERE number = %s", [number]).fetchone() == (
            "fixed",
        )
        photo = owner.execute(
            "SELECT digest FROM cases_photo p JOIN cases_case c ON c.id = p.case_id WHERE c.number = %s",
            [number],
        ).fetchone()
    assert photo is not None
    kept = next((served.data / "photos").rglob(f"{photo[0]}.jpg"))
    assert not Image.open(io.BytesIO(kept.read_bytes())).getexif(), "no place and no camera stay in a photo"
    assert served.tongxin("ledger", "verify")["intact"] is True


def test_look_at_who_reported_is_announced_before_recorded_and_shown_to_the_reporter(
    served: Served, visitor: Visitors
) -> None:
    receipt = reported(served, name="王芳", phone="13900005678")
    public = get(f"{served.base}/cases/{receipt['number']}/")[1]
    assert "13900005678" not in public and "王芳" not in public
    officer = visitor().sign_in(OFFICER)
    page = officer.open(f"/cases/{receipt['number']}/")
    assert "13900005678" not in page.content()
    page.locator("form[action$='/reporter/']").locator("xpath=ancestor::details[1]/summary").first.click()
    page.locator("[name=purpose][value=contact]").check()
    page.locator("form[action$='/reporter/'] button").first.click()
    assert "13900005678" in officer.text()
    seen = get(f"{served.base}/mine/{receipt['token']}/")[1]
    assert "联系报告人" in seen and "综合行政执法局" in seen
    outsider = visitor().sign_in("outsider")
    page = outsider.open(f"/cases/{receipt['number']}/")
    assert page.locator("form[action$='/reporter/']").count() == 0
    assert "13900005678" not in page.content()


def test_not_fixed_reopens(served: Served, visitor: Visitors) -> None:
    receipt = reported(served)
    confirmed_by_staff(served, visitor, receipt)
    resident = visitor()
    page = resident.open(f"/mine/{receipt['token']}/")
    page.get_by_text("没有解决").first.click()
    resident.check()
    page.locator("[name=note]").fill("还是松的")
    page.get_by_role("button", name=re.compile("没有解决")).first.click()
    resident.check()
    assert "办理中" in resident.text()


def test_return_needs_ground_and_named_organ_and_the_second_one_is_ruled(
    served: Served, visitor: Visitors
) -> None:
    receipt = reported(served)
    number, water = receipt["number"], "bz/371602/water"
    officer = visitor().sign_in(OFFICER)
    page = officer.open(f"/cases/{number}/do/return_case/")
    page.locator("main form[method=post] button").last.click()
    assert page.locator(".error-summary, [role=alert]").count() >= 1  # nothing chosen: named at the field
    do(
        officer,
        number,
        "return_case",
        {"note": "供水设施归水务部门管"},
        {"ground": "outside_duty"},
        {"named": water},
    )
    do(visitor().sign_in(CLERK), number, "dispatch_case", None, None, {"organ": water})
    with served.owner() as owner:
        row = owner.execute(
            "SELECT a.login FROM identity_account a JOIN organs_holding h ON h.person = a.person_id JOIN "
            "organs_office o ON o.id = h.office_id JOIN organs_organ g ON g.id = o.organ_id WHERE g.code = %s "
            "AND o.post = 'case_officer'",
            [water],
        ).fetchone()
    assert row is not None
    other = visitor().sign_in(row[0])
    do(
        other,
        number,
        "return_case",
        {"note": "井盖属于道路附属设施"},
        {"ground": "law_names_other"},
        {"named": "bz/371602/urban-management"},
    )
    lead = visitor().sign_in(LEAD)
    do(lead, number, "rule_case", {"reason": "供水井盖由水务部门管养，见管养协议"}, None, {"organ": water})
    again = reported(served)["number"]
    page = lead.open(f"/cases/{again}/")
    assert "供水井盖由水务部门管养" in page.content()  # the precedent is shown at the next routing
    assert (
        "bz/371602/water" in get(f"{served.base}/overview/")[1] or "水" in get(f"{served.base}/overview/")[1]
    )


def test_two_people_on_one_step_one_wins_and_the_other_is_told(served: Served, visitor: Visitors) -> None:
    number = reported(served)["number"]
    first, second = visitor().sign_in(OFFICER), visitor().sign_in(OFFICER)
    one = first.open(f"/cases/{number}/do/accept_case/")
    two = second.open(f"/cases/{number}/do/accept_case/")
    one.locator("main form[method=post] button").last.click()
    two.locator("main form[method=post] button").last.click()
    assert "刚刚变了" in second.text()


def test_unlisted_goes_to_the_lead_body_which_may_say_it_is_not_ours(
    served: Served, visitor: Visitors
) -> None:
    receipt = reported(served, matter=None, text="省道边的护栏")
    page = get(f"{served.base}/mine/{receipt['token']}/")[1]
    assert "牵头机构" in page or "负责网格化服务管理" in page
    lead = visitor().sign_in(LEAD)
    do(
        lead,
        receipt["number"],
        "close_case",
        {"note": "这段是省道，由省公路部门养护", "whose": "省公路中心"},
        {"outcome": "not_ours"},
    )
    assert "省公路中心" in get(f"{served.base}/mine/{receipt['token']}/")[1]


def test_hung_on_account_is_listed_publicly(served: Served, visitor: Visitors) -> None:
    number = reported(served)["number"]
    do(visitor().sign_in(OFFICER), number, "accept_case")
    do(visitor().sign_in(LEAD), number, "hang_case", {"note": "整条路明年统一改造，今年不能单独更换"})
    assert number in get(f"{served.base}/hung/")[1]


def test_duplicate_is_folded_and_its_reporter_sees_the_same(served: Served, visitor: Visitors) -> None:
    whole, double = reported(served), reported(served, text="同一个井盖")
    do(visitor().sign_in(OFFICER), double["number"], "fold_case", {"into": whole["number"]})
    do(visitor().sign_in(OFFICER), whole["number"], "accept_case")
    seen = get(f"{served.base}/mine/{double['token']}/")[1]
    assert whole["number"] in seen and "办理中" in seen


def test_suspension_is_signed_off_by_another_person(served: Served, visitor: Visitors) -> None:
    number = reported(served)["number"]
    officer = visitor().sign_in(OFFICER)
    do(officer, number, "accept_case")
    page = officer.open(f"/cases/{number}/do/request_clock_change/")
    page.locator("[name=clock]").last.check()
    page.locator("[name=change][value=suspend]").check()
    page.locator("[name=ground][value=expert_test]").check()
    page.locator("[name=note]").fill("需要检测地下管线")
    page.locator("main form[method=post] button:not([value])").last.click()
    officer.check()
    lead = visitor().sign_in(LEAD)
    page = lead.open(f"/cases/{number}/do/decide_clock_change/")
    page.locator("[name=request]").first.check()
    page.locator("[name=granted][value=yes]").check()
    page.locator("main form[method=post] button:not([value])").last.click()
    lead.check()
    with served.owner() as owner:
        found = owner.execute(
            "SELECT count(*) FROM cases_clock k JOIN cases_case c ON c.id = k.case_id WHERE c.number = %s "
            "AND k.suspended_at IS NOT NULL",
            [number],
        ).fetchone()
    assert found == (1,)


def test_photo_that_is_too_big_or_is_none_is_named_and_nothing_typed_is_lost(
    served: Served, visitor: Visitors, tmp_path: Path
) -> None:
    resident = visitor()
    page = resident.open("/report/")
    page.get_by_role("button", name="开始").click()
    page.locator("[name=what]").last.check()
    page.get_by_role("button", name="下一步").click()
    page.locator("[name=address]").fill("人民路十号门前")
    page.locator("main .actions button").first.click()
    for name, content in (
        ("big.jpg", b"\xff\xd8\xff" + b"0" * 20_000_000),
        ("notes.jpg", b"this is no photo at all"),
    ):
        (tmp_path / name).write_bytes(content)
        page.locator("[name=text]").fill("写了很多话，不想再写一遍")
        page.locator("[name=photos]").set_input_files(tmp_path / name)
        page.get_by_role("button", name="下一步").click()
        assert page.locator("[name=text]").input_value() == "写了很多话，不想再写一遍"
        assert "照片" in page.locator(".error-summary, [role=alert]").first.inner_text()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/report/",
        "/overview/",
        "/cases/",
        "/hung/",
        "/map/",
        "/lists/matters/",
        "/lists/matters/m01001/",
        "/lists/powers/",
        "/law/",
        "/ledger/",
        "/sign-in/",
        "/demo/",
    ],
)
def test_public_page_is_sound_in_both_languages_and_on_a_phone(
    served: Served, visitor: Visitors, path: str
) -> None:
    zh = visitor(phone=True)
    page = zh.open(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 321, "no sideways scrolling on a phone"
    en = visitor(language="en-GB")
    page = en.open(path)
    assert page.locator("html").get_attribute("lang") == "en"


def test_map_draws_own_grids_with_scripts_and_has_its_table_without(
    served: Served, visitor: Visitors
) -> None:
    plain = visitor().open("/map/?district=371602")
    assert plain.locator("table tbody tr").count() > 20
    drawn = visitor(scripts=True)
    page = drawn.open("/map/?district=371602")
    page.wait_for_selector(".leaflet-container path, .leaflet-container canvas")
    assert "示意" in page.content()


def test_permanent_address_of_a_clause_says_since_when_it_is_in_force(
    served: Served, visitor: Visitors
) -> None:
    page = visitor().open("/law/cn/binzhou/grid-regulation@2021-08-05/")
    assert page.locator("#a10").count() == 1
    assert "2021年10月1日" in page.inner_text("main")


def test_receipt_of_a_ledger_entry_can_be_taken_away(served: Served) -> None:
    receipt = reported(served)
    served.tongxin("sequence")
    with served.owner() as owner:
        row = owner.execute(
            "SELECT entry_id FROM ledger_ledgercontent WHERE subject = %s", [f"case:{receipt['number']}"]
        ).fetchone()
    assert row is not None
    status, page = get(f"{served.base}/ledger/{row[0]}/")
    assert (status == 200 and "report" in page) or "报告" in page
    assert get(f"{served.base}/ledger/checkpoint")[1].count("\n") >= 4
    assert json.dumps(receipt) and uuid.uuid4()
