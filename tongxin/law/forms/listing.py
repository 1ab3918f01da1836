"""清单的表单：申请、审定、移出。 Forms of the lists: applying, deciding, taking off.

One page asks everything a list needs of an entry. What was typed stays, also where a rule stands against it; every objection is
put beside the question where it is mended.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongxin.law.rules.natures import NATURE_WORDS, NATURES_OF, Ask, Fact, Listing, Words, facts_of
from tongxin.law.rules.proposals import Objection, Proposal, Rest

ROWS: Final = 4
LEVELS: Final = (
    ("", _("不限层级")), ("city", _("市级")), ("district", _("县（市、区）级")), ("street", _("乡镇（街道）级")),
)  # fmt: skip
ROLES: Final = (("mandatory", _("必备：它失效，这一项就停用")), ("beside", _("参考：它失效，这一项照旧")))
BAD_DAY: Final = {"invalid": _("日期写成 2026-11-24 的样子")}
MISSING: Final = {"required": _("这一项要填")}
PHRASES: Final = frozenset({"no_phrase", "phrase_not_there", "holder_not_named"})
# The permanent address of a clause, as copied from its own page (…/a53.p1/) or from its place in the text (…/#a53.p1).
_ADDRESS: Final = re.compile(
    r"(?:https?://[^/\s]+)?/law/(?P<key>[a-z0-9/-]+)@(?P<day>\d{4}-\d{2}-\d{2})/"
    r"(?:#(?P<there>[^\s#]+)|(?P<own>[a-z0-9.-]+?)(?:\.json|/?)(?:[?#]\S*)?)"
)

Functions = Sequence[tuple[str, str, str]]


def clause_ref(text: str) -> str:
    """条款的引用。 The reference that was typed: as it is, or read out of the clause's permanent address."""
    found = _ADDRESS.fullmatch(text.strip())
    return f"law:{found['key']}@{found['day']}#{found['there'] or found['own']}" if found else text.strip()


