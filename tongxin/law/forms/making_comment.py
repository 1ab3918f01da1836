"""提意见的表单，一页一问。 The forms of commenting, one question a page; what was answered goes along from page to page."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.law.forms.making import UNKNOWN, Choices
from tongxin.law.rules.making import CommentPurpose, NewComment

PAGES: Final = ("clause", "text", "who", "check")
ANSWERS: Final = ("clause", "text", "name", "name_shown", "email", "phone")
TEXT_MOST: Final = 4_000
CHANNEL_LABELS: Final[Mapping[str, Any]] = {
    "web": _("网上"),
    "letter": _("来信"),
    "meeting": _("座谈、当面说的"),
}
PURPOSE_LABELS: Final[Mapping[CommentPurpose, Any]] = {
    CommentPurpose.UNDERSTAND: _("问清楚意见说的是什么"),
    CommentPurpose.INVITE: _("请来参加听证会、座谈会"),
    CommentPurpose.SEND_RESULT: _("告知处理结果"),
}


class ClauseForm(forms.Form):
    """对哪一条。 On which clause, or on the whole."""

    use_required_attribute = False
    clause = forms.ChoiceField(
        label=_("您对哪一条有意见？"), required=False, error_messages=UNKNOWN, widget=forms.Select
    )

    def __init__(self, clauses: Choices, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["clause"]
        field.choices = [("", _("整部草案")), *clauses]


class TextForm(forms.Form):
    """您的意见。 The comment itself."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("您的意见"), max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("说哪里不妥、该怎么改、为什么。请不要写别人的姓名、电话。"),
        error_messages={"required": _("请写下您的意见"), "max_length": _("最多 %(limit_value)s 字，现在 %(show_value)s 字")},
    )  # fmt: skip


class WhoForm(forms.Form):
    """怎么称呼您、怎么找您，都可以不填。 Name and how to be reached: all may be left empty."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("姓名"), required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    name_shown = forms.BooleanField(label=_("和意见一起公开我的姓名"), required=False)
    email = forms.EmailField(
        label=_("邮箱"),
        required=False,
        max_length=254,
        help_text=_("有了答复写信告诉您。"),
        error_messages={"invalid": _("邮箱写法不对，应像 name@example.com")},
    )
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )


class CommentPurposeForm(forms.Form):
    """查看的目的。 For which purpose what a commenter left is looked at: a closed list."""

    use_required_attribute = False
    purpose = forms.ChoiceField(
        label=_("为了什么打开"),
        choices=tuple((p.value, label) for p, label in PURPOSE_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages=UNKNOWN,
    )


def comment_of(answers: Mapping[str, str], *, key: str, language: str) -> NewComment:
    """由各页的答案得出意见。 The comment that the answers of all pages make."""
    return NewComment(
        client_key=key,
        text=answers.get("text", ""),
        clause=answers.get("clause", ""),
        name=answers.get("name", ""),
        name_shown=bool(answers.get("name_shown")),
        email=answers.get("email", ""),
        phone=answers.get("phone", ""),
        language=language,
    )
