"""地点的读取。 Reads of places. What seldom changes is kept in the process, per revision of the city's facts."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.db import connection, models

from tongxin.acts.queries import put
from tongxin.places.models import City, Place
from tongxin.places.rules import GridIndex
from tongxin.places.terms import CityFacts, NotFoundedError, Spot

CITY: Final = "SELECT code, name, name_en, scheme, root, timezone, lead_body, desk, settings::json, revision FROM places_city LIMIT 1"


def city() -> CityFacts:
    """本市。 The city, read each time: its revision tells whether what we keep is still true. Raises NotFoundedError."""
    rows = put(CITY)
    if not rows:
        raise NotFoundedError("no city has been founded in this database")
    return CityFacts(*rows[0])


def city_day(at: datetime) -> date:
    """城市的当日。 The day it is in the city at a moment."""
    return at.astimezone(ZoneInfo(city().timezone)).date()


def is_founded() -> bool:
    """是否已有城市。 Whether a city has been founded here."""
    return City.objects.exists()


def places_on(*, day: date) -> models.QuerySet[Place]:
    """某日存在的地点。 The places that exist on a day."""
    return Place.objects.filter(valid_from__lte=day).filter(
        models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day)
    )


def grids_in(*, code: str, day: date) -> models.QuerySet[Place]:
    """某地之内的网格。 The grids within a place on a day, with boundaries."""
    return places_on(day=day).filter(level=Place.Level.GRID, path__contains=[code]).order_by("code")


def children_of(*, code: str, day: date) -> models.QuerySet[Place]:
    """下级地点。 The places directly below a place on a day."""
    return places_on(day=day).filter(parent__code=code).order_by("code")


# Whatever a map is made of: the day it is asked for is the other half of its key.
_PRINT: Final = "SELECT coalesce(sum(hashtextextended(to_jsonb(p)::text, 0)), 0)::text FROM places_place p"


@lru_cache(maxsize=4)
def map_print(revision: int) -> str:
    """地点的指纹。 A print of all places, for one revision of the city's facts: most revisions leave the places as they were.

    One statement, about 0.3 s for 50,000 grids; with it the maps of the revision before are kept.
    """
    del revision  # part of the key only
    with connection.cursor() as cursor:
        cursor.execute(_PRINT)
        return str(cursor.fetchone()[0])


@lru_cache(maxsize=2)
def grid_index(print_: str, day: date) -> GridIndex:
    """网格索引。 The index of the grids of a day, for places of one print."""
    del print_
    rows = places_on(day=day).filter(level=Place.Level.GRID).values_list("id", "boundary")
    return GridIndex([(key, boundary) for key, boundary in rows.iterator(chunk_size=2_000) if boundary])


@lru_cache(maxsize=4)
def spots_by_id(print_: str, day: date) -> dict[int, Spot]:
    """各地点，按行号。 Every place of a day by row id, for places of one print."""
    del print_
    rows = places_on(day=day).defer("boundary").iterator(chunk_size=2_000)
    return {row.id: spot_of(row) for row in rows}


@lru_cache(maxsize=4)
def spots_by_code(revision: int, day: date) -> dict[str, Spot]:
    """各地点，按代码。 Every place of a day by code, for one revision."""
    return {spot.code: spot for spot in spots_by_id(map_print(revision), day).values()}


def spot_of(row: Place) -> Spot:
    """一行的落点。 The spot of a row."""
    return Spot(
        id=row.id,
        ref=row.ref,
        code=row.code,
        level=row.level,
        name=row.name,
        name_en=row.name_en,
        path=tuple(row.path),
    )


@lru_cache(maxsize=4)
def _change_days(revision: int) -> tuple[date, ...]:
    del revision
    starts = Place.objects.values_list("valid_from", flat=True).distinct()
    ends = Place.objects.exclude(valid_to=None).values_list("valid_to", flat=True).distinct()
    return tuple(sorted({*starts, *(end for end in ends if end)}))


def edition(*, revision: int, day: date) -> date:
    """地图的版日。 The day the map of `day` began to hold: the key under which a map is kept in the process."""
    begun = [change for change in _change_days(revision) if change <= day]
    return begun[-1] if begun else day


def located(*, points: Sequence[tuple[float, float]], day: date, revision: int) -> list[Spot | None]:
    """落格。 The grid of each (lon, lat) on a day; None outside all grids."""
    map_day = edition(revision=revision, day=day)
    print_ = map_print(revision)
    by_id = spots_by_id(print_, map_day)
    return [by_id[key] if key is not None else None for key in grid_index(print_, map_day).locate(points)]


def spot(*, code: str, day: date, revision: int) -> Spot | None:
    """某代码的地点。 The place of a code on a day; None when there is none."""
    return spots_by_code(revision, edition(revision=revision, day=day)).get(code)


def districts(*, root: str, day: date) -> models.QuerySet[Place]:
    """各县区。 The districts of the city on a day."""
    return children_of(code=root, day=day).filter(level=Place.Level.DISTRICT)


def spots_below(*, code: str, day: date, revision: int) -> list[Spot]:
    """下级地点，从进程里取。 The places directly below a place on a day, by code, kept in the process."""
    found = spots_by_code(revision, edition(revision=revision, day=day)).values()
    return sorted(
        (spot for spot in found if len(spot.path) > 1 and spot.path[1] == code), key=lambda spot: spot.code
    )


def grids_below(*, code: str, day: date, revision: int) -> list[str]:
    """某地之内的网格代码，从进程里取。 Codes of the grids within a place on a day, kept in the process."""
    found = spots_by_code(revision, edition(revision=revision, day=day)).values()
    return sorted(spot.code for spot in found if spot.level == Place.Level.GRID and code in spot.path)


def ids_by_code() -> dict[str, int]:
    """各地点的行号，按代码。 Row ids of all places by code: for what is set up at a place."""
    return dict(Place.objects.values_list("code", "id"))
