"""紧急调用的页面：公开的一览，启用，一次紧急调用和它的事后程序。

Emergencies: the list, which everybody may read; breaking the glass; one emergency with what has followed and what is still owed.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import By, Conflict, InvalidInput, Refused, Who, sign_off, who
from tongxin.exchange import operations
from tongxin.exchange.forms.calling import (
    DISPOSAL_LABELS,
    OUTCOME_LABELS,
    BreakForm,
    CloseForm,
    DisposeForm,
    ReviewForm,
)
from tongxin.exchange.models import Emergency
from tongxin.exchange.operations.emergency import reviewing
from tongxin.exchange.queries import applications, catalogue, emergencies
from tongxin.exchange.rules.emergency import Disposal
from tongxin.exchange.terms import GrantState, Sharing
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.data_shown import CROSS, HALF, SQUARE, TICK, DataGround

FORMS: Final[Mapping[str, Any]] = {
    "close_emergency": (CloseForm, operations.close_emergency),
    "review_emergency": (ReviewForm, operations.review_emergency),
    "dispose_emergency": (DisposeForm, operations.dispose_emergency),
}
WORKERS: Final = frozenset({By.DATA_OFFICER, By.DATA_HEAD})


@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """全市的紧急调用。 Every emergency of the city: who, on which clause, until when, how it was judged. Open to everybody."""
    ground, me = DataGround.now(), who(request)
    rows = [_row(one, ground) for one in emergencies.emergencies_of()]
    context = {"rows": rows, "may": me.post in WORKERS}
    return render(request, "exchange/emergencies.html", context)


def _row(one: Emergency, ground: DataGround) -> dict[str, Any]:
    return {
        "row": one,
        "organ": ground.organ(one.grant.organ),
        "item": one.grant.item,
        "state": _state(one, ground),
    }


def _state(one: Emergency, ground: DataGround) -> dict[str, Any]:
    """现在怎样。 Where it stands: open, over and waiting, or all done."""
    if one.ended_at is None and one.grant.state != GrantState.TERMINATED.value and ground.at < one.until:
        return shown.tag(_("正在使用"), HALF, "soon")
    if not one.reviewed_by:
        return shown.tag(_("等审查"), SQUARE, "over")
    if not one.disposed:
        return shown.tag(_("等处置"), SQUARE, "over")
    if one.outcome == Emergency.Outcome.LAWFUL.value:
        return shown.tag(OUTCOME_LABELS[one.outcome], TICK, "good")
    return shown.tag(OUTCOME_LABELS[one.outcome], CROSS, "over")


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """启用紧急调用。 Breaking the glass: the item first, then why, what, until when."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    items = [
        one
        for one in catalogue.items_on(day=ground.day)
        if one.source is not None and one.sharing is not Sharing.NONE
    ]
    chosen = next((one for one in items if one.ref == request.GET.get("item")), None)
    context: dict[str, Any] = {"items": items, "item": chosen, "basis": shown.basis_of("break_glass", ground)}
    if chosen is None:
        return render(request, "exchange/emergency_new.html", context)
    fields = [(one.name, shown.said(one.label, one.label_en)) for one in chosen.fields]
    form = BreakForm(fields, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            number = operations.break_glass(actor=me.actor, at=ground.at, item=chosen.ref, **form.given())
            return HttpResponseRedirect(reverse("data_call", args=[number]), status=303)
        except Refused as refused:
            context["refusal"], status = shown.refusal_of(refused, "break_glass", ground), 403
        except InvalidInput as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, shown.wrong_words(wrong))
    context |= {"form": form}
    return render(request, "exchange/emergency_new.html", context, status=400 if form.errors else status)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: str) -> HttpResponse:
    """一次紧急调用。 One emergency: why, what came of it, what is owed; POST: one of its acts."""
    ground, me = DataGround.now(), who(request)
    row = emergencies.emergency_numbered(number=number)
    if row is None:
        raise Http404(number)
    verb = request.POST.get("verb", "")
    bound, wrong, status = None, "", 200
    if request.method == "POST":
        if not me.signed_in or verb not in FORMS:
            return shown.sign_in_first(request) if not me.signed_in else HttpResponse(status=400)
        made, operation = FORMS[verb]
        bound, status = made(request.POST), 400
        if bound.is_valid():
            try:
                operation(actor=me.actor, at=ground.at, number=number, **bound.given())
                return HttpResponseRedirect(f"{request.path}?done={verb}", status=303)
            except (Refused, Conflict, InvalidInput) as error:
                wrong, status = shown.wrong_words(error), 403 if isinstance(error, Refused) else 409
    return _show(request, row, ground, me, verb=verb, bound=bound, wrong=wrong, status=status)


def _show(request: HttpRequest, row: Emergency, ground: DataGround, me: Who, **more: Any) -> HttpResponse:
    steps, terms = applications.steps_of(subject=row.ref), catalogue.terms_of(subject=row.ref)
    context = {
        "row": row, "organ": ground.organ(row.grant.organ), "provider": ground.organ(row.grant.provider),
        "state": _state(row, ground), "clauses": shown.clause_lines([rest.ref for rest in row.grant.rests.order_by("id")]),
        "reviewer": ground.organ(reviewing(row.grant.organ)), "outcome": OUTCOME_LABELS.get(row.outcome, ""),
        "disposal": _disposal(row), "terms": shown.terms_shown(terms, ground), "steps": shown.steps_shown(steps, ground),
        "offers": [{"verb": verb, "title": shown.verb_title(verb),
                    "form": more["bound"] if more["verb"] == verb and more["bound"] else FORMS[verb][0]()}
                   for verb in _offered(row, ground, me)],
        "done": shown.done_word(request), "wrong": more["wrong"],
    }  # fmt: skip
    return render(request, "exchange/emergency.html", context, status=more["status"])


def _disposal(row: Emergency) -> dict[str, Any]:
    how, _colon, note = row.disposed.partition(": ")
    return {"how": DISPOSAL_LABELS[Disposal(how)], "note": note} if how else {}


def _offered(row: Emergency, ground: DataGround, me: Who) -> list[str]:
    """现在能办的。 What whoever looks may do now; the gate asks anew."""
    if me.standing is None or me.post not in WORKERS:
        return []
    own, over = me.standing.organ, row.ended_at is not None
    found = []
    if not over and ground.at < row.until and own in {row.grant.organ, row.grant.provider, ground.authority}:
        found.append("close_emergency")
    if (
        over
        and not row.reviewed_by
        and own == reviewing(row.grant.organ)
        and me.actor.person != row.declared_by
    ):
        found.append("review_emergency")
    if over and not row.disposed and own == row.grant.organ:
        found.append("dispose_emergency")
    return found


urlpatterns = [
    path("data/emergencies/", every, name="data_emergencies"),
    path("data/emergencies/new/", start, name="data_emergency_new"),
    path("data/emergencies/<str:number>/", one, name="data_emergency"),
]
