"""授权的页面：本单位的授权和校核、一件授权、一件校核、企业授权公开登记。 Pages of grants: an organ's, one, one correction, the public register."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tongxin.acts.terms import who
from tongxin.exchange.forms.doing import USE_LABELS
from tongxin.exchange.models import Correction, Grant
from tongxin.exchange.queries import applications, catalogue, grants
from tongxin.exchange.queries.grants import GrantStanding, standing
from tongxin.exchange.views import data_shown as shown
from tongxin.exchange.views.applying import answers_of, whose
from tongxin.exchange.views.data_shown import DataGround
from tongxin.exchange.views.offers import Side, offered, on_correction, on_grant
from tongxin.law.queries.resting import successor_on

PAGE = 30
ANSWERED = {
    Correction.State.OPEN: _("等校核"),
    Correction.State.CORRECTED: _("已更正"),
    Correction.State.RIGHT: _("核实无误"),
}


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """授权：本单位使用的和提供的，以及数据校核。 Grants an organ uses or provides, and corrections. Sixteen statements, however many."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    if me.standing is None:
        return shown.not_yours(request, ground, [])
    organ = whose(me, ground)
    given = request.GET.get("before", "")
    before = int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else None
    found = grants.grants_of(organ=organ, before=before, most=PAGE)
    rows, more = found[:PAGE], len(found) > PAGE
    names = {item.ref: item.entry for item in catalogue.items_on(day=ground.day)}
    context = {
        "rows": [_row(row, names, found_, ground) for row, found_ in grants.standings(grants=rows, at=ground.at)],
        "corrections": [_correction_row(row, ground) for row in grants.corrections_of(organ=organ)],
        "all": organ is None,
        "pager": {"previous_url": "?" if before else "", "shown": len(rows),
                  "next_url": f"?before={rows[-1].pk}" if more else ""},
    }  # fmt: skip
    return render(request, "exchange/grants.html", context)


def _row(row: Grant, names: Any, found: GrantStanding, ground: DataGround) -> dict[str, Any]:
    return {
        "row": row,
        "url": shown.subject_url(row.ref),
        "item": names.get(row.item),
        "organ": ground.organ(row.organ),
        "provider": ground.organ(row.provider),
        "state": shown.standing_tag(found),
        "why": shown.said(found.reason, found.reason_en),
    }


def _correction_row(row: Correction, ground: DataGround) -> dict[str, Any]:
    return {
        "row": row,
        "url": shown.subject_url(row.ref),
        "organ": ground.organ(row.organ),
        "provider": ground.organ(row.provider),
        "state": ANSWERED[Correction.State(row.state)],
    }


