"""数据共享各行为的表单：问什么，交给哪个操作。 The forms of the acts on applications, grants and the catalogue: what is asked, what is called.

A form parses what was typed into the types of the operation; what the city knows already stands in it and is not asked again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import Actor
from tongxin.exchange import operations
from tongxin.exchange.forms.questions import (
    BAD_NUMBER,
    Choices,
    Fields,
    area,
    choice,
    line,
    moment,
    number,
    several,
    words_of,
)
from tongxin.exchange.forms.revising import revise_fields
from tongxin.exchange.models import UseRecord
from tongxin.exchange.queries.catalogue import Item
from tongxin.exchange.terms import (
    END_LABELS,
    GROUND_LABELS,
    MANNER_LABELS,
    PURPOSE_LABELS,
    EndGround,
    Ground,
    Manner,
    Purpose,
    Supplement,
    Wanted,
)

Given = Mapping[str, Any]

YES_NO: Final[Choices] = (("yes", _("已在来源系统更正")), ("no", _("核实无误，不用更正")))
USE_LABELS: Final[Mapping[str, Any]] = {
    UseRecord.What.USE: _("使用"),
    UseRecord.What.STORAGE: _("存储"),
    UseRecord.What.DESTRUCTION: _("销毁"),
    UseRecord.What.RETENTION: _("经评估留存"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """表单关于什么。 What a form is about: the item, the fields of a grant, the grounds that may be used, whether it is an enterprise's."""

    item: Item | None = None
    fields: Choices = ()
    grounds: Sequence[Ground] = ()
    ends: Sequence[EndGround] = ()
    enterprise: bool = False
    missing: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """一次提交。 One submission: who does what, when, to what (a text reference), with what was typed."""

    actor: Actor
    at: datetime
    subject: str
    given: Given

    @property
    def by(self) -> dict[str, Any]:
        """谁、何时。 Who and when."""
        return {"actor": self.actor, "at": self.at}

    @property
    def number(self) -> str:
        """编号。 The number of the subject."""
        return self.subject.partition(":")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class ActForm:
    """一个行为的表单。 The form of an act. `grave`: hard to undo, so its button comes last and plain."""

    fields: Callable[[About], Fields]
    run: Callable[[Turn], Any]
    grave: bool = False


# ---- Applying --------------------------------------------------------------------------------------------------------


def _apply(about: About) -> Fields:
    assert about.item is not None  # noqa: S101 - the page has found it
    personal = about.item.personal()
    hint = _("只选办这件事用得着的，越少越好。")
    return {
        "fields": several(_("要哪些字段"), about.fields, hint),
        "purpose": choice(_("使用目的"), [(p.value, PURPOSE_LABELS[p]) for p in Purpose]),
        "clauses": area(
            _("使用依据"),
            _(
                "本单位履行职责的条款，写明版本，一行一条；政务数据共享条例本身不授予使用数据的职权。先空着也能提出，但要补充。"
            ),
            required=False,
        ),
        "scenario": area(
            _("使用场景"), _("在办什么事的哪一步用。先空着也能提出，但要补充。"), required=False
        ),
        "scope": area(
            _("使用范围"), _("哪些人的数据，由哪些岗位用。先空着也能提出，但要补充。"), required=False
        ),
        "manner": choice(_("共享方式"), [(m.value, MANNER_LABELS[m]) for m in Manner]),
        "until": moment(_("使用时限"), _("到这一秒为止。")),
        "calls": number(_("最多调用几次")),
        "rows": number(_("最多几行")),
        "persons": number(
            _("最多涉及几个人"), "" if personal else _("不含个人信息，写 0。"), least=1 if personal else 0
        ),
        "onward": area(
            _("拟提供给谁"), _("不转供就不填；转供还要数据提供部门另行同意。"), required=False, rows=2
        ),
    }


def _run_apply(turn: Turn) -> Any:
    given = turn.given
    return operations.apply_data(
        **turn.by,
        wanted=Wanted(
            item=turn.subject,
            fields=tuple(given["fields"]),
            purpose=Purpose(given["purpose"]),
            clauses=words_of(given["clauses"]),
            scenario=given["scenario"],
            scope=given["scope"],
            manner=Manner(given["manner"]),
            until=given["until"],
            calls=given["calls"],
            rows=given["rows"],
            persons=given["persons"],
            onward=given["onward"],
        ),
    )


