"""事项的页。 The page of a case, for everybody and for those who act on it; the public list; photos; a look at who reported."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import InvalidInput, Refused, Who, who
from tongxin.cases import operations, queries
from tongxin.cases.forms import offers
from tongxin.cases.forms.acts import ACTS
from tongxin.cases.forms.paging import key_of
from tongxin.cases.forms.photos import key_opens, photo_path
from tongxin.cases.forms.purpose import PurposeForm
from tongxin.cases.models import Case
from tongxin.cases.operations import Purpose
from tongxin.cases.queries import CaseFile, CaseFilter
from tongxin.cases.terms import CHANNEL_LABELS, OUTCOME_LABELS, STATE_LABELS, Channel, Outcome, State
from tongxin.cases.views import listing, shown, story
from tongxin.cases.views.shown import Ground
from tongxin.cases.views.story import Audience
from tongxin.law.terms import Stage

PAGE: Final = 25
NEAR_DAYS: Final = timedelta(days=60)
PHOTO_CACHE: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """一页要用的都在这里。 What a page of a case is made from."""

    ground: Ground
    file: CaseFile
    me: Who

    @property
    def official(self) -> bool:
        """是不是任职的人在看。 Whether somebody who holds an office looks at it."""
        return self.me.standing is not None

    @property
    def audience(self) -> Audience:
        """给谁看。 For whom the page is."""
        return Audience.OFFICIAL if self.official else Audience.PUBLIC


def scene_of(request: HttpRequest, number: str) -> Scene:
    """打开一件事。 The scene of a case. Raises Http404. Ten statements."""
    file = queries.case_file(number=number) if "\x00" not in number else None
    if file is None:
        raise Http404(number)
    return Scene(ground=Ground.of(timezone.now()), file=file, me=who(request))


def told(scene: Scene, audience: Audience, *, number: str = "") -> dict[str, Any]:
    """一件事对谁都一样的部分。 What every page of a case tells. Two statements, three where somebody looked.

    `number`: the case whose looks are told, where that is another one (a report that was folded).
    """
    file, ground = scene.file, scene.ground
    case = file.case
    return {
        "case": case,
        "number": case.number,
        "title": shown.matter_title(case),
        "codes": shown.state_codes(case),
        "now": _now(scene),
        "basis": shown.basis_of((case.entry,) if case.entry else (), ground),
        "steps": story.steps_of(file, ground, audience),
        "photos": story.photos_of(file, audience),
        "map": shown.place_map(case, ground, exact=audience is not Audience.PUBLIC),
        "place": shown.place_rows(case, ground),
        "channel": CHANNEL_LABELS[Channel(case.channel)],
        "looks": story.looks_of(
            queries.looks_at_reporter(
                number=number or case.number, at=ground.at, since=0 if number else case.pk
            ),
            ground,
        ),
        "ended_plainly": case.outcome not in (Outcome.FIXED.value, Outcome.CLOSED_UNANSWERED.value),
        "folded": [one.number for one in file.folded],
        "whole": file.whole,
        "outcome_note": case.outcome_note if case.outcome != Outcome.WITHDRAWN.value else "",
    }


def _now(scene: Scene) -> dict[str, Any]:
    """此刻一句话。 Where the case is now: a clock line, or what to say where no organ's clock runs."""
    case = scene.file.case
    if case.state in (State.CLOSED.value, State.HUNG.value):
        return {"kind": case.state, "organ": scene.ground.organ(case.organ)}
    clock = shown.clock_line(scene.file, scene.ground)
    return {
        "kind": case.state,
        "clock": clock,
        "due": clock.get("due"),
        "organ": clock["organ"],
        "responsible": scene.ground.organ(case.responsible) if case.responsible != case.organ else "",
    }


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """一件事的页。 The page of a case. Fourteen statements, seventeen for an office, whatever its history; head and foot included."""
    scene = scene_of(request, number)
    context = told(scene, scene.audience)
    if scene.official:
        context.update(_at_work(scene))
    return render(request, "cases/case.html", {**context, "done": _done(request)})


def _done(request: HttpRequest) -> str:
    verb = request.GET.get("done", "")
    return shown.verb_title(verb) if verb in ACTS or verb == "report_case" else ""


def _at_work(scene: Scene) -> dict[str, Any]:
    """办事的人还看得到的。 What those who act on it see too: what can be done, parts and clocks, requests, precedents."""
    standing = scene.me.standing
    assert standing is not None  # noqa: S101 - asked before
    file, ground, person = scene.file, scene.ground, scene.me.actor.person
    main, rest = offers.main_offers(offers.offers(file, standing, person, ground.city, ground.at))
    near = queries.near(matter=file.case.matter, path=file.case.path, since=ground.at - NEAR_DAYS)
    return {
        "official": True,
        "actions": [_action(verb, file.case, quiet=verb != main[0]) for verb in main],
        "held_up": [
            {"label": shown.verb_title(verb), **shown.refusal_of(reason, verb, ground)}
            for verb, reason in offers.held_up(file, standing, person, ground.city, ground.at)
        ],
        "more": [{"label": shown.verb_title(verb), "url": act_url(file.case, verb)} for verb in rest],
        "parts": [_part(part, scene) for part in file.parts],
        "clocks": [_clock(clock, scene) for clock in file.clocks],
        "requests": _requests(scene),
        "rulings": [_ruling(ruling, scene) for ruling in file.precedents],
        "near": [listing.row_of(other, ground) for other in near if other.pk != file.case.pk],
        "purpose": PurposeForm() if offers.may_consult(file, standing, ground.city) else None,
    }


