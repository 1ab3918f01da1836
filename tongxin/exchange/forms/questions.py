"""问法。 Kinds of question that the forms of lawful data ask."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

Fields = dict[str, forms.Field]
Choices = Sequence[tuple[str, Any]]

MISSING: Final = {"required": _("这一项要填"), "invalid": _("写法不对")}
UNKNOWN: Final = {"required": _("请选一项"), "invalid_choice": _("请从列出的选项里选")}
BAD_NUMBER: Final = {"required": _("请写数字"), "invalid": _("请写整数"), "min_value": _("不能是负数")}
BAD_MOMENT: Final = {"required": _("请写日期和时间"), "invalid": _("写成 2027-06-30 18:00:00 的样子")}


def area(
    label: Any, hint: Any = "", *, required: bool = True, rows: int = 3, most: int = 2_000
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


def choice(label: Any, choices: Choices, hint: Any = "") -> forms.Field:
    """选一项。 One of several."""
    return forms.ChoiceField(
        label=label, help_text=hint, choices=choices, error_messages=UNKNOWN, widget=forms.RadioSelect
    )


def several(label: Any, choices: Choices, hint: Any = "") -> forms.Field:
    """选几项。 Several of many."""
    return forms.MultipleChoiceField(
        label=label, help_text=hint, choices=choices, error_messages={**UNKNOWN, "required": _("至少选一项")},
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def number(label: Any, hint: Any = "", *, least: int = 1) -> forms.Field:
    """数。 A whole number."""
    return forms.IntegerField(
        label=label, help_text=hint, min_value=least, max_value=10**12, error_messages=BAD_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "12"}),
    )  # fmt: skip


def moment(label: Any, hint: Any = "") -> forms.Field:
    """时刻，到秒。 A moment, to the second."""
    return forms.DateTimeField(
        label=label, help_text=hint, error_messages=BAD_MOMENT,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": "1"}),
    )  # fmt: skip


def words_of(text: str) -> tuple[str, ...]:
    """逐行。 The lines of a text that say something."""
    return tuple(one.strip() for one in text.replace("；", "\n").splitlines() if one.strip())
