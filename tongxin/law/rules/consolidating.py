"""合成文本。 The text of an instrument after an amending decision: 立法法 art. 63(2) asks that the new text be published.

A text is taken apart into its lines, each belonging to a leaf (paragraph, item, subitem), changed there, and written again as
Markdown, so that it is read by the same reader as every other text: what a person sees and what is in the book cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.law.rules.effects import EffectFault, EffectKind, below
from tongxin.law.rules.numerals import chinese_numeral
from tongxin.law.terms import ClauseKind, ClauseText

_DIVISION: Final = {
    ClauseKind.PART: "##",
    ClauseKind.SUBPART: "##",
    ClauseKind.CHAPTER: "##",
    ClauseKind.SECTION: "###",
}
_NUMBERED: Final = frozenset({ClauseKind.ITEM, ClauseKind.SUBITEM})


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """一处文字变动。 One change of words: what is done to `clause`; `to_clause` for a new number; `text` the new words."""

    kind: EffectKind
    clause: str
    to_clause: str = ""
    text: str = ""


@dataclass(slots=True)
class _Block:
    """一条或一个标题。 One article with its lines by leaf, or one heading."""

    key: str
    kind: ClauseKind
    lines: list[tuple[str, str]]  # (leaf key, line)
    heading: str = ""


def consolidated(*, title: str, clauses: Sequence[ClauseText], amendments: Sequence[Amendment]) -> str:
    """合成后的全文。 The whole text after the amendments, as Markdown to be read by `parse_instrument`.

    Raises EffectFault: `no_such_clause`, `clause_there`, `no_text`, `number_wrong`, `not_textual`.
    """
    blocks = _blocks(clauses)
    keys = {clause.key for clause in clauses}
    for amendment in amendments:
        if amendment.kind is not EffectKind.INSERT:
            _amend(blocks, keys, amendment)
    _renumber(blocks, amendments)
    keys = {key for block in blocks for key in (block.key, *(leaf for leaf, _ in block.lines))}
    for amendment in amendments:  # what is inserted has its number in the new text
        if amendment.kind is EffectKind.INSERT:
            _insert(blocks, keys, amendment)
    return (
        f"# {title}\n\n<!-- INFO END -->\n\n"
        + "\n\n".join(line for block in blocks for line in _written(block))
        + "\n"
    )


def _blocks(clauses: Sequence[ClauseText]) -> list[_Block]:
    found: list[_Block] = []
    parents = {clause.parent for clause in clauses}
    for clause in clauses:
        if clause.kind in _DIVISION:
            said = f"{_DIVISION[clause.kind]} {clause.number} {clause.heading}".rstrip()
            found.append(_Block(clause.key, clause.kind, [(clause.key, said)]))
        elif clause.kind is ClauseKind.ARTICLE:
            lines = [] if clause.key in parents else [(clause.key, clause.text)]
            found.append(_Block(clause.key, clause.kind, lines, clause.heading))
        elif clause.kind in {ClauseKind.PREAMBLE, ClauseKind.ANNEX}:
            words = clause.text or clause.heading
            found.append(_Block(clause.key, clause.kind, [(clause.key, words)]))
        else:
            number = clause.number if clause.kind in _NUMBERED else ""
            found[-1].lines.append((clause.key, f"{number}{clause.text}"))
    return found


def _article(key: str) -> str:
    return key.split(".", maxsplit=1)[0]


def _block(blocks: Sequence[_Block], key: str) -> _Block:
    found = next((block for block in blocks if block.key == _article(key)), None)
    if found is None or found.kind is not ClauseKind.ARTICLE:
        raise EffectFault("no_such_clause", f"没有 {key} 这一条", f"there is no article {key}")
    return found


def _amend(blocks: list[_Block], keys: set[str], amendment: Amendment) -> None:
    kind, key = amendment.kind, amendment.clause
    if kind not in {EffectKind.SUBSTITUTE, EffectKind.REPEAL, EffectKind.RENUMBER}:
        raise EffectFault("not_textual", "这种变动不改文字", "this kind of effect changes no words")
    if key not in keys:
        raise EffectFault("no_such_clause", f"没有 {key}", f"there is no clause {key}")
    block = _block(blocks, key)
    if kind is EffectKind.SUBSTITUTE:
        _substitute(block, amendment)
    elif kind is EffectKind.REPEAL and key == block.key:
        blocks.remove(block)
    elif kind is EffectKind.REPEAL:
        block.lines = [line for line in block.lines if not below(line[0], key)]


def _substitute(block: _Block, amendment: Amendment) -> None:
    words = _words(amendment)
    if amendment.clause == block.key:
        block.lines = [(block.key, words)]
        return
    place = next(i for i, line in enumerate(block.lines) if below(line[0], amendment.clause))
    block.lines = [line for line in block.lines if not below(line[0], amendment.clause)]
    block.lines.insert(place, (amendment.clause, words))


def _words(amendment: Amendment) -> str:
    if not amendment.text.strip():
        raise EffectFault("no_text", "没有写明新条文", "the new words are not given")
    return amendment.text.strip()


def _insert(blocks: list[_Block], keys: set[str], amendment: Amendment) -> None:
    key, words = amendment.clause, _words(amendment)
    if key in keys:
        raise EffectFault("clause_there", f"已经有 {key}", f"there is a clause {key} already")
    if key == _article(key):
        if not key.startswith("a"):
            raise EffectFault("number_wrong", f"{key} 不是条", f"{key} is no article")
        before = [
            i for i, b in enumerate(blocks) if b.kind is ClauseKind.ARTICLE and _order(b.key) < _order(key)
        ]
        place = (
            before[-1] + 1
            if before
            else next((i for i, b in enumerate(blocks) if b.kind is ClauseKind.ARTICLE), len(blocks))
        )
        blocks.insert(place, _Block(key, ClauseKind.ARTICLE, [(key, words)]))
    else:
        block = _block(blocks, key)
        place = sum(1 for line in block.lines if _order(line[0]) < _order(key))
        block.lines.insert(place, (key, words))
    keys.add(key)


def _order(key: str) -> tuple[tuple[int, ...], ...]:
    try:
        return tuple(tuple(int(n) for n in part[1:].split("-")) for part in key.split("."))
    except ValueError:
        raise EffectFault("number_wrong", f"{key} 不是条款的写法", f"{key} is no clause") from None


def _renumber(blocks: list[_Block], amendments: Sequence[Amendment]) -> None:
    """改序一并进行。 All renumberings at once: a chain 21→23, 23→25 must not run over itself."""
    moves = {a.clause: a.to_clause for a in amendments if a.kind is EffectKind.RENUMBER}
    if any("." in old or "." in new or not new.startswith("a") for old, new in moves.items()):
        raise EffectFault("number_wrong", "改序只到条", "renumbering is by article")
    for block in blocks:
        if block.kind is ClauseKind.ARTICLE and block.key in moves:
            old, block.key = block.key, moves[block.key]
            block.lines = [(block.key + leaf.removeprefix(old), line) for leaf, line in block.lines]
    kept = [block.key for block in blocks if block.kind is ClauseKind.ARTICLE]
    if len(set(kept)) != len(kept):
        raise EffectFault("clause_there", "改序后有两条同号", "two articles would have one number")
    _sorted_within(blocks)


def _sorted_within(blocks: list[_Block]) -> None:
    """编号次序。 Articles in the order of their numbers; headings stay before the article they stood before."""
    places = [i for i, block in enumerate(blocks) if block.kind is ClauseKind.ARTICLE]
    for place, block in zip(
        places, sorted((blocks[i] for i in places), key=lambda b: _order(b.key)), strict=True
    ):
        blocks[place] = block


def _written(block: _Block) -> list[str]:
    if block.kind is not ClauseKind.ARTICLE:
        return [line for _, line in block.lines]
    heading = f"【{block.heading}】" if block.heading else ""
    first, *rest = [part for _, line in block.lines for part in line.split("\n")] or ["（空）"]
    return [f"{_number(block.key)} {heading}{first}", *rest]


def _number(key: str) -> str:
    main, *inserted = key[1:].split("-")
    return f"第{chinese_numeral(int(main))}条" + "".join(f"之{chinese_numeral(int(n))}" for n in inserted)


def renumberings(amendments: Sequence[Amendment]) -> Mapping[str, str]:
    """改序对照。 The renumberings among amendments, old key to new."""
    return {a.clause: a.to_clause for a in amendments if a.kind is EffectKind.RENUMBER}
