"""找出一段文字里的全部引用。 Finding every citation in a text.

One pass from left to right: a sign of a source (《, 本法, 前款, a name) or of a chain (第) is read as far as it goes, and the
pass goes on behind it. Every look ahead is bounded, so the time is linear in the length of the text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tongxin.law.rules.citations.chains import NUMBER, Chain, past_numbers, read_chain
from tongxin.law.rules.citations.grammar import (
    BELOW_PARAGRAPH,
    NAMES,
    RANK,
    Citation,
    Reach,
    SourceKind,
    Step,
    Unit,
)
from tongxin.law.rules.citations.names import (
    ENDINGS,
    Names,
    aliases_in,
    all_aliases,
    cited_whole,
    guessed,
)
from tongxin.law.rules.citations.titles import TitleIndex, bare_of_notes, reads_as_instrument, short
from tongxin.law.rules.marks import read_mark
from tongxin.law.rules.numerals import chinese_number
from tongxin.law.terms import ClauseKind, ClauseText

_GAP: Final = r"[ \t\u3000]{0,2}"
_KINDS: Final = rf"{ENDINGS}|规程|规范|标准|准则|公约|制度|方案|意见"
_NOT_A_WORD: Final = r"(?<![基根成原文版样日资书剧])"
# What a text says of itself, of its own units, of units before, of what it named last; a chain; a name without brackets.
_SELF: Final = rf"(?P<self>(?<!基)本(?P<what>{_KINDS})(?={_GAP}的?{_GAP}[第（(]))"
_THIS: Final = (
    rf"(?P<this>{_NOT_A_WORD}本(?P<level>条(?![例约件款目理])|款(?!项)|项(?!目)|章(?!程)|节(?![目日约省假])"
    r"|分编|编(?![制写])))"
)
_BEFORE: Final = (
    rf"(?P<before>(?<![目此])前(?P<back>{NUMBER}|[两几])?"
    r"(?P<of>条(?![件例款])|款(?![项物])|(?<=前)项(?!目)|项(?=的?规定|所|情形|行为|之一|以外|[、和或第（(])|章(?!程)"
    r"|节(?![目日])|分编|编(?!制)))"
)
_THAT: Final = rf"(?P<that>该(?:(?:{_KINDS})(?={_GAP}第)|(?P<same>[条款项])(?=的?规定|所[列称]|第)))"
_CHAIN: Final = rf"(?P<chain>第{_GAP}(?:{NUMBER}|[（(])|[（(]{_GAP}{NUMBER}{_GAP}[）)]{_GAP}[项目、至（(])"
_SCAN: Final = re.compile(
    "|".join([r"(?P<titled>《)", _SELF, _THIS, _BEFORE, _THAT, _CHAIN, rf"(?P<name>{ENDINGS})"])
)
_TITLE: Final = re.compile(r"《((?:[^《》\n]|《[^《》\n]{1,80}》){1,120})》")
_NOTE: Final = re.compile(rf"{_GAP}[（(]([^（）()《》\n]{{1,40}})[）)]")
_GIVING: Final = re.compile(rf"{_GAP}[（(]{_GAP}(?:以下|下)(?:简|统|合)?称[^（）()\n]{{1,60}}[）)]")
_DATED: Final = re.compile(r"\d{4}|修正|修订|试行|暂行")
_OF: Final = re.compile(rf"{_GAP}(?:的|总则|分则)?{_GAP}")
_OPENING: Final = re.compile(r"(?:^|[。；：！？\n])[ \t\u3000#]*$")
_NOT_OF_A_LAW: Final = re.compile(r"(?:部分|阶段|合同|协议|附件|附表|附录)$")
# 「1995年10月28日国务院发布的《信访条例》同时废止」 in the regulations of the same title.
_ISSUED: Final = re.compile(r"(?:发布|公布|颁布|通过|批准|施行|印发)的$")
_JOINED: Final = re.compile(r"[^，。；：、\n]{0,14}(?:、|和|及|以及|或者|或|与)")
_DECISION: Final = re.compile(r"关于(?:修改|修订|修正)")
_AMENDED: Final = re.compile(r"《((?:[^《》]|《[^《》]*》)+)》|〈([^〈〉]+)〉")
_MORE: Final = re.compile(r"等[^的]{0,6}[部件项]|部分")
_AMENDABLE: Final = ("法", "法典", "条例", "办法", "规定", "细则", "规则")
_AMENDMENT: Final = re.compile(r"^([\u4e00-\u9fff]{2,40}?)修正案")


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """所在的文本。 What has to be known of the text a citation stands in: names it can be told by, whether it amends others.

    `amends_more`: its title names one of several instruments it amends (等七部法律), or none (部分行政法规).
    """

    names: Names = field(default_factory=Names)
    own: str = ""
    amends: tuple[str, ...] = ()
    amends_more: bool = False

    @classmethod
    def of(cls, *, index: TitleIndex | None = None, own: str = "", texts: Sequence[str] = ()) -> "Setting":
        """一份文本的情况。 The setting of a text titled `own` that holds these pieces."""
        names = Names.of(index)
        return cls(
            names=names.with_aliases(all_aliases(texts, names)),
            own=short(own),
            amends=amended_by(own),
            amends_more=bool(_DECISION.search(own) and _MORE.search(own)),
        )


def amended_by(own: str) -> tuple[str, ...]:
    """修改决定、修正案所修改的文件。 The instruments that a decision on amending them, or an amendment, names in its title."""
    if amendment := _AMENDMENT.search(own):
        return (amendment[1],)
    if not (_DECISION.search(own) and own.rstrip().endswith("决定")):
        return ()
    return tuple(match[1] or match[2] for match in _AMENDED.finditer(own))


def citations_in(text: str, *, setting: Setting | None = None, place: str = "") -> tuple[Citation, ...]:
    """一段文字里的全部引用，按次序。 Every citation of a text in its order, each with the place of the text.

    Without a `setting` the text speaks for itself: names it gives are known, titles without brackets are told by their units.
    """
    if setting is None:
        names = Names()
        setting = Setting(names=names.with_aliases(aliases_in(text, names)))
    return tuple(_Pass(text, setting, place).run())


def citations_in_clauses(
    clauses: Sequence[ClauseText], *, index: TitleIndex | None = None, own: str = ""
) -> Iterator[Citation]:
    """一部法各条款里的引用。 Every citation of a parsed instrument; each clause is read once, where its words stand.

    `start` and `end` count in the text of the clause named by `place`.
    """
    parents = {clause.parent for clause in clauses}
    held = [clause for clause in clauses if clause.text and _holds_words(clause, parents)]
    setting = Setting.of(index=index, own=own, texts=[clause.text for clause in held])
    for clause in held:
        yield from citations_in(clause.text, setting=setting, place=clause.key)


def _holds_words(clause: ClauseText, parents: set[str | None]) -> bool:
    """条的文字已在其款、项中。 An article's text is that of its paragraphs again; it is read only where it has none."""
    return clause.kind is not ClauseKind.ARTICLE or clause.key not in parents


