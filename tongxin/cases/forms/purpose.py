"""查看的目的。 The purpose for which a reporter's particulars are looked at: asked before, from a closed list."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.cases.forms.acts import UNKNOWN
from tongxin.cases.operations import Purpose

PURPOSE_LABELS: Final[Mapping[Purpose, Any]] = {
    Purpose.FIND_PLACE: _("找到地点"),
    Purpose.CONTACT: _("联系报告人了解情况"),
    Purpose.CHECK_RESULT: _("核实办理结果"),
    Purpose.SEND_RESULT: _("告知办理结果"),
}


class PurposeForm(forms.Form):
    """查看的目的。 For which purpose the reporter's particulars are looked at: a closed list."""

    use_required_attribute = False
    purpose = forms.ChoiceField(
        label=_("为了什么打开"),
        choices=tuple((p.value, label) for p, label in PURPOSE_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages=UNKNOWN,
    )
