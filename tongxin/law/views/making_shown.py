"""立法怎么给人看。 How law-making is shown: the words for stages and limits, who has it, on what clause. What templates are handed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tongxin.acts.registry import REGISTRY, open_book
from tongxin.acts.terms import BY_LABELS, By, Refused, Standing
from tongxin.law import queries
from tongxin.law.forms.making import WHAT_LABELS
from tongxin.law.models import LegislativeClock, LegislativeProject
from tongxin.law.queries import making
from tongxin.law.queries.making import ProjectFile
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.rules.making import Purpose, Role, State, concerns
from tongxin.law.rules.making_days import Kind, MakingLimit, Span, Watch
from tongxin.organs.queries import organs_by_code
from tongxin.organs.terms import OrganFacts
from tongxin.places.queries import city, city_day

View = Callable[..., HttpResponse]
_RING: Final = '<circle cx="6" cy="6" r="4.75"/>'
_DISC: Final = '<circle class="solid" cx="6" cy="6" r="4.75"/>'
_HALF: Final = _RING + '<path class="solid" d="M6 1.25a4.75 4.75 0 0 1 0 9.5z"/>'
_ARROW: Final = '<path d="M1 6h9M6.5 2.5 10 6 6.5 9.5"/>'
_BACK: Final = '<path d="M11 6H2M5.5 2.5 2 6 5.5 9.5"/>'
_BARS: Final = '<path d="M4 1.5v9M8 1.5v9"/>'
_TICK: Final = '<path d="M1.5 6.5 4.75 10 10.5 2.5"/>'
_CROSS: Final = '<path d="M2 2 10 10M10 2 2 10"/>'
_TALK: Final = '<path d="M1.25 1.75h9.5v6.5H6L3 11V8.25H1.25z"/>'


@dataclass(frozen=True, slots=True)
class StateWords:
    """一个状态的说法。 How a state is said: its word, a sentence for residents, its shape and tone."""

    word: Any
    sentence: Any
    shape: str = _HALF
    tone: str = ""


STATES: Final[Mapping[State, StateWords]] = {
    State.PROPOSED: StateWords(_("已提出"), _("有单位提出要立这部法，还没有列入计划。"), _RING),
    State.PLANNED: StateWords(_("已列入计划"), _("列入了立法计划，等着起草。"), _RING),
    State.DRAFTING: StateWords(_("起草中"), _("正在起草。")),
    State.SUBMITTED: StateWords(_("已报送"), _("草案已经交上去，等着审议（审查）。"), _ARROW),
    State.READING: StateWords(_("审议中"), _("常务委员会正在审议。")),
    State.SHELVED: StateWords(
        _("暂不付表决"), _("有重大问题要再研究，先放一放；满两年不再列入议程就终止。"), _BARS
    ),
    State.EXAMINED: StateWords(_("审查通过"), _("合法性审查过了，等政府会议决定。"), _ARROW),
    State.PASSED: StateWords(_("已通过"), _("常务委员会通过了，还要报省里批准。"), _TICK),
    State.DECIDED: StateWords(_("已决定"), _("政府会议通过了，等着签署公布。"), _TICK),
    State.APPROVING: StateWords(_("报批中"), _("正在等省人大常委会批准。"), _ARROW),
    State.APPROVED: StateWords(_("已批准"), _("省人大常委会批准了，等着公布。"), _TICK),
    State.RETURNED: StateWords(_("没有批准"), _("省人大常委会没有批准，要修改后再审议。"), _BACK, "over"),
    State.PUBLISHED: StateWords(_("已公布"), _("已经公布，到施行日期就有效。"), _DISC, "good"),
    State.FILED: StateWords(_("已备案"), _("已经公布，也报了备案。"), _DISC, "good"),
    State.REPORTED: StateWords(_("已报告实施情况"), _("施行满一年，实施情况已经报告。"), _DISC, "good"),
    State.REJECTED: StateWords(_("没有通过"), _("表决没有过半数，这个项目到此为止。"), _CROSS, "over"),
    State.WITHDRAWN: StateWords(_("已撤回"), _("提出的单位撤回了，写明了理由。"), _BACK),
    State.LAPSED: StateWords(_("已终止审议"), _("搁置满两年，不再审议。"), _CROSS),
}
OPEN_FOR_COMMENTS: Final = StateWords(_("正在征求意见"), _("谁都可以提意见。"), _TALK, "soon")
WATCH_LABELS: Final[Mapping[Watch, Any]] = {
    Watch.READINGS: _("审议几次后表决"),
    Watch.NOTICE: _("听证会提前多久公告"),
    Watch.LEAD_TIME: _("公布多久后施行"),
    Watch.DRAFT: _("起草"),
    Watch.COMMENTS: _("征求意见不少于"),
    Watch.LAPSE: _("搁置多久终止审议"),
    Watch.APPROVAL: _("省人大常委会批准"),
    Watch.NEWSPAPER: _("登报"),
    Watch.FILING: _("备案"),
    Watch.IMPLEMENTATION: _("实施情况报告"),
    Watch.SUNSET: _("代行地方性法规的期限"),
}
WATCH_TASKS: Final[Mapping[Watch, Any]] = {
    Watch.DRAFT: _("完成起草"),
    Watch.COMMENTS: _("收完意见"),
    Watch.LAPSE: _("再次列入议程，不然就终止审议"),
    Watch.APPROVAL: _("由省人大常委会决定批不批准"),
    Watch.NEWSPAPER: _("在报纸上刊载"),
    Watch.FILING: _("报送备案"),
    Watch.IMPLEMENTATION: _("报告实施情况"),
    Watch.SUNSET: _("制定地方性法规，不然就不能再作依据"),
}
SPAN_WORDS: Final[Mapping[Span, Any]] = {
    Span.DAY: _("%(n)s 日"),
    Span.MONTH: _("%(n)s 个月"),
    Span.YEAR: _("%(n)s 年"),
    Span.TIMES: _("%(n)s 次"),
}
ROLE_WORDS: Final[Mapping[Role, Any]] = {
    Role.DRAFTING: _("起草单位"),
    Role.CITY: _("市级各单位"),
    Role.ANYBODY: _("任何人"),
    Role.PLATFORM: _("系统按规定自动办"),
}


def in_english() -> bool:
    """是不是英文页。 Whether the page is in English."""
    return (get_language() or "").startswith("en")


def said(chinese: str, english: str) -> str:
    """按语言取一句。 The one of two sentences that is in the page's language."""
    return english if in_english() and english else chinese


