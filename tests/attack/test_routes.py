"""Attacks on every route there is, made from the permission table: forged forms, other people's numbers, bare answers."""

import re
from urllib.parse import parse_qsl

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests.attack.conftest import Browse
from tests.house.permissions import OF_ANOTHER_POST, WITNESSES, Scene, read_public, read_table
from tests.house.rules.pages import routes

ROWS = read_table()
PUBLIC = read_public()
# Views that take no form token, and what stands in its place.
WITHOUT_TOKEN = {
    "api/": "no address of the JSON interface reads the session",
    "^api/": "no address of the JSON interface reads the session",
    "^open311/": "no address of the interface reads the session",
    "api/data/": "JSON alone is taken, from this very origin (Origin, Sec-Fetch-Site): test_call_api.py",
    "oidc/token": "the system shows its own credential, the session is not read",
    "oidc/userinfo": "a bearer token is shown, the session is not read",
    "oidc/revoke": "the system shows its own credential, the session is not read",
    "oidc/authorize": "the request leads to a page whose form carries a token of its own",
}
SHUT = (400, 401, 403, 404, 405)  # 400: what was sent could not be read, and nothing was opened
WHO = "lawmaking/<str:number>/comments/<str:comment>/who/"
BY_DESIGN = {
    ("photos/<str:digest>.jpg", "elsewhere"),  # photos of a report are for offices (cases/views/matter.py)
    (
        "api/desk/<number>",
        "elsewhere",
    ),  # what the page of a case shows to everybody, without whom it concerns
    (WHO, "stranger"),  # the form asks for a purpose and shows nothing; what is sent is refused by the gate
    (WHO, "elsewhere"),
}
ODD = ("9" * 30, "%00", "a" * 3_000, "%ED%A0%80..%2f%27%22%3E%3Csvg")


def asked(client: Client, scene: Scene, row: dict[str, str], **more: str) -> HttpResponse:
    """The answer to a row of the table; nothing of it stays."""
    path = "/" + row["path"].format(**scene.facts)
    data = {
        key.format(**scene.facts): value.format(**scene.facts)
        for key, value in parse_qsl(row["data"], keep_blank_values=True)
    }
    with transaction.atomic():
        response: HttpResponse = getattr(client, row["method"].lower())(path, data, **more)
        if response.streaming:
            response.content_read = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return response


def listed(found: list[object]) -> str:
    """What was found, one on a line."""
    return "\n".join(str(one) for one in found)


def one_of_each() -> list[dict[str, str]]:
    """One row for each route and method that the route answers."""
    found = {
        (row["route"], row["method"]): row
        for row in ROWS
        if any(row[witness] != "no method" for witness in WITNESSES)
    }
    return list(found.values())


# ---- Forged forms (CSRF) --------------------------------------------------------------------------------------------


def test_every_form_that_changes_something_needs_its_token(scene: Scene, browser: Browse) -> None:
    taken = []
    for row in one_of_each():
        if row["method"] != "POST" or row["route"].startswith(tuple(WITHOUT_TOKEN)):
            continue
        who = OF_ANOTHER_POST.get(row["route"], "with_basis")
        answer = asked(browser(who, enforce_csrf_checks=True), scene, row)
        if answer.status_code != 403 or "403_csrf.html" not in [one.name for one in answer.templates]:  # type: ignore[attr-defined]
            taken.append((row["path"], answer.status_code))
    assert not taken, listed(taken)


def test_the_views_without_a_form_token_are_the_ones_that_read_no_session() -> None:
    exempt = {route.pattern for route, view in _views() if getattr(view, "csrf_exempt", False)}
    assert {one for one in exempt if not one.startswith(tuple(WITHOUT_TOKEN))} == set()
    assert all(any(one.startswith(begins) for one in exempt) for begins in WITHOUT_TOKEN)


