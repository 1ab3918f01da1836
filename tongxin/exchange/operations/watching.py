"""逾期的告知。 Telling of clocks that are past their end: both sides and the authority, once each (arts. 38 para. 2, 39)."""

from collections.abc import Sequence
from datetime import datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Scope, Warrant
from tongxin.exchange.models import Term
from tongxin.exchange.operations.common import authority


def _tell_scope(*, actor: Actor, at: datetime, terms: Sequence[int]) -> list[Scope]:
    del actor
    rows = Term.objects.select_for_update(skip_locked=True).filter(
        pk__in=list(terms), ended_at=None, told_at=None, due_at__lt=at
    )
    return [Scope(subject=row.subject, content={"kind": row.kind}, state=row) for row in rows.order_by("id")]


@act(
    "tell_overdue",
    title=("告知时限已过", "tell that a term is past"),
    by=[By.PLATFORM],
    scope=_tell_scope,
    many=True,
)
def tell_overdue(*, warrants: Sequence[Warrant], at: datetime, terms: Sequence[int]) -> int:
    """告知逾期。 Tell whoever is under a clock that is past, whoever waits for it, and the authority; once. Returns how many clocks.

    政务数据共享条例 art. 38 para. 2 has the authority watch over timeliness; being late stays visible until the clock ends.
    """
    del terms
    above = f"organ:{authority()}"
    for warrant in warrants:
        row: Term = warrant.scope.state
        Term.objects.filter(pk=row.pk).update(told_at=at)
        waits = (
            row.applicant
            if row.applicant.startswith("person:")
            else f"organ:{row.applicant}"
            if row.applicant
            else ""
        )
        for recipient in dict.fromkeys(filter(None, (f"organ:{row.organ}", waits, above))):
            warrant.tell(recipient=recipient, template="data_overdue", number=row.subject.partition(":")[2],
                         organ=row.organ, note=row.kind)  # fmt: skip
    return len(warrants)
