"""我的账户的页。 Pages of one's own account, with a key in software that tells the truth, or does not."""

import json
import re
import statistics
import time
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.factories import officer, session_of, with_session
from tests.soft_key import SoftKey
from tongxin.acts.terms import PLATFORM
from tongxin.identity.models import Account, Identifier, Representation, Session
from tongxin.identity.operations import open_account
from tongxin.identity.rules import resident_check
from tongxin.identity.terms import NewPerson
from tongxin.web.entering import subscriber
from tongxin.web.views import identifying

pytestmark = pytest.mark.django_db
HOST = "localhost"
PASSWORD = "a right password"
HASH = make_password(PASSWORD)


def a_browser() -> Client:
    return Client(SERVER_NAME=HOST, HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


@pytest.fixture(autouse=True)
def account() -> Account:
    person = NewPerson(ref="person:key-owner", name="甲", login="owner", password=HASH)
    open_account(actor=PLATFORM, at=timezone.now(), person=person)
    return Account.objects.get(login="owner")


def sign_in(browser: Client, password: str = PASSWORD, login: str = "owner", **more: str) -> Any:
    return browser.post("/sign-in/", {"login": login, "password": password, **more})


def test_who_signs_in_for_another_system_goes_on_by_a_page_and_not_by_a_redirect(account: Account) -> None:
    """A browser does not follow a form to another host (form-action); the page in between leads on."""
    answer = sign_in(a_browser(), next="/oidc/authorize?client_id=parks")
    page = answer.content.decode()
    assert answer.status_code == 200 and "接着往下" in page and "/oidc/authorize?client_id=parks" in page


def inside() -> Client:
    browser = a_browser()
    assert sign_in(browser).status_code == 302
    return browser


def options(browser: Client, address: str, **more: str) -> dict[str, Any]:
    answer = browser.post(address, {"options": "1", **more})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found


def add_key(browser: Client, key: SoftKey, **more: str) -> Any:
    told = options(browser, "/account/keys/", **more)
    return browser.post("/account/keys/", {"name": "手机", "credential": key.make(told), **more})


def enter(browser: Client, credential: str) -> Any:
    return browser.post("/sign-in/key/", {"credential": credential})


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


# ---- Passkeys -------------------------------------------------------------------------------------------------------


def test_a_passkey_is_added_and_signs_in_without_a_name_or_a_password() -> None:
    key = SoftKey()
    assert add_key(inside(), key).headers["location"].startswith("/account/?done=added")
    browser = a_browser()
    answer = enter(browser, key.answer(options(browser, "/sign-in/key/")))
    assert answer.status_code == 302, text(answer)
    assert Session.objects.get(ended_at=None, means="passkey").device == "Firefox · Linux"
    assert browser.get("/account/").status_code == 200


def test_a_replayed_assertion_opens_nothing_even_with_the_cookie_of_before() -> None:
    key = SoftKey(counts=False)
    add_key(inside(), key)
    browser = a_browser()
    credential = key.answer(options(browser, "/sign-in/key/"))
    stolen = browser.cookies.output(header="", sep=";")
    assert enter(browser, credential).status_code == 302
    thief = a_browser()
    thief.cookies.load(stolen)
    answer = enter(thief, credential)
    assert answer.status_code == 403
    assert thief.get("/account/").status_code == 303
    assert enter(a_browser(), credential).status_code == 400


LIES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("from another origin", {}, {"origin": "http://localhost.evil.example"}),
    ("from another port", {}, {"origin": "http://localhost:9"}),
    ("with a signature of another key", {}, {"broken": True}),
    ("for a host that is not ours", {"host": "evil.example"}, {}),
    ("without its owner verified", {"verifies": False}, {}),
    ("for somebody else", {}, {"user": "MQ"}),
    ("for nobody", {}, {"user": ""}),
    ("with a counter that went back", {"counter": 0}, {}),
]


