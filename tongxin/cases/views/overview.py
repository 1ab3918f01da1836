"""办理情况：数、挂账名单、地图。 The overview, the list of what is hung on account, and the map.

Supervisors and the public see the same numbers. Every number opens its cases; none ranks a person.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.cases import queries
from tongxin.cases.forms.paging import key_of
from tongxin.cases.queries import NONE, DistrictCounts
from tongxin.cases.terms import OUTCOME_LABELS, STATE_LABELS, Outcome, State
from tongxin.cases.views import shown
from tongxin.cases.views.listing import query
from tongxin.cases.views.shown import Ground, said
from tongxin.law.queries import cited
from tongxin.places import queries as places
from tongxin.places.terms import Spot

FEW: Final = 5  # fewer than these say nothing about an organ or a district
DAYS = 30
PAIRS = 30


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """办理情况。 The overview. Seven statements, three of them over counts that are kept while cases move, whatever the number of cases."""
    ground = Ground.of(timezone.now())
    rows = queries.standing()
    states, outcomes = queries.counts_by_state(rows), queries.counts_by_outcome(rows)
    districts = queries.counts_by_district(rows)
    context = {
        "as_of": ground.day,
        "numbers": _numbers(states, districts, ground),
        "states": _states(states, ground),
        "outcomes": _outcomes(outcomes, ground),
        "districts": _districts(districts, ground),
        "returns": _returns(ground),
        "days": _days(ground),
        "few": FEW,
    }
    return render(request, "cases/overview.html", context)


@require_safe
def hung(request: HttpRequest) -> HttpResponse:
    """挂账名单，附原因，人人可看。 What is hung on account, with the reason, for everybody. Four statements."""
    ground = Ground.of(timezone.now())
    district = request.GET.get("district", "")[:40]
    found, following = queries.cases_hung(district=district, before=key_of(request.GET.get("before")))
    links = {
        str(clause.ref): clause
        for clause in cited(refs=[ref for row in found for ref in row.clauses.split()])
    }
    rows = [
        {
            "case": row.case,
            "title": shown.matter_title(row.case),
            "place": _full(row.case.path[0], ground),
            "organ": ground.organ(row.case.organ),
            "reason": row.reason,
            "since": row.since,
            "clauses": [links[ref] for ref in row.clauses.split() if ref in links],
        }
        for row in found
    ]
    pager = {
        "shown": len(rows),
        "previous_url": "?" + query(district=district) if "before" in request.GET else "",
        "next_url": "?" + query(district=district, before=following) if following else "",
    }
    choices = [
        {"label": _("全部"), "url": "?", "current": not district},
        *(
            {
                "label": ground.place(spot.code),
                "url": "?" + query(district=spot.code),
                "current": spot.code == district,
            }
            for spot in _children(ground, ground.city.root)
        ),
    ]
    filters = {"groups": [{"label": _("县（市、区）"), "choices": choices}]}
    return render(
        request, "cases/hung.html", {"rows": rows, "pager": pager, "filters": filters, "as_of": ground.day}
    )


@require_safe
def city_map(request: HttpRequest) -> HttpResponse:
    """地图：选一个县区，看网格与各网格的在办件数。 The map: a district's grids and, in a table, their open cases. Three statements."""
    ground = Ground.of(timezone.now())
    districts = _children(ground, ground.city.root)
    chosen = request.GET.get("district", districts[0].code if districts else "")
    if districts and chosen not in {spot.code for spot in districts}:
        raise Http404(chosen)
    counts = queries.grid_counts(district=chosen)
    context = {
        "districts": [
            {
                "label": said(s.name, s.name_en),
                "url": "?" + query(district=s.code),
                "current": s.code == chosen,
            }
            for s in districts
        ],
        "map": _map(ground, chosen),
        "name": ground.place(chosen),
        "as_of": ground.day,
        "table": _grid_table(ground, counts),
        "quiet": _without_cases(ground, chosen, counts),
    }
    return render(request, "cases/map.html", context)


# ---- Numbers --------------------------------------------------------------------------------------------------------