def test_a_form_of_another_site_is_refused_even_with_a_token(scene: Scene, browser: Browse) -> None:
    client = browser("resident", enforce_csrf_checks=True)
    page = client.get("/account/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1]}
    assert client.post("/sign-out/", form, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert client.post("/sign-out/", form, HTTP_ORIGIN="http://testserver").status_code == 302


def _views() -> list[tuple[object, object]]:
    found = []

    def walk(patterns: object, before: str) -> None:
        for one in patterns:  # type: ignore[attr-defined]
            if hasattr(one, "url_patterns"):
                walk(one.url_patterns, before + str(one.pattern))
            else:
                found.append((next(routes([one], before)), one.callback))

    walk(get_resolver().url_patterns, "")
    return found


# ---- Other people's numbers (IDOR) ----------------------------------------------------------------------------------


def with_numbers() -> list[dict[str, str]]:
    """Rows whose address names a thing that is not for everybody."""
    return [row for row in ROWS if "{" in row["path"] and row["route"] not in PUBLIC]


@pytest.mark.parametrize("who", ["stranger", "elsewhere", None])
def test_nobody_opens_what_is_not_theirs_by_its_number(
    scene: Scene, browser: Browse, who: str | None
) -> None:
    """A resident whom it does not concern, an official of another organ in the same post, and nobody, on every such thing."""
    opened = []
    for row in with_numbers():
        answer = asked(browser(who), scene, row)
        to_the_door = answer.headers.get("Location", "").startswith("/sign-in/")
        if answer.status_code not in SHUT and not to_the_door and (row["route"], who) not in BY_DESIGN:
            opened.append(
                (row["method"], row["path"], answer.status_code, answer.headers.get("Location", ""))
            )
    assert not opened, listed(opened)


@pytest.mark.parametrize("who", ["stranger"])
def test_no_neighbouring_number_opens_anything_either(scene: Scene, browser: Browse, who: str) -> None:
    """The numbers before and after, and those of other kinds of things: nothing answers that is not theirs."""
    opened = []
    for row in with_numbers():
        if "<int:" not in row["route"] and "/{number}/" not in row["path"]:
            continue
        for number in (1, 2, 3, 999_999_999):
            near = {name: _near(value, number) for name, value in scene.facts.items()}
            path = row["path"].format(**near)
            answer = asked(browser(who), scene, {**row, "path": path})
            if answer.status_code not in SHUT:
                opened.append((row["method"], path, answer.status_code))
    assert not opened, listed(opened)


def _near(value: str, number: int) -> str:
    if value.isdigit():
        return str(number)
    head, dash, tail = value.rpartition("-")
    return f"{head}{dash}{int(tail) + number:0{len(tail)}d}" if tail.isdigit() else value


def test_a_number_out_of_all_bounds_is_no_breakdown(scene: Scene, browser: Browse) -> None:
    broken = []
    for row in one_of_each():
        if "{" not in row["path"]:
            continue
        for odd in ODD:
            path = re.sub(r"\{\w+\}", odd, row["path"])
            answer = asked(browser("with_basis"), scene, {**row, "path": path})
            if answer.status_code >= 500:
                broken.append((row["method"], path[:120], answer.status_code))
    assert not broken, listed(broken)


# ---- What every answer carries --------------------------------------------------------------------------------------

CARRIED = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
DIRECTIVES = (
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "script-src 'self'",
)


def lacking(response: HttpResponse) -> list[str]:
    """What an answer lacks of the headers that every answer carries."""
    policy = response.headers.get("Content-Security-Policy", "")
    wanting = [name for name, value in CARRIED.items() if response.headers.get(name) != value]
    if response.headers.get("Referrer-Policy") not in ("same-origin", "strict-origin", "no-referrer"):
        wanting.append("Referrer-Policy")
    wanting += [part for part in DIRECTIVES if part not in policy]
    if "unsafe" in policy or "*" in policy:
        wanting.append("a policy without unsafe words")
    if response.headers.get("Access-Control-Allow-Origin"):
        wanting.append("no other origin")
    return wanting


def test_every_answer_carries_the_headers(scene: Scene, browser: Browse) -> None:
    bare = []
    for row in one_of_each():
        answer = asked(browser("with_basis"), scene, row)
        kind, kept = answer.headers.get("Content-Type", ""), answer.headers.get("Cache-Control", "")
        wanting = lacking(answer)
        if row["route"].startswith(".well-known/"):
            wanting.remove("no other origin")  # keys and discovery are for everybody's programs
        if kind.startswith("text/html") and "no-store" not in kept:
            wanting.append("no-store on a page of somebody who is signed in")
        if kind.startswith("text/") and "charset" not in kind:
            wanting.append("a charset")
        if wanting:
            bare.append((row["method"], row["path"], wanting))
    assert not bare, listed(bare)


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("/nothing-here/", {}, 404),
        ("/desk/", {"REQUEST_METHOD": "DELETE"}, 405),
        ("/", {"HTTP_HOST": "evil.example"}, 400),
        ("/", {"HTTP_HOST": "evil.example:80@testserver"}, 400),
        ("/api/nothing", {}, 404),
        ("/ledger/99999999999999999999/", {}, 404),
    ],
)
def test_errors_carry_the_headers_too(browser: Browse, path: str, more: dict[str, str], status: int) -> None:
    client = browser(None)
    answer = client.generic(more.pop("REQUEST_METHOD", "GET"), path, **more)
    assert (answer.status_code, lacking(answer)) == (status, [])


def test_a_breakdown_carries_the_headers_and_says_nothing_of_what_broke(
    browser: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> object:
        raise RuntimeError("secret-of-the-house")

    monkeypatch.setattr("tongxin.web.views.ledger.newest_checkpoint", breaks, raising=True)
    answer = browser(None).get("/ledger/")
    assert answer.status_code == 500 and lacking(answer) == []
    assert "secret-of-the-house" not in answer.content.decode() and "Traceback" not in answer.content.decode()


def test_no_page_that_needs_no_sign_in_tells_who_reported(scene: Scene, browser: Browse) -> None:
    """The reporter's number and name stand on no page that the reporter, or a purpose on record, does not open."""
    told = []
    for row in ROWS:
        holder = row["route"].startswith(("mine/", "my"))
        if row["method"] != "GET" or holder:
            continue
        for who in ("stranger", "elsewhere", None):
            answer = asked(browser(who), scene, row)
            body = getattr(answer, "content_read", None) or getattr(answer, "content", b"")
            if b"13900000000" in body or (
                scene.facts["token"].encode() in body and "token" not in row["path"]
            ):
                told.append((row["path"], who))
    assert not told, listed(told)
