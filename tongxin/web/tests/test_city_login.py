"""统一登录与外部登录。 The city's own sign-in for other systems, and signing in with an account elsewhere, request by request."""

import base64
import dataclasses
import hashlib
import json
import re
import secrets
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.idp.oidc.models import Client as System
from allauth.idp.oidc.models import Token
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, officer, session_of, with_session
from tongxin.acts.terms import PLATFORM, Actor, Conflict, InvalidInput, Refused, Who
from tongxin.identity import operations as identity
from tongxin.identity.models import Account, Consent, OutsideLink, Ticket
from tongxin.identity.operations import open_account
from tongxin.identity.rules import may_enter
from tongxin.identity.terms import LiveSession, Means, NewPerson
from tongxin.web.outside import BadProvidersError, outside_providers
from tongxin.web.views.outside import _Verified, arrived

pytestmark = pytest.mark.django_db
BACK = "https://parks.example/back"
SECRET = "a secret of the system"
HASH = make_password("a right password")


@pytest.fixture(autouse=True)
def system() -> None:
    for login in ("owner", "other"):
        person = NewPerson(ref=f"person:{login}", name="王兰", login=login, password=HASH)
        open_account(actor=PLATFORM, at=timezone.now(), person=person)
    register("parks", SECRET)


def register(number: str, secret: str = "", addresses: tuple[str, ...] = (BACK,)) -> None:
    identity.register_client(
        actor=officer("bz/lead", "lead_officer"), at=NOW, number=number, name="公园预约", addresses=addresses, secret=secret
    )  # fmt: skip


def browser_of(login: str = "owner") -> Client:
    browser = Client()
    answer = browser.post("/sign-in/", {"login": login, "password": "a right password"})
    assert answer.status_code == 302
    return browser


def asked(**more: str) -> tuple[dict[str, str], str]:
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    told = {
        "client_id": "parks", "response_type": "code", "redirect_uri": BACK, "scope": "openid profile", "state": "s",
        "nonce": "n", "code_challenge": challenge, "code_challenge_method": "S256", **more,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value}, verifier


def consent(browser: Client, given: dict[str, str], scopes: tuple[str, ...] = ("openid", "profile")) -> Any:
    page = browser.get("/oidc/authorize", given)
    assert page.status_code == 200, page.content.decode()
    form = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    assert form
    data = {"request": unescape(form[1]), "scopes": list(scopes), "action": "grant"}
    return browser.post("/oidc/authorize", data)


def a_code(browser: Client, **more: str) -> tuple[str, str]:
    given, verifier = asked(**more)
    answer = consent(browser, given)
    assert answer.status_code == 302, answer.content.decode()
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert told["state"] == ["s"]
    return told["code"][0], verifier


def exchange(code: str, verifier: str, **more: str) -> Any:
    return Client().post("/oidc/token", {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "client_id": "parks",
        "client_secret": SECRET, "code_verifier": verifier, **more,
    })  # fmt: skip


def told_of(token: str) -> dict[str, Any]:
    public = jwt.PyJWK(json.loads(Client().get("/.well-known/jwks.json").content)["keys"][0])
    found: dict[str, Any] = jwt.decode(
        token, public.key, algorithms=["RS256"], audience="parks", issuer="http://testserver"
    )
    return found


# ---- The city's own sign-in -----------------------------------------------------------------------------------------


def test_discovery_says_what_is_there_and_nothing_else() -> None:
    told = json.loads(Client().get("/.well-known/openid-configuration").content)
    assert told["issuer"] == "http://testserver"
    assert told["subject_types_supported"] == ["pairwise"]
    assert told["response_types_supported"] == ["code"]
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
    ):
        assert Client().get(urlsplit(told[name]).path).status_code != 404
    for gone in (
        "/oidc/device",
        "/identity/o/api/clients",
        "/accounts/signup/",
        "/accounts/login/",
        "/oidc/clients",
    ):
        assert Client().get(gone).status_code == 404


def test_a_system_learns_a_subject_of_its_own_and_the_name_with_consent() -> None:
    code, verifier = a_code(browser_of())
    answer = exchange(code, verifier)
    assert answer.status_code == 200, answer.content
    told = json.loads(answer.content)
    claims = told_of(told["id_token"])
    assert claims["nonce"] == "n"
    assert set(claims) <= {
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "jti",
        "nonce",
        "at_hash",
        "c_hash",
        "auth_time",
    }
    info = json.loads(
        Client().get("/oidc/userinfo", headers={"Authorization": f"Bearer {told['access_token']}"}).content
    )
    assert info == {"sub": claims["sub"], "name": "王兰"}
    register("library", SECRET)
    code, verifier = a_code(browser_of(), client_id="library")
    other = json.loads(exchange(code, verifier, client_id="library").content)
    sub = jwt.decode(other["id_token"], options={"verify_signature": False})["sub"]
    assert sub != claims["sub"], "two systems cannot put their subjects together"
    assert "owner" not in sub and "person" not in sub


