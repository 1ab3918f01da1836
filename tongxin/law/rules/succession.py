"""哪一条接哪一条：两个版本之间条款的承继。 What follows what: the counterparts of clauses between two versions of an instrument.

A renumbering that a person confirmed wins; then identical words; then likeness of words, and only where the two are each
other's best. What has no sure counterpart has none: a wrong successor would let an act rest on a clause that says
something else.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tongxin.law.rules.likeness import Likeness, Match, overlap
from tongxin.law.rules.wording import Rows, Side, Wording, identical
from tongxin.law.terms import ClauseKind

__all__ = ["CHANGED", "GONE", "MOVED", "SAME", "Successor", "Wording", "succession"]

SAME: Final = "same"
MOVED: Final = "moved"
CHANGED: Final = "changed"
GONE: Final = "gone"

# How alike two clauses must be, 0 to 1: less where they stand between the counterparts of their neighbours than across the
# document; less again below an article that is paired already, where there is little to confuse. Chosen by reading the
# pairs of tests/succession_pairs.csv.
IN_PLACE: Final = 0.3
ANYWHERE: Final = 0.45
BELOW: Final = 0.25
AWAY: Final = 0.6  # what likeness is worth to a candidate that does not stand in place
# Shorter words say too little to be found again in another article.
TELLING: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Successor:
    """承继的条款。 The counterpart of a clause in the other version.

    `how`: "same" (same key, same words), "moved" (other key, same words), "changed" (counterpart found, words differ),
    "gone" (none; `key` is None). `likeness`, 0 to 1, is the share of pairs of characters that both have (`overlap`).
    """

    key: str | None
    how: str
    likeness: float


def succession(
    *, old: Sequence[Wording], new: Sequence[Wording], renumbered: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, Successor]:
    """旧版每一条款在新版中的承继。 The successor of every clause of the old version, in the order given.

    Both sides are whole versions in the order of the document; no two clauses have the same successor. `renumbered` are
    confirmed changes of number, old key to new; one that names a clause that is not there is left aside. Words compare
    after `comparable`, a paragraph or item together with what stands below it.
    """
    pairing = _Pairing(Side(old), Side(new), renumbered)
    pairing.pair_roots()
    pairing.pair_below()
    pairing.find_moved()
    pairing.pair_divisions()
    return {wording.key: pairing.successor(wording.key) for wording in old}


class _Pairing:
    """配对的过程。 The pairing of two versions; `pairs` grows from confirmed changes of number to what is merely alike."""

    def __init__(self, before: Side, after: Side, renumbered: Mapping[str, str]) -> None:
        self.before, self.after = before, after
        self.pairs: dict[str, str] = {}
        self.taken: set[str] = set()
        for old, new in renumbered.items():
            if old in before.words and new in after.words:
                self._join(old, new)

    def successor(self, key: str) -> Successor:
        """一个条款的承继。 The successor of one clause, once all is paired."""
        counterpart = self.pairs.get(key)
        if counterpart is None:
            return Successor(key=None, how=GONE, likeness=0.0)
        here, there = self.before.words[key], self.after.words[counterpart]
        if here == there:
            return Successor(key=counterpart, how=SAME if key == counterpart else MOVED, likeness=1.0)
        return Successor(key=counterpart, how=CHANGED, likeness=overlap(here, there))

    def pair_roots(self) -> None:
        """条对条，序言对序言，附件对附件。 Articles with articles, preamble with preamble, annex with annex."""
        for kind, olds in self.before.roots.items():
            self._pair_rows(olds, self.after.roots.get(kind, []), in_place=IN_PLACE, anywhere=ANYWHERE)

    def pair_below(self) -> None:
        """已配对的条之下，款对款、项对项。 Paragraphs and items below what is paired, level by level."""
        level = [key for key in self.before.kinds if key in self.pairs and key in self.before.below]
        for key in level:
            olds, news = self.before.below[key], self.after.below.get(self.pairs[key], [])
            self._pair_rows(olds, news, in_place=BELOW, anywhere=BELOW)
            if len(olds) == len(news) == 1:  # the only paragraph of an article follows the only one
                self._join(olds[0], news[0])
            level += [below for below in olds if below in self.pairs and below in self.before.below]

    def find_moved(self) -> None:
        """挪到别条的款、项。 Paragraphs and items that went to another article: word for word where there is one such only, or, a
        whole paragraph, much alike.
        """
        here = [key for key in self.before.kinds if key not in self.pairs]
        there = [key for key in self.after.kinds if key not in self.taken]
        times = Counter(self.before.words[key] for key in here) + Counter(
            self.after.words[key] for key in there
        )
        where = {self.after.words[key]: key for key in there}
        for key in here:
            words, kind = self.before.words[key], self.before.kinds[key]
            again = where.get(words)
            if again and times[words] == 2 and len(words) >= TELLING and self.after.kinds[again] == kind:
                self._join(key, again)
        self._pair_rows(
            [key for key in here if self.before.kinds[key] == ClauseKind.PARAGRAPH],
            [key for key in there if self.after.kinds[key] == ClauseKind.PARAGRAPH],
            in_place=ANYWHERE,
            anywhere=ANYWHERE,
        )
        self.pair_below()

    def pair_divisions(self) -> None:
        """编章节随其条。 Divisions follow their articles: more than half of those that have a counterpart, seen from both sides."""
        back = {new: old for old, new in self.pairs.items()}
        for key, articles in self.before.articles_of.items():
            went = {self.pairs[article] for article in articles if article in self.pairs}
            for other, held in self.after.articles_of.items():
                came = [article for article in held if article in back]
                shared = len(went.intersection(came))
                if self.before.kinds[key] == self.after.kinds[other] and 2 * shared > max(
                    len(went), len(came)
                ):
                    self._join(key, other)

    def _join(self, old: str, new: str) -> None:
        if old not in self.pairs and new not in self.taken:
            self.pairs[old] = new
            self.taken.add(new)

    def _pair_rows(
        self, olds: Sequence[str], news: Sequence[str], *, in_place: float, anywhere: float
    ) -> None:
        """配对两列同层的条款。 Pair two rows of clauses: by identical words, then round by round by likeness."""
        rows = Rows(olds, news)
        before = {key: self.before.words[key] for key in olds if key not in self.pairs}
        after = {key: self.after.words[key] for key in news if key not in self.taken}
        if not before or not after:
            return
        for old, new in identical(before, after, rows, self.pairs):
            self._join(old, new)
        alike = Likeness(
            old={key: self.before.words[key] for key in olds},
            new={key: self.after.words[key] for key in news},
        )
        found = [Match("", "", 0.0)]
        while found:
            found = alike.best_for_each_other(
                [key for key in olds if key not in self.pairs],
                [key for key in news if key not in self.taken],
                _worth(rows.standing(self.pairs), in_place=in_place, anywhere=anywhere),
            )
            for match in found:
                self._join(match.old, match.new)


def _worth(
    stand: Callable[[str, str], bool], *, in_place: float, anywhere: float
) -> Callable[[Match], float]:
    """一对值多少。 What a match is worth: nothing below the measure of where it stands, less where it stands elsewhere."""

    def worth(match: Match) -> float:
        if stand(match.old, match.new):
            return match.likeness if match.likeness >= in_place else 0.0
        return AWAY * match.likeness if match.likeness >= anywhere else 0.0

    return worth
