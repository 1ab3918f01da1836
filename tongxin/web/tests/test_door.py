"""门口。 The door: signing in, the demo, the ledger, what happens when something is missing."""

import base64
import re

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from tongxin.acts.terms import PLATFORM
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson
from tongxin.ledger.models import LedgerEntry
from tongxin.organs.queries import holdings_on
from tongxin.places.queries import city_day
from tongxin.web.entering import PATIENCE
from tongxin.web.views.ledger import verifier_key

pytestmark = pytest.mark.django_db
LOCAL = "127.0.0.1"


@pytest.fixture
def account() -> NewPerson:
    person = NewPerson(
        ref="person:test-door", name="甲", login="door", password=make_password("right password")
    )
    open_account(actor=PLATFORM, at=timezone.now(), person=person)
    PATIENCE.forget(login="door", address=LOCAL)
    return person


def test_a_right_password_opens_and_the_way_back_is_kept_in_the_house(
    client: Client, account: NewPerson
) -> None:
    given = {"login": "door", "password": "right password"}
    assert client.post("/sign-in/", {**given, "next": "/law/"}).headers["location"] == "/law/"
    held = client.session["who"]
    assert {**held, "secret": ""} == {"login": "door", "person": account.ref, "office": "", "secret": ""}
    assert held["secret"], "the cookie names a session that can be ended"
    for outside in (
        "https://elsewhere.example/",
        "//elsewhere.example",
        "javascript:alert(1)",
        "/\\elsewhere",
    ):
        assert client.post("/sign-in/", {**given, "next": outside}).headers["location"] == "/my/"


def test_a_wrong_password_opens_nothing_and_is_slowed_down(client: Client, account: NewPerson) -> None:
    statuses = [client.post("/sign-in/", {"login": "door", "password": "no"}).status_code for _ in range(8)]
    assert statuses[0] == 400
    assert statuses[-1] == 429
    assert "who" not in client.session
    PATIENCE.forget(login="door", address=LOCAL)


def test_signing_out_ends_the_session_and_needs_a_post(client: Client, account: NewPerson) -> None:
    client.post("/sign-in/", {"login": "door", "password": "right password"})
    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")
    assert "who" not in client.session


def test_the_demo_is_for_this_machine_alone(client: Client, settings: object) -> None:
    assert client.get("/demo/", REMOTE_ADDR=LOCAL).status_code == 200
    assert client.get("/demo/", REMOTE_ADDR="10.1.2.3").status_code == 404
    assert client.get("/demo/", REMOTE_ADDR=LOCAL, HTTP_X_FORWARDED_FOR="10.1.2.3").status_code == 404
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get("/demo/", REMOTE_ADDR=LOCAL).status_code == 404
    assert client.post("/demo/", {"login": "lead"}, REMOTE_ADDR=LOCAL).status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("人大", {"congress"}),
        ("市人大", {"congress"}),
        ("滨城城管", {"officer", "checker"}),
        ("邹平 文旅", {"outsider", "371681-culture-checker"}),
        ("lead2", {"lead2"}),
        ("人大常委会", {"congress"}),
        ("人人", set()),
    ],
)
def test_the_demo_finds_an_organ_by_its_short_name(client: Client, words: str, found: set[str]) -> None:
    text = client.get("/demo/", {"q": words}, REMOTE_ADDR=LOCAL).content.decode()
    _roles, _form, below = text.partition('role="search"')
    assert set(re.findall(r'name="login" value="([^"]+)"', below)) == found


def test_the_demo_puts_a_sign_in_name_in_full_first(client: Client) -> None:
    text = client.get("/demo/", {"q": "justice"}, REMOTE_ADDR=LOCAL).content.decode()
    assert re.findall(r'name="login" value="([^"]+)"', text.partition('role="search"')[2])[0] == "justice"


def test_an_official_of_the_demo_reads_the_inbox(client: Client) -> None:
    assert client.get("/inbox/").headers["location"].startswith("/sign-in/?next=")
    assert client.post("/demo/", {"login": "lead"}, REMOTE_ADDR=LOCAL).headers["location"] == "/desk/"
    assert client.session["who"]["office"].startswith("office:")
    assert client.get("/inbox/").status_code == 200


def test_a_number_that_is_none_is_said_at_the_question(client: Client) -> None:
    answer = client.get("/?number=20200101-000001")
    assert answer.status_code == 404
    assert "error-summary" in answer.content.decode()


def test_the_ledger_shows_an_entry_with_its_receipt_and_no_person(client: Client) -> None:
    assert client.get("/ledger/").status_code == 200
    page = client.get(f"/ledger/{LedgerEntry.objects.order_by('id')[0].pk}/")
    assert page.status_code == 200
    assert "person:" not in page.content.decode()
    assert client.get("/ledger/999999999/").status_code == 404
    assert client.get(f"/ledger/{10**30}/").status_code == 404
    name, _hash, key = verifier_key().split("+", 2)
    assert len(base64.b64decode(key)) == 33
    assert name


def test_display_is_kept_in_a_cookie_of_known_words(client: Client) -> None:
    answer = client.post("/display/", {"display": "large.evil", "next": "https://elsewhere.example"})
    assert answer.headers["location"] == "/"
    assert answer.cookies["tongxin_display"].value == "large"


def test_health_and_a_missing_page(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/nothing/").status_code == 404


def test_who_holds_two_offices_chooses_one_of_them(
    client: Client, account: NewPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = list(holdings_on(day=city_day(timezone.now()))[:2])
    monkeypatch.setattr("tongxin.web.views.account.held_offices", lambda **_: held)
    page = client.post("/sign-in/", {"login": "door", "password": "right password", "next": "/desk/"})
    ticket = re.search(r'name="choosing" value="([^"]+)"', page.content.decode())
    assert ticket is not None
    assert "who" not in client.session, "nobody is signed in before the office is chosen"
    assert client.post("/sign-in/", {"choosing": ticket[1], "office": "somebody/else"}).status_code == 400
    assert (
        client.post("/sign-in/", {"choosing": ticket[1] + "x", "office": held[0].office.code}).status_code
        == 400
    )
    answer = client.post(
        "/sign-in/", {"choosing": ticket[1], "office": held[1].office.code, "next": "/desk/"}
    )
    assert answer.headers["location"] == "/desk/"
    assert client.session["who"]["office"] == f"office:{held[1].office.code}"
