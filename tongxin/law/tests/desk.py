"""The texts of the sample city's pack, read once, as a desk of books for the tests: pure, without a database."""

import csv
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tongxin.law.rules.citations import (
    HeldClause,
    HeldInstrument,
    HeldVersion,
    Shelf,
    TitleIndex,
)
from tongxin.law.rules.text import ParsedText, parse_instrument
from tongxin.law.terms import ClauseText

LAW = Path(__file__).resolve().parents[3] / "city" / "binzhou" / "law"


class Held(NamedTuple):
    """One version of the manifest with its text (None: known by its dates only)."""

    row: dict[str, str]
    markdown: str
    parsed: ParsedText | None


@cache
def texts() -> tuple[Held, ...]:
    """Every version of the pack, in the order of the manifest."""
    found = []
    with (LAW / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            markdown = (LAW / row["file"]).read_text(encoding="utf-8") if row["file"] else ""
            found.append(Held(row, markdown, parse_instrument(markdown) if row["file"] else None))
    return tuple(found)


@cache
def index() -> TitleIndex:
    """The titles of the pack."""
    return TitleIndex.of(sorted(_titles().items()))


def _titles() -> dict[str, str]:
    """The title of each instrument; of two that differ the later one, as the book keeps it."""
    return {held.row["key"]: held.row["title"] for held in texts()}


@cache
def shelf() -> Shelf:
    """The whole pack on one desk."""
    versions: dict[str, list[HeldVersion]] = {}
    for held in texts():
        row = held.row
        versions.setdefault(row["key"], []).append(
            HeldVersion(
                adopted=date.fromisoformat(row["version_date"]),
                begins=_day(row["in_force_from"]),
                ends=_day(row["in_force_to"]),
                status=row["status"],
                held=held.parsed is not None,
                digest=row["sha256"],
                clauses={c.key: held_clause(c) for c in (held.parsed.clauses if held.parsed else ())},
            )
        )
    instruments = {
        key: HeldInstrument.of(key=key, title=_titles()[key], versions=found)
        for key, found in versions.items()
    }
    return Shelf(index=index(), instruments=instruments)


def held_clause(clause: ClauseText) -> HeldClause:
    """A clause of a parsed text as the desk holds it."""
    return HeldClause(
        key=clause.key, kind=clause.kind, text=clause.text, number=clause.number, heading=clause.heading
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
