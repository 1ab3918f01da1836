"""数据共享怎么给人看：机构、条款、依据、拒绝、时限。 How lawful data is shown: organs, clauses, bases, refusals, clocks. What templates are handed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from tongxin.acts.registry import REGISTRY, open_book
from tongxin.acts.terms import BY_LABELS, By, Conflict, InvalidInput, Refused, post_words
from tongxin.exchange.models import ExchangeStep, Term
from tongxin.exchange.operations.common import authority
from tongxin.exchange.queries.grants import GrantStanding
from tongxin.exchange.terms import (
    APPLICATION_LABELS,
    ENDING_LABELS,
    TERM_LABELS,
    ApplicationState,
    Ending,
    TermKind,
)
from tongxin.law import queries as law
from tongxin.law.rules import remaining
from tongxin.law.rules.labels import clause_label_en
from tongxin.organs.queries import organs_by_code
from tongxin.organs.terms import OrganFacts
from tongxin.places.queries import city, city_day
from tongxin.places.terms import CityFacts

RING: Final = '<circle cx="6" cy="6" r="4.75"/>'
HALF: Final = RING + '<path class="solid" d="M6 1.25a4.75 4.75 0 0 1 0 9.5z"/>'
ARROW: Final = '<path d="M1 6h9M6.5 2.5 10 6 6.5 9.5"/>'
BACK: Final = '<path d="M11 6H2M5.5 2.5 2 6 5.5 9.5"/>'
BARS: Final = '<path d="M4 1.5v9M8 1.5v9"/>'
TICK: Final = '<path d="M1.5 6.5 4.75 10 10.5 2.5"/>'
CROSS: Final = '<path d="M2 2 10 10M10 2 2 10"/>'
SQUARE: Final = '<path d="M1.75 1.75h8.5v8.5h-8.5z"/>'
MINUTES_A_DAY: Final = 480
State = ApplicationState
_SHAPES: Final[Mapping[State, tuple[str, str]]] = {
    State.DRAFTED: (RING, ""),
    State.FILED: (HALF, ""),
    State.SUPPLEMENT: (BACK, "soon"),
    State.CONSENTED: (ARROW, ""),
    State.REFUSED: (CROSS, "over"),
    State.DELIVERED: (TICK, "good"),
    State.WITHDRAWN: (SQUARE, ""),
}


def in_english() -> bool:
    """是不是英文页。 Whether the page is in English."""
    return (get_language() or "").startswith("en")


def said(chinese: str, english: str) -> str:
    """按语言取一句。 The one of two sentences that is in the page's language."""
    return english if in_english() and english else chinese


@dataclass(frozen=True)
class DataGround:
    """一页的底事。 What a page stands on: the moment, the city, the organs. Each is read once, when first asked for."""

    at: datetime

    @classmethod
    def now(cls) -> "DataGround":
        """此刻。 The ground of now."""
        return cls(timezone.now())

    @cached_property
    def city(self) -> CityFacts:
        """本市。 The city."""
        return city()

    @cached_property
    def day(self) -> date:
        """城市的当日。 The city's day."""
        return city_day(self.at)

    @cached_property
    def authority(self) -> str:
        """主管部门。 The authority."""
        return authority()

    @cached_property
    def organs(self) -> Mapping[str, OrganFacts]:
        """各机构。 The organs by code."""
        return organs_by_code(self.city.revision)

    def organ(self, code: str) -> str:
        """机构名称。 The name of an organ in the page's language; the code where it is gone."""
        found = self.organs.get(code)
        return said(found.name, found.name_en) if found else code


def tag(word: Any, shape: str, tone: str = "") -> dict[str, Any]:
    """状态标。 Context of components/status_tag.html."""
    return {"status": {"word": word, "tone": tone}, "shape": mark_safe(shape)}  # noqa: S308 - our own constants


def application_tag(state: str) -> dict[str, Any]:
    """申请的状态标。 The state of an application as word and shape."""
    one = State(state)
    return tag(APPLICATION_LABELS[one], *_SHAPES[one])


def standing_tag(found: GrantStanding) -> dict[str, Any]:
    """授权此刻的状态标。 Whether a grant holds, as word and shape."""
    if found.holds:
        return tag(gettext("有效"), TICK, "good")
    if found.code in {"suspended", "clause_suspended"}:
        return tag(gettext("暂停"), BARS, "over")
    words = {
        "clause_ended": _("依据失效"),
        "terminated": _("已终止"),
        "time_is_up": _("已到期"),
        "not_begun": _("还没有开始"),
        "used_up": _("用量已尽"),
    }
    return tag(words.get(found.code, _("不能调用")), CROSS, "over")


def verb_title(verb: str) -> str:
    """行为的名称。 The title of an act from the register."""
    found = REGISTRY.get(verb)
    return said(found.title, found.title_en[:1].upper() + found.title_en[1:]) if found else verb


def done_word(request: HttpRequest) -> str:
    """刚做完的事。 What has just been done, by the word in the address; empty for none that is an act."""
    verb = request.GET.get("done", "")
    return verb_title(verb) if verb in REGISTRY else ""


def clause_links(refs: Iterable[str]) -> dict[str, dict[str, str]]:
    """条款的称呼与网址，按引用。 How clauses are called, and their addresses, by reference. One statement."""
    return {
        str(found.ref): {
            "label": f"{found.title_en}{found.number_en}"
            if in_english()
            else f"《{found.title}》{found.number}",
            "url": found.url,
        }
        for found in law.cited(refs=[ref for ref in refs if ref])
    }


