"""单位一侧：答复异议和请求，暂缓显示，督查的证明。 The office's side: answering contests and requests, deferrals, and the auditor's proof."""

from datetime import datetime, time
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.acts.terms import By, Conflict, InvalidInput, Refused, Standing, sign_off, who
from tongxin.exchange import operations
from tongxin.exchange.forms.person import AnswerForm, AnswerRequestForm, DecideForm, DeferralForm, EndForm
from tongxin.exchange.models import Contest, Deferral, RightsRequest
from tongxin.exchange.queries import claims
from tongxin.exchange.queries import person as read
from tongxin.exchange.views import person_shown as shown
from tongxin.exchange.views.contests import clause_links
from tongxin.exchange.views.data_shown import DataGround, basis_of, said, sign_in_first, verb_title
from tongxin.exchange.views.person_shown import said_field
from tongxin.ledger.queries import content_of
from tongxin.places.queries import city

OFFICERS: Final = frozenset({By.DATA_OFFICER, By.DATA_HEAD})
AUDITORS: Final = frozenset({By.SUPERVISOR, By.DATA_HEAD})


def _standing(request: HttpRequest, posts: frozenset[By]) -> Standing | HttpResponse:
    """以什么岗位。 The standing of who asks, when their post may see this page. Raises Refused."""
    me = who(request)
    if not me.signed_in:
        return sign_in_first(request)
    if me.standing is None or me.standing.post not in posts:
        raise Refused(
            "wrong_post", "这一页给数据共享工作机构用", "this page is for the offices of data sharing"
        )
    return me.standing


def _authority() -> str:
    here = city()
    return str(here.settings.get("data_authority") or here.lead_body)


# ---- Contests and requests ---------------------------------------------------------------------------------------------


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """我单位要答复的。 Contests and requests my organ answers; the authority sees what is overdue anywhere. Five statements."""
    standing = _standing(request, OFFICERS)
    if isinstance(standing, HttpResponse):
        return standing
    ground = DataGround.now()
    asked: list[Contest | RightsRequest] = [
        *claims.contests_with(organ=standing.organ),
        *claims.requests_with(organ=standing.organ),
    ]
    terms = claims.terms_of(subjects=[row.ref for row in asked])
    rows = [_row(row, ground, shown.term_line(terms.get(row.ref), ground)) for row in asked]
    overdue = claims.overdue_claims(at=ground.at) if standing.organ == _authority() else []
    late = [
        {"number": t.subject.partition(":")[2], "organ": ground.organ(t.organ), "due": t.due_at}
        for t in overdue
    ]
    return render(
        request, "exchange/claims.html", {"rows": rows, "late": late, "organ": ground.organ(standing.organ)}
    )


def _row(row: Contest | RightsRequest, ground: DataGround, term: dict[str, Any] | None) -> dict[str, Any]:
    if isinstance(row, Contest):
        told = shown.contest_mark(row, ground)
        what = gettext("异议：%(ground)s") % {"ground": told["ground"]}
    else:
        told = shown.request_row(row, ground)
        what = gettext("请求：%(kind)s") % {"kind": told["kind"]}
    url = reverse("data_claim", args=[row.number])
    return {**told, "what": what, "term": term, "url": url, "waits": row.state in {"open", "raised"}}


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """一份异议或者请求：先折着，打开记一笔。 A contest or request: folded first; POST opens it, as an act the person sees."""
    standing = _standing(request, OFFICERS)
    if isinstance(standing, HttpResponse):
        return standing
    ground, found = DataGround.now(), _claim_or_404(number, standing)
    if request.method == "POST":
        operations.consult_claim(actor=who(request).actor, at=ground.at, number=number)
    return _claim_page(request, found, ground, opened=request.method == "POST")


def _claim_or_404(number: str, standing: Standing) -> Contest | RightsRequest:
    found = claims.claim_numbered(number=number) if "\x00" not in number else None
    if found is None or found.organ != standing.organ:
        raise Http404(number)
    return found


