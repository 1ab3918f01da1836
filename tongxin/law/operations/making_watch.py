"""立法期限的提醒，与本市立法程序的期限。 Telling of limits of law-making that have passed or draw near; the limits of the city's own procedure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, BasisClause, By, Scope, Warrant
from tongxin.law.models import LawmakingLimit, LegislativeClock
from tongxin.law.rules.making_days import MakingLimit, Watch, months_left, next_watch
from tongxin.places.queries import city_day


def _escalate_scope(*, actor: Actor, at: datetime, clocks: Sequence[int]) -> list[Scope]:
    """到了提醒日的钟。 Those of the clocks of which somebody is to be told, locked; one that another sweeper holds is left to it."""
    del actor
    held = (
        LegislativeClock.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(pk__in=list(clocks), ended_at=None, watch_on__lte=city_day(at))
        .select_related("project")
        .order_by("project_id", "id")
    )
    return [
        Scope(
            subject=clock.project.ref,
            state=clock,
            content={
                "project": clock.project.number,
                "watch": clock.watch,
                "clock": clock.pk,
                "due": clock.due.isoformat(),
            },
        )
        for clock in held
    ]


@act(
    "escalate_making",
    title=("立法期限提醒", "tell of a limit of law-making"),
    by=[By.PLATFORM],
    scope=_escalate_scope,
    many=True,
)
def escalate_making(*, warrants: Sequence[Warrant], at: datetime, clocks: Sequence[int]) -> int:
    """立法期限提醒。 A limit has passed, or a rule's two years end in twelve, six or one months: the organ is told, and who steers.

    Once for each threshold; where several passed unnoticed, once for the last of them. Returns how many were told of.
    立法法 arts. 56(2), 93(5); 规章制定程序条例 art. 13(2): 跟踪了解、组织协调和督促指导.
    """
    del clocks
    today = city_day(at) if warrants else None
    for warrant in warrants:
        clock: LegislativeClock = warrant.scope.state
        assert today is not None  # noqa: S101 - there are warrants
        watch = Watch(clock.watch)
        months = months_left(watch, clock.due, day=today)
        LegislativeClock.objects.filter(pk=clock.pk).update(
            told=F("told") + 1, watch_on=next_watch(watch, clock.due, after=today)
        )
        template = "making_sunset_near" if months else "making_due"
        for organ in dict.fromkeys((clock.organ, clock.project.steering)):
            warrant.tell(
                recipient=f"organ:{organ}",
                template=template,
                number=clock.project.number,
                matter=clock.project.title,
                watch=clock.watch,
                months=months,
                note=clock.due.isoformat(),
            )
    return len(warrants)


def _limits_scope(
    *, actor: Actor, at: datetime, founding: tuple[BasisClause, ...], limits: Sequence[Any]
) -> Scope:
    del actor, at
    return Scope(subject="book", founding=founding, content={"lawmaking_limits": len(limits)})


@act(
    "found_lawmaking",
    title=("设定立法程序的期限", "set the limits of the city's law-making"),
    by=[By.PLATFORM],
    scope=_limits_scope,
    founding=True,
)
def found_lawmaking(
    *,
    warrant: Warrant,
    founding: tuple[BasisClause, ...],
    limits: Sequence[tuple[Watch, MakingLimit, str]],
) -> int:
    """设定立法程序的期限。 Enter the limits that the city's own law-making regulation sets: (what, limit, note). Returns how many."""
    del warrant, founding
    LawmakingLimit.objects.bulk_create(
        [
            LawmakingLimit(
                watch=watch.value,
                number=limit.number,
                unit=limit.unit.value,
                clause=limit.clause,
                note=note[:300],
            )
            for watch, limit, note in limits
        ]
    )
    return len(limits)