def act_url(case: Case, verb: str) -> str:
    """做某个行为的网址。 The address of the form of an act."""
    return reverse("case_act", args=[case.number, verb])


def _action(verb: str, case: Case, *, quiet: bool) -> dict[str, Any]:
    url, kind = act_url(case, verb), "plain" if ACTS[verb].grave else "quiet" if quiet else ""
    action = {"label": shown.verb_title(verb), "kind": kind, "key": offers.KEYS.get(verb, "")}
    if verb == "accept_case":  # nothing to ask: one press does it, and says at which step it was seen
        return {**action, "post_url": url, "name": "seen", "value": case.steps}
    return {**action, "url": url}


def _part(part: Any, scene: Scene) -> dict[str, Any]:
    marks = (
        (part.ended_at, gettext("已解除")),
        (part.settled_at, gettext("已办结")),
        (part.accepted_at, gettext("已受理")),
    )
    state = next((word for at, word in marks if at is not None), gettext("在办"))
    return {
        "organ": scene.ground.organ(part.organ),
        "lead": part.role == "lead",
        "given_at": part.given_at,
        "state": state,
    }


def _clock(clock: Any, scene: Scene) -> dict[str, Any]:
    pace = shown.clock_pace(clock, scene.ground) if clock.ended_at is None else None
    return {
        "organ": scene.ground.organ(clock.organ),
        "task": shown.STAGE_TASKS[Stage(clock.stage)],
        "step": clock.step,
        "clock": clock,
        "pace": pace,
    }


def _requests(scene: Scene) -> list[dict[str, Any]]:
    standing, person = scene.me.standing, scene.me.actor.person
    lead = standing is not None and standing.post in REGISTRY["decide_clock_change"].posts
    return [
        {
            "asked": asked,
            "organ": scene.ground.organ(asked.clock.organ),
            "words": listing.request_words(asked),
            "url": f"{act_url(scene.file.case, 'decide_clock_change')}?request={asked.pk}"
            if lead and asked.decided_at is None and asked.asked_by != person
            else "",
        }
        for asked in scene.file.requests
    ]


def _ruling(ruling: Any, scene: Scene) -> dict[str, Any]:
    return {
        "at": ruling.at,
        "organ": scene.ground.organ(ruling.organ),
        "reason": ruling.reason,
        "number": ruling.case.number,
        "url": reverse("case", args=[ruling.case.number]),
    }


# ---- A look at who reported -----------------------------------------------------------------------------------------


