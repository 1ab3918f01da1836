"""调用和紧急调用的表单。 Forms of a call by hand, and of breaking the glass and what follows."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.forms.questions import Choices, area, choice, line, moment, number, several, words_of
from tongxin.exchange.models import Emergency, Grant
from tongxin.exchange.rules.emergency import Disposal, Ground
from tongxin.exchange.terms import Asked, Purpose
from tongxin.identity.queries import person_of
from tongxin.identity.rules import normal_form
from tongxin.identity.terms import IDENTIFIER_LABELS, IdentifierKind

MOST_BY_HAND: Final = 20  # a person looks at cases one by one; more is for an office's system
GROUND_LABELS: Final[Mapping[Ground, Any]] = {
    Ground.RESCUE: _("组织营救和救治受害人员，转移、疏散受到威胁的人员（突发事件应对法第七十三条）"),
    Ground.INFORMATION: _("应急处置与救援需要的信息（突发事件应对法第八十三条）"),
    Ground.LIFE: _(
        "应对突发公共卫生事件，或者紧急情况下保护自然人的生命健康和财产安全（个人信息保护法第十三条）"
    ),
}
DISPOSAL_LABELS: Final[Mapping[Disposal, Any]] = {
    Disposal.DESTROYED: _("已经销毁"),
    Disposal.RETAINED: _("确需留存，已作合法性、必要性、安全性评估"),
}
OUTCOME_LABELS: Final[Mapping[str, Any]] = {
    Emergency.Outcome.LAWFUL.value: _("依法、必要"),
    Emergency.Outcome.EXCEEDED.value: _("超出必要"),
    Emergency.Outcome.UNLAWFUL.value: _("没有依据"),
}
Form = forms.Form


class CallForm(forms.Form):
    """一次调用问什么。 What one call by hand asks: whose data, which fields, for which matter."""

    def __init__(self, grant: Grant, fields: Choices, data: Any = None) -> None:
        super().__init__(data)
        self.grant = grant
        kind = grant.source.key_kind
        if kind:
            label = IDENTIFIER_LABELS[IdentifierKind(kind)]
            hint = _("一行一个，最多 20 个。只用来查这一次，不保存。")
            self.fields["numbers"] = area(label, hint, rows=2, most=MOST_BY_HAND * 40)
        self.fields["wanted"] = several(_("查哪些字段"), fields, _("只选这件事用得着的。"))
        self.fields["matter"] = line(
            _("为哪件事"), _("例如“入学资格核对 2026-113”。不要写证件号码和电话。"), most=120
        )
        if kind:
            self.fields["behalf"] = line(
                _("这件事是谁的"), _("与被查的人不是同一个人时，填他的号码。"), required=False, most=40
            )

    def clean_numbers(self) -> tuple[str, ...]:
        """号码，逐个核对写法。 The numbers, each in its normal form."""
        found = [self._normal(one) for one in words_of(self.cleaned_data["numbers"])]
        if len(found) > MOST_BY_HAND:
            raise ValidationError(_("一次最多 20 个；更多的请由系统接口调用"))
        return tuple(dict.fromkeys(found))

    def clean_behalf(self) -> str:
        """是谁的事。 Whose affair it is, as a reference."""
        given = self.cleaned_data["behalf"].strip()
        return person_of(kind=self.grant.source.key_kind, value=self._normal(given)) if given else ""

    def _normal(self, value: str) -> str:
        try:
            return normal_form(kind=self.grant.source.key_kind, value=value)
        except InvalidInput as wrong:
            raise ValidationError(_("有一个号码写得不对，请核对")) from wrong

    def asked(self, token: str) -> Asked:
        """所问。 What is asked."""
        given = self.cleaned_data
        keys = given.get("numbers", ())
        return Asked(
            grant=self.grant.number,
            fields=tuple(given["wanted"]),
            purpose=Purpose(self.grant.purpose),
            matter=given["matter"],
            keys=keys,
            rows=max(len(keys), 1) if keys else 100,
            on_behalf_of=given.get("behalf", ""),
            kind=self.grant.source.key_kind,
            token=token,
        )


class BreakForm(forms.Form):
    """启用紧急调用。 Breaking the glass: on which ground, why, which fields, until when, how much."""

    ground = choice(_("凭哪一条"), [(one.value, words) for one, words in GROUND_LABELS.items()])
    rationale = area(
        _("为什么现在必须"), _("发生了什么、为什么来不及走一般程序。事后由另一个单位的人审查。"), rows=4
    )
    until = moment(_("到什么时候"), _("不超过 72 小时。"))
    calls = number(_("最多调用几次"))
    persons = number(_("最多涉及几个人"), least=0)

    def __init__(self, fields: Choices, data: Any = None) -> None:
        super().__init__(data)
        self.fields["wanted"] = several(_("开放哪些字段"), fields, _("只选救援和处置用得着的。"))

    def given(self) -> dict[str, Any]:
        """交给操作的。 What the operation is given."""
        found = self.cleaned_data
        return {
            "ground": Ground(found["ground"]), "fields": tuple(found["wanted"]), "rationale": found["rationale"],
            "until": found["until"], "calls": found["calls"], "persons": found["persons"],
        }  # fmt: skip


class CloseForm(forms.Form):
    """提前结束。 Ending an emergency early."""

    reason = area(_("为什么现在结束"), _("例如威胁已经消除、人员已经找到。"))

    def given(self) -> dict[str, Any]:
        """交给操作的。 What the operation is given."""
        return {"reason": self.cleaned_data["reason"]}


class ReviewForm(forms.Form):
    """事后审查。 The review."""

    outcome = choice(_("结论"), list(OUTCOME_LABELS.items()))
    finding = area(_("审查意见"), _("看了哪些调用，凭什么这样认定。"), rows=4)

    def given(self) -> dict[str, Any]:
        """交给操作的。 What the operation is given."""
        return {
            "outcome": Emergency.Outcome(self.cleaned_data["outcome"]),
            "finding": self.cleaned_data["finding"],
        }


class DisposeForm(forms.Form):
    """处置。 Destruction, or assessed retention."""

    how = choice(_("怎样处置"), [(one.value, words) for one, words in DISPOSAL_LABELS.items()])
    note = area(
        _("怎样做的"),
        _("销毁的：哪些介质、谁监销。留存的：合法性、必要性、安全性各怎样评估，留到什么时候。"),
        rows=4,
    )

    def given(self) -> dict[str, Any]:
        """交给操作的。 What the operation is given."""
        return {"how": Disposal(self.cleaned_data["how"]), "note": self.cleaned_data["note"]}
