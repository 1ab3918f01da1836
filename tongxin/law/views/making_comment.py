"""对草案提意见，一页一问；提过之后自己的那一页。 Commenting on a draft, one question a page, without an account; and the commenter's own page.

What was answered goes along from page to page in the form itself: nothing of a comment that was never sent is kept anywhere.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongxin.acts.terms import ANONYMOUS, Conflict, InvalidInput
from tongxin.law import operations
from tongxin.law.forms.making import OUTCOME_LABELS
from tongxin.law.forms.making_comment import (
    ANSWERS,
    PAGES,
    PURPOSE_LABELS,
    ClauseForm,
    TextForm,
    WhoForm,
    comment_of,
)
from tongxin.law.models import DraftComment
from tongxin.law.queries import making
from tongxin.law.queries.making import ProjectFile
from tongxin.law.rules.making import CommentPurpose, CommentReceipt, Outcome, State
from tongxin.law.rules.making_days import Kind
from tongxin.law.rules.making_text import read_draft
from tongxin.law.views import making_shown as shown
from tongxin.law.views.making_do import clause_choices
from tongxin.law.views.making_shown import MakingGround, now_here

WHERE_WRONG: Final[Mapping[str, str]] = {"clause": "clause", "text": "text"}
KEPT: Final = 3  # how many receipts a browser keeps, to show them once more


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, number: str) -> HttpResponse:
    """提意见。 One page of the comment: GET begins, POST answers the page that was shown and goes to the next."""
    file, ground = shown.file_of(number), now_here()
    given = {name: request.POST.get(name, "")[:8_000] for name in ANSWERS}
    if not shown.is_open(file.project, ground) or file.draft(file.now.shown) is None:
        return _closed(request, file, ground, given)
    if request.method != "POST":
        clause = request.GET.get("clause", "")
        known = {key for key, _label in _choices(file)}
        start = "text" if clause in known else "clause"
        return _page(request, file, ground, start, {"clause": clause if clause in known else ""})
    page, wanted = request.POST.get("page", ""), request.POST.get("to", "")
    if wanted in PAGES:  # to change an answer
        return _page(request, file, ground, wanted, given)
    if page not in PAGES:
        return _page(request, file, ground, PAGES[0], given)
    return _onward(request, file, ground, page, given)


def _onward(
    request: HttpRequest, file: ProjectFile, ground: MakingGround, page: str, given: dict[str, str]
) -> HttpResponse:
    """答过这一页。 The next page, the same one with its fault, or, from the last, the comment itself."""
    if page == "check":
        return _send(request, file, ground, given)
    form = _form(page, file, request.POST)
    if not form.is_valid():
        return _page(request, file, ground, page, given, form)
    return _page(request, file, ground, PAGES[PAGES.index(page) + 1], given)


def _form(
    page: str, file: ProjectFile, data: Any = None, initial: Mapping[str, str] | None = None
) -> forms.Form:
    if page == "clause":
        return ClauseForm(_choices(file), data, initial=dict(initial or {}))
    if page == "text":
        return TextForm(data, initial=dict(initial or {}))
    return WhoForm(data, initial=dict(initial or {}))


def _choices(file: ProjectFile) -> list[tuple[str, str]]:
    one = file.draft(file.now.shown)
    return clause_choices(one.text) if one else []


def _page(
    request: HttpRequest,
    file: ProjectFile,
    ground: MakingGround,
    page: str,
    given: Mapping[str, str],
    form: forms.Form | None = None,
    wrong: str = "",
) -> HttpResponse:
    asked = form or (_form(page, file, initial=given) if page != "check" else None)
    own = set(asked.fields) if asked else set()
    one = file.draft(file.now.shown)
    return render(request, "law/making/comment.html", {
        **shown.head_of(file.project, ground), "page": page, "step": PAGES.index(page) + 1, "steps": len(PAGES), "form": asked,
        "carried": [(name, value) for name, value in given.items() if value and name not in own],
        "key": request.POST.get("key", "")[:80] or f"web:{uuid.uuid4()}", "draft": one,
        "before": PAGES[PAGES.index(page) - 1] if page != PAGES[0] else "",
        "rows": _rows(given) if page == "check" else [], "basis": shown.basis_of("comment_draft", ground, Kind(file.project.kind)),
        "clause_text": _clause_text(file, given.get("clause", "")) if page == "text" else "", "wrong": wrong,
        "clause_name": shown.clause_name(given.get("clause", "")),
    }, status=400 if wrong or (asked is not None and asked.errors) else 200)  # fmt: skip


def _clause_text(file: ProjectFile, key: str) -> str:
    one = file.draft(file.now.shown)
    found = [c.text for c in read_draft(one.text).clauses if c.key == key] if one and key else []
    return found[0] if found else ""


def _rows(given: Mapping[str, str]) -> list[dict[str, str]]:
    shows = given.get("name") and given.get("name_shown")
    reach = " ".join(word for word in (given.get("email", ""), given.get("phone", "")) if word)
    return [
        {"label": gettext("对哪一条"), "value": shown.clause_name(given.get("clause", "")), "to": "clause"},
        {"label": gettext("您的意见"), "value": given.get("text", ""), "to": "text"},
        {"label": gettext("姓名"), "value": given.get("name", "") or gettext("不留"), "to": "who"},
        {"label": gettext("公开姓名"), "value": gettext("公开") if shows else gettext("不公开"), "to": "who"},
        {"label": gettext("怎么找您"), "value": reach or gettext("不留"), "to": "who"},
    ]


def _send(
    request: HttpRequest, file: ProjectFile, ground: MakingGround, given: dict[str, str]
) -> HttpResponse:
    """提交。 Sends it: anonymous for everybody, also for those who are signed in."""
    made = comment_of(given, key=request.POST.get("key", ""), language=get_language() or "zh-hans")
    number = file.project.number
    try:
        receipt: CommentReceipt = operations.comment_draft(
            actor=ANONYMOUS, at=ground.at, number=number, comment=made
        )
    except InvalidInput as wrong:
        page = WHERE_WRONG.get(wrong.field, "who")
        return _page(request, file, ground, page, given, wrong=shown.said(wrong.reason, wrong.reason_en))
    except Conflict as moved:
        said = shown.said(moved.reason, moved.reason_en)
        return _closed(request, shown.file_of(number), ground, given, said)
    kept = [*request.session.get("commented", {}).items(), (receipt.number, receipt.token)]
    request.session["commented"] = dict(kept[-KEPT:])
    return redirect("lawmaking_comment_done", number=number, comment=receipt.number)


def _closed(
    request: HttpRequest, file: ProjectFile, ground: MakingGround, given: Mapping[str, str], said: str = ""
) -> HttpResponse:
    """不在征求意见。 Comments are not being taken: says so plainly, and gives back what was written."""
    closes = file.now.closes
    return render(request, "law/making/comment_closed.html", {
        **shown.head_of(file.project, ground), "closes": closes if closes and closes < ground.day else None, "said": said,
        "text": given.get("text", ""),
    }, status=409)  # fmt: skip


@never_cache
@require_safe
@shown.private
def done(request: HttpRequest, number: str, comment: str) -> HttpResponse:
    """收到了。 The receipt: number and private link, for the browser that sent it alone."""
    token = request.session.get("commented", {}).get(comment)
    if token is None:
        return redirect("lawmaking_project", number=number)
    file, ground = shown.file_of(number), now_here()
    keep = request.build_absolute_uri(reverse("lawmaking_mine", args=[token]))
    return render(request, "law/making/comment_done.html", {
        **shown.head_of(file.project, ground), "comment_number": comment, "keep_url": keep, "closes": file.now.closes,
        "basis": shown.basis_of("comment_draft", ground, Kind(file.project.kind)),
    })  # fmt: skip


# ---- One's own comment ----------------------------------------------------------------------------------------------


@require_safe
@shown.private
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """凭口令看自己的意见。 The commenter's own page: what they said, what became of it, who looked at what they left. Seven statements."""
    found = making.comment_of_token(token=token)
    if found is None:
        raise Http404("token")
    ground = now_here()
    subject = found.project
    left = getattr(found, "commenter", None)
    return render(request, "law/making/mine.html", {
        **shown.head_of(subject, ground), "comment": found, "clause_name": shown.clause_name(found.clause),
        "answers": _answers(found, ground), "left": left, "looks": _looks(found, ground),
        "ended": subject.state in {state.value for state in (State.REJECTED, State.WITHDRAWN, State.LAPSED)},
        "facts": subject.facts, "closes": subject.closes,
    })  # fmt: skip


