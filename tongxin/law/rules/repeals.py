"""文中说的施行和废止。 When a text says that it begins, and the repeals it speaks of: candidates that a person confirms, never more.

「《甲条例》同时废止」「…予以废止」「自……起废止」, with every instrument named in brackets; 「本法自…起施行。…同时废止」 gives the day
by the beginning of the text itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongxin.law.terms import ClauseKind, ClauseText

_TITLE: Final = re.compile(r"《((?:[^《》]|《[^《》]*》|〈[^〈〉]*〉)+)》")
_ENDS: Final = re.compile(r"(?:同时|一并|即行|予以|均)?废止")
_SENTENCE: Final = re.compile(r"[^。；\n]+[。；]?")
_DAY: Final = re.compile(r"自?(\d{4})年(\d{1,2})月(\d{1,2})日起(?:同时|即行|予以)?废止")
_BEGINS: Final = re.compile(
    r"本(?:法|条例|办法|规定|细则|规则|决定|章程)自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:正式)?施行"
)
_NOT: Final = re.compile(
    r"修改、废止|修改或者废止|废止(?:程序|案|的|地方|和|与|或|、)|(?:应当|可以|建议)[^。]{0,12}废止"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SpokenRepeal:
    """文中说的一项废止。 A repeal a clause speaks of: the title as written, the day if the words give one, the words."""

    clause: str
    title: str
    day: date | None
    quote: str


def spoken_beginning(text: str) -> date | None:
    """文中写明的施行日期。 The day on which a text says that it takes effect, where it names one (立法法 art. 61); the last it names."""
    said = list(_BEGINS.finditer("".join(text.split())))
    return _day(said[-1]) if said else None


def spoken_repeals(clauses: Sequence[ClauseText]) -> Iterator[SpokenRepeal]:
    """读出废止条款。 The repeals that a text speaks of, in its order; each instrument named once for each clause."""
    parents = {clause.parent for clause in clauses}
    for clause in clauses:
        whole_article = clause.kind is ClauseKind.ARTICLE and clause.key in parents
        if whole_article or not clause.text or "废止" not in clause.text:
            continue
        for sentence in _SENTENCE.findall(clause.text):
            if _ENDS.search(sentence) and not _NOT.search(sentence):
                yield from _named(clause.key, sentence)


def _named(key: str, sentence: str) -> Iterator[SpokenRepeal]:
    said = _DAY.search(sentence)
    day = _day(said) if said else None
    last = [match.end() for match in _ENDS.finditer(sentence)][-1]
    for title in dict.fromkeys(match[1] for match in _TITLE.finditer(sentence[:last])):
        yield SpokenRepeal(clause=key, title=title, day=day, quote=sentence.strip())


def _day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