@pytest.mark.parametrize(("lie", "of_key", "of_answer"), LIES, ids=[one[0] for one in LIES])
def test_a_key_that_lies_opens_nothing(lie: str, of_key: dict[str, Any], of_answer: dict[str, Any]) -> None:
    del lie
    key = SoftKey()
    add_key(inside(), key)
    browser = a_browser()
    enter(browser, key.answer(options(browser, "/sign-in/key/")))
    for name, value in of_key.items():
        setattr(key, name, value)
    thief = a_browser()
    answer = enter(thief, key.answer(options(thief, "/sign-in/key/"), **of_answer))
    assert answer.status_code in (400, 403)
    assert thief.get("/account/").status_code == 303


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", '{"response": {}}', '{"response": {"clientDataJSON": "!"}}', "x" * 30_000])  # fmt: skip
def test_what_is_no_credential_is_refused(credential: str) -> None:
    browser = a_browser()
    options(browser, "/sign-in/key/")
    assert enter(browser, credential).status_code == 400


def test_a_key_made_for_the_second_step_cannot_sign_in_alone() -> None:
    """allauth issue 4224: a key made with 'passwordless' unchecked could still sign in."""
    key = SoftKey()
    add_key(inside(), key, second="on")
    assert Authenticator.objects.get().data["alone"] is False
    browser = a_browser()
    answer = enter(browser, key.answer(options(browser, "/sign-in/key/")))
    assert answer.status_code == 400
    assert browser.get("/account/").status_code == 303
    page = sign_in(browser)
    assert page.status_code == 200 and "第二步" in text(page)
    ticket = re.search(r'name="ticket" value="([^"]+)"', text(page))
    assert ticket
    told = options(browser, "/sign-in/second/", ticket=ticket[1])
    answer = browser.post("/sign-in/second/", {"ticket": ticket[1], "credential": key.answer(told)})
    assert answer.status_code == 302
    assert Session.objects.filter(means="password+security_key").exists()


def test_a_challenge_for_one_purpose_answers_no_other_and_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    key, browser = SoftKey(), inside()
    add_key(browser, key)
    told = options(browser, "/confirm/")
    assert enter(browser, key.answer(told)).status_code == 400
    told = options(browser, "/sign-in/key/")
    real = time.time
    monkeypatch.setattr("tongxin.web.ceremony.time.time", lambda: real() + 301)
    assert enter(browser, key.answer(told)).status_code == 400


# ---- Codes ----------------------------------------------------------------------------------------------------------


def with_app(browser: Client) -> str:
    page = text(browser.get("/account/totp/"))
    secret = re.search(r'<code class="secret">([A-Z2-7]+)</code>', page)
    ticket = re.search(r'name="secret" value="([^"]+)"', page)
    assert secret and ticket and "data:image/svg+xml;base64," in page
    answer = browser.post("/account/totp/", {"secret": ticket[1], "code": code(secret[1])})
    assert answer.status_code == 303, text(answer)
    return secret[1]