def clause_lines(refs: Sequence[str]) -> list[dict[str, str]]:
    """各条，依次。 Clauses in their order, each with its name and address; what names none stands as it is written."""
    known = clause_links(refs)
    return [known.get(ref, {"label": ref, "url": ""}) for ref in refs]


def basis_of(verb: str, ground: DataGround) -> dict[str, Any]:
    """依据框。 Context of components/basis_box.html: the clauses of a power now, or why there are none. One statement."""
    try:
        basis = open_book().basis(entries=(f"power:{verb}",), at=ground.at)
    except Refused as refused:
        return {"clauses": [], "missing": said(refused.reason, refused.reason_en)}
    return {
        "clauses": [
            {
                "title": one.title, "title_en": one.title_en, "number": one.label,
                "number_en": f", {clause_label_en(one.ref.partition('#')[2])}", "text": one.text,
                "in_force_from": one.in_force_from, "url": clause_url(one.ref),
            }
            for one in {clause.ref: clause for clause in basis.clauses}.values()
        ]
    }  # fmt: skip


def clause_url(ref: str) -> str:
    """条款的固定网址。 The permanent address of a clause."""
    place, _hash, clause = ref.removeprefix("law:").partition("#")
    return f"/law/{place}/#{clause}"


def refusal_of(refused: Refused, verb: str, ground: DataGround) -> dict[str, Any]:
    """没办成的说明。 Context of components/refusal.html: what is missing, on which clause, who could act, what to do instead."""
    words = [word for word in refused.who_could.split("、") if word and word != By.PLATFORM.value]
    clause = clause_links([refused.clause]).get(refused.clause) if refused.clause else None
    return {
        "title": gettext("没有办成：%(act)s") % {"act": verb_title(verb)},
        "missing": said(refused.reason, refused.reason_en),
        "clause": clause,
        "who_can": [str(BY_LABELS[By(word)]) if word in set(By) else ground.organ(word) for word in words],
        "instead": [{"label": said(refused.instead, refused.instead_en)}] if refused.instead else [],
    }


def wrong_words(wrong: Refused | Conflict | InvalidInput) -> str:
    """一句话说哪里不行。 What was raised, in the page's language."""
    return said(wrong.reason, wrong.reason_en)


def terms_shown(terms: Sequence[Term], ground: DataGround) -> list[dict[str, Any]]:
    """各时限。 Clocks as a table has them: of what, whose, until when, and what is left of it or by how much it is past. One statement."""
    links = clause_links({clause for one in terms for clause in (one.clause, one.extension_clause)})
    calendar = law.calendar(ground.city.revision) if terms else None
    rows = []
    for one in terms:
        left = 0
        if calendar is not None and one.ended_at is None:
            left = remaining(now=ground.at, due_at=one.due_at, calendar=calendar)
        rows.append(
            {
                "term": one,
                "label": TERM_LABELS[TermKind(one.kind)],
                "organ": ground.organ(one.organ),
                "applicant": ground.organ(one.applicant) if not one.applicant.startswith("person:") else "",
                "over": one.ended_at is None and ground.at > one.due_at,
                "late": one.ended_at is not None and one.ended_at > one.due_at,
                "left": abs(left) // MINUTES_A_DAY,
                "clause": links.get(one.clause),
                "extended": links.get(one.extension_clause),
                "url": subject_url(one.subject),
                "number": one.subject.partition(":")[2],
            }
        )
    return rows


def steps_shown(steps: Sequence[ExchangeStep], ground: DataGround) -> list[dict[str, Any]]:
    """经过。 Context of components/timeline.html; the organ alone is named. One statement."""
    links = clause_links({one.clauses.split(" ")[0] for one in steps if one.clauses})
    return [
        {
            "what": verb_title(one.verb),
            "at": one.at,
            "who": ground.organ(one.organ) if one.organ else gettext("系统按规定自动办"),
            "why": one.note,
            "clause": links.get(one.clauses.split(" ")[0]),
            "evidence": [{"label": gettext("台账 %(n)s") % {"n": one.entry}, "url": f"/ledger/{one.entry}/"}],
        }
        for one in steps
    ]


def ending_word(what: str) -> Any:
    """停止的叫法。 What an ending is called."""
    return ENDING_LABELS[Ending(what)]


_PAGES: Final[Mapping[str, str]] = {
    "data": "data_item",
    "application": "data_application",
    "grant": "data_grant",
    "correction": "data_correction",
    "dispute": "data_dispute",
    "revision": "data_revision",
}


def subject_url(subject: str) -> str:
    """一件事的网页。 The page of a thing by its text reference; empty where it has none here."""
    kind, _colon, number = subject.partition(":")
    return reverse(_PAGES[kind], args=[number]) if kind in _PAGES and number else ""


def do_url(verb: str, subject: str, **query: str) -> str:
    """做某件事的网址。 The address of the form of an act on a thing."""
    url = reverse("data_do", args=[verb, subject])
    return f"{url}?{urlencode(query)}" if query else url


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """先登录。 To the sign-in page, and back here afterwards."""
    return HttpResponseRedirect(
        f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}", status=303
    )


def not_yours(request: HttpRequest, ground: DataGround, organs: Iterable[str]) -> HttpResponse:
    """不是本单位的事。 A page for the two sides and the authority alone."""
    who_can = [ground.organ(code) for code in dict.fromkeys((*organs, ground.authority))]
    context = {"who_can": who_can, "posts": post_words({By.DATA_OFFICER, By.DATA_HEAD})}
    return render(request, "exchange/application_not_yours.html", context, status=403)
