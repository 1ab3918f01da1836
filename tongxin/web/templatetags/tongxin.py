"""页面用的标签与过滤器：样式表、状态词、日期、数量、小图。 Tags and filters for pages: style, states, dates, amounts, charts.

Load with `{% load tongxin %}`. Nothing here reads the clock or the database.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tongxin.cases.terms import OUTCOME_LABELS, STATE_LABELS, Outcome, State
from tongxin.web import svg

register = template.Library()

STYLESHEETS: Final = (
    "base", "masthead", "breadcrumbs", "notice_banner", "button", "field", "error_summary", "check_answers",
    "task_list", "status_tag", "clock_line", "timeline", "basis_box", "trace_box", "personal_fold", "refusal",
    "receipt", "confirm_dangerous", "table_twin", "chart", "number", "filters", "pager", "desk_list",
    "empty_state", "small_map",
)  # fmt: skip
DISPLAY_COOKIE: Final = f"{settings.COOKIES}_display"
DISPLAYS: Final = frozenset({"large", "contrast"})
WEEKDAYS: Final = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """一个状态的样子：词、给居民的一句话、形状、语气。 How a state looks: word, sentence for residents, shape, tone.

    `shape` is SVG inner markup on a 12 by 12 field; `tone` is "", soon, over or good.
    """

    word: Any
    sentence: Any = ""
    shape: str
    tone: str = ""


RING: Final = '<circle cx="6" cy="6" r="4.75"/>'
DISC: Final = '<circle class="solid" cx="6" cy="6" r="4.75"/>'
TICK: Final = '<path d="M1.5 6.5 4.75 10 10.5 2.5"/>'
CROSS: Final = '<path d="M2 2 10 10M10 2 2 10"/>'
SQUARE: Final = '<path d="M1.75 1.75h8.5v8.5h-8.5z"/>'
BARS: Final = '<path d="M4 1.5v9M8 1.5v9"/>'

STATUSES: Final[dict[str, Status]] = {
    # where a matter is: words of `cases.terms`
    "unlisted": Status(
        word=STATE_LABELS[State.UNLISTED],
        sentence=_("清单里没有这一类，正在看该归到哪里。"),
        shape='<path d="M6 1 11 6 6 11 1 6z"/>',
    ),
    "dispatched": Status(
        word=STATE_LABELS[State.DISPATCHED],
        sentence=_("已经派给单位，等它接下。"),
        shape='<path d="M1 6h9M6.5 2.5 10 6 6.5 9.5"/>',
    ),
    "returned": Status(
        word=STATE_LABELS[State.RETURNED],
        sentence=_("单位说不归它办，写明了理由，正在改派。"),
        shape='<path d="M11 6H2M5.5 2.5 2 6 5.5 9.5"/>',
        tone="over",
    ),
    "ruling": Status(
        word=STATE_LABELS[State.RULING],
        sentence=_("正在定由哪个单位办。"),
        shape='<path class="solid" d="M6 1 11 6 6 11 1 6z"/>',
    ),
    "handling": Status(
        word=STATE_LABELS[State.HANDLING],
        sentence=_("单位已经接下，正在办。"),
        shape=RING + '<path class="solid" d="M6 1.25a4.75 4.75 0 0 1 0 9.5z"/>',
    ),
    "checking": Status(
        word=STATE_LABELS[State.CHECKING],
        sentence=_("单位说办好了，另一个人正在现场看。"),
        shape='<circle cx="5" cy="5" r="3.75"/><path d="M8 8 11 11"/>',
    ),
    "confirming": Status(
        word=STATE_LABELS[State.CONFIRMING],
        sentence=_("看过了，请您说一声办好没有。"),
        shape='<path d="M1.25 1.75h9.5v6.5H6L3 11V8.25H1.25z"/>',
    ),
    "hung": Status(
        word=STATE_LABELS[State.HUNG], sentence=_("眼下解决不了，已公开挂账，解决前不销账。"), shape=BARS
    ),
    "closed": Status(word=STATE_LABELS[State.CLOSED], sentence=_("这件事已经结了。"), shape=DISC),
    # how it ended
    "fixed": Status(
        word=OUTCOME_LABELS[Outcome.FIXED], sentence=_("办好了，也确认过。"), shape=TICK, tone="good"
    ),
    "closed_unanswered": Status(
        word=OUTCOME_LABELS[Outcome.CLOSED_UNANSWERED],
        sentence=_("问过您，没等到回复，先结了。没办好可以再打开。"),
        shape=RING + '<path d="M3.5 6h5"/>',
    ),
    "not_ours": Status(
        word=OUTCOME_LABELS[Outcome.NOT_OURS],
        sentence=_("这件事不归本市办，写明了该找谁。"),
        shape='<path d="M2 10 10 2M4 2h6v6"/>',
    ),
    "not_allowed": Status(
        word=OUTCOME_LABELS[Outcome.NOT_ALLOWED],
        sentence=_("法律不允许这样办，写明了是哪一条。"),
        shape=RING + '<path d="M2.75 9.25 9.25 2.75"/>',
        tone="over",
    ),
    "duplicate": Status(
        word=OUTCOME_LABELS[Outcome.DUPLICATE],
        sentence=_("有人先说过同一件事，已经并到一起办，进展一样告诉您。"),
        shape='<path d="M1.5 4h6.5v6.5H1.5zM4.5 4V1.5H11v6.5H8"/>',
    ),
    "withdrawn": Status(
        word=OUTCOME_LABELS[Outcome.WITHDRAWN], sentence=_("提的人自己撤回了。"), shape=SQUARE
    ),
    # the clock
    "soon": Status(word=_("快到期"), shape='<path d="M6 1.25 11 10.5H1z"/>', tone="soon"),
    "over": Status(word=_("已超期"), shape='<path class="solid" d="M6 1.25 11 10.5H1z"/>', tone="over"),
    "paused": Status(word=_("计时暂停"), shape=BARS),
    # a task in a list of tasks
    "done": Status(word=_("已完成"), shape=TICK, tone="good"),
    "todo": Status(word=_("可以做"), shape=RING),
    "later": Status(word=_("还不能做"), shape=SQUARE),
    "refused": Status(word=_("没通过"), shape=CROSS, tone="over"),
}


def in_english() -> bool:
    """当前是不是英文页。 Whether the page being drawn is in English."""
    return (get_language() or "").startswith("en")


@register.simple_tag
@functools.cache
def stylesheets() -> SafeString:
    """按手写的次序链接每个部件的样式。 Link each component's stylesheet, in the hand-written order."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"css/{name}.css"),) for name in STYLESHEETS)
    )


