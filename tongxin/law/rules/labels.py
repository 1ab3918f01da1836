"""条款的称呼。 How a clause key is said: `a11.p2` is 第十一条第二款."""

import re
from functools import lru_cache
from typing import Final

from tongxin.law.rules.numerals import chinese_numeral

_UNIT: Final = {"b": "编", "f": "分编", "c": "章", "s": "节", "a": "条", "p": "款", "i": "项"}
_HEADING: Final = ("标题（无序号）", "heading (unnumbered)")  # its number only tells it from others
_PART: Final = re.compile(r"([a-z]+)([1-9]\d*)?((?:-[1-9]\d*)*)")


@lru_cache(maxsize=8_192)
def clause_label(key: str) -> str:
    """条款的中文称呼。 The Chinese name of a clause key; an article's subitem (目) keeps its Arabic number."""
    return "".join(_said(part, below_article=key.startswith("a")) for part in key.split("."))


def _said(part: str, *, below_article: bool) -> str:
    match = _PART.fullmatch(part)
    if match is None or match[2] is None:
        return {"pre": "序言", "x": "附件"}.get(part, part)
    kind, number, more = match[1], int(match[2]), match[3]
    inserted = "".join(f"之{chinese_numeral(int(n))}" for n in more.split("-")[1:])
    if kind == "h":
        return _HEADING[0]
    if kind == "i":
        return f"第（{chinese_numeral(number)}）项{inserted}"
    if kind == "s" and below_article:
        return f"第{number}目{inserted}"
    return f"第{chinese_numeral(number)}{_UNIT.get(kind, kind)}{inserted}"


def clause_label_en(key: str) -> str:
    """条款的英文称呼。 The English name: `a11.p2` is article 11, paragraph 2."""
    words = {
        "a": "article",
        "p": "paragraph",
        "i": "item",
        "s": "subitem" if key.startswith("a") else "section",
        "b": "part",
        "f": "subpart",
        "c": "chapter",
    }
    said = []
    for part in key.split("."):
        match = _PART.fullmatch(part)
        if match is not None and match[2] is not None and match[1] == "h":
            said.append(_HEADING[1])
            continue
        known = match is not None and match[2] is not None and match[1] in words
        said.append(f"{words[match[1]]} {match[2]}{match[3]}" if known and match else part)
    return ", ".join(said)
