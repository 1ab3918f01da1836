"""一行文字开头的标记：第几编、章、节、条，（几），1.。

What the beginning of one line says it is. Looks at one line only; the context is `text`'s concern.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from tongxin.law.rules.numerals import chinese_number
from tongxin.law.terms import ClauseKind

_ZH: Final = "零〇一二三四五六七八九十百千"
_NUM: Final = rf"[{_ZH}0-9０-９]+"
_SP: Final = r"[\s\u3000]"
_HASH: Final = rf"(?P<hash>#{{1,6}}{_SP}*)?"
_DIVISION: Final = re.compile(
    rf"{_HASH}(?P<label>第{_SP}*(?P<n>{_NUM}){_SP}*(?P<tier>分编|编|章|节)(?:之(?P<m>{_NUM}))?)"
    rf"(?P<gap>{_SP}*)(?P<rest>.*)"
)
_ARTICLE: Final = re.compile(
    rf"{_HASH}(?P<label>第{_SP}*(?P<n>{_NUM}){_SP}*条(?:{_SP}*之(?P<m>{_NUM}))?)"
    rf"(?P<gap>{_SP}*)(?:【(?P<heading>[^】]*)】{_SP}*)?(?P<rest>.*)"
)
_ITEM: Final = re.compile(rf"(?P<label>[（(]{_SP}*(?P<n>[{_ZH}]+){_SP}*[）)]){_SP}*(?P<rest>.*)")
_SUBITEM: Final = re.compile(
    rf"(?P<label>(?P<n>[0-9０-９]{{1,2}})(?:[．、]|\.(?![0-9０-９]))|[（(](?P<k>[0-9０-９]{{1,2}})[）)]"
    rf"|(?P<o>[①-⑳])){_SP}*(?P<rest>.*)"
)
_ANNEX: Final = re.compile(rf"(?:#{{1,6}}{_SP}*)?附{_SP}*[件表录图](?:{_SP}*{_NUM})?{_SP}*[：:]?.*")
_TIERS: Final = {
    "编": ClauseKind.PART,
    "分编": ClauseKind.SUBPART,
    "章": ClauseKind.CHAPTER,
    "节": ClauseKind.SECTION,
}
_PREAMBLE_HEADINGS: Final = frozenset({"序言", "序", "前言"})
FINAL: Final = frozenset("。！？；：，、.!?;:,…")
HEADING_LENGTH: Final = 22  # measured over 3,475 texts: longer lines without punctuation are sentences
DIVISION_LENGTH: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """一行的标记。

    `number` is the key part (10, or 80-1 for 条之N), empty when the numeral cannot be read; `loose` says that
    no space or heading parts an article's mark from its words, so that it may be a citation.
    """

    kind: ClauseKind
    number: str
    label: str
    rest: str
    heading: str = ""
    loose: bool = False


def read_mark(line: str) -> Mark | None:
    """读一行的标记；没有标记则为 None。

    Read the mark at the beginning of a stripped line: division, article, item or subitem.
    """
    if line[:1] in "第#":
        return _article(line) or _division(line)
    return _listed(line)


def _article(line: str) -> Mark | None:
    match = _ARTICLE.fullmatch(line)
    if match is None:
        return None
    loose = not match["gap"] and match["heading"] is None and bool(match["rest"]) and not match["hash"]
    return Mark(
        kind=ClauseKind.ARTICLE,
        number=_number(match["n"], match["m"]),
        label=match["label"],
        heading=match["heading"] or "",
        rest=match["rest"],
        loose=loose,
    )


def _division(line: str) -> Mark | None:
    match = _DIVISION.fullmatch(line)
    if match is None or not _reads_as_heading(match):
        return None
    return Mark(
        kind=_TIERS[match["tier"]],
        number=_number(match["n"], match["m"]),
        label=match["label"],
        heading=match["rest"],
        rest="",
    )


def _reads_as_heading(match: re.Match[str]) -> bool:
    rest = match["rest"]
    room = DIVISION_LENGTH if match["gap"] else HEADING_LENGTH
    return bool(match["hash"]) or (len(rest) <= room and rest[-1:] not in FINAL)


def _listed(line: str) -> Mark | None:
    if item := _ITEM.fullmatch(line):
        number = _number(item["n"], None)
        return Mark(kind=ClauseKind.ITEM, number=number, label=item["label"], rest=item["rest"])
    if sub := _SUBITEM.fullmatch(line):
        number = _number(sub["n"] or sub["k"] or str(int(unicodedata.numeric(sub["o"]))), None)
        return Mark(kind=ClauseKind.SUBITEM, number=number, label=sub["label"], rest=sub["rest"])
    return None


def _number(main: str, inserted: str | None) -> str:
    try:
        number = str(chinese_number(main))
        return f"{number}-{chinese_number(inserted)}" if inserted else number
    except ValueError:
        return ""


def is_heading(line: str) -> bool:
    """是否像一个没有序号的标题。

    A Markdown heading, or a line of at most 22 characters that ends in no punctuation. Whether a short
    line is a heading also depends on what follows it.
    """
    return line.startswith("#") or (len(line) <= HEADING_LENGTH and line[-1] not in FINAL)


def is_preamble_heading(line: str) -> bool:
    """是否「序言」标题。

    The heading of a preamble, spaces inside it allowed.
    """
    return len(line) <= HEADING_LENGTH and "".join(line.lstrip("#").split()) in _PREAMBLE_HEADINGS


def is_annex_heading(line: str) -> bool:
    """是否「附件」标题。

    The heading of an annex, table or appendix that follows the last article.
    """
    return bool(_ANNEX.fullmatch(line)) and is_heading(line.rstrip("：:"))


def is_comment(line: str) -> bool:
    """是否整行的标记注释。

    A whole-line Markdown comment: layout, not text.
    """
    return line.startswith("<!--") and line.endswith("-->")
