"""没有书名号的题名，和文中自定的简称。 Titles without brackets, and the short names a text gives.

「依照治安管理处罚法第二十三条」 has no brackets: where the name begins has to be found. A name known to the book or given by
the text is looked for first, the longest that fits; else the words are cut where the sentence itself begins.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from tongxin.law.rules.citations.titles import CUSTOMARY, STATE, TitleIndex

ENDINGS: Final = r"法典|法|条例|办法|规定|细则|规则|决定|解释|章程|通则|宪章|公约|条约|协定|议定书"
LONGEST_NAME: Final = 60
_HAN: Final = r"\u4e00-\u9fff"
_LEADING: Final = (
    r"依照|依据|根据|按照|违反|适用|参照|遵守|遵照|遵循|执行|履行|符合|触犯|属于|实施|贯彻|制定|修改|修订|废止"
    r"|构成|涉嫌|列入|不受|有关|办理|行使|具备|具有|享有|承担|超出|援引|引用|认定|删去|删除|讨论了?|增加|关于"
    r"|以及|或者|同时|并且|应当|可以|不得|同|并|和|与|及|或|对|由|的|以|按|依|受|在|是|为|除|有|将|把|从|用|因|经|凭"
)
_BEFORE: Final = re.compile(rf"(?:^|[^{_HAN}]|{_LEADING})$")
_CITING: Final = re.compile(
    r"(?:依照|依据|根据|按照|违反|适用|参照|遵守|遵照|执行|触犯|符合|修改|废止|不受|对|除|按|依)$"
)
_JOINED: Final = re.compile(r"(?:、|和|与|及|以及|或者|或)$")
_SAYS: Final = re.compile(r"[^，。；：\n]{0,24}?(?:规定|处罚|追究|处理|执行)")
# What makes of the name a part of a longer word: 民法典宣传, 法律, 宪法和法律委员会, 行政复议法实施条例.
_AFTER: Final = re.compile(
    r"律|规(?!定)|定|治|制|学|官|院|庭|人|医|务|案|令|性|日|宣誓|(?:和法律|工作)委员会|实施(?:条例|细则|办法)"
    rf"|修正案|[{_HAN}]{{0,4}}(?:司法)?解释|条例|办法|细则"
)
_STRETCH: Final = re.compile(rf"[{_HAN}]{{1,{LONGEST_NAME}}}$")
_CUT: Final = re.compile(
    r".*(?:依照|依据|根据|按照|违反|适用|参照|遵守|遵照|执行|履行|符合|触犯|属于|构成|涉嫌|以及|或者|同时|应当|可以|不得|列入"
    r"|不受|享有|办理|行使|具备|具有|承担|超出|援引|引用|认定为|删去|删除|讨论了?|规定的|的"
    r"|(?:法|法典|条例|办法|规定|细则|规则|决定|解释)(?:和|与|及|或))"
)
_STRIP: Final = re.compile(
    r"^(?:对(?!外)|除|由|以|按|依|受|在|是|为(?!了)|有|将|把|从|经|犯|和|与(?!贸)|及|或|并|且|其|即|如)+"
)


class Named(NamedTuple):
    """找到的题名。 A name found in a text: where it begins, and the title it stands for."""

    start: int
    title: str
    alias: bool


@dataclass(frozen=True)
class Names:
    """认得的题名。 The names that can be told without brackets: short titles of the book, and names the text gave."""

    book: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, index: TitleIndex | None) -> "Names":
        """由题名册。 The names of an index of titles."""
        return cls(frozenset([*index.loose, *CUSTOMARY]) if index else frozenset())

    def with_aliases(self, aliases: Mapping[str, str]) -> "Names":
        """加上文中的简称。 These names, and those that a text gave."""
        return Names(self.book, aliases) if aliases else self

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(name) for name in (*self.book, *self.aliases)}, reverse=True))

    def ending_at(self, text: str, end: int, *, floor: int = 0) -> Named | None:
        """止于此处的认得的题名。 The longest known name that ends here and is not part of a longer one."""
        for length in self._lengths:
            start = end - length
            if start < floor:
                continue
            name = text[start:end]
            if name not in self.book and name not in self.aliases:
                continue
            if text.endswith(STATE, floor, start):
                start -= len(STATE)
            if _BEFORE.search(text[max(0, start - 4) : start]):
                return Named(start, self.aliases.get(name, text[start:end]), name in self.aliases)
        return None


def cited_whole(text: str, named: Named, end: int) -> bool:
    """没有条款时，是否真是引用。 Whether a name without units is a citation: the sentence says 依照 before it or 规定 after it."""
    if text[named.start : end] in CUSTOMARY or _AFTER.match(text, end):
        return False
    before = text[max(0, named.start - 4) : named.start]
    if _CITING.search(before) or _SAYS.match(text, end):
        return True
    joined = _JOINED.search(before)
    return bool(joined and re.search(rf"(?:{ENDINGS}|》)$", before[: joined.start()]))


def guessed(text: str, end: int, *, floor: int = 0) -> Named | None:
    """不认得的题名从哪里起。 Where an unknown name that ends here begins; None where nothing but the ending is left."""
    stretch = _STRETCH.search(text[max(floor, end - LONGEST_NAME) : end])
    if stretch is None:
        return None
    words = stretch[0]
    if STATE in words:
        words = words[words.rindex(STATE) :]
    else:
        if cut := _CUT.match(words[:-1]):
            words = words[cut.end() :]
        words = _STRIP.sub("", words)
    if re.fullmatch(rf"(?:有关|相关|上述|前述|下列|其他|本|该|此)?(?:{ENDINGS})", words) and words not in {
        "宪法",
        "章程",
    }:
        return None
    return Named(end - len(words), words, alias=False)


_GIVEN: Final = r"[（(，,]\s*(?:以下|下)(?:简|统|合)?称[：:为]?\s*[“\"「『《〈]?([^（）()《》〈〉“”\"「」，。；]{1,40})[”\"」』》〉]?\s*[）)，,。；]"
_GIVEN_TITLED: Final = re.compile(
    rf"《((?:[^《》\n]|《[^《》\n]{{1,80}}》){{1,120}})》(?:[（(][^（）()《》]{{1,30}}[）)])?{_GIVEN}"
)
_GIVEN_BARE: Final = re.compile(rf"(?:{ENDINGS}){_GIVEN}")
_OWN: Final = re.compile(rf"本(?:{ENDINGS})")


def aliases_in(text: str, names: Names) -> dict[str, str]:
    """文中自定的简称：《X》（以下简称《Y》）。 The short names a text gives to the instruments it cites, by name."""
    found = {match[2].strip(): match[1].strip() for match in _GIVEN_TITLED.finditer(text)}
    for match in _GIVEN_BARE.finditer(text):
        end = match.start() + len(match[0]) - len(match[0].lstrip())  # the ending itself stands at the start
        end += len(re.match(ENDINGS, match[0])[0])  # type: ignore[index]
        named = names.ending_at(text, end) or guessed(text, end)
        if named is not None:
            found.setdefault(match[1].strip(), named.title)
    return {name: title for name, title in found.items() if name and not _OWN.fullmatch(name)}


def all_aliases(texts: Iterable[str], names: Names) -> dict[str, str]:
    """一份文本各段的简称。 The short names given anywhere in a text of several pieces."""
    found: dict[str, str] = {}
    for text in texts:
        if "称" in text:
            found.update(aliases_in(text, names))
    return found