class _Pass:
    """一遍阅读。 One pass over a text."""

    def __init__(self, text: str, setting: Setting, place: str) -> None:
        self.text, self.setting, self.place = text, setting, place
        self.last: Citation | None = None
        self.floor = 0  # where the citation before ended: no name reaches back over it
        self.amended = setting.amends[0] if len(setting.amends) == 1 and not setting.amends_more else ""
        self._read: dict[str, Callable[[re.Match[str]], Citation | None]] = {
            "titled": self._titled,
            "self": self._self,
            "this": self._this,
            "before": self._before,
            "that": self._that,
            "chain": self._chain,
            "name": self._named,
        }

    def run(self) -> Iterator[Citation]:
        """逐处读。 The citations, from left to right."""
        at = 0
        while match := _SCAN.search(self.text, at):
            if match["titled"]:
                self._note_amended(match.start())
            found = self._read[str(_group(match))](match)
            if found is not None:
                self.last = found
                given = _GIVING.match(self.text, found.end)  # a name given is no citation of its own
                self.floor = at = given.end() if given else found.end
                yield found
            else:
                at = self._behind(match)

    def _behind(self, match: re.Match[str]) -> int:
        """没有引用，从何处接着读。 Where to go on when nothing was found."""
        if match["titled"] and (title := _TITLE.match(self.text, match.start())):
            return title.end()  # what stands within brackets is the name of something
        if match["chain"]:
            return max(match.start() + 1, past_numbers(self.text, match.start()))
        return match.start() + 1 if match["self"] or match["that"] else match.end()

    def _cited(
        self,
        start: int,
        end: int,
        kind: SourceKind,
        *,
        title: str = "",
        note: str = "",
        reach: Reach | None = None,
        units: tuple[Unit, ...] = (),
    ) -> Citation:
        return Citation(
            start=start,
            end=end,
            quote=self.text[start:end],
            kind=kind,
            title=title,
            note=note,
            reach=reach,
            units=units,
            place=self.place,
        )

    def _chain_after(self, end: int) -> Chain | None:
        match = _OF.match(self.text, end)
        return read_chain(self.text, match.end() if match else end)

    # --- with a title ----------------------------------------------------------------------------------

    def _titled(self, match: re.Match[str]) -> Citation | None:
        title = _TITLE.match(self.text, match.start())
        if title is None:
            return None
        name, end, note = title[1].strip(), title.end(), ""
        after = _GIVING.match(self.text, end) or _NOTE.match(self.text, end)
        chain = self._chain_after(after.end()) if after else None
        if after and after.re is _NOTE and (chain or _DATED.search(after[1])):
            note = after[1]
        chain = chain or self._chain_after(end)
        meant = self.setting.names.aliases.get(name)
        kind = SourceKind.ALIAS if meant else SourceKind.TITLED
        full = meant or name
        if chain is not None:
            return self._cited(match.start(), chain.end, kind, title=full, note=note, units=chain.units)
        if not (meant or reads_as_instrument(name) or short(bare_of_notes(name)) in self.setting.names.book):
            return None
        end = after.end() if after and note else end
        found = self._cited(match.start(), end, kind, title=full, note=note)
        issued = _ISSUED.search(self.text[max(0, match.start() - 3) : match.start()])
        return replace(found, earlier=True) if issued and short(full) == self.setting.own else found

    def _named(self, match: re.Match[str]) -> Citation | None:
        text, end = self.text, match.end()
        known = self.setting.names.ending_at(text, end, floor=self.floor)
        chain = self._chain_after(end)
        if chain is None:
            if known is None or not cited_whole(text, known, end):
                return None
            return self._by_name(known.start, end, known.title, alias=known.alias)
        named = known or guessed(text, end, floor=self.floor)
        if named is None:
            return None
        return self._by_name(named.start, chain.end, named.title, alias=named.alias, units=chain.units)

    def _by_name(
        self, start: int, end: int, title: str, *, alias: bool, units: tuple[Unit, ...] = ()
    ) -> Citation:
        kind = SourceKind.ALIAS if alias else SourceKind.BARE
        return self._cited(start, end, kind, title=title, units=units)

    # --- of the text itself ----------------------------------------------------------------------------

    def _self(self, match: re.Match[str]) -> Citation | None:
        chain = self._chain_after(match.end())
        if chain is None:
            return None
        title = "" if match["what"] == "决定" else self.amended
        return self._cited(match.start(), chain.end, SourceKind.SELF, title=title, units=chain.units)

    def _this(self, match: re.Match[str]) -> Citation | None:
        return self._prior(match, Reach(NAMES[match["level"]], 0))

    def _before(self, match: re.Match[str]) -> Citation | None:
        written = match["back"]
        try:
            back = (
                {None: 1, "两": 2, "几": 0}.get(written)
                if written in {None, "两", "几"}
                else chinese_number(written)
            )
        except ValueError:
            return None
        return self._prior(match, Reach(NAMES[match["of"]], back)) if back else None

    def _prior(self, match: re.Match[str], reach: Reach) -> Citation:
        chain = self._chain_after(match.end())
        below = chain is not None and RANK[chain.units[0].steps[0].kind] > RANK[reach.kind]
        if chain is None or not below:
            return self._cited(match.start(), match.end(), SourceKind.PRIOR, reach=reach)
        return self._cited(match.start(), chain.end, SourceKind.PRIOR, reach=reach, units=chain.units)

    def _that(self, match: re.Match[str]) -> Citation | None:
        last = self.last
        if last is None:
            return None
        if match["same"]:
            return self._same(match, last)
        chain = self._chain_after(match.end())
        if chain is None:
            return None
        kind = SourceKind.THAT if last.title else SourceKind.PLAIN
        return self._cited(match.start(), chain.end, kind, title=last.title, units=chain.units)

    def _same(self, match: re.Match[str], last: Citation) -> Citation | None:
        """该条、该款。 The article or paragraph named last, cut to the level that is said."""
        level = NAMES[match["same"]]
        steps: tuple[Step, ...] = last.units[-1].steps if last.units and last.reach is None else ()
        upto = tuple(step for step in steps if RANK[step.kind] <= RANK[level])
        if not upto or upto[-1].kind is not level:
            return None
        chain = self._chain_after(match.end())
        below = chain is not None and RANK[chain.units[0].steps[0].kind] > RANK[level]
        units: tuple[Unit, ...] = (Unit(upto),)
        end = match.end()
        if chain is not None and below:
            units = tuple(replace(unit, steps=(*upto, *unit.steps)) for unit in chain.units)
            end = chain.end
        return self._cited(match.start(), end, SourceKind.THAT, title=last.title, units=units)

    def _chain(self, match: re.Match[str]) -> Citation | None:
        start = match.start()
        if self._opens_an_article(start) or _NOT_OF_A_LAW.search(self.text[max(0, start - 2) : start]):
            return None
        chain = read_chain(self.text, start)
        if chain is None:
            return None
        if (inherited := self._inherited(chain, start)) is not None:
            return inherited
        found = self._cited(
            start, chain.end, SourceKind.PLAIN, title=self.amended, units=self._amending(chain)
        )
        return replace(found, leaning=self._leaning(chain))

    def _leaning(self, chain: Chain) -> tuple[Step, ...]:
        """「第二十六条第一款规定的职权，但是第一项、第三项规定的除外」: items may be those of the paragraph named just before."""
        last, top = self.last, chain.units[0].steps[0].kind
        if last is None or last.title or last.reach or not last.units or top not in BELOW_PARAGRAPH:
            return ()
        steps = last.units[-1].steps
        if steps[-1].kind is top:
            return last.leaning
        return steps if RANK[steps[-1].kind] == RANK[top] - 1 else ()

    def _amending(self, chain: Chain) -> tuple[Unit, ...]:
        """「第十四条增加一款，作为第四款」: an amending text goes on from the place it named last, up to the full stop."""
        last, top = self.last, chain.units[0].steps[0].kind
        if not self.setting.amends or last is None or not last.units or RANK[top] <= RANK[ClauseKind.ARTICLE]:
            return chain.units
        head = tuple(step for step in last.units[-1].steps if RANK[step.kind] < RANK[top])
        if not head or "。" in self.text[last.end : chain.end]:
            return chain.units
        return tuple(replace(unit, steps=(*head, *unit.steps)) for unit in chain.units)

    def _inherited(self, chain: Chain, start: int) -> Citation | None:
        """「第三十条第三项规定的……；第四项规定的……」: a unit of the same level as the one before takes what stood above that.

        An article takes the instrument of the one it is joined to: 「刑法第三百八十三条贪污罪、第三百八十四条挪用公款罪」.
        """
        last, top = self.last, chain.units[0].steps[0].kind
        if last is None or not last.units:
            return None
        if RANK[top] <= RANK[ClauseKind.ARTICLE]:
            joined = last.title and _JOINED.fullmatch(self.text[last.end : start][:20])
            if not joined:
                return None
            return self._cited(start, chain.end, SourceKind.THAT, title=last.title, units=chain.units)
        above = last.units[-1].steps[:-1]
        if last.units[-1].lowest.kind is not top or not (above or last.reach):
            return None
        units = tuple(replace(unit, steps=(*above, *unit.steps)) for unit in chain.units)
        kind = SourceKind.THAT if last.title else SourceKind.PLAIN
        return self._cited(start, chain.end, kind, title=last.title, reach=last.reach, units=units)

    def _opens_an_article(self, start: int) -> bool:
        """「第十条　…」 begins an article, also where two of them stand in one line."""
        before = self.text[max(0, start - 6) : start]
        if not _OPENING.search(before) and start:
            return False
        line = self.text[start : start + 80].split("\n", 1)[0]
        mark = read_mark(line)
        at_line_start = not before.strip(" \t\u3000#") or "\n" in before
        if mark is None or mark.kind in {ClauseKind.ITEM, ClauseKind.SUBITEM}:
            return mark is not None and at_line_start
        return not mark.loose and (mark.kind is ClauseKind.ARTICLE or at_line_start)

    def _note_amended(self, start: int) -> None:
        """分别修改几部法的决定：说到哪一部，「本法」就指哪一部。 Of a decision that amends several, the one spoken of last."""
        several = self.setting.amends_more or len(self.setting.amends) > 1
        title = _TITLE.match(self.text, start) if several else None
        if title is None:
            return
        named = title[1] in self.setting.amends
        if named or (self.setting.amends_more and title[1].endswith(_AMENDABLE)):
            self.amended = title[1]


def _group(match: re.Match[str]) -> str:
    return next(name for name in ("titled", "self", "this", "before", "that", "chain", "name") if match[name])