def test_without_consent_to_the_name_there_is_none_and_without_any_there_is_no_code() -> None:
    browser = browser_of()
    given, verifier = asked()
    answer = consent(browser, given, ("openid",))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    token = json.loads(exchange(code, verifier).content)["access_token"]
    assert "name" not in json.loads(
        Client().get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"}).content
    )
    page = browser.get("/oidc/authorize", given).content.decode()
    form = re.search(r'name="request" value="([^"]+)"', page)
    assert form
    refused = browser.post("/oidc/authorize", {"request": unescape(form[1]), "action": "cancel"})
    assert "error=access_denied" in refused.headers["Location"]
    forged = browser.post("/oidc/authorize", {"request": "forged:x", "scopes": ["openid"], "action": "grant"})
    assert forged.status_code == 403


def test_a_name_told_to_one_system_is_not_told_to_another_that_asks_without_a_page() -> None:
    browser = browser_of()
    given, _verifier = asked()
    consent(browser, given)  # parks may know the name
    register("library", SECRET)
    given, verifier = asked(client_id="library")
    consent(browser, given, ("openid",))  # the library may not
    answer = browser.get("/oidc/authorize", {**given, "prompt": "none"})
    code = parse_qs(urlsplit(answer.headers["Location"]).query).get("code", [""])[0]
    told = json.loads(exchange(code, verifier, client_id="library").content)
    if "access_token" in told:
        token = {"Authorization": f"Bearer {told['access_token']}"}
        assert "name" not in json.loads(Client().get("/oidc/userinfo", headers=token).content)


def test_a_code_opens_once_and_only_with_its_verifier_its_secret_and_its_address() -> None:
    browser = browser_of()
    code, verifier = a_code(browser)
    assert exchange(code, "x" * 43).status_code == 400
    code, verifier = a_code(browser)
    assert exchange(code, verifier, client_secret="wrong").status_code == 401
    assert exchange(code, verifier, redirect_uri="https://evil.example/").status_code == 400
    assert exchange(code + "x", verifier).status_code == 400
    code, verifier = a_code(browser)
    assert exchange(code, verifier).status_code == 200
    assert exchange(code, verifier).status_code == 400, "replayed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": BACK + "/more"},
        {"client_id": "nobody"},
    ],
)
def test_a_wrong_request_is_answered_here_and_leads_nowhere(wrong: dict[str, str]) -> None:
    answer = browser_of().get("/oidc/authorize", asked(**wrong)[0])
    assert answer.status_code in (200, 400) and "Location" not in answer.headers
    assert "请求不对" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"response_type": "token"}, {"response_type": "id_token"}, {"scope": "openid email"}]
)
def test_what_a_system_may_not_ask_goes_back_as_an_error(wrong: dict[str, str]) -> None:
    answer = browser_of().get("/oidc/authorize", asked(**wrong)[0])
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK) and "error=" in answer.headers["Location"]


def test_who_is_not_signed_in_is_asked_to_first_and_nothing_goes_silently() -> None:
    given = asked()[0]
    assert (
        Client()
        .get("/oidc/authorize", given)
        .headers["Location"]
        .startswith("/sign-in/?next=/oidc/authorize")
    )
    assert (
        "error=login_required"
        in Client().get("/oidc/authorize", {**given, "prompt": "none"}).headers["Location"]
    )
    again = browser_of().get("/oidc/authorize", {**given, "prompt": "login"})
    assert again.headers["Location"].startswith("/confirm/?next=")