@require_POST
def consult(request: HttpRequest, number: str) -> HttpResponse:
    """查看报告人信息。 Opens the reporter's particulars once, as an act with a purpose; the reporter sees who looked."""
    me = who(request)
    if not me.signed_in:
        return sign_in_first(request, reverse("case", args=[number]))
    form = PurposeForm(request.POST)
    if not form.is_valid():
        raise InvalidInput("purpose", "请先选为了什么打开", "choose for which purpose it is opened")
    purpose = Purpose(form.cleaned_data["purpose"])
    report = operations.consult_reporter(actor=me.actor, at=timezone.now(), number=number, purpose=purpose)
    scene = scene_of(request, number)
    looks = queries.looks_at_reporter(number=number, at=scene.ground.at, most=1, since=scene.file.case.pk)
    answer = render(
        request,
        "cases/reporter.html",
        {
            "case": scene.file.case,
            "number": number,
            "title": shown.matter_title(scene.file.case),
            "report": report,
            "answers": _particulars(report),
            "basis": shown.basis_of(("power:consult_reporter",), scene.ground),
            "purpose": story.purpose_words(purpose.value),
            "receipt_url": reverse("ledger_entry", args=[looks[0].entry]) if looks else "",
        },
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _particulars(report: Any) -> list[dict[str, str]]:
    if report is None:
        return []
    return [
        {"label": gettext("报告内容"), "value": report.text},
        {"label": gettext("姓名"), "value": report.name},
        {"label": gettext("电话"), "value": report.phone},
        {"label": gettext("邮箱"), "value": report.email},
        {"label": gettext("详细地址"), "value": report.address},
    ]


def sign_in_first(request: HttpRequest, back: str = "") -> HttpResponse:
    """先登录。 To the sign-in page, and back here afterwards."""
    del request
    return HttpResponseRedirect(f"{reverse('sign_in')}?{listing.query(next=back)}", status=303)


def cannot(
    request: HttpRequest, title: str, refused: Refused, ground: Ground, ways: list[dict[str, str]]
) -> HttpResponse:
    """这一页不给用。 Says why a page is not for who asks, before anything was sent: so nothing stands in the ledger."""
    refusal = shown.refusal_of(refused, "", ground)
    return render(
        request, "cases/cannot.html", {"title": title, "refusal": refusal, "ways": ways}, status=403
    )


# ---- Photos ---------------------------------------------------------------------------------------------------------


@require_safe
def photo(request: HttpRequest, digest: str) -> HttpResponse | FileResponse:
    """一张照片。 Evidence for everybody; a report's own photos for offices, and for its reporter by key. One statement, three for an office."""
    keyed = key_opens(digest, request.GET.get("key", ""))
    kinds = queries.photo_kinds(digest=digest)
    public = "evidence" in kinds
    if not (public or keyed or (kinds and who(request).standing is not None)):
        raise Http404(digest)
    try:
        answer = FileResponse(photo_path(digest, shown.photo_folder()).open("rb"), content_type="image/jpeg")
    except OSError as gone:
        raise Http404(digest) from gone
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = PHOTO_CACHE if public else "private, no-store"
    return answer


# ---- The public list ------------------------------------------------------------------------------------------------


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """事项列表。 The public list of cases, filters as words in the address, newest first. Six statements, seven when a number is looked for."""
    wanted = request.GET.get("number", "").strip()[:40].replace("\x00", "")
    if wanted and queries.case_numbered(number=wanted):
        return HttpResponseRedirect(reverse("case", args=[wanted]), status=303)
    ground = Ground.of(timezone.now())
    chosen = listing.chosen_of(request.GET)
    found, following = queries.page_of_cases(
        chosen=chosen, before=key_of(request.GET.get("before")), size=PAGE
    )
    return render(
        request,
        "cases/cases.html",
        {
            "rows": [listing.row_of(one, ground) for one in found],
            "wanted": wanted,
            "filters": _filters(request, ground, chosen),
            "also": _also(request, ground, chosen),
            "pager": {
                "shown": len(found),
                "next_url": listing.with_word(request.GET, "before", following) if following else "",
                "previous_url": listing.with_word(request.GET, "before", "")
                if "before" in request.GET
                else "",
            },
        },
    )


def _filters(request: HttpRequest, ground: Ground, chosen: CaseFilter) -> dict[str, Any]:
    here = ground.spot(ground.city.root)
    districts = listing.children(ground, here.code if here else "")
    known = {name: value for name, value in request.GET.items() if name in listing.WORDS}
    return {
        "groups": [
            listing.group(
                request.GET,
                "state",
                gettext("状态"),
                [(s.value, str(STATE_LABELS[s])) for s in State],
                chosen.state,
            ),
            listing.group(request.GET, "district", gettext("县（市、区）"), districts, chosen.district),
            listing.group(
                request.GET,
                "outcome",
                gettext("结果"),
                [(o.value, str(OUTCOME_LABELS[o])) for o in Outcome if o is not Outcome.HUNG],
                chosen.outcome,
            ),
            listing.group(
                request.GET,
                "overdue",
                gettext("期限"),
                [("1", gettext("曾超期"))],
                "1" if chosen.overdue else "",
            ),
            listing.group(
                request.GET,
                "reopened",
                gettext("重开"),
                [("1", gettext("曾重开"))],
                "1" if chosen.reopened else "",
            ),
        ],
        "search": {
            "name": "number",
            "value": request.GET.get("number", ""),
            "label": gettext("编号"),
            "hidden": [],
        },
        "clear_url": "?" if known else "",
    }


def _also(request: HttpRequest, ground: Ground, chosen: CaseFilter) -> list[dict[str, str]]:
    """地址里带来的其他筛选。 Filters that came with the address from a number elsewhere; each can be taken away."""
    words = {
        "matter": (gettext("事项"), listing.matter_name(chosen.matter, ground)),
        "organ": (gettext("现在的机构"), ground.organ(chosen.organ)),
        "place": (gettext("地点"), ground.place(chosen.place)),
        "channel": (gettext("渠道"), chosen.channel),
        "returned_by": (gettext("退回的机构"), ground.organ(chosen.returned_by)),
        "returned_to": (gettext("退回时指向"), ground.organ(chosen.returned_to)),
        "day": (gettext("报告的日期"), chosen.day),
        "open_only": (gettext("在办"), gettext("是")),
        "settled": (gettext("说办好了"), gettext("是")),
    }
    return [
        {"label": label, "value": value, "url": listing.with_word(request.GET, name, "")}
        for name, (label, value) in words.items()
        if getattr(chosen, name)
    ]


urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases/<str:number>/", case, name="case"),
    path("cases/<str:number>/reporter/", consult, name="consult"),
    path("photos/<str:digest>.jpg", photo, name="photo"),
]
