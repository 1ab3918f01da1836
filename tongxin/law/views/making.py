"""立法的公开页面。 The public pages of law-making: what is being made, how far it has come, its drafts, what was said to them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import By, Who, post_words, who
from tongxin.law.forms.making import KIND_LABELS, SUBJECT_LABELS
from tongxin.law.models import LegislativeProject, LegislativeStep
from tongxin.law.queries import making, making_clauses, power_rows, version_of
from tongxin.law.queries.making import ProjectFile
from tongxin.law.rules.making import (
    ENACTED,
    ENDED,
    MOVES,
    Role,
    State,
    Subject,
    concerns,
    roles_of,
    verbs_from,
)
from tongxin.law.rules.making_days import Kind, Watch
from tongxin.law.rules.making_needs import Asked, hindrance
from tongxin.law.views import making_shown as shown
from tongxin.law.views.making_shown import MakingGround, now_here

MAIN_ACTS: Final = 3
# What stands first among the buttons, where it can be done.
FIRST: Final = (
    "plan_law", "examine_draft", "decide_rule", "report_comments", "record_approval", "send_for_approval", "publish_law",
    "file_law", "report_implementation", "submit_law", "publish_draft", "read_law", "vote_law", "draft_law",
)  # fmt: skip
DRAFTING: Final = frozenset({"draft_law", "revise_draft"})
NOT_ON_THE_PAGE: Final = frozenset({"answer_comment"})  # is offered beside each comment


# ---- The list -------------------------------------------------------------------------------------------------------


@require_safe
def lawmaking(request: HttpRequest) -> HttpResponse:
    """正在立的法：征求意见的在前。 The laws in the making, those open for comments first. Six statements, head and foot included."""
    ground = now_here()
    projects = making.projects_listed(day=ground.day)
    clocks = making.clocks_running(projects=projects)
    rows = [_row(project, clocks.get(project.pk), ground) for project in projects]
    done = {state.value for state in (*ENACTED, *ENDED)}
    groups = [
        (gettext("正在征求意见"), [row for row in rows if row["open"]]),
        (gettext("正在办"), [row for row in rows if not row["open"] and row["project"].state not in done]),
        (gettext("已经完成或者终止"), [row for row in rows if row["project"].state in done]),
    ]
    standing = who(request).standing
    may = standing is not None and standing.post in REGISTRY["propose_law"].posts
    return render(request, "law/making/list.html", {
        "groups": [{"title": title, "rows": found} for title, found in groups if found], "may_propose": may,
        "day": ground.day,
    })  # fmt: skip


def _row(project: LegislativeProject, clock: Any, ground: MakingGround) -> dict[str, Any]:
    return {
        "project": project,
        "open": shown.is_open(project, ground),
        "what": shown.what_words(project),
        "state": shown.state_of(project, ground),
        "now": shown.clock_line(clock, project, ground) if project.state not in ENDED else {},
    }


@require_safe
def stages(request: HttpRequest) -> HttpResponse:
    """立法的各个环节：谁来做、凭哪一条、多长时间。 The stages: who, on which clause, how long. Thirteen statements."""
    ground = now_here()
    clauses = {row.code: found for row, found in power_rows(day=ground.day)}
    tables = []
    for kind in Kind:
        limits = making_clauses.limits_on(kind=kind, day=ground.day)
        links = shown.clause_links([limit.clause for limit in limits.values()])
        steering = "、".join(ground.organ(organ.code) for organ in making.steering_organs(kind=kind)[:1])
        verbs = dict.fromkeys(("propose_law", *(verb for of, _state, verb in MOVES if of is kind)))
        tables.append(
            {
                "kind": KIND_LABELS[kind],
                "rows": [_stage(kind, verb, clauses.get(verb, []), steering) for verb in verbs],
                "limits": [
                    {
                        "label": shown.WATCH_LABELS[watch],
                        "words": shown.limit_words(limit),
                        "clause": links.get(limit.clause),
                    }
                    for watch, limit in sorted(limits.items(), key=lambda one: list(Watch).index(one[0]))
                ],
            }
        )
    return render(request, "law/making/stages.html", {"tables": tables})


def _stage(kind: Kind, verb: str, clauses: Sequence[Any], steering: str) -> dict[str, Any]:
    moves = [(origin, target) for (of, origin, one), target in MOVES.items() if of is kind and one == verb]
    of_this_kind = [clause for clause in clauses if concerns(kind, str(clause.ref))]
    return {
        "verb": verb,
        "title": shown.verb_title(verb),
        "who": [_who(role, steering) for role in Role if role in roles_of(kind, verb)],
        "clauses": of_this_kind or clauses,
        "from": list(dict.fromkeys(shown.STATES[origin].word for origin, _target in moves)),
        "to": list(dict.fromkeys(shown.STATES[target].word for origin, target in moves if target is not origin)),
    }  # fmt: skip


def _who(role: Role, steering: str) -> str:
    """谁来做。 Who takes a step: the organ, and the post it is taken through."""
    post = {Role.STEERING: By.LEGAL_OFFICER, Role.DRAFTING: By.CASE_OFFICER}.get(role)
    organ = steering if role is Role.STEERING else str(shown.ROLE_WORDS[role])
    return f"{organ} {post_words([post])[0]}" if post else organ


# ---- A project ------------------------------------------------------------------------------------------------------


@require_safe
def project(request: HttpRequest, number: str) -> HttpResponse:
    """一个立法项目。 The page of a project: where it stands, its drafts, what was said, every step.

    Eleven statements, twelve when it was published, fifteen for an office, two more while a draft is not
    public; a longer history adds none.
    """
    file, ground, me = shown.file_of(number), now_here(), who(request)
    subject, readable = file.project, file.open_drafts(me.standing)
    running = [clock for clock in file.clocks if clock.ended_at is None]
    links = shown.clause_links(
        [shown.first_ref(step.clauses, Kind(subject.kind)) for step in file.steps]
        + [clock.clause for clock in file.clocks]
    )
    return render(request, "law/making/project.html", {
        **shown.head_of(subject, ground),
        "reason": subject.reason, "subject": SUBJECT_LABELS[Subject(subject.subject)],
        "proposer": ground.organ(subject.proposer), "drafting": ground.organ(subject.drafting),
        "target": making.instrument_keyed(key=subject.target) if subject.target else None,
        "now": shown.clock_line(running[0] if running else None, subject, ground) if subject.state not in ENDED else {},
        "clocks": [_clock(clock, links, ground) for clock in file.clocks],
        "drafts": shown.drafts_of(file, readable), "shown_draft": file.now.shown, "comments": subject.comments,
        "unanswered": file.unanswered, "steps": [_step(step, file, links, ground, readable) for step in reversed(file.steps)],
        "basis": shown.basis_of(file.steps[-1].verb, ground, Kind(subject.kind)), "enacted": _enacted(subject),
        "done": shown.verb_title(request.GET["done"]) if request.GET.get("done") in REGISTRY else "",
        **_at_work(file, ground, me),
    })  # fmt: skip


def _clock(clock: Any, links: dict[str, dict[str, str]], ground: MakingGround) -> dict[str, Any]:
    return {
        "label": shown.WATCH_LABELS[Watch(clock.watch)],
        "organ": ground.organ(clock.organ),
        "clock": clock,
        "over": clock.ended_at is None and ground.day > clock.due,
        "clause": links.get(clock.clause),
    }


def _enacted(subject: LegislativeProject) -> dict[str, Any]:
    """公布的要素。 What publication said."""
    facts = subject.facts
    if not facts:
        return {}
    labels = [
        ("adopted", gettext("通过（决定）")),
        ("approved", gettext("批准")),
        ("published", gettext("公布")),
        ("in_force_from", gettext("施行")),
        ("in_force_to", gettext("不能再作依据")),
        ("document", gettext("文号")),
        ("gazette", gettext("公报（标准文本）")),
        ("newspaper", gettext("报纸")),
    ]
    version = version_of(key=facts["key"], adopted=date.fromisoformat(facts["adopted"]))
    return {
        "rows": [{"label": label, "value": facts.get(name, "")} for name, label in labels if facts.get(name)],
        "draft": facts.get("draft"),
        "book_url": reverse("instrument", args=[facts["key"], facts["adopted"]]) if version else "",
    }


# What a step says besides its note, in words.
SAID: Final = (
    ("meeting", lambda v: v),
    ("plan", lambda v: v),
    ("document", lambda v: gettext("文号：%(v)s") % {"v": v}),
    ("discussed", lambda v: v),
    ("agreed", lambda v: v),
    ("decided", lambda v: v),
    ("bodies", lambda v: gettext("报给：%(v)s") % {"v": v}),
    ("where", lambda v: gettext("地点：%(v)s") % {"v": v}),
    ("on", lambda v: gettext("举行日期：%(v)s") % {"v": v}),
    ("finish_by", lambda v: gettext("要在 %(v)s 前完成") % {"v": v}),
    ("closes", lambda v: gettext("征求意见到 %(v)s") % {"v": v}),
    ("reading", lambda v: gettext("第 %(v)s 次审议") % {"v": v}),
    ("in_force_from", lambda v: gettext("%(v)s 起施行") % {"v": v}),
)


def _step(
    step: LegislativeStep,
    file: ProjectFile,
    links: dict[str, dict[str, str]],
    ground: MakingGround,
    readable: Collection[int],
) -> dict[str, Any]:
    """一步。 One step as it is shown; what a draft says, and what was said of it when it was put down, only to who may read it."""
    draft = step.facts.get("draft")
    note = step.note if step.verb not in DRAFTING or draft in readable else ""
    lines = [word(step.facts[name]) for name, word in SAID if step.facts.get(name)]
    if "members" in step.facts:
        lines.append(
            gettext("全体 %(members)s 人：赞成 %(in_favour)s，反对 %(against)s，弃权 %(abstained)s")
            % step.facts
        )
    if "passed" in step.facts:
        lines.append(gettext("通过") if step.facts["passed"] else gettext("没有通过"))
    if step.day < ground.local(step.at):
        lines.insert(0, gettext("日期：%(v)s") % {"v": step.day.isoformat()})
    if step.facts.get("major"):
        lines.append(gettext("涉及利益关系重大调整或者有重大分歧，表决（报审）前要听证"))
    return {
        "what": shown.verb_title(step.verb),
        "at": step.at,
        "day": step.day,
        "who": ground.organ(step.organ) if step.organ else gettext("系统按规定自动办"),
        "why": "\n".join([*lines, *([note] if note else [])]),
        "clause": links.get(shown.first_ref(step.clauses, Kind(file.project.kind))),
        "evidence": _evidence(file.project, draft) if draft in readable else [],
    }  # fmt: skip


def _evidence(subject: LegislativeProject, draft: int) -> list[dict[str, str]]:
    url = reverse("lawmaking_draft", args=[subject.number, draft])
    return [{"label": gettext("第 %(n)s 稿") % {"n": draft}, "url": url}]


def _at_work(file: ProjectFile, ground: MakingGround, me: Who) -> dict[str, Any]:
    """办事的人还看得到的。 What those who act see too: what can be done now, and what is still in the way of the rest."""
    if me.standing is None:
        return {}
    subject = file.project
    kind = Kind(subject.kind)
    steering = making.steering_codes(kind=kind)
    verbs = [
        verb
        for verb in verbs_from(kind, State(subject.state))
        if verb not in NOT_ON_THE_PAGE
        and shown.may_do(verb, me.standing, making.organs_of(subject, verb, steering))
    ]
    limits = making_clauses.limits_on(kind=kind, day=ground.day)
    held = {
        verb: hindrance(
            file.now, Asked(verb=verb, day=ground.day, limits=limits, unanswered=file.unanswered, explained=True)
        )
        for verb in verbs
    }  # fmt: skip
    ready = sorted(
        (verb for verb in verbs if held[verb] is None),
        key=lambda verb: FIRST.index(verb) if verb in FIRST else len(FIRST),
    )
    return {
        "official": True,
        "actions": [_action(verb, subject, first=verb == ready[0]) for verb in ready[:MAIN_ACTS]],
        "more": [{"label": shown.act_title(v), "url": shown.act_url(subject, v)} for v in ready[MAIN_ACTS:]],
        "held_up": [
            {"label": shown.act_title(verb), "reason": shown.said(found.reason, found.reason_en)}
            for verb, found in held.items()
            if found is not None
        ],
    }


def _action(verb: str, subject: LegislativeProject, *, first: bool) -> dict[str, Any]:
    return {
        "label": shown.act_title(verb),
        "url": shown.act_url(subject, verb),
        "kind": "" if first else "plain" if verb == "withdraw_bill" else "quiet",
    }


urlpatterns = [
    path("lawmaking/", lawmaking, name="lawmaking"),
    path("lawmaking/stages/", stages, name="lawmaking_stages"),
    path("lawmaking/<str:number>/", project, name="lawmaking_project"),
]