def code(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def second_step(browser: Client, typed: str) -> Any:
    ticket = re.search(r'name="ticket" value="([^"]+)"', text(sign_in(browser)))
    assert ticket
    return browser.post("/sign-in/second/", {"ticket": ticket[1], "code": typed})


def test_an_app_is_added_and_asked_for_after_the_password() -> None:
    secret = with_app(inside())
    browser = a_browser()
    assert second_step(browser, "000000").status_code == 400
    assert browser.get("/account/").status_code == 303
    assert second_step(browser, code(secret)).status_code == 302
    assert second_step(a_browser(), code(secret)).status_code == 400, "a code opens once"


def test_recovery_codes_are_shown_once_and_open_once() -> None:
    browser = inside()
    assert browser.post("/account/codes/").status_code == 400
    with_app(browser)
    Session.objects.filter(ended_at=None).update(fresh_at=timezone.now(), means="totp")
    codes = re.findall(r"<code>(\d{4} \d{4})</code>", text(browser.post("/account/codes/")))
    assert len(codes) == 10
    assert codes[0] not in text(browser.get("/account/"))
    assert second_step(a_browser(), codes[0]).status_code == 302
    assert second_step(a_browser(), codes[0]).status_code == 400


def test_a_ticket_of_the_first_step_is_ours_and_of_now() -> None:
    browser = a_browser()
    assert browser.post("/sign-in/second/", {"ticket": "forged", "code": "1"}).status_code == 400
    assert browser.post("/sign-in/second/", {}).status_code == 400


# ---- Sessions and the step-up ---------------------------------------------------------------------------------------


def test_a_session_ended_elsewhere_is_dead_at_its_next_request_and_so_is_a_copied_cookie() -> None:
    first, second = inside(), inside()
    page = text(second.get("/account/"))
    assert page.count('name="key"') == 2 and "Firefox · Linux" in page
    assert second.post("/account/sessions/end-others/").status_code == 303
    assert first.get("/account/").status_code == 303
    assert second.get("/account/").status_code == 200
    copied = a_browser()
    copied.cookies.load(second.cookies.output(header="", sep=";"))
    assert copied.get("/account/").status_code == 200
    second.post("/sign-out/")
    assert copied.get("/account/").status_code == 303, "signing out ends the session, not only the cookie"


def test_one_ends_one_session_of_ones_own_and_none_of_anothers() -> None:
    first, second = inside(), inside()
    other = with_session(session_of(officer("bz/lead", "lead_officer"), "lead"))
    theirs = Session.objects.filter(ended_at=None).exclude(account__login="owner").get()
    keys = list(Session.objects.filter(account__login="owner", ended_at=None).order_by("begun_at"))
    second.post("/account/do/end/", {"key": theirs.key})
    assert other.get("/account/").status_code == 200
    second.post("/account/do/end/", {"key": keys[0].key})
    assert first.get("/account/").status_code == 303


def test_what_takes_a_means_away_wants_a_fresh_showing_by_the_strongest_means() -> None:
    browser, key = inside(), SoftKey()
    add_key(browser, key)
    number = Authenticator.objects.get().pk
    answer = browser.post("/account/do/remove/", {"number": number})
    assert answer.headers["location"].startswith("/confirm/?next=")
    assert browser.post("/confirm/", {"password": PASSWORD}).status_code == 400, "a passkey is held"
    told = options(browser, "/confirm/")
    assert browser.post("/confirm/", {"credential": key.answer(told), "next": "/account/"}).status_code == 303
    assert browser.post("/account/do/remove/", {"number": number}).status_code == 303
    assert not Authenticator.objects.exists()


def test_a_session_grows_stale_and_the_password_makes_it_fresh() -> None:
    browser = inside()
    assert browser.get("/account/password/").status_code == 200
    Session.objects.filter(ended_at=None).update(fresh_at=timezone.now() - timedelta(minutes=6))
    assert browser.get("/account/password/").headers["location"] == "/confirm/?next=%2Faccount%2Fpassword%2F"
    assert browser.post("/confirm/", {"password": "wrong"}).status_code == 400
    answer = browser.post("/confirm/", {"password": PASSWORD, "next": "/account/password/"})
    assert answer.headers["location"] == "/account/password/"
    assert browser.get("/account/password/").status_code == 200
    assert browser.post("/account/password/", {"password": "short"}).status_code == 400
    assert browser.post("/account/password/", {"password": "another password"}).status_code == 303


def test_a_page_calls_it_an_authentication_and_no_signature() -> None:
    page = text(inside().get("/confirm/"))
    assert "身份核验" in page and "不是电子签名法所说的可靠电子签名" in page


def test_a_session_from_before_the_table_is_nobodys() -> None:
    browser = a_browser()
    session = browser.session
    session["who"] = {"login": "owner", "person": "person:key-owner", "office": "", "demo": False}
    session.save()
    browser.cookies["sessionid"] = session.session_key
    assert browser.get("/account/").status_code == 303


# ---- Guessing, and locking others out --------------------------------------------------------------------------------


def test_whoever_guesses_elsewhere_or_beside_locks_nobody_out_of_a_known_device() -> None:
    known = inside()
    known.post("/sign-out/")
    for address in ("203.0.113.5", "198.51.100.7", "127.0.0.1"):
        guesser = Client(SERVER_NAME=HOST, REMOTE_ADDR=address)
        statuses = [sign_in(guesser, "guess").status_code for _ in range(8)]
        assert statuses[-1] == 429
    assert sign_in(a_browser()).status_code == 429, "a device that nobody knows waits at this address"
    assert sign_in(known).status_code == 302, "the device that has signed in before does not"


def test_a_passkey_opens_while_its_account_is_being_guessed_at() -> None:
    key = SoftKey()
    add_key(inside(), key)
    guesser = Client(SERVER_NAME=HOST, REMOTE_ADDR="203.0.113.5")
    assert [sign_in(guesser, "guess").status_code for _ in range(8)][-1] == 429
    browser = a_browser()
    assert enter(browser, key.answer(options(browser, "/sign-in/key/"))).status_code == 302


def test_wrong_keys_from_an_address_shut_nobody_there_out() -> None:
    browser, key = inside(), SoftKey()
    add_key(browser, key)
    guesser, newcomer = a_browser(), a_browser()
    for _ in range(10):
        assert enter(guesser, "{}").status_code == 400
    assert enter(newcomer, key.answer(options(newcomer, "/sign-in/key/"))).status_code == 302


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.1", "198.51.100.2", False),
        ("::ffff:198.51.100.1", "198.51.100.1", True),
        ("", "", True),
    ],
)
def test_tries_are_counted_by_what_one_subscriber_holds(one: str, other: str, same: bool) -> None:
    assert (subscriber(one) == subscriber(other)) is same


