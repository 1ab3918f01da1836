"""门口的表单。 Forms at the door: signing in, looking up a number, choosing how pages are shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(forms.Form):
    """登录名与口令。 Login and password."""

    login = forms.CharField(
        label=_("登录名"), max_length=60, error_messages={"required": _("请填登录名")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("口令"), max_length=200, strip=False, error_messages={"required": _("请填口令")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class OfficeForm(forms.Form):
    """以哪个职务登录。 Through which office to act; the empty choice is one's own right."""

    office = forms.ChoiceField(
        label=_("这次用哪个身份？"), widget=forms.RadioSelect, required=False,
        error_messages={"invalid_choice": _("请从列出的身份里选")},
    )  # fmt: skip

    def __init__(self, offices: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["office"]
        field.choices = [*offices, ("", _("本人，不用职务"))]


class NumberForm(forms.Form):
    """按编号找一件事。 Finding a matter by its number."""

    number = forms.CharField(
        label=_("按编号查"), max_length=40, error_messages={"required": _("请填编号")},
        help_text=_("编号像 20261124-000123，报告时给您的。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
    )  # fmt: skip
