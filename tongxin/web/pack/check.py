"""数据包的检查。 The checks of a pack, all of them, in one list."""

from collections.abc import Callable, Collection, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final

from tongxin.web.pack.checks import calendar, city, entries, grids, law, lists, matters, organs, past, places
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.exchange import check_fields, check_sources
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.lawmaking import check_lawmaking
from tongxin.web.pack.read import read_pack
from tongxin.web.pack.rows import Pack

Check = Callable[[Facts], Iterator[Fault]]
CHECKS: Final[tuple[Check, ...]] = (
    city.check_city_organs,
    city.check_city_root,
    city.check_city_words,
    city.check_founding,
    city.check_timezone,
    places.check_place_levels_known,
    places.check_place_intervals,
    places.check_place_cycles,
    places.check_place_parents,
    places.check_place_levels_descend,
    grids.check_district_codes,
    grids.check_grid_codes,
    grids.check_grid_parents,
    grids.check_districts_shaped,
    grids.check_shapes,
    organs.check_organ_words,
    organs.check_organ_identity,
    organs.check_organ_parents,
    organs.check_organ_places,
    organs.check_organs_have_offices,
    organs.check_offices,
    organs.check_holders,
    organs.check_logins,
    calendar.check_working_week,
    calendar.check_hours,
    calendar.check_years,
    calendar.check_days,
    calendar.check_days_published,
    law.check_manifest_words,
    law.check_manifest_identity,
    law.check_texts_held,
    law.check_subjects_agree,
    law.check_version_intervals,
    law.check_clauses,
    matters.check_matter_codes,
    matters.check_matter_clauses,
    matters.check_matter_routes,
    matters.check_functions_unambiguous,
    matters.check_person_help,
    matters.check_forbidden_subjects,
    lists.check_limits,
    lists.check_powers,
    lists.check_routing,
    entries.check_entry_shapes,
    entries.check_entry_rules,
    past.check_past_entries,
    past.check_past_intervals,
    past.check_past_clauses,
    check_lawmaking,
    check_sources,
    check_fields,
)


def check_pack(pack: Pack, *, verbs: Collection[str], on: date) -> list[Fault]:
    """检查已读入的数据包。 Every fault of a pack that was read, sorted by file and line.

    `verbs` are the acts that powers.csv must found; `on` is the day on which the clauses cited must be in force
    and on which places and organs are looked at.
    """
    facts = Facts(pack=pack, verbs=frozenset(verbs), on=on)
    return sorted(set(chain.from_iterable(check(facts) for check in CHECKS)))


def examine_pack(
    path: Path, *, verbs: Collection[str], on: date, parse_all_law: bool = False
) -> tuple[Pack | None, list[Fault]]:
    """读并检查：有错则不给数据包。 Read and check a pack; with any fault there is no pack, so nothing can be loaded."""
    pack, faults = read_pack(path, parse_all_law=parse_all_law)
    if pack is not None:
        faults = sorted({*faults, *check_pack(pack, verbs=verbs, on=on)})
    return (None if faults else pack), faults
