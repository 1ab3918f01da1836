"""见证的读取。 Reads of what witnesses and time-stamp authorities attested."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import models

from tongxin.ledger.models import LedgerCosignature, LedgerStamp

# For a statement that has to refuse: the moment up to which witnesses have seen everything; null before any. A checkpoint that is
# cosigned anew proves nothing of what came after it: where an entry waits behind it, the moment is that entry's own.
NEWEST_WITNESSED: Final = """
SELECT least(s.at, tongxin_after(c.last_xact, c.last_entry))
  FROM ledger_ledgercosignature s JOIN ledger_ledgercheckpoint c ON c.size = s.size ORDER BY s.at DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """最近一次见证。 The newest witnessed checkpoint: its size, when and by whom."""

    size: int
    at: datetime
    witness: str


def newest_witnessed() -> Witnessed | None:
    """最近一次见证。 The newest witnessed checkpoint, by the witnesses' own time; None before any. One statement."""
    row = LedgerCosignature.objects.order_by("-at", "-size").values_list("size", "at", "witness").first()
    return row and Witnessed(*row)


def newest_of_each(*, names: Iterable[str]) -> dict[str, Witnessed]:
    """各见证者最近一次。 The newest cosignature of each of these witnesses."""
    found: dict[str, Witnessed] = {}
    for name in names:
        row = LedgerCosignature.objects.filter(witness=name).order_by("-at", "-size")
        one = row.values_list("size", "at", "witness").first()
        if one is not None:
            found[name] = Witnessed(*one)
    return found


def newest_stamp() -> models.QuerySet[LedgerStamp]:
    """时间戳，新的在前。 Time stamps, newest first."""
    return LedgerStamp.objects.order_by("-at")
