"""Nothing secret and nobody's data in any log: sign-ins, reports, refusals and breakdowns, with every logger at its loudest."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.attack.conftest import Browse
from tests.attack.test_routes import asked, listed, one_of_each
from tests.house.permissions import OF_ANOTHER_POST, Scene
from tests.plugin import DATA
from tongxin.cases.api.counter import COUNTER
from tongxin.web.secrets import Secrets

PLANTED = {
    "password": "一个别人不该知道的口令-7731",
    "text": "我家住在不可说的地方-5521",
    "name": "欧阳不可说",
    "phone": "13877766655",
    "mail": "nobody-should-read@example.org",
    "number": "11010519491231002X",
    "key": "client-key-nobody-reads-9911",
    "breaks": "what-broke-holds-this-8841",
}


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What the house's own handlers write, as they are configured, with every logger at DEBUG.

    Statements are left out: `django.db.backends` says them at DEBUG alone, which no setting of the house turns on, and a test keeps it so.
    """
    out = io.StringIO()
    logging.config.dictConfig(settings.LOGGING)
    formatter = logging.getLogger().handlers[-1].formatter
    ours = logging.StreamHandler(out)
    ours.setFormatter(formatter)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(ours)
    root.setLevel(logging.DEBUG)
    for name in ("django", "django.request", "django.security", "allauth", "asyncio", "tongxin"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield out
    root.removeHandler(ours)
    root.setLevel(before)
    logging.config.dictConfig(settings.LOGGING)


def found_in(text: str, more: dict[str, str]) -> list[str]:
    """Which of the secrets stand in a text."""
    return [name for name, secret in {**PLANTED, **more}.items() if secret and secret in text]


def house_secrets() -> dict[str, str]:
    """The secrets of the instance."""
    held = Secrets.of(DATA)
    return {"django": held.key, "identity": held.identity_key, "database": held.app_password}


def test_nothing_secret_is_logged_whatever_is_done(scene: Scene, browser: Browse, said: io.StringIO) -> None:
    client = browser(None)
    client.post("/sign-in/", {"login": "door", "password": PLANTED["password"]})
    client.post(
        "/sign-in/new/",
        {"wish": "x", "name": PLANTED["name"], "password": PLANTED["password"], "again": "other"},
    )
    client.post(
        f"/sign-in/recover/{scene.facts['recovery_token']}/", {"password": PLANTED["password"], "again": "x"}
    )
    report = {"client_key": PLANTED["key"], "matter": "m01001", "lon": 0.0, "lat": 0.0, "text": PLANTED["text"], "name": PLANTED["name"],
              "phone": PLANTED["phone"], "email": PLANTED["mail"]}  # fmt: skip
    client.post("/api/reports", json.dumps(report), content_type="application/json")
    client.post(
        "/api/reports", json.dumps({**report, "lon": 118.0, "lat": 37.37}), content_type="application/json"
    )
    call = {
        "subjects": [{"kind": "resident_id", "value": PLANTED["number"]}],
        "office": "x",
        "grant": "x",
        "fields": ["x"],
    }
    browser("user").post("/api/data/calls", json.dumps(call), content_type="application/json")
    client.get(f"/mine/{scene.facts['token']}/nothing/")
    client.get(f"/mine/{scene.facts['token']}x/")
    client.get(f"/open311/v2/tokens/{scene.facts['token']}.json?jurisdiction_id=elsewhere")
    client.post("/identity/register/number/", {"value": PLANTED["number"]})
    client.post("/nowhere/", {"password": PLANTED["password"]})
    client.get("/", headers={"Host": "evil.example", "Authorization": f"Bearer {PLANTED['key']}"})
    text = said.getvalue()
    more = {**house_secrets(), "token": scene.facts["token"], "recovery": scene.facts["recovery_token"]}
    assert found_in(text, more) == [], text[:3_000]


def test_every_route_is_asked_and_no_token_no_name_and_no_number_is_logged(
    scene: Scene, browser: Browse, said: io.StringIO
) -> None:
    for row in one_of_each():
        asked(browser(OF_ANOTHER_POST.get(row["route"], "with_basis")), scene, row)
    secrets = {name: scene.facts[name] for name in ("token", "recovery_token", "remark_token")}
    secrets |= {f"session of {who}": held["secret"] for who, held in scene.people.items() if held}
    text = said.getvalue()
    assert found_in(text, {**secrets, **house_secrets(), "reporter": "13900000000"}) == [], text[:3_000]


@pytest.mark.parametrize("kind", [RuntimeError, ValueError, KeyError])
def test_a_breakdown_is_logged_by_its_place_and_not_by_what_it_held(
    scene: Scene, browser: Browse, said: io.StringIO, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def breaks(*given: Any, **named: Any) -> Any:
        raise kind(PLANTED["breaks"], str(given), str(named))

    monkeypatch.setattr(COUNTER, "take", breaks)
    monkeypatch.setattr("tongxin.web.views.account.account_matching", breaks)
    client = browser(None)
    report = {"client_key": PLANTED["key"], "matter": "m01001", "lon": 118.0, "lat": 37.37, "text": PLANTED["text"],
              "name": PLANTED["name"], "phone": PLANTED["phone"], "email": PLANTED["mail"]}  # fmt: skip
    for path, given, how in (
        ("/api/reports", json.dumps(report), "application/json"),
        ("/sign-in/", f"login=x&password={PLANTED['password']}", "application/x-www-form-urlencoded"),
    ):
        answer = client.post(path, given, content_type=how)
        assert answer.status_code == 500
        assert found_in(answer.content.decode(), {}) == []
    text = said.getvalue()
    assert kind.__name__ in text and "json_api.py" in text, "it can be found and mended"
    assert found_in(text, house_secrets()) == [], text[:3_000]


def test_an_error_of_the_database_is_logged_without_the_row(
    scene: Scene, browser: Browse, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [PLANTED["phone"] + "x"])

    monkeypatch.setattr(COUNTER, "take", breaks)
    report = {"client_key": PLANTED["key"], "matter": "m01001", "lon": 118.0, "lat": 37.37}
    answer = browser(None).post("/api/reports", json.dumps(report), content_type="application/json")
    assert answer.status_code == 500 and "DataError" in said.getvalue()
    assert found_in(said.getvalue(), {}) == [], said.getvalue()[:3_000]


def test_statements_and_debugging_are_logged_by_no_setting_of_the_house() -> None:
    configured = settings.LOGGING
    levels = {
        configured["root"]["level"],
        *(one.get("level") for one in configured.get("loggers", {}).values()),
    }
    assert "DEBUG" not in levels and not settings.DEBUG
    assert "django.db.backends" not in configured.get("loggers", {})


def test_what_is_planted_would_be_found() -> None:
    assert found_in(f"POST /sign-in/ password={PLANTED['password']}", {}) == ["password"]
    assert isinstance(Client, type) and listed([1, 2]) == "1\n2"


def test_a_line_cannot_be_forged(browser: Browse, said: io.StringIO) -> None:
    """A line break in what a visitor sends begins no line of the log."""
    client = browser(None)
    client.get(
        "/nothing%0a1999-01-01T00:00:00 ERROR tongxin.web event=forged",
        headers={"User-Agent": "x\n1999 forged"},
    )
    logging.getLogger("tongxin.web").warning("refused: %s", "x\n1999-01-01 ERROR event=forged")
    assert not [line for line in said.getvalue().splitlines() if line.startswith("1999")]
