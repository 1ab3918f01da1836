"""The generated part of docs/performance.md: the table and a paragraph for each figure, from the figures and the newest results."""

import inspect
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import history
from benchmarks.figure import Figure, Result, number

PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by `tongxin bench --markdown` -->", "<!-- end of the figures -->"


def said(figure: Figure, result: Result) -> str:
    """One figure's result in a line: ours, limit, ratio, spread, and what is asked."""
    limit = f", limit {number(result.limit)}" if result.limit else ""
    return (
        f"ours {number(result.ours)} {figure.unit}{limit}, ratio {result.ratio:.2f}; spread {result.spread:.0%}, of the "
        f"ratio {result.ratio_spread:.0%}; asked {asked(figure)}"
    )


def asked(figure: Figure) -> str:
    """What is asked, in words."""
    word = "≥" if figure.rate else "≤"
    ratio = f", ratio {word} {figure.ratio:g}" if figure.ratio is not None else ""
    return f"{word} {figure.asked:,g} {figure.unit}{ratio}"


def table(known: Mapping[str, Figure], lines: Sequence[Mapping[str, Any]]) -> str:
    """The table in Markdown: a row for each figure; of one not yet measured the cells say so."""
    rows = [
        "| figure | asked | ours | limit of the same run | ratio | spread | what the limit is | what bounds it |",
        "|---|---|---|---|---|---|---|---|",
    ]
    newest = history.newest([one for one in lines if not one["short"]])  # type: ignore[arg-type]
    for name, figure in known.items():
        one = newest.get(name)
        measured = (
            [
                f"{number(one['ours'])} {figure.unit}",
                number(one["limit"]) if one["limit"] else "–",
                f"{one['ratio']:.2f}",
                f"{one['spread']:.0%}",
            ]
            if one
            else ["not yet measured", "", "", ""]
        )
        rows.append(
            f"| [{name}](#{anchor(name)}) | {asked(figure)} | {' | '.join(measured)} | {figure.limit_words} | {bounds(_explained(figure))} |"
        )
    return "\n".join(rows)


def _explained(figure: Figure) -> str:
    """The explanation of a figure: the docstring of its module."""
    return inspect.cleandoc(sys.modules[figure.run.__module__].__doc__ or "")


def bounds(text: str) -> str:
    """What bounds a figure, out of its explanation: the first sentence that says so."""
    sentences = re.split(r"(?<=[.]) ", " ".join(text.split()))
    found = next(
        (one for one in sentences if re.search(r"\bbound(s|ed)?\b", one, re.IGNORECASE)), "see below"
    )
    return found.rstrip(".")


def anchor(name: str) -> str:
    """The anchor of a figure's heading."""
    return name.lower().replace(" ", "-")


def paragraphs(known: Mapping[str, Figure], lines: Sequence[Mapping[str, Any]]) -> str:
    """A heading and a paragraph for each figure: its words, its module's own explanation, what its newest runs say."""
    newest = history.newest([one for one in lines if not one["short"]])  # type: ignore[arg-type]
    parts = []
    for name, figure in known.items():
        parts.append(f"### {name}\n\n{figure.words}\n\n{_explained(figure)}")
        if name in newest:
            parts.append(_conditions(newest[name]))
    return "\n\n".join(parts)


def _conditions(one: Mapping[str, Any]) -> str:
    facts = ", ".join(f"{name} {_number(value)}" for name, value in one["facts"].items())
    machine = one["machine"]
    return (
        f"Measured at `{one['commit'] or 'no commit'}` on {one['at'][:10]}, median of {one['runs']}: {facts or 'no more facts'}. "
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory GB']:g} GB; PostgreSQL {machine['postgresql']}, "
        f"fsync {machine['fsync']}; load {machine['load'][0]:g} before and {machine['load'][1]:g} after."
    )


def _number(value: object) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def page(text: str, known: Mapping[str, Figure], lines: Sequence[Mapping[str, Any]]) -> str:
    """The page with what lies between its two markers written anew. ValueError when a marker is missing."""
    before, begun, rest = text.partition(BEGIN)
    _old, ended, after = rest.partition(END)
    if not begun or not ended:
        raise ValueError("docs/performance.md has lost the markers of its generated part")
    return f"{before}{BEGIN}\n\n{table(known, lines)}\n\n{paragraphs(known, lines)}\n\n{END}{after}"


def write(known: Mapping[str, Figure], lines: Sequence[Mapping[str, Any]]) -> None:
    """Write the page anew."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), known, lines), encoding="utf-8")
