"""定时工作。 Periodic work of lawful data: what lapsed with its clause, what is past its term, which deferrals have ended."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.exchange.operations.deferring import tell_deferral_ended
from tongxin.exchange.operations.emergency import end_emergency, tell_concerned
from tongxin.exchange.operations.ending import lapse_grants
from tongxin.exchange.operations.watching import tell_overdue
from tongxin.exchange.queries.applications import terms_untold
from tongxin.exchange.queries.claims import deferrals_ended
from tongxin.exchange.queries.emergencies import emergencies_over, emergencies_untold
from tongxin.exchange.queries.grants import grants_lapsed
from tongxin.places.queries import city_day


def sweep(*, at: datetime, most: int = 500) -> dict[str, int]:
    """扫一遍。 Look once at what time alone has changed: grants whose clause has ended, clocks that are past. At most so many of each."""
    lapses = grants_lapsed(day=city_day(at), most=most)
    overdue = terms_untold(at=at, most=most)
    return {
        "grants_lapsed": lapse_grants(actor=PLATFORM, at=at, lapses=lapses) if lapses else 0,
        "terms_told": tell_overdue(actor=PLATFORM, at=at, terms=overdue) if overdue else 0,
        **_after_emergencies(at, most),
        **sweep_deferrals(at=at, most=most),
    }


def _after_emergencies(at: datetime, most: int) -> dict[str, int]:
    """紧急调用的事后程序。 What follows each emergency by itself: the review's clock, and notice to those concerned."""
    over = emergencies_over(at=at, most=most)
    for number in over:
        end_emergency(actor=PLATFORM, at=at, number=number)
    untold = emergencies_untold(most=most)
    for number in untold:
        tell_concerned(actor=PLATFORM, at=at, number=number)
    return {"emergencies_ended": len(over), "emergencies_told": len(untold)}


def sweep_deferrals(*, at: datetime, most: int = 100) -> dict[str, int]:
    """结束了的暂缓，告知本人。 Those whose lines can be read again are told. The lines themselves wait for nothing."""
    ended = deferrals_ended(at=at, most=most)
    return {"deferrals_told": tell_deferral_ended(actor=PLATFORM, at=at, numbers=ended) if ended else 0}
