"""调用的页面：选授权、看清要查什么和凭什么、再看结果一次；本单位的调用痕迹。

Calls by hand: choose a grant, see what will be asked and on which clause before anything is looked at, see the result once. The
trace of an organ's own calls names nobody.
"""

import secrets
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import Conflict, InvalidInput, Refused, who
from tongxin.exchange.api.answering import Repeated, answered
from tongxin.exchange.forms.calling import CallForm
from tongxin.exchange.models import Call, CallResult, Grant
from tongxin.exchange.queries import calls, catalogue, grants
from tongxin.exchange.rules.sample import sample_number
from tongxin.exchange.terms import PURPOSE_LABELS, Answered, Purpose, SourceFault
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.data_shown import DataGround

PAGE: Final = 50
OUTCOMES: Final = {
    CallResult.Outcome.ANSWERED: _("已提供"),
    CallResult.Outcome.NOTHING: _("没有记录"),
    CallResult.Outcome.UNREACHABLE: _("来源没有答复"),
    CallResult.Outcome.MISMATCH: _("来源与约定不符，没有提供"),
    CallResult.Outcome.STOPPED: _("此后授权停止，传输中断"),
}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """本单位能用的授权，和做过的调用。 The grants one's organ may call, and its calls: when, what for, how many, and nobody's name."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    if me.standing is None:
        return shown.not_yours(request, ground, [])
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
    found = calls.calls_by(organ=me.standing.organ, before=before, most=PAGE + 1)
    names = {item.ref: item.entry for item in catalogue.items_on(day=ground.day)}
    usable = [
        {"row": row, "item": names.get(row.item), "state": shown.standing_tag(one), "holds": one.holds}
        for row, one in grants.standings(
            grants=list(calls.grants_open_to(organ=me.standing.organ, at=ground.at)[:PAGE]), at=ground.at
        )
    ]
    context = {
        "usable": usable,
        "rows": [_row(one, names) for one in found[:PAGE]],
        "pager": {
            "previous_url": "?" if before else "",
            "shown": len(found[:PAGE]),
            "next_url": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        },
    }
    return render(request, "exchange/calls.html", context)


def _row(one: Call, names: Any) -> dict[str, Any]:
    results = [OUTCOMES[CallResult.Outcome(row.outcome)] for row in one.results.all()]
    return {"row": one, "item": names.get(one.grant.item), "results": results}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, number: str) -> HttpResponse:
    """调用一次：填、看清、再查。 One call: filled in, shown with its clauses, then looked at, and shown once."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    grant = calls.grant_numbered(number=number)
    if grant is None:
        raise Http404(number)
    if not calls.is_users(actor=me.actor, grant=grant, at=ground.at):
        return shown.not_yours(request, ground, [grant.organ])
    fields = {one.name: shown.said(one.label, one.label_en) for one in calls.fields_granted(grant=grant)}
    form = CallForm(grant, list(fields.items()), request.POST if request.method == "POST" else None)
    context = {"grant": grant, "form": form, "fields": fields, **_about(grant, ground)}
    if request.method != "POST" or not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "exchange/call.html", {**context, "step": "ask"}, status=status)
    if request.POST.get("step") != "look":
        context |= {"step": "check", "answers": _answers(form, fields), "token": secrets.token_urlsafe(16)}
        return render(request, "exchange/call.html", context)
    return _look(request, context, form)


def _look(request: HttpRequest, context: dict[str, Any], form: CallForm) -> HttpResponse:
    """查，并把结果给看一次。 The look, and its result, which is kept nowhere."""
    asked = form.asked(request.POST.get("token", "")[:100])
    try:
        done = answered(actor=who(request).actor, asked=asked, clock=lambda: DataGround.now().at)
    except Repeated as before:
        context |= {"step": "again", "entry": before.entry}
        return render(request, "exchange/call.html", context, status=409)
    except Refused as refused:
        context |= {"step": "refused", "refusal": shown.refusal_of(refused, "call_data", DataGround.now())}
        return render(request, "exchange/call.html", context, status=403)
    except (InvalidInput, Conflict) as wrong:
        form.add_error(None, shown.wrong_words(wrong))
        return render(request, "exchange/call.html", {**context, "step": "ask"}, status=400)
    except SourceFault as fault:
        said = OUTCOMES[CallResult.Outcome(fault.came.value)]
        return render(request, "exchange/call.html", {**context, "step": "fault", "said": said}, status=502)
    return render(
        request,
        "exchange/call.html",
        {**context, "step": "seen", **_seen(done, context["fields"], asked.fields)},
    )


def _about(grant: Grant, ground: DataGround) -> dict[str, Any]:
    """凭什么、还剩多少。 On which clauses, and what is left."""
    item = catalogue.item_on(ref=grant.item, day=ground.day)
    meter = grants.grant(number=grant.number)
    left = meter.meter if meter else None
    return {
        "item": item.entry if item else None,
        "provider": ground.organ(grant.provider),
        "purpose": PURPOSE_LABELS[Purpose(grant.purpose)],
        "rests": shown.clause_lines([rest.ref for rest in grant.rests.order_by("id")]),
        "basis": shown.basis_of("call_data", ground),
        "samples": [sample_number(n) for n in (0, 5)] if grant.source.address.startswith("demo:") else [],
        "left": {
            "calls": grant.calls - left.calls, "rows": grant.rows - left.rows, "persons": grant.persons - left.persons,
        } if left else None,
    }  # fmt: skip


def _answers(form: CallForm, fields: dict[str, str]) -> list[dict[str, Any]]:
    given = form.cleaned_data
    numbers = given.get("numbers", ())
    return [
        *(
            [
                {
                    "label": gettext("查谁"),
                    "value": ngettext("%(n)d 个人", "%(n)d 个人", len(numbers)) % {"n": len(numbers)},
                }
            ]
            if numbers
            else []
        ),
        {"label": gettext("查哪些字段"), "lines": [fields[name] for name in given["wanted"]]},
        {"label": gettext("为哪件事"), "value": given["matter"]},
        *(
            [{"label": gettext("这件事是谁的"), "value": gettext("另一个人的，会照此记下")}]
            if given.get("behalf")
            else []
        ),
    ]


def _seen(done: Answered, fields: dict[str, str], asked: tuple[str, ...]) -> dict[str, Any]:
    return {
        "entry": done.entry,
        "more": done.more,
        "columns": [fields[name] for name in asked],
        "found": [[row[name] for name in asked] for row in done.rows],
    }


urlpatterns = [
    path("data/calls/", mine, name="data_calls"),
    path("data/calls/<str:number>/", call, name="data_call"),
]
