"""检查所需的索引。 The facts of a pack that its checks ask for, worked out once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from tongxin.web.pack.checks.common import grouped
from tongxin.web.pack.columns import PLACES
from tongxin.web.pack.rows import OrganRow, Pack, PastRow, PlaceRow, VersionRow

LEVELS: Final = ("city", "district", "street", "community")
COMMITTEE: Final = "committee"


@dataclass(frozen=True)
class Facts:
    """一个数据包在某日的事实。 What holds in a pack on the day `on`; `verbs` are the acts of the platform."""

    pack: Pack
    verbs: frozenset[str]
    on: date

    @cached_property
    def places(self) -> dict[str, PlaceRow]:
        """当日有效、属本市编码体系的地点。 The places that hold on the day, in the city's code scheme, by code."""
        scheme = self.pack.city.scheme
        return {row.code: row for row in self.pack.places if row.scheme == scheme and row.holds_on(self.on)}

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """各地点的下级。 The codes of the places directly below each place."""
        below: dict[str, list[str]] = defaultdict(list)
        for place in self.places.values():
            below[place.parent].append(place.code)
        return dict(below)

    @cached_property
    def organs(self) -> dict[str, OrganRow]:
        """当日存在的机构。 The organs that exist on the day, by code."""
        return {row.code: row for row in self.pack.organs if row.holds_on(self.on)}

    @cached_property
    def by_function(self) -> dict[str, list[OrganRow]]:
        """按职能分的机构。 The organs of the day by their function."""
        return grouped(self.organs.values(), lambda organ: organ.function)

    @cached_property
    def posts(self) -> dict[str, set[str]]:
        """各机构设有的岗位种类。 The kinds of post each organ has."""
        found: dict[str, set[str]] = defaultdict(set)
        for office in self.pack.offices:
            found[office.organ].add(office.post)
        return dict(found)

    @cached_property
    def versions(self) -> dict[str, dict[date, VersionRow]]:
        """各部法的各版本。 The versions of each instrument, by key and version date; the first of equals."""
        found: dict[str, dict[date, VersionRow]] = defaultdict(dict)
        for version in self.pack.versions:
            found[version.key].setdefault(version.version_date, version)
        return dict(found)

    @cached_property
    def clause_keys(self) -> dict[tuple[str, date], frozenset[str]]:
        """已解析文本中的条款键。 The clause keys of each parsed text."""
        texts = self.pack.texts.items()
        return {version: frozenset(clause.key for clause in text.clauses) for version, text in texts}

    @cached_property
    def matter_words(self) -> frozenset[str]:
        """可以指称事项的词：编码与类别。 What may stand for matters: their codes and categories."""
        return frozenset(word for row in self.pack.matters for word in (row.code, row.category))

    @cached_property
    def lead_functions(self) -> frozenset[str]:
        """清单点名的职能。 The functions which the lists name, as lead or to assist."""
        words = {word for row in self.pack.matters for word in (row.lead, *row.assist, *row.on_call)}
        words |= {row.lead for row in self.pack.routing}
        return frozenset(word.partition("@")[0] for word in words)

    @cached_property
    def past(self) -> dict[tuple[str, str], list[PastRow]]:
        """各清单事项从前的依据。 What each entry rested on before, by list and code."""
        return grouped(self.pack.past, lambda row: row.entry)

    def rests_on_the_past(self, entry: tuple[str, str]) -> bool:
        """此事项当日还依从前的条款。 Whether, on the day, what the entry rested on before still holds: then its present
        clauses need not be in force yet.
        """
        return any(row.holds_on(self.on) for row in self.past.get(entry, ()))

    def knows_place(self, code: str) -> bool:
        """此地点是否存在或可能存在。 Whether the place exists on the day, or may be among what could not be read."""
        return code in self.places or self.pack.losses.may_hold(file=PLACES.file, key=code)

    def above(self, code: str) -> Iterator[PlaceRow]:
        """自身及各级上级。 The place itself and the places above it, nearest first; stops at a cycle."""
        seen: set[str] = set()
        while code in self.places and code not in seen:
            seen.add(code)
            yield self.places[code]
            code = self.places[code].parent

    def district_of(self, code: str) -> str | None:
        """所属区县。 The code of the district a place lies in, if any."""
        return next((place.code for place in self.above(code) if place.level == "district"), None)