def _claim_page(
    request: HttpRequest, found: Contest | RightsRequest, ground: DataGround, *, opened: bool, form: Any = None,
    moved: str = "",
) -> HttpResponse:  # fmt: skip
    standing = who(request).standing
    term = shown.term_line(claims.term_of(subject=found.ref), ground)
    waits = found.state in {"open", "raised"}
    contested = isinstance(found, Contest)
    empty = AnswerForm() if contested else AnswerRequestForm()
    context = {
        "claim": found, "row": _row(found, ground, term), "contested": contested, "opened": opened, "moved": moved,
        "form": (form or empty) if waits and standing and standing.post is By.DATA_HEAD else None,
        "look": _look(found, ground) if isinstance(found, Contest) and opened else None, "clauses": clause_links(found.clause),
        "erase": f"/cases/erase/{found.number}/" if _is_erasure(found) else "",
        "basis": basis_of("answer_contest" if contested else "answer_request", ground),
        "erasure": "" if contested else shown.ERASURES.get(found.ground, ""),
    }  # fmt: skip
    status = 409 if moved else 400 if form is not None and form.errors else 200
    return render(request, "exchange/claim.html", context, status=status)


def _is_erasure(found: Contest | RightsRequest) -> bool:
    return isinstance(found, RightsRequest) and found.kind == "delete" and found.about.startswith("case:")


def _look(found: Contest, ground: DataGround) -> dict[str, Any] | None:
    """被异议的那次查看。 The look that is contested, as the ledger holds it: what, when, for which matter."""
    row = content_of(entry=found.line)
    if row is None:
        return None
    content = row.content
    fields = [str(name) for name in content.get("fields") or ()]
    labels = claims.field_labels(names=fields)
    return {
        "entry": row.entry_id, "at": row.entry.at, "organ": ground.organ(row.entry.organ),
        "what": verb_title(row.entry.verb), "fields": [said_field(name, labels) for name in fields],
        "purpose": str(shown.PURPOSES.get(str(content.get("purpose")), content.get("purpose") or "")),
        "matter": str(content.get("matter") or content.get("case") or ""), "clauses": clause_links(row.entry.clauses),
    }  # fmt: skip


@require_POST
@shown.private
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """答复。 Answers a contest or a request, or decides a raised contest."""
    standing = _standing(request, OFFICERS)
    if isinstance(standing, HttpResponse):
        return standing
    ground, found = DataGround.now(), _claim_or_404(number, standing)
    form = AnswerForm(request.POST) if isinstance(found, Contest) else AnswerRequestForm(request.POST)
    moved = ""
    if form.is_valid():
        try:
            _answered(request, found, ground.at, form.cleaned_data)
            return HttpResponseRedirect(reverse("data_claims"), status=303)
        except InvalidInput as wrong:
            shown.mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    return _claim_page(request, found, ground, opened=False, form=form, moved=moved)


def _answered(
    request: HttpRequest, found: Contest | RightsRequest, at: datetime, got: dict[str, Any]
) -> None:
    actor = who(request).actor
    if isinstance(found, RightsRequest):
        operations.answer_request(
            actor=actor,
            at=at,
            number=found.number,
            done=got["done"] == "yes",
            answer=got["answer"],
            clause=got["clause"],
        )
        return
    upheld, rest = got["upheld"] == "yes", {"measures": got["measures"], "clause": got["clause"]}
    if found.state == Contest.State.RAISED:
        operations.decide_contest(
            actor=actor, at=at, number=found.number, upheld=upheld, decision=got["answer"], **rest
        )
    else:
        operations.answer_contest(
            actor=actor, at=at, number=found.number, upheld=upheld, answer=got["answer"], **rest
        )


# ---- Deferrals ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def deferrals(request: HttpRequest) -> HttpResponse:
    """我单位的暂缓，和提出一项。 The deferrals of my organ; a data officer proposes one."""
    standing = _standing(request, OFFICERS)
    if isinstance(standing, HttpResponse):
        return standing
    ground = DataGround.now()
    form = DeferralForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        got = form.cleaned_data
        try:
            number = operations.defer_lines(
                actor=who(request).actor, at=ground.at, lines=form.numbers(), ground=got["ground"], clause=got["clause"],
                until=datetime.combine(got["until"], time(), timezone.get_current_timezone()), reason=got["reason"],
            )  # fmt: skip
            return HttpResponseRedirect(reverse("data_deferral", args=[number]), status=303)
        except InvalidInput as wrong:
            shown.mark(form, wrong)
    context = {
        "rows": [_deferral_row(row, ground) for row in claims.deferrals_of(organ=standing.organ)],
        "organ": ground.organ(standing.organ), "form": form if standing.post is By.DATA_OFFICER else None,
        "basis": basis_of("defer_lines", ground),
    }  # fmt: skip
    return render(request, "exchange/deferrals.html", context, status=400 if form.errors else 200)


