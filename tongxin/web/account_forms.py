"""账户的表单。 Forms of one's own account: opening it, codes, keys, the password, getting it back, who acts for whom."""

from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.identity.terms import (
    IDENTIFIER_LABELS,
    POWERS_LABELS,
    IdentifierKind,
    Powers,
    RepresentationKind,
)

SHORTEST: Final = 10  # characters of a password
PLAIN: Final = {"autocapitalize": "none", "spellcheck": "false"}
NEEDED: Final = {"required": _("请填写")}


def _new_password(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=200, min_length=SHORTEST, strip=False, help_text=hint,
        error_messages={**NEEDED, "min_length": _("口令至少 10 个字符")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip


class CodeForm(forms.Form):
    """一个码。 One code of an app, or a recovery code."""

    code = forms.CharField(
        label=_("动态码或者备用码"), max_length=20, error_messages={"required": _("请填动态码或者备用码")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", **PLAIN}),
    )  # fmt: skip


class ConfirmForm(forms.Form):
    """再次核验。 Password, or a code, or both, to show once more who one is."""

    password = forms.CharField(
        label=_("口令"), max_length=200, strip=False, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    code = forms.CharField(
        label=_("动态码"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", **PLAIN}),
    )  # fmt: skip


class TotpForm(forms.Form):
    """动态码的第一个码。 The first code of a new app."""

    code = forms.CharField(
        label=_("应用里现在显示的 6 位数"), max_length=12, error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", **PLAIN}),
    )  # fmt: skip


class KeyForm(forms.Form):
    """新的密钥。 A new key: its name, and whether it is enough alone."""

    name = forms.CharField(
        label=_("给它起个名字"), max_length=60, help_text=_("比如“我的手机”。"), error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    second = forms.BooleanField(label=_("只作第二步，不能单独登录"), required=False)


class OpenAccountForm(forms.Form):
    """自己开户。 Opening an account of one's own."""

    name = forms.CharField(
        label=_("姓名"), max_length=80, error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    wish = forms.RegexField(
        r"^[a-z0-9]{2,40}$", label=_("想用的登录名"), error_messages={**NEEDED, "invalid": _("登录名用 2–40 个小写字母或数字")},
        help_text=_("2–40 个小写字母或数字；后面会加 6 位数字，免得有人挨个试名字。"),
        widget=forms.TextInput(attrs={"autocomplete": "username", **PLAIN}),
    )  # fmt: skip
    password = _new_password(_("口令"), _("至少 10 个字符，可以是一句话。"))


class PasswordForm(forms.Form):
    """新口令。 A new password."""

    password = _new_password(_("新口令"), _("至少 10 个字符，可以是一句话。"))


class RecoverForm(forms.Form):
    """找回哪个账户。 Which account to get back."""

    login = forms.CharField(
        label=_("登录名"), max_length=60, error_messages={"required": _("请填登录名")},
        widget=forms.TextInput(attrs={"autocomplete": "username", **PLAIN}),
    )  # fmt: skip


class DayInput(forms.DateInput):
    """日期。 A day, with the browser's own picker."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """按浏览器要的写法。 As the browser wants it."""
        return value.isoformat() if isinstance(value, date) else value


def _day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, widget=DayInput(), error_messages={**NEEDED, "invalid": _("日期不对")}
    )  # fmt: skip


def _line(label: Any, longest: int, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, help_text=hint, error_messages=NEEDED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class AuthoriseForm(forms.Form):
    """委托书。 Giving authority: who, for which matters, with which powers, until when (民法典 art. 165)."""

    representative_name = _line(_("代理人姓名"), 80)
    representative_id = _line(_("代理人的公民身份号码"), 18, _("只用来确定是谁，不保存号码。"))
    matters = _line(_("代理事项"), 200, _("比如：查阅我的数据使用记录。"))
    powers = forms.ChoiceField(
        label=_("权限"), widget=forms.RadioSelect, error_messages=NEEDED,
        choices=[(one.value, POWERS_LABELS[one]) for one in Powers],
    )  # fmt: skip
    valid_to = _day(_("到哪天为止"), hint=_("最长 5 年；当天起不再有效。"))
    person = forms.ChoiceField(label=_("替谁"), widget=forms.RadioSelect, error_messages=NEEDED)

    def __init__(self, own: list[tuple[str, Any]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["person"]
        field.choices, field.initial = own, own[0][0]


class RegisterIdentifierForm(forms.Form):
    """登记号码。 Registering a number somebody has shown the proof of."""

    login = _line(_("本人的登录名"), 60)
    kind = forms.ChoiceField(
        label=_("号码的种类"), widget=forms.RadioSelect, error_messages=NEEDED,
        choices=[(one.value, IDENTIFIER_LABELS[one]) for one in (IdentifierKind.RESIDENT_ID, IdentifierKind.PHONE)],
        initial=IdentifierKind.RESIDENT_ID.value,
    )  # fmt: skip
    value = _line(_("号码"), 30, _("只保存带密钥的摘要，不保存号码。"))
    evidence = _line(_("核验的材料"), 200, _("比如：居民身份证，当面核对。"))


class WithdrawIdentifierForm(forms.Form):
    """撤销登记。 Taking back a number that was registered for the wrong person."""

    kind = forms.ChoiceField(
        label=_("号码的种类"), widget=forms.RadioSelect, error_messages=NEEDED,
        choices=[(one.value, IDENTIFIER_LABELS[one]) for one in IdentifierKind],
        initial=IdentifierKind.RESIDENT_ID.value,
    )  # fmt: skip
    value = _line(_("号码"), 30, _("号码本人出示证件；登记的账户会收到告知。"))
    evidence = _line(_("核验的材料"), 200, _("比如：居民身份证，当面核对，登记到了别人的账户。"))


class RegisterOrganisationForm(forms.Form):
    """登记单位。 Registering an organisation."""

    name = _line(_("单位名称"), 80)
    code = _line(_("统一社会信用代码"), 18)
    evidence = _line(_("核验的材料"), 200, _("比如：营业执照。"))


class ConfirmRepresentativeForm(forms.Form):
    """确认代理。 An office confirms a guardian, or who acts for an organisation."""

    kind = forms.ChoiceField(
        label=_("是什么代理"), widget=forms.RadioSelect, error_messages=NEEDED,
        choices=[
            (RepresentationKind.GUARDIAN.value, _("监护")),
            (RepresentationKind.ORGANISATION.value, _("代表单位")),
        ],
    )  # fmt: skip
    representative_name = _line(_("代理人姓名"), 80)
    representative_id = _line(_("代理人的公民身份号码"), 18)
    person_id = _line(_("被代理人的公民身份号码，或者单位的统一社会信用代码"), 18)
    matters = _line(_("代理事项"), 200)
    evidence = _line(_("核验的材料"), 200, _("比如：户口簿、判决书、授权委托书的编号。"))
    valid_to = _day(_("到哪天为止"), required=False)


class DecideRecoveryForm(forms.Form):
    """核实找回申请。 Deciding a request to get an account back."""

    approved = forms.ChoiceField(
        label=_("是不是本人"), widget=forms.RadioSelect, error_messages=NEEDED,
        choices=[("yes", _("是，已当面核实")), ("no", _("不能确认"))],
    )  # fmt: skip
    evidence = _line(_("核验的材料"), 200)


class ClientForm(forms.Form):
    """登记使用统一登录的系统。 Registering a system that uses the city's sign-in."""

    number = _line(_("代号"), 60, _("小写字母、数字和连字符。"))
    name = _line(_("系统名称"), 100)
    address = forms.CharField(
        label=_("回调地址，一行一个"), max_length=2000, error_messages=NEEDED,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    public = forms.BooleanField(label=_("不能保管密钥的系统（比如手机应用）"), required=False)
