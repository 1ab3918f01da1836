"""定时工作。 Periodic work of cases: load ids, call one operation."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from tongxin.acts.terms import PLATFORM
from tongxin.cases.operations import escalate_cases, lapse_confirmations, pause_cases, resume_cases
from tongxin.cases.queries import cases_paused, cases_without_basis, clocks_due
from tongxin.law import queries as law
from tongxin.law.queries.standing import lapsed_on, saved_before
from tongxin.law.terms import Stage
from tongxin.places.queries import city, city_day


def sweep(*, at: datetime, most: int = 500) -> dict[str, int]:
    """扫一遍到期的钟。 Look once at what time alone has changed: bases of running cases first, then the clocks that are due.

    A case whose basis has ended is paused before its clocks are looked at: it cannot be late in what may not be done.
    """
    moved = transition(at=at, most=most)
    due = clocks_due(at=at, most=most)
    lapsed = [number for _, stage, number in due if stage == Stage.CONFIRM.value]
    passed = [clock for clock, stage, _ in due if stage != Stage.CONFIRM.value]
    return {
        **moved,
        "lapsed": lapse_confirmations(actor=PLATFORM, at=at, numbers=lapsed) if lapsed else 0,
        "escalated": escalate_cases(actor=PLATFORM, at=at, clocks=passed) if passed else 0,
    }


def transition(*, at: datetime, most: int = 500) -> dict[str, int]:
    """依据的变化到达在办事项。 Running cases whose entry has lost its basis are paused; those that have one again go on."""
    here, day = city(), city_day(at)
    listed = law.matters(here.revision, day)
    idle = [f"matter:{code}" for code, entry in listed.items() if not entry.active]
    zone = ZoneInfo(here.timezone)
    saved = {
        ref: datetime.combine(until, time(), zone)
        for ref, until in saved_before(entries=idle, day=day).items()
    }
    since = {
        ref: datetime.combine(day_of, time(), zone)
        for ref, day_of in lapsed_on(entries=idle, day=day).items()
    }
    gone = cases_without_basis(entries=idle, saved=saved, most=most)
    back = [
        number
        for number, ref in cases_paused(most=most)
        if (entry := listed.get(ref.removeprefix("matter:"))) is not None and entry.active
    ]
    return {
        "paused": pause_cases(actor=PLATFORM, at=at, numbers=gone, since=since) if gone else 0,
        "resumed": resume_cases(actor=PLATFORM, at=at, numbers=back) if back else 0,
    }
