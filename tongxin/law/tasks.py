"""定时工作。 Periodic work of law: the first look of each day at what rests on what, and the limits of law-making."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.law.operations import begin_day, escalate_making
from tongxin.law.queries.book import day_begun
from tongxin.law.queries.making import making_clocks_due
from tongxin.places.queries import city_day


def sweep(*, at: datetime) -> dict[str, int]:
    """新的一天；立法期限。 Begin the city's day when nobody has, and look at the limits of law-making that are due."""
    due = making_clocks_due(at=at)
    return {
        "moved": 0 if day_begun(day=city_day(at)) else len(begin_day(actor=PLATFORM, at=at)),
        "making": escalate_making(actor=PLATFORM, at=at, clocks=due) if due else 0,
    }
