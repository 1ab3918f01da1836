"""采集目录的页面。 Pages of what every organ collects: open to everybody; an organ's data officer records and ends here."""

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.acts.terms import Conflict, InvalidInput, Refused, who
from tongxin.exchange import operations
from tongxin.exchange.forms.collecting import CollectionForm
from tongxin.exchange.queries import collected as reading
from tongxin.exchange.rules.collecting import OWN_FORMS
from tongxin.exchange.terms import MEANING_LABELS
from tongxin.exchange.views import release_shown as shown
from tongxin.exchange.views.release_shown import said
from tongxin.exchange.views.releases import done, item_name
from tongxin.places.queries import city_day

OWN_TITLES: Final[Mapping[str, Any]] = {
    "tongxin.cases.forms.report.DetailsForm": _("报告一件事"),
    "tongxin.law.forms.making_comment.WhoForm": _("对法规草案提意见"),
    "tongxin.web.forms.SignInForm": _("登录"),
}


@require_safe
def collected(request: HttpRequest) -> HttpResponse:
    """各单位向人采集什么。 What every organ asks of people, duplicates marked, and what the platform itself asks."""
    return _page(request, {})


def _page(request: HttpRequest, said_of_it: dict[str, object], status: int = 200) -> HttpResponse:
    me, at = who(request), timezone.now()
    lines = reading.collected(day=city_day(at))
    own = me.standing.organ if me.standing and shown.may("end_collection", me.standing) else ""
    rows = [
        {
            "line": one, "organ": shown.organ_name(one.organ),
            "kinds": [str(MEANING_LABELS[kind]) for kind in one.kinds],
            "twice": [str(MEANING_LABELS[kind]) for kind in one.twice],
            "held": said(*item_name(one.held_item, at)) if one.held_item else "",
            "clauses": shown.clause_links(one.clause), "may_end": bool(own) and one.organ == own,
        }
        for one in lines
    ]  # fmt: skip
    return render(request, "exchange/collected.html", {
        "rows": rows, "own": _own(),
        "may_record": bool(own), "basis": shown.basis_of("record_collection", at), **said_of_it,
    }, status=status)  # fmt: skip


def _own() -> list[dict[str, object]]:
    """平台自己问的。 What the platform's own forms ask of a person, in words."""
    return [
        {
            "form": OWN_TITLES.get(one.form, one.form),
            "kinds": [str(MEANING_LABELS[kind]) for kind in one.means],
            "known": one.known,
        }
        for one in OWN_FORMS
        if one.means
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """登记一问。 Records what a form of one's own organ asks."""
    me = who(request)
    if not me.signed_in:
        return shown.sign_in_first(request.path)
    form = CollectionForm(request.POST if request.method == "POST" else None)

    def run() -> str:
        operations.record_collection(actor=me.actor, at=timezone.now(), question=form.question())
        return reverse("data_collected")

    context = {"form": form, "may": shown.may("record_collection", me.standing)}
    return done(request, form, "record_collection", run, "exchange/collection_new.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """停止采集一问。 Says that a question is asked no more."""
    me, text = who(request), request.POST.get("number", "")
    if not me.signed_in:
        return shown.sign_in_first(reverse("data_collected"))
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0
    try:
        operations.end_collection(actor=me.actor, at=timezone.now(), numbers=[number])
    except (InvalidInput, Conflict) as wrong:
        status = 409 if isinstance(wrong, Conflict) else 400
        return _page(request, {"moved": said(wrong.reason, wrong.reason_en)}, status)
    except Refused as refused:
        return _page(request, {"refusal": shown.refusal_of(refused, "end_collection")}, 403)
    return HttpResponseRedirect(reverse("data_collected"), status=303)


urlpatterns = [
    path("data/collected/", collected, name="data_collected"),
    path("data/collected/new/", record, name="data_collection_new"),
    path("data/collected/end/", end, name="data_collection_end"),
]
