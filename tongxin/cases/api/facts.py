"""接口回答所需的城市事实。 What an answer of the interfaces needs to know of the city, looked up once a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tongxin.cases.api.answers import not_found
from tongxin.law import queries as law
from tongxin.law.terms import MatterEntry
from tongxin.organs import queries as organs
from tongxin.organs.terms import OrganFacts
from tongxin.places import queries as places
from tongxin.places.terms import CityFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """城市此刻的事实。 The city, its organs and its matters at a moment. One statement; the rest is kept in the process."""

    city: CityFacts
    organs: Mapping[str, OrganFacts]
    matters: Mapping[str, MatterEntry]
    at: datetime

    @classmethod
    def of(cls, at: datetime) -> "Facts":
        """取此刻的事实。 The facts of a moment."""
        city = places.city()
        day = at.astimezone(ZoneInfo(city.timezone)).date()
        return cls(
            city=city,
            at=at,
            organs=organs.organs_by_code(city.revision),
            matters=law.matters(city.revision, day),
        )

    def active(self) -> list[MatterEntry]:
        """在用的事项。 The matters that rest on law today, in the order of their codes."""
        return [matter for matter in self.matters.values() if matter.active]

    def matter(self, code: str) -> MatterEntry:
        """在用的一项。 A matter that rests on law today. Raises Trouble (404)."""
        found = self.matters.get(code)
        if found is None or not found.active:
            raise not_found("matter", "没有这个在用的事项", "there is no active matter of this code")
        return found

    def organ(self, code: str) -> dict[str, str]:
        """机构。 An organ with its names, for JSON."""
        known = self.organs.get(code)
        return {
            "code": code,
            "name": known.name if known else "",
            "name_en": known.name_en if known else "",
        }
