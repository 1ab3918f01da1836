"""已存档的月。 The months that were archived and dropped, as the log sealed them."""

from tongxin.ledger import rules
from tongxin.ledger.models import LedgerArchive
from tongxin.ledger.rules.signing import Keys
from tongxin.ledger.terms import Fault


def archived_months() -> dict[str, frozenset[int]]:
    """各表已存档的月。 By table, the months that were archived and dropped (0: what is older than the months)."""
    found: dict[str, set[int]] = {}
    for relation, month in LedgerArchive.objects.values_list("relation", "month"):
        found.setdefault(relation, set()).add(month)
    return {relation: frozenset(months) for relation, months in found.items()}


def archive_fault(keys: Keys) -> Fault | None:
    """存档记录的第一处不符。 The first row about an archived month that the log did not seal."""
    for row in LedgerArchive.objects.order_by("month", "relation"):
        message = rules.seal_message(
            relation=row.relation,
            month=row.month,
            rows=row.rows,
            digest=row.digest,
            manifest=row.manifest,
            size=row.size,
            at=row.at,
        )
        if not rules.holds(message, bytes(row.seal), keys.public):
            place = f"{row.relation} {row.month}"
            return Fault("altered", "ledger_ledgerarchive", place, "the row is not what the log sealed")
    return None
