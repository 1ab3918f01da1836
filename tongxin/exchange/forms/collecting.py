"""采集目录的表单。 The form by which an organ records what its own form asks."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.exchange.operations.collecting import NewQuestion
from tongxin.exchange.terms import MEANING_LABELS, Meaning

NEEDED: Final = {"required": _("这一项要填"), "invalid_choice": _("请从列出的里面选一样")}


class CollectionForm(forms.Form):
    """登记一问。 One question of a form: which form, its words, what it means, and the clause where the city holds it already."""

    use_required_attribute = False
    form = forms.CharField(label=_("哪张表单"), max_length=120, error_messages=NEEDED)
    label = forms.CharField(label=_("表单上怎么问"), max_length=120, error_messages=NEEDED)
    kinds = forms.MultipleChoiceField(
        label=_("问的是什么"), widget=forms.CheckboxSelectMultiple, error_messages=NEEDED,
        choices=tuple((one.value, label) for one, label in MEANING_LABELS.items()),
    )  # fmt: skip
    clause = forms.CharField(
        label=_("哪一条要求必须再问"), required=False, max_length=200,
        help_text=_("城市已经掌握的，一般不能再向人要；法律要求必须再问的，写明那一条的引用，例如 law:cn/…@2015-11-26#a8.p1。"),
    )  # fmt: skip

    def question(self) -> NewQuestion:
        """登记的这一问。 The question to record."""
        given = self.cleaned_data
        return NewQuestion(
            form=given["form"],
            label=given["label"],
            kinds=tuple(Meaning(one) for one in given["kinds"]),
            clause=given["clause"],
        )