def test_a_token_planted_in_the_table_or_forged_opens_nothing() -> None:
    account = Account.objects.get(login="owner")
    Token.objects.create(
        type="at", hash=hashlib.sha256(b"planted").hexdigest(), client=System.objects.get(pk="parks"), user=account,
        scopes="openid\nprofile", expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    forged = jwt.encode(
        {"sub": "x", "token_use": "access", "client_id": "parks"}, "k" * 32, algorithm="HS256"
    )
    for token in ("planted", forged, ""):
        answer = Client().get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


def test_a_ticket_planted_in_the_table_is_not_read() -> None:
    cache.set("known", {"a": 1}, timeout=60)
    assert cache.get("known") == {"a": 1}
    assert cache.add("known", 2) is False
    Ticket.objects.filter().update(value="planted")
    assert cache.get("known") is None
    cache.set("one", 1)
    cache.set("two", 2)
    first, second = (Ticket.objects.get(key=name) for name in _names("one", "two"))
    Ticket.objects.filter(pk=second.pk).update(value=first.value)
    assert cache.get("two") is None, "a value signed for another key"
    cache.delete("one")
    assert cache.get("one", "gone") == "gone"
    cache.clear()


def _names(*keys: str) -> list[str]:
    backend: Any = cache._connections[cache._alias]  # type: ignore[attr-defined]
    return [backend._name(key, None) for key in keys]


def test_withdrawing_a_consent_or_ending_a_system_ends_its_tokens_at_once() -> None:
    browser = browser_of()
    code, verifier = a_code(browser)
    token = json.loads(exchange(code, verifier).content)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert Client().get("/oidc/userinfo", headers=bearer).status_code == 200
    assert "公园预约" in browser.get("/account/").content.decode()
    browser.post("/account/do/withdraw/", {"number": Consent.objects.get().pk})
    assert Client().get("/oidc/userinfo", headers=bearer).status_code == 401
    code, verifier = a_code(browser)
    token = json.loads(exchange(code, verifier).content)["access_token"]
    identity.end_client(actor=officer("bz/lead", "lead_officer"), at=NOW, number="parks")
    assert Client().get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    with pytest.raises(InvalidInput):
        identity.end_client(actor=officer("bz/lead", "lead_officer"), at=NOW, number="parks")


def test_consent_is_given_and_withdrawn_by_the_person_alone() -> None:
    me, thief = Actor(person="person:owner"), Actor(person="person:other")
    given = {"at": NOW, "login": "owner", "client": "parks", "scopes": ["openid"]}
    with pytest.raises(Refused):
        identity.consent_client(actor=thief, **given)
    for wrong in ({"client": "nobody"}, {"scopes": ["openid", "email"]}):
        with pytest.raises(InvalidInput):
            identity.consent_client(actor=me, **{**given, **wrong})
    identity.consent_client(actor=me, **given)
    number = Consent.objects.get().pk
    with pytest.raises(Refused):
        identity.withdraw_consent(actor=thief, at=NOW, login="owner", number=number)
    identity.withdraw_consent(actor=me, at=NOW, login="owner", number=number)
    with pytest.raises(InvalidInput):
        identity.withdraw_consent(actor=me, at=NOW, login="owner", number=number)


def test_a_code_of_a_closed_account_is_no_good() -> None:
    code, verifier = a_code(browser_of())
    identity.close_account(actor=Actor(person="person:owner"), at=NOW, login="owner")
    assert exchange(code, verifier).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"addresses": ("http://parks.example/",)},
        {"addresses": ("https://*.example/",)},
        {"addresses": ("javascript:alert(1)",)},
        {"addresses": ("https://parks.example/#x",)},
        {"addresses": ()},
        {"number": "x"},
        {"number": "UPPER"},
    ],
)
def test_a_system_that_could_not_be_told_safely_is_not_registered(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        register(**{"number": "new-one", **wrong})
    with pytest.raises(Conflict):
        register("parks")
    with pytest.raises(Refused):
        identity.register_client(
            actor=Actor(person="person:owner"),
            at=NOW,
            number="mine",
            name="我的",
            addresses=[BACK],
            secret="",
        )


def test_a_lead_officer_registers_a_system_on_its_page() -> None:
    desk = with_session(session_of(officer("bz/lead", "lead_officer"), "lead"))
    page = desk.post(
        "/systems/", {"number": "library", "name": "图书馆", "address": "https://lib.example/back"}
    )
    assert "只显示这一次" in page.content.decode()
    assert desk.post("/systems/", {"number": "library", "name": "x", "address": "nowhere"}).status_code == 400
    desk.post("/systems/end/", {"number": "library"})
    assert not System.objects.filter(pk="library").exists()


# ---- Signing in elsewhere -------------------------------------------------------------------------------------------


def test_a_forged_token_of_a_provider_is_refused_whatever_its_algorithm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = json.loads(Client().get("/.well-known/jwks.json").content)
    told = {"iss": "https://elsewhere.example", "aud": "us", "sub": "x", "exp": 4_000_000_000, "iat": 1}
    kid = {"kid": keys["keys"][0]["kid"]}

    class Answer:
        def raise_for_status(self) -> None: ...
        def json(self) -> Any:
            return keys

    class Line:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...
        def get(self, _url: str) -> Answer:
            return Answer()

    monkeypatch.setattr(
        "tongxin.web.allauth_ports.OutsidePort.get_requests_session", lambda _self: Line(), raising=False
    )
    verified = _Verified.__new__(_Verified)
    verified._openid_config = {"jwks_uri": "x", "issuer": told["iss"]}
    app: Any = type("App", (), {"client_id": "us"})
    good = jwt.encode(told, settings.SECRETS.oidc_key, algorithm="RS256", headers=kid)
    assert verified._decode_id_token(app, good)["sub"] == "x"
    other = jwt.encode(told, "k" * 32, algorithm="HS256", headers=kid)
    none = jwt.encode(told, None, algorithm="none", headers=kid)
    late = jwt.encode({**told, "exp": 1}, settings.SECRETS.oidc_key, algorithm="RS256", headers=kid)
    another = jwt.encode({**told, "aud": "them"}, settings.SECRETS.oidc_key, algorithm="RS256", headers=kid)
    unknown = jwt.encode(told, settings.SECRETS.oidc_key, algorithm="RS256", headers={"kid": "unknown"})
    changed = good[:-10] + ("A" * 10)
    for wrong in (other, none, late, another, unknown, changed):
        with pytest.raises((OAuth2Error, jwt.PyJWTError, TypeError, ValueError)):
            verified._decode_id_token(app, wrong)


def test_nothing_is_linked_in_a_session_that_did_not_just_show_who_it_is(rf: Any) -> None:
    """`process` may stand in the address as well, past the question of the form: it is asked again when it counts."""
    live = LiveSession(
        key="k", login="owner", person="person:owner", means="password",
        begun_at=timezone.now(), fresh_at=timezone.now() - timedelta(minutes=21), demo=False,
    )  # fmt: skip
    request = rf.get("/sign-in/with/province/back/")
    request.live, request.who = live, Who(actor=Actor(person=live.person), login=live.login)
    answer = arrived(request, provider="province", subject="mine", process="connect", wanted="")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/confirm/?next=/account/")
    assert not OutsideLink.objects.exists()
    request.live = dataclasses.replace(live, fresh_at=timezone.now())
    assert (
        arrived(request, provider="province", subject="mine", process="connect", wanted="").status_code == 302
    )
    assert OutsideLink.objects.get().account.login == "owner"


def test_an_answer_that_was_not_asked_for_signs_nobody_in(settings: Any) -> None:
    provider = {
        "provider_id": "province", "name": "省", "client_id": "us", "secret": "",
        "settings": {"server_url": "http://127.0.0.1:1", "name_en": "Province"},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [provider]}}
    browser = Client()
    assert "用外部账户登录" in browser.get("/sign-in/").content.decode()
    answer = browser.get("/sign-in/with/province/back/?state=forged&code=x")
    assert answer.status_code == 401 and "没有登录" in answer.content.decode()
    assert browser.get("/sign-in/with/nobody/back/?state=x&code=x").status_code == 404
    assert browser.get("/sign-in/with/province/").status_code == 405
    assert browser.post("/sign-in/with/province/", {"process": "login"}).status_code == 502, (
        "nobody answers there"
    )
    assert browser.get("/sign-in/with/cancelled/").status_code == 400


