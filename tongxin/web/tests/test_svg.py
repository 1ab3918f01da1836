"""小图按文字来测。 Charts tested as text."""

import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise

import pytest

from tongxin.web import svg

BARS = [
    svg.Bar(label="城市管理局 <甲>", value=Decimal(40)),
    svg.Bar(label="水务局", value=Decimal(20), over=True),
    svg.Bar(label="民政局", value=Decimal(3), few=True),
]
DOTS = [svg.Dots(label="垃圾", low=Decimal(1), middle=Decimal("2.5"), high=Decimal(9))]
DRAWINGS = [
    svg.bar_chart(rows=BARS, title="办理", unit="件", limit=Decimal(30), limit_label="时限"),
    svg.distribution_chart(rows=BARS, title="办理", unit="件", limit=Decimal(2), limit_label="时限"),
    svg.dot_chart(rows=DOTS, title="办理", unit="天", limit=Decimal(7), limit_label="时限"),
]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_a_drawing_is_well_formed_named_and_carries_no_inline_style(drawing: str) -> None:
    root = ET.fromstring(drawing)  # noqa: S314 - our own text
    assert root.get("role") == "img"
    assert root.get("aria-label") == "办理"
    assert "style=" not in drawing
    assert "id=" not in drawing


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_nothing_is_drawn_outside_the_field(drawing: str) -> None:
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups())
    assert all(0 <= float(x) <= width for x in re.findall(r' (?:x|x1|x2|cx)="([^"]+)"', drawing))
    assert all(0 <= float(y) <= height for y in re.findall(r' (?:y|y1|y2|cy)="([^"]+)"', drawing))


def test_bars_are_as_long_as_their_values() -> None:
    widths = [
        float(w) for w in re.findall(r'<rect class="mark[^"]*" x="0" y="\d+" width="([\d.]+)"', DRAWINGS[0])
    ]
    assert widths[0] == pytest.approx(2 * widths[1], abs=0.1)


def test_labels_are_escaped() -> None:
    assert "&lt;甲&gt;" in DRAWINGS[0]
    assert "<甲>" not in DRAWINGS[0]


def test_few_and_over_are_marked_by_class() -> None:
    assert 'class="mark over"' in DRAWINGS[0]
    assert 'class="mark few"' in DRAWINGS[0]


def test_value_labels_stay_inside_for_the_longest_bar() -> None:
    drawing = svg.bar_chart(rows=[svg.Bar(label="全市", value=Decimal(1234567))], title="t", unit="个工作日")
    length = float(re.search(r'width="([\d.]+)"', drawing).group(1))
    assert length + svg.PAD + svg.text_width("1,234,567") <= svg.WIDTH


def test_a_distribution_of_many_columns_drops_labels_evenly() -> None:
    rows = [svg.Bar(label=f"{n}天", value=Decimal(n)) for n in range(40)]
    drawing = svg.distribution_chart(rows=rows, title="t")
    labels = re.findall(r">(\d+)天<", drawing)
    assert len(labels) < 20
    assert len({int(b) - int(a) for a, b in pairwise(labels)}) == 1


def test_no_rows_and_all_zero_are_drawn_without_error() -> None:
    assert "<svg" in svg.bar_chart(rows=[], title="t")
    assert "<svg" in svg.distribution_chart(rows=[], title="t")
    assert "<svg" in svg.dot_chart(rows=[], title="t")
    assert 'width="0"' in svg.bar_chart(rows=[svg.Bar(label="无", value=Decimal(0))], title="t")


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        svg.bar_chart(rows=[svg.Bar(label="x", value=Decimal(-1))], title="t")


def test_dots_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="low <= middle"):
        svg.dot_chart(
            rows=[svg.Dots(label="x", low=Decimal(3), middle=Decimal(2), high=Decimal(5))], title="t"
        )
