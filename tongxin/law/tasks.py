"""定时工作。 Periodic work of law: the first look of each day at what rests on what."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.law.operations import begin_day
from tongxin.law.queries.book import day_begun
from tongxin.places.queries import city_day


def sweep(*, at: datetime) -> dict[str, int]:
    """新的一天。 Begin the city's day when nobody has; returns how many entries lost or regained their basis."""
    if day_begun(day=city_day(at)):
        return {"moved": 0}
    return {"moved": len(begin_day(actor=PLATFORM, at=at))}
