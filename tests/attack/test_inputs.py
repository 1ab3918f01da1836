"""Bodies and texts that break a reader: too deep, too long, not UTF-8, packed, NUL, half characters, patterns that run away."""

import contextlib
import gzip
import importlib
import json
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType

import pytest
from django.core.cache import cache
from django.test import Client

import tongxin
from tests.attack.conftest import Browse
from tests.house.permissions import Scene
from tongxin.identity.models import Account
from tongxin.law.rules.citations import citations_in

DEEP = 100_000
BODIES = {
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "unclosed": b'{"client_key": "x"',
    "a number of a million digits": b'{"lon": ' + b"9" * 900_000 + b"}",
    "an exponent": b'{"client_key": "x", "lon": 1e400, "lat": 37}',
    "infinity": b'{"client_key": "x", "lon": Infinity, "lat": NaN}',
    "not utf-8": b'{"client_key": "\xff\xfe"}',
    "half a character": b'{"client_key": "\\ud800", "text": "\\udfff"}',
    "nul": b'{"client_key": "a\\u0000b", "text": "\\u0000"}',
    "twice": b'{"client_key": "a", "client_key": "b"}',
    "utf-16": json.dumps({"client_key": "x"}).encode("utf-16"),
    "packed": gzip.compress(b"0" * 10_000_000),
    "null": b"null",
    "a string": b'"x"',
    "proto": b'{"__proto__": {"admin": true}, "constructor": 1, "client_key": "x"}',
}


@pytest.mark.django_db
@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/api/reports", "/api/data/calls", "/open311/v2/requests.json"])
def test_no_body_breaks_an_interface(raw: bytes, path: str) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        for coding in ("", "gzip"):
            client = Client(raise_request_exception=False)
            headers = {"Content-Encoding": coding} if coding else {}
            answer = client.post(path, raw, content_type=kind, headers=headers)
            assert 400 <= answer.status_code < 500, (kind, coding, answer.content[:200])
            assert "json" in answer.headers["Content-Type"]


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
def test_no_body_breaks_the_calls_of_an_office(scene: Scene, browser: Browse, raw: bytes) -> None:
    answer = browser("user").post("/api/data/calls", raw, content_type="application/json")
    assert 400 <= answer.status_code < 500 and answer.json()["error"]["code"]


@pytest.mark.django_db
def test_a_packed_body_is_not_unpacked() -> None:
    """Nothing here unpacks a request: a bomb is as many bytes as it has, and is read as what it is not."""
    packed = gzip.compress(
        json.dumps({"client_key": "x", "matter": "m01001", "lon": 118.0, "lat": 37.37}).encode()
    )
    answer = Client().post(
        "/api/reports", packed, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "malformed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/cases/?number=%00", None), ("/law/search/?q=a%00b", None), ("/cases/?matter=%00", None), ("/ledger/?entry=%00", None),
        ("/map/?place=%00", None), ("/sign-in/", {"login": "a\x00", "password": "\x00"}), ("/demo/?q=%00", None),
        ("/report/place/", {"address": "\x00"}), ("/cases/%00/", None), ("/display/", {"display": "\x00", "next": "/\x00"}),
        ("/i18n/setlang/", {"language": "\x00"}), ("/sign-in/new/", {"name": "\x00"}),
    ],
)  # fmt: skip
def test_a_nul_is_refused_everywhere(path: str, given: dict[str, str] | None) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post(path, given) if given else client.get(path)
    assert answer.status_code in (400, 404), answer.status_code