def _supplement(about: About) -> Fields:
    del about
    return {
        "clauses": area(_("使用依据"), _("一行一条，写明版本。"), required=False),
        "scenario": area(_("使用场景"), required=False),
        "scope": area(_("使用范围"), required=False),
    }


def _run_supplement(turn: Turn) -> Any:
    given = turn.given
    added = Supplement(clauses=words_of(given["clauses"]), scenario=given["scenario"], scope=given["scope"])
    return operations.supplement_data(**turn.by, number=turn.number, given=added)


# ---- Answering -------------------------------------------------------------------------------------------------------


def _ask(about: About) -> Fields:
    hint = _("系统查出的已列在上面，会一并告知；这里写其余的，只有这一次机会。")
    return {"more": area(_("还要补充什么"), hint, required=not about.missing)}


def _refuse(about: About) -> Fields:
    return {
        "ground": choice(
            _("理由"), [(g.value, GROUND_LABELS[g]) for g in about.grounds],
            _("只能用目录列明的条件，或者法律、行政法规的规定；不能另加条件。"),
        ),
        "reason": area(_("说明理由")),
        "clause": line(_("法律、行政法规的条款"), _("选“法律、行政法规另有规定”时要写。"), required=False),
    }  # fmt: skip


def _run_refuse(turn: Turn) -> Any:
    given = turn.given
    return operations.refuse_data(
        **turn.by,
        number=turn.number,
        ground=Ground(given["ground"]),
        reason=given["reason"],
        clause=given["clause"],
    )


def _deliver(about: About) -> Fields:
    if not about.enterprise:
        return {}
    return {"duties": area(_("安全义务"), _("企业使用要写明，并在公开登记里公布。"))}


def _reason(label: Any, hint: Any = "", *, name: str = "reason") -> Callable[[About], Fields]:
    return lambda _about: {name: area(label, hint)}


def _nothing(about: About) -> Fields:
    del about
    return {}


# ---- Grants ----------------------------------------------------------------------------------------------------------


def _suspend(about: About) -> Fields:
    del about
    return {
        "reason": area(_("为什么暂停"), _("超出范围、目的使用，或者擅自提供给第三方：写明查到什么。")),
        "days": number(_("限期整改几个工作日")),
    }


def _terminate(about: About) -> Fields:
    return {
        "ground": choice(_("理由"), [(g.value, END_LABELS[g]) for g in about.ends]),
        "reason": area(_("说明理由")),
        "consulted": area(
            _("与使用方协商的情况"), _("以正当理由终止的要写；同时报主管部门备案。"), required=False
        ),
    }


def _onward(about: About) -> Fields:
    return {
        "to": line(_("给谁")),
        "fields": several(_("哪些字段"), about.fields),
        "purpose": area(_("用途")),
        "until": moment(_("到什么时候")),
    }


def _use(about: About) -> Fields:
    del about
    return {
        "what": choice(_("记录什么"), [(k, v) for k, v in USE_LABELS.items()]),
        "scene": area(_("场景"), _("不写个人信息。"), rows=2),
        "process": area(_("过程"), rows=2),
        "effect": area(_("成效"), required=False, rows=2),
        "evidence": area(_("凭据"), required=False, rows=2),
    }


def _error(about: About) -> Fields:
    del about
    return {
        "what": area(_("哪里不准确、不完整"), _("不写个人信息；写调用的台账号就能找到是谁的。")),
        "evidence": area(_("凭据"), required=False, rows=2),
        "call": forms.IntegerField(
            label=_("哪一次调用（台账号）"), required=False, min_value=1, max_value=2**62, error_messages=BAD_NUMBER,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "12"}),
        ),
    }  # fmt: skip


def _answer(about: About) -> Fields:
    del about
    return {"corrected": choice(_("结果"), YES_NO), "answer": area(_("怎么核实、怎么更正"))}


# ---- The catalogue ---------------------------------------------------------------------------------------------------


def _assess(about: About) -> Fields:
    del about
    return {
        "lawful": area(_("处理目的、方式是否合法、正当、必要")),
        "risk": area(_("对个人权益的影响及安全风险")),
        "measures": area(_("保护措施是否合法、有效并与风险程度相适应")),
    }


def _run_revise(turn: Turn) -> Any:
    return operations.revise_item(
        **turn.by, item=turn.subject, proposed=turn.given["revision"], reason=turn.given["reason"]
    )