def _number(
    label: str, value: int, definition: str, cases: str, ground: Ground, of: int | None = None
) -> dict[str, Any]:
    return {
        "label": label,
        "value": value,
        "unit": _("件"),
        "as_of": ground.day,
        "definition": definition,
        "definition_url": "#definitions",
        "cases_url": f"/cases/?{cases}",
        "few": 0 < value < FEW,
        "of": of,
    }


def _numbers(
    states: Mapping[str, int], districts: Sequence[DistrictCounts], ground: Ground
) -> list[dict[str, Any]]:
    """最要紧的几个数。 The few numbers that matter most, each with its definition and its cases."""
    total = sum(states.values())
    is_open = total - states.get(State.CLOSED, 0) - states.get(State.HUNG, 0)
    late = sum(row.overdue_open for row in districts)
    return [
        _number(_("在办"), is_open, _("还没有办结、也没有挂账的件。"), "open_only=1", ground, total),
        _number(_("在办已超期"), late, _("在办的件里，有一步过了时限的。"), "open_only=1&overdue=1", ground, is_open),
        _number(_("说办好了"), sum(row.settled for row in districts), _("单位说已经办好的件，不等于已经解决。"), "settled=1", ground, total),
        _number(_("解决了"), sum(row.fixed for row in districts), _("另一个人看过，报告人也说办好了的件。"), "outcome=fixed", ground, total),
        _number(_("重开"), sum(row.reopened for row in districts), _("说办好以后，因为没办好又打开过的件。"), "reopened=1", ground, total),
        _number(_("挂账"), states.get(State.HUNG, 0), _("眼下解决不了、公开列着的件。"), "state=hung", ground, total),
    ]  # fmt: skip


def _cell(value: int, **words: Any) -> dict[str, Any]:
    return {"value": value, "url": f"/cases/?{query(**words)}", "few": 0 < value < FEW}


def _figures(*labels: str) -> list[dict[str, Any]]:
    return [{"label": label, "figure": number > 0} for number, label in enumerate(labels)]


def _states(counts: Mapping[str, int], ground: Ground) -> dict[str, Any]:
    rows = [[str(STATE_LABELS[state]), _cell(counts.get(state, 0), state=state.value)] for state in State]
    return {
        "title": _("现在到哪一步"),
        "columns": _figures(_("状态"), _("件数")),
        "rows": rows,
        "as_of": ground.day,
        "note": _("每一件按它此刻的状态数一次。"),
    }


def _outcomes(counts: Mapping[str, int], ground: Ground) -> dict[str, Any]:
    ended = [outcome for outcome in Outcome if outcome is not Outcome.HUNG]
    rows = [
        [str(OUTCOME_LABELS[one]), _cell(counts.get(one, 0), state="closed", outcome=one.value)]
        for one in ended
    ]
    return {
        "title": _("办结的件是怎么结的"),
        "columns": _figures(_("结果"), _("件数")),
        "rows": rows,
        "as_of": ground.day,
        "note": _("办结不等于解决：没等到回复的、不归本市管的，单列。"),
    }


def _districts(counts: Sequence[DistrictCounts], ground: Ground) -> dict[str, Any]:
    columns = _figures(
        _("县（市、区）"),
        _("在办"),
        _("在办已超期"),
        _("说办好了"),
        _("解决了"),
        _("重开"),
        _("挂账"),
        _("合计"),
    )
    return {
        "title": _("各县（市、区）"),
        "columns": columns,
        "rows": [_district(row, ground) for row in counts],
        "as_of": ground.day,
        "note": _("按事发地数，不按单位数；各地人口和报告习惯不同，不能拿来排名。"),
    }


def _district(row: DistrictCounts, ground: Ground) -> list[Any]:
    name = ground.place(row.district) if row.district else _("没有落到县区")
    at = {"district": row.district or NONE}
    return [
        {"value": name, "url": f"/cases/?{query(**at)}"}, _cell(row.open, **at, open_only=1),
        _cell(row.overdue_open, **at, open_only=1, overdue=1), _cell(row.settled, **at, settled=1),
        _cell(row.fixed, **at, outcome="fixed"), _cell(row.reopened, **at, reopened=1), _cell(row.hung, **at, state="hung"),
        _cell(row.total, **at),
    ]  # fmt: skip


