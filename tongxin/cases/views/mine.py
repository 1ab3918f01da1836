"""报告人自己的页。 The reporter's own page, by token or signed in: what happened, and what the reporter may say to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import Actor, Conflict, InvalidInput, who
from tongxin.cases import queries, rules
from tongxin.cases.forms.acts import OWN_ACTS, Turn, given_by, own_form_of, seen_step
from tongxin.cases.models import Case, Report
from tongxin.cases.terms import State
from tongxin.cases.views import listing, shown, story
from tongxin.cases.views.act import mark, typed
from tongxin.cases.views.matter import Scene, scene_of, sign_in_first, told
from tongxin.cases.views.shown import Ground, said
from tongxin.cases.views.story import Audience

VERBS: Final = {"confirm": "confirm_case", "dispute": "dispute_case", "withdraw": "close_case"}
View = Callable[..., HttpResponse]


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """自己的一份报告。 One's own report: the case it made, the case that is acted on (where it was folded), and the way here."""

    case: Case
    report: Report | None
    scene: Scene
    url: str

    @property
    def actor(self) -> Actor:
        """以报告人的身份。 The reporter, in their own right."""
        person = self.report.person if self.report else ""
        return Actor(person=person or f"reporter:{self.case.number}")

    @property
    def actable(self) -> list[str]:
        """此刻能说的。 What the reporter may do now."""
        case, ground = self.scene.file.case, self.scene.ground
        days = int(ground.city.settings.get("reopen_natural_days", 30))
        state = State(case.state)
        may = {
            "confirm": state is State.CONFIRMING,
            "dispute": rules.may_dispute(
                state=state, outcome=case.outcome, closed_at=case.closed_at, at=ground.at, days=days
            ),
            "withdraw": rules.next_state(state, "close_case") is not None and self.case.pk == case.pk,
        }
        return [what for what, able in may.items() if able]


