"""紧急调用的规则。 Rules of breaking the glass: the closed list of clauses it may stand on, and how long; pure.

突发事件应对法 (2024) arts. 73, 83: within need, for the emergency; 个人信息保护法 art. 13 para. 1 (4). What is not on this list breaks no glass.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.rules.clocks import EMERGENCY, PERSONAL


class Ground(StrEnum):
    """紧急事由，封闭清单。 Why the glass may be broken: a closed list."""

    RESCUE = "rescue"
    INFORMATION = "information"
    LIFE = "life"


# Instrument and clause, resolved to the version in force on the day.
CLAUSES: Final[Mapping[Ground, tuple[str, str]]] = {
    Ground.RESCUE: (EMERGENCY, "a73.p1.i1"),
    Ground.INFORMATION: (EMERGENCY, "a83"),
    Ground.LIFE: (PERSONAL, "a13.p1.i4"),
}
# Whatever the ground: personal data are processed without consent on this alone.
ALWAYS: Final = ((PERSONAL, "a13.p1.i4"), (EMERGENCY, "a83"))
LONGEST: Final = timedelta(hours=72)
LEAST_WORDS: Final = 20
MOST_CALLS: Final = 10_000


class Disposal(StrEnum):
    """结束后怎样处置。 What becomes of the data afterwards (突发事件应对法 art. 85)."""

    DESTROYED = "destroyed"
    RETAINED = "retained"


def require_span(*, at: datetime, until: datetime) -> None:
    """有止期，不超过 72 小时。 It has an end, within 72 hours (突发事件应对法 art. 10: 与危害相适应). Raises InvalidInput."""
    if not at < until <= at + LONGEST:
        raise InvalidInput("until", "截止时间应在 72 小时以内", "the end lies within 72 hours")
