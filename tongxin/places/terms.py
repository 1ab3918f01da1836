"""地点的词汇。 The vocabulary of places."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class CityFacts:
    """城市的常用事实。 What most acts need to know of the city; `revision` names the state of its standing facts."""

    code: str
    name: str
    name_en: str
    scheme: str
    root: str
    timezone: str
    lead_body: str
    desk: str
    settings: Mapping[str, Any]
    revision: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """落点。 Where something is: the place row, its version reference and the codes up to the city."""

    id: int
    ref: str
    code: str
    level: str
    name: str
    name_en: str
    path: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPlace:
    """将要设立的地点。 A place about to be established; `parent` is a code of the same list or None for the city."""

    scheme: str
    code: str
    level: str
    name: str
    name_en: str
    parent: str | None
    valid_from: date
    valid_to: date | None
    boundary: Mapping[str, Any] | None = None


class NotFoundedError(LookupError):
    """没有城市。 No city has been founded in the database."""
