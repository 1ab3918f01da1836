"""还在不在，与怎么显示。 Whether the house stands, and how pages are shown."""

from typing import Final

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongxin.places.queries import is_founded
from tongxin.web.templatetags.tongxin import DISPLAY_COOKIE, DISPLAYS

A_YEAR: Final = 365 * 24 * 3600


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """在不在：能读到数据库就是 ok。 ok when the database answers, 503 when it does not. One statement."""
    del request
    try:
        founded = is_founded()
    except (DatabaseError, InterfaceError):
        return HttpResponse("database away\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        "ok\n" if founded else "ok, no city founded\n", content_type="text/plain; charset=utf-8"
    )


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


urlpatterns = [path("healthz", healthz, name="healthz"), path("display/", display, name="display")]
