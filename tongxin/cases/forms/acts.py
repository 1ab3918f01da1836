"""行为的表单。 The forms of acts: one table from a verb to the questions asked and the operation that answers.

A form parses what was typed into the types of the operation; what is missing or unknown is named by its field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from tongxin.acts.terms import Actor, InvalidInput
from tongxin.cases import operations, rules
from tongxin.cases.forms.photos import PhotosField, Upload
from tongxin.cases.terms import (
    CLOCK_GROUND_LABELS,
    GROUND_LABELS,
    OUTCOME_LABELS,
    ClockChange,
    ClockGround,
    Outcome,
    ReturnGround,
    Settlement,
)
from tongxin.law.terms import Unit

Fields = dict[str, forms.Field]
Given = Mapping[str, Any]
Choices = tuple[Any, ...]  # Django's choices: (value, label), or (group, ((value, label), …))

CHANGE_LABELS: Final[Mapping[ClockChange, Any]] = {
    ClockChange.SUSPEND: _("中止：原因没了再接着算"),
    ClockChange.EXTEND: _("延长：到期日往后推"),
}
UNIT_LABELS: Final[Mapping[Unit, Any]] = {
    Unit.WORKING_HOUR: _("工作时"),
    Unit.WORKING_DAY: _("工作日"),
    Unit.HOUR: _("小时"),
    Unit.NATURAL_DAY: _("自然日"),
}
MISSING: Final = {"required": _("这一项要填")}
UNKNOWN: Final = {"required": _("请选一项"), "invalid_choice": _("请从列出的选项里选")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """表单里的选项。 The closed lists of a form that depend on the case."""

    organs: Choices = ()
    clocks: Choices = ()
    paused: Choices = ()
    stages: Choices = ()
    requests: Choices = ()
    rulings: Choices = ()
    photos: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """一次提交。 One submission: who does what to which case, having seen it at which step."""

    actor: Actor
    at: datetime
    number: str
    seen: int
    given: Given


@dataclass(frozen=True, kw_only=True, slots=True)
class ActForm:
    """一个行为的表单。 The form of an act.

    on_entry  the act also rests on the matter's own list entry, so its clauses belong into the basis
    grave     hard to undo: its button comes last and plain
    """

    fields: Callable[[Lists], Fields]
    run: Callable[[Turn], Any]
    on_entry: bool = False
    grave: bool = False


def given_by(form: forms.Form, *, keep: Callable[[Upload], str], held: tuple[str, ...] = ()) -> Given:
    """填了什么。 What a form gives, photos kept and named by their digests. Raises InvalidInput naming the field.

    Photos are kept also where another answer is wrong: nobody has to choose them twice.
    """
    if held and "photos" in form.fields:
        form.fields["photos"].required = False
    sound = form.is_valid()
    photos = tuple(dict.fromkeys((*held, *(keep(one) for one in form.cleaned_data.get("photos", ())))))
    if not sound:
        raise _first_fault(form)
    return {**form.cleaned_data, "photos": photos} if "photos" in form.fields else dict(form.cleaned_data)


def _first_fault(form: forms.Form) -> InvalidInput:
    name, faults = next(iter(form.errors.as_data().items()))
    with override("zh-hans"):
        reason = _words(faults[0])
    with override("en"):
        return InvalidInput(name, reason, _words(faults[0]))


def _words(fault: ValidationError) -> str:
    return str(fault.messages[0])


def seen_step(value: str | None) -> int:
    """看到第几步。 The step a page showed when it was opened. Raises InvalidInput."""
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 9:
        raise InvalidInput(
            "seen", "页面不完整，请重新打开这件事", "the page was not complete; open the case again"
        )
    return int(value)


# ---- The kinds of questions -----------------------------------------------------------------------------------------


def _text(
    label: Any, hint: Any = "", *, required: bool = True, rows: int = 4, most: int = 2_000
) -> forms.Field:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=most,
        error_messages=MISSING,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _line(label: Any, hint: Any = "", *, required: bool = True, most: int = 200) -> forms.Field:
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, error_messages=MISSING
    )


def _one_of(label: Any, choices: Choices, hint: Any = "") -> forms.Field:
    only = choices[0][0] if len(choices) == 1 else None  # where there is but one, it is chosen already
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=hint,
        widget=forms.RadioSelect,
        error_messages=UNKNOWN,
        initial=only,
    )


def _organ(label: Any, lists: Lists, hint: Any = "") -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=(("", "—"), *lists.organs), help_text=hint, error_messages=UNKNOWN
    )


def _labels(labels: Mapping[Any, Any]) -> Choices:
    return tuple((word.value, label) for word, label in labels.items())


def _no_fields(lists: Lists) -> Fields:
    del lists
    return {}


def _return_fields(lists: Lists) -> Fields:
    return {
        "ground": _one_of(_("退回理由"), _labels(GROUND_LABELS)),
        "named": _organ(_("应当由谁承办"), lists, _("一定要指明一个机构；办理期限照走，不因退回重算。")),
        "note": _text(_("说明"), _("写清凭什么判断不归本单位。这段话公开，报告人也看得到。")),
    }


def _dispatch_fields(lists: Lists) -> Fields:
    return {
        "organ": _organ(_("交给哪个机构"), lists),
        "note": _text(_("给承办单位的话"), required=False, rows=3),
    }


def _rule_fields(lists: Lists) -> Fields:
    return {
        "organ": _organ(_("裁定由谁承办"), lists, _("裁定之后不能再退回。")),
        "reason": _text(_("裁定理由"), _("作为先例公开，下次同类事项分派时会看到。")),
    }


def _assist_fields(lists: Lists) -> Fields:
    return {
        "organ": _organ(_("请哪个机构协办"), lists, _("协办单位有自己的期限；它办结之前，本单位不能办结。")),
        "note": _text(_("需要对方做什么")),
    }


def _settle_fields(lists: Lists) -> Fields:
    photos: Fields = {
        "photos": PhotosField(
            label=_("办理后的照片"),
            required=False,
            help_text=_("最多 6 张，公开展示。不要拍到人脸、车牌和别人家里；照片里的位置信息会去掉。"),
        )
    }
    return {
        "note": _text(_("做了什么"), _("写具体：到了哪里、怎么处理、结果怎样。这段话公开。")),
        **(photos if lists.photos else {}),
        "document": _line(_("文书编号"), _("照片和文书编号至少要有一样。"), required=False),
    }


def _step_fields(lists: Lists) -> Fields:
    return {"clock": _one_of(_("办完了哪一步"), lists.stages), **_settle_fields(lists)}


def _check_fields(lists: Lists) -> Fields:
    del lists
    return {
        "passed": _one_of(
            _("办好了没有"), (("yes", _("办好了，请报告人确认")), ("no", _("没有办好，退给承办单位接着办")))
        ),
        "note": _text(_("看到了什么"), _("办理这件事的人不能自己核查。这段话公开。")),
    }


def _change_fields(lists: Lists) -> Fields:
    return {
        "clock": _one_of(_("哪个期限"), lists.clocks),
        "change": _one_of(_("怎么改"), _labels(CHANGE_LABELS)),
        "ground": _one_of(_("理由"), _labels(CLOCK_GROUND_LABELS)),
        "number": forms.DecimalField(
            label=_("延长多少"),
            required=False,
            min_value=1,
            max_value=60,
            decimal_places=1,
            help_text=_("只在延长时填，最多 60。"),
            localize=False,
        ),
        "unit": forms.ChoiceField(
            label=_("单位（时间）"),
            required=False,
            choices=(("", "—"), *_labels(UNIT_LABELS)),
            error_messages=UNKNOWN,
        ),
        "note": _text(_("说明"), _("由另一个人审签；审签之前期限照走。"), most=1_000),
    }


def _decide_fields(lists: Lists) -> Fields:
    return {
        "request": _one_of(_("哪份申请"), lists.requests),
        "granted": _one_of(_("准不准"), (("yes", _("准许")), ("no", _("不准许")))),
        "note": _text(_("说明"), required=False, rows=3),
    }


def _resume_fields(lists: Lists) -> Fields:
    return {"clock": _one_of(_("哪个期限"), lists.paused), "note": _text(_("说明"), required=False, rows=3)}


def _hang_fields(lists: Lists) -> Fields:
    del lists
    return {
        "note": _text(_("为什么眼下解决不了"), _("至少 10 个字，列入公开的挂账名单。写明缺什么、等什么。"))
    }


def _note_only(lists: Lists) -> Fields:
    del lists
    return {"note": _text(_("说明"), required=False, rows=3)}


def _close_fields(lists: Lists) -> Fields:
    del lists
    return {
        "outcome": _one_of(
            _("为什么不办"), tuple((o.value, OUTCOME_LABELS[o]) for o in Outcome if o in rules.CLOSED_BY_LEAD)
        ),
        "whose": _line(_("该找谁"), _("不归本市机关管的，写明归谁管、怎么联系。"), required=False),
        "note": _text(_("说明"), _("写给报告人看：为什么，凭哪一条。这段话公开。")),
    }


def _fold_fields(lists: Lists) -> Fields:
    del lists
    return {
        "into": _line(_("并入哪一件"), _("填编号。并入以后，那一件的进展同样告知这位报告人。"), most=40),
        "note": _text(_("怎么看出是同一件"), required=False, rows=3),
    }


def _record_fields(lists: Lists) -> Fields:
    del lists
    return {"note": _text(_("情况"), _("记入经过，公开。不要写人的姓名、电话。"))}


def _evidence_fields(lists: Lists) -> Fields:
    del lists
    return {
        "photos": PhotosField(
            label=_("照片"), most=1, help_text=_("公开展示。不要拍到人脸、车牌；照片里的位置信息会去掉。")
        )
    }


def _propose_fields(lists: Lists) -> Fields:
    return {"precedent": _one_of(_("根据哪一次裁定"), lists.rulings), "text": _text(_("建议清单怎么改"))}


# ---- From what was given to the operation ---------------------------------------------------------------------------


def _same(turn: Turn) -> dict[str, Any]:
    return {"actor": turn.actor, "at": turn.at, "number": turn.number, "seen": turn.seen}


def _settlement(turn: Turn) -> Settlement:
    document = turn.given["document"].strip()
    return Settlement(
        number=turn.number,
        note=turn.given["note"],
        evidence=tuple(turn.given.get("photos", ())),
        facts={"document": document} if document else {},
    )


def _accept(turn: Turn) -> Any:
    return operations.accept_cases(actor=turn.actor, at=turn.at, numbers=[turn.number], seen=turn.seen)


def _return(turn: Turn) -> Any:
    return operations.return_case(
        **_same(turn),
        ground=ReturnGround(turn.given["ground"]),
        named=turn.given["named"],
        note=turn.given["note"],
    )


def _settle(turn: Turn) -> Any:
    return operations.settle_cases(
        actor=turn.actor, at=turn.at, settlements=[_settlement(turn)], seen=turn.seen
    )


def _check(turn: Turn) -> Any:
    return operations.check_case(**_same(turn), passed=turn.given["passed"] == "yes", note=turn.given["note"])


def _change(turn: Turn) -> Any:
    given = turn.given
    return operations.request_clock_change(
        actor=turn.actor,
        at=turn.at,
        clock=int(given["clock"]),
        change=ClockChange(given["change"]),
        ground=ClockGround(given["ground"]),
        note=given["note"],
        number=given["number"],
        unit=Unit(given["unit"]) if given["unit"] else None,
    )


def _decide(turn: Turn) -> Any:
    return operations.decide_clock_change(
        actor=turn.actor,
        at=turn.at,
        request=int(turn.given["request"]),
        granted=turn.given["granted"] == "yes",
        note=turn.given["note"],
    )


def _resume(turn: Turn) -> Any:
    return operations.resume_clock(
        actor=turn.actor, at=turn.at, clock=int(turn.given["clock"]), note=turn.given["note"]
    )


def _close(turn: Turn) -> Any:
    return operations.close_case(
        **_same(turn),
        outcome=Outcome(turn.given["outcome"]),
        note=turn.given["note"],
        whose=turn.given["whose"],
    )


def _evidence(turn: Turn) -> Any:
    return operations.attach_evidence(
        actor=turn.actor, at=turn.at, number=turn.number, photo=turn.given["photos"][0]
    )


def _propose(turn: Turn) -> Any:
    return operations.propose_list_change(
        actor=turn.actor, at=turn.at, precedent=int(turn.given["precedent"]), text=turn.given["text"]
    )


def _plainly(operation: Callable[..., Any]) -> Callable[[Turn], Any]:
    """字段名就是参数名。 For an operation whose arguments are the fields as they are."""
    return lambda turn: operation(**_same(turn), **turn.given)


ACTS: Final[Mapping[str, ActForm]] = {
    "accept_case": ActForm(fields=_no_fields, run=_accept, on_entry=True),
    "settle_case": ActForm(fields=_settle_fields, run=_settle, on_entry=True),
    "settle_part": ActForm(
        fields=_settle_fields,
        on_entry=True,
        run=lambda turn: operations.settle_part(**_same(turn), settlement=_settlement(turn)),
    ),
    "settle_step": ActForm(
        fields=_step_fields,
        on_entry=True,
        run=lambda turn: operations.settle_step(
            **_same(turn), clock=int(turn.given["clock"]), settlement=_settlement(turn)
        ),
    ),
    "check_case": ActForm(fields=_check_fields, run=_check, on_entry=True),
    "rule_case": ActForm(fields=_rule_fields, run=_plainly(operations.rule_case)),
    "dispatch_case": ActForm(fields=_dispatch_fields, run=_plainly(operations.dispatch_case)),
    "decide_clock_change": ActForm(fields=_decide_fields, run=_decide, on_entry=True),
    "unhang_case": ActForm(fields=_note_only, run=_plainly(operations.unhang_case), on_entry=True),
    "resume_clock": ActForm(fields=_resume_fields, run=_resume, on_entry=True),
    "ask_assistance": ActForm(fields=_assist_fields, run=_plainly(operations.ask_assistance), on_entry=True),
    "request_clock_change": ActForm(fields=_change_fields, run=_change, on_entry=True),
    "note_case": ActForm(fields=_record_fields, run=_plainly(operations.note_case)),
    "attach_evidence": ActForm(fields=_evidence_fields, run=_evidence),
    "propose_list_change": ActForm(fields=_propose_fields, run=_propose),
    "fold_case": ActForm(fields=_fold_fields, run=_plainly(operations.fold_case), grave=True),
    "hang_case": ActForm(fields=_hang_fields, run=_plainly(operations.hang_case), grave=True),
    "return_case": ActForm(fields=_return_fields, run=_return, grave=True),
    "close_case": ActForm(fields=_close_fields, run=_close, grave=True),
}
# What an operation calls a thing, where the form calls it otherwise.
FIELD_OF: Final[Mapping[str, str]] = {"evidence": "photos", "photo": "photos"}


def form_of(verb: str, lists: Lists) -> type[forms.Form]:
    """某行为的表单类。 The form class of a verb. Raises KeyError for a verb without a form."""
    return _form_class(ACTS[verb].fields(lists))


def _form_class(fields: Fields) -> type[forms.Form]:
    made: type[forms.Form] = type("ActQuestions", (forms.Form,), {**fields, "use_required_attribute": False})
    return made


# ---- What a reporter may say ------------------------------------------------------------------------------------------


def _dispute_fields(lists: Lists) -> Fields:
    del lists
    return {"note": _text(_("哪里没有解决？"), _("写您看到的就行。只给办理这件事的人看，不公开。"))}


def _withdraw_fields(lists: Lists) -> Fields:
    del lists
    return {"note": _text(_("为什么撤回？"), _("比如：已经自己好了。只给办理的人看，不公开。"), rows=3)}


OWN_ACTS: Final[Mapping[str, ActForm]] = {
    "confirm": ActForm(fields=_no_fields, run=_plainly(operations.confirm_case)),
    "dispute": ActForm(fields=_dispute_fields, run=_plainly(operations.dispute_case)),
    "withdraw": ActForm(
        fields=_withdraw_fields,
        grave=True,
        run=lambda turn: operations.close_case(
            **_same(turn), outcome=Outcome.WITHDRAWN, note=turn.given["note"]
        ),
    ),
}


def own_form_of(what: str) -> type[forms.Form]:
    """报告人的表单类。 The form class of what a reporter may do."""
    return _form_class(OWN_ACTS[what].fields(Lists()))
