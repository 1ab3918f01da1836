"""中间件。 What every request passes: headers, who acts, and how a refusal is answered."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tongxin.acts.terms import NOBODY, Actor, Conflict, InvalidInput, Refused, Who, who
from tongxin.identity.models import Account
from tongxin.identity.queries import live_session, own_account
from tongxin.organs.queries import standing
from tongxin.places.queries import city_day

Answer = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("tongxin.web")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MACHINE_PATHS = ("/api/", "/open311/")
METHODS = ("GET", "HEAD", "POST")


class Headers:
    """安全响应头。 Headers that every answer carries: nothing from elsewhere, nothing inline, no frame."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """加上响应头。 Add the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
        if who(request).signed_in:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class Methods:
    """只认三种方法。 A page answers GET, HEAD and POST; anything else is refused before anybody is looked up (docs/decisions/0023).

    Which of the three one page answers is said at its view; the interfaces for programs answer for themselves, in their own shape.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """放行或拒绝。 Pass on, or 405."""
        if request.method in METHODS or request.path.startswith(MACHINE_PATHS):
            return self.get_response(request)
        return HttpResponseNotAllowed(METHODS)


class WhoActs:
    """谁在行为。 Works out who acts: the signed cookie names a session, which must be alive; the office must be held now.

    No statement for who is not signed in; one for a session in one's own right, two for one through an office.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """认出来人。 Set `request.who`, and `request.user` for the protocols of allauth."""
        if not request.path.startswith(settings.STATIC_URL):
            try:
                request.who = _who(request)  # type: ignore[attr-defined]
            except (OperationalError, InterfaceError) as error:
                return _database_away(request, error)
            request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]
        return self.get_response(request)


def _user(request: HttpRequest) -> Account | AnonymousUser:
    login = who(request).login
    return (own_account(login=login) if login else None) or AnonymousUser()


def _who(request: HttpRequest) -> Who:
    held = request.session.get("who")
    if not isinstance(held, dict) or not held.get("secret"):
        return NOBODY
    moment = timezone.now()
    live = live_session(secret=held["secret"], since=moment - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    if live is None or live.login != held.get("login") or (live.demo and not settings.DEMO):
        return NOBODY  # ended here or elsewhere
    request.live = live  # type: ignore[attr-defined]
    office = held.get("office") or None
    found = None
    if office:
        found = standing(person=live.person, office=office, day=city_day(moment))
        if found is None:
            return NOBODY  # the office ended: the session ends with it
    return Who(
        actor=Actor(person=live.person, office=office, means=live.means), login=live.login, standing=found
    )


class Refusals:
    """拒绝的说明。 Turns what an operation raises into an answer that names the field or the reason, in the reader's language."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """放行。 Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """有 NUL 的不收。 A NUL can be kept nowhere: an address, a question or a form that holds one is refused before any view."""
        if _has_nul(request):
            return answer(
                request,
                400,
                "invalid",
                "含有不能保存的字符",
                "contains a character that cannot be stored",
            )
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """回答异常。 An answer to what was raised; None for what is our own mistake."""
        if isinstance(error, InvalidInput):
            return answer(request, 400, "invalid", error.reason, error.reason_en, field=error.field)
        if isinstance(error, Conflict):
            return answer(request, 409, "conflict", error.reason, error.reason_en)
        if isinstance(error, Refused):
            return answer(
                request,
                403,
                error.code,
                error.reason,
                error.reason_en,
                clause=error.clause,
                who_could=error.who_could,
                instead=_said(error.instead, error.instead_en),
            )
        if isinstance(error, OperationalError | InterfaceError):
            return _database_away(request, error)
        return None


def _has_nul(request: HttpRequest) -> bool:
    if request.path.startswith(
        MACHINE_PATHS
    ):  # they read what they are sent themselves, and refuse it in their own shape
        return False
    given = [request.GET, request.POST] if request.method == "POST" else [request.GET]
    return "\x00" in request.path or any(
        "\x00" in text for one in given for key, held in one.lists() for text in (key, *held)
    )


def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    log.warning("database not reachable: %s", type(error).__name__)
    response = answer(
        request,
        503,
        "database",
        "数据库正在重启，您的内容没有提交，请稍后再试一次",
        "the database is restarting; nothing was taken, please try again",
    )
    response.headers["Retry-After"] = "5"
    return response


def _said(zh: str, en: str) -> str:
    return en if get_language() == "en" else zh


def answer(
    request: HttpRequest, status: int, code: str, reason: str, reason_en: str, **more: str
) -> HttpResponse:
    """一份说明。 An explanation, as JSON for programs and as a page for people."""
    if request.path.startswith(MACHINE_PATHS):
        body = {
            "code": code,
            "reason": reason,
            "reason_en": reason_en,
            **{k: v for k, v in more.items() if v},
        }
        return JsonResponse({"error": body}, status=status, json_dumps_params={"ensure_ascii": False})
    context = {"status": status, "code": code, "reason": _said(reason, reason_en), **more}
    return render(request, "refusal.html", context, status=status)