def _plain(verb: str, *names: str, key: str = "number", whole: bool = False) -> Callable[[Turn], Any]:
    """照所填的交给操作。 Call an operation with what was typed under these names, and the subject (or its number) as `key`."""

    def run(turn: Turn) -> Any:
        about: Any = turn.subject if whole else turn.number
        if key == "number" and about.isascii() and about.isdigit():
            about = int(about)
        return getattr(operations, verb)(
            **turn.by, **{key: about}, **{name: turn.given[name] for name in names}
        )

    return run


def _run_terminate(turn: Turn) -> Any:
    given = turn.given
    return operations.terminate_grant(
        **turn.by, grant=turn.number, ground=EndGround(given["ground"]), reason=given["reason"],
        consulted=given["consulted"],
    )  # fmt: skip


def _run_answer(turn: Turn) -> Any:
    return operations.answer_correction(
        **turn.by,
        number=int(turn.number),
        corrected=turn.given["corrected"] == "yes",
        answer=turn.given["answer"],
    )


def _run_deliver(turn: Turn) -> Any:
    return operations.deliver_data(**turn.by, number=turn.number, duties=turn.given.get("duties", ""))


ACTS: Final[Mapping[str, ActForm]] = {
    "apply_data": ActForm(fields=_apply, run=_run_apply),
    "agree_data": ActForm(fields=_nothing, run=_plain("agree_data")),
    "supplement_data": ActForm(fields=_supplement, run=_run_supplement),
    "withdraw_data": ActForm(
        fields=_reason(_("为什么撤回")), run=_plain("withdraw_data", "reason"), grave=True
    ),
    "ask_supplement": ActForm(fields=_ask, run=_plain("ask_supplement", "more")),
    "consent_data": ActForm(fields=_nothing, run=_plain("consent_data")),
    "refuse_data": ActForm(fields=_refuse, run=_run_refuse, grave=True),
    "ask_extension": ActForm(
        fields=_reason(_("为什么要延长"), _("写明特殊原因，报主管部门同意。")),
        run=_plain("ask_extension", "reason", key="subject", whole=True),
    ),
    "grant_extension": ActForm(fields=_nothing, run=_plain("grant_extension", key="subject", whole=True)),
    "deliver_data": ActForm(fields=_deliver, run=_run_deliver),
    "assess_impact": ActForm(
        fields=_assess, run=_plain("assess_impact", "lawful", "risk", "measures", key="subject", whole=True)
    ),
    "revise_item": ActForm(fields=lambda _about: revise_fields(), run=_run_revise),
    "publish_revision": ActForm(
        fields=lambda _a: {"note": area(_("审核意见"), required=False)},
        run=_plain("publish_revision", "note"),
    ),
    "return_revision": ActForm(
        fields=_reason(_("要改什么"), name="note"), run=_plain("return_revision", "note"), grave=True
    ),
    "suspend_grant": ActForm(
        fields=_suspend, run=_plain("suspend_grant", "reason", "days", key="grant"), grave=True
    ),
    "resume_grant": ActForm(
        fields=_reason(_("怎样整改好的")), run=_plain("resume_grant", "reason", key="grant")
    ),
    "terminate_grant": ActForm(fields=_terminate, run=_run_terminate, grave=True),
    "consent_onward": ActForm(
        fields=_onward, run=_plain("consent_onward", "to", "fields", "purpose", "until", key="grant")
    ),
    "record_use": ActForm(
        fields=_use, run=_plain("record_use", "what", "scene", "process", "effect", "evidence", key="grant")
    ),
    "report_error": ActForm(
        fields=_error, run=_plain("report_error", "what", "evidence", "call", key="grant")
    ),
    "answer_correction": ActForm(fields=_answer, run=_run_answer),
    "review_use": ActForm(
        fields=_reason(_("查到什么"), name="finding"), run=_plain("review_use", "finding", key="grant")
    ),
    "raise_dispute": ActForm(
        fields=_reason(_("争什么"), name="what"),
        run=_plain("raise_dispute", "what", key="subject", whole=True),
    ),
    "refer_dispute": ActForm(fields=_reason(_("为什么提交上一阶")), run=_plain("refer_dispute", "reason")),
    "settle_dispute": ActForm(
        fields=_reason(_("结果"), _("政府决定的写明文号。"), name="outcome"),
        run=_plain("settle_dispute", "outcome"),
    ),
}


class DoForm(forms.Form):
    """一个行为的表单。 The form of an act, with its fields put in."""

    use_required_attribute = False

    def __init__(self, fields: Fields, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= fields
