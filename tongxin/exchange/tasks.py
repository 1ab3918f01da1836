"""数据共享的定时工作。 Periodic work of lawful data: load ids, call one operation."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.exchange.operations import tell_deferral_ended
from tongxin.exchange.queries.claims import deferrals_ended


def sweep_deferrals(*, at: datetime, most: int = 100) -> dict[str, int]:
    """结束了的暂缓，告知本人。 Those whose lines can be read again are told. The lines themselves wait for nothing."""
    ended = deferrals_ended(at=at, most=most)
    return {"deferrals_told": tell_deferral_ended(actor=PLATFORM, at=at, numbers=ended) if ended else 0}
