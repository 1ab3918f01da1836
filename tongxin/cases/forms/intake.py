"""台前登记的表单。 The form with which a hotline clerk or a grid worker takes a report down.

It is one form that can be looked at again before it is sent: nothing that was typed goes into an address.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import By
from tongxin.cases.forms.acts import UNKNOWN, Choices
from tongxin.cases.forms.photos import PhotosField
from tongxin.cases.terms import Channel, NewReport

CHANNELS: Final = {By.HOTLINE_CLERK: Channel.HOTLINE, By.GRID_WORKER: Channel.FIELD}
BLANK: Final = (("", "—"),)
NOT_SAME: Final = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeLists:
    """登记表的选项。 The lists of the form, each below what was chosen in the one before."""

    matters: Choices = ()
    districts: Choices = ()
    streets: Choices = ()
    communities: Choices = ()
    near: Sequence[tuple[str, str]] = ()


class IntakeForm(forms.Form):
    """登记一份报告。 Taking a report down."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("说了什么"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("照报告人的话记，不加判断。"),
    )
    find = forms.CharField(
        label=_("找事项"),
        max_length=40,
        required=False,
        help_text=_("写一两个字，比如：井盖、噪声。再按“查一查”。"),
    )
    matter = forms.ChoiceField(
        label=_("事项"),
        required=False,
        error_messages=UNKNOWN,
        help_text=_("找不到就留空：由牵头机构定归谁办。"),
    )
    district = forms.ChoiceField(label=_("县（市、区）"), required=False, error_messages=UNKNOWN)
    street = forms.ChoiceField(label=_("乡镇（街道）"), required=False, error_messages=UNKNOWN)
    community = forms.ChoiceField(label=_("村（社区）"), required=False, error_messages=UNKNOWN)
    address = forms.CharField(
        label=_("详细地址"),
        max_length=300,
        required=False,
        help_text=_("比如：和平街 12 号门前。属于个人信息，只有办理的人能打开。"),
    )
    lat = forms.FloatField(label=_("纬度"), required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("经度"), required=False, min_value=-180, max_value=180)
    name = forms.CharField(
        label=_("报告人姓名"), max_length=80, required=False, help_text=_("不愿意说就留空。")
    )
    phone = forms.CharField(
        label=_("电话"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("只用来联系和告知结果。"),
    )
    photos = PhotosField(
        label=_("照片"), required=False, help_text=_("拍事，不拍人。照片里的位置信息会去掉。")
    )
    same_as = forms.ChoiceField(
        label=_("附近有没有同一件？"), required=False, widget=forms.RadioSelect, error_messages=UNKNOWN
    )
    client_key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *given: Any, lists: IntakeLists, post: By, **named: Any) -> None:
        super().__init__(*given, **named)
        for name, choices in (
            ("matter", lists.matters),
            ("district", lists.districts),
            ("street", lists.streets),
            ("community", lists.communities),
        ):
            self._list(name).choices = [*BLANK, *choices]
        self._list("same_as").choices = [*lists.near, (NOT_SAME, _("都不是，是新的一件"))]
        if not lists.near:
            del self.fields["same_as"]
        for name in ("photos",) if post is By.HOTLINE_CLERK else ("name", "phone"):
            del self.fields[name]  # a caller sends no photo; a grid worker reports a thing, not a person

    def _list(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        return field

    def clean(self) -> dict[str, Any]:
        """总要有一样。 A report says something, or names a matter; and which of the similar ones it is, is answered."""
        given = super().clean() or {}
        if not given.get("text", "").strip() and not given.get("matter"):
            self.add_error("text", _("写一句怎么回事，或者选一个事项"))
        if (given.get("lat") is None) != (given.get("lon") is None):
            self.add_error("lat" if given.get("lat") is None else "lon", _("经度和纬度要一起填"))
        return given


def new_key() -> str:
    """新的客户键。 A new client key: the same form sent twice makes one case."""
    return f"desk-{uuid.uuid4()}"


def report_of(
    given: dict[str, Any], *, post: By, at: datetime, photos: tuple[str, ...], language: str
) -> NewReport:
    """登记成报告。 The report that a form gives. The finest place that was chosen counts where there is no point."""
    place = next((given[name] for name in ("community", "street", "district") if given.get(name)), None)
    return NewReport(
        client_key=given["client_key"],
        channel=CHANNELS[post],
        matter=given["matter"] or None,
        reported_at=at,
        text=given["text"].strip(),
        lon=given["lon"],
        lat=given["lat"],
        place=None if given["lon"] is not None else place,
        address=given["address"].strip(),
        name=given.get("name", "").strip(),
        phone=given.get("phone", "").strip(),
        photos=photos,
        language=language,
    )
