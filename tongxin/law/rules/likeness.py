"""文字有多像：相邻两字为一块，少见的块分量重。 How alike words are: pairs of neighbouring characters, the rare ones weighing more.

Of all pairs of clauses only those are compared that share a piece which is not everywhere; so a code of 1,260 articles takes
a fraction of the 1.6 million comparisons.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from math import log
from typing import Final, NamedTuple

# A piece that stands in more clauses than this leads nowhere; it still counts once two clauses are compared.
COMMON: Final = 40
MOST_COMPARED: Final = 12
NEARLY: Final = 0.88


class Match(NamedTuple):
    """一对。 A pair of keys and how alike their words are, 0 to 1."""

    old: str
    new: str
    likeness: float


def pieces(words: str) -> frozenset[str]:
    """词块：相邻两字。 The pairs of neighbouring characters of some words; a single character is its own piece."""
    return frozenset(words[i : i + 2] for i in range(len(words) - 1)) or frozenset(words)


def overlap(one: str, other: str) -> float:
    """两段文字共有的份额。 What share of their pieces two texts have in common: 0 none, 1 all; to three places."""
    here, there = pieces(one), pieces(other)
    both = len(here) + len(there)
    return round(2 * len(here & there) / both, 3) if both else 0.0


class Likeness:
    """两列文字的相像。 How alike the words of two rows of clauses are, each a mapping of key to words."""

    def __init__(self, *, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        self._old = {key: pieces(words) for key, words in old.items()}
        self._new = {key: pieces(words) for key, words in new.items()}
        spread = Counter(piece for row in (self._old, self._new) for held in row.values() for piece in held)
        # Whole numbers, so that the order of a sum cannot tip a balance.
        whole = len(old) + len(new) + 1
        self._weight = {piece: round(1000 * log(whole / count)) + 50 for piece, count in spread.items()}
        self._old_size = {key: self._weigh(held) for key, held in self._old.items()}
        self._new_size = {key: self._weigh(held) for key, held in self._new.items()}
        self._ranked: dict[str, list[str]] = {}
        self._alike: dict[tuple[str, str], float] = {}
        self._where: dict[str, list[str]] = defaultdict(list)
        for key, held in self._new.items():
            for piece in held:
                self._where[piece].append(key)

    def of(self, old: str, new: str) -> float:
        """两条有多像。 How alike two clauses are: twice what they share, by what both hold together."""
        if (old, new) not in self._alike:
            both = self._old_size[old] + self._new_size[new]
            self._alike[old, new] = 2 * self._weigh(self._old[old] & self._new[new]) / both if both else 0.0
        return self._alike[old, new]

    def likely(self, old: str, among: frozenset[str]) -> list[str]:
        """可能的对应条款。 The clauses that share most of the telling pieces with one, at most a dozen."""
        if len(among) <= MOST_COMPARED:
            return sorted(among)
        if old not in self._ranked:
            self._ranked[old] = self._rank(old)
        return list(islice((key for key in self._ranked[old] if key in among), MOST_COMPARED))

    def _rank(self, old: str) -> list[str]:
        """按共有的词块排序。 All clauses that share a telling piece with one, most first: the same in every round, so counted once."""
        hits: dict[str, int] = defaultdict(int)
        for piece in self._old[old]:
            where = self._where.get(piece, ())
            if len(where) <= COMMON:
                weight = self._weight[piece]
                for key in where:
                    hits[key] += weight
        return sorted(
            sorted(hits), key=hits.__getitem__, reverse=True
        )  # equals in the order of their keys, in every run

    def best_for_each_other(
        self, olds: Sequence[str], news: Sequence[str], weigh: Callable[[Match], float]
    ) -> list[Match]:
        """互为最像者。 The pairs in which each is the other's best and nobody else comes near, in the order of the old.

        `weigh` says what a match is worth, 0 where it is not enough. Where the second best that is nobody else's best is
        worth nearly as much, the clause was split or doubled, and it has no one counterpart.
        """
        among = frozenset(news)
        found: dict[str, list[tuple[float, Match]]] = {}
        best_old: dict[str, tuple[float, Match]] = {}
        for old in olds:
            matches = [Match(old, new, self.of(old, new)) for new in self.likely(old, among)]
            found[old] = sorted(((weigh(m), m) for m in matches), key=lambda f: -f[0])
            for worth, match in found[old]:
                if worth > best_old.get(match.new, (0.0, match))[0]:
                    best_old[match.new] = worth, match
        kept = []
        for old, ranked in found.items():
            mine = [(w, m) for w, m in ranked if w > 0 and best_old[m.new][1].old == old]
            if mine and mine[0] == ranked[0] and (len(mine) < 2 or mine[1][0] < NEARLY * mine[0][0]):
                kept.append(mine[0][1])
        return kept

    def _weigh(self, held: Iterable[str]) -> int:
        return sum(self._weight[piece] for piece in held)


def rising(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """不交叉的最长一列。 The longest run of pairs that rises on both sides: the pairs that do not cross."""
    ordered = sorted(pairs)
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, new) in enumerate(ordered):
        place = bisect_left(tails, new)
        tails[place : place + 1] = [new]
        at[place : place + 1] = [index]
        before.append(at[place - 1] if place else -1)
    run, index = [], at[-1] if at else -1
    while index >= 0:
        run.append(ordered[index])
        index = before[index]
    return run[::-1]
