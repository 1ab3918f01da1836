"""影响预览的页面。 The page of the impact preview: what rests on what ends; re-pointing it is the legal officer's act."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import By, InvalidInput, who
from tongxin.law.forms.keeping import ImpactForm
from tongxin.law.forms.listing import clause_ref
from tongxin.law.operations import repoint_bindings
from tongxin.law.queries.closings import closing_words
from tongxin.law.queries.impact import MovedBinding
from tongxin.law.queries.titles import instrument_titles
from tongxin.law.terms import Repointing
from tongxin.places.queries import city, city_day
from tongxin.web.impact import EVERYBODY, ClosedDraftError, Preview, UnknownInstrumentError, preview

SHOWN: Final = 300
A_PAGE: Final = 100  # entries
UNCHANGED: Final = frozenset({"same", "moves"})
# What needs a person's eyes comes first.
ORDER: Final = ("ends", "suspended", "changes", "moves", "same")
WHAT: Final = {
    "ends": gettext_lazy("没有后继条款"),
    "moves": gettext_lazy("条文照旧，换了位置"),
    "same": gettext_lazy("条文照旧"),
    "changes": gettext_lazy("有后继条款，文字有变"),
    "suspended": gettext_lazy("暂停施行"),
}
KINDS: Final = {
    "repeal": gettext_lazy("废止"),
    "superseded": gettext_lazy("由新版本代替"),
    "suspend": gettext_lazy("暂停施行"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def impact_page(request: HttpRequest) -> HttpResponse:
    """影响预览。 What an instrument moves by a day. About four statements for each text that ends, and eight more."""
    today = city_day(timezone.now())
    asked = "instrument" in request.GET or request.method == "POST"
    form = ImpactForm(request.GET if asked else None)
    found: Preview | None = None
    candidates: Sequence[tuple[str, str]] = ()
    if form.is_bound and form.is_valid():
        try:
            found = _asked(form, today, request)
        except ClosedDraftError:
            form.add_error("instrument", _("草案还没有公开，它的影响也不公开"))
        except UnknownInstrumentError as unknown:
            candidates = unknown.candidates
            form.add_error("instrument", _("有几部，请选一部") if candidates else _("库里没有这部文件"))
    if request.method == "POST":
        return _repoint(request, form, found, candidates)
    return _show(request, form, found, candidates)


def _asked(form: ImpactForm, today: date, request: HttpRequest) -> Preview:
    day, standing = form.cleaned_data["on"] or today, who(request).standing
    reader = (standing.organ, standing.post) if standing else EVERYBODY
    return preview(name=form.cleaned_data["instrument"], day=day, today=today, reader=reader)


def _repoint(
    request: HttpRequest, form: ImpactForm, found: Preview | None, candidates: Sequence[tuple[str, str]]
) -> HttpResponse:
    """改依选中的。 Re-points what was ticked."""
    try:
        chosen = request.POST.getlist("move")
        moves = (
            _unchanged(found)
            if "unchanged" in request.POST
            else [_move(value, request.POST) for value in chosen]
        )
        repoint_bindings(actor=who(request).actor, at=timezone.now(), moves=moves)
    except InvalidInput as wrong:
        form.add_error(None, wrong.reason_en if _("zh") == "en" else wrong.reason)
        return _show(request, form, found, candidates, status=400)
    return HttpResponseRedirect(request.get_full_path(), status=303)


def _unchanged(found: Preview | None) -> list[Repointing]:
    """条文照旧的，全部。 Everything whose words stay as they are and that is not re-pointed yet."""
    rows = found.law.bindings if found else ()
    return [
        Repointing(binding=row.binding, successor=row.successor)
        for row in rows
        if row.what in UNCHANGED and row.certain and not row.ready
    ]


def _move(number: str, given: Mapping[str, str]) -> Repointing:
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise InvalidInput("moves", "没有选中要改依的", "nothing was chosen")
    successor = clause_ref(given.get(f"to-{number}", ""))[:200]
    if not successor:
        raise InvalidInput(
            "moves", "选中的里有一项没有写改依哪一条", "one of those chosen has no clause to rest on"
        )
    phrase = given.get(f"phrase-{number}", "").strip()[:120]
    return Repointing(binding=int(number), successor=successor, phrase=phrase)


def _show(
    request: HttpRequest,
    form: ImpactForm,
    found: Preview | None,
    candidates: Sequence[tuple[str, str]],
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "preview": found,
        "candidates": candidates,
        "may_decide": who(request).post is By.LEGAL_OFFICER,
        "query": request.GET.urlencode(),
    }
    if found is not None:
        context |= _shown(found, request.GET.get("page"))
    return render(request, "impact.html", context, status=400 if form.errors else status)


def _shown(found: Preview, number: str | None) -> dict[str, Any]:
    law = found.law
    entries = _by_entry(law.bindings, {ref for ref, _name in law.idle})
    page = Paginator(entries, A_PAGE).get_page(number)
    return {
        "closings": [
            {"words": closing_words(closing), "kind": KINDS.get(closing.kind, closing.kind), "row": closing}
            for closing in law.closings
        ],
        "entries": page,
        "entry_count": len(entries),
        "binding_count": len(law.bindings),
        "movable": any(row.certain and not row.ready for row in law.bindings),
        "unconfirmed": any(not closing.certain for closing in law.closings),
        "unchanged": len(_unchanged(found)),
        "titles": instrument_titles(city().revision),
        "idle_count": len(law.idle),
        "limits": law.limits[:SHOWN],
        "citations": law.citations[:SHOWN],
        "citation_count": len(law.citations),
    }


def _by_entry(rows: Sequence[MovedBinding], idle: set[str]) -> list[dict[str, Any]]:
    """按事项归拢。 The bindings of each entry together, with whether it will be idle."""
    ordered = sorted(rows, key=lambda row: row.entry)
    found = [
        {
            "ref": ref,
            "list": ref.partition(":")[0],
            "code": ref.partition(":")[2],
            "name": bindings[0].name,
            "idle": ref in idle,
            "bindings": [{"row": row, "what": WHAT[row.what], "now": row.now.split()} for row in bindings],
        }
        for ref, group in groupby(ordered, key=lambda row: row.entry)
        for bindings in [list(group)]
    ]
    return sorted(found, key=lambda entry: min(ORDER.index(one["row"].what) for one in entry["bindings"]))


@require_safe
def impact_json(request: HttpRequest) -> HttpResponse:
    """影响预览，程序用。 The same for programs. Statements as the page's."""
    form = ImpactForm(request.GET)
    if not form.is_valid():
        return JsonResponse(
            {"error": {"field": "instrument", "reason": "say which instrument, and a day"}}, status=400
        )
    try:
        found = _asked(form, city_day(timezone.now()), request)
    except ClosedDraftError:
        reason = "the draft has not been made public"
        return JsonResponse({"error": {"field": "instrument", "reason": reason}}, status=403)
    except UnknownInstrumentError as unknown:
        body = {
            "error": {
                "field": "instrument",
                "reason": "no such instrument",
                "candidates": list(unknown.candidates),
            }
        }
        return JsonResponse(body, status=404, json_dumps_params={"ensure_ascii": False})
    return JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False})


urlpatterns = [
    path("law/impact/", impact_page, name="law_impact"),
    path("law/impact.json", impact_json, name="law_impact_json"),
]
