"""定时工作。 Periodic work of cases: load ids, call one operation."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.cases.operations import escalate_cases, lapse_confirmations
from tongxin.cases.queries import clocks_due
from tongxin.law.terms import Stage


def sweep(*, at: datetime, most: int = 500) -> dict[str, int]:
    """扫一遍到期的钟。 Look once at the clocks that are due: confirmations lapse, the rest go up the chain."""
    due = clocks_due(at=at, most=most)
    lapsed = [number for _, stage, number in due if stage == Stage.CONFIRM.value]
    passed = [clock for clock, stage, _ in due if stage != Stage.CONFIRM.value]
    return {
        "lapsed": lapse_confirmations(actor=PLATFORM, at=at, numbers=lapsed) if lapsed else 0,
        "escalated": escalate_cases(actor=PLATFORM, at=at, clocks=passed) if passed else 0,
    }
