"""读取虚构所凭的事实。 Reading the facts of the founded city, through the queries of the capabilities."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from tongxin.law import queries as law
from tongxin.organs import queries as organs
from tongxin.places import queries as places
from tongxin.web.pack.history.draws import DAY, GridSite, rings_of
from tongxin.web.pack.history.shape import Shape
from tongxin.web.pack.history.town import BoundClause, HistoryFacts, ListEdition


def history_facts(*, parameters: Mapping[str, object]) -> HistoryFacts:
    """虚构所凭的事实。 The facts of the founded city for the span of the parameters. Raises LookupError without a city."""
    city, shape = places.city(), Shape.of(parameters)
    editions = _editions(city.revision, shape.first, shape.last)
    return HistoryFacts(
        root=city.root,
        lead_body=city.lead_body,
        desk=city.desk,
        calendar=law.calendar(city.revision),
        editions=editions,
        clauses=_clauses(editions),
        organs=organs.organs_by_code(city.revision),
        grids=_grids(city.root, shape),
        exceptions=law.routing_exceptions(city.revision),
        reopen_days=int(city.settings.get("reopen_natural_days", 30)),
    )


def _editions(revision: int, first: date, last: date) -> list[ListEdition]:
    """各时段的清单。 The editions of the lists: looked at monthly, and halved wherever two looks differ."""
    looks = [first]
    while looks[-1] < last:
        looks.append(min(looks[-1] + 30 * DAY, last))
    editions = [_edition(revision, first)]
    for earlier, later in pairwise(looks):
        editions += _changes(revision, earlier, later)
    return editions


def _edition(revision: int, day: date) -> ListEdition:
    return ListEdition(since=day, matters=law.matters(revision, day), limits=law.limits(revision, day))


def _changes(revision: int, earlier: date, later: date) -> list[ListEdition]:
    """其间的变更。 The editions that begin after `earlier`, up to `later`."""
    a, b = _edition(revision, earlier), _edition(revision, later)
    if (a.matters, a.limits) == (b.matters, b.limits):
        return []
    if later - earlier == DAY:
        return [b]
    middle = earlier + (later - earlier) // 2
    return [*_changes(revision, earlier, middle), *_changes(revision, middle, later)]


def _clauses(editions: Sequence[ListEdition]) -> dict[str, list[BoundClause]]:
    """各事项的依据及其有效期。 What each entry rests on, and from when to when: both the entry and the clause."""
    found: dict[str, list[BoundClause]] = {}
    seen: set[int] = set()
    for edition in editions:
        for entry in law.entries_on(kind="matter", day=edition.since):
            if entry.pk in seen:
                continue
            seen.add(entry.pk)
            for binding in law.bindings_of(entry=entry, day=edition.since):
                begins, ends = getattr(binding, "from_day", None), getattr(binding, "to_day", None)
                if begins is not None:
                    found.setdefault(entry.code, []).append(
                        BoundClause(
                            ref=str(law.ref_of(binding.clause)),
                            in_force_from=max(begins, entry.valid_from),
                            in_force_to=min((day for day in (ends, entry.valid_to) if day), default=None),
                        )
                    )
    return found


def _grids(root: str, shape: Shape) -> list[GridSite]:
    """整个时段都在的网格。 The grids that exist through the whole span."""
    rows = places.grids_in(code=root, day=shape.first)
    return [
        GridSite(spot=places.spot_of(row), rings=rings_of(row.boundary))
        for row in rows
        if row.boundary and (row.valid_to is None or row.valid_to > shape.last)
    ]
