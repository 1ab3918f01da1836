"""删除报告人信息的表单。 The form of erasing what a reporter left."""

from django import forms
from django.utils.translation import gettext_lazy as _


class EraseForm(forms.Form):
    """答复。 What the person is told."""

    use_required_attribute = False
    answer = forms.CharField(
        label=_("答复"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("本人会看到。"),
        error_messages={"required": _("请写清楚")},
    )
