"""统计发布的表单。 Forms of statistics: asking, deciding, setting a budget."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.exchange.rules.releases import Protection, Query

NEEDED: Final = {
    "required": _("这一项要填"),
    "invalid": _("请填整数"),
    "invalid_choice": _("请从列出的里面选一样"),
}
Choices = Sequence[tuple[str, str]]


class AskReleaseForm(forms.Form):
    """提出统计。 Which item by which fields, how small numbers are protected, and why."""

    use_required_attribute = False

    first = forms.ChoiceField(label=_("按什么分组"), error_messages=NEEDED)
    second = forms.ChoiceField(label=_("再按什么分组"), required=False, error_messages=NEEDED)
    third = forms.ChoiceField(label=_("还按什么分组"), required=False, error_messages=NEEDED)
    crossed = forms.BooleanField(
        label=_("最后一个字段横着排，两边都有合计"), required=False,
        help_text=_("不选，就在前一个字段下面分层。"),
    )  # fmt: skip
    only = forms.ChoiceField(label=_("只看一部分：哪个字段"), required=False, error_messages=NEEDED)
    only_value = forms.CharField(label=_("只看一部分：哪个值"), required=False, max_length=80)
    protection = forms.ChoiceField(
        label=_("小数怎么保护"), widget=forms.RadioSelect, initial=Protection.SUPPRESSED.value, error_messages=NEEDED,
        choices=((Protection.SUPPRESSED.value, _("隐去小数，连同会暴露它们的数")),
                 (Protection.NOISED.value, _("每一格加噪，从隐私预算里支出"))),
    )  # fmt: skip
    threshold = forms.IntegerField(
        label=_("少于多少不公布"), required=False, initial=10, error_messages=NEEDED,
        help_text=_("隐去小数时用。"), widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    epsilon = forms.IntegerField(
        label=_("花多少预算（百万分之一 ε）"), required=False, initial=500_000, error_messages=NEEDED,
        help_text=_("加噪时用。越多越准，预算也用得越快。"), widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    domain = forms.CharField(
        label=_("各字段有哪些值"), required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("加噪时用。一行一个字段：字段名，冒号，各个值用顿号或逗号隔开。没有写到的都算作“—”。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("为什么要发布"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=NEEDED,
    )

    def __init__(self, fields: Choices, *given: Any, **named: Any) -> None:
        """`fields`: what the item may be grouped by, with their words."""
        super().__init__(*given, **named)
        for name in ("first", "second", "third", "only"):
            field: Any = self.fields[name]
            field.choices = [("", _("请选") if name == "first" else _("不用")), *fields]

    def query(self, item: str) -> Query:
        """问题。 The question that was asked of an item."""
        given = self.cleaned_data
        return Query(
            item=item,
            year=0,  # the act puts the city's year
            by=tuple(one for one in (given["first"], given["second"], given["third"]) if one),
            crossed=given["crossed"],
            protection=Protection(given["protection"]),
            only=(given["only"], given["only_value"].strip()) if given["only"] else None,
            domain=tuple(_domain(given["domain"])),
            threshold=given["threshold"] or 0,
            epsilon=given["epsilon"] or 0,
        )

    def clean(self) -> dict[str, Any]:
        """只看一部分要写明值。 To narrow takes a value."""
        given = super().clean() or self.cleaned_data
        if given.get("only") and not given.get("only_value", "").strip():
            self.add_error("only_value", gettext("请写明只看哪个值"))
        return given


def _domain(text: str) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for line in text.replace("：", ":").replace("，", ",").replace("、", ",").splitlines():
        name, _colon, values = line.partition(":")
        if name.strip():
            found.append((name.strip(), tuple(one.strip() for one in values.split(",") if one.strip())))
    return found


class DecideReleaseForm(forms.Form):
    """发布或者不发布。 Releasing a table, or declining to, with a note."""

    use_required_attribute = False
    note = forms.CharField(
        label=_("说明"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("不予发布的，写明理由。"),
    )  # fmt: skip


class BudgetForm(forms.Form):
    """定预算。 The whole budget of an item, in millionths of ε."""

    use_required_attribute = False
    item = forms.ChoiceField(label=_("目录项"), error_messages=NEEDED)
    total = forms.IntegerField(
        label=_("一共多少（百万分之一 ε）"), error_messages=NEEDED,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, items: Choices, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["item"]
        field.choices = [("", _("请选")), *items]