@register.simple_tag(takes_context=True)
def page_class(context: Mapping[str, Any]) -> str:
    """读 cookie 里的显示选择（大字、高对比）。 The reader's choice of display, from the cookie; unknown words are dropped."""
    request = context.get("request")
    chosen = request.COOKIES.get(DISPLAY_COOKIE, "") if request else ""
    return " ".join(sorted(DISPLAYS.intersection(chosen.split("."))))


@register.filter
def named(thing: Any, field: str = "name") -> Any:
    """按语言取名字：英文页取 `<field>_en`，没有就用中文。 The thing's name in the page's language, Chinese when it has no other."""
    names = (f"{field}_en", field) if in_english() else (field,)
    for name in names:
        found = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
        if found:
            return found
    return ""


def _local(value: date) -> date:
    aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value) if aware and isinstance(value, datetime) else value


@register.filter
def day(value: date | None) -> str:
    """日期：2026年11月23日(周一)。 A date: Mon 23 Nov 2026. Empty for None."""
    if value is None or value == "":
        return ""
    when = _local(value)
    chinese, english = WEEKDAYS[when.weekday()]
    if in_english():
        words = f"{english} {when.day} {MONTHS[when.month - 1]} {when.year}"
    else:
        words = f"{when.year}年{when.month}月{when.day}日({chinese})"
    iso = when.date().isoformat() if isinstance(when, datetime) else when.isoformat()
    return format_html('<time datetime="{}">{}</time>', iso, words)


@register.filter
def moment(value: datetime | None) -> str:
    """时刻：2026年11月23日(周一) 14:30，当地时间。 A moment in local time: Mon 23 Nov 2026 14:30. Empty for None."""
    if value is None or value == "":
        return ""
    when = _local(value)
    assert isinstance(when, datetime)  # noqa: S101 - narrows the type for the checker
    chinese, english = WEEKDAYS[when.weekday()]
    if in_english():
        words = f"{english} {when.day} {MONTHS[when.month - 1]} {when.year} {when:%H:%M}"
    else:
        words = f"{when.year}年{when.month}月{when.day}日({chinese}) {when:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', when.isoformat(timespec="minutes"), words)


