"""立法各步怎么做。 The forms of law-making for those who act: proposing, every step of a project, a look at who commented."""

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import Conflict, InvalidInput, Refused, post_words, sign_off, who
from tongxin.law import operations
from tongxin.law.forms.making import OUTCOME_LABELS, ProposeForm
from tongxin.law.forms.making_acts import ACTS, Lists, Turn, form_of
from tongxin.law.forms.making_comment import PURPOSE_LABELS, CommentPurposeForm
from tongxin.law.forms.making_draft import DraftForm
from tongxin.law.models import DraftComment
from tongxin.law.queries import making, making_clauses
from tongxin.law.queries.impact import impact
from tongxin.law.queries.making import ProjectFile
from tongxin.law.queries.standing import states_on
from tongxin.law.rules.making import CommentPurpose, Outcome, Purpose, State, next_state
from tongxin.law.rules.making_days import DAY, Kind
from tongxin.law.rules.making_needs import Asked, hindrance
from tongxin.law.rules.making_text import NONE_LIMITED, candidates, kept_text, read_draft
from tongxin.law.terms import Level
from tongxin.law.views import making_shown as shown
from tongxin.law.views.making_shown import MakingGround, now_here

DRAFTS: Final = frozenset({"draft_law", "revise_draft"})


@dataclass(slots=True)
class Sheet:
    """一张表单和它的来处。 One form on its way: the project, the verb, what was typed, and what came of it."""

    file: ProjectFile
    verb: str
    ground: MakingGround
    form: forms.Form
    comment: DraftComment | None = None
    status: int = 200
    refusal: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False  # the gate itself refused: that stands in the ledger
    moved: str = ""


# ---- Proposing ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """提出立法项目。 Proposes a law."""
    me, ground = who(request), now_here()
    if not me.signed_in:
        return shown.sign_in_first(request.path)
    form = ProposeForm(_targets(), request.POST if request.method == "POST" else None)
    refusal: dict[str, Any] = {}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            number = operations.propose_law(actor=me.actor, at=ground.at, law=form.law())
        except InvalidInput as wrong:
            mark(form, wrong)
        except Refused as refused:
            refusal, status = shown.refusal_of(refused, "propose_law", ground), 403
        else:
            url = reverse("lawmaking_project", args=[number])
            return HttpResponseRedirect(f"{url}?done=propose_law", status=303)
    return render(request, "law/making/propose.html", {
        "form": form, "refusal": refusal, "basis": shown.basis_of("propose_law", ground),
        "may": me.standing is not None and me.standing.post in REGISTRY["propose_law"].posts,
        "who_can": post_words(REGISTRY["propose_law"].posts),
    }, status=400 if form.errors else status)  # fmt: skip


def _targets() -> list[tuple[str, str]]:
    own = [
        *making.own_instruments(level=Level.LOCAL_REGULATION),
        *making.own_instruments(level=Level.GOVERNMENT_RULE),
    ]
    return [(row.key, shown.said(row.title, row.title_en)) for row in own]


# ---- A step ---------------------------------------------------------------------------------------------------------


@sign_off(
    "vote_law",
    "decide_rule",
    "publish_law",
    "record_approval",
    "record_return",
    "withhold_draft",
    "shelve_law",
    "send_for_approval",
)
@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """做一步。 GET: the form of a step with its basis, or why it cannot be taken; POST: it is taken."""
    if verb not in ACTS and verb not in DRAFTS:
        raise Http404(verb)
    if not who(request).signed_in:
        return shown.sign_in_first(request.get_full_path())
    sheet = _sheet(request, number, verb)
    if request.method == "POST":
        return _do(request, sheet)
    _check(request, sheet)
    return _show(request, sheet)


def _sheet(request: HttpRequest, number: str, verb: str) -> Sheet:
    file, ground = shown.file_of(number), now_here()
    comment = _comment(file, request.GET.get("comment", "")) if verb == "answer_comment" else None
    data = request.POST if request.method == "POST" else None
    form = _draft_form(file, ground, data) if verb in DRAFTS else _act_form(file, verb, data)
    return Sheet(file=file, verb=verb, ground=ground, form=form, comment=comment)


def _comment(file: ProjectFile, number: str) -> DraftComment:
    found = making.comment_numbered(number=number) if "\x00" not in number else None
    if found is None or found.project_id != file.project.pk:
        raise Http404(number)
    return found


def _act_form(file: ProjectFile, verb: str, data: Any) -> forms.Form:
    initial = {"drafting": file.project.drafting} if verb == "plan_law" else {}
    if verb == "comment_draft":
        initial = {"client_key": f"letter:{uuid.uuid4()}"}
    return form_of(verb, _lists(file, verb))(data, initial=initial)