@require_safe
def grant(request: HttpRequest, number: str) -> HttpResponse:
    """一件授权：有没有效、为什么、用了多少、怎样停过、怎样用。 One grant, for its two sides and the authority. Twenty-four statements at most."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    row = grants.grant(number=number) if "\x00" not in number else None
    if row is None:
        raise Http404(number)
    side = Side.of(me, user=row.organ, provider=row.provider, authority=ground.authority)
    if not side.concerned:
        return shown.not_yours(request, ground, [row.organ, row.provider])
    found = standing(grant=row, at=ground.at)
    item = catalogue.item_on(ref=row.item, day=ground.day)
    open_dispute = grants.dispute_open(subject=row.ref)
    context = {
        "row": row,
        "item": item,
        "item_url": shown.subject_url(row.item),
        "standing": found,
        "state": shown.standing_tag(found),
        "why": shown.said(found.reason, found.reason_en),
        "why_clause": shown.clause_links([found.clause]).get(found.clause) if found.clause else None,
        "again_url": _again(row, found, side, ground),
        "answers": answers_of(row, item, ground),
        "used": _used(row),
        "rests": shown.clause_lines([rest.ref for rest in row.rests.order_by("id")]),
        "endings": [
            {"one": one, "what": shown.ending_word(one.what), "filed": ground.organ(one.filed_with)}
            for one in grants.endings_of(grant=row)
        ],
        "onward": grants.onward_of(grant=row),
        "uses": [{"one": one, "what": USE_LABELS[one.what]} for one in grants.uses_of(grant=row)],
        "terms": shown.terms_shown(catalogue.terms_of(subject=row.ref), ground),
        "actions": offered(side, row.ref, on_grant(row, side, disputed=open_dispute is not None)),
        "dispute_url": shown.subject_url(open_dispute.ref) if open_dispute else "",
        "steps": shown.steps_shown(applications.steps_of(subject=row.ref), ground),
        "done": shown.done_word(request),
    }
    return render(request, "exchange/grant.html", context)


def _again(row: Grant, found: GrantStanding, side: Side, ground: DataGround) -> str:
    """依后继条款重新申请。 Where the clause has ended: the address of a new application, filled in from this one, on the clause that follows."""
    if found.code != "clause_ended" or not side.user or row.emergency:
        return ""
    following = successor_on(ref=found.clause, day=ground.day)
    return shown.do_url(
        "apply_data", row.item, again=row.number, **({"under": following} if following else {})
    )


def _used(row: Grant) -> list[dict[str, Any]]:
    return [
        {"label": gettext("调用次数"), "used": row.meter.calls, "most": row.calls},
        {"label": gettext("行数"), "used": row.meter.rows, "most": row.rows},
        {"label": gettext("人数"), "used": row.meter.persons, "most": row.persons},
    ]


@require_safe
def correction(request: HttpRequest, number: int) -> HttpResponse:
    """一件数据校核。 One correction, for its two sides and the authority. Ten statements at most."""
    ground, me = DataGround.now(), who(request)
    if not me.signed_in:
        return shown.sign_in_first(request)
    row = grants.correction(number=number)
    if row is None:
        raise Http404(str(number))
    side = Side.of(me, user=row.organ, provider=row.provider, authority=ground.authority)
    if not side.concerned:
        return shown.not_yours(request, ground, [row.organ, row.provider])
    context = {
        **_correction_row(row, ground),
        "item_url": shown.subject_url(row.item),
        "terms": shown.terms_shown(catalogue.terms_of(subject=row.ref), ground),
        "actions": offered(side, row.ref, on_correction(row, side)),
        "steps": shown.steps_shown(applications.steps_of(subject=row.ref), ground),
        "basis": shown.basis_of("answer_correction", ground),
    }
    return render(request, "exchange/grant_correction.html", context)


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """企业授权公开登记。 The public register of enterprise grants: limits, duties, end, and a year's figures. Fourteen statements, however many."""
    ground = DataGround.now()
    given = request.GET.get("year", "")
    year = (
        int(given)
        if given.isascii() and given.isdecimal() and 2000 <= int(given[:5]) <= ground.day.year
        else ground.day.year
    )
    found = grants.register(year=year)
    stands = {one.pk: how for one, how in grants.standings(grants=[one.grant for one in found], at=ground.at)}
    links = shown.clause_links({rest.ref for one in found for rest in one.grant.rests.all()})
    names = {item.ref: item.entry for item in catalogue.items_on(day=ground.day)}
    rows = [
        {
            "one": one,
            "item": names.get(one.grant.item),
            "organ": ground.organ(one.grant.organ),
            "provider": ground.organ(one.grant.provider),
            "state": shown.standing_tag(stands[one.grant.pk]),
            "clauses": [links[rest.ref] for rest in one.grant.rests.all() if rest.ref in links],
        }
        for one in found
    ]
    years = [
        {"year": n, "current": n == year}
        for n in range(ground.day.year, max(2025, ground.day.year - 3) - 1, -1)
    ]
    return render(request, "exchange/grant_register.html", {"rows": rows, "year": year, "years": years})


urlpatterns = [
    path("data/grants/", mine, name="data_grants"),
    path("data/grants/<str:number>/", grant, name="data_grant"),
    path("data/corrections/<int:number>/", correction, name="data_correction"),
    path("data/register/", register, name="data_register"),
]
