"""报告的问题。 The questions of a report, one form a page."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tongxin.cases.forms.draft import UNKNOWN, Draft
from tongxin.cases.forms.photos import MOST_PHOTOS, PhotosField

TEXT_MOST: Final = 2_000
Choice = tuple[str, Any]


def with_hint(label: str, hint: str) -> Any:
    """名称下面一行说明。 A choice with a line of explanation under it."""
    return format_html('<span>{}<span class="choice-hint">{}</span></span>', label, hint) if hint else label


class MatterForm(forms.Form):
    """是什么事。 What it is about: entries of the list, and that one does not know."""

    what = forms.ChoiceField(
        label=_("选一样最像的"), widget=forms.RadioSelect,
        error_messages={"required": _("请选一样，或者选“不知道属于哪一类”"),
                        "invalid_choice": _("请从列出的里面选一样")},
    )  # fmt: skip

    def __init__(self, entries: Iterable[Choice], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        unknown = with_hint(
            str(_("不知道属于哪一类")), str(_("没关系，写清楚是怎么回事，会有人来看归谁办。"))
        )
        field: Any = self.fields["what"]
        field.choices = [*entries, (UNKNOWN, unknown)]


class PlaceForm(forms.Form):
    """在哪里：点、村（社区）、或者地址。 Where: a point, a place from the list, or an address in words."""

    lat = forms.DecimalField(
        label=_("纬度"), required=False, min_value=-90, max_value=90, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": _("纬度是一个数，像 30.25")},
    )  # fmt: skip
    lon = forms.DecimalField(
        label=_("经度"), required=False, min_value=-180, max_value=180,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), error_messages={"invalid": _("经度是一个数，像 116.40")},
    )  # fmt: skip
    district = forms.ChoiceField(label=_("县（市、区）"), required=False)
    street = forms.ChoiceField(label=_("乡镇（街道）"), required=False)
    community = forms.ChoiceField(label=_("村（社区）"), required=False)
    address = forms.CharField(
        label=_("地址或附近的标志"), required=False, max_length=300, help_text=_("例如：人民路 300 号门前、小学东门。"),
        error_messages={"max_length": _("地址最多 300 字")}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, below: dict[str, Sequence[Choice]], *given: Any, **named: Any) -> None:
        """`below`: the choices of district, street and community; a question without choices is not asked."""
        super().__init__(*given, **named)
        for name in ("district", "street", "community"):
            if below.get(name):
                field: Any = self.fields[name]
                field.choices = [("", _("请选")), *below[name]]
            else:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """要有一样说得出在哪里。 At least one of them must say where; a point has two numbers."""
        given = super().clean() or self.cleaned_data
        if (given.get("lat") is None) != (given.get("lon") is None) and not self.errors:
            self.add_error("lat" if given.get("lat") is None else "lon", _("经度和纬度要一起填"))
        said = given.get("lat") is not None or given.get("district") or str(given.get("address", "")).strip()
        if not said and not self.errors:
            self.add_error(None, _("请指明地点：在地图上点一下、选一个地方，或者写地址"))
        return given


class DetailsForm(forms.Form):
    """怎么回事、照片、怎么找您。 What happened, photos, and how to reach the reporter, who need not say."""

    text = forms.CharField(
        label=_("怎么回事？"), max_length=TEXT_MOST, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("写您看到的就行。请不要写别人的姓名、电话、车牌。"),
        error_messages={"required": _("请写一句怎么回事"), "max_length": _("最多 %(limit_value)s 字，现在 %(show_value)s 字")},
    )  # fmt: skip
    photos = PhotosField(
        label=_("照片"), required=False, most=MOST_PHOTOS,
        help_text=_("最多 6 张。拍事情，不要拍人脸。照片里的拍摄位置会去掉。"),
    )  # fmt: skip
    drop = forms.MultipleChoiceField(
        label=_("已经收下的照片，打勾的去掉"), required=False, widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(
        label=_("姓名"), required=False, max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=_("电话"),
        required=False,
        max_length=40,
        help_text=_("找不到地方时打给您。"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label=_("邮箱"),
        required=False,
        max_length=254,
        help_text=_("每一步进展写信告诉您。"),
        error_messages={"invalid": _("邮箱写法不对，应像 name@example.com")},
    )

    def __init__(self, draft: Draft, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.draft = draft
        if "email" in self.fields and not settings.EMAIL_HOST:
            self.fields["email"].help_text = _("本站眼下不发邮件；进展请看您的专用网址。")
        if draft.person_help:
            for name in ("photos", "drop", "name", "phone", "email"):
                del self.fields[name]
            self.fields["text"].label = str(_("人在哪里，需要什么？"))
            self.fields["text"].help_text = str(_("说清位置和情况就够了。请不要写姓名，也不要拍照。"))
        self.list_kept(draft)

    def list_kept(self, draft: Draft) -> None:
        """列出已收下的照片。 List the photos that are kept already, to be taken away one by one."""
        if "drop" in self.fields:
            field: Any = self.fields["drop"]
            field.choices = [
                (digest, f"{_('照片')} {number}") for number, digest in enumerate(draft.photos, 1)
            ]

    def clean(self) -> dict[str, Any]:
        """照片总数有限。 Photos are limited in all, those kept before among them."""
        given = super().clean() or self.cleaned_data
        kept = [digest for digest in self.draft.photos if digest not in given.get("drop", ())]
        count = len(kept) + len(given.get("photos") or ())
        if count > MOST_PHOTOS:
            self.add_error("photos", _("一共最多 6 张照片"))
        return given
