"""地点的写入。 Writes of places."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Func, Value

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Scope, Warrant
from tongxin.places.models import City, Place
from tongxin.places.terms import CityFacts, NewPlace


def _founding_scope(
    *, actor: Actor, at: datetime, city: CityFacts, founding: tuple[BasisClause, ...], **_: Any
) -> Scope:
    del actor, at
    return Scope(subject=f"city:{city.code}", founding=founding, content={"city": city.code})


@act(
    "found_places",
    title=("设立地点与网格", "establish the city's places and grids"),
    by=[By.PLATFORM],
    scope=_founding_scope,
    founding=True,
)
def found_places(
    *, warrant: Warrant, city: CityFacts, places: Sequence[NewPlace], founding: tuple[BasisClause, ...]
) -> int:
    """设立城市、地点与网格。 Establish the city, its places and its grids; parents before children.

    Returns how many places there are. Raises KeyError for an unknown parent (a checked pack has none).
    """
    del warrant, founding
    City.objects.create(
        code=city.code,
        name=city.name,
        name_en=city.name_en,
        scheme=city.scheme,
        root=city.root,
        timezone=city.timezone,
        lead_body=city.lead_body,
        desk=city.desk,
        settings=dict(city.settings),
    )
    made: dict[str, Place] = {}
    for level in Place.Level:
        rows = [_row(new, made) for new in places if new.level == level]
        for row in Place.objects.bulk_create(rows, batch_size=1_000):
            made[row.code] = row
    return len(made)


def _row(new: NewPlace, made: dict[str, Place]) -> Place:
    parent = made[new.parent] if new.parent else None
    return Place(
        scheme=new.scheme,
        code=new.code,
        level=new.level,
        name=new.name,
        name_en=new.name_en,
        parent=parent,
        path=[new.code, *(parent.path if parent else [])],
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        boundary=new.boundary,
    )


def _revision_scope(*, actor: Actor, at: datetime, why: str) -> Scope:
    del actor, at
    return Scope(subject=f"city:{City.objects.values_list('code', flat=True).get()}", content={"why": why})


@act(
    "advance_revision",
    title=("城市的事实有变", "note that the city's facts have changed"),
    by=[By.PLATFORM],
    scope=_revision_scope,
)
def advance_revision(*, warrant: Warrant, why: str) -> None:
    """城市的事实有变。 Say that facts of the city have changed: every process reads anew what it kept of them.

    Done within the act that changes law, lists, places or organs; `why` is that act's verb. A number is never given twice, also not
    when the act that took it is undone: it may have read, and kept, what then never was.
    """
    del warrant, why
    City.objects.update(revision=Func(Value("places_revision"), function="nextval"))