def test_a_device_cookie_of_another_account_or_forged_helps_nobody(account: Account) -> None:
    other = NewPerson(ref="person:guesser", name="乙", login="guesser", password=HASH)
    open_account(actor=PLATFORM, at=timezone.now(), person=other)
    guesser = a_browser()
    sign_in(guesser, login="guesser")
    assert [sign_in(guesser, "guess").status_code for _ in range(8)][-1] == 429
    guesser.cookies["tongxin_device"] = "forged owner:x"
    assert sign_in(guesser, "guess").status_code == 429


def test_the_door_answers_alike_and_as_slowly_for_names_that_nobody_has() -> None:
    """Medians of nine tries each; a hash costs about fifty times what the rest does, so a missing one would stand out."""
    took: dict[str, list[float]] = {"owner": [], "nobody-at-all": []}
    pages = set()
    for _ in range(9):
        for login, times in took.items():
            cache.clear()  # the tries of before
            began = time.perf_counter()
            answer = sign_in(a_browser(), "guess", login)
            times.append(time.perf_counter() - began)
            pages.add(re.sub(r'value="[^"]*"', "", text(answer)))
    assert len(pages) == 1
    known, unknown = (statistics.median(times) for times in took.values())
    assert 0.6 < unknown / known < 1.67, took
    first = a_browser().post("/sign-in/recover/", {"login": "owner"})
    second = a_browser().post("/sign-in/recover/", {"login": "nobody-at-all"})
    assert first.status_code == second.status_code == 200
    strip = r"<strong>\d+</strong>|/sign-in/recover/[\w-]+/|csrfmiddlewaretoken\" value=\"\w+"
    assert re.sub(strip, "", text(first)) == re.sub(strip, "", text(second))


def test_nothing_secret_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        sign_in(a_browser(), "guess-me-not")
        sign_in(a_browser())
        a_browser().post("/sign-in/key/", {"credential": '{"response": {"secret-part": 1}}'})
    said = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
    for secret in ("guess-me-not", PASSWORD, "secret-part", "甲"):
        assert secret not in said


# ---- Opening, getting back, representing, the desk -------------------------------------------------------------------


