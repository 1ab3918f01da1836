"""服务器画的小图：横条、分布、点。 Small charts drawn on the server: bars, a distribution, dots.

Pure: plain data in, SVG text out. No inline style (the content security policy forbids it): classes and SVG attributes only,
coloured by `assets/css/chart.css`. One unit of the drawing is one CSS pixel on a 340-pixel-wide figure, so that the text stays
readable on a 320-pixel phone. The unit stands once, under the drawing. Every chart stands above its table and carries no
number that the table lacks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

WIDTH: Final = 340
FONT: Final = 13
ROW: Final = 44
PAD: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """一条：名、值；few 数量太少，over 过了时限。 One bar; `few`: too few to mean much, `over`: beyond the limit."""

    label: str
    value: Decimal
    few: bool = False
    over: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Dots:
    """一行点：低、中、高三个位置。 One row of dots: low, middle and high positions (say the 10th, 50th, 90th percentile)."""

    label: str
    low: Decimal
    middle: Decimal
    high: Decimal


def bar_chart(
    *, rows: Sequence[Bar], title: str, unit: str = "", limit: Decimal | None = None, limit_label: str = ""
) -> str:
    """横条图：名字在条上方，值在条末。 Horizontal bars, the name above each bar, the value at its end.

    Values must not be negative: ValueError.
    """
    top = _top([row.value for row in rows], limit)
    room = WIDTH - max((text_width(_value(row.value)) for row in rows), default=0) - 2 * PAD
    parts: list[str] = []
    for number, row in enumerate(rows):
        y = number * ROW
        length = _along(row.value, top, room)
        parts += [
            _text(0, y + FONT, row.label),
            f'<rect class="{_mark(row)}" x="0" y="{y + 20}" width="{_n(length)}" height="14"/>',
            _text(length + PAD, y + 32, _value(row.value)),
        ]
    x = None if limit is None else _along(limit, top, room)
    return _standing(title, parts, len(rows) * ROW, unit, x, limit_label)


def distribution_chart(
    *, rows: Sequence[Bar], title: str, unit: str = "", limit: Decimal | None = None, limit_label: str = ""
) -> str:
    """分布图：各段多少件；`limit` 是虚线前的段数。 A distribution in columns; `limit` is how many columns lie before the line.

    Labels that would touch are left out evenly; the table under the chart has them all. Negative values: ValueError.
    """
    top = _top([row.value for row in rows], None)
    head, tall = (2 * FONT if limit is not None else 0) + FONT + PAD, 120
    step = Decimal(WIDTH) / max(len(rows), 1)
    skip = _skip([row.label for row in rows], step)
    numbers = _skip([_value(row.value) for row in rows], step) == 1
    parts = [f'<line class="axis" x1="0" y1="{head + tall}" x2="{WIDTH}" y2="{head + tall}"/>']
    for number, row in enumerate(rows):
        high = _along(row.value, top, tall)
        middle = step * number + step / 2
        parts.append(
            f'<rect class="{_mark(row)}" x="{_n(step * number + 1)}" y="{_n(head + tall - high)}" '
            f'width="{_n(step - 2)}" height="{_n(high)}"/>'
        )
        if numbers:
            parts.append(_text(middle, head + tall - high - PAD, _value(row.value), anchor="middle"))
        if number % skip == 0:
            parts.append(_text(middle, head + tall + FONT + PAD, row.label, anchor="middle", quiet=True))
    if limit is not None:
        x = step * limit
        parts.append(
            f'<line class="limit" x1="{_n(x)}" y1="{2 * FONT - PAD}" x2="{_n(x)}" y2="{head + tall}"/>'
        )
        parts.append(_text(x, FONT, limit_label, anchor=_lean(x)))
    if unit:
        parts.append(_text(WIDTH, head + tall + 2 * FONT + 2 * PAD, unit, anchor="end", quiet=True))
    return _svg(title, head + tall + (2 * FONT + 3 * PAD if unit else FONT + 2 * PAD), parts)


def dot_chart(
    *, rows: Sequence[Dots], title: str, unit: str = "", limit: Decimal | None = None, limit_label: str = ""
) -> str:
    """点图：一行一线，空心为低与高，实心为中。 A line per row: hollow dots for low and high, a full one for the middle.

    Positions must rise (low <= middle <= high) and not be negative: ValueError.
    """
    if any(not row.low <= row.middle <= row.high for row in rows):
        raise ValueError("low <= middle <= high is required in every row")
    top = _top([row.low for row in rows] + [row.high for row in rows], limit)
    room = WIDTH - 2 * PAD - 8
    parts: list[str] = []
    for number, row in enumerate(rows):
        y = number * ROW + 28
        low, middle, high = (PAD + 4 + _along(v, top, room) for v in (row.low, row.middle, row.high))
        parts += [
            _text(0, number * ROW + FONT, row.label),
            _text(WIDTH, number * ROW + FONT, _value(row.middle), anchor="end"),
            f'<line class="track" x1="{PAD + 4}" y1="{y}" x2="{WIDTH - PAD - 4}" y2="{y}"/>',
            f'<line class="axis" x1="{_n(low)}" y1="{y}" x2="{_n(high)}" y2="{y}"/>',
            *(f'<circle class="hollow" cx="{_n(x)}" cy="{y}" r="4"/>' for x in (low, high)),
            f'<circle class="mark" cx="{_n(middle)}" cy="{y}" r="5"/>',
        ]
    x = None if limit is None else PAD + 4 + _along(limit, top, room)
    return _standing(title, parts, len(rows) * ROW, unit, x, limit_label)


def text_width(text: str) -> int:
    """估字宽：汉字一格，西文约半格。 Estimated width of a text: a full square for Han, about half for Latin. In pixels."""
    return sum(FONT if ord(c) > 0x2E7F else round(FONT * 0.58) for c in text)


def _top(values: Sequence[Decimal], limit: Decimal | None) -> Decimal:
    if any(value < 0 for value in values):
        raise ValueError("a chart of amounts takes no negative value")
    return max([*values, limit or Decimal(0)], default=Decimal(0)) or Decimal(1)


def _along(value: Decimal, top: Decimal, room: int) -> Decimal:
    return value / top * room


def _skip(labels: Sequence[str], step: Decimal) -> int:
    widest = max((text_width(label) for label in labels), default=0) + 2 * PAD
    return max(1, -(-widest // max(1, int(step))))


def _lean(x: Decimal) -> str:
    return "start" if x < WIDTH / 3 else "end" if x > 2 * WIDTH / 3 else "middle"


def _standing(
    title: str, parts: Sequence[str], height: int, unit: str, limit_at: Decimal | None, limit_label: str
) -> str:
    """收尾：行下面写时限和单位。 Closes a drawing of rows: the limit's line and word, and the unit, under the rows."""
    feet: list[str] = []
    if limit_at is not None:
        x = _n(limit_at)
        feet.append(f'<line class="limit" x1="{x}" y1="{FONT + PAD}" x2="{x}" y2="{height}"/>')
        height += FONT + PAD
        feet.append(_text(limit_at, height - PAD, limit_label, anchor=_lean(limit_at)))
    if unit:
        height += FONT + PAD
        feet.append(_text(WIDTH, height - PAD, unit, anchor="end", quiet=True))
    return _svg(title, height, [*parts, *feet])


def _mark(row: Bar) -> str:
    return "mark" + (" few" if row.few else "") + (" over" if row.over else "")


def _value(value: Decimal) -> str:
    words = f"{value:,f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def _n(number: Decimal | float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")


def _text(
    x: Decimal | float, y: Decimal | float, words: str, *, anchor: str = "start", quiet: bool = False
) -> str:
    kind = ' class="quiet-text"' if quiet else ""
    return f'<text{kind} x="{_n(x)}" y="{_n(y)}" font-size="{FONT}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    name = escape(title)
    inside = "".join(parts)
    return f'<svg class="chart" role="img" aria-label="{name}" viewBox="0 0 {WIDTH} {height}"><title>{name}</title>{inside}</svg>'
