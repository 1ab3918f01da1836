"""法律与清单页面的输入。 What the pages of law and lists take in: a day, some words, a category."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from tongxin.law.queries.search import Asked
from tongxin.law.terms import INSTRUMENT_KEY


class LawForm(forms.Form):
    """按位阶、按主题挑选法律。 What the pages that choose among laws have in common: a day, a level, a subject."""

    on = forms.DateField(
        label=_("哪一天有效的"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("日期写成 2026-11-24 的样子")},
    )  # fmt: skip
    level = forms.ChoiceField(label=_("位阶"), required=False)
    subject = forms.ChoiceField(label=_("主题"), required=False)

    def __init__(self, data: Any = None, *, levels: Mapping[Any, Any], subjects: Mapping[str, Any]) -> None:
        """`levels` and `subjects`: what may be chosen, with the words that pages show."""
        super().__init__(data)
        every = ("", _("全部"))
        for name, choices in (("level", levels), ("subject", subjects)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type for the checker
            field.choices = [every, *((str(value), label) for value, label in choices.items())]

    def day(self, today: date) -> date:
        """问的那一天，没写就是今天。 The day asked for; today when none, or none that exists."""
        chosen: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return chosen or today

    def chosen(self, name: str) -> str:
        """选定的位阶或者主题。 The level or subject chosen; empty when none, or none that exists."""
        given: Any = self.cleaned_data.get(name, "") if self.is_valid() else ""
        return str(given or "").strip()


class BookForm(LawForm):
    """哪一天的法律。 The law of which day, and words of a title."""

    q = forms.CharField(
        label=_("名称里的字"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"null_characters_not_allowed": _("有打不出来的字符，请去掉")},
    )
    field_order = ("on", "q")

    def words(self) -> str:
        """名称里的字。 The words asked for."""
        return self.chosen("q")


class SearchForm(LawForm):
    """全文检索。 The full-text search: words, a day, a level, a subject; `of` keeps to one instrument, `all` asks also for what is
    not in force on the day.
    """

    q = forms.CharField(
        label=_("找什么"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("几个词用空格隔开，都要有；加引号的要连在一起。"),
        error_messages={
            "max_length": _("最多写 100 个字"),
            "null_characters_not_allowed": _("有打不出来的字符，请去掉"),
        },
    )
    of = forms.CharField(
        required=False,
        max_length=160,
        widget=forms.HiddenInput,
        validators=[RegexValidator(rf"\A(?:{INSTRUMENT_KEY.pattern})\Z", _("没有这样的文件"))],
    )
    all = forms.BooleanField(required=False, widget=forms.HiddenInput)
    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.HiddenInput,
        error_messages={
            "invalid": _("没有这一页"),
            "min_value": _("没有这一页"),
            "max_value": _("没有这一页"),
        },
    )
    field_order = ("q", "on", "level", "subject", "of", "all", "page")

    def __init__(self, data: Any = None, *, levels: Mapping[Any, Any], subjects: Mapping[str, Any]) -> None:
        """The day says here which clauses are in force; those that are not are shown where `all` asks for them."""
        super().__init__(data, levels=levels, subjects=subjects)
        self.fields["on"].label = _("有没有效，看哪一天")

    def asked(self, today: date) -> Asked:
        """问的是什么；有错就什么也没问。 What is asked; with anything wrong, nothing is."""
        return Asked(
            words=self.chosen("q"),
            day=self.day(today),
            level=self.chosen("level"),
            subject=self.chosen("subject"),
            of=self.chosen("of"),
            in_force=not self.chosen("all"),
            page=int(self.chosen("page") or 1),
        )
