"""调用的了结。 What became of calls that did not hand over just what they had reserved: recorded, and the rest given back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import models

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.exchange.models import Call, CallResult, Meter
from tongxin.exchange.terms import Came, Settled

MOST: Final = 1_000


def _settle_scope(*, actor: Actor, at: datetime, settled: Sequence[Settled]) -> Scope:
    """锁住用量，依次。 The meters of the grants, locked in one order. Raises InvalidInput."""
    del actor, at
    numbers = sorted({one.call for one in settled})
    if not 1 <= len(settled) <= MOST or len(numbers) != len(settled):
        raise InvalidInput("settled", "每次调用只能了结一次", "each call is settled once")
    calls = {call.pk: call for call in Call.objects.filter(pk__in=numbers)}
    grants = sorted({call.grant_id for call in calls.values()})
    list(Meter.objects.select_for_update().filter(grant_id__in=grants).order_by("grant_id"))
    if (
        len(calls) != len(numbers)
        or CallResult.objects.filter(call_id__in=numbers).exclude(outcome=Came.STOPPED.value).exists()
    ):
        raise InvalidInput("call", "没有这次调用，或者已经了结", "there is no such call, or it is settled")
    if any(not 0 <= one.rows <= calls[one.call].rows for one in settled):
        raise InvalidInput("rows", "不会多于预留的行数", "no more rows than were reserved")
    return Scope(subject="calls", content={"calls": numbers}, state=calls)


@act("settle_calls", title=("了结调用", "settle calls"), by=[By.PLATFORM], scope=_settle_scope)
def settle_calls(*, warrant: Warrant, settled: Sequence[Settled]) -> int:
    """了结调用。 Record what became of calls whose source did not answer as reserved, and give back the rows; returns how many.

    A call that handed over just what it had reserved needs none of this (docs/decisions/0013).
    """
    calls: dict[int, Call] = warrant.scope.state
    CallResult.objects.bulk_create(
        [
            CallResult(
                entry=warrant.entry,
                call_id=one.call,
                outcome=one.came.value,
                rows=one.rows,
                took_ms=one.took_ms,
                upstream=one.upstream,
                at=warrant.at,
            )
            for one in settled
        ]
    )
    for one in settled:
        left = calls[one.call].rows - one.rows
        if left and one.came is not Came.STOPPED:
            Meter.objects.filter(grant_id=calls[one.call].grant_id).update(rows=models.F("rows") - left)
    return len(settled)
