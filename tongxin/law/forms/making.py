"""立法表单的词与问法。 The words and kinds of question of the forms of law-making; the form in which a law is proposed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.law.rules.making import (
    SUBJECTS,
    NewProject,
    Outcome,
    Purpose,
    Subject,
)
from tongxin.law.rules.making_days import Kind

Fields = dict[str, forms.Field]
Choices = Sequence[tuple[str, Any]]

KIND_LABELS: Final[Mapping[Kind, Any]] = {Kind.REGULATION: _("地方性法规"), Kind.RULE: _("政府规章")}
PURPOSE_LABELS: Final[Mapping[Purpose, Any]] = {
    Purpose.ENACT: _("制定一部新的"),
    Purpose.AMEND: _("修改现行的"),
    Purpose.REPEAL: _("废止现行的"),
    Purpose.INTERPRET: _("解释现行的"),
}
WHAT_LABELS: Final[Mapping[tuple[Purpose, Kind], Any]] = {
    (Purpose.ENACT, Kind.REGULATION): _("制定地方性法规"),
    (Purpose.AMEND, Kind.REGULATION): _("修改地方性法规"),
    (Purpose.REPEAL, Kind.REGULATION): _("废止地方性法规"),
    (Purpose.INTERPRET, Kind.REGULATION): _("解释地方性法规"),
    (Purpose.ENACT, Kind.RULE): _("制定政府规章"),
    (Purpose.AMEND, Kind.RULE): _("修改政府规章"),
    (Purpose.REPEAL, Kind.RULE): _("废止政府规章"),
    (Purpose.INTERPRET, Kind.RULE): _("解释政府规章"),
}
SUBJECT_LABELS: Final[Mapping[Subject, Any]] = {
    Subject.URBAN_RURAL: _("城乡建设与管理"),
    Subject.ECOLOGY: _("生态文明建设"),
    Subject.HERITAGE: _("历史文化保护"),
    Subject.GOVERNANCE: _("基层治理"),
    Subject.OTHER: _("都不是"),
}
OUTCOME_LABELS: Final[Mapping[Outcome, Any]] = {
    Outcome.ADOPTED: _("采纳"),
    Outcome.PARTLY: _("部分采纳"),
    Outcome.NOT_ADOPTED: _("没有采纳"),
    Outcome.NOTED: _("记下，留作执行或者以后修改时研究"),
}
MISSING: Final = {"required": _("这一项要填"), "invalid": _("写法不对")}
UNKNOWN: Final = {"required": _("请选一项"), "invalid_choice": _("请从列出的选项里选")}
BAD_DAY: Final = {"required": _("请写日期"), "invalid": _("日期写成 2026-11-24 的样子")}
BAD_NUMBER: Final = {
    "required": _("请写数字"),
    "invalid": _("请写整数"),
    "min_value": _("不能是负数"),
}
assert set(SUBJECTS) == set(Subject) - {Subject.OTHER}  # noqa: S101 - the labels above are those four


# ---- The questions --------------------------------------------------------------------------------------------------


def area(
    label: Any, hint: Any = "", *, required: bool = True, rows: int = 4, most: int = 20_000
) -> forms.Field:
    """一段文字。 A text of several lines."""
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, error_messages=MISSING,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def line(label: Any, hint: Any = "", *, required: bool = True, most: int = 200) -> forms.Field:
    """一行。 A text of one line."""
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=most, error_messages=MISSING,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def day(label: Any, hint: Any = "", *, required: bool = True) -> forms.Field:
    """日期。 A day."""
    return forms.DateField(
        label=label, help_text=hint, required=required, error_messages=BAD_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


def when() -> forms.Field:
    """事情发生的日期。 The day on which a step happened; today when it is left empty."""
    return day(_("哪一天"), _("不填就是今天；不能早于上一步。"), required=False)


def choice(label: Any, choices: Choices, hint: Any = "", *, radio: bool = True) -> forms.Field:
    """选一项。 One of several."""
    return forms.ChoiceField(
        label=label, help_text=hint, choices=choices, error_messages=UNKNOWN,
        widget=forms.RadioSelect if radio else forms.Select,
    )  # fmt: skip


def count(label: Any) -> forms.Field:
    """数。 A number of people."""
    return forms.IntegerField(
        label=label, min_value=0, max_value=10_000, error_messages=BAD_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )  # fmt: skip


def tick(label: Any, hint: Any = "") -> forms.Field:
    """打勾。 Yes or no."""
    return forms.BooleanField(label=label, help_text=hint, required=False)


MAJOR: Final = (
    _("涉及利益关系重大调整，或者有重大分歧"),
    _("选了，表决（报审）之前就要举行听证会。"),
)
YES_NO: Final[Choices] = (("yes", _("通过")), ("no", _("没有通过")))


class ProposeForm(forms.Form):
    """提出立法项目。 What is proposed: a regulation or a rule, on which subject, and why."""

    use_required_attribute = False

    def __init__(self, targets: Choices, *given: Any, **named: Any) -> None:
        """`targets`: the city's own instruments that may be amended, repealed or interpreted."""
        super().__init__(*given, **named)
        self.fields |= {
            "kind": choice(_("立什么法"), [(k.value, KIND_LABELS[k]) for k in Kind]),
            "purpose": choice(_("做什么"), [(p.value, PURPOSE_LABELS[p]) for p in Purpose]),
            "title": line(_("题名"), _("规章一般称“规定”“办法”，不称“条例”。")),
            "title_en": line(_("英文题名"), required=False, most=300),
            "target": forms.ChoiceField(
                label=_("修改、废止或者解释哪一部"), required=False, choices=[("", _("新制定，不涉及")), *targets],
                help_text=_("新制定的不选。"), error_messages=UNKNOWN,
            ),
            "subject": choice(_("属于哪方面的事项"), [(s.value, SUBJECT_LABELS[s]) for s in Subject],
                               _("设区的市只能就这四方面的事项立法。")),
            "stands_in": tick(_("先用规章规定应当由地方性法规规定的事"),
                               _("条件还不成熟又迫切需要时可以这样；施行满两年就不能再作依据。")),
            "reason": area(_("为什么要立"), _("必要性，要解决的主要问题，打算怎么解决。")),
        }  # fmt: skip

    def law(self) -> NewProject:
        """提出的项目。 The project as it was typed. For a form without faults."""
        given = self.cleaned_data
        return NewProject(
            kind=Kind(given["kind"]),
            purpose=Purpose(given["purpose"]),
            title=given["title"],
            title_en=given["title_en"],
            subject=Subject(given["subject"]),
            reason=given["reason"],
            target=given["target"],
            stands_in=given["stands_in"],
        )
