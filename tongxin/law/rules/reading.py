"""逐行阅读：记住读到哪一章、哪一条、哪一款、哪一项。

The line-by-line reading behind `text.parse_instrument`: it knows where in the text it stands and hangs each
line there, or raises a doubt.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from tongxin.law.rules.marks import (
    DIVISION_LENGTH,
    FINAL,
    Mark,
    is_annex_heading,
    is_heading,
    is_preamble_heading,
    read_mark,
)
from tongxin.law.rules.numerals import GREATEST, chinese_numeral
from tongxin.law.terms import ClauseKind, ClauseText, ImportDoubt

_TIERS: Final = (ClauseKind.PART, ClauseKind.SUBPART, ClauseKind.CHAPTER, ClauseKind.SECTION)
_LETTER: Final = dict(zip(_TIERS, "bfcs", strict=True))
_BROKEN: Final = frozenset("，、,")
_SEPARATING: Final = frozenset("；;")
_LISTING: Final = frozenset("：:") | _SEPARATING
_ENDING: Final = frozenset("。！？!?.…”」』）)》】")


class Line(NamedTuple):
    """一行：行号与去掉首尾空白的文字。

    One line: its number from 1 and its text without white space at both ends.
    """

    number: int
    text: str


@dataclass(slots=True)
class _Draft:
    key: str
    kind: ClauseKind
    parent: str | None
    number: str = ""
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    line: int = 0


class Reading:
    """阅读一部法的过程。

    The state of one reading. `take` each line of the body in order, then ask for `clauses` and `doubts`.
    """

    def __init__(self) -> None:
        self.doubts: list[ImportDoubt] = []
        self._drafts: dict[str, _Draft] = {}
        self._divisions: dict[ClauseKind, str] = {}
        self._last_of_tier: dict[ClauseKind, int] = {}
        self._last_article = 0
        self._counts: dict[str, int] = {}
        self._article: _Draft | None = None
        self._paragraph: _Draft | None = None
        self._item: _Draft | None = None
        self._item_mark = ClauseKind.ITEM  # items are （一）; where a text numbers them 1. that is their mark
        self._last_item: _Draft | None = None
        self._current: _Draft | None = None  # receives a line that continues the one before
        self._in_repeated_article = False
        self._in_annex = False

    def take(self, line: Line, following: str) -> None:
        """读一行。

        Read one line; `following` is the text of the next one, which tells headings from paragraphs.
        """
        if self._in_annex and not self._goes_on_after_annex(line):
            self._take_apart("x", ClauseKind.ANNEX, line)
            return
        mark = self._mark(line)
        if mark is None:
            self._take_plain(line, following)
        elif mark.kind in _LETTER:
            self._open_division(mark, line)
        elif mark.kind is ClauseKind.ARTICLE:
            self._open_article(mark, line)
        elif self._article is None:
            self._take_plain(line, following)
        elif mark.kind is ClauseKind.ITEM or self._item is None or self._item_mark is mark.kind:
            self._open_item(mark, line)
        else:
            self._open_subitem(mark, line)

    def clauses(self) -> tuple[ClauseText, ...]:
        """读出的条款，按原文次序。

        The clauses in the order of the text.
        """
        return tuple(
            ClauseText(
                key=draft.key,
                kind=draft.kind,
                parent=draft.parent,
                number=draft.number,
                heading=draft.heading,
                text="\n".join(draft.lines),
                ordinal=ordinal,
            )
            for ordinal, draft in enumerate(self._drafts.values(), start=1)
        )

    def _mark(self, line: Line) -> Mark | None:
        mark = read_mark(line.text)
        if mark is None:
            return None
        if not mark.number:
            self._doubt("number_unread", line)
            return None
        if mark.loose and mark.number != str(self._last_article + 1):
            return None
        if mark.loose:
            self._doubt("mark_without_space", line, f"a{mark.number}")
        return mark

    # --- divisions -------------------------------------------------------------------------------------

    def _open_division(self, mark: Mark, line: Line) -> None:
        above = self._close_from(mark.kind)
        key = f"{above}.{_LETTER[mark.kind]}{mark.number}" if above else f"{_LETTER[mark.kind]}{mark.number}"
        self._check_order_of_divisions(mark, line, key)
        if key in self._drafts:
            self._doubt("division_repeated", line, key)
            key = self._next_key("h")
        self._divisions[mark.kind] = key
        self._add(_Draft(key, mark.kind, above, mark.label, mark.heading))

    def _close_from(self, kind: ClauseKind) -> str | None:
        for tier in _TIERS[_TIERS.index(kind) :]:
            self._divisions.pop(tier, None)
        self._leave_article()
        return self._deepest()

    def _deepest(self) -> str | None:
        return next((self._divisions[tier] for tier in reversed(_TIERS) if tier in self._divisions), None)

    def _check_order_of_divisions(self, mark: Mark, line: Line, key: str) -> None:
        number = int(mark.number.split("-")[0])
        if number not in {1, self._last_of_tier.get(mark.kind, 0), self._last_of_tier.get(mark.kind, 0) + 1}:
            self._doubt("division_missing_before", line, key)
        self._last_of_tier[mark.kind] = number

    def _open_heading(self, line: Line) -> None:
        self._divisions.clear()
        self._leave_article()
        key = self._next_key("h")
        self._divisions[ClauseKind.CHAPTER] = key
        self._add(_Draft(key, ClauseKind.CHAPTER, None, "", line.text.lstrip("# \u3000")))
        self._doubt("heading_without_number", line, key)

    def _leave_article(self) -> None:
        self._article = self._paragraph = self._item = self._last_item = self._current = None
        self._in_repeated_article = False

    # --- articles and what stands in them --------------------------------------------------------------

    def _open_article(self, mark: Mark, line: Line) -> None:
        self._leave_article()
        key = f"a{mark.number}"
        if key in self._drafts:
            self._in_repeated_article = True
            self._doubt("article_repeated", line, key)
            return
        self._last_article = max(self._last_article, int(mark.number.split("-")[0]))
        self._article = _Draft(key, ClauseKind.ARTICLE, self._deepest(), mark.label, mark.heading)
        self._add(self._article)
        if mark.rest:
            self._open_paragraph(Line(line.number, mark.rest), self._article)

    def _open_paragraph(self, line: Line, article: _Draft) -> _Draft:
        key = self._next_key(f"{article.key}.p")
        ordinal = self._counts[f"{article.key}.p"]
        number = f"第{chinese_numeral(ordinal)}款" if ordinal <= GREATEST else str(ordinal)
        self._paragraph = _Draft(key, ClauseKind.PARAGRAPH, article.key, number, line=line.number)
        self._item = None
        self._add(self._paragraph)
        if line.text:
            self._paragraph.lines.append(line.text)
            article.lines.append(line.text)
        return self._paragraph

    def _open_item(self, mark: Mark, line: Line) -> None:
        if self._article is None:
            return
        self._fold_interposed(mark)
        paragraph = self._paragraph or self._open_paragraph(Line(line.number, ""), self._article)
        draft = _Draft(f"{paragraph.key}.i{mark.number}", ClauseKind.ITEM, paragraph.key, mark.label)
        if self._hang(draft, mark, line, "item"):
            self._item = self._last_item = draft
            self._item_mark = mark.kind

    def _fold_interposed(self, mark: Mark) -> None:
        """Text between （三） and （四） belongs to （三）: a list goes on over it within one paragraph."""
        stray, item = self._paragraph, self._last_item
        if stray is None or item is None or self._item is not None:
            return
        stands_between = bool(stray.lines) and item.parent == self._key_before(stray)
        if stands_between and mark.number == str(self._counts[f"{item.parent}:item"] + 1):
            del self._drafts[stray.key]
            self._counts[f"{stray.parent}.p"] -= 1
            self._paragraph = self._drafts[item.parent or ""]
            item.lines += stray.lines
            self._doubt("text_within_list", Line(stray.line, stray.lines[0]), item.key)

    def _key_before(self, paragraph: _Draft) -> str:
        return f"{paragraph.parent}.p{self._counts[f'{paragraph.parent}.p'] - 1}"

    def _open_subitem(self, mark: Mark, line: Line) -> None:
        if self._item is None:
            return
        draft = _Draft(f"{self._item.key}.s{mark.number}", ClauseKind.SUBITEM, self._item.key, mark.label)
        self._hang(draft, mark, line, "subitem")

    def _hang(self, draft: _Draft, mark: Mark, line: Line, what: str) -> bool:
        if self._article is not None:
            self._article.lines.append(line.text)
        if draft.key in self._drafts:
            self._doubt(f"{what}_repeated", line, draft.key)
            return False
        before = self._counts.get(f"{draft.parent}:{what}", 0)
        if mark.number != str(before + 1):
            self._doubt(f"{what}_missing_before", line, draft.key)
        self._counts[f"{draft.parent}:{what}"] = int(mark.number)
        draft.lines.append(mark.rest)
        self._add(draft)
        return True

    # --- lines without a mark --------------------------------------------------------------------------

    def _take_plain(self, line: Line, following: str) -> None:
        if not self._in_body() and "pre" not in self._drafts and is_preamble_heading(line.text):
            self._add(_Draft("pre", ClauseKind.PREAMBLE, None, "", line.text.lstrip("# \u3000")))
        elif self._article is not None and "x" not in self._drafts and is_annex_heading(line.text):
            self._open_annex(line)
        elif self._is_heading_here(line, following):
            self._open_heading(line)
        elif self._article is not None:
            self._continue_article(line, self._article)
        else:
            self._take_outside(line)

    def _in_body(self) -> bool:
        return bool(self._divisions or self._last_article)

    def _open_annex(self, line: Line) -> None:
        self._leave_article()
        self._in_annex = True
        self._add(_Draft("x", ClauseKind.ANNEX, None, "", line.text.lstrip("# \u3000")))

    def _goes_on_after_annex(self, line: Line) -> bool:
        """The next article of the text itself; the articles of an annex begin again at one."""
        mark = read_mark(line.text)
        self._in_annex = (
            mark is None
            or mark.loose
            or mark.kind is not ClauseKind.ARTICLE
            or mark.number != str(self._last_article + 1)
        )
        return not self._in_annex

    def _is_heading_here(self, line: Line, following: str) -> bool:
        if line.text.startswith("#"):
            return True
        mark = read_mark(following) if following else None
        opens = mark is not None and not mark.loose and mark.kind in {*_TIERS, ClauseKind.ARTICLE}
        unfinished = self._tail() in _BROKEN | _LISTING or self._wraps_a_heading()
        return opens and is_heading(line.text) and not unfinished

    def _tail(self) -> str:
        return self._current.lines[-1][-1:] if self._current and self._current.lines else ""

    def _wraps_a_heading(self) -> bool:
        last = next(reversed(self._drafts.values()), None)
        return last is not None and last.kind in _LETTER

    def _continue_article(self, line: Line, article: _Draft) -> None:
        reason = self._reason_to_join(line.text)
        if reason and self._current is not None:
            self._doubt(reason, line, self._current.key)
            self._current.lines.append(line.text)
            article.lines.append(line.text)
            return
        after_lead = self._tail() in _LISTING
        paragraph = self._open_paragraph(line, article)
        if after_lead:
            self._doubt("list_unnumbered", line, paragraph.key)

    def _reason_to_join(self, text: str) -> str:
        """A line continues the one before that broke off, or that stands in a list without numbers."""
        tail = self._tail()
        if tail in _BROKEN or (tail and tail not in _ENDING | _LISTING):
            return "line_joined"
        lists_on = tail in _SEPARATING or (tail in _LISTING and text[-1] in _BROKEN | _SEPARATING)
        return "list_unnumbered" if lists_on else ""

    def _take_outside(self, line: Line) -> None:
        last = next(reversed(self._drafts.values()), None)
        if self._in_repeated_article:
            self._doubt("article_repeated", line)
        elif last is not None and self._wraps_a_heading() and _may_end_heading(line.text):
            self._doubt("heading_joined", line, last.key)
            last.heading = f"{last.heading}\n{line.text}".strip()
        elif self._in_body():
            self._doubt("text_outside_article", line)
        else:
            self._take_apart("pre", ClauseKind.PREAMBLE, line)

    def _take_apart(self, root: str, kind: ClauseKind, line: Line) -> None:
        key = self._next_key(f"{root}.p")
        self._add(_Draft(key, kind, root if root in self._drafts else None, "", "", [line.text]))

    # --- bookkeeping -----------------------------------------------------------------------------------

    def _next_key(self, stem: str) -> str:
        self._counts[stem] = self._counts.get(stem, 0) + 1
        return f"{stem}{self._counts[stem]}"

    def _add(self, draft: _Draft) -> None:
        self._drafts[draft.key] = draft
        if draft.kind not in _LETTER and draft.kind is not ClauseKind.ARTICLE:
            self._current = draft

    def _doubt(self, reason: str, line: Line, key: str | None = None) -> None:
        doubt = ImportDoubt(clause_key=key, line=line.number, reason_code=reason, detail=line.text)
        self.doubts.append(doubt)


def _may_end_heading(text: str) -> bool:
    return len(text) <= DIVISION_LENGTH and text[-1] not in FINAL
