"""收件箱。 The inbox: notices to the person, and to the organ whose office the person holds."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from tongxin.acts.models import Notice
from tongxin.acts.queries import FIRST, inbox
from tongxin.acts.terms import Who, who
from tongxin.places.queries import city
from tongxin.web.notices import rendered

PAGE = 30
OWN_PAGES = {"contest": "/my-data/contests/{}/", "request": "/my-data/requests/{}/", "deferral": "/my-data/"}
ORGAN_PAGES = {"contest": "/data/contests/{}/", "request": "/data/contests/{}/"}
PAGES = {
    "case": "/cases/{}/",
    "lawmaking": "/lawmaking/{}/",
    "data": "/data/items/{}/",
    "application": "/data/applications/{}/",
    "grant": "/data/grants/{}/",
    "correction": "/data/corrections/{}/",
    "dispute": "/data/disputes/{}/",
}  # where the subject of a notice is shown


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """给我和我单位的告知，新的在前。 Notices for me and for my organ, newest first. Two statements."""
    asker = who(request)
    if not asker.signed_in:
        return HttpResponseRedirect("/sign-in/?" + urlencode({"next": request.get_full_path()}))
    before = _before(request)
    found = inbox(recipients=_recipients(asker), before=before, size=PAGE + 1)
    shown, revision = found[:PAGE], city().revision
    pager = {
        "previous_url": "?" if before < FIRST else "",
        "shown": len(shown),
        "next_url": f"?before={shown[-1].id}" if len(found) > PAGE else "",
    }
    rows = [_row(notice, asker, revision) for notice in shown]
    return render(request, "inbox.html", {"rows": rows, "pager": pager, "organ": asker.standing})


def _recipients(asker: Who) -> list[str]:
    return [asker.actor.person, *([f"organ:{asker.standing.organ}"] if asker.standing else [])]


def _before(request: HttpRequest) -> int:
    given = request.GET.get("before", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else FIRST


def _row(notice: Notice, asker: Who, revision: int) -> dict[str, Any]:
    title, text = rendered(notice, revision=revision)
    kind, _colon, number = notice.subject.partition(":")
    pages = {**PAGES, **(ORGAN_PAGES if notice.recipient.startswith("organ:") else OWN_PAGES)}
    return {
        "title": title,
        "text": text,
        "at": notice.at,
        "mine": notice.recipient == asker.actor.person,
        "url": pages[kind].format(number) if kind in pages else "",
        "entry": notice.entry,
    }


urlpatterns = [path("inbox/", notices, name="inbox")]
