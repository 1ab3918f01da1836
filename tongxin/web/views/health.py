"""还在不在，与怎么显示。 Whether the house stands, and how pages are shown."""

from hmac import compare_digest
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import loader
from django.urls import path
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.places.queries import is_founded
from tongxin.web import measures, schema
from tongxin.web.logs import REQUEST
from tongxin.web.middleware import MACHINE_PATHS
from tongxin.web.templatetags.tongxin import DISPLAY_COOKIE, DISPLAYS

A_YEAR: Final = 365 * 24 * 3600


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """在不在：本进程答得出就是 ok。 ok while this process answers: whoever restarts processes asks here. No statement.

    A database that is away is no reason to restart the server, which waits for it: that is said by `/readyz`.
    """
    del request
    return _said("ok")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """能不能用：数据库连得上、表是新的、城市已奠基。 ok when requests can be served, else 503 and what is missing in a word.

    Whoever spreads requests over servers asks here. Two statements.
    """
    del request
    try:
        missing = "" if schema.is_applied() else "migrations"
        missing = missing or ("" if is_founded() else "city")
    except (DatabaseError, InterfaceError):
        missing = "database"
    return _said(f"not ready: {missing}", 503) if missing else _said("ok")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """运行的数字。 The figures for Prometheus, for whoever knows the token; without a token set there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.METRICS_TOKEN or not compare_digest(given, settings.METRICS_TOKEN.encode()):
        raise Http404
    return HttpResponse(measures.told(at=timezone.now()), content_type=measures.KIND)


def broke(request: HttpRequest) -> HttpResponse:
    """出错的页。 The page of our own mistake: nothing of what broke, but the number by which an engineer finds it. No statement."""
    if request.path.startswith(MACHINE_PATHS):
        reason = {
            "code": "mistake",
            "reason": "系统出错了，刚才那一步没有做",
            "reason_en": "our mistake; nothing was done",
        }
        return JsonResponse({"error": {**reason, "request": REQUEST.get()}}, status=500)
    return HttpResponse(loader.render_to_string("500.html", {"number": REQUEST.get()}), status=500)


def _said(words: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")


@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """大字、高对比，记在 cookie 里。 Large type and contrast, kept in a cookie. No statement."""
    wanted = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(wanted if safe else "/")
    chosen = sorted(DISPLAYS.intersection(request.POST.get("display", "").split(".")))
    if chosen:
        response.set_cookie(
            DISPLAY_COOKIE,
            ".".join(chosen),
            max_age=A_YEAR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    else:
        response.delete_cookie(DISPLAY_COOKIE, samesite="Lax")
    return response


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("display/", display, name="display"),
]
