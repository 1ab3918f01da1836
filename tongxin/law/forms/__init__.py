"""法律与清单页面的输入。 What the pages of law and lists take in: a day, some words, a category."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class BookForm(forms.Form):
    """哪一天的法律。 The law of which day, and words of a title."""

    on = forms.DateField(
        label=_("哪一天有效的"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("日期写成 2026-11-24 的样子")},
    )  # fmt: skip
    q = forms.CharField(
        label=_("名称里的字"), required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )

    def day(self, today: date) -> date:
        """问的那一天，没写就是今天。 The day asked for; today when none, or none that exists."""
        chosen: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return chosen or today

    def words(self) -> str:
        """名称里的字。 The words asked for."""
        given: Any = self.cleaned_data.get("q", "") if self.is_valid() else ""
        return str(given).strip()