def _lists(file: ProjectFile, verb: str) -> Lists:
    organs = making.drafting_organs() if verb == "plan_law" else []
    one = file.draft(file.now.shown) if verb == "comment_draft" else None
    return Lists(
        kind=Kind(file.project.kind),
        purpose=Purpose(file.project.purpose),
        organs=[(organ.code, shown.said(organ.name, organ.name_en)) for organ in organs],
        clauses=clause_choices(one.text) if one else (),
    )


def clause_choices(text: str) -> list[tuple[str, str]]:
    """可提意见的各条。 The articles of a draft, as choices."""
    return [
        (article.key, f"{article.number}　{article.text[:24]}{'…' if len(article.text) > 24 else ''}")
        for article in read_draft(text).articles
    ]


def _draft_form(file: ProjectFile, ground: MakingGround, data: Any) -> DraftForm:
    latest = file.draft(file.now.draft)
    text = data.get("text", "") if data is not None else latest.text if latest else ""
    found = candidates(read_draft(kept_text(title=file.project.title, text=text))) if text.strip() else ()
    known = latest.limits if latest else {}
    initial = {
        "text": text,
        **{f"limits_{key}": ref or NONE_LIMITED for key, ref in known.items()},
    }
    asked = found if Kind(file.project.kind) is Kind.RULE else ()
    return DraftForm(asked, _higher, ground.day, data, initial=initial)


def _higher(words: str, day: Any) -> str:
    return making_clauses.higher_clause(words=words, day=day)


def _check(request: HttpRequest, sheet: Sheet) -> None:
    """先看能不能。 Says beforehand what the gate would say."""
    subject, me = sheet.file.project, who(request)
    if next_state(Kind(subject.kind), State(subject.state), sheet.verb) is None:
        sheet.moved, sheet.status = gettext("这个项目现在走到别的步骤，这样做不了。"), 409
        return
    organs = making.organs_of(subject, sheet.verb)
    if not shown.may_do(sheet.verb, me.standing, organs):
        sheet.status = 403
        sheet.refusal = _not_yours(sheet, organs)
        return
    limits = making_clauses.limits_on(kind=Kind(subject.kind), day=sheet.ground.day)
    asked = Asked(verb=sheet.verb, day=sheet.ground.day, limits=limits, unanswered=sheet.file.unanswered,
                  explained=True)  # fmt: skip
    found = hindrance(sheet.file.now, asked)
    if found is not None and sheet.verb not in {"examine_draft", "decide_rule"}:
        clause = (
            found.clause
            if "@" in found.clause
            else making_clauses.ref_today(ref=found.clause, day=sheet.ground.day)
        )
        refused = Refused(found.code, found.reason, found.reason_en, clause=clause)
        not_yet = gettext("现在还不能：%(act)s") % {"act": shown.act_title(sheet.verb)}
        sheet.refusal = {**shown.refusal_of(refused, sheet.verb, sheet.ground), "title": not_yet}
        sheet.status = 403


def _not_yours(sheet: Sheet, organs: frozenset[str]) -> dict[str, Any]:
    posts = post_words(REGISTRY[sheet.verb].posts)
    return {
        "title": gettext("没有办成：%(act)s") % {"act": shown.act_title(sheet.verb)},
        "missing": gettext("这一步不归您的岗位和单位。"),
        "who_can": [f"{sheet.ground.organ(code)} {'、'.join(posts)}" for code in sorted(organs)],
    }