def private(view: View) -> View:
    """只给本人的页。 Headers of a page that only its reporter should see: not kept, not found, its address not passed on.

    `strict-origin` tells nobody the address, not even this house; under `no-referrer` a browser names no origin either
    when a form is sent, and what the reporter says could not be told from what another site makes the browser say.
    """

    @wraps(view)
    def closed(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        answer = view(request, *given, **named)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "strict-origin"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return closed


def _by_token(request: HttpRequest, token: str) -> Own:
    case = queries.case_of_token(token=token)
    if case is None:
        raise Http404("token")
    return _own(request, case, reverse("mine", args=[token]))


def _by_person(request: HttpRequest, number: str) -> Own:
    person = who(request).actor.person
    case = queries.case_reported_by(person=person, number=number) if "\x00" not in number else None
    if case is None:
        raise Http404(number)
    return _own(request, case, reverse("my_case", args=[number]))


def _own(request: HttpRequest, case: Case, url: str) -> Own:
    whole = case.folded_into or case
    return Own(
        case=case, report=queries.own_report(case=case), scene=scene_of(request, whole.number), url=url
    )


# ---- The page -------------------------------------------------------------------------------------------------------


@require_safe
@private
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """凭口令看自己的报告。 The reporter's page by token. Sixteen statements."""
    return _page(request, _by_token(request, token))


@require_safe
@private
def my_case(request: HttpRequest, number: str) -> HttpResponse:
    """登录后看自己的报告。 The reporter's page of one who is signed in. Sixteen statements."""
    if not who(request).signed_in:
        return sign_in_first(request, request.path)
    return _page(request, _by_person(request, number))


def _page(request: HttpRequest, own: Own) -> HttpResponse:
    context = told(own.scene, Audience.REPORTER, number=own.case.number)
    done = request.GET.get("done", "")
    return render(
        request,
        "cases/mine.html",
        {
            **context,
            "own": own.case,
            "own_number": own.case.number,
            "own_url": own.url,
            "trace_url": reverse("my_data") if own.report and own.report.person else "",
            "answers": _answers(own),
            "photos": story.photos_of(own.scene.file, Audience.REPORTER)
            if own.case.pk == own.scene.file.case.pk
            else [photo for photo in context["photos"] if "key=" not in photo["url"]],
            "actions": [_action(what, own) for what in own.actable],
            "done": DONE[done]() if done in DONE else "",
            "folded_away": own.case.pk != own.scene.file.case.pk,
            "reopen_days": own.scene.ground.city.settings.get("reopen_natural_days", 30),
        },
    )


def _answers(own: Own) -> list[dict[str, str]]:
    report = own.report
    if report is None:
        return []
    return [
        {"label": gettext("您写的"), "value": report.text},
        {"label": gettext("地址"), "value": report.address},
        {"label": gettext("姓名"), "value": report.name},
        {"label": gettext("电话"), "value": report.phone},
        {"label": gettext("邮箱"), "value": report.email},
    ]


def _action(what: str, own: Own) -> dict[str, Any]:
    url = f"{own.url}{what}/"
    labels = {
        "confirm": gettext("已经解决"),
        "dispute": gettext("没有解决"),
        "withdraw": gettext("撤回这份报告"),
    }
    if what == "confirm":
        return {"label": labels[what], "post_url": url, "name": "seen", "value": own.scene.file.case.steps}
    return {"label": labels[what], "url": url, "kind": "quiet" if what == "dispute" else "plain"}


DONE: Final[dict[str, Callable[[], str]]] = {
    "confirm": lambda: gettext("谢谢，记下了：这件事已经解决。"),
    "dispute": lambda: gettext("记下了：没有解决。这件事重新办，牵头机构也已经知道。"),
    "withdraw": lambda: gettext("已经撤回。"),
}


# ---- What the reporter says -----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@private
def mine_act(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """凭口令确认、申诉、撤回。 Confirm, dispute or withdraw by token."""
    return _act(request, _by_token(request, token), what)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def my_case_act(request: HttpRequest, number: str, what: str) -> HttpResponse:
    """登录后确认、申诉、撤回。 Confirm, dispute or withdraw when signed in."""
    if not who(request).signed_in:
        return sign_in_first(request, request.path)
    return _act(request, _by_person(request, number), what)


def _act(request: HttpRequest, own: Own, what: str) -> HttpResponse:
    if what not in OWN_ACTS:
        raise Http404(what)
    form = own_form_of(what)(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask(request, own, what, form, status=200 if what in own.actable else 409)
    try:
        given = given_by(form, keep=lambda _upload: "")
        OWN_ACTS[what].run(
            Turn(
                actor=own.actor,
                at=own.scene.ground.at,
                number=own.scene.file.case.number,
                seen=seen_step(request.POST.get("seen")),
                given=given,
            )
        )
    except InvalidInput as wrong:
        mark(form, wrong)
        return _ask(request, own, what, form, status=400)
    except Conflict as moved:
        fresh = _own(request, own.case, own.url)
        return _ask(request, fresh, what, form, status=409, moved=said(moved.reason, moved.reason_en))
    return HttpResponseRedirect(f"{own.url}?done={what}", status=303)


def _ask(
    request: HttpRequest, own: Own, what: str, form: Any, *, status: int, moved: str = ""
) -> HttpResponse:
    case = own.scene.file.case
    return render(
        request,
        "cases/own_act.html",
        {
            "what": what,
            "form": form,
            "own_url": own.url,
            "title": shown.matter_title(case),
            "number": own.case.number,
            "codes": shown.state_codes(case),
            "seen": case.steps,
            "able": what in own.actable,
            "moved": moved,
            "typed": typed(form) if form.is_bound else [],
            "verb": shown.verb_title(VERBS[what]),
            "basis": shown.basis_of((f"power:{VERBS[what]}",), own.scene.ground),
        },
        status=status,
    )


@require_safe
@private
def my_cases(request: HttpRequest) -> HttpResponse:
    """我报告的事。 The cases that a person who is signed in reported. Five statements."""
    me = who(request)
    if not me.signed_in:
        return sign_in_first(request, request.path)
    ground = Ground.of(timezone.now())
    found = queries.cases_reported_by(person=me.actor.person)
    rows = [{**listing.row_of(case, ground), "url": reverse("my_case", args=[case.number])} for case in found]
    return render(request, "cases/my_cases.html", {"rows": rows})


urlpatterns = [
    path("my/", my_cases, name="my_cases"),
    path("my/<str:number>/", my_case, name="my_case"),
    path("my/<str:number>/<str:what>/", my_case_act, name="my_case_act"),
    path("mine/<str:token>/", mine, name="mine"),
    path("mine/<str:token>/<str:what>/", mine_act, name="mine_act"),
]
