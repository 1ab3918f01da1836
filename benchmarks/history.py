"""What was measured before: one line per figure, commit and form in history.jsonl, and the plot history.svg over commits."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.figure import Figure, Result, number

HERE = Path(__file__).resolve().parent
FILE, PLOT = HERE / "history.jsonl", HERE / "history.svg"
PANEL, TALL, LEFT, TOP, GAP = 400, 150, 56, 46, 24
Line = dict[str, Any]


def line(figure: Figure, result: Result, conditions: Mapping[str, Any], *, short: bool) -> Line:
    """One line of the history."""
    return {
        "commit": machine.commit(),
        "at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "figure": figure.name,
        "unit": figure.unit,
        "ours": _rounded(result.ours),
        "limit": _rounded(result.limit),
        "ratio": _rounded(result.ratio),
        "spread": _rounded(result.spread),
        "ratio_spread": _rounded(result.ratio_spread),
        "runs": result.runs,
        "short": short,
        "facts": dict(result.facts),
        "machine": dict(conditions),
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def read(path: Path = FILE) -> list[Line]:
    """Every line, oldest first. ValueError names the line that is none."""
    if not path.exists():
        return []
    found = []
    for place, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(json.loads(text))
        except ValueError as error:
            raise ValueError(f"{path.name}, line {place}: {error}") from error
    return found


def joined(kept: Iterable[Line], new: Iterable[Line]) -> list[Line]:
    """The history with new lines: one that measured the same figure of the same commit before gives way."""
    new = list(new)
    again = {(one["figure"], one["commit"]) for one in new}
    return [one for one in kept if (one["figure"], one["commit"]) not in again] + new


def add(new: Iterable[Line], path: Path = FILE) -> list[Line]:
    """Add lines to the file and return all of them."""
    lines = joined(read(path), new)
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines)
    path.write_text(text, encoding="utf-8")
    return lines


def newest(lines: Iterable[Line]) -> dict[str, Line]:
    """The newest line of each figure."""
    return {one["figure"]: one for one in lines}


def draw(known: Mapping[str, Figure], lines: Sequence[Line], path: Path = PLOT) -> None:
    """Write the plot."""
    path.write_text(plot(known, lines), encoding="utf-8")


def plot(known: Mapping[str, Figure], lines: Sequence[Line]) -> str:
    """A panel for each figure: its ratio to the limit over commits, the asked ratio dashed. SVG text.

    Where there is no limit, or no ratio asked, the panel still shows ours over the limit, or over what is asked.
    """
    commits = list(dict.fromkeys(one["commit"] for one in lines))
    shown = [name for name in known if any(one["figure"] == name for one in lines)]
    rows = (len(shown) + 1) // 2
    parts = [
        _panel(known[name], [one for one in lines if one["figure"] == name], commits,
               (nth % 2) * (PANEL + GAP), (nth // 2) * (TALL + TOP + GAP + 18))
        for nth, name in enumerate(shown)
    ]  # fmt: skip
    wide, high = 2 * PANEL + GAP, max(rows * (TALL + TOP + GAP + 18), 40)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -8 {wide + 32} {high + 16}" width="{wide + 32}" height="{high + 16}" '
        'font-family="sans-serif" font-size="12" role="img">\n'
        "<title>Figures over commits: ours against the limit of the same run</title>\n"
        f'<rect x="-16" y="-8" width="{wide + 32}" height="{high + 16}" fill="#fff"/>\n'
        + "".join(parts)
        + "</svg>\n"
    )


def _panel(figure: Figure, own: Sequence[Line], commits: Sequence[str], x0: float, y0: float) -> str:
    asked = figure.ratio if figure.ratio is not None else (None if own[-1]["limit"] else 1.0)
    values = [float(one["ratio"]) for one in own]
    top = max([*values, asked or 0.0]) * 1.15 or 1.0
    base, room = y0 + TOP + TALL, PANEL - LEFT - 12

    def x(commit: str) -> float:
        return x0 + LEFT + room * (commits.index(commit) + 0.5) / len(commits)

    def y(value: float) -> float:
        return base - TALL * value / top

    against = "of the limit" if own[-1]["limit"] else "of what is asked"
    better = "more is better" if figure.rate else "less is better"
    newest_said = f"{number(own[-1]['ours'])} {figure.unit}"
    parts = [
        _text(x0, y0 + 14, f"{figure.name}: {newest_said}", weight="bold"),
        _text(x0, y0 + 32, f"ratio {against}, {better}", colour="#555"),
        *(_rule(x0 + LEFT, x0 + PANEL - 12, y(tick), _said(tick)) for tick in _ticks(top)),
    ]
    if asked is not None:
        parts.append(_asked(x0 + LEFT, x0 + PANEL - 12, y(asked), f"asked {_said(asked)}"))
    points = " ".join(f"{x(one['commit']):.1f},{y(float(one['ratio'])):.1f}" for one in own)
    parts.append(f'<polyline points="{points}" fill="none" stroke="#0b5cad" stroke-width="2"/>\n')
    for one in own:
        said = f"{one['commit']}: {number(one['ours'])} {figure.unit}, ratio {_said(float(one['ratio']))}"
        at = f'cx="{x(one["commit"]):.1f}" cy="{y(float(one["ratio"])):.1f}"'
        parts.append(f'<circle {at} r="3.5" fill="#0b5cad"><title>{escape(said)}</title></circle>\n')
    ends = dict.fromkeys([own[0]["commit"], own[-1]["commit"]])
    marks = [_text(x(commit), base + 16, commit[:7], anchor="middle", colour="#555") for commit in ends]
    return "".join([*parts, *marks])


def _ticks(top: float) -> list[float]:
    """Nothing, and two or three round values below the top."""
    step = next((s * 10**p for p in range(-4, 6) for s in (1, 2, 5) if top / (s * 10**p) < 4), top)
    return [step * n for n in range(int(top / step) + 1)]


def _rule(left: float, right: float, y: float, said: str) -> str:
    line_ = f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="#ddd"/>\n'
    return line_ + _text(left - 6, y + 4, said, anchor="end", colour="#555")


def _asked(left: float, right: float, y: float, said: str) -> str:
    line_ = f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="#b3261e" stroke-dasharray="6 4"/>\n'
    return line_ + _text(right, y - 5, said, anchor="end", colour="#b3261e")


def _text(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = "#111", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">'
        f"{escape(words)}</text>\n"
    )


def _said(value: float) -> str:
    return f"{value:.3g}"