@pytest.mark.django_db
def test_unknown_members_and_fields_set_nothing() -> None:
    """Mass assignment: what is no field of a report is refused by JSON and read by nobody from a form."""
    own = {"client_key": "mass-1", "matter": "m01001", "lon": 118.0, "lat": 37.37, "text": "x"}
    for extra in (
        "state",
        "organ",
        "synthetic",
        "overdue",
        "channel",
        "person",
        "number",
        "photos",
        "id",
        "closed_at",
        "person_help",
    ):
        answer = Client().post(
            "/api/reports", json.dumps({**own, extra: "closed"}), content_type="application/json"
        )
        assert answer.status_code == 422 and answer.json()["error"]["field"] == extra
    form = {"service_code": "m01001", "lat": "37.37", "long": "118.0", "client_key": "mass-2", "status": "closed",
            "state": "closed", "agency_responsible": "x", "synthetic": "true", "channel": "hotline", "person": "person:syn-0001"}  # fmt: skip
    taken = Client().post("/open311/v2/requests.json", "&".join(f"{k}={v}" for k, v in form.items()),
                          content_type="application/x-www-form-urlencoded").json()[0]  # fmt: skip
    shown = Client().get(f"/api/cases/{taken['service_request_id']}").json()
    assert (shown["channel"], shown["synthetic"]) == ("open311", False) and shown["state"] != "closed"


def test_unknown_fields_of_a_form_set_nothing(scene: Scene, browser: Browse) -> None:
    """Opening an account with an office, a person, a state of one's own choosing."""
    cache.clear()
    given = {"wish": "mass", "name": "丁", "password": "一个够长的口令 2026", "again": "一个够长的口令 2026"}
    own = {"person": "person:syn-0001", "person_id": "person:syn-0001", "ref": "person:syn-0001", "login": "lead", "office": "office:bz/lead",
           "is_staff": "1", "is_superuser": "1", "closed_at": "2020-01-01", "kind": "organisation"}  # fmt: skip
    client = browser(None)
    answer = client.post("/sign-in/new/", {**given, **own})
    assert answer.status_code == 303, answer.content.decode()[:400]
    made = Account.objects.latest("id")
    assert (
        made.login.startswith("mass-") and made.person_id.startswith("person:r-") and made.closed_at is None
    )
    assert client.get("/desk/").status_code in (302, 403)


# ---- Patterns that run away (ReDoS) ---------------------------------------------------------------------------------

PARTS = [
    "a",
    "1",
    "-",
    " ",
    ".",
    "/",
    "第",
    "一",
    "条",
    "、",
    "（",
    "《",
    "\u3000",
    "\n",
    "=",
    "+",
    "[",
    "第一条",
    "2026-",
    "a.",
    "a-",
    "《a》",
    "第一条第",
    "和",
]
ENDS = ["", "!", "\n!", "\x00", "》", "）"]


class RunsAwayError(Exception):
    """A pattern that did not come to its end."""


@contextlib.contextmanager
def within(seconds: int, what: str) -> Iterator[None]:
    """A bound that no honest pattern comes near and one that runs away never keeps."""

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise RunsAwayError(what)

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern of the package, by the module that holds it."""
    found: dict[str, re.Pattern[str]] = {}
    for module in pkgutil.walk_packages(tongxin.__path__, "tongxin."):
        if ".tests" in module.name or ".migrations" in module.name or module.name.endswith(".wsgi"):
            continue
        held = vars(importlib.import_module(module.name))
        for name, value in held.items():
            several = (
                value.values()
                if isinstance(value, dict)
                else value
                if isinstance(value, tuple | list)
                else [value]
            )
            for one in several:
                if isinstance(one, re.Pattern) and isinstance(one.pattern, str):
                    found[f"{module.name}.{name}"] = one
    return found


def tried(pattern: re.Pattern[str], size: int) -> None:
    """Match it against long texts of few letters that end wrongly."""
    for part in PARTS:
        text = part * (size // len(part))
        for end in ENDS:
            pattern.search(text + end)
            pattern.fullmatch(text + end)


def test_no_pattern_of_the_house_runs_away() -> None:
    found = patterns()
    assert len(found) > 60, len(found)
    for name, pattern in found.items():
        with within(20, name):
            tried(pattern, 400)


def test_a_pattern_that_runs_away_is_noticed() -> None:
    with pytest.raises(RunsAwayError), within(1, "planted"):
        tried(re.compile(r"(a+)+$"), 400)


@pytest.mark.parametrize(
    "text", ["《", "第一条", "第", "《a》第一条、", "和第二款", "本法第一条至", "第二十一条第二款、"]
)
def test_the_reading_of_citations_comes_to_its_end(text: str) -> None:
    with within(30, "citations"):
        citations_in(text * 1_000)