def test_a_resident_opens_an_account_and_is_in() -> None:
    browser = a_browser()
    assert browser.get("/sign-in/new/").status_code == 200
    assert browser.post("/sign-in/new/", {"name": "新", "wish": "X!", "password": "short"}).status_code == 400
    answer = browser.post("/sign-in/new/", {"name": "新", "wish": "xin", "password": "a long password"})
    assert answer.headers["location"] == "/account/?new=1"
    page = text(browser.get("/account/?new=1"))
    login = re.search(r"<strong>(xin-\d{6})</strong>", page)
    assert login and Account.objects.filter(login=login[1]).exists()


def test_an_account_is_got_back_on_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    stranger, desk = a_browser(), with_session(session_of(officer("bz/hotline", "hotline_clerk"), "clerk"))
    page = text(stranger.post("/sign-in/recover/", {"login": "owner"}))
    address = re.search(r'href="(/sign-in/recover/[\w-]+/)"', page)
    assert address
    assert "取消" in text(inside().get("/account/")), "whoever has the account is told"
    listed = re.search(r"/identity/recoveries/(\d+)/", text(desk.get("/identity/")))
    assert listed
    assert desk.get(listed[0]).status_code == 200
    assert desk.post(listed[0], {"approved": "yes", "evidence": "身份证"}).status_code == 303
    assert "设新口令</button>" not in text(stranger.get(address[1]))
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=25))
    assert "设新口令</button>" in text(stranger.get(address[1]))
    answer = stranger.post(address[1], {"password": "the new password"})
    assert "owner" in text(answer)
    assert sign_in(a_browser(), "the new password").status_code == 302
    assert stranger.get("/sign-in/recover/wrong/").status_code == 404


MOTHER, DAUGHTER = "11010519491231002X", "37160219900307001"


def test_requests_for_names_nobody_has_push_no_real_one_off_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifying, "MOST_WAITING", 2)
    for login in ("nobody-1", "nobody-2", "nobody-3", "owner"):
        assert "/sign-in/recover/" in text(a_browser().post("/sign-in/recover/", {"login": login}))
    desk = with_session(session_of(officer("bz/hotline", "hotline_clerk"), "clerk"))
    shown = text(desk.get("/identity/"))
    assert "owner" in shown and "nobody" not in shown


def test_the_desk_takes_back_a_number_that_another_colleague_registered_wrongly() -> None:
    first = with_session(session_of(officer("bz/hotline", "hotline_clerk"), "clerk"))
    second = with_session(session_of(officer("bz/lead", "lead_officer"), "lead"))
    given = {"login": "owner", "kind": "resident_id", "value": MOTHER, "evidence": "居民身份证"}
    assert first.post("/identity/register/number/", given).status_code == 303
    page = first.post("/identity/register/withdrawal/", given)
    assert page.status_code in (400, 403) and Identifier.objects.count() == 1
    assert "撤销登记错的号码" in text(second.get("/identity/register/withdrawal/"))
    assert second.post("/identity/register/withdrawal/", given).status_code == 303
    assert not Identifier.objects.exists()


def test_the_desk_registers_a_number_and_the_person_then_gives_authority() -> None:
    desk, browser = with_session(session_of(officer("bz/hotline", "hotline_clerk"), "clerk")), inside()
    given = {"login": "owner", "kind": "resident_id", "value": MOTHER, "evidence": "居民身份证"}
    assert desk.post("/identity/register/number/", {**given, "value": MOTHER[:-1] + "1"}).status_code == 400
    assert desk.post("/identity/register/number/", given).status_code == 303
    assert Identifier.objects.count() == 1
    assert browser.get("/identity/").status_code == 403
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    letter = {
        "representative_name": "女儿", "representative_id": DAUGHTER + resident_check(DAUGHTER), "matters": "查阅", "powers": "act",
        "valid_to": until, "person": "person:key-owner",
    }  # fmt: skip
    assert browser.post("/account/representing/", {**letter, "representative_id": MOTHER}).status_code == 400
    assert browser.post("/account/representing/", letter).status_code == 303, text(
        browser.get("/account/representing/")
    )
    row = Representation.objects.get()
    assert "女儿" in text(browser.get("/account/representing/"))
    assert browser.post("/account/representing/end/", {"number": row.pk}).status_code == 303
    assert browser.post("/account/representing/end/", {"number": "x"}).status_code == 400