@dataclass(frozen=True, slots=True)
class MakingGround:
    """一页的底事。 What the pages of law-making stand on: the moment, the city's day, the organs. One statement."""

    at: datetime
    day: date
    organs: Mapping[str, OrganFacts]

    @classmethod
    def of(cls, at: datetime) -> "MakingGround":
        """此刻的底事。 The ground of a moment."""
        return cls(at, city_day(at), organs_by_code(city().revision))

    @staticmethod
    def local(at: datetime) -> date:
        """当地的那一天。 The day a moment lies on, on the city's clock."""
        return timezone.localtime(at).date()

    def organ(self, code: str) -> str:
        """机构的名称。 The name of an organ in the page's language; the code when it is gone."""
        found = self.organs.get(code)
        return said(found.name, found.name_en) if found else code


def now_here() -> MakingGround:
    """此刻。 The ground of now."""
    return MakingGround.of(timezone.now())


def verb_title(verb: str) -> str:
    """行为的名称。 The title of an act from the register."""
    found = REGISTRY.get(verb)
    return said(found.title, found.title_en[:1].upper() + found.title_en[1:]) if found else verb


def act_title(verb: str) -> str:
    """办事的人看到的叫法。 What a step is called for who acts: an officer enters a comment, and does not make one."""
    return gettext("登记来信、当面提的意见") if verb == "comment_draft" else verb_title(verb)


def state_of(project: LegislativeProject, ground: MakingGround) -> dict[str, Any]:
    """状态标与一句话。 The state of a project as a tag and a sentence; while comments are taken, that comes first."""
    tags = [_tag(STATES[State(project.state)])]
    if is_open(project, ground):
        tags.insert(0, _tag(OPEN_FOR_COMMENTS))
    return {"tags": tags, "sentence": STATES[State(project.state)].sentence}


def _tag(words: StateWords) -> dict[str, Any]:
    return {"status": {"word": words.word, "tone": words.tone}, "shape": _safe(words.shape)}


def _safe(shape: str) -> SafeString:
    return mark_safe(shape)  # noqa: S308 - our own constants


def is_open(project: LegislativeProject, ground: MakingGround) -> bool:
    """此刻是否征求意见。 Whether comments are taken now."""
    return project.closes is not None and ground.day <= project.closes


def clock_line(
    clock: LegislativeClock | None, project: LegislativeProject, ground: MakingGround
) -> dict[str, Any]:
    """现在由谁办、到什么时候。 Who has a project now and until when."""
    if clock is None:
        return {"organ": ground.organ(holder_of(project))}
    left = (clock.due - ground.day).days
    return {
        "organ": ground.organ(clock.organ),
        "task": WATCH_TASKS[Watch(clock.watch)],
        "due": clock.due,
        "left": max(left, 0),
        "over": max(-left, 0),
        "pace": "over" if left < 0 else "soon" if left <= 7 else "on_time",
        "provisional": clock.provisional,
        "clause": clock.clause,
    }


def holder_of(project: LegislativeProject) -> str:
    """现在在谁手里。 The organ that has a project now: who drafts it until it is submitted, then who steers."""
    drafting = (State.PLANNED.value, State.DRAFTING.value)
    return project.drafting if project.state in drafting else project.steering


def limit_words(limit: MakingLimit) -> str:
    """期限的说法。 How a limit is said."""
    return str(SPAN_WORDS[limit.unit]) % {"n": limit.number}


# ---- Projects ------------------------------------------------------------------------------------------------------


def file_of(number: str) -> ProjectFile:
    """一个项目的全卷。 The file of a project. Raises Http404."""
    found = making.project_file(number=number) if "\x00" not in number else None
    if found is None:
        raise Http404(number)
    return found


