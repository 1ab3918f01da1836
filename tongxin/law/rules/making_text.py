"""草案的文字。 The words of a draft: which articles may limit rights, how a higher clause is named, how a text is kept. Pure functions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tongxin.law.rules.numerals import chinese_number
from tongxin.law.rules.text import ParsedText, parse_instrument

NONE_LIMITED: Final = "无"  # what a drafter writes where an article limits no right and adds no duty
# Words that often go with a duty or a loss of rights. A textual aid for the drafter, who decides; it proves nothing.
LIMITING: Final = ("罚款", "处以", "不得", "应当", "禁止", "没收", "责令", "吊销", "强制", "收取", "缴纳")
_NAMED: Final = re.compile(
    r"《(?P<title>[^《》]+)》\s*第(?P<article>[一二三四五六七八九十百千零〇\d]+)条(?P<inserted>(?:之[一二三四五六七八九十\d]+)*)"
    r"(?:第(?P<paragraph>[一二三四五六七八九十\d]+)款)?(?:第?[（(](?P<item>[一二三四五六七八九十\d]+)[）)]项|第(?P<plain>[一二三四五六七八九十\d]+)项)?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """可能减损权利或者增加义务的一条。 An article that may cut rights or add duties: its key and number, and the words that say so."""

    key: str
    number: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """所称的上位法条款。 A clause as it was named: a title and a clause key."""

    title: str
    clause: str


def kept_text(*, title: str, text: str) -> str:
    """存下的文本。 The text of a draft as it is kept: under its title, with plain ends of lines and no blanks around."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return f"{body}\n" if body.startswith("# ") else f"# {title.strip()}\n\n{body}\n"


def read_draft(text: str) -> ParsedText:
    """读出的草案。 A draft as it reads: its clauses, and where the reading is in doubt."""
    return parse_instrument(text)


def candidates(parsed: ParsedText) -> tuple[Candidate, ...]:
    """可能限制权利的各条，供起草人逐条确认。 The articles that may limit rights, for the drafter to confirm one by one.

    By the words alone: whom an 应当 binds, and whether a higher clause says the same, is for a person to see.
    """
    found = []
    for article in parsed.articles:
        words = tuple(word for word in LIMITING if word in article.text)
        if words:
            found.append(Candidate(key=article.key, number=article.number, words=words, text=article.text))
    return tuple(found)


def named_clause(text: str) -> Named | None:
    """读出《某法》第几条第几款第几项。 Read 《title》第…条[第…款][第…项] as a title and a clause key; None when it is not written so."""
    match = _NAMED.fullmatch(text.strip())
    if match is None:
        return None
    try:
        inserted = "".join(f"-{chinese_number(part)}" for part in match["inserted"].split("之")[1:])
        key = f"a{chinese_number(match['article'])}{inserted}"
        item = match["item"] or match["plain"]
        if match["paragraph"] or item:
            key += f".p{chinese_number(match['paragraph'] or '一')}"
        if item:
            key += f".i{chinese_number(item)}"
    except ValueError:
        return None
    return Named(match["title"].strip(), key)


def unconfirmed(parsed: ParsedText, limits: Mapping[str, str]) -> tuple[Candidate, ...]:
    """还没有逐条确认的。 The candidates that the drafter has not yet said anything about."""
    return tuple(one for one in candidates(parsed) if one.key not in limits)


def same_title(written: str, title: str) -> bool:
    """是否同一题名，简称全称均可。 Whether a title is meant by what was written, in full or without the name of the country."""
    prefix = "中华人民共和国"
    return written.removeprefix(prefix) == title.removeprefix(prefix)
