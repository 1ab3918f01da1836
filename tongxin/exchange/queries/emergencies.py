"""紧急调用的读取。 Reads of emergencies: what waits for its end, its notice, its review; and whom one reached, for telling them alone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import models

from tongxin.exchange.models import Call, Emergency, Grant
from tongxin.exchange.queries.person import deferred_among
from tongxin.exchange.terms import GrantState
from tongxin.ledger.queries import contents_about


def persons_reached(*, grant: Grant, at: datetime) -> tuple[list[str], list[str]]:
    """查到了谁。 Whom the calls under a grant were about, for the notice to them: those told in full, those told in general alone.

    In general: the look was for another person's affair (decision 14). Nobody whose line is deferred now: the end of the deferral tells
    them. Where content was deleted, nobody is left to tell.
    """
    rows = contents_about(subject=grant.ref).filter(entry__verb="call_data", entry__outcome="done")
    found = list(rows.values_list("entry_id", "persons", "content"))
    third = set(Call.objects.filter(grant=grant, third=True).values_list("entry", flat=True))
    hidden = deferred_among(entries=[entry for entry, _persons, _content in found], at=at)
    plain, general = set(), set()
    for entry, persons, content in found:
        if entry in hidden:
            continue
        for person in persons:
            if entry not in third:
                plain.add(person)
            elif person != content.get("on_behalf_of"):  # whose affair it was, but not whose data
                general.add(person)
    return sorted(plain), sorted(general - plain)


def emergencies_over(*, at: datetime, most: int) -> Sequence[str]:
    """已到期、还没转入事后程序的。 Numbers of emergencies whose end has come and for which nothing has followed yet."""
    over = models.Q(until__lte=at) | models.Q(grant__state=GrantState.TERMINATED.value)
    return list(
        Emergency.objects.filter(over, ended_at=None).order_by("id").values_list("number", flat=True)[:most]
    )


def emergencies_untold(*, most: int) -> Sequence[str]:
    """还没告知当事人的。 Numbers of emergencies that are over and whose persons have not been told."""
    rows = Emergency.objects.filter(ended_at__isnull=False, told_at=None)
    return list(rows.order_by("id").values_list("number", flat=True)[:most])


def emergencies_of(*, organ: str = "", most: int = 100) -> list[Emergency]:
    """紧急调用，新的在前。 Emergencies, newest first; of one organ's own where named."""
    rows = Emergency.objects.select_related("grant", "grant__meter", "grant__source").order_by("-id")
    return list((rows.filter(grant__organ=organ) if organ else rows)[:most])


def emergency_numbered(*, number: str) -> Emergency | None:
    """某号的紧急调用。 The emergency of a number, with its grant."""
    if "\x00" in number:
        return None
    return (
        Emergency.objects.select_related("grant", "grant__meter", "grant__source")
        .filter(number=number)
        .first()
    )
