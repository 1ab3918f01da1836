"""中间件。 What every request passes: headers, who acts, and how a refusal is answered."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tongxin.acts.terms import NOBODY, Actor, Conflict, InvalidInput, Refused, Who, says_no_room, who
from tongxin.identity.models import Account
from tongxin.identity.queries import own_account
from tongxin.web.present import present

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

    No statement for who is not signed in; one for a session, with the office or without.
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
    office = held.get("office") or None
    here = present(
        secret=held["secret"],
        office=office,
        since=moment - timedelta(seconds=settings.SESSION_COOKIE_AGE),
        at=moment,
    )
    if here is None or here.live.login != held.get("login") or (here.live.demo and not settings.DEMO):
        return NOBODY  # ended here or elsewhere
    live = here.live
    request.live = live  # type: ignore[attr-defined]
    if office and here.standing is None:
        return NOBODY  # the office ended: the session ends with it
    return Who(
        actor=Actor(person=live.person, office=office, means=live.means),
        login=live.login,
        standing=here.standing,
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
        if isinstance(error, OSError) and says_no_room(error):
            log.error("no room left: %s", type(error).__name__)
            return no_room(request)
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


AGAIN: Final = (
    "这一次收没收下现在说不准，请过一会儿先看一看，没有收下的再提交一次",
    "whether this was taken is not certain yet: look again shortly, and send it once more if it is not there",
)
LATER: Final = ("请过一会儿再打开", "please open it again shortly")


def _database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    """数据库不在。 The database is away (503), or has no room left (507). A commit may have reached it before it went: so nothing

    is promised about what was sent, except where the database itself refused for want of room.
    """
    log.warning("database not reachable: %s", type(error).__name__)
    if says_no_room(error):
        return no_room(request)
    zh, en = LATER if request.method in ("GET", "HEAD") else AGAIN
    response = answer(request, 503, "database", f"数据库正在重启。{zh}", f"the database is restarting; {en}")
    response.headers["Retry-After"] = "5"
    return response


def no_room(request: HttpRequest) -> HttpResponse:
    """存储空间用完了。 There is no room left to keep anything: 507 (RFC 4918, 11.5), and nothing was taken."""
    response = answer(
        request,
        507,
        "no_room",
        "系统的存储空间用完了，您的内容没有收下，请晚些时候再试",
        "the system has no room left to keep it; nothing was taken, please try again later",
    )
    response.headers["Retry-After"] = "300"
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
