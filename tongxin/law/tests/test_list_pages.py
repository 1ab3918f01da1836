"""Pages of the lists: what everybody reads, what officials do there, and what nobody loses when a rule says no."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, officer, signed_in
from tongxin.acts.terms import Actor
from tongxin.law import operations
from tongxin.law.forms.listing import clause_ref
from tongxin.law.models import EntryApplication, ListEntry
from tongxin.law.tests.test_listing import APPEARANCE, LEAD, ORGAN, PHRASE, admitted, applied, lead
from tongxin.law.views.shown import SLUGS

pytestmark = pytest.mark.django_db

OPEN = [slug for kind, slug in SLUGS.items() if kind != "power"]
GENERIC = [kind.value for kind in SLUGS if kind not in {"matter", "power"}]
TYPED = {
    "code": "zz-09", "name": "擅自张贴的处罚", "holder": "urban_management", "nature": "penalty", "fact_penalties": ["fine"],
    "clause_0": f"{APPEARANCE}#a51.p1.i2", "phrase_0": PHRASE, "role_0": "mandatory", "reason": "条例有规定",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def as_(actor: Actor, login: str = "someone") -> Client:
    return signed_in(actor, login)


def witnesses() -> dict[str, Client]:
    """The resident concerned, an official with a basis, an official without, an outsider."""
    return {
        "resident": as_(Actor(person="person:concerned")),
        "with_basis": as_(officer(ORGAN)),
        "without_basis": as_(officer("bz/371603/culture")),
        "outsider": Client(),
    }


def answered(method: str, path: str, data: dict | None = None) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name, client in witnesses().items():
        answer = getattr(client, method)(path, data or {})
        to_sign_in = answer.headers.get("Location", "").startswith("/sign-in/")
        found[name] = "sign in" if to_sign_in else answer.status_code
    return found


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


# ---- What everybody reads --------------------------------------------------------------------------------------------


def test_all_lists_stand_on_one_page_with_their_numbers(client: Client) -> None:
    admitted()
    page = text(client.get("/lists/"))
    assert [slug for slug in SLUGS.values() if f'href="/lists/{slug}/"' not in page] == []
    assert "擅自张贴、涂写、刻画的处罚" in page  # among the newest changes
    assert page.count("<h1") == 1


@pytest.mark.parametrize("kind", GENERIC)
def test_everybody_reads_each_list_its_changes_and_its_files(kind: str) -> None:
    for address in (
        f"/lists/{kind}/",
        f"/lists/{kind}/changes/",
        f"/lists/{kind}.csv",
        f"/lists/{kind}.json",
    ):
        assert set(answered("get", address).values()) == {200}, address


def test_the_matter_and_the_powers_list_keep_their_addresses(client: Client) -> None:
    assert client.get("/lists/matter/").headers["Location"] == "/lists/matters/"
    assert client.get("/lists/power/").headers["Location"] == "/lists/powers/"
    assert client.get("/lists/matters/changes/").status_code == 200
    assert client.get("/lists/nonsense/").status_code == 404


def test_a_list_is_filtered_by_state_holder_and_words(client: Client) -> None:
    admitted()
    admitted(code="zz-02", name="另一件处罚")
    both = text(client.get("/lists/duty/"))
    assert "zz-01" in both and "zz-02" in both
    some = text(client.get("/lists/duty/", {"q": "另一件"}))
    assert "zz-02" in some and "zz-01" not in some
    assert "zz-01" in text(client.get("/lists/duty/", {"basis": "active", "holder": "urban_management"}))
    assert "zz-01" not in text(client.get("/lists/duty/", {"basis": "idle"}))


def test_an_entry_says_what_carries_it_and_that_its_state_is_worked_out(client: Client) -> None:
    admitted()
    page = text(client.get("/lists/duty/zz-01/"))
    for said in ("在用", PHRASE, "第五十一条第一款第（二）项", "罚款", "列入", "/ledger/", "basis-box"):
        assert said in page
    assert client.get("/lists/duty/zz-99/").status_code == 404


def test_an_entry_whose_clause_has_ended_says_why_it_is_idle(client: Client, owner_sql) -> None:
    admitted()
    owner_sql(
        "UPDATE law_version SET in_force_to = %s WHERE id = (SELECT v.id FROM law_version v JOIN law_instrument i ON i.id = "
        "v.instrument_id WHERE i.key = 'cn/binzhou/town-appearance' AND v.adopted = '2018-12-04')",
        NOW.date(),
    )
    page = text(client.get("/lists/duty/zz-01/"))
    assert "停用" in page and "所依的条款现在无效" in page and "notice-banner" in page
    row = next(one for one in client.get("/lists/duty.json").json()["entries"] if one["code"] == "zz-01")
    assert (row["active"], row["why_idle"]) == (False, "not_in_force")
    assert [one["in_force"] for one in row["clauses"]] == [False, False]


def test_an_entry_that_waits_to_be_brought_up_to_date_says_until_when(client: Client, owner_sql) -> None:
    entry = admitted()
    owner_sql(
        "INSERT INTO law_updateduty (list_entry_id, organ, began, due_at, provisional, clause) VALUES (%s, %s, %s, %s, false, '')",
        entry.pk, ORGAN, NOW.date(), NOW + timedelta(days=14),
    )  # fmt: skip
    assert "等着更新" in text(client.get("/lists/duty/zz-01/"))


def test_an_entry_that_was_taken_off_keeps_its_page_and_its_history(client: Client) -> None:
    admitted()
    operations.end_entry(actor=lead(), at=NOW, listing="duty", code="zz-01", reason="不再需要")
    page = text(client.get("/lists/duty/zz-01/"))
    assert "已不在清单上" in page and "不再需要" in page
    assert "zz-01" not in text(client.get("/lists/duty/"))
    changes = text(client.get("/lists/duty/changes/"))
    assert changes.index("移出") < changes.index("不再需要")


def test_changes_are_read_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongxin.law.views.entries.MOST", 2)
    for n in range(5):
        admitted(code=f"zz-1{n}", name=f"第 {n} 件")
    seen: list[str] = []
    address: str | None = "/lists/duty/changes/"
    while address:
        page = text(client.get(address))
        seen += re.findall(r'href="/lists/duty/(zz-1\d)/"', page)
        more = re.search(r'href="(\?before=\d+)" rel="next"', page)
        address = f"/lists/duty/changes/{more[1]}" if more else None
    assert seen == [f"zz-1{n}" for n in (4, 3, 2, 1, 0)]
    assert client.get("/lists/duty/changes/?before=x").status_code == 200


def test_the_downloads_hold_the_same_entries_and_no_formula(client: Client) -> None:
    admitted(code="zz-20", name="=HYPERLINK(0)")
    rows = list(csv.DictReader(io.StringIO(text(client.get("/lists/duty.csv")).lstrip("\ufeff"))))
    listed = client.get("/lists/duty.json").json()
    assert [row["code"] for row in rows] == [one["code"] for one in listed["entries"]]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    mine = next(row for row in rows if row["code"] == "zz-20")
    assert (mine["facts.penalties"], mine["active"]) == ("fine", "True")
    assert mine["clauses"] == f"{APPEARANCE}#a51.p1.i2;{APPEARANCE}#a5.p1"
    assert list(listed) == ["list", "day", "entries"]
    one = next(one for one in listed["entries"] if one["code"] == "zz-20")
    assert list(one) == [
        "list", "code", "name", "name_en", "category", "category_en", "holder", "nature", "temporary", "valid_from",
        "valid_to", "active", "why_idle", "clauses", "facts",
    ]  # fmt: skip


def test_a_matter_shows_its_own_history(client: Client) -> None:
    facts = {"filing_condition": "墙上有小广告", "closing_condition": "已清除"}
    admitted(listing="matter", code="zz-m1", nature="handle", facts=facts)
    assert "历次变动" in text(client.get("/lists/matters/zz-m1/"))


# ---- Applying --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", OPEN)
def test_each_list_has_its_form_and_only_a_case_officer_is_given_it(slug: str) -> None:
    assert answered("get", f"/lists/{slug}/apply/") == {
        "resident": 403, "with_basis": 200, "without_basis": 200, "outsider": "sign in",
    }  # fmt: skip


def test_nobody_applies_for_an_act_of_the_platform(client: Client) -> None:
    assert as_(officer(ORGAN)).get("/lists/powers/apply/").status_code == 404


def test_four_witnesses_apply_and_one_may() -> None:
    assert answered("post", "/lists/duty/apply/", TYPED) == {
        "resident": 403, "with_basis": 303, "without_basis": 403, "outsider": "sign in",
    }  # fmt: skip
    assert EntryApplication.objects.count() == 1


def test_what_was_typed_is_never_lost_and_each_objection_stands_beside_its_question() -> None:
    wrong = {
        **TYPED,
        "fact_penalties": ["business_licence"],
        "phrase_0": "公安机关",
        "reason": "一段写了很久的理由",
    }
    answer = as_(officer(ORGAN)).post("/lists/duty/apply/", wrong)
    page = text(answer)
    assert answer.status_code == 403
    for kept in ("zz-09", "一段写了很久的理由", "公安机关", f"{APPEARANCE}#a51.p1.i2"):
        assert kept in page
    assert re.search(r'value="business_licence"[^>]*checked', page)
    for rule in ("《中华人民共和国行政处罚法》第十二条第一款", "这一条里没有“公安机关”这几个字"):
        assert rule in page
    assert "/law/cn/administrative-penalties@2021-01-22/#a12.p1" in page
    assert re.search(r'<div class="field wrong">\s*<label for="id_phrase_0"', page)
    assert not EntryApplication.objects.exists()


def test_a_form_that_lacks_an_answer_keeps_the_others() -> None:
    answer = as_(officer(ORGAN)).post("/lists/duty/apply/", {**TYPED, "reason": "", "valid_to": "2026-13-01"})
    assert answer.status_code == 400
    assert "zz-09" in text(answer) and "error-summary" in text(answer) and "2026-13-01" in text(answer)


def test_a_clause_may_be_pasted_as_its_address() -> None:
    ref = f"{APPEARANCE}#a51.p1.i2"
    address = "/law/cn/binzhou/town-appearance@2018-12-04/#a51.p1.i2"
    assert clause_ref(address) == clause_ref(f" https://example.org{address}") == clause_ref(ref) == ref
    assert as_(officer(ORGAN)).post("/lists/duty/apply/", {**TYPED, "clause_0": address}).status_code == 303


@pytest.mark.parametrize(
    "end", ["#a51.p1.i2", "a51.p1.i2/", "a51.p1.i2", "a51.p1.i2.json", "a51.p1.i2/?language=en", "a51.p1.i2/#main"]
)  # fmt: skip
def test_the_address_of_a_clauses_own_page_may_be_pasted(end: str) -> None:
    address = f"/law/cn/binzhou/town-appearance@2018-12-04/{end}"
    assert clause_ref(address) == clause_ref(f"http://127.0.0.1:8000{address}") == f"{APPEARANCE}#a51.p1.i2"


@pytest.mark.parametrize("end", ["", "?x=1", "#", "a51/a52/"])
def test_an_address_that_is_no_clauses_stays_as_typed(end: str) -> None:
    address = f"/law/cn/binzhou/town-appearance@2018-12-04/{end}"
    assert clause_ref(address) == address


def test_the_address_of_a_clauses_own_page_does_for_an_application(client: Client) -> None:
    address = "/law/cn/binzhou/town-appearance@2018-12-04/a51.p1.i2/"
    assert f"{APPEARANCE}#a51.p1.i2</code>" in text(client.get(address))
    assert as_(officer(ORGAN)).post("/lists/duty/apply/", {**TYPED, "clause_0": address}).status_code == 303


def test_the_matter_list_has_one_name_and_says_of_what_its_categories_are(client: Client) -> None:
    page = text(client.get("/lists/matters/"))
    assert "<h1>入格事项清单</h1>" in page and ">入格事项清单</a>" in text(client.get("/lists/"))
    assert "市政公用设施 · 部件" in page and "市政公用设施类 · 事件" in page
    labels = re.findall(r'<a href="[?]category=[^"]*"[^>]*>([^<]+?) <span class="count">', page)
    assert len(labels) == len(set(labels)) > 10
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = text(client.get("/lists/matters/"))
    labels = re.findall(r'<a href="[?]category=[^"]*"[^>]*>([^<]+?) <span class="count">', english)
    assert len(labels) == len(set(labels)) > 10


def test_english_pages_have_english_marks(client: Client) -> None:
    admitted(facts={"penalties": ["fine", "warning"]})
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for address in (
        "/lists/matters/",
        "/lists/matters/m01001/",
        "/lists/duty/",
        f"/law/{APPEARANCE[4:]}/a51/",
    ):
        page = re.sub(r'<(\w+)[^>]* lang="zh-Hans".*?</\1>', "", text(client.get(address)), flags=re.DOTALL)
        assert not re.search(r"</a>：|</strong>：|[a-z0-9]：|[a-z]、", page), address


def test_a_second_application_for_the_same_code_is_told_so() -> None:
    client = as_(officer(ORGAN))
    client.post("/lists/duty/apply/", TYPED)
    answer = client.post("/lists/duty/apply/", TYPED)
    assert answer.status_code == 409 and "已有一件申请在审" in text(answer)


# ---- The applications ------------------------------------------------------------------------------------------------


def test_applications_are_read_by_their_organ_and_the_lead_body_alone() -> None:
    number = applied()
    assert answered("get", f"/lists/applications/{number}/") == {
        "resident": 403, "with_basis": 200, "without_basis": 403, "outsider": "sign in",
    }  # fmt: skip
    assert answered("get", "/lists/applications/") == {
        "resident": 403, "with_basis": 200, "without_basis": 200, "outsider": "sign in",
    }  # fmt: skip
    own, other = as_(officer(ORGAN)), as_(officer("bz/371603/culture"))
    assert f"/lists/applications/{number}/" in text(own.get("/lists/applications/"))
    assert f"/lists/applications/{number}/" not in text(other.get("/lists/applications/"))
    assert f"/lists/applications/{number}/" in text(as_(lead()).get("/lists/applications/"))
    assert as_(lead()).get("/lists/applications/999999/").status_code == 404


@pytest.mark.parametrize(
    "given",
    [
        {"verb": "admit_entry"},
        {"verb": "refuse_application", "reason": "不合", "clause": f"{APPEARANCE}#a50"},
    ],
)
def test_four_witnesses_decide_and_none_of_them_may(given: dict[str, str]) -> None:
    number = applied()
    assert answered("post", f"/lists/applications/{number}/", given) == {
        "resident": 403, "with_basis": 403, "without_basis": 403, "outsider": "sign in",
    }  # fmt: skip
    assert EntryApplication.objects.get(pk=number).state == "open"


def test_the_lead_officer_admits_and_the_list_has_it() -> None:
    number = applied()
    client = as_(lead())
    page = text(client.get(f"/lists/applications/{number}/"))
    assert "列入清单" in page and "不予列入" in page
    answer = client.post(f"/lists/applications/{number}/", {"verb": "admit_entry", "note": "同意"})
    assert answer.status_code == 303
    assert "zz-01" in text(Client().get("/lists/duty/"))
    after = text(client.get(f"/lists/applications/{number}/"))
    assert "已列入" in after and "/lists/duty/zz-01/" in after
    assert client.post(f"/lists/applications/{number}/", {"verb": "admit_entry"}).status_code == 409


def test_the_lead_officer_refuses_with_a_clause_and_the_applicant_reads_it() -> None:
    number = applied()
    client = as_(lead())
    bad = client.post(
        f"/lists/applications/{number}/",
        {"verb": "refuse_application", "reason": "重复了", "clause": "第五十条"},
    )
    assert bad.status_code == 400 and "重复了" in text(bad)
    good = {
        "verb": "refuse_application",
        "reason": "重复了",
        "clause": "/law/cn/binzhou/town-appearance@2018-12-04/#a50",
    }
    assert client.post(f"/lists/applications/{number}/", good).status_code == 303
    page = text(as_(officer(ORGAN)).get(f"/lists/applications/{number}/"))
    assert "重复了" in page and "第五十条" in page and "未列入" in page


def test_an_application_that_the_law_has_left_behind_says_so_before_it_is_decided(owner_sql) -> None:
    number = applied()
    owner_sql(
        "INSERT INTO law_suspension (clause_id, since) SELECT c.id, %s FROM law_clause c JOIN law_version v ON v.id = "
        "c.version_id JOIN law_instrument i ON i.id = v.instrument_id WHERE i.key = 'cn/binzhou/town-appearance' "
        "AND c.key = 'a51.p1.i2'",
        NOW.date(),
    )
    client = as_(lead())
    page = text(client.get(f"/lists/applications/{number}/"))
    assert "按今天的法律，它不能列入" in page and 'value="admit_entry"' not in page
    assert client.post(f"/lists/applications/{number}/", {"verb": "admit_entry"}).status_code == 403


def test_an_urgent_entry_needs_a_word_of_consent_and_keeps_what_was_typed() -> None:
    number = applied(temporary=True, valid_to=NOW.date() + timedelta(days=30))
    answer = as_(lead()).post(f"/lists/applications/{number}/", {"verb": "admit_entry", "note": " "})
    assert answer.status_code == 400 and "同意的理由" in text(answer)


@pytest.mark.parametrize(
    ("witness", "answer"), [("resident", 403), ("with_basis", 303), ("without_basis", 403), ("outsider", 303)]
)
def test_only_its_own_organ_withdraws_an_application(witness: str, answer: int) -> None:
    number = applied()
    given = {"verb": "withdraw_application", "note": "重写"}
    assert witnesses()[witness].post(f"/lists/applications/{number}/", given).status_code == answer
    state = "withdrawn" if witness == "with_basis" else "open"
    assert EntryApplication.objects.get(pk=number).state == state


def test_a_decision_that_is_none_is_not_found() -> None:
    assert as_(lead()).post(f"/lists/applications/{applied()}/", {"verb": "nonsense"}).status_code == 404


# ---- Taking off ------------------------------------------------------------------------------------------------------


def test_only_the_lead_body_takes_an_entry_off() -> None:
    admitted()
    given = {"code": "zz-01", "reason": "不再需要"}
    closed = {"resident": 403, "with_basis": 403, "without_basis": 403, "outsider": "sign in"}
    assert answered("get", "/lists/duty/end/", {"code": "zz-01"}) == closed
    assert answered("post", "/lists/duty/end/", given) == closed
    client = as_(lead())
    assert "移出清单" in text(client.get("/lists/duty/zz-01/"))
    assert client.get("/lists/duty/end/?code=zz-01").status_code == 200
    kept = client.post("/lists/duty/end/", {**given, "day": "2020-01-01"})
    assert kept.status_code == 400 and "不再需要" in text(kept)
    assert client.post("/lists/duty/end/", given).status_code == 303
    assert ListEntry.objects.get(list="duty", code="zz-01").valid_to == NOW.date()
    assert client.get("/lists/duty/end/?code=zz-01").status_code == 404


def test_the_lead_officer_of_a_district_takes_nothing_off_the_citys_list() -> None:
    admitted()
    district = as_(officer("bz/371602/lead", "lead_officer"))
    assert district.post("/lists/duty/end/", {"code": "zz-01", "reason": "不再需要"}).status_code == 403
    assert LEAD == "bz/lead"
