"""把一部法的引用记入法典。 The citations of a version as rows for the book, with what each points to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.law.rules.citations.finding import citations_in_clauses
from tongxin.law.rules.citations.grammar import Citation, Unit
from tongxin.law.rules.citations.placing import ClauseTree, Target, targets_of
from tongxin.law.rules.citations.titles import TitleIndex
from tongxin.law.terms import CLAUSE_KEY, ClauseKind, ClauseText

# Preambles and annexes are left out: what stands there founds nothing and is not looked at when a law changes.
_READ: Final = frozenset({ClauseKind.ARTICLE, ClauseKind.PARAGRAPH, ClauseKind.ITEM, ClauseKind.SUBITEM})
LONGEST_QUOTE: Final = 400
LONGEST_TITLE: Final = 200
LONGEST_KEY: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class CitationRow:
    """一行。 One unit of a citation in a clause, as the book keeps it; `target` None: an instrument not in the book.

    `target_clause` is empty where the instrument is cited as a whole, or where the words come to no one clause.
    """

    clause_key: str
    start: int
    end: int
    quote: str
    title: str
    target: str | None
    target_clause: str


def book_citations(
    *,
    key: str,
    title: str,
    clauses: Sequence[ClauseText],
    index: TitleIndex,
    trees: Mapping[str, ClauseTree] | None = None,
) -> Iterator[CitationRow]:
    """一个版本里的引用，逐行。 The citations of one version of the instrument `key`, one row for each unit.

    Only clauses that hold words of their own are read, so nothing is counted twice. `trees`, by instrument key, are those
    of the instruments cited, as far as they are at hand: they tell which paragraph 第十条第三项 means; without them the
    article is kept.
    """
    tree = ClauseTree((clause.key, clause.kind) for clause in clauses)
    read = {clause.key for clause in clauses if clause.kind in _READ}
    for citation in citations_in_clauses(clauses, index=index, own=title):
        if citation.place in read:
            target, targets = _aimed(citation, key, tree, index, trees or {})
            for clause in dict.fromkeys(_key_of(one) for one in targets):
                yield CitationRow(
                    clause_key=citation.place,
                    start=citation.start,
                    end=citation.end,
                    quote=citation.quote[:LONGEST_QUOTE],
                    title=citation.title[:LONGEST_TITLE],
                    target=target,
                    target_clause=clause[:LONGEST_KEY],
                )


def _aimed(
    citation: Citation, key: str, tree: ClauseTree, index: TitleIndex, trees: Mapping[str, ClauseTree]
) -> tuple[str | None, Iterable[Target]]:
    """指哪部文件的哪些条款。 The instrument a citation means, and the clauses."""
    if not citation.title:
        return key, targets_of(citation, tree, own=True)
    keys = () if citation.earlier else index.keys(citation.title)
    target = keys[0] if len(keys) == 1 else None
    other = tree if target == key else trees.get(target) if target else None
    if other is not None:
        return target, targets_of(citation, other, own=False)
    return target, (Target(unit, None) for unit in citation.expanded() or (None,))


def _key_of(target: Target) -> str:
    """落到的条款；没有落到的，取字面所能确定的一级。 The clause; where none was found, as far down as the words go without doubt."""
    if target.key:
        return target.key
    return _sure(target.unit) if target.unit else ""


def _sure(unit: Unit) -> str:
    parts = unit.key.split(".")
    while parts and not CLAUSE_KEY.fullmatch(".".join(parts)):
        parts.pop()
    return ".".join(parts)
