"""草案与意见的页面。 The pages of drafts and of what was said to them: a draft is everybody's once it is public, no name is that was

not meant to be shown.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from tongxin.acts.terms import who
from tongxin.law.forms.making import OUTCOME_LABELS
from tongxin.law.forms.making_comment import CHANNEL_LABELS
from tongxin.law.models import Draft
from tongxin.law.queries import making
from tongxin.law.queries.making import CommentRow, ProjectFile
from tongxin.law.rules.comparing import Row, compared
from tongxin.law.rules.making import MOVES, Outcome, State
from tongxin.law.rules.making_days import Kind
from tongxin.law.rules.making_text import candidates, read_draft
from tongxin.law.rules.text import ParsedText
from tongxin.law.rules.wording import Wording
from tongxin.law.views import making_shown as shown
from tongxin.law.views.making_shown import MakingGround, now_here

DIVISIONS: Final = frozenset({"part", "subpart", "chapter", "section"})


def draft_of(file: ProjectFile, seq: int) -> Draft:
    """某一稿。 The draft of a number. Raises Http404."""
    found = file.draft(seq)
    if found is None:
        raise Http404(seq)
    return found


@require_safe
def draft(request: HttpRequest, number: str, seq: int) -> HttpResponse:
    """一稿全文，逐条可提意见。 The text of a draft, clause by clause, each with its own address. Nine statements, two more while it is not public."""
    file, ground, standing = shown.file_of(number), now_here(), who(request).standing
    one, readable = draft_of(file, seq), file.open_drafts(standing)
    if seq not in readable:
        return _not_public(request, file, ground, [one])
    read = read_draft(one.text)
    links = shown.clause_links([ref for ref in one.limits.values() if ref])
    official = standing is not None
    marked = {c.key: c.words for c in candidates(read)} if official else {}
    answer = render(request, "law/making/draft.html", {
        **shown.head_of(file.project, ground), "draft": one, "stage": shown.STATES[State(one.stage)].word,
        "read": read, "lines": list(_lines(read, one, links, marked)), "others": shown.drafts_of(file, readable),
        "may_comment": shown.is_open(file.project, ground) and seq == file.now.shown, "official": official,
        "doubts": read.doubts if official else (), "final": file.project.facts.get("draft") == seq,
        "not_public": not file.now.is_public(seq),
    })  # fmt: skip
    return _unkept(answer, file, seq)


def _not_public(
    request: HttpRequest, file: ProjectFile, ground: MakingGround, asked: Sequence[Draft]
) -> HttpResponse:
    """还没有公开。 A draft that is not public: says so plainly, and who decided it where somebody did; shows nothing of it."""
    withheld = next((step for step in reversed(file.steps) if step.verb == "withhold_draft"), None)
    return render(request, "law/making/draft_closed.html", {
        **shown.head_of(file.project, ground), "asked": [one.seq for one in asked], "withheld": withheld,
    }, status=403)  # fmt: skip


def _unkept(answer: HttpResponse, file: ProjectFile, *drafts: int) -> HttpResponse:
    """不公开的不留副本。 What is not public is kept in no store between here and who reads it."""
    if not all(file.now.is_public(seq) for seq in drafts):
        answer.headers["Cache-Control"] = "no-store"
    return answer


def _lines(
    read: ParsedText, one: Draft, links: dict[str, dict[str, str]], marked: dict[str, tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """全文逐行。 The text line by line; after each article what was said of its higher clause."""
    parents = {clause.parent for clause in read.clauses}
    after: dict[str, Any] | None = None
    for clause in read.clauses:
        article = clause.kind == "article"
        if after and (article or clause.kind in DIVISIONS):
            yield after
            after = None
        if article:
            ref, words = one.limits.get(clause.key), marked.get(clause.key, ())
            if ref is not None or words:
                after = {"after": True, "higher": links.get(ref) if ref else None, "limits_none": ref == "",
                         "marked": "、".join(words)}  # fmt: skip
        yield {
            "clause": clause,
            "label": shown.clause_name(clause.key),
            "division": clause.kind in DIVISIONS,
            "article": article,
            "text": "" if article and clause.key in parents else clause.text,
        }
    if after:
        yield after


@require_safe
def compare(request: HttpRequest, number: str, old: int, new: int) -> HttpResponse:
    """两稿对照。 Two drafts side by side, clause by clause."""
    file, ground = shown.file_of(number), now_here()
    before, after = draft_of(file, old), draft_of(file, new)
    readable = file.open_drafts(who(request).standing)
    closed = [one for one in dict.fromkeys((before, after)) if one.seq not in readable]
    if closed:
        return _not_public(request, file, ground, closed)
    rows = compared(old=_wordings(before), new=_wordings(after))
    answer = render(request, "law/making/compare.html", {
        **shown.head_of(file.project, ground), "old": before, "new": after,
        "rows": [_pair(row) for row in rows if row.how != "same"], "same": sum(row.how == "same" for row in rows),
    })  # fmt: skip
    return _unkept(answer, file, old, new)


def _wordings(one: Draft) -> list[Wording]:
    read = read_draft(one.text)
    lines = [Wording(key=f"pre.p{n}", kind="preamble", text=line) for n, line in enumerate(read.preamble, 1)]
    clauses = [Wording(key=c.key, kind=c.kind.value, text=c.text or c.heading) for c in read.clauses]
    return clauses if read.clauses else lines


def _pair(row: Row) -> dict[str, Any]:
    return {
        "row": row,
        "old": shown.clause_name(row.old) if row.old else "",
        "new": shown.clause_name(row.new) if row.new else "",
    }


# ---- What was said --------------------------------------------------------------------------------------------------


@require_safe
def comments(request: HttpRequest, number: str) -> HttpResponse:
    """意见与它们的结果。 The comments and what became of each; who answers sees those without an answer too. Twelve statements, fourteen for an office."""
    file, ground, me = shown.file_of(number), now_here(), who(request)
    answers = shown.may_do("answer_comment", me.standing, making.organs_of(file.project, "answer_comment"))
    rows = making.comments_of(project=file.project, answered_only=not answers)
    reports = [step for step in file.steps if step.verb == "report_comments"]
    return render(request, "law/making/comments.html", {
        **shown.head_of(file.project, ground), "answers": answers, "reports": reports, "unanswered": file.unanswered,
        "total": file.project.comments, "groups": _by_clause(rows, file),
        "closed": dealt_with(file),
    })  # fmt: skip


def dealt_with(file: ProjectFile) -> bool:
    """意见是否已经处理完毕。 Whether the comments have been dealt with, so that nobody may look at who wrote them any more."""
    return (Kind(file.project.kind), State(file.project.state), "answer_comment") not in MOVES


def _by_clause(rows: Sequence[CommentRow], file: ProjectFile) -> list[dict[str, Any]]:
    """按条款排。 The comments by clause, in the order of the text; those on the whole draft first."""
    order: dict[str, int] = {"": -1}
    for one in file.drafts:
        for clause in read_draft(one.text).clauses:
            order.setdefault(clause.key, clause.ordinal)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (order.get(row.comment.clause, 10_000), row.comment.pk)):
        found.setdefault(row.comment.clause, []).append(
            {
                "row": row,
                "channel": CHANNEL_LABELS[row.comment.channel],
                "outcome": OUTCOME_LABELS[Outcome(row.answer.outcome)] if row.answer else "",
                "answer_url": f"{shown.act_url(file.project, 'answer_comment')}?comment={row.comment.number}",
            }
        )
    return [
        {"name": shown.clause_name(clause), "clause": clause, "rows": listed}
        for clause, listed in found.items()
    ]


urlpatterns = [
    path("lawmaking/<str:number>/draft/<int:seq>/", draft, name="lawmaking_draft"),
    path("lawmaking/<str:number>/compare/<int:old>/<int:new>/", compare, name="lawmaking_compare"),
    path("lawmaking/<str:number>/comments/", comments, name="lawmaking_comments"),
]
