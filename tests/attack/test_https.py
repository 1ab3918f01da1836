"""With TONGXIN_HTTPS=1, as behind the proxy: what the settings make of cookies and of HTTPS. Asked of a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.plugin import ROOT

ASK = """
import json, django
from http.cookies import SimpleCookie
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from tongxin.web.middleware import Headers
from django.middleware.security import SecurityMiddleware
from tongxin.web import entering
from tongxin.web.views.health import display
from tongxin.cases.forms.draft import Draft, keep_draft
from tongxin.acts.terms import NOBODY
from django.views.i18n import set_language
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.contrib.sessions.middleware import SessionMiddleware

def ask(view, path, data=None):
    request = RequestFactory().post(path, data or {}, headers={"X-Forwarded-Proto": "https"}, HTTP_HOST="127.0.0.1")
    request._dont_enforce_csrf_checks = True
    request.who = NOBODY
    def signed(asked):
        asked.session["who"] = {"secret": "x"}
        get_token(asked)
        return view(asked)
    chain = SecurityMiddleware(Headers(SessionMiddleware(CsrfViewMiddleware(signed))))
    return chain(request)

answers = [
    ask(display, "/display/", {"display": "large"}),
    ask(set_language, "/i18n/setlang/", {"language": "en"}),
    ask(lambda r: entering.remember_device(r, HttpResponse("x"), "somebody"), "/sign-in/"),
    ask(lambda r: keep_draft(HttpResponse("x"), Draft.begun(), secure=r.is_secure()), "/report/"),
]
cookies = {}
for one in answers:
    for name, held in ((key, kept) for key, kept in one.cookies.items() if kept.value):
        cookies[name] = {key: held[key] for key in ("secure", "httponly", "samesite", "path", "domain")}
print(json.dumps({"cookies": cookies, "hsts": [one.headers.get("Strict-Transport-Security") for one in answers]}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process with HTTPS says of itself."""
    data = tmp_path_factory.mktemp("https")
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    surroundings |= {
        "TONGXIN_HTTPS": "1",
        "TONGXIN_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "tongxin.web.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=surroundings, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_cookie_is_bound_to_this_host_and_to_https(told: dict[str, Any]) -> None:
    cookies = told["cookies"]
    assert len(cookies) >= 6, cookies.keys()
    for name, held in cookies.items():
        assert held["secure"] and held["httponly"] and held["samesite"] == "Lax" and not held["domain"], (
            name,
            held,
        )
        if name.startswith("tongxin_report_"):
            assert held["path"] == "/report/", (
                "the draft goes to its own pages alone, and so can have no such prefix"
            )
        else:
            assert name.startswith("__Host-") and held["path"] == "/", name


def test_https_is_kept_for_a_year_with_every_subdomain(told: dict[str, Any]) -> None:
    assert set(told["hsts"]) == {"max-age=31536000; includeSubDomains"}
