"""本人页面的说法。 How lines, contests and requests are said: organs, offices, fields, purposes, clauses. What templates are handed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.forms.person import DEFERRAL_WORDS, ERASURE_WORDS, GROUND_WORDS, KIND_WORDS
from tongxin.exchange.models import Contest, Deferral, RightsRequest, Term
from tongxin.exchange.queries.claims import field_labels, users_of
from tongxin.exchange.rules.person import Line, Was
from tongxin.exchange.terms import PURPOSE_LABELS, Purpose
from tongxin.exchange.views.data_shown import DataGround, in_english, said, verb_title
from tongxin.law import queries as law
from tongxin.law.queries import CitedClause
from tongxin.law.queries.lists import entry_at
from tongxin.organs.queries import office_titles

View = Callable[..., HttpResponse]
# Words of the purposes of looks that other capabilities keep: what the ledger holds is the code.
PURPOSES: Final[Mapping[str, Any]] = {
    **{purpose.value: PURPOSE_LABELS[purpose] for purpose in Purpose},
    "find_place": _("找到地点"),
    "contact": _("联系报告人"),
    "check_result": _("核查结果"),
    "send_result": _("告知结果"),
    "understand": _("问清楚意见说的是什么"),
    "invite": _("请来参加听证会、座谈会"),
    "answer_claim": _("答复您的异议或者请求"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "text": _("您写的话"),
    "name": _("姓名"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "address": _("地址"),
    "language": _("语言"),
}
CONTEST_STATES: Final[Mapping[str, tuple[Any, str]]] = {
    Contest.State.OPEN: (_("等答复"), ""),
    Contest.State.UPHELD: (_("异议成立"), "good"),
    Contest.State.DISMISSED: (_("异议不成立"), "over"),
    Contest.State.RAISED: (_("主管部门正在核对"), ""),
    Contest.State.WITHDRAWN: (_("已撤回"), ""),
}
REQUEST_STATES: Final[Mapping[str, tuple[Any, str]]] = {
    RightsRequest.State.OPEN: (_("等答复"), ""),
    RightsRequest.State.DONE: (_("已办"), "good"),
    RightsRequest.State.REFUSED: (_("不予办理"), "over"),
    RightsRequest.State.WITHDRAWN: (_("已撤回"), ""),
}
DEFERRAL_STATES: Final[Mapping[str, Any]] = {
    Deferral.State.PROPOSED: _("等决定"),
    Deferral.State.GRANTED: _("已准"),
    Deferral.State.REFUSED: _("不准"),
}
GROUNDS: Final[Mapping[str, Any]] = dict(GROUND_WORDS)
KINDS: Final[Mapping[str, Any]] = dict(KIND_WORDS)
ERASURES: Final[Mapping[str, Any]] = dict(ERASURE_WORDS)
DEFERRAL_GROUND_WORDS: Final[Mapping[str, Any]] = dict(DEFERRAL_WORDS)


@dataclass(frozen=True, slots=True)
class Words:
    """一页各行的词，一次查齐。 The words of all lines of a page, looked up once: offices, field labels, clauses. Three statements."""

    offices: Mapping[str, Any]
    labels: Mapping[str, tuple[str, str]]
    clauses: Mapping[str, CitedClause]
    users: Mapping[str, str]  # of a look without an office: the enterprise whose grant it was, by the grant

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Words":
        """这些行的词。 The words these lines need."""
        refs = {
            ref
            for line in lines
            for ref in (*line.clauses, *(r for was in line.deferred for r in was.clauses))
        }
        return cls(
            office_titles(codes=[line.office for line in lines]),
            field_labels(names={name for line in lines for name in line.fields} - FIELDS.keys()),
            {str(found.ref): found for found in law.cited(refs=sorted(refs))},
            users_of(grants={line.item for line in lines if line.item and not line.organ}),
        )

    def organ(self, line: Line) -> str:
        """谁看的。 The code of whoever looked: the organ of the office, or the enterprise that holds the grant."""
        return line.organ or self.users.get(line.item, "")

    def field(self, name: str) -> str:
        """字段的叫法。 What a field is called."""
        return said_field(name, self.labels)

    def office(self, code: str) -> str:
        """职位的叫法。 What an office is called."""
        found = self.offices.get(code.removeprefix("office:"))
        return said(found.title, found.title_en) if found else ""

    def cited(self, refs: Collection[str]) -> list[CitedClause]:
        """条款。 The clauses of some references, those the book has."""
        return [self.clauses[ref] for ref in refs if ref in self.clauses]


def said_field(name: str, labels: Mapping[str, tuple[str, str]]) -> str:
    """字段的叫法。 What a field is called: a common word first, else as the catalogue says, else its bare name."""
    if name in FIELDS:
        return str(FIELDS[name])
    return said(*labels[name]) if name in labels else name


def clause_words(clause: CitedClause) -> str:
    """一条的叫法。 How a clause is cited in the page's language."""
    return f"{clause.title_en}{clause.number_en}" if in_english() else f"《{clause.title}》{clause.number}"


