"""职能能否落到机构。 Whether a function can be routed to an organ at every place."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tongxin.web.pack.checks.common import grouped
from tongxin.web.pack.checks.facts import COMMITTEE, LEVELS, Facts
from tongxin.web.pack.columns import ORGANS, PLACES
from tongxin.web.pack.rows import OrganRow

ROUTE_LEVELS = frozenset(LEVELS[:3])
Why = tuple[str, str, str]


@dataclass(frozen=True)
class Routes:
    """分派的检查，逐职能只算一次。 Routing checked for words FUNCTION or FUNCTION@LEVEL, each worked out once.

    An organ is responsible for a place when it has the function and its place is the nearest at or above the
    place; with a level, the one of that level. A committee is never responsible: it assists.
    """

    facts: Facts
    known: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def wrong_lead(self, word: str, *, under: str) -> Iterator[Why]:
        """主办职能的问题。 What is wrong with a lead for the places under `under`: (code, zh, en)."""
        if wrong := self._wrong_word(word):
            yield wrong
            return
        organs = self.facts.by_function.get(word.partition("@")[0], [])
        if organs and all(organ.kind == COMMITTEE for organ in organs):
            zh, en = f"“{word}”是村（居）委会，不得主办", f"'{word}' is a committee, which may not lead"
            yield "committee_lead", zh, en
            return
        if lacking := self._lacking(word, under=under):
            shown = "、".join(lacking[:3]), ", ".join(lacking[:3])
            zh = f"“{word}”在 {len(lacking)} 处没有机构：{shown[0]}{'…' if len(lacking) > 3 else ''}"
            en = f"'{word}' has no organ at {len(lacking)} place(s): {shown[1]}{'…' if len(lacking) > 3 else ''}"
            yield "lead_without_organ", zh, en

    def wrong_assist(self, word: str) -> Iterator[Why]:
        """协办职能的问题。 What is wrong with an assisting function: unknown word or level; it need not be everywhere."""
        if wrong := self._wrong_word(word):
            yield wrong

    def _wrong_word(self, word: str) -> Why | None:
        function, mark, level = word.partition("@")
        if mark and level not in ROUTE_LEVELS:
            return "bad_route_level", f"“{word}”的层级未知", f"'{word}' has an unknown level"
        if function not in self.facts.by_function and self.facts.pack.losses.whole(ORGANS.file):
            return "unknown_function", f"没有机构承担“{function}”", f"no organ has the function '{function}'"
        return None

    def _lacking(self, word: str, *, under: str) -> tuple[str, ...]:
        if not self.facts.pack.losses.whole(ORGANS.file, PLACES.file):
            return ()
        if (word, under) not in self.known:
            self.known[word, under] = tuple(self._work_out(word, under=under))
        return self.known[word, under]

    def _work_out(self, word: str, *, under: str) -> Iterator[str]:
        """没有主办机构的地点，从上往下找。 The topmost places under `under` at which no organ is found, walking down."""
        function, _, level = word.partition("@")
        organs = [organ for organ in self.facts.by_function.get(function, []) if organ.kind != COMMITTEE]
        seats = {organ.place for organ in organs if self._level(organ.place) == level or not level}
        open_places = [under]
        seen: set[str] = set()
        while open_places:
            code = open_places.pop()
            if code in seen or any(place.code in seats for place in self.facts.above(code)):
                continue
            seen.add(code)
            parts = self.facts.parts.get(code, [])
            if not parts or (level and self._level(code) == level):
                yield code
            open_places.extend(reversed(parts) if not (level and self._level(code) == level) else ())

    def _level(self, code: str) -> str:
        place = self.facts.places.get(code)
        return place.level if place else ""


def ambiguous(facts: Facts) -> Iterator[tuple[OrganRow, OrganRow]]:
    """同一地点同一职能的两个机构，若清单点名此职能。 Two organs of one function at one place, where the lists name it."""
    named = [organ for organ in facts.organs.values() if organ.function in facts.lead_functions]
    for organs in grouped(named, lambda organ: (organ.function, organ.place)).values():
        for organ in organs[1:]:
            yield organs[0], organ