def _do(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    if not sheet.form.is_valid():
        sheet.status = 400
        return _show(request, sheet)
    try:
        _perform(request, sheet)
    except InvalidInput as wrong:
        sheet.status = 400
        mark(sheet.form, wrong)
    except Conflict as moved:
        sheet.moved, sheet.status = shown.said(moved.reason, moved.reason_en), 409
        sheet.file = shown.file_of(sheet.file.project.number)
    except Refused as refused:
        sheet.refusal, sheet.status = shown.refusal_of(refused, sheet.verb, sheet.ground), 403
        sheet.recorded = True
    else:
        return HttpResponseRedirect(_onward(sheet), status=303)
    return _show(request, sheet)


def _onward(sheet: Sheet) -> str:
    number = sheet.file.project.number
    if sheet.comment is not None:
        return f"{reverse('lawmaking_comments', args=[number])}#{sheet.comment.number}"
    return f"{reverse('lawmaking_project', args=[number])}?done={sheet.verb}"


def _perform(request: HttpRequest, sheet: Sheet) -> None:
    seen = _seen(request.POST.get("seen", ""))
    number, me = sheet.file.project.number, who(request)
    if isinstance(sheet.form, DraftForm):
        act = operations.draft_law if sheet.verb == "draft_law" else operations.revise_draft
        act(
            actor=me.actor, at=sheet.ground.at, number=number, draft=sheet.form.draft(),
            day=sheet.form.cleaned_data["day"], seen=seen,
        )  # fmt: skip
        return
    ACTS[sheet.verb].run(
        Turn(
            actor=me.actor,
            at=sheet.ground.at,
            number=number,
            seen=seen,
            given=sheet.form.cleaned_data,
            comment=sheet.comment.number if sheet.comment else "",
            impact=_impact(sheet) if sheet.verb == "assess_draft" else None,
        )
    )


def _impact(sheet: Sheet) -> dict[str, Any]:
    """影响预览的快照。 The snapshot that the assessment keeps: what the draft would move if it took effect tomorrow."""
    day = sheet.ground.day + DAY
    found = making.closings_of_project(project=sheet.file.project, day=day)
    moved = impact(found=found, states={day - DAY: states_on(day=day - DAY)})
    return {"on": day.isoformat(), **moved.as_json()}


def _seen(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise InvalidInput(
            "seen", "页面不完整，请重新打开这个项目", "the page was not complete; open the project again"
        )
    return int(value)


def mark(form: forms.Form, wrong: InvalidInput) -> None:
    """把错处写到那一问旁边。 Puts a fault beside its question, or on top where it belongs to none."""
    if not form.has_error(wrong.field):
        form.add_error(
            wrong.field if wrong.field in form.fields else None, shown.said(wrong.reason, wrong.reason_en)
        )


def _show(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    subject = sheet.file.project
    drafts = isinstance(sheet.form, DraftForm)
    return render(request, "law/making/do.html", {
        **shown.head_of(subject, sheet.ground), "verb": sheet.verb, "act": shown.act_title(sheet.verb), "form": sheet.form,
        "confirmations": sheet.form.confirmations if isinstance(sheet.form, DraftForm) else [], "drafts": drafts,
        "plain_fields": _plain_fields(sheet.form), "seen": subject.steps, "refusal": sheet.refusal,
        "recorded": sheet.recorded, "moved": sheet.moved, "typed": typed(sheet.form) if sheet.form.is_bound else [],
        "basis": shown.basis_of(sheet.verb, sheet.ground, Kind(subject.kind)), "comment": sheet.comment,
        "clause": shown.clause_name(sheet.comment.clause) if sheet.comment else "",
        "answers": _answers(sheet.comment), "grave": sheet.verb in ACTS and ACTS[sheet.verb].grave,
        "note": subject.reason if sheet.verb == "plan_law" else "",
    }, status=sheet.status)  # fmt: skip


def _plain_fields(form: forms.Form) -> list[forms.BoundField]:
    return [one for one in form if not one.name.startswith("limits_")]


def _answers(comment: DraftComment | None) -> list[dict[str, Any]]:
    if comment is None:
        return []
    return [
        {"at": one.at, "outcome": OUTCOME_LABELS[Outcome(one.outcome)], "reason": one.reason}
        for one in making.answers_of(comment=comment)
    ]


def typed(form: forms.Form) -> list[dict[str, str]]:
    """写过的。 What was typed, as label and value, so that it can be read and copied when the form is gone."""
    return [
        {"label": str(one.label), "value": str(one.value())}
        for one in form
        if isinstance(one.value(), str) and one.value() and not one.is_hidden
    ]


# ---- Who commented --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def commenter(request: HttpRequest, number: str, comment: str) -> HttpResponse:
    """提意见的人留下的信息。 What a commenter left: says before that opening it is an act; POST opens it once."""
    me, ground, file = who(request), now_here(), shown.file_of(number)
    if not me.signed_in:
        return shown.sign_in_first(request.path)
    found = _comment(file, comment)
    form = CommentPurposeForm(request.POST if request.method == "POST" else None)
    left, refusal, status = None, {}, 200
    opened = False
    if request.method == "POST" and form.is_valid():
        purpose = CommentPurpose(form.cleaned_data["purpose"])
        try:
            left = operations.consult_commenter(
                actor=me.actor, at=ground.at, comment=found.number, purpose=purpose
            )
            opened = True
        except Refused as refused:
            refusal, status = shown.refusal_of(refused, "consult_commenter", ground), 403
    answer = render(request, "law/making/commenter.html", {
        **shown.head_of(file.project, ground), "comment": found, "form": form, "opened": opened, "refusal": refusal,
        "left": left, "purpose": PURPOSE_LABELS[CommentPurpose(form.cleaned_data["purpose"])] if opened else "",
        "basis": shown.basis_of("consult_commenter", ground),
    }, status=400 if form.errors else status)  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("lawmaking/new/", propose, name="lawmaking_new"),
    path("lawmaking/<str:number>/do/<str:verb>/", do, name="lawmaking_do"),
    path("lawmaking/<str:number>/comments/<str:comment>/who/", commenter, name="lawmaking_commenter"),
]