def _returns(ground: Ground) -> dict[str, Any]:
    """退回：哪个单位退、指向哪个单位。 Returns between pairs of organs: a measure of unclear duties, never of people."""
    rows = [
        [
            ground.organ(pair.organ),
            ground.organ(pair.named) if pair.named else _("没有写明"),
            _cell(pair.count, returned_by=pair.organ, returned_to=pair.named or NONE),
        ]
        for pair in queries.returns_by_pair(most=PAIRS)
    ]
    columns = [{"label": _("退回的单位")}, {"label": _("说该归谁")}, {"label": _("退回次数"), "figure": True}]
    return {
        "title": _("单位之间的退回"),
        "columns": columns,
        "rows": rows,
        "as_of": ground.day,
        "note": _("同一对单位退得多，多半是清单没写清楚，该改清单。"),
    }


def _days(ground: Ground) -> dict[str, Any]:
    """近三十天每天报告多少件。 Reports a day over the last thirty days, drawn above their table."""
    days = [ground.day - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    counts = dict(queries.reported_per_day(since=days[0]))
    bars = [
        {"label": _short(day), "value": counts.get(day, 0), "few": counts.get(day, 0) < FEW} for day in days
    ]
    rows = [[_short(day), _cell(counts.get(day, 0), day=day.isoformat())] for day in reversed(days)]
    return {
        "title": _("近三十天每天的报告"),
        "columns": _figures(_("日期"), _("件数")),
        "rows": rows,
        "as_of": ground.day,
        "drawing": {"kind": "distribution", "unit": _("件"), "rows": bars},
    }


def _short(day: date) -> str:
    return f"{day.month:02d}-{day.day:02d}"


# ---- Map ------------------------------------------------------------------------------------------------------------


def _children(ground: Ground, code: str) -> list[Spot]:
    return places.spots_below(code=code, day=ground.day, revision=ground.city.revision)


def _map(ground: Ground, district: str) -> dict[str, Any]:
    return {
        "id": "district-map",
        "geojson_url": f"/map/{district}.geojson",
        "label": _("网格示意图"),
        "notice": ground.setting("map_notice"),
        "approval": ground.setting("map_approval"),
        "rows": [],
    }


def _grid_table(ground: Ground, counts: Mapping[str, int]) -> dict[str, Any]:
    """地图的表。 The table twin of the map: grids with open cases, most first; what lies in no grid by its own place."""
    rows = [
        [_full(code, ground), _street(ground, code), {**_cell(number, place=code, open_only=1), "few": False}]
        for code, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    columns = [
        {"label": _("网格")},
        {"label": _("乡镇（街道）")},
        {"label": _("在办"), "unit": _("件"), "figure": True},
    ]
    return {"title": _("各网格在办的事"), "columns": columns, "rows": rows, "as_of": ground.day}


def _full(code: str, ground: Ground) -> str:
    """网格连同村（社区）的名称。 The name of a place; a grid's English name says only its number, so its community goes before."""
    spot, name = ground.spot(code), ground.place(code)
    whole = spot is None or spot.level != "grid" or not shown.in_english() or len(spot.path) < 2
    return name if whole or spot is None else f"{ground.place(spot.path[1])} {name}"


def _street(ground: Ground, code: str) -> str:
    spot = ground.spot(code)
    spots = [ground.spot(above) for above in spot.path] if spot else []
    return next((said(s.name, s.name_en) for s in spots if s and s.level == "street"), "")


def _without_cases(ground: Ground, district: str, counts: Mapping[str, int]) -> int:
    every = places.grids_below(code=district, day=ground.day, revision=ground.city.revision)
    return sum(1 for code in every if code not in counts)


urlpatterns = [
    path("overview/", overview, name="overview"),
    path("hung/", hung, name="hung"),
    path("map/", city_map, name="map"),
]