class ApplyForm(forms.Form):
    """申请列入清单。 Applying to list an entry: what it is, who holds it, what the list asks, what it rests on.

    What is needed of the facts and clauses is the rules' to say, all at once; the page only shows beforehand what surely is.
    """

    use_required_attribute = False

    code = forms.CharField(
        label=_("代码"), max_length=80, error_messages=MISSING,
        help_text=_("小写字母、数字和连字符，清单里不能重复；列入以后不再改。"),
    )  # fmt: skip
    name = forms.CharField(label=_("名称"), max_length=200, error_messages=MISSING)
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    category = forms.CharField(label=_("类别"), max_length=80, required=False)
    category_en = forms.CharField(label=_("英文类别"), max_length=120, required=False)
    holder = forms.ChoiceField(label=_("谁来承担"), error_messages={"required": _("请选一项")})
    level = forms.ChoiceField(label=_("哪一级"), choices=LEVELS, required=False)
    nature = forms.ChoiceField(label=_("性质"), error_messages={"required": _("请选一项")})
    valid_from = forms.DateField(
        label=_("从哪天起"), required=False, error_messages=BAD_DAY,
        help_text=_("不填就从列入那天起；不能早于列入那天。"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    temporary = forms.BooleanField(
        label=_("紧急，临时列入"), required=False,
        help_text=_("须有截止日期，并由牵头机构写明同意的理由。"),
    )  # fmt: skip
    valid_to = forms.DateField(
        label=_("到哪天止"), required=False, error_messages=BAD_DAY, help_text=_("到这一天就不再在清单上。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("为什么要列入"), max_length=2000, error_messages=MISSING, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip

    def __init__(self, listing: Listing, functions: Functions, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.listing, self.functions = listing, functions
        self.rows: list[int] = []
        choose = [("", _("请选一项"))]
        self.fields["holder"].choices = [*choose, *_function_choices(functions)]  # type: ignore[attr-defined]
        natures = [(nature.value, said(NATURE_WORDS[nature])) for nature in NATURES_OF[listing]]
        self.fields["nature"].choices = natures if len(natures) == 1 else [*choose, *natures]  # type: ignore[attr-defined]
        for fact in facts_of(listing):
            self.fields[f"fact_{fact.name}"] = _field_of(fact, functions)
        for n in range(ROWS):
            self.fields.update(_row(n))

    def own(self) -> list[Any]:
        """各张清单都问的。 The bound fields that every list asks, in the order of the page."""
        asked = ("code", "name", "name_en", "category", "category_en", "holder", "level", "nature")
        return [self[name] for name in asked]

    def facts(self) -> list[Any]:
        """这张清单才问的。 The bound fields of this list's own facts."""
        nature = str(self["nature"].value() or "")
        alone = len(NATURES_OF[self.listing]) == 1
        for fact in facts_of(self.listing):
            fits = not fact.natures or nature in fact.natures or alone
            self.fields[f"fact_{fact.name}"].required = fact.required and fact.when is None and fits
        return [self[name] for name in self.fields if name.startswith("fact_")]

    def rests(self) -> list[tuple[Any, Any, Any]]:
        """所依的条款各行。 The bound fields of each clause: reference, words, role."""
        self.fields["clause_0"].required = self.fields["phrase_0"].required = True
        return [(self[f"clause_{n}"], self[f"phrase_{n}"], self[f"role_{n}"]) for n in range(ROWS)]

    def timing(self) -> list[Any]:
        """起止与理由。 The bound fields of dates and reason."""
        return [self[name] for name in ("valid_from", "temporary", "valid_to", "reason")]

    def proposal(self) -> Proposal:
        """填成的申请。 The proposal that was typed. Call after `is_valid`."""
        got = self.cleaned_data
        holder, level = got["holder"], got["level"]
        plain = ("code", "name", "name_en", "category", "category_en", "nature", "reason")
        return Proposal(
            listing=self.listing.value,
            **{name: str(got[name]).strip() for name in plain},
            holder=f"{holder}@{level}" if level else holder,
            temporary=got["temporary"],
            valid_from=got["valid_from"],
            valid_to=got["valid_to"],
            facts={fact.name: self._given(fact) for fact in facts_of(self.listing) if self._given(fact)},
            rests=self._rests(),
        )

    def _given(self, fact: Fact) -> Any:
        value = self.cleaned_data.get(f"fact_{fact.name}")
        if fact.ask is Ask.SEVERAL:
            return list(value or ())
        if fact.ask is Ask.CLAUSE:
            return clause_ref(str(value or ""))
        return ";".join(value) if isinstance(value, list) else str(value or "").strip()

    def _rests(self) -> tuple[Rest, ...]:
        found = []
        self.rows = []
        for n in range(ROWS):
            ref = clause_ref(self.cleaned_data[f"clause_{n}"])
            phrase = self.cleaned_data[f"phrase_{n}"].strip()
            if ref or phrase:
                self.rows.append(n)
                mandatory = self.cleaned_data[f"role_{n}"] != "beside"
                found.append(Rest(ref=ref, phrase=phrase, mandatory=mandatory))
        return tuple(found)

    def mark(self, found: Sequence[Objection]) -> None:
        """把每个理由写到能改的那一问旁边。 Put every objection beside the question where it is mended."""
        for one in found:
            name = self.question_of(one)
            words = said((one.reason, one.reason_en))
            self.add_error(name, f"{words}（{one.clause}）" if one.clause else words)

    def question_of(self, one: Objection) -> str | None:
        """在哪一问改。 The question where an objection is mended; None when it belongs to no single one."""
        field, _dot, rest = one.field.partition(".")
        if field == "facts":
            name = f"fact_{rest}"
        elif field == "rests":
            row = self.rows[int(rest)] if rest and int(rest) < len(self.rows) else 0
            name = f"phrase_{row}" if one.code in PHRASES else f"clause_{row}"
        else:
            name = field
        return name if name in self.fields else None


def said(words: Words) -> str:
    """按语言取一句。 The one of two texts that is in the page's language."""
    return words[1] if (get_language() or "").startswith("en") else words[0]


def _function_choices(functions: Functions) -> list[tuple[str, str]]:
    return [(word, said((zh, en))) for word, zh, en in functions]


def _field_of(fact: Fact, functions: Functions) -> forms.Field:
    # Whether a fact is needed depends on the nature and on other facts: the rules say it, not the field.
    label = capfirst(said(fact.words))
    choices = [(value, said((zh, en))) for value, zh, en in fact.choices]
    if fact.ask is Ask.SEVERAL:
        return forms.MultipleChoiceField(
            label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
        )
    if fact.ask is Ask.ONE:
        return forms.ChoiceField(label=label, choices=[("", _("请选一项")), *choices], required=False)
    if fact.ask is Ask.FUNCTION and fact.name == "assist":
        return forms.MultipleChoiceField(
            label=label, choices=_function_choices(functions), widget=forms.SelectMultiple(attrs={"size": 6}), required=False
        )  # fmt: skip
    if fact.ask is Ask.FUNCTION:
        return forms.ChoiceField(
            label=label, choices=[("", _("请选一项")), *_function_choices(functions)], required=False
        )
    widget = forms.Textarea(attrs={"rows": 3}) if fact.ask is Ask.LINES else forms.TextInput()
    return forms.CharField(label=label, max_length=2000, widget=widget, required=False)


def _row(n: int) -> dict[str, forms.Field]:
    return {
        f"clause_{n}": forms.CharField(label=_("条款"), max_length=300, required=False),
        f"phrase_{n}": forms.CharField(label=_("指明承担者的文字"), max_length=120, required=False),
        f"role_{n}": forms.ChoiceField(label=_("作用"), choices=ROLES, required=False),
    }


class DecideForm(forms.Form):
    """审定。 What is said when an application is admitted or withdrawn."""

    note = forms.CharField(
        label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseForm(forms.Form):
    """不予列入。 Why an application is refused, and under which clause."""

    reason = forms.CharField(
        label=_("不予列入的理由"), max_length=2000, error_messages=MISSING, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    clause = forms.CharField(
        label=_("依哪一条"), max_length=300, error_messages=MISSING,
        help_text=_("粘贴这一条的固定网址，或者写 law:…@日期#条款。"),
    )  # fmt: skip


class EndForm(forms.Form):
    """移出清单。 Why an entry is taken off, and from which day."""

    reason = forms.CharField(
        label=_("为什么移出"), max_length=2000, error_messages=MISSING, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    day = forms.DateField(
        label=_("从哪天起不在清单上"), required=False, error_messages=BAD_DAY, help_text=_("不填就从今天起。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
