"""草案的表单。 The form of a draft: the text, and for a rule every article that may limit rights, to be confirmed one by one."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.law.forms.making import BAD_DAY, MAJOR, MISSING
from tongxin.law.rules.making import NewDraft
from tongxin.law.rules.making_text import NONE_LIMITED, Candidate

EXCERPT: Final = 80
PREFIX: Final = "limits_"
Higher = Callable[[str, date], str]


class DraftForm(forms.Form):
    """一稿草案。 One text of a draft. `candidates` are the articles to confirm; `higher` finds the clause that somebody names."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("草案全文"), max_length=200_000, error_messages=MISSING,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"}),
        help_text=_("每条另起一行，以“第一条”开头；款各占一行；项以“（一）”开头。章写“## 第一章 总则”。"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("这一稿改了什么"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    major = forms.BooleanField(label=MAJOR[0], help_text=MAJOR[1], required=False)
    day = forms.DateField(
        label=_("哪一天"), required=False, help_text=_("不填就是今天；不能早于上一步。"),
        error_messages=BAD_DAY, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(
        self, candidates: tuple[Candidate, ...], higher: Higher, today: date, *given: Any, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.higher, self.today = higher, today
        self.candidates = candidates
        for one in candidates:
            self.fields[f"{PREFIX}{one.key}"] = _confirmation(one)

    @property
    def confirmations(self) -> list[forms.BoundField]:
        """要逐条确认的各问。 The questions about single articles."""
        return [self[f"{PREFIX}{one.key}"] for one in self.candidates]

    def clean(self) -> dict[str, Any]:
        """所称的条款要找得到。 Each clause that is named must be one in force."""
        given = super().clean() or self.cleaned_data
        for one in self.candidates:
            name = f"{PREFIX}{one.key}"
            if given.get(name):
                try:
                    given[name] = self.higher(given[name], given.get("day") or self.today)
                except ValueError:
                    self.add_error(
                        name, gettext("没有找到这一条现行有效的条款，写成“《行政处罚法》第二十条”的样子")
                    )
        return given

    def draft(self) -> NewDraft:
        """这一稿。 The draft as it was typed. For a form without faults."""
        given = self.cleaned_data
        limits = {one.key: given[f"{PREFIX}{one.key}"] for one in self.candidates}
        return NewDraft(text=given["text"], note=given["note"], limits=limits, major=given["major"])


def _confirmation(one: Candidate) -> forms.Field:
    words = "、".join(one.words)
    excerpt = one.text if len(one.text) <= EXCERPT else one.text[:EXCERPT] + "…"
    hint = gettext(
        "有“%(words)s”。执行哪一条上位法？写“《行政处罚法》第二十条”的样子；不减损权利也不增加义务的写“%(none)s”。"
    )
    return forms.CharField(
        label=f"{one.number}　{excerpt}",
        help_text=hint % {"words": words, "none": NONE_LIMITED},
        max_length=200,
        error_messages={"required": _("请确认这一条")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
