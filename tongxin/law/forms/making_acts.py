"""立法各步的表单。 The forms of the steps of law-making: one table from a verb to the questions asked and the operation that answers.

A form parses what was typed into the types of the operation; what is missing or unknown is named by its field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import Actor
from tongxin.law import operations
from tongxin.law.forms.making import (
    MAJOR,
    OUTCOME_LABELS,
    UNKNOWN,
    YES_NO,
    Choices,
    Fields,
    area,
    choice,
    count,
    day,
    line,
    tick,
    when,
)
from tongxin.law.rules.making import NewComment, Outcome, Publication, Purpose, Tally
from tongxin.law.rules.making_days import Kind

Given = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """表单里要列的。 What a form lists: organs, clauses, and what the project is."""

    kind: Kind
    purpose: Purpose
    organs: Choices = ()
    clauses: Choices = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """一次提交。 One submission: who does what to which project, having seen it at which step."""

    actor: Actor
    at: datetime
    number: str
    seen: int
    given: Given
    comment: str = ""
    impact: Mapping[str, Any] | None = None

    @property
    def plain(self) -> dict[str, Any]:
        """每个操作都要的。 What every operation takes."""
        return {"actor": self.actor, "at": self.at, "number": self.number, "seen": self.seen}


@dataclass(frozen=True, kw_only=True, slots=True)
class ActForm:
    """一个行为的表单。 The form of an act. `grave`: hard to undo, so its button comes last and plain."""

    fields: Callable[[Lists], Fields]
    run: Callable[[Turn], Any]
    grave: bool = False


def _plan(lists: Lists) -> Fields:
    return {
        "drafting": choice(_("由谁起草"), lists.organs, radio=False),
        "finish_by": day(_("什么时候完成")),
        "plan": line(_("列入哪个计划"), _("例如：2026年度立法计划，第12次主任会议通过。"), most=300),
        "day": when(),
    }


def _submit(lists: Lists) -> Fields:
    discussed = _("哪次会议讨论通过") if lists.kind is Kind.REGULATION else _("谁签署，哪次会议讨论")
    return {
        "explanation": area(_("说明"), _("必要性、可行性、主要内容，重大分歧是怎么协调的。"), rows=8),
        "discussed": line(discussed, most=300),
        "day": when(),
    }


def _publish_draft(lists: Lists) -> Fields:
    del lists
    return {
        "closes": day(_("征求意见到哪一天"), _("从今天起不少于三十日。")),
        "explanation": area(_("向社会说明"), _("为什么立，主要规定什么，特别想听哪方面的意见。"), rows=6),
    }


def _withhold(lists: Lists) -> Fields:
    label = _("主任会议什么时候决定的") if lists.kind is Kind.REGULATION else _("依什么规定保密，谁决定的")
    return {"decided": line(label, most=300), "reason": area(_("为什么不公布")), "day": when()}


def _comment(lists: Lists) -> Fields:
    return {
        "channel": choice(_("怎么来的"), (("letter", _("来信")), ("meeting", _("座谈、当面说的")))),
        "clause": forms.ChoiceField(
            label=_("对哪一条"), required=False, choices=[("", _("整部草案")), *lists.clauses], error_messages=UNKNOWN
        ),
        "text": area(_("意见"), _("照原话写。"), most=4_000),
        "name": line(_("姓名"), required=False, most=80),
        "name_shown": tick(_("本人愿意公开姓名")),
        "phone": line(_("电话"), _("不公开，查看要写明目的并留痕。"), required=False, most=40),
        "client_key": forms.CharField(widget=forms.HiddenInput, max_length=80),
    }  # fmt: skip


def _answer(lists: Lists) -> Fields:
    del lists
    return {
        "outcome": choice(_("怎么处理"), [(o.value, OUTCOME_LABELS[o]) for o in Outcome]),
        "reason": area(_("理由"), _("说给提意见的人听：采纳在哪一条，或者为什么没有采纳。"), most=4_000),
    }


def _announce(lists: Lists) -> Fields:
    del lists
    return {
        "on": day(_("哪一天举行")),
        "where": line(_("在哪里")),
        "about": area(_("听证什么，怎么报名")),
    }


def _reading(lists: Lists) -> Fields:
    del lists
    return {
        "meeting": line(_("哪次会议")),
        "note": area(_("审议意见"), required=False, rows=6),
        "major": tick(*MAJOR),
        "day": when(),
    }


def _vote(lists: Lists) -> Fields:
    del lists
    return {
        "meeting": line(_("哪次会议")),
        "members": count(_("全体组成人员")),
        "in_favour": count(_("赞成")),
        "against": count(_("反对")),
        "abstained": count(_("弃权")),
        "why_fewer": area(
            _("审议次数比一般少的，写明理由"), _("例如：各方面意见比较一致。"), required=False, rows=2
        ),
        "day": when(),
    }


def _noted(label: Any, hint: Any = "", *, name: str = "note") -> Callable[[Lists], Fields]:
    return lambda _lists: {name: area(label, hint, rows=6), "day": when()}


def _document(*more: tuple[str, forms.Field]) -> Callable[[Lists], Fields]:
    return lambda _lists: {"document": line(_("文号")), **dict(more), "day": when()}


def _passed(note: Any, *, meeting: bool) -> Callable[[Lists], Fields]:
    def fields(_lists: Lists) -> Fields:
        at = {"meeting": line(_("哪次会议"))} if meeting else {}
        return {
            "passed": choice(_("结果"), YES_NO),
            **at,
            "note": area(note, required=not meeting),
            "day": when(),
        }

    return fields


def _publication(lists: Lists) -> Fields:
    fields = {
        "in_force_from": day(_("从哪一天起施行")),
        "document": line(_("公告的文号") if lists.kind is Kind.REGULATION else _("政府令的序号，谁签署的")),
        "gazette": line(_("登在哪一期公报"), _("公报上的文本是标准文本。")),
        "newspaper": line(_("登在哪天的报纸")),
    }
    if lists.purpose is not Purpose.AMEND:
        fields["key"] = line(_("在法典里的标识"), _("小写英文词的路径，像 cn/city/parking。"), most=160)
    if lists.kind is Kind.RULE:
        fields["why_early"] = area(
            _("公布后不满三十日就施行的，写明理由"), _("只有不立即施行将有碍施行的才可以。"), required=False, rows=2
        )  # fmt: skip
    return {**fields, "day": when()}


def _day_of(turn: Turn) -> date | None:
    given: date | None = turn.given.get("day")
    return given


def _run(name: str, *fields: str) -> Callable[[Turn], Any]:
    """照名字交给操作。 Hands the answers to the operation of a verb, by their names."""

    def run(turn: Turn) -> Any:
        given = {field: turn.given[field] for field in fields}
        return getattr(operations, name)(**turn.plain, **given, day=_day_of(turn))

    return run


def _run_today(name: str, *fields: str) -> Callable[[Turn], Any]:
    """今天做的事。 The same for what happens on the page itself, and so today."""
    return lambda turn: getattr(operations, name)(**turn.plain, **{f: turn.given[f] for f in fields})


def _run_decision(name: str, *fields: str) -> Callable[[Turn], Any]:
    def run(turn: Turn) -> Any:
        given = {field: turn.given[field] for field in fields}
        passed = turn.given["passed"] == "yes"
        return getattr(operations, name)(**turn.plain, passed=passed, **given, day=_day_of(turn))

    return run


def _run_vote(turn: Turn) -> Any:
    given = turn.given
    tally = Tally(
        members=given["members"],
        in_favour=given["in_favour"],
        against=given["against"],
        abstained=given["abstained"],
    )
    return operations.vote_law(
        **turn.plain, meeting=given["meeting"], tally=tally, why_fewer=given["why_fewer"], day=_day_of(turn)
    )


def _run_publication(turn: Turn) -> Any:
    given = turn.given
    said = Publication(
        in_force_from=given["in_force_from"],
        document=given["document"],
        gazette=given["gazette"],
        newspaper=given["newspaper"],
        key=given.get("key", ""),
        why_early=given.get("why_early", ""),
    )
    return operations.publish_law(**turn.plain, publication=said, day=_day_of(turn))


def _run_comment(turn: Turn) -> Any:
    comment = NewComment(**{name: value for name, value in turn.given.items() if name != "seen"})
    return operations.comment_draft(actor=turn.actor, at=turn.at, number=turn.number, comment=comment)


def _run_answer(turn: Turn) -> Any:
    return operations.answer_comment(
        actor=turn.actor,
        at=turn.at,
        comment=turn.comment,
        outcome=Outcome(turn.given["outcome"]),
        reason=turn.given["reason"],
        seen=turn.seen,
    )


def _run_assessment(turn: Turn) -> Any:
    return operations.assess_draft(
        **turn.plain, note=turn.given["note"], impact=turn.impact or {}, day=_day_of(turn)
    )


ACTS: Final[Mapping[str, ActForm]] = {
    "plan_law": ActForm(fields=_plan, run=_run("plan_law", "drafting", "finish_by", "plan")),
    "submit_law": ActForm(fields=_submit, run=_run("submit_law", "explanation", "discussed")),
    "publish_draft": ActForm(
        fields=_publish_draft, run=_run_today("publish_draft", "closes", "explanation")
    ),
    "withhold_draft": ActForm(
        fields=_withhold, run=_run("withhold_draft", "decided", "reason"), grave=True
    ),
    "comment_draft": ActForm(fields=_comment, run=_run_comment),
    "answer_comment": ActForm(fields=_answer, run=_run_answer),
    "report_comments": ActForm(
        fields=lambda _lists: {
            "summary": area(_("征求意见的情况"), _("收到多少、主要说什么、采纳了什么、为什么有的没有采纳。"), rows=8)
        },
        run=_run_today("report_comments", "summary"),
    ),
    "announce_hearing": ActForm(fields=_announce, run=_run_today("announce_hearing", "on", "where", "about")),
    "hold_hearing": ActForm(
        fields=_noted(_("听证记录"), _("各方主要说了什么、有什么依据，如实写。"), name="record"),
        run=_run("hold_hearing", "record"),
    ),
    "read_law": ActForm(fields=_reading, run=_run("read_law", "meeting", "note", "major")),
    "assess_draft": ActForm(
        fields=_noted(_("评估情况"), _("主要制度行不行得通，时机合不合适，施行后会怎样，可能出什么问题。")),
        run=_run_assessment,
    ),
    "shelve_law": ActForm(
        fields=lambda _lists: {"meeting": line(_("哪次会议")), "reason": area(_("为什么")), "day": when()},
        run=_run("shelve_law", "meeting", "reason"),
        grave=True,
    ),
    "lapse_bill": ActForm(
        fields=lambda _lists: {"reported": line(_("在哪次会议上报告"), most=300), "day": when()},
        run=_run("lapse_bill", "reported"),
        grave=True,
    ),
    "vote_law": ActForm(fields=_vote, run=_run_vote),
    "send_for_approval": ActForm(fields=_document(), run=_run("send_for_approval", "document")),
    "record_approval": ActForm(fields=_document(), run=_run("record_approval", "document")),
    "record_return": ActForm(
        fields=_document(("reason", area(_("为什么不予批准")))),
        run=_run("record_return", "document", "reason"),
    ),
    "examine_draft": ActForm(
        fields=_passed(_("审查意见"), meeting=False), run=_run_decision("examine_draft", "note")
    ),
    "decide_rule": ActForm(
        fields=_passed(_("会议意见"), meeting=True), run=_run_decision("decide_rule", "meeting", "note")
    ),
    "publish_law": ActForm(fields=_publication, run=_run_publication),
    "file_law": ActForm(
        fields=_document(("bodies", line(_("报给了谁"), most=300))), run=_run("file_law", "document", "bodies")
    ),
    "report_implementation": ActForm(
        fields=_noted(_("实施情况"), _("做了什么，效果怎样，有什么问题，要不要修改。"), name="report"),
        run=_run("report_implementation", "report"),
    ),
    "withdraw_bill": ActForm(
        fields=lambda _lists: {
            "reason": area(_("为什么")),
            "agreed": line(_("谁同意的"), _("已经列入会议议程的，要写主任会议什么时候同意。"), required=False, most=300),
            "day": when(),
        },
        run=_run("withdraw_bill", "reason", "agreed"),
        grave=True,
    ),
}  # fmt: skip


def form_of(verb: str, lists: Lists) -> type[forms.Form]:
    """一个行为的表单类。 The form class of an act for a project."""
    fields: dict[str, Any] = {"use_required_attribute": False, **ACTS[verb].fields(lists)}
    return type(f"{verb}_form", (forms.Form,), fields)
