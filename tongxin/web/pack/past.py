"""装入虚构的历史。 Loading the synthetic past of a pack, in batches of one act each."""

from datetime import datetime

from tongxin.acts.terms import PLATFORM
from tongxin.cases.operations import import_history
from tongxin.cases.terms import HistoricCase  # noqa: TC001 - a list of them is made here
from tongxin.web.pack.history import historic_cases, history_facts
from tongxin.web.pack.rows import Pack

BATCH = 2_000


def load_history(*, pack: Pack, until: datetime) -> int:
    """装入历史。 Take over the synthetic cases a pack asks for, up to `until`; returns how many. None asked: none made."""
    if pack.history is None:
        return 0
    facts = history_facts(parameters=pack.history.values)
    batch: list[HistoricCase] = []
    total = 0
    for case in historic_cases(parameters=pack.history.values, until=until, day_facts=facts):
        batch.append(case)
        if len(batch) == BATCH:
            total += import_history(actor=PLATFORM, at=until, cases=batch)
            batch = []
    return total + (import_history(actor=PLATFORM, at=until, cases=batch) if batch else 0)