def _deferral_row(row: Deferral, ground: DataGround) -> dict[str, Any]:
    ends = min(row.until, row.ended_at) if row.ended_at else row.until
    running = row.state == Deferral.State.GRANTED and ground.at < ends
    over = row.state == Deferral.State.GRANTED and not running
    return {
        "deferral": row, "running": running, "ends": ends, "ground": shown.DEFERRAL_GROUND_WORDS[row.ground],
        "word": gettext("已结束") if over else shown.DEFERRAL_STATES[row.state],
        "url": reverse("data_deferral", args=[row.number]),
    }  # fmt: skip


@sign_off()
@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def deferral(request: HttpRequest, number: str) -> HttpResponse:
    """一项暂缓：决定，提前结束。 One deferral: decided by another person, or ended early."""
    standing = _standing(request, OFFICERS)
    if isinstance(standing, HttpResponse):
        return standing
    ground = DataGround.now()
    found = claims.deferral_numbered(number=number) if "\x00" not in number else None
    if found is None or standing.organ not in {found.organ, _authority()}:
        raise Http404(number)
    row = _deferral_row(found, ground)
    form = _deferral_form(found, row, standing, request)
    moved = ""
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            _deferral_done(request, found, ground.at, form.cleaned_data)
            return HttpResponseRedirect(request.path, status=303)
        except InvalidInput as wrong:
            shown.mark(form, wrong)
        except Conflict as conflict:
            moved = said(conflict.reason, conflict.reason_en)
    elif request.method == "POST":
        moved = "" if form is not None else gettext("这一步现在不能做")
    context = {
        "row": row, "deferral": found, "form": form, "moved": moved, "lines": claims.lines_of(deferral=found),
        "organ": ground.organ(found.organ), "clauses": clause_links(found.clause),
        "ending": isinstance(form, EndForm),
    }  # fmt: skip
    wrong_form = form is not None and form.errors
    return render(
        request, "exchange/deferral.html", context, status=409 if moved else 400 if wrong_form else 200
    )


def _deferral_form(found: Deferral, row: dict[str, Any], standing: Standing, request: HttpRequest) -> Any:
    if standing.post is not By.DATA_HEAD:
        return None
    if found.state == Deferral.State.PROPOSED and standing.organ == found.organ:
        return DecideForm(request.POST if request.method == "POST" else None)
    return EndForm(request.POST if request.method == "POST" else None) if row["running"] else None


def _deferral_done(request: HttpRequest, found: Deferral, at: datetime, got: dict[str, Any]) -> None:
    actor = who(request).actor
    if found.state == Deferral.State.PROPOSED:
        granted = got["granted"] == "yes"
        operations.decide_deferral(
            actor=actor, at=at, number=found.number, granted=granted, reason=got["reason"]
        )
    else:
        operations.end_deferral(actor=actor, at=at, number=found.number, reason=got["reason"])


# ---- The auditor's proof -----------------------------------------------------------------------------------------------


@require_safe
def complete(request: HttpRequest) -> HttpResponse:
    """齐不齐的证明。 The proof over the whole city: all rows naming persons = shown + deferred, person by person, nobody named.

    For supervisors and the head of the authority; `?format=json` for programs. Two statements, one over the whole ledger.
    """
    standing = _standing(request, AUDITORS)
    if isinstance(standing, HttpResponse):
        return standing
    if standing.post is By.DATA_HEAD and standing.organ != _authority():
        raise Refused(
            "other_organ", "这一页给督查员和共享主管部门用", "this page is for supervisors and the authority"
        )
    ground = DataGround.now()
    found = read.city_completeness(at=ground.at)
    if request.GET.get("format") == "json":
        sums = {name: getattr(found, name) for name in ("persons", "every", "shown", "deferred", "wrong")}
        return JsonResponse({"at": ground.at.isoformat(), **sums})
    return render(request, "exchange/complete.html", {"found": found, "at": ground.at})


urlpatterns = [
    path("data/contests/", waiting, name="data_claims"),
    path("data/contests/<str:number>/", claim, name="data_claim"),
    path("data/contests/<str:number>/answer/", answer, name="data_claim_answer"),
    path("data/deferrals/", deferrals, name="data_deferrals"),
    path("data/deferrals/complete/", complete, name="data_complete"),
    path("data/deferrals/<str:number>/", deferral, name="data_deferral"),
]