@register.filter
def figure(value: Any) -> str:
    """数字写法：千分位、不留多余的零；空为破折号。 A number as read: thousands, no idle zeros; a dash when there is none."""
    if value is None or value == "":
        return "—"
    if isinstance(value, int | float | Decimal):
        words = f"{Decimal(str(value)):,f}"
        return words.rstrip("0").rstrip(".") if "." in words else words
    return str(value)


@register.filter
def amount(value: Decimal | int, unit: str) -> str:
    """数量带单位：11 个工作时。 An amount with its unit: 11 working hours. Units: those of `law.terms.Unit`."""
    number = int(value) if value == int(value) else 2
    texts = {
        "working_hour": ngettext("%(n)s 个工作时", "%(n)s 个工作时", number),
        "hour": ngettext("%(n)s 小时", "%(n)s 小时", number),
        "working_day": ngettext("%(n)s 个工作日", "%(n)s 个工作日", number),
        "natural_day": ngettext("%(n)s 天", "%(n)s 天", number),
        "minute": ngettext("%(n)s 分钟", "%(n)s 分钟", number),
    }
    return texts[unit] % {"n": figure(value)}


@register.filter
def beside(row: Iterable[Any], columns: Iterable[Any]) -> list[tuple[Any, Any]]:
    """把一行的格子与各列配对。 Pair each cell of a row with its column."""
    return list(zip(columns, row, strict=True))


@register.filter
def status_word(code: str) -> str:
    """状态的词。 The word of a state."""
    return str(STATUSES[code].word)


@register.filter
def status_sentence(code: str) -> str:
    """状态给居民的一句话。 What a state means, one sentence for residents."""
    return str(STATUSES[code].sentence)


@register.simple_tag
def status_tag(code: str) -> SafeString:
    """状态标：词加形状。 A state as word and shape. Unknown codes raise KeyError."""
    return _status_tag(code, get_language())


@functools.cache
def _status_tag(code: str, language: str | None) -> SafeString:
    """画一次就够。 Drawn once for each state and language: there are two dozen of them, and a list has one in every row."""
    del language  # part of the key: the template translates
    status = STATUSES[code]
    drawn = {"status": status, "shape": mark_safe(status.shape)}  # noqa: S308 - our own constants
    return render_to_string("components/status_tag.html", drawn)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """表单的错处，带着到填的地方的链接。 A form's errors with links to where they are mended."""
    errors: list[dict[str, str]] = [{"text": str(text), "href": ""} for text in form.non_field_errors()]
    for field in form:
        first = f"#{field.auto_id}_0" if field.use_fieldset else f"#{field.id_for_label}"
        errors.extend({"text": str(text), "href": first} for text in field.errors)
    return {"errors": errors}


def _bars(rows: Sequence[Mapping[str, Any]]) -> list[svg.Bar]:
    return [
        svg.Bar(
            label=str(row["label"]),
            value=Decimal(str(row["value"])),
            few=bool(row.get("few")),
            over=bool(row.get("over")),
        )
        for row in rows
    ]


def _dots(rows: Sequence[Mapping[str, Any]]) -> list[svg.Dots]:
    return [
        svg.Dots(
            label=str(row["label"]),
            low=Decimal(str(row["low"])),
            middle=Decimal(str(row["middle"])),
            high=Decimal(str(row["high"])),
        )
        for row in rows
    ]


@register.simple_tag
def chart(drawing: Mapping[str, Any], title: str = "") -> SafeString:
    """画小图：bar 横条、distribution 分布、dot 点。 Draw a small chart from plain data.

    `drawing`: kind ("bar" | "distribution" | "dot"), unit, rows, optionally limit and limit_label.
    Rows of bar and distribution: label, value, few?, over?. Rows of dot: label, low, middle, high.
    """
    name, rows = str(title), drawing["rows"]
    unit = gettext("单位：%(unit)s") % {"unit": drawing["unit"]} if drawing.get("unit") else ""
    limit = None if drawing.get("limit") is None else Decimal(str(drawing["limit"]))
    words = str(drawing.get("limit_label", ""))
    if drawing["kind"] == "dot":
        drawn = svg.dot_chart(rows=_dots(rows), title=name, unit=unit, limit=limit, limit_label=words)
    elif drawing["kind"] == "distribution":
        drawn = svg.distribution_chart(
            rows=_bars(rows), title=name, unit=unit, limit=limit, limit_label=words
        )
    else:
        drawn = svg.bar_chart(rows=_bars(rows), title=name, unit=unit, limit=limit, limit_label=words)
    return mark_safe(drawn)  # noqa: S308 - svg escapes its texts
