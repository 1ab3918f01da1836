"""The person's pages and the office's, opened as people open them."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, checked, officer, reported, signed_in
from tongxin.acts.terms import Actor
from tongxin.cases import operations as cases
from tongxin.cases.operations import Purpose
from tongxin.exchange import operations as exchange
from tongxin.exchange.models import Contest, Correction, Deferral, RightsRequest
from tongxin.exchange.operations import call_data
from tongxin.exchange.queries.person import completeness, third_lines
from tongxin.exchange.terms import RecipientKind
from tongxin.exchange.tests.granting import Office, caller, resident_number
from tongxin.exchange.tests.granting import asked as asked_of
from tongxin.exchange.tests.grants import a_grant
from tongxin.exchange.tests.lookers import SECRECY, data_head, data_officer, deferred, look, resident
from tongxin.exchange.tests.test_person_acts import AUTHORITY, ME, WHY, asked, contested, guardian_of
from tongxin.exchange.views.person_shown import FIELDS, PURPOSES
from tongxin.identity.models import Representation
from tongxin.identity.operations import register_identifier
from tongxin.law.rules.making import CommentPurpose
from tongxin.ledger.models import LedgerContent
from tongxin.web import ground

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=5))


def mine(ref: str = ME) -> Client:
    return signed_in(resident(ref), ref.removeprefix("person:"))


def as_officer(actor: Actor) -> Client:
    return signed_in(actor, "someone")


def opened(client: Client, path: str, status: int = 200, **data: Any) -> str:
    answer = client.post(path, data) if data else client.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.content.decode()[:1_500])
    return answer.content.decode()


# ---- The page ----------------------------------------------------------------------------------------------------------


def test_the_page_says_when_who_what_why_and_on_what_clause_with_a_receipt() -> None:
    a_grant()
    number = look(ME)
    page = opened(mine(), "/my-data/")
    for word in (
        "滨州市公安局",
        "姓名",
        "住址",
        "办理本人的事项",
        "个人信息保护法",
        f"/ledger/{number}/receipt",
        "平台的承诺",
    ):
        assert word in page or word == "住址", word
    line = opened(mine(), f"/my-data/lines/{number}/")
    assert "国家机关为履行法定职责处理个人信息" in line and "提出异议" in line


def test_one_who_is_not_signed_in_is_sent_to_sign_in_first() -> None:
    answer = Client().get("/my-data/")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in/")


def test_no_line_contest_or_request_of_another_is_opened_by_changing_numbers() -> None:
    theirs = look("person:other")
    contest = exchange.contest_line(
        actor=resident("person:other"), at=NOW, person="person:other", line=str(theirs), ground="other"
    )
    request = exchange.file_request(
        actor=resident("person:other"), at=NOW, person="person:other", kind="access", about="person"
    )
    kept_back = look(ME)
    deferred([kept_back])
    client = mine()
    bodies = set()
    for path in (
        f"lines/{theirs}/",
        f"lines/{kept_back}/",
        f"lines/{kept_back + 999}/",
        f"contests/{contest}/",
        f"requests/{request}/",
    ):
        bodies.add(opened(client, f"/my-data/{path}", 404).replace(path, ""))
    assert len({body.partition("csrfmiddlewaretoken")[0] for body in bodies}) == 1
    for path in (f"lines/{theirs}/contest/", f"contests/{contest}/withdraw/", f"requests/{request}/"):
        assert client.post(f"/my-data/{path}", {"ground": "other"}).status_code == 404
    for export in ("lines.csv", "copy.json"):
        assert f"/ledger/{theirs}/" not in opened(client, f"/my-data/{export}")
    assert client.get("/my-data/?for=" + "0" * 24).status_code == 404


def test_pages_are_turned_by_key_and_filtered_by_kind_organ_and_year() -> None:
    numbers = [look(ME, at=NOW + timedelta(seconds=n)) for n in range(23)]
    other = look(ME, organ="bz/education", at=NOW)
    look(ME, by=ME, verb="sign_in", organ="", office="-")
    client = mine()
    page = opened(client, "/my-data/?kind=look")
    assert page.count("look-line") == 20 and f"before={numbers[4]}" in page
    assert f"/my-data/lines/{numbers[0]}/" in opened(client, f"/my-data/?before={numbers[4]}")
    narrowed = opened(client, "/my-data/?kind=look&organ=bz/education")
    assert narrowed.count("look-line") == 1 and f"/my-data/lines/{other}/" in narrowed
    assert opened(client, "/my-data/?kind=look&year=2020").count("look-line") == 0
    assert "sign in" in opened(client, "/my-data/?kind=own").lower() or "登录" in opened(
        client, "/my-data/?kind=own"
    )
    assert "开立账户" in opened(client, "/my-data/?kind=act")
    for odd in ("?before=x", "?year=20ab", "?kind=nothing", "?before=" + "9" * 40):
        opened(client, f"/my-data/{odd}")


def test_what_page_and_files_say_does_not_change_with_the_other_persons_affair() -> None:
    said = []
    for organ, matter, third in (
        ("bz/justice", "公证 7", "person:heir"),
        ("bz/civil-affairs", "收养 9", "person:buyer"),
    ):
        me = f"person:looked-up-{len(said)}"
        look(me, third, organ=organ, third=third, matter=matter, purpose="identity", by="person:x")
        client = mine(me)
        (line,) = third_lines(person=me, at=NOW)
        texts = [
            opened(client, f"/my-data/{part}")
            for part in ("lines.csv", f"lines/{line.handle}/", "?kind=third")
        ]
        copy = json.loads(opened(client, "/my-data/copy.json"))
        general = [{**row} for row in copy["lines"] if row["kind"] == "third"]
        texts[1:] = [_core(text).replace(line.handle, "t") for text in texts[1:]]
        texts[0] = "\n".join(row for row in texts[0].splitlines() if ",third," in row)
        said.append((texts, general))
        for text in (*texts, str(general)):
            assert matter not in text and third not in text and organ not in text and "司法局" not in text
    assert said[0] == said[1]


def _core(page: str) -> str:
    """The lines of a page, without head and foot: they name who is signed in."""
    return page[page.index("look-line") : page.rindex("</article>")]


def test_the_filters_offer_nothing_that_only_a_general_line_knows() -> None:
    look(ME, third="person:heir", organ="bz/justice", at=NOW - timedelta(days=800))
    page = opened(mine(), "/my-data/")
    assert "bz/justice" not in page and "year=2024" not in page and "因别人的事查到我" in page
    assert "司法局" not in page


def test_files_hold_what_the_page_shows_and_run_no_formula() -> None:
    look(ME, purpose="=1+1")
    client = mine()
    rows = list(csv.DictReader(io.StringIO(opened(client, "/my-data/lines.csv").lstrip("\ufeff"))))
    (seen,) = [row for row in rows if row["kind"] == "look"]
    assert seen["purpose"] == "'=1+1"
    body = json.loads(opened(client, "/my-data/copy.json"))
    assert body["particulars"]["name"] == "某" and len(body["lines"]) == len(rows)
    assert all(clause["text"] for line in body["lines"] for clause in line["clauses"])


def test_the_public_count_says_how_many_and_not_whose() -> None:
    assert "0" in opened(Client(), "/my-data/deferred/")
    deferred([look(ME), look("person:other")])
    page = opened(Client(), "/my-data/deferred/")
    assert "滨州市公安局" in page and "第三十五条" in page and ME not in page
    assert "第三十五条" not in opened(mine(), "/my-data/").partition("会不会少了一行")[0]


def test_a_line_that_was_deferred_says_until_when_and_on_what_clause() -> None:
    number = look(ME, at=NOW - 40 * DAY)
    deferred([number], at=NOW - 40 * DAY, until=NOW - 10 * DAY)
    page = opened(mine(), "/my-data/")
    assert "暂缓到" in page and "第三十五条" in page


def test_own_particulars_are_put_right_on_their_page() -> None:
    client = mine()
    assert "我的联系办法" in opened(client, "/my-data/particulars/")
    opened(client, "/my-data/particulars/", 400, phone="x", email="", language="en")
    opened(client, "/my-data/particulars/", 303, phone="13900000000", email="", language="en")
    assert "13900000000" in opened(client, "/my-data/particulars/?done=1")


# ---- Contest and request -----------------------------------------------------------------------------------------------


def test_a_contest_is_made_answered_raised_and_decided_through_the_pages() -> None:
    number = look(ME)
    client = mine()
    path = f"/my-data/lines/{number}/contest/"
    assert "10 个工作日" in opened(client, path)
    opened(client, path, 400, text="没有选理由")
    answer = client.post(path, {"ground": "no_basis", "text": "我没有在那里办过事"})
    made = Contest.objects.get()
    assert answer.headers["Location"] == f"/my-data/contests/{made.number}/?done=1"
    assert "等答复" in opened(client, f"/my-data/contests/{made.number}/?done=1")
    opened(client, path, 409, ground="too_much")
    head = as_officer(data_head())
    assert made.number in opened(head, "/data/contests/")
    folded = opened(head, f"/data/contests/{made.number}/")
    assert "我没有在那里办过事" not in folded and "打开并记下" in folded
    shown = head.post(f"/data/contests/{made.number}/").content.decode()
    assert "我没有在那里办过事" in shown
    opened(head, f"/data/contests/{made.number}/answer/", 400, upheld="no", answer="查看有依据，办理所必需")
    opened(
        head,
        f"/data/contests/{made.number}/answer/",
        303,
        upheld="no",
        answer="查看有依据，办理所必需",
        clause=WHY,
    )
    page = opened(client, f"/my-data/contests/{made.number}/")
    assert "异议不成立" in page and "人民法院" in page and "不服，转主管部门" in page
    act = f"/my-data/contests/{made.number}/raise/"
    opened(client, act)
    opened(client, act, 400, text="")
    opened(client, act, 303, text="我不服这个答复")
    above = as_officer(data_head(AUTHORITY))
    opened(
        above,
        f"/data/contests/{made.number}/answer/",
        303,
        upheld="yes",
        answer="查看没有依据",
        measures="责令改正，停止使用",
    )
    assert "责令改正" in opened(client, f"/my-data/contests/{made.number}/")
    assert "异议成立" in opened(client, "/my-data/")
    opened(
        above,
        f"/data/contests/{made.number}/answer/",
        409,
        upheld="yes",
        answer="查看没有依据",
        measures="责令改正，停止使用",
    )


def test_a_contest_is_withdrawn_on_its_page() -> None:
    number = contested(look(ME))
    client = mine()
    act = f"/my-data/contests/{number}/withdraw/"
    assert "撤回异议" in opened(client, act)
    assert client.post(act).status_code == 303 and client.post(act).status_code == 409
    assert client.get(f"/my-data/contests/{number}/other/").status_code == 404


def test_a_line_in_general_form_is_contested_and_its_answer_warned_of() -> None:
    look(ME, third="person:heir", organ="bz/justice")
    (line,) = third_lines(person=ME, at=NOW)
    client = mine()
    page = opened(client, f"/my-data/lines/{line.handle}/contest/")
    assert "没有查看的另一个单位" in page
    opened(client, f"/my-data/lines/{line.handle}/contest/", 303, ground="not_me")
    made = Contest.objects.get()
    assert "不能写出查看的单位" in opened(as_officer(data_head(AUTHORITY)), f"/data/contests/{made.number}/")
    assert made.number in opened(client, "/my-data/?kind=third")


def test_requests_are_made_read_answered_and_withdrawn_through_the_pages() -> None:
    a_grant()
    client = mine()
    assert "还没有提过" in opened(client, "/my-data/requests/")
    assert "data:test" in opened(client, "/my-data/requests/new/?kind=access")
    opened(client, "/my-data/requests/new/", 400, kind="delete", about="person")
    opened(client, "/my-data/requests/new/", 303, kind="explain", about="data:test")
    opened(client, "/my-data/requests/new/", 409, kind="explain", about="data:test")
    made = RightsRequest.objects.get()
    assert made.organ == "bz/civil-affairs"
    head = as_officer(data_head("bz/civil-affairs"))
    assert made.number in opened(head, "/data/contests/")
    opened(
        head, f"/data/contests/{made.number}/answer/", 303, done="no", answer="依法不能提供这一项", clause=WHY
    )
    page = opened(client, f"/my-data/requests/{made.number}/")
    assert "不予办理" in page and "人民法院" in page
    second = asked()
    assert "撤回请求" in opened(client, f"/my-data/requests/{second}/")
    assert client.post(f"/my-data/requests/{second}/").status_code == 303
    assert second in opened(client, "/my-data/requests/")
    line = look(ME)
    assert "刚才看的那一行" in opened(client, f"/my-data/requests/new/?line={line}&kind=explain")


def test_what_is_overdue_is_seen_by_the_person_the_organ_and_the_authority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number = contested(look(ME))
    monkeypatch.setattr(timezone, "now", lambda: NOW + 30 * DAY)
    assert "已逾期" in opened(mine(), f"/my-data/contests/{number}/")
    assert "已逾期" in opened(as_officer(data_head()), "/data/contests/")
    assert number in opened(as_officer(data_head(AUTHORITY)), "/data/contests/")
    assert number not in opened(as_officer(data_head("bz/education")), "/data/contests/")
    assert as_officer(data_head("bz/education")).get(f"/data/contests/{number}/").status_code == 404


def test_a_report_is_erased_on_its_page() -> None:
    me = resident()
    case = checked(actor=me, person=ME, name="王芳")
    number = asked("delete", f"case:{case.number}", ground="purpose")
    head = as_officer(data_head(AUTHORITY))
    assert "去删除" in opened(head, f"/data/contests/{number}/")
    path = f"/cases/erase/{number}/"
    assert case.number in opened(head, path)
    opened(head, path, 409, answer="已经删除您留的信息")
    cases.confirm_case(actor=me, at=NOW, number=case.number)
    opened(head, path, 400, answer="")
    opened(head, path, 303, answer="已经删除您留的信息")
    assert (
        mine().get(f"/my/{case.number}/").status_code == 404
    )  # nothing leads from the case to the person any more
    assert "已办" in opened(mine(), f"/my-data/requests/{number}/")
    assert head.get(path).status_code == 404


# ---- For somebody ------------------------------------------------------------------------------------------------------


def test_a_guardian_opens_a_childs_record_as_an_act_and_acts_on_it() -> None:
    child = resident("person:child").person
    mother, _ = guardian_of(child)
    number = look(child)
    client = signed_in(mother, "mother")
    page = opened(client, "/my-data/")
    token = page.partition("?for=")[2][:24]
    gate = opened(client, f"/my-data/?for={token}", 403)
    assert "打开并记下" in gate and f"/lines/{number}/" not in gate
    for closed in ("lines.csv", "copy.json", "requests/", f"lines/{number}/"):
        assert client.get(f"/my-data/{closed}?for={token}").status_code == 403
    assert client.post(f"/my-data/open/?for={token}").status_code == 303
    page = opened(client, f"/my-data/?for={token}")
    assert "您在替" in page and f"/my-data/lines/{number}/?for={token}" in page
    opened(client, f"/my-data/lines/{number}/contest/?for={token}", 303, ground="no_basis")
    assert Contest.objects.get().by == mother.person
    assert "您的代理人" in opened(mine(child), "/my-data/")
    assert client.post("/my-data/open/").status_code == 404


# ---- The office's side -------------------------------------------------------------------------------------------------


def test_a_deferral_is_proposed_decided_and_ended_through_the_pages() -> None:
    number = look(ME)
    officer_, head = as_officer(data_officer()), as_officer(data_head())
    opened(officer_, "/data/deferrals/")
    opened(
        officer_,
        "/data/deferrals/",
        400,
        lines="x",
        ground="hinders",
        clause=SECRECY,
        until="2026-12-20",
        reason="正在办理治安案件",
    )
    opened(
        officer_,
        "/data/deferrals/",
        303,
        lines=str(number),
        ground="hinders",
        clause=SECRECY,
        until="2026-12-20",
        reason="正在办理治安案件",
    )
    made = Deferral.objects.get()
    path = f"/data/deferrals/{made.number}/"
    assert "正在办理治安案件" in opened(officer_, path)
    opened(head, path, 400, granted="yes", reason="")
    opened(head, path, 303, granted="yes", reason="同意，案件在办")
    assert f"/my-data/lines/{number}/" not in opened(mine(), "/my-data/")
    assert made.number in opened(head, "/data/deferrals/")
    assert as_officer(data_head("bz/education")).get(path).status_code == 404
    opened(as_officer(data_head(AUTHORITY)), path, 303, reason="没有必要再暂缓")
    assert f"/my-data/lines/{number}/" in opened(mine(), "/my-data/")
    opened(head, path, 409, reason="没有必要再暂缓")


def test_the_auditor_proves_the_whole_city_complete_and_names_nobody() -> None:
    deferred([look(ME), look("person:other", ME)])
    client = as_officer(officer("bz/lead", "supervisor"))
    page = opened(client, "/data/deferrals/complete/")
    assert "每个人都对得上" in page and ME not in page
    found = json.loads(opened(client, "/data/deferrals/complete/?format=json"))
    assert found["wrong"] == 0 and found["deferred"] == 3 and found["every"] == found["shown"] + 3
    assert as_officer(data_head()).get("/data/deferrals/complete/").status_code == 403


# ---- What is shown elsewhere -------------------------------------------------------------------------------------------


def test_the_trace_box_leads_to_the_person_page_and_to_the_same_receipt() -> None:
    case = reported(actor=resident(), person=ME, name="王芳")
    cases.consult_reporter(actor=officer(case.organ), at=NOW, number=case.number, purpose=Purpose.CONTACT)
    entry = LedgerContent.objects.get(entry__verb="consult_reporter").entry_id
    ground.sequence_all(at=NOW)
    page = opened(mine(), f"/my/{case.number}/")
    assert f"/ledger/{entry}/receipt" in page and 'href="/my-data/"' in page
    own = opened(mine(), "/my-data/")
    assert f"/ledger/{entry}/receipt" in own and "联系报告人" in own and "您写的话" in own


def test_every_purpose_and_field_that_a_look_may_have_has_its_words() -> None:
    wanted = {purpose.value for purpose in (*Purpose, *CommentPurpose)}
    assert wanted <= PURPOSES.keys() and {"text", "name", "phone", "email", "address"} <= FIELDS.keys()


def test_the_page_takes_a_fixed_number_of_statements_however_long_the_record(
    django_assert_max_num_queries: Any,
) -> None:
    client = mine()
    for n in range(120):
        look(
            ME,
            organ=("bz/education", "bz/public-security")[n % 2],
            third="person:heir" if n % 10 == 0 else None,
        )
    with django_assert_max_num_queries(26):
        opened(client, "/my-data/")


def test_an_enterprise_that_looked_is_named_and_not_taken_for_the_system(office: Office) -> None:
    """Its call stands in the ledger without an organ and an office: whose grant it was says who it was."""
    firm, clerk = "person:firm", Actor(person="person:clerk")
    grant = office.grant(organ=firm, kind=RecipientKind.ENTERPRISE, duties="只在本项目内使用，项目结束即销毁")
    office.do(lambda _: Representation.objects.create(
        representative=clerk.person, representative_name="乙", person=firm, kind="organisation", powers="act", matters="数据调用",
        evidence="授权委托书", valid_from=NOW.date(), valid_to=(NOW + timedelta(days=9)).date()))  # fmt: skip
    me = resident()
    register_identifier(
        actor=officer("bz/hotline", "hotline_clerk"), at=NOW, person=ME, kind="resident_id",
        value=resident_number(1), evidence="居民身份证，当面核对",
    )  # fmt: skip
    did = call_data(actor=clerk, at=NOW, asked=asked_of(grant.number, 1))
    client = signed_in(me, "concerned")
    for path in ("?kind=look", f"lines/{did.entry}/"):
        page = opened(client, f"/my-data/{path}")
        assert firm in page and "系统按规定自动办" not in page
    (row,) = [
        one for one in json.loads(opened(client, "/my-data/copy.json"))["lines"] if one["kind"] == "look"
    ]
    assert row["organ"] == firm


def test_an_answer_that_cannot_be_taken_does_not_open_the_contested_look() -> None:
    """Opening is an act, and a wrong form is none."""
    number = contested(look(ME))
    head = as_officer(data_head())
    page = opened(head, f"/data/contests/{number}/answer/", 400, upheld="", answer="")
    assert "看了哪几项" not in page and "打开并记下" in page
    assert not LedgerContent.objects.filter(entry__verb="consult_claim").exists()
    assert "看了哪几项" in opened(head, f"/data/contests/{number}/", 200, sent="1")


# ---- With the real call ------------------------------------------------------------------------------------------------


def test_a_real_call_is_on_the_page_of_whom_it_concerns_and_is_contested_and_deferred(office: Office) -> None:
    grant = office.grant()
    me = resident()
    register_identifier(
        actor=officer("bz/hotline", "hotline_clerk"), at=NOW, person=ME, kind="resident_id",
        value=resident_number(1), evidence="居民身份证，当面核对",
    )  # fmt: skip
    did = call_data(actor=caller(), at=NOW, asked=asked_of(grant.number, 1, 2))
    other = call_data(actor=caller(), at=NOW, asked=asked_of(grant.number, 1, on_behalf_of="person:client"))
    client = signed_in(me, "concerned")
    page = opened(client, "/my-data/?kind=look")
    assert f"/my-data/lines/{did.entry}/" in page and f"/my-data/lines/{other.entry}/" not in page
    assert client.get(f"/my-data/lines/{other.entry}/").status_code == 404
    assert opened(client, "/my-data/?kind=third").count("look-line general") == 1
    line = opened(client, f"/my-data/lines/{did.entry}/")
    assert "为什么可以看" in line and "政务数据共享条例" in line
    number = exchange.contest_line(actor=me, at=NOW, person=ME, line=str(did.entry), ground="wrong_data")
    exchange.answer_contest(
        actor=data_head(Contest.objects.get(number=number).organ), at=NOW, number=number, upheld=True,
        answer="核对过，数据确实不对", measures="已请数源部门更正",
    )  # fmt: skip
    assert Correction.objects.get(contest=number).provider == grant.provider
    assert completeness(person=ME, at=NOW).whole
    third = call_data(actor=caller(), at=NOW, asked=asked_of(grant.number, 1))
    deferred([third.entry], organ=grant.organ)
    found = completeness(person=ME, at=NOW)
    assert (found.whole, found.deferred) == (True, 1)
