"""把一部法的文本读成条款树：编、分编、章、节、条、款、项、目。

Reads the Markdown text of one version of an instrument into clauses with stable keys, and says where it is in
doubt. Nothing is dropped: every line lands in a clause, in the preamble lines or in a doubt, as printed.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from tongxin.law.rules.marks import is_comment, is_preamble_heading, read_mark
from tongxin.law.rules.reading import Line, Reading
from tongxin.law.terms import ClauseKind, ClauseText, ImportDoubt

INFO_END: Final = "<!-- INFO END -->"
_CLOSING: Final = ("施行", "生效", "实施")
_BLANK: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\u2060\ufeff"
_LEAVES: Final = frozenset(
    {ClauseKind.PARAGRAPH, ClauseKind.ITEM, ClauseKind.SUBITEM, ClauseKind.PREAMBLE, ClauseKind.ANNEX}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedText:
    """读出的文本。

    `preamble` holds the lines between the title and the body (who adopted it and when), as printed; a preamble
    in the legal sense (序言) stands among the clauses.
    """

    title: str
    preamble: tuple[str, ...]
    clauses: tuple[ClauseText, ...]
    doubts: tuple[ImportDoubt, ...]

    @property
    def articles(self) -> tuple[ClauseText, ...]:
        """全部条。

        The articles, in the order of the text.
        """
        return tuple(clause for clause in self.clauses if clause.kind is ClauseKind.ARTICLE)

    @property
    def leaves(self) -> tuple[ClauseText, ...]:
        """直接承载文字的条款：款、项、目、序言、附件。

        The clauses that hold words of their own; together they are the whole body without headings.
        """
        return tuple(clause for clause in self.clauses if clause.kind in _LEAVES)

    @property
    def last_article(self) -> int:
        """最后一条的序号；没有条则为 0。

        The highest article number, 0 without articles.
        """
        return max(_main_numbers(self.articles), default=0)

    @property
    def contiguous(self) -> bool:
        """条的序号是否连续。

        True when the articles are numbered 1..N without a gap (条之N aside).
        """
        return bool(self.articles) and _main_numbers(self.articles) == set(range(1, self.last_article + 1))

    @property
    def complete(self) -> bool:
        """是否有收尾条款（施行日期）。

        True when the last article says when the text takes effect; false hints at a truncated source.
        """
        return bool(self.articles) and any(word in self.articles[-1].text for word in _CLOSING)


def parse_instrument(markdown: str) -> ParsedText:
    """读一部法的文本。

    Read one version of an instrument. Never raises: what cannot be read becomes a doubt. Keys: `b1` 编, `f1`
    分编, `c3` 章, `s1` 节 (joined by dots), `h1` a heading without number, `a10` 条, `a80-1` 条之一, `.p2` 款,
    `.i3` 项, `.s1` 目, `pre.p1` 序言, `x.p1` 附件.
    """
    lines = _lines(markdown)
    start = _body_start(lines)
    title, preamble = _heading_lines(lines[:start])
    body = [line for line in lines[start:] if not is_comment(line.text)]
    if body and body[0].text == title:  # a source that prints the title once more above the body
        preamble = (*preamble, body.pop(0).text)
    reading = Reading()
    for line, following in pairwise([*body, Line(0, "")]):
        reading.take(line, following.text)
    read = ParsedText(title=title, preamble=preamble, clauses=reading.clauses(), doubts=())
    return replace(read, doubts=(*reading.doubts, *_doubts_of_the_whole(read)))


def _lines(markdown: str) -> list[Line]:
    raw = markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    stripped = ((number, line.strip(_BLANK)) for number, line in enumerate(raw, start=1))
    return [Line(number, text) for number, text in stripped if text]


def _body_start(lines: list[Line]) -> int:
    for index, line in enumerate(lines):
        if line.text == INFO_END:
            return index + 1
    return next((index for index, line in enumerate(lines) if _opens_body(line.text)), len(lines))


def _opens_body(line: str) -> bool:
    mark = read_mark(line)
    return is_preamble_heading(line) or (
        mark is not None and mark.kind not in {ClauseKind.ITEM, ClauseKind.SUBITEM} and not mark.loose
    )


def _heading_lines(lines: list[Line]) -> tuple[str, tuple[str, ...]]:
    texts = [line.text for line in lines if not is_comment(line.text)]
    titles = [text for text in texts if text.startswith("# ")]
    if not titles:
        return "", tuple(texts)
    texts.remove(titles[0])
    return titles[0].removeprefix("# ").strip(_BLANK), tuple(texts)


def _main_numbers(articles: Iterable[ClauseText]) -> set[int]:
    return {int(article.key[1:].split("-")[0]) for article in articles}


def _doubts_of_the_whole(parsed: ParsedText) -> list[ImportDoubt]:
    found: list[tuple[str, str]] = []
    if not parsed.title:
        found.append(("no_title", ""))
    if not parsed.articles:
        found.append(("no_article", ""))
    elif not parsed.complete:
        found.append(("no_closing_clause", parsed.articles[-1].text))
    missing = set(range(1, parsed.last_article + 1)) - _main_numbers(parsed.articles)
    found += [("article_missing", f"a{number}") for number in sorted(missing)]
    return [ImportDoubt(clause_key=None, line=0, reason_code=code, detail=text) for code, text in found]


def comparable(text: str) -> str:
    """供比较用的写法：统一全半角，去掉空白。

    NFKC width and no white space: for comparing two printings only, never for storing.
    """
    return "".join(unicodedata.normalize("NFKC", text).translate(_NO_BLANK).split())


_NO_BLANK: Final = {ord(sign): None for sign in _BLANK}


def text_hash(text: str) -> str:
    """原文的 SHA-256，十六进制。

    SHA-256 of the words as printed (UTF-8), in hex.
    """
    return hashlib.sha256(text.encode()).hexdigest()
