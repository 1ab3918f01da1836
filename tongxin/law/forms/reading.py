"""读一部法时的输入。 What the pages of one instrument take in: a day, two versions to compare."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.law.models import Version

NOT_A_DAY: Final = {"invalid": _("日期写成 2026-11-24 的样子")}


class DayForm(forms.Form):
    """看哪一天的文本。 On which day to read a text."""

    on = forms.DateField(
        label=_("看哪一天有效的文本"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=NOT_A_DAY,
    )

    def day(self) -> date | None:
        """问的那一天。 The day asked for; None when none was, or none that exists."""
        chosen: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return chosen


class CompareForm(forms.Form):
    """对照哪两个版本。 Which two versions to compare; without a choice the last two."""

    def __init__(self, data: Any, *, versions: Sequence[Version]) -> None:
        """`versions`: those with a text, the oldest first."""
        days = [(row.adopted.isoformat(), row.adopted.isoformat()) for row in reversed(versions)]
        last = [day for day, _label in days[:2]]
        given = {
            "from": data.get("from") or (last[-1] if last else ""),
            "to": data.get("to") or (last[0] if last else ""),
        }
        super().__init__(given)
        wrong = {"invalid_choice": _("书里没有这个版本的文本")}
        self.fields["from"] = forms.ChoiceField(label=_("从哪个版本"), choices=days, error_messages=wrong)
        self.fields["to"] = forms.ChoiceField(label=_("到哪个版本"), choices=days, error_messages=wrong)
        self._versions = {row.adopted.isoformat(): row for row in versions}

    def chosen(self) -> tuple[Version, Version] | None:
        """选定的两个版本，旧的在前。 The two versions, the older first; None when they are not two."""
        if not self.is_valid() or self.cleaned_data["from"] == self.cleaned_data["to"]:
            return None
        one, other = sorted((self.cleaned_data["from"], self.cleaned_data["to"]))
        return self._versions[one], self._versions[other]
