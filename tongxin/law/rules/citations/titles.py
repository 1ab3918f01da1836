"""题名：全称、简称、注。 Titles of instruments: in full, in short, with notes; which instrument a title names.

A title names an instrument when it is that instrument's title, with or without 中华人民共和国 and with whatever brackets.
A part of a title names nothing: 《信访条例》 is not 《某省信访条例》.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

STATE: Final = "中华人民共和国"
SUFFIXES: Final = (
    "法典", "法", "条例", "办法", "规定", "细则", "规则", "决定", "解释", "章程", "通则", "总则", "规程",
    "规范", "标准", "准则", "修正案", "决议", "意见", "通知", "批复", "公告", "通告", "命令", "制度", "守则",
    "公约", "协定", "协议", "条约", "议定书", "纲要", "目录", "名录", "方案", "规划", "指南", "导则",
)  # fmt: skip
# Names that everybody uses and no rule yields (the organic laws call each other so).
CUSTOMARY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "村委会组织法": "村民委员会组织法",
        "居委会组织法": "城市居民委员会组织法",
        "居民委员会组织法": "城市居民委员会组织法",
        "监督法": "各级人民代表大会常务委员会监督法",
        "地方组织法": "地方各级人民代表大会和地方各级人民政府组织法",
        "地方各级人大和政府组织法": "地方各级人民代表大会和地方各级人民政府组织法",
        "环境法典": "生态环境法典",
        "环保法": "环境保护法",
        "固废法": "固体废物污染环境防治法",
        "个保法": "个人信息保护法",
        "消法": "消费者权益保护法",
        "民诉法": "民事诉讼法",
        "刑诉法": "刑事诉讼法",
        "行诉法": "行政诉讼法",
    }
)
_ISSUER: Final = re.compile(
    r"(?:最高人民法院、最高人民检察院|最高人民法院|最高人民检察院|国务院|全国人民代表大会常务委员会|全国人民代表大会)(?=关于)"
)
_NOTE: Final = re.compile(r"\((?:[^()]{0,12}(?:试行|暂行|修正|修订|草案)[^()]{0,12}|\d{4}年?[^()]{0,8})\)$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BRACKETS: Final = str.maketrans({"《": "〈", "》": "〉", "﹤": "〈", "﹥": "〉", "<": "〈", ">": "〉"})


def normal(title: str) -> str:
    """供比较的题名：统一全半角和书名号，去掉空白。 A title for comparing: one width, one kind of brackets, no white space."""
    return "".join(unicodedata.normalize("NFKC", title).translate(_BRACKETS).split())


def short(title: str) -> str:
    """简称：去掉「中华人民共和国」。 The short title: without the name of the state, wherever it stands."""
    return normal(title).replace(STATE, "")


def bare_of_notes(title: str) -> str:
    """去掉注和发布机关。 The short title without a note at its end and without the issuer before 关于."""
    return _ISSUER.sub("", _NOTE.sub("", short(title)))


def year_of(note: str) -> int | None:
    """注中的年份。 The year that a note names (2018年修正); None where it names none or several."""
    years = set(_YEAR.findall(unicodedata.normalize("NFKC", note)))
    return int(years.pop()) if len(years) == 1 else None


def reads_as_instrument(title: str) -> bool:
    """是否像规范性文件的题名。 Whether a title in brackets is one of an instrument, and not of a licence or a newspaper."""
    return bare_of_notes(title).endswith(SUFFIXES)


@dataclass(frozen=True, slots=True)
class TitleIndex:
    """题名册。 Which instrument keys a title names. Built once from (key, title) pairs of the whole book."""

    exact: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    loose: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, titles: Iterable[tuple[str, str]]) -> "TitleIndex":
        """编成题名册。 The index of (instrument key, title) pairs."""
        pairs = [(key, title) for key, title in titles if title]
        return cls(*(_by(form, pairs) for form in (normal, short, bare_of_notes)))

    def keys(self, title: str) -> tuple[str, ...]:
        """题名所指的文件。 The instruments that a title names: none, one, or several that share it.

        The whole title decides first, then the title without the name of the state, then without notes and issuer, last
        a customary name.
        """
        for table, form in ((self.exact, normal), (self.shorts, short), (self.loose, bare_of_notes)):
            if found := table.get(form(title)):
                return found
        customary = CUSTOMARY.get(bare_of_notes(title))
        return self.shorts.get(customary, ()) if customary else ()

    def near(self, title: str) -> tuple[str, ...]:
        """题名相近的文件。 Instruments whose titles hold this title, or are held by it: a hint for a reader, never an answer."""
        words = bare_of_notes(title)
        held = (
            keys
            for known, keys in self.loose.items()
            if len(words) > 1 and (words in known or known in words)
        )
        return tuple(dict.fromkeys(key for keys in held for key in keys))[:10]


def _by(form: Callable[[str], str], pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for key, title in pairs:
        keys = found.setdefault(form(title), [])
        if key not in keys:
            keys.append(key)
    return {title: tuple(keys) for title, keys in found.items()}