def head_of(subject: LegislativeProject, ground: MakingGround) -> dict[str, Any]:
    """每一页的开头。 The head of every page of a project."""
    return {
        "project": subject,
        "number": subject.number,
        "what": what_words(subject),
        "state": state_of(subject, ground),
        "open": is_open(subject, ground),
    }


def what_words(subject: LegislativeProject) -> Any:
    """做什么。 What a project does, in words."""
    return WHAT_LABELS[Purpose(subject.purpose), Kind(subject.kind)]


def drafts_of(file: ProjectFile, readable: Collection[int]) -> list[dict[str, Any]]:
    """各稿，新的在前。 The drafts of a project, newest first, each with the way to compare it with the one before.

    `readable`: the numbers of those whose text, and what is said of it, the reader may see.
    """
    return [
        {
            "draft": draft,
            "open": draft.seq in readable,
            "stage": STATES[State(draft.stage)].word,
            "compare": reverse("lawmaking_compare", args=[file.project.number, draft.seq - 1, draft.seq])
            if {draft.seq - 1, draft.seq} <= set(readable)
            else "",
        }
        for draft in reversed(file.drafts)
    ]


def act_url(subject: LegislativeProject, verb: str) -> str:
    """做某一步的网址。 The address of the form of a step."""
    return reverse("lawmaking_do", args=[subject.number, verb])


# ---- Clauses --------------------------------------------------------------------------------------------------------


def clause_links(refs: Sequence[str]) -> dict[str, dict[str, str]]:
    """条款的称呼与网址，按引用。 How clauses are called, and their addresses, by reference. One statement."""
    return {
        str(found.ref): {
            "label": f"{found.title_en}{found.number_en}"
            if in_english()
            else f"《{found.title}》{found.number}",
            "url": found.url,
        }
        for found in queries.cited(refs=[ref for ref in refs if ref])
    }


def first_ref(refs: str, kind: Kind) -> str:
    """最贴切的一条。 Of the clauses a step rested on the first that speaks of this kind of law; the first at all, where none does."""
    listed = refs.split(" ")
    return next((ref for ref in listed if ref and concerns(kind, ref)), listed[0])


def basis_of(verb: str, ground: MakingGround, kind: Kind | None = None) -> dict[str, Any]:
    """依据框。 Context of components/basis_box.html: the clauses of a power now, or why there are none. One statement.

    All of them must be in force; those that speak of this kind of law stand first.
    """
    try:
        basis = open_book().basis(entries=(f"power:{verb}",), at=ground.at)
    except Refused as refused:
        return {"clauses": [], "missing": said(refused.reason, refused.reason_en)}
    unique = {clause.ref: clause for clause in basis.clauses}
    return {
        "clauses": [
            {
                "title": one.title,
                "title_en": one.title_en,
                "number": one.label,
                "number_en": f", {clause_label_en(one.ref.partition('#')[2])}",
                "text": one.text,
                "in_force_from": one.in_force_from,
                "url": clause_url(one.ref),
            }
            for one in sorted(
                unique.values(), key=lambda one: kind is not None and not concerns(kind, one.ref)
            )
        ]
    }


def clause_url(ref: str) -> str:
    """条款的固定网址。 The permanent address of a clause."""
    place, _hash, clause = ref.removeprefix("law:").partition("#")
    return f"/law/{place}/#{clause}"


def refusal_of(refused: Refused, verb: str, ground: MakingGround) -> dict[str, Any]:
    """没办成的说明。 Context of components/refusal.html: what is missing, who could act, what to do instead."""
    words = [word for word in refused.who_could.split("、") if word and word != By.PLATFORM.value]
    clause = clause_links([refused.clause]).get(refused.clause) if refused.clause else None
    return {
        "title": gettext("没有办成：%(act)s") % {"act": verb_title(verb)},
        "missing": said(refused.reason, refused.reason_en),
        "clause": clause,
        "who_can": [str(BY_LABELS[By(word)]) if word in set(By) else ground.organ(word) for word in words],
        "instead": [{"label": said(refused.instead, refused.instead_en)}] if refused.instead else [],
    }


def clause_name(key: str) -> str:
    """条款的叫法。 What a clause of a draft is called; the whole draft for none."""
    if not key:
        return gettext("整部草案")
    return clause_label_en(key) if in_english() else clause_label(key)


# ---- Doors ----------------------------------------------------------------------------------------------------------


def private(view: View) -> View:
    """只给本人的页。 Headers of a page that only its owner should see: not kept, not found, its address not passed on."""

    @wraps(view)
    def closed(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        answer = view(request, *given, **named)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "strict-origin"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return closed


def sign_in_first(back: str) -> HttpResponse:
    """先登录。 To the sign-in page, and back here afterwards."""
    return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': back})}", status=303)


def may_do(verb: str, standing: Standing | None, organs: frozenset[str]) -> bool:
    """这个岗位、这个单位能不能做。 Whether a post of an organ may do a step of a project."""
    declared = REGISTRY.get(verb)
    return (
        standing is not None
        and declared is not None
        and standing.post in declared.posts
        and standing.organ in organs
    )