def shown_line(
    line: Line, words: Words, ground: DataGround, contest: Contest | None, suffix: str
) -> dict[str, Any]:
    """一行的样子。 One line for a template; `suffix` is the query that says for whom the page is read."""
    base = reverse("my_data_line", args=[line.handle])
    return {
        "line": line,
        "who": _who(line, words, ground),
        "month": said(f"{line.month:%Y年%-m月}", f"{line.month:%b %Y}"),
        "what": verb_title(line.verb),
        "fields": [words.field(name) for name in line.fields],
        "purpose": str(PURPOSES.get(line.purpose, line.purpose)),
        "clauses": [{"label": clause_words(c), "url": c.url} for c in words.cited(line.clauses)],
        "deferred": [_was(was, words, ground) for was in line.deferred],
        "url": base + suffix,
        "contest_url": "" if line.refused else f"{base}contest/{suffix}",
        "contest": contest_mark(contest, ground, suffix) if contest else None,
        "receipt_url": receipt_url(line.receipt) if line.receipt else "",
    }


def receipt_url(entry: int) -> str:
    """回执的网址。 The address of an entry's receipt: one and the same wherever a look is shown."""
    return reverse("ledger_receipt", args=[entry])


def _who(line: Line, words: Words, ground: DataGround) -> str:
    if line.general:
        return gettext("一个可以依法使用数据的单位")
    if line.by_representative:
        return gettext("您的代理人")
    if not words.organ(line):
        return gettext("系统按规定自动办") if line.kind != "own" else gettext("您自己")
    return " ".join(word for word in (ground.organ(words.organ(line)), words.office(line.office)) if word)


def _was(was: Was, words: Words, ground: DataGround) -> dict[str, Any]:
    return {
        "since": was.since,
        "until": was.until,
        "organ": ground.organ(was.organ) if was.organ else "",
        "clauses": [{"label": clause_words(c), "url": c.url} for c in words.cited(was.clauses)],
    }


def contest_mark(contest: Contest, ground: DataGround, suffix: str = "") -> dict[str, Any]:
    """异议的一句话。 A contest in a word, with its page."""
    word, tone = CONTEST_STATES[contest.state]
    return {
        "number": contest.number,
        "word": word,
        "tone": tone,
        "at": contest.at,
        "ground": GROUNDS[contest.ground],
        "organ": ground.organ(contest.organ),
        "url": reverse("my_data_contest", args=[contest.number]) + suffix,
    }


def request_row(row: RightsRequest, ground: DataGround, suffix: str = "") -> dict[str, Any]:
    """请求的一行。 A request in a row."""
    word, tone = REQUEST_STATES[row.state]
    return {
        "number": row.number,
        "kind": KINDS[row.kind],
        "about": about_words(row.about),
        "word": word,
        "tone": tone,
        "at": row.at,
        "organ": ground.organ(row.organ),
        "url": reverse("my_data_request", args=[row.number]) + suffix,
    }


def about_words(about: str) -> str:
    """请求关于什么。 What a request is about, in words."""
    kind, _colon, rest = about.partition(":")
    if kind == "case":
        return gettext("事项 %(number)s") % {"number": rest}
    if kind == "line":
        return gettext("一行记录")
    if kind == "data":
        return gettext("目录项 %(code)s") % {"code": rest}
    return gettext("平台存的资料")


def term_line(term: Term | None, ground: DataGround) -> dict[str, Any] | None:
    """时限的一句话。 A clock in a sentence: until when, overdue or not."""
    if term is None:
        return None
    return {
        "due": term.due_at,
        "overdue": term.ended_at is None and ground.at > term.due_at,
        "open": term.ended_at is None,
    }


def why_of(verb: str, day: date) -> str:
    """为什么用得上。 Why the clauses carry the act, as the city's powers list says on a day; in Chinese, as the list is."""
    entry = entry_at(kind="power", code=verb, day=day)
    return str(entry.facts.get("note", "")) if entry else ""


def mark(form: Any, wrong: InvalidInput) -> None:
    """把说法写到那一问旁边。 Put what is wrong beside its question; on top where the form does not ask it."""
    form.add_error(wrong.field if wrong.field in form.fields else None, said(wrong.reason, wrong.reason_en))


def private(view: View) -> View:
    """只给本人的页。 Headers of a page that only its person should see: not kept, not found, its address not passed on."""

    @wraps(view)
    def closed(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        answer = view(request, *given, **named)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Referrer-Policy"] = "strict-origin"
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return closed
