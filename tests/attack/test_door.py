"""The door: where one is sent afterwards, whose session it is, whose host, and that guessing costs the same for every name."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client

from tests.factories import NOW
from tongxin.acts.terms import PLATFORM
from tongxin.identity import queries as identity
from tongxin.identity.models import Session
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson
from tongxin.web.entering import address_of

pytestmark = pytest.mark.django_db
PASSWORD = "一个够长的口令 2026"
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "https:///evil.example", "http://testserver@evil.example/", "http://testserver.evil.example/",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "\tjavascript:alert(1)", " //evil.example",
    "/\t/evil.example", "/\n/evil.example", "http:/\\evil.example", "//evil.example/%2f..", "ftp://testserver/", "mailto:x@evil.example",
    "/x\r\nSet-Cookie: a=b", "http://[::1", "//\u3002evil.example", "https://testserver\\@evil.example",
]  # fmt: skip


@pytest.fixture
def account() -> NewPerson:
    person = NewPerson(ref="person:door", name="乙", login="door-1", password=make_password(PASSWORD))
    open_account(actor=PLATFORM, at=NOW, person=person)
    cache.clear()
    return person


def leads_away(answer: Any) -> bool:
    """Whether an answer sends the browser to another host, or holds what was asked for in a header."""
    target = answer.headers.get("Location", "")
    return not (target == "" or (target.startswith("/") and not target.startswith(("//", "/\\")))) or any(
        "evil.example" in str(value) or "Set-Cookie: a=b" in str(value) for value in answer.headers.values()
    )


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_next_leads_to_another_host(account: NewPerson, address: str) -> None:
    """Every place that takes an address to go on to: signing in, choosing, confirming, the demo, how pages look, the language."""
    client = Client()
    asked = urlencode({"next": address})
    answers = [
        client.post(f"/sign-in/?{asked}", {"login": account.login, "password": PASSWORD}),
        client.post("/sign-in/", {"login": account.login, "password": PASSWORD, "next": address}),
        client.get(f"/sign-in/?{asked}"),
        client.post("/confirm/", {"password": PASSWORD, "next": address}),
        client.post("/display/", {"next": address, "display": "large"}),
        client.post("/i18n/setlang/", {"next": address, "language": "en"}),
        client.post("/i18n/setlang/", {"language": "en"}, headers={"Referer": address.replace("\r\n", "")}),
        client.post("/demo/", {"login": "resident", "next": address}),
        client.post("/sign-out/", {"next": address}),
    ]
    assert [one.status_code for one in answers if one.status_code >= 500] == []
    assert [
        (one.request["PATH_INFO"], one.headers.get("Location")) for one in answers if leads_away(one)
    ] == []
    for one in answers:
        assert (
            f'href="{address}"' not in one.content.decode()
            and f'action="{address}"' not in one.content.decode()
        )


def test_a_next_of_this_house_is_followed(account: NewPerson) -> None:
    answer = Client().post("/sign-in/?next=/my-data/", {"login": account.login, "password": PASSWORD})
    assert answer.status_code == 302 and answer.headers["Location"] == "/my-data/"


def test_a_session_that_was_planted_before_is_not_the_one_after(account: NewPerson) -> None:
    """Fixation: what an attacker put into the browser before, or knows of it, opens nothing afterwards."""
    attacker = Client()
    attacker.get("/sign-in/")
    planted = attacker.session
    planted["who"] = {
        "login": account.login,
        "person": account.ref,
        "office": "",
        "secret": "chosen-by-the-attacker",
    }
    planted.save()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    victim = Client()
    victim.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    before = victim.get("/sign-in/").cookies[settings.CSRF_COOKIE_NAME].value
    answer = victim.post("/sign-in/", {"login": account.login, "password": PASSWORD})
    assert answer.status_code == 302 and answer.cookies[settings.CSRF_COOKIE_NAME].value != before
    assert victim.get("/account/").status_code == 200
    assert attacker.get("/account/").status_code == 303, "the planted cookie names no session"
    assert "chosen-by-the-attacker" not in str(list(Session.objects.values_list("key", flat=True)))


def test_signing_in_anew_ends_the_session_of_before(account: NewPerson) -> None:
    client, copied = Client(), Client()
    client.post("/sign-in/", {"login": account.login, "password": PASSWORD})
    copied.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert copied.get("/account/").status_code == 200
    client.post("/sign-in/", {"login": account.login, "password": PASSWORD})
    assert client.get("/account/").status_code == 200 and copied.get("/account/").status_code == 303


@pytest.mark.parametrize("login", ["door-1", "nobody-at-all", "", "x" * 200, "door-1\u200b"])
def test_a_guess_costs_one_hash_whoever_is_guessed_at(
    account: NewPerson, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same work for a name that somebody has and one that nobody has: one scrypt, counted."""
    hashed: list[str] = []
    true = identity.check_password

    def counted(password: str, stored: str) -> bool:
        hashed.append(stored.split("$", maxsplit=1)[0])
        return bool(true(password, stored))

    monkeypatch.setattr(identity, "check_password", counted)
    assert identity.account_matching(login=login, password="guess") is None
    assert hashed == ["scrypt"]


def test_a_host_that_is_not_ours_is_refused_and_stands_in_no_link(client: Client) -> None:
    for host in (
        "evil.example",
        "testserver:80@evil.example",
        "testserver.evil.example",
        "evil.example:testserver",
    ):
        answer = client.get("/sign-in/", headers={"Host": host})
        assert answer.status_code == 400 and b"evil.example" not in answer.content
    answer = client.get(
        "/api/matters", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    )
    assert answer.status_code == 200 and b"evil.example" not in answer.content


def test_forwarded_addresses_are_believed_behind_the_own_proxy_alone(rf: Any, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 7.7.7.7"})
    assert address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "7.7.7.7", (
        "the last is what the own proxy saw; what stands before it anybody may write"
    )


def test_guessing_of_one_name_from_one_address_is_slowed_down(account: NewPerson) -> None:
    client = Client()
    told = [
        client.post("/sign-in/", {"login": account.login, "password": f"no-{n}"}).status_code
        for n in range(9)
    ]
    assert told[:6] == [400] * 6 and told[-1] == 429
    assert Client().post("/sign-in/recover/", {"login": "a"}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in/recover/", "/sign-in/new/"])
def test_asking_for_accounts_and_recoveries_is_slowed_down_by_address(path: str) -> None:
    cache.clear()
    given = {"login": "somebody", "wish": "somebody", "name": "丙", "password": PASSWORD, "again": PASSWORD}
    pages = [Client().post(path, given).content.decode() for _ in range(9)]
    assert "试得太多了" not in pages[0] and "试得太多了" in pages[-1]
