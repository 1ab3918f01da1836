"""两个版本并排对照。 Two versions side by side: rows in the order of the document, and what changed within the words."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Final

from tongxin.law.rules.succession import CHANGED, GONE, Successor, Wording, succession
from tongxin.law.terms import ClauseKind

ADDED: Final = "added"
EQUAL: Final = "equal"
DELETED: Final = "deleted"
INSERTED: Final = "inserted"
# What two rewritten sentences share by chance is no common ground: so many characters between two changes count as changed.
CHANCE: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """一段文字。 A stretch of words: "equal", "deleted" or "inserted"."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """对照的一行。 One row: a clause of the old version, one of the new, or both.

    `how` is that of the succession ("same", "moved", "changed", "gone") or "added" for a clause that is new. `before` are the
    words of the old clause in runs that are equal or deleted, `after` those of the new one, equal or inserted.
    """

    how: str
    kind: str
    old: str | None
    new: str | None
    before: tuple[Run, ...] = ()
    after: tuple[Run, ...] = ()


def compared(
    *, old: Sequence[Wording], new: Sequence[Wording], renumbered: Mapping[str, str] = MappingProxyType({})
) -> tuple[Row, ...]:
    """并排的各行。 The rows of two versions: headings, whole articles, lines of preamble and annex, in the order of the new text.

    What is gone stands after what follows the clause before it. Paragraphs and items have no rows of their own: an article is
    compared whole.
    """
    found = succession(old=old, new=new, renumbered=renumbered)
    olds, news = _whole(old), _whole(new)
    came = {found[key].key: key for key in olds}
    gone = _gone_after(olds, news, found)
    rows = [_gone(wording) for wording in gone.get("", ())]
    for key, wording in news.items():
        before = olds.get(came.get(key, ""))
        rows.append(_row(before, wording, found[before.key]) if before else _added(wording))
        rows += [_gone(lost) for lost in gone.get(key, ())]
    return tuple(rows)


def _whole(wordings: Sequence[Wording]) -> dict[str, Wording]:
    articles = {w.key for w in wordings if w.kind == ClauseKind.ARTICLE}
    return {w.key: w for w in wordings if w.key in articles or w.key.split(".")[0] not in articles}


def _gone_after(
    olds: Mapping[str, Wording], news: Mapping[str, Wording], found: Mapping[str, Successor]
) -> dict[str, list[Wording]]:
    after: dict[str, list[Wording]] = {}
    last = ""
    for key, wording in olds.items():
        counterpart = found[key].key
        if counterpart is not None and counterpart in news:
            last = counterpart
        else:
            after.setdefault(last, []).append(wording)
    return after


def _gone(wording: Wording) -> Row:
    return Row(
        how=GONE, kind=wording.kind, old=wording.key, new=None, before=(Run(kind=DELETED, text=wording.text),)
    )


def _added(wording: Wording) -> Row:
    return Row(
        how=ADDED,
        kind=wording.kind,
        old=None,
        new=wording.key,
        after=(Run(kind=INSERTED, text=wording.text),),
    )


def _row(old: Wording, new: Wording, successor: Successor) -> Row:
    if successor.how == CHANGED:
        before, after = difference(old.text, new.text)
    else:
        before, after = (Run(kind=EQUAL, text=old.text),), (Run(kind=EQUAL, text=new.text),)
    return Row(how=successor.how, kind=new.kind, old=old.key, new=new.key, before=before, after=after)


def difference(old: str, new: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """文字的差别。 What two texts have in common and what each has alone, character by character: the old in runs, and the new.

    The width of a sign makes no difference (NFKC), as in `comparable`.
    """
    pieces = _without_chance(list(_pieces(old, new)))
    before = [(DELETED if changed else EQUAL, here) for changed, here, _ in pieces]
    after = [(INSERTED if changed else EQUAL, there) for changed, _, there in pieces]
    return _runs(before), _runs(after)


def _pieces(old: str, new: str) -> Iterator[tuple[bool, str, str]]:
    matcher = SequenceMatcher(None, _folded(old), _folded(new), autojunk=False)
    for code, a, b, c, d in matcher.get_opcodes():
        yield code != "equal", old[a:b], new[c:d]


def _folded(text: str) -> str:
    folded = (unicodedata.normalize("NFKC", sign) for sign in text)
    return "".join(one if len(one) == 1 else sign for one, sign in zip(folded, text, strict=True))


def _without_chance(pieces: Sequence[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    last = len(pieces) - 1
    return [
        (changed or (0 < place < last and len(here) <= CHANCE), here, there)
        for place, (changed, here, there) in enumerate(pieces)
    ]


def _runs(pieces: Sequence[tuple[str, str]]) -> tuple[Run, ...]:
    joined: list[list[str]] = []
    for kind, text in pieces:
        if joined and joined[-1][0] == kind:
            joined[-1][1] += text
        elif text:
            joined.append([kind, text])
    return tuple(Run(kind=kind, text=text) for kind, text in joined)
