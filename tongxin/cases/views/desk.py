"""工作台。 The desk: opens on the work, soonest due first; beside it what else waits for this post."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tongxin.acts.terms import BY_LABELS, By, Refused, Standing, who
from tongxin.cases import queries
from tongxin.cases.forms.intake import CHANNELS
from tongxin.cases.forms.paging import due_key_of, due_word
from tongxin.cases.queries import DESK_STATES
from tongxin.cases.terms import STATE_LABELS, State
from tongxin.cases.views import intake, listing
from tongxin.cases.views.matter import act_url, cannot, sign_in_first
from tongxin.cases.views.shown import Ground, said

PAGE: Final = 30
SIDE: Final = 12


def _no_office(request: HttpRequest, ground: Ground) -> HttpResponse:
    refused = Refused("no_office", "工作台只给任职的人用", "the desk is for those who hold an office")
    return cannot(
        request,
        gettext("工作台"),
        refused,
        ground,
        [{"url": reverse("my_cases"), "label": gettext("我报告的事")}],
    )


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """工作台。 The desk. Nine statements, and one more for each list beside it (two at most); head and foot included."""
    if not who(request).signed_in:
        return sign_in_first(request, request.get_full_path())
    standing, ground = who(request).standing, Ground.of(timezone.now())
    if standing is None:
        return _no_office(request, ground)
    return _desk(request, standing, ground)


def _desk(request: HttpRequest, standing: Standing, ground: Ground) -> HttpResponse:
    state, late = request.GET.get("state", ""), request.GET.get("late") == "1"
    found = queries.desk_cases(
        standing=standing,
        after=due_key_of(request.GET.get("after")),
        size=PAGE + 1,
        state=state if state in set(State) else "",
        due_before=ground.at if late else None,
    )
    cases, more = found[:PAGE], found[PAGE:]
    clocks = queries.running_clocks(cases=cases, organ=standing.organ)
    last: Any = cases[-1] if more else None
    return render(
        request,
        "cases/desk.html",
        {
            "organ": said(standing.organ_name, standing.organ_name_en),
            "post": BY_LABELS[standing.post],
            "rows": [listing.row_of(case, ground, clocks.get(case.pk)) for case in cases],
            "filters": _filters(request, standing, ground, state=state, late=late),
            "filtered": bool(state or late),
            "handles": bool(DESK_STATES.get(standing.post)),
            "pager": {
                "shown": len(cases),
                "previous_url": listing.with_word(request.GET, "after", "") if "after" in request.GET else "",
                "next_url": listing.with_word(request.GET, "after", due_word(last.due, last.pk))
                if last
                else "",
            },
            "sides": _sides(standing, ground, who(request).actor.person),
            "links": _links(standing),
        },
    )


def _filters(
    request: HttpRequest, standing: Standing, ground: Ground, *, state: str, late: bool
) -> dict[str, Any] | None:
    states = DESK_STATES.get(standing.post, ())
    if not states:
        return None
    counts = queries.desk_counts(standing=standing, at=ground.at)
    return {
        "groups": [
            listing.group(
                request.GET,
                "state",
                gettext("状态"),
                [(s.value, str(STATE_LABELS[s])) for s in states],
                state,
                counts.by_state,
            ),
            listing.group(
                request.GET,
                "late",
                gettext("期限"),
                [("1", gettext("已超期"))],
                "1" if late else "",
                {"1": counts.late},
            ),
        ]
    }


def _links(standing: Standing) -> list[dict[str, str]]:
    """还能去哪里。 Where this post can go besides."""
    links = [("intake", gettext("登记一件事"))] if standing.post in CHANNELS else []
    if standing.post in (By.SUPERVISOR, By.LEAD_OFFICER, By.LEGAL_OFFICER):
        links += [("overview", gettext("总览：件数、超期、退回")), ("hung", gettext("挂账名单"))]
    if standing.post in (By.LEGAL_OFFICER, By.CASE_OFFICER):
        links += [("lawmaking", gettext("正在立的法")), ("applications", gettext("列入申请"))]
    if standing.post is By.LEGAL_OFFICER:
        links.append(("law_desk", gettext("法典工作")))
    links.append(("cases", gettext("全部事项")))
    return [{"url": url, "label": label} for name, label in links if (url := _url(name))]


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _sides(standing: Standing, ground: Ground, person: str) -> list[dict[str, Any]]:
    """旁边的单子。 What else waits for this post: sign-offs, rulings to carry into the list, checks elsewhere."""
    sides = []
    if standing.post is By.LEAD_OFFICER:
        sides.append(_requests(standing, ground, person))
    if standing.post in (By.LEAD_OFFICER, By.LEGAL_OFFICER) and standing.organ == ground.city.lead_body:
        sides.append(_rulings(ground))
    if standing.post is By.CHECKER and standing.organ == ground.city.desk:
        sides.append(_checks(standing, ground))
    return sides


def _requests(standing: Standing, ground: Ground, person: str) -> dict[str, Any]:
    waiting = [asked for asked in queries.requests_waiting(path=standing.place) if asked.asked_by != person]
    return {
        "title": gettext("等您审签的期限申请"),
        "none": gettext("没有等审签的申请。"),
        "count": len(waiting),
        "rows": [
            {
                "url": f"{act_url(asked.clock.case, 'decide_clock_change')}?request={asked.pk}",
                "label": listing.request_words(asked),
                "about": f"{asked.clock.case.number} · {ground.organ(asked.clock.organ)}",
                "note": asked.note,
            }
            for asked in waiting[:SIDE]
        ],
    }


def _rulings(ground: Ground) -> dict[str, Any]:
    rulings = queries.rulings_unproposed()
    return {
        "title": gettext("可以写进清单的裁定"),
        "none": gettext("没有待提建议的裁定。"),
        "count": len(rulings),
        "rows": [
            {
                "url": f"{act_url(ruling.case, 'propose_list_change')}?precedent={ruling.pk}",
                "label": listing.matter_name(ruling.matter, ground) or gettext("清单以外的一件事"),
                "about": f"{ruling.case.number} · {ground.organ(ruling.organ)}",
                "note": ruling.reason,
            }
            for ruling in rulings[:SIDE]
        ],
    }


def _checks(standing: Standing, ground: Ground) -> dict[str, Any]:
    cases = queries.checks_waiting_elsewhere(organ=standing.organ)
    rows = [listing.row_of(case, ground) for case in cases[:SIDE]]
    return {
        "title": gettext("其他单位待核查的"),
        "none": gettext("没有别的单位的待核查。"),
        "count": len(cases),
        "rows": [
            {
                "url": row["url"],
                "label": row["title"],
                "about": f"{row['number']} · {row['organ']}",
                "note": row["place"],
            }
            for row in rows
        ],
    }


first = path("desk/", desk, name="desk")
urlpatterns = [*intake.urlpatterns]
