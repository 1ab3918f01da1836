"""法典工作的表单。 What the work on the book takes in: a text, an effect, a decision."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from tongxin.law.models import Doubt, Effect, Review
from tongxin.law.rules import ParsedText, parse_instrument
from tongxin.law.rules.second_source import compared
from tongxin.law.terms import Level, NewEffect, NewInstrumentVersion

DAY: Final = {"invalid": _("日期写成 2026-11-24 的样子")}
FIRST_DAY, LAST_DAY = (
    date(1949, 10, 1),
    date(2199, 12, 31),
)  # no law in force is older; beyond is a slip of the pen
OUTSIDE: Final = _("日期在 1949-10-01 和 2199-12-31 之间")
LEVELS: Final = (
    (Level.LOCAL_REGULATION.value, _("设区的市地方性法规")),
    (Level.GOVERNMENT_RULE.value, _("地方政府规章")),
    (Level.PROVINCIAL_REGULATION.value, _("省级地方性法规")),
    (Level.NATIONAL_LAW.value, _("国家法律")),
    (Level.ADMIN_REGULATION.value, _("行政法规")),
    (Level.DEPARTMENT_RULE.value, _("部门规章")),
    (Level.JUDICIAL_INTERPRETATION.value, _("司法解释")),
    (Level.CONSTITUTION.value, _("宪法")),
    (Level.ILLUSTRATIVE.value, _("示例文本（不是法律）")),
)
KINDS: Final = (
    (Effect.Kind.REPEAL.value, _("废止")),
    (Effect.Kind.SUBSTITUTE.value, _("替换条文")),
    (Effect.Kind.INSERT.value, _("增加一条（款、项）")),
    (Effect.Kind.RENUMBER.value, _("改条文序号")),
    (Effect.Kind.SUSPEND.value, _("暂停施行")),
    (Effect.Kind.RESTORE.value, _("恢复施行")),
)


def _day(label: Any, *, required: bool = False, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint, error_messages={**DAY, "required": _("请写明日期")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=[MinValueValidator(FIRST_DAY, OUTSIDE), MaxValueValidator(LAST_DAY, OUTSIDE)],
    )  # fmt: skip


def _line(label: Any, *, required: bool = True, most: int = 200, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=hint,
        error_messages={"required": _("请填写")},
    )


class EnterForm(forms.Form):
    """文本入库。 A text about to enter the book, or an instrument known by its dates alone."""

    key = _line(
        _("标识"),
        most=160,
        hint=_("小写词的路径，如 cn/some-city/some-regulation；同一部文件的各版本用同一个"),
    )
    title = _line(_("题名"))
    title_en = _line(_("英文题名"), required=False, most=300)
    level = forms.ChoiceField(label=_("位阶"), choices=LEVELS)
    issuer = _line(_("制定机关"), required=False)
    jurisdiction = _line(_("法域代码"), required=False, most=60, hint=_("全国为 000000"))
    adopted = _day(_("通过（修改）日期"), required=True, hint=_("这个版本的日期"))
    in_force_from = _day(_("施行日期"), hint=_("不知道就空着：那样这个版本不能作任何行为的依据"))
    in_force_to = _day(_("失效日期"), hint=_("已经失效的旧版本才填"))
    date_source = _line(_("日期的来源"), hint=_("例如公报第几期、公告文号、文本第几条"))
    source = _line(_("文本来源"), required=False, most=300)
    text = forms.CharField(
        label=_("全文"), required=False, strip=False, max_length=900_000,
        help_text=_("一条一段，“第一条”起头；章、节各占一行。没有文本就空着，只登记日期。"),
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(label=_("或者选一个文本文件"), required=False, help_text=_("UTF-8 的 .txt 或 .md"))
    second = forms.CharField(
        label=_("第二来源的全文"), required=False, strip=False, max_length=900_000,
        help_text=_("有另一处公布的文本就贴在这里：逐条对照，不同的地方列为疑点"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """文件里的文本代替栏里的。 A file's text stands in for what is in the box."""
        given: dict[str, Any] = super().clean() or {}
        upload = given.get("file")
        if upload is not None:
            try:
                given["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("这个文件不是 UTF-8 文本"))
        return given

    def read(self) -> ParsedText:
        """读出的条款。 The text as it is read, with what a second source says otherwise among the doubts."""
        read = parse_instrument(self.cleaned_data["text"])
        second = self.cleaned_data["second"]
        if not second.strip():
            return read
        return replace(read, doubts=(*read.doubts, *compared(read, parse_instrument(second))))

    def version(self) -> NewInstrumentVersion:
        """将要入库的版本。 The version about to enter; without text it has no digest."""
        given, read = self.cleaned_data, self.read()
        text = given["text"].strip()
        names = ("key", "title", "title_en", "level", "issuer", "jurisdiction", "adopted", "in_force_from", "in_force_to",
                 "date_source", "source")  # fmt: skip
        return NewInstrumentVersion(
            **{name: given[name] for name in names},
            illustrative=given["level"] == Level.ILLUSTRATIVE,
            status="in_force",
            sha256=hashlib.sha256(given["text"].encode()).hexdigest() if text else "",
            clauses=read.clauses if text else (),
            preamble="\n".join(read.preamble) if text else "",
            doubts=read.doubts if text else (),
        )


class EffectForm(forms.Form):
    """一条法律变动。 An effect of one text on another."""

    by = _line(_("作出变动的文件"), hint=_("标识@版本日期，如 cn/x/y@2026-11-20"))
    by_clause = _line(_("所据的条款"), required=False, most=60, hint=_("如 a3.p1"))
    kind = forms.ChoiceField(label=_("变动"), choices=KINDS)
    target = _line(_("被变动的文件"), hint=_("标识@版本日期"))
    clause = _line(_("哪一条"), required=False, most=60, hint=_("如 a10.p2；整部文件就空着"))
    to_clause = _line(_("新的条号"), required=False, most=60, hint=_("改序才填"))
    text = forms.CharField(label=_("新条文"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    day = _day(_("从哪一天起"), required=True)
    until = _day(_("暂停到哪一天"), hint=_("暂停施行才填；那一天起恢复"))
    savings = forms.CharField(
        label=_("过渡规定原文"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("文中关于施行前已开始事项的规定"),
    )  # fmt: skip
    saves_running = forms.BooleanField(label=_("它把施行前已经开始的事项留给原规定"), required=False)

    def _ref(self, name: str) -> tuple[str, Any]:
        key, _at, adopted = self.cleaned_data[name].partition("@")
        return key.strip(), forms.DateField().to_python(adopted.strip())

    def clean(self) -> dict[str, Any]:
        """文件写成 标识@日期。 Texts are written key@date."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("by", "target"):
            if name not in given:
                continue
            try:
                given[f"{name}_ref"] = self._ref(name)
            except forms.ValidationError:
                self.add_error(name, _("写成 标识@版本日期，如 cn/x/y@2026-11-20"))
                continue
            if given[f"{name}_ref"][1] is None:
                self.add_error(name, _("写成 标识@版本日期，如 cn/x/y@2026-11-20"))
        return given

    def effect(self) -> NewEffect:
        """将要登记的变动。 The effect about to be noted."""
        given = self.cleaned_data
        (by_key, by_adopted), (key, adopted) = given["by_ref"], given["target_ref"]
        names = (
            "by_clause",
            "kind",
            "clause",
            "to_clause",
            "text",
            "day",
            "until",
            "savings",
            "saves_running",
        )
        return NewEffect(
            by_key=by_key,
            by_adopted=by_adopted,
            key=key,
            adopted=adopted,
            **{name: given[name] for name in names},
        )


class ConfirmForm(forms.Form):
    """确认或排除一条变动。 Confirming an effect, alone or together with others of the same text, or finding that it is none.

    `beside`: what else the same text does to the same version, as (row, words). Changes of words make one new version: they are
    ticked to begin with where `textual`.
    """

    together = forms.MultipleChoiceField(
        label=_("同一文件的其他变动，一并确认"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("改文字的变动合成一个新文本，须一并确认"),
    )  # fmt: skip
    knowing = forms.BooleanField(label=_("我看过上面的疑问，仍要确认"), required=False)
    note = forms.CharField(
        label=_("理由"), required=False, max_length=300, help_text=_("认定“不是变动”时必填"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, beside: Sequence[tuple[int, str]] = (), textual: Sequence[int] = ()
    ) -> None:
        super().__init__(data, initial={"together": [str(row) for row in textual]})
        if beside:
            self.fields["together"].choices = [(str(row), words) for row, words in beside]  # type: ignore[attr-defined]
        else:
            del self.fields["together"]


class DoubtForm(forms.Form):
    """处理存疑。 What holds at a doubtful place."""

    resolution = forms.ChoiceField(
        label=_("这里是怎么回事？"), widget=forms.RadioSelect, error_messages={"required": _("请选一项")},
        choices=[
            (Doubt.Resolution.AS_READ.value, _("读得对，没有问题")),
            (Doubt.Resolution.IN_SOURCE.value, _("公布的文本本来就是这样")),
            (Doubt.Resolution.WRONG.value, _("读错了，或者来源有误，要换文本")),
        ],
    )  # fmt: skip
    note = forms.CharField(
        label=_("说明"), required=False, max_length=300, help_text=_("要换文本时写明错在哪里"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class ReviewForm(forms.Form):
    """复查。 What becomes of an act done after its basis had ended."""

    outcome = forms.ChoiceField(
        label=_("怎么处理？"), widget=forms.RadioSelect, error_messages={"required": _("请选一项")},
        choices=[
            (Review.Outcome.STANDS.value, _("另有依据，维持")),
            (Review.Outcome.REDONE.value, _("依现行条款重新作出")),
            (Review.Outcome.WITHDRAWN.value, _("撤销")),
        ],
    )  # fmt: skip
    note = forms.CharField(
        label=_("理由"), max_length=400, error_messages={"required": _("请写明理由")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class ImpactForm(forms.Form):
    """哪部文件、到哪一天。 Which instrument, or which project, and by which day."""

    instrument = forms.CharField(
        label=_("哪部文件施行"), max_length=200, help_text=_("题名、标识，或者立法项目的编号"),
        error_messages={"required": _("请写明哪部文件")}, widget=forms.TextInput(attrs={"type": "search"}),
    )  # fmt: skip
    on = _day(_("到哪一天"), hint=_("不填就是今天"))