def test_an_organisation_and_who_acts_for_it_are_registered() -> None:
    desk = with_session(session_of(officer("bz/hotline", "hotline_clerk"), "clerk"))
    org = {"name": "某某有限公司", "code": "91110000802100433B", "evidence": "营业执照"}
    assert desk.post("/identity/register/organisation/", org).status_code == 303
    who = {
        "kind": "organisation", "representative_name": "经理", "representative_id": MOTHER, "person_id": org["code"],
        "matters": "数据申请", "evidence": "授权委托书", "valid_to": "",
    }  # fmt: skip
    assert desk.post("/identity/register/representative/", who).status_code == 303
    assert Representation.objects.get().person.startswith("person:org-")
    for what in ("number", "organisation", "representative"):
        assert desk.get(f"/identity/register/{what}/").status_code == 200
    assert desk.get("/identity/register/other/").status_code == 404


def test_the_statements_of_a_request_stay_few(django_assert_max_num_queries: Any) -> None:
    stranger, browser = a_browser(), inside()
    with django_assert_max_num_queries(2):
        stranger.get("/sign-in/")
    with django_assert_max_num_queries(10):
        browser.get("/account/")


# ---- Sign-offs ------------------------------------------------------------------------------------------------------


def an_official(login: str) -> Client:
    held = Account.objects.get(login=login)
    open_account(
        actor=PLATFORM,
        at=timezone.now(),
        person=NewPerson(ref=held.person_id, name="", login=login, password=HASH),
    )
    browser = a_browser()
    answer = sign_in(browser, login=login)
    assert answer.headers.get("location") == "/desk/", text(answer)
    return browser


SIGN_OFFS = [
    "/lists/duty/end/?code=q001", "/lawmaking/x/do/vote_law/", "/cases/x/do/decide_clock_change/", "/law/reviews/1/",
    "/data/do/consent_data/application:x/", "/data/do/terminate_grant/grant:x/", "/data/do/publish_revision/revision:1/",
    "/data/releases/questions/x/", "/data/releases/budgets/", "/data/deferrals/x/", "/data/emergencies/new/", "/cases/erase/x/",
]  # fmt: skip


@pytest.mark.parametrize("address", SIGN_OFFS)
def test_a_sign_off_wants_a_showing_of_a_short_while_ago(address: str) -> None:
    browser = an_official("lead")
    assert not browser.get(address).headers.get("location", "").startswith("/confirm/")
    Session.objects.filter(ended_at=None).update(fresh_at=timezone.now() - timedelta(minutes=6))
    assert browser.get(address).headers["location"].startswith("/confirm/?next=")
    assert browser.get("/desk/").status_code == 200, "what is no sign-off goes on"
    assert browser.get("/cases/x/do/note_case/").status_code == 404
    assert browser.get("/data/do/apply_data/data:s004/").status_code != 303, (
        "an application is signed off by the head"
    )
    Session.objects.filter(ended_at=None).update(fresh_at=timezone.now() - timedelta(minutes=21))
    assert browser.post(address).headers["location"].startswith("/confirm/?next=")


def test_a_demo_session_counts_as_fresh_and_the_page_says_so() -> None:
    browser = with_session(session_of(officer("bz/lead", "lead_officer"), "lead"))
    Session.objects.filter(ended_at=None).update(fresh_at=timezone.now() - timedelta(hours=2))
    assert not browser.get(SIGN_OFFS[0]).headers.get("location", "").startswith("/confirm/")
    assert "这是演示登录" in text(browser.get("/account/"))