BAD = [
    ("{}", "no list"),
    ('[{"id": "x"}]', "name is missing"),
    ('[{"id": "X!", "name": "x", "server_url": "https://x", "client_id": "c"}]', "id is"),
    ('[{"id": "x", "name": "x", "server_url": "http://x.example", "client_id": "c"}]', "not https"),
    ("[1]", "no object"),
]


@pytest.mark.parametrize(("content", "reason"), BAD)
def test_a_file_of_providers_with_a_fault_is_named(
    content: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "providers.json"
    path.write_text(content)
    monkeypatch.setenv("TONGXIN_OIDC_PROVIDERS", str(path))
    with pytest.raises(BadProvidersError, match=reason):
        outside_providers()


@pytest.mark.parametrize("providers", [[], ["province"]])
@pytest.mark.parametrize("demo", [False, True])
def test_no_settings_leave_one_way_alone(providers: list[str], demo: bool, settings: Any) -> None:
    """国家网络身份认证公共服务管理办法 art. 6: other lawful ways remain, whatever is configured."""
    apps = [{"provider_id": p, "name": p, "client_id": "c", "settings": {"name_en": p}} for p in providers]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
    settings.DEMO = demo
    page = Client().get("/sign-in/").content.decode()
    for way in ('name="password"', 'data-passkey="get"', "/sign-in/new/", "/sign-in/recover/"):
        assert way in page
    assert may_enter(shown={Means.PASSWORD}, held={Means.PASSWORD, Means.OIDC})
    assert may_enter(shown={Means.PASSKEY}, held={Means.PASSKEY, Means.OIDC})


def test_the_application_may_write_no_table_that_gives_rights() -> None:
    with connection.cursor() as cursor:
        for table in ("auth_permission", "auth_group", "socialaccount_socialaccount", "account_emailaddress"):
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'INSERT, UPDATE, DELETE')", [table])
            assert cursor.fetchone()[0] is False, table
