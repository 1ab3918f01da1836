"""Draw a sample of the citations found in the texts of the sample city's pack, to be checked by eye.

    .venv/bin/python -m tests.citations.sample SEED > tests/citations/sample.csv

As many as in the measure it is compared with: 110 with 《》, 70 that speak of the text itself (本法, 本条, 前款), 60 without either;
of the first and the last, those that name units and those that name an instrument as a whole are drawn apart, or the easy
ones would be most of them. Within a stratum those are drawn whose SHA-256 of seed and place is smallest: every citation is as likely as any other,
and one more found elsewhere leaves the rest of the sample as it is. The texts are those of `texts.csv`, so that a text added to
the pack does not change a sample that was read.
"""

import csv
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tongxin.law.rules.citations import (
    Citation,
    ClauseTree,
    SourceKind,
    citations_in_clauses,
    targets_of,
)
from tongxin.law.tests.desk import Held, index, texts

HERE = Path(__file__).parent
STRATA = {"titled units": 45, "titled whole": 65, "self": 70, "bare units": 45, "bare whole": 15}
FOUND = (
    "stratum", "instrument", "version", "clause", "start", "end", "quote", "kind", "title", "meant", "targets",
    "context",
)  # fmt: skip
MARKED = ("span_ok", "attribution_ok", "self_resolved_ok", "note")
Row = dict[str, str]


def stratum(citation: Citation) -> str:
    """The stratum of a citation: how its source is written."""
    if citation.kind in {SourceKind.SELF, SourceKind.PRIOR}:
        return "self"
    source = "titled" if citation.quote.startswith("《") else "bare"
    return f"{source} {'units' if citation.units else 'whole'}"


@cache
def population() -> tuple[Row, ...]:
    """Every citation of the texts, in their order."""
    with (HERE / "texts.csv").open(encoding="utf-8", newline="") as lines:
        read = {(row["instrument"], row["version"]) for row in csv.DictReader(lines)}
    held = [one for one in texts() if (one.row["key"], one.row["version_date"]) in read]
    return tuple(row for one in held for row in _rows(one))


def _rows(held: Held) -> Iterator[Row]:
    assert held.parsed is not None
    clauses = held.parsed.clauses
    tree = ClauseTree((clause.key, clause.kind) for clause in clauses)
    words = {clause.key: clause.text for clause in clauses}
    for citation in citations_in_clauses(clauses, index=index(), own=held.row["title"]):
        meant = _meant(held, citation)
        if citation.title:
            targets = [unit.key for unit in citation.expanded()]
        else:
            targets = [target.key or str(target.why) for target in targets_of(citation, tree, own=True)]
        text = words[citation.place]
        before, after = (
            text[max(0, citation.start - 60) : citation.start],
            text[citation.end : citation.end + 40],
        )
        yield {
            "stratum": stratum(citation),
            "instrument": held.row["key"],
            "version": held.row["version_date"],
            "clause": citation.place,
            "start": str(citation.start),
            "end": str(citation.end),
            "quote": citation.quote,
            "kind": str(citation.kind),
            "title": citation.title,
            "meant": meant,
            "targets": ";".join(targets),
            "context": f"{before}【{citation.quote}】{after}".replace("\n", "⏎"),
        }


def _meant(held: Held, citation: Citation) -> str:
    """The instrument of the book that is meant; empty where the book has none of that title."""
    if not citation.title:
        return held.row["key"]
    return "" if citation.earlier else ";".join(index().keys(citation.title))


def place(row: Row) -> str:
    """Where a citation stands; no two stand in the same place."""
    return "|".join((row["instrument"], row["version"], row["clause"], row["start"]))


def drawn(seed: str) -> list[Row]:
    """The sample of a seed, stratum by stratum, in the order of the draw."""

    def lot(row: Row) -> str:
        return hashlib.sha256(f"{seed}|{place(row)}".encode()).hexdigest()

    found: list[Row] = []
    for name, size in STRATA.items():
        found += sorted((row for row in population() if row["stratum"] == name), key=lot)[:size]
    return found


def main() -> None:
    """Print the sample of the seed given, with empty marks."""
    out = csv.DictWriter(sys.stdout, [*FOUND, *MARKED])
    out.writeheader()
    out.writerows({**row, **dict.fromkeys(MARKED, "")} for row in drawn(sys.argv[1]))


if __name__ == "__main__":
    main()
