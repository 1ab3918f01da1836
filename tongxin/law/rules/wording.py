"""两个版本的文字与次序。 The words of a version and their places: what counterparts are found by."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.law.rules.likeness import rising
from tongxin.law.rules.text import comparable
from tongxin.law.terms import ClauseKind

DIVISIONS: Final = frozenset({ClauseKind.PART, ClauseKind.SUBPART, ClauseKind.CHAPTER, ClauseKind.SECTION})


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """一个条款的文字。 The words of a clause as stored: those of an article are whole; a division has its heading, or nothing."""

    key: str
    kind: str
    text: str


class Side:
    """一个版本。 One version as a tree: what kind each clause is, what stands below it, and its whole words for comparing."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self.kinds = {w.key: w.kind for w in wordings}
        self.words = {w.key: comparable(w.text) for w in wordings}
        self.roots: dict[str, list[str]] = defaultdict(list)
        self.below: dict[str, list[str]] = defaultdict(list)
        self.articles_of: dict[str, list[str]] = {w.key: [] for w in wordings if w.kind in DIVISIONS}
        current = ""
        for w in wordings:
            above = _above(w.key)
            if w.kind in DIVISIONS:
                current = w.key
            elif above in self.kinds:
                self.below[above].append(w.key)
            else:
                self.roots[w.kind].append(w.key)
                for division in _upwards(current):
                    self.articles_of[division].append(w.key)
        for w in reversed(wordings):
            if w.kind != ClauseKind.ARTICLE:  # whose words are whole already
                self.words[w.key] = self._with_those_below(w.key)

    def _with_those_below(self, key: str) -> str:
        parts = (f"{below.rpartition('.')[2]}{self.words[below]}" for below in self.below.get(key, ()))
        return self.words[key] + "".join(parts)


def _above(key: str) -> str:
    return key.rpartition(".")[0]


def _upwards(key: str) -> Iterable[str]:
    while key:
        yield key
        key = _above(key)


class Rows:
    """两列条款的次序。 The places of the clauses of two rows of one level."""

    def __init__(self, olds: Sequence[str], news: Sequence[str]) -> None:
        self.old = {key: place for place, key in enumerate(olds)}
        self.new = {key: place for place, key in enumerate(news)}

    def known(self, pairs: Mapping[str, str]) -> list[tuple[int, int]]:
        """已知的对应，不交叉者。 The places of what is paired already, without the pairs that cross others."""
        placed = ((place, self.new.get(pairs.get(key, ""), -1)) for key, place in self.old.items())
        return rising((old, new) for old, new in placed if new >= 0)

    def standing(self, pairs: Mapping[str, str]) -> Callable[[str, str], bool]:
        """此刻谁与谁同在一处。 A test whether two clauses stand between the same counterparts, by the pairs known now."""
        run = self.known(pairs)
        olds = [old for old, _ in run]

        def stand(old: str, new: str) -> bool:
            at = bisect_left(olds, self.old[old])
            low = run[at - 1][1] if at else -1
            high = run[at][1] if at < len(run) else len(self.new)
            return low < self.new[new] < high

        return stand


def identical(
    old: Mapping[str, str], new: Mapping[str, str], rows: Rows, pairs: Mapping[str, str]
) -> list[tuple[str, str]]:
    """文字相同者。 The pairs of identical words; where several clauses have the same words, those nearest in place, uncrossed."""
    here, there = _by_words(old), _by_words(new)
    both = [(keys, there[words]) for words, keys in here.items() if words in there]
    single = [(olds[0], news[0]) for olds, news in both if len(olds) == len(news) == 1]
    run = rows.known({**pairs, **dict(single)})
    several = [(olds, news) for olds, news in both if len(olds) > 1 or len(news) > 1]
    return single + [pair for olds, news in several for pair in _nearest(olds, news, rows, run)]


def _by_words(row: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key, words in row.items():
        if words:
            found[words].append(key)
    return found


def _nearest(
    olds: Sequence[str], news: Sequence[str], rows: Rows, run: Sequence[tuple[int, int]]
) -> list[tuple[str, str]]:
    """同文数条之间，各取离应在之处最近者。 Among clauses with the same words, each takes the place nearest to where it is expected."""
    places = [old for old, _ in run]

    def shift(key: str) -> int:
        at = bisect_left(places, rows.old[key])
        return run[at - 1][1] - run[at - 1][0] if at else 0

    far = sorted(
        (abs(rows.new[n] - rows.old[o] - shift(o)), rows.old[o], rows.new[n], o, n)
        for o in olds
        for n in news
    )
    left, right = dict.fromkeys(olds), dict.fromkeys(news)
    pairs = []
    for *_, old, new in far:
        if old in left and new in right:
            del left[old], right[new]
            pairs.append((old, new))
    chosen = sorted(pairs, key=lambda pair: rows.old[pair[0]])
    placed = sorted((new for _, new in pairs), key=rows.new.__getitem__)
    return list(zip((old for old, _ in chosen), placed, strict=True))
