"""四种样子的每一对文字颜色，对比都不低于 4.5。 Every pair of text colours has a contrast of 4.5 in all four looks (WCAG 1.4.3)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "assets/css"
BASE = (CSS / "base.css").read_text(encoding="utf-8")
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "press", "press-deep") for ground in ("paper", "wash")),
    *((tone, ground) for tone in ("soon", "over", "good") for ground in ("paper", f"{tone}-wash")),
    *(("ink", f"{tone}-wash") for tone in ("soon", "over", "good")),
    *(("press", f"{tone}-wash") for tone in ("soon", "over", "good")),
    ("on-press", "press"),
    ("on-press", "press-deep"),
    ("paper", "ink"),
]
EDGES = [
    ("line-strong", "paper"),
    ("line-strong", "wash"),
    ("press", "paper"),
    ("soon", "paper"),
    ("over", "paper"),
    ("good", "paper"),
]
LOOKS = ("light", "dark", "light contrast", "dark contrast")


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def looks() -> dict[str, dict[str, str]]:
    """浅、深、浅高对比、深高对比，按层叠次序。 The four looks, in the order of the cascade."""
    blocks = re.findall(
        r"(@media \(prefers-color-scheme: dark\) \{\s*)?:root(\.contrast)? \{(.*?)\}", BASE, re.DOTALL
    )
    found = {
        (bool(dark), bool(contrast)): _colours(body)
        for dark, contrast, body in blocks
        if "--paper" in body or "--ink" in body
    }
    light = found[False, False]
    dark = {**light, **found[True, False]}
    high = {**light, **found[False, True]}
    return dict(
        zip(LOOKS, (light, dark, high, {**dark, **found[False, True], **found[True, True]}), strict=True)
    )


def luminance(colour: str) -> float:
    """WCAG 的相对亮度。 Relative luminance as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """两色的对比，1 到 21。 Contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(look: str, ink: str, ground: str) -> None:
    colours = looks()[look]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_of_what_is_used_can_be_seen(look: str, edge: str, ground: str) -> None:
    colours = looks()[look]
    assert contrast(colours[edge], colours[ground]) >= 3


def test_colours_are_named_in_the_ground_alone() -> None:
    for path in sorted(CSS.glob("*.css")):
        if path.name != "base.css":
            assert not re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsl\(", path.read_text(encoding="utf-8")), (
                path.name
            )
