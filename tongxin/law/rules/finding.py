"""按平常话找事项。 Finding a matter by plain words: overlapping pairs of characters, and whole words in Latin script."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from tongxin.law.terms import MatterEntry

_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
# Characters and words that every request is full of; alone they point to nothing.
_IDLE: Final = frozenset("的了在有没不是个人把被很都也还又我你他们这那里上下来去到给和与说要")
_IDLE_WORDS: Final = frozenset(
    _RUN.findall(
        "a an and are at been by down for from has have i in is it my near no not of off on or out the there to up with"
    )
)
NAME, CATEGORY, CONDITION = 6, 1, 2  # how much a hit in each of them says


@lru_cache(maxsize=4_096)
def pieces(words: str) -> frozenset[str]:
    """词块：相邻两字；西文按词。 Pieces of a text: pairs of neighbouring characters; words of Latin script, lower case."""
    found: set[str] = set()
    for run in _RUN.findall(words.lower()):
        if run[0] <= "z":
            found |= {run.rstrip("s") or run} - _IDLE_WORDS
        else:
            found |= {run[i : i + 2] for i in range(len(run) - 1)} or {run}
    return frozenset(found)


def matters_like(
    *, words: str, entries: Iterable[MatterEntry], often: Mapping[str, int]
) -> list[MatterEntry]:
    """像这些话的事项，最像的在前。 Entries like some words, the likeliest first; among equals what is reported most often.

    Where no pair of characters is found, single telling characters are tried. `often`: reports by entry code.
    """
    known = list(entries)
    wanted = pieces(words)
    found = _scored(wanted, known) or _scored(_telling(words), known)
    best = max((score for score, _ in found), default=0)
    kept = [(score, entry) for score, entry in found if score * 3 >= best]
    return [entry for _, entry in sorted(kept, key=lambda f: (-f[0], -often.get(f[1].code, 0), f[1].code))]


def _telling(words: str) -> frozenset[str]:
    return frozenset(c for c in words if "\u3400" <= c <= "\u9fff" and c not in _IDLE)


def _scored(wanted: frozenset[str], entries: Iterable[MatterEntry]) -> list[tuple[int, MatterEntry]]:
    return [(score, entry) for entry in entries if (score := _score(wanted, entry))]


def _score(wanted: frozenset[str], entry: MatterEntry) -> int:
    name, category, condition = (
        pieces(f"{chinese} {english}")
        for chinese, english in (
            (entry.name, entry.name_en),
            (entry.category, entry.category_en),
            (entry.filing_condition, entry.filing_condition_en),
        )
    )
    single = {piece for piece in wanted if len(piece) == 1 and piece > "z"}
    return (
        NAME * len(wanted & name)
        + CATEGORY * len(wanted & category)
        + CONDITION * len(wanted & condition)
        + sum(NAME * (c in entry.name) + CONDITION * (c in entry.filing_condition) for c in single)
    )
