"""一份文件里的引用：在原文中的位置，和所在的条款。 The citations of a document: where they stand in it, and in which clause.

A statute is read into clauses first, so that 本条 and 前款 have a place; what stands in no clause (headings aside, the lines
before the body, lines in doubt) is read as it is. Positions count characters of the document itself.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tongxin.law.rules.citations.finding import Setting, citations_in
from tongxin.law.rules.citations.grammar import Citation
from tongxin.law.rules.citations.placing import ClauseTree
from tongxin.law.rules.citations.titles import TitleIndex
from tongxin.law.rules.text import ParsedText, parse_instrument
from tongxin.law.terms import ClauseKind, ClauseText

# Texts longer than any statute are read as they are: the reading into clauses is for statutes.
LONGEST_STATUTE: Final = 4_000_000
# How far the next line of a clause may lie behind the one before; between them stand headings and lines in doubt.
_LONGEST_GAP: Final = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """一份文件。 A document with its citations, its title and, where it reads as a statute, its clauses."""

    title: str
    citations: tuple[Citation, ...]
    clauses: tuple[ClauseText, ...]
    tree: ClauseTree


@dataclass(frozen=True, slots=True)
class _Piece:
    """一段。 A piece of the document: its words, the clause they stand in, and where each of its lines begins."""

    text: str
    place: str
    starts: tuple[int, ...]  # where a line begins within the piece
    origins: tuple[int, ...]  # and where the same line begins in the document

    def origin(self, at: int) -> int:
        """在文件中的位置。 The position in the document of a position in the piece."""
        line = bisect_right(self.starts, at) - 1
        return self.origins[line] + at - self.starts[line]


def citations_in_document(text: str, *, index: TitleIndex | None = None) -> Document:
    """一份文件里的全部引用。 Every citation of a document, in the order of the document."""
    parsed = parse_instrument(text) if len(text) <= LONGEST_STATUTE else None
    title = (parsed.title if parsed else "") or _first_line(text)
    if parsed is None or not parsed.articles:
        setting = Setting.of(index=index, own=title, texts=[text])
        found = citations_in(text, setting=setting)
        return Document(title=title, citations=found, clauses=(), tree=ClauseTree(()))
    pieces = list(_pieces(text, parsed))
    setting = Setting.of(index=index, own=title, texts=[piece.text for piece in pieces])
    found = tuple(sorted(_found(text, pieces, setting), key=lambda citation: citation.start))
    tree = ClauseTree((clause.key, clause.kind) for clause in parsed.clauses)
    return Document(title=title, citations=found, clauses=parsed.clauses, tree=tree)


def _first_line(text: str) -> str:
    head = text.lstrip()[:200]
    return head.split("\n", 1)[0].lstrip("# ").strip()


def _found(text: str, pieces: Sequence[_Piece], setting: Setting) -> Iterator[Citation]:
    for piece in pieces:
        for citation in citations_in(piece.text, setting=setting, place=piece.place):
            start = piece.origin(citation.start)
            end = piece.origin(citation.end - 1) + 1
            yield replace(citation, start=start, end=end, quote=text[start:end])


def _pieces(text: str, parsed: ParsedText) -> Iterator[_Piece]:
    """各条款的文字，和不在任何条款里的文字。 The words of each clause, and between them what stands in none.

    The clauses hold the lines of the document in its order, each without the mark and the white space around it, so one
    walk finds them all.
    """
    parents = {clause.parent for clause in parsed.clauses}
    at = 0
    for clause in parsed.clauses:
        if not clause.text or (clause.kind is ClauseKind.ARTICLE and clause.key in parents):
            continue
        starts, origins, within = [], [], 0
        for line in clause.text.split("\n"):
            origin = text.find(line, at, at + len(line) + _LONGEST_GAP)
            if origin < 0:
                break
            if origin > at:
                yield from _loose(text, at, origin)
            starts.append(within)
            origins.append(origin)
            at, within = origin + len(line), within + len(line) + 1
        if starts:
            whole = clause.text[: within - 1]
            yield _Piece(whole, clause.key, tuple(starts), tuple(origins))
    yield from _loose(text, at, len(text))


def _loose(text: str, start: int, end: int) -> Iterator[_Piece]:
    """两条款之间的文字，标题和编号除外。 What stands between two clauses, without headings and marks."""
    at = start
    for line in text[start:end].split("\n"):
        if len(line.strip()) > 4 and not line.lstrip().startswith(("#", "<!--")):
            yield _Piece(line, "", (0,), (at,))
        at += len(line) + 1
