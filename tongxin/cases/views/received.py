"""收到了。 The page of a report that was taken: its number, who has it, under which clause, until when."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongxin.cases import queries
from tongxin.cases.models import Case
from tongxin.cases.views import shown
from tongxin.cases.views.shown import Ground, said
from tongxin.law.terms import Stage


@never_cache
@require_safe
def done(request: HttpRequest, number: str) -> HttpResponse:
    """收到了：编号、归谁、凭哪一条、到什么时候。 Received: the number, who has it, under which clause, until when. Eleven statements."""
    token = request.session.get("sent", {}).get(number)
    file = queries.case_file(number=number) if token else None
    if file is None:
        return redirect("case", number=number)
    ground = Ground.of(timezone.now())
    context = {
        "case": file.case,
        "title": shown.matter_title(file.case),
        "organ": ground.organ(file.case.organ),
        "place": " ".join(where_named(file.case.path, ground)) if file.case.place else "",
        "limits": _limits(file.case, file.clocks),
        "basis": shown.basis_of((file.case.entry,) if file.case.entry else (), ground),
        "keep_url": request.build_absolute_uri(f"/mine/{token}/"),
    }
    return render(request, "cases/report_done.html", context)


def _limits(case: Case, clocks: Sequence[Any]) -> Mapping[str, Any]:
    """这件事的几个期限。 The limits that run for the organ that has the case: accept, handle (by steps), rule."""
    own = [clock for clock in clocks if clock.organ == case.organ and clock.ended_at is None]
    of = {
        stage: [clock for clock in own if clock.stage == stage.value]
        for stage in (Stage.ACCEPT, Stage.HANDLE, Stage.RULE)
    }
    return {
        "accept": min((c.due_at for c in of[Stage.ACCEPT]), default=None),
        "rule": min((c.due_at for c in of[Stage.RULE]), default=None),
        "handle": sorted(of[Stage.HANDLE], key=lambda clock: clock.due_at),
    }


def where_named(path_up: Sequence[str], ground: Ground) -> list[str]:
    """地点的名称，从县区到网格。 The names from the district down; a Chinese grid's name says its community already."""
    spots = [spot for code in reversed(path_up) if code != ground.city.root and (spot := ground.spot(code))]
    said_twice = not shown.in_english() and any(spot.level == "grid" for spot in spots)
    return [said(spot.name, spot.name_en) for spot in spots if not (said_twice and spot.level == "community")]


urlpatterns = [path("report/done/<str:number>/", done, name="report_done")]