def _answers(found: DraftComment, ground: MakingGround) -> list[dict[str, Any]]:
    return [
        {
            "at": one.at,
            "organ": ground.organ(one.organ),
            "outcome": OUTCOME_LABELS[Outcome(one.outcome)],
            "reason": one.reason,
        }
        for one in making.answers_of(comment=found)
    ]


def _looks(found: DraftComment, ground: MakingGround) -> list[dict[str, Any]]:
    """谁看过。 Context of components/trace_box.html."""
    looks = making.looks_at_commenter(number=found.number)
    links = shown.clause_links([look.clauses.split(" ")[0] for look in looks])
    return [
        {
            "at": look.at,
            "who": ground.organ(look.organ),
            "what": gettext("您留下的姓名和联系办法"),
            "purpose": PURPOSE_LABELS[CommentPurpose(look.purpose)]
            if look.purpose in set(CommentPurpose)
            else look.purpose,
            "clause": links.get(look.clauses.split(" ")[0]),
            "receipt_url": reverse("ledger_entry", args=[look.entry]),
        }
        for look in looks
    ]


urlpatterns = [
    path("lawmaking/mine/<str:token>/", mine, name="lawmaking_mine"),
    path("lawmaking/<str:number>/comment/", comment, name="lawmaking_comment"),
    path("lawmaking/<str:number>/comment/<str:comment>/", done, name="lawmaking_comment_done"),
]
