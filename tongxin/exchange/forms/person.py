"""本人一侧的表单。 Forms of the person's side: contest, request, answer, deferral."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.exchange.models import Contest, Deferral, RightsRequest

CHOOSE: Final = {"required": _("请选一项"), "invalid_choice": _("请选一项")}
SAY: Final = {"required": _("请写清楚"), "max_length": _("最多 %(limit_value)s 字，现在 %(show_value)s 字")}
GROUND_WORDS: Final = (
    (Contest.Ground.NOT_ME.value, _("和我没有关系：我没有办过这件事")),
    (Contest.Ground.NO_BASIS.value, _("没有依据，或者依据不对")),
    (Contest.Ground.TOO_MUCH.value, _("看得太多：有的内容用不着看")),
    (Contest.Ground.WRONG_DATA.value, _("数据不对")),
    (Contest.Ground.OTHER.value, _("别的理由")),
)
KIND_WORDS: Final = (
    (RightsRequest.Kind.ACCESS.value, _("查阅：看看存了我的什么")),
    (RightsRequest.Kind.COPY.value, _("复制：要一份")),
    (RightsRequest.Kind.CORRECT.value, _("更正、补充：存的不对或者不全")),
    (RightsRequest.Kind.DELETE.value, _("删除")),
    (RightsRequest.Kind.EXPLAIN.value, _("解释说明：按什么规则处理我的信息")),
)
ERASURE_WORDS: Final = (
    (RightsRequest.Erasure.PURPOSE.value, _("处理目的已实现、无法实现，或者为实现目的不再必要")),
    (RightsRequest.Erasure.TERM.value, _("停止提供服务，或者保存期限已届满")),
    (RightsRequest.Erasure.CONSENT.value, _("我撤回同意")),
    (RightsRequest.Erasure.UNLAWFUL.value, _("违反法律、行政法规或者约定处理")),
    (RightsRequest.Erasure.OTHER.value, _("法律、行政法规规定的其他情形")),
)
DEFERRAL_WORDS: Final = (
    (
        Deferral.Ground.SECRECY.value,
        _("法律、行政法规规定应当保密或者不需要告知（个人信息保护法第十八条第一款）"),
    ),
    (Deferral.Ground.HINDERS.value, _("告知将妨碍履行法定职责（个人信息保护法第三十五条）")),
)
CLAUSE_HINT: Final = _("写法是 law:…@日期#条款，条款的固定网页上可以抄。")


def _text(label: Any, *, required: bool = True, rows: int = 4, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=hint,
        error_messages=SAY,
    )


class ContestForm(forms.Form):
    """异议。 A contest: one ground of a closed list; words if one likes."""

    use_required_attribute = False
    ground = forms.ChoiceField(
        label=_("为什么？"), choices=GROUND_WORDS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    text = _text(_("想说的话"), required=False, hint=_("可以不写。请不要写别人的姓名、电话。"))


class RaiseForm(forms.Form):
    """不服答复。 Why an answer is not accepted."""

    use_required_attribute = False
    text = _text(_("为什么不服？"))


class RequestForm(forms.Form):
    """个人信息请求。 A request: what is asked for, about what, in which case of art. 47 when it is a deletion."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("要办什么？"), choices=KIND_WORDS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    about = forms.ChoiceField(label=_("关于什么？"), error_messages=CHOOSE)
    case = forms.CharField(
        label=_("事项编号"), required=False, max_length=40, help_text=_("关于“我报告过的一件事”才填。")
    )
    ground = forms.ChoiceField(
        label=_("删除的理由"),
        required=False,
        choices=(("", _("不是删除")), *ERASURE_WORDS),
        help_text=_("要删除才选。是个人信息保护法第四十七条的五种情形。"),
    )
    text = _text(_("请说明"), required=False, hint=_("更正的，写哪里不对、应当是什么。"))

    def __init__(self, items: Sequence[tuple[str, str]], line: str, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        about: Any = self.fields["about"]
        own = [("person", _("平台存的我的资料")), ("case", _("我报告过的一件事"))]
        about.choices = [*([(f"line:{line}", _("刚才看的那一行记录"))] if line else []), *own, *items]

    def asked_about(self) -> str:
        """关于什么。 What the request is about, as the act wants it. Call after `is_valid`."""
        about = str(self.cleaned_data["about"])
        return f"case:{self.cleaned_data['case'].strip()}" if about == "case" else about


class ParticularsForm(forms.Form):
    """我的联系办法。 How one can be reached: empty takes it back."""

    use_required_attribute = False
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.CharField(
        label=_("邮箱"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("告知用的语言"), choices=(("zh-hans", "中文"), ("en", "English")))


class AnswerForm(forms.Form):
    """答复异议。 The answer to a contest: upheld with measures, or dismissed with the clause."""

    use_required_attribute = False
    upheld = forms.ChoiceField(
        label=_("结论"),
        choices=(("yes", _("异议成立")), ("no", _("异议不成立"))),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    answer = _text(_("理由"), hint=_("本人会看到。说明核对了什么、为什么。"))
    measures = _text(_("怎么改"), required=False, rows=3, hint=_("成立的必须写。"))
    clause = forms.CharField(label=_("依据的条款"), required=False, max_length=300, help_text=CLAUSE_HINT)


class AnswerRequestForm(forms.Form):
    """答复请求。 The answer to a request: done, or refused with reasons and the clause."""

    use_required_attribute = False
    done = forms.ChoiceField(
        label=_("结论"),
        choices=(("yes", _("照办")), ("no", _("不予办理"))),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    answer = _text(_("答复"), hint=_("本人会看到。不办的，说明理由；页面会写明可以向人民法院起诉。"))
    clause = forms.CharField(label=_("依据的条款"), required=False, max_length=300, help_text=CLAUSE_HINT)


class DeferralForm(forms.Form):
    """提出暂缓显示。 Proposing a deferral: lines, ground, special clause, end, reason."""

    use_required_attribute = False
    lines = forms.CharField(
        label=_("台账编号"),
        max_length=2_000,
        error_messages=SAY,
        help_text=_("本单位查看的编号，用空格或者逗号隔开。"),
    )
    ground = forms.ChoiceField(
        label=_("理由"), choices=DEFERRAL_WORDS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    clause = forms.CharField(label=_("专门规定"), max_length=300, error_messages=SAY, help_text=CLAUSE_HINT)
    until = forms.DateField(
        label=_("到哪天止"),
        error_messages={"required": _("请写止期"), "invalid": _("日期写成 2026-11-24 的样子")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("必须有止期。应当保密的最长 180 天，妨碍履职的最长 90 天；到期自己结束。"),
    )
    reason = _text(_("为什么"))

    def numbers(self) -> list[int]:
        """编号。 The numbers of the entries; what is no number is no line. Call after `is_valid`."""
        words = self.cleaned_data["lines"].replace(",", " ").replace("，", " ").split()
        return [int(word) if word.isascii() and word.isdecimal() and len(word) < 19 else 0 for word in words]


class DecideForm(forms.Form):
    """决定暂缓。 Granting a deferral, or not."""

    use_required_attribute = False
    granted = forms.ChoiceField(
        label=_("结论"),
        choices=(("yes", _("准许暂缓")), ("no", _("不准"))),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    reason = _text(_("理由"), rows=3)


class EndForm(forms.Form):
    """提前结束。 Ending a deferral early."""

    use_required_attribute = False
    reason = _text(_("为什么提前结束"), rows=3)
