"""别的能力所依的条款：效力与后继。 Clauses that other capabilities rest on: how they stand on a day, and what follows one that ended."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models.functions import Coalesce

from tongxin.law.models import Clause, Suspension
from tongxin.law.queries import clause_at
from tongxin.law.queries.impact import followed
from tongxin.law.terms import BadClauseRefError, ClauseRef


@dataclass(frozen=True, kw_only=True, slots=True)
class ClauseStands:
    """一条的效力。 How a clause stands on a day.

    begun      whether it had come into force by that day
    ends       the day it ended or will end, exclusive; None where no end is set
    suspended  since when it is suspended on that day; None where it is not
    """

    begun: bool
    ends: date | None
    suspended: date | None


def clauses_standing(*, ids: Collection[int], day: date) -> Mapping[int, ClauseStands]:
    """这些条款此日的效力。 How clauses stand on a day, by row id. One statement."""
    held = (
        Suspension.objects.filter(clause=models.OuterRef("pk"), since__lte=day)
        .filter(models.Q(until__isnull=True) | models.Q(until__gt=day))
        .order_by("since")
        .values("since")[:1]
    )
    rows = Clause.objects.filter(pk__in=ids).annotate(
        ends=Coalesce("in_force_to", "version__in_force_to"),
        begins=Coalesce("in_force_from", "version__in_force_from"),
        held=models.Subquery(held),
    )
    return {
        number: ClauseStands(begun=begins is not None and begins <= day, ends=ends, suspended=since)
        for number, begins, ends, since in rows.values_list("pk", "begins", "ends", "held")
    }


def successor_on(*, ref: str, day: date) -> str:
    """后继条款。 The clause, in force on a day, that follows one that ended, by the succession of the versions; empty where none is sure."""
    try:
        old = clause_at(ref=ClauseRef.parse(ref))
    except BadClauseRefError:
        old = None
    if old is None:
        return ""
    following = (
        Clause.objects.filter(version__instrument=old.version.instrument, version__in_force_from__lte=day)
        .filter(models.Q(version__in_force_to__isnull=True) | models.Q(version__in_force_to__gt=day))
        .exclude(version=old.version)
        .select_related("version")
        .first()
    )
    if following is None:
        return ""
    found = followed(old.version_id, following.version_id, ()).get(old.key)
    if found is None or found.key is None:
        return ""
    return str(ClauseRef(old.version.instrument.key, following.version.adopted, found.key))
