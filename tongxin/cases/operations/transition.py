"""过渡：依据失效时在办的事项。 Running cases when their list entry loses its basis, and when it has one again.

The transition rule of the house (docs/decisions): what was done before the day stays (立法法 art. 104: law does not look back);
from the day on nothing can be done that needs the entry, unless the amending text itself leaves begun matters to the old
clause; the organ cannot be late in what it may not do, so its clocks stop; everybody concerned is told. When the entry rests
on a clause in force again, the clocks run on with what was left.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db import models
from django.db.models.functions import Greatest

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Scope, Warrant
from tongxin.cases.models import Case, CaseStep, Clock
from tongxin.cases.operations.common import (
    Context,
    case_scope,
    open_cases,
    reporters_by_case,
    save_step,
    step,
    tell_reporters,
)
from tongxin.cases.rules import next_state
from tongxin.cases.terms import State
from tongxin.law import queries as law
from tongxin.law.rules import resume
from tongxin.law.terms import Suspension, Unit

NOBODY_KNOWS: Final[Mapping[str, datetime]] = MappingProxyType({})


def _scopes(numbers: Sequence[str], verb: str, *, paused: bool) -> list[Scope]:
    cases = open_cases(numbers)
    reporters = reporters_by_case(list(cases.values()))
    return [
        case_scope(case, persons=reporters[case.pk], entry=False, list_entry=case.entry)
        for case in cases.values()
        if next_state(State(case.state), verb) and (case.paused_at is not None) is paused
    ]


def _pause_scope(
    *, actor: Actor, at: datetime, numbers: Sequence[str], since: Mapping[str, datetime] = NOBODY_KNOWS
) -> list[Scope]:
    del actor, at, since
    return _scopes(numbers, "pause_case", paused=False)


@act(
    "pause_case",
    title=("依据失效，暂停办理", "pause a case whose basis has ended"),
    by=[By.PLATFORM],
    scope=_pause_scope,
    many=True,
)
def pause_cases(
    *,
    warrants: Sequence[Warrant],
    at: datetime,
    numbers: Sequence[str],
    since: Mapping[str, datetime] = NOBODY_KNOWS,
) -> int:
    """暂停。 The list entry of these cases has lost its basis: their clocks stop, organs and reporters are told.

    `since`: by list entry, the moment its basis ended; clocks stop there, not when somebody noticed.
    """
    del numbers
    lead_body = Context.of(at).city.lead_body
    for warrant in warrants:
        case: Case = warrant.scope.state
        ended = min(since.get(case.entry, at), at)
        running = Clock.objects.filter(case=case, ended_at=None, suspended_at=None)
        stopped = sorted(running.values_list("id", flat=True))
        running.update(suspended_at=Greatest(models.F("started_at"), models.Value(ended)))
        save_step(
            step(warrant, case, State(case.state), clocks=stopped), paused_at=max(ended, case.reported_at)
        )
        tell_reporters(warrant, case, "paused", warrant.scope.persons)
        for organ in sorted({case.organ, lead_body}):
            warrant.tell(
                recipient=f"organ:{organ}",
                template="paused_organ",
                number=case.number,
                matter=case.matter_name,
            )
    return len(warrants)


def _resume_scope(*, actor: Actor, at: datetime, numbers: Sequence[str]) -> list[Scope]:
    del actor, at
    return _scopes(numbers, "resume_case", paused=True)


@act(
    "resume_case",
    title=("依据恢复，继续办理", "go on with a case whose entry rests on a clause again"),
    by=[By.PLATFORM],
    scope=_resume_scope,
    many=True,
)
def resume_cases(*, warrants: Sequence[Warrant], at: datetime, numbers: Sequence[str]) -> int:
    """继续。 The list entry rests on a clause in force again: the clocks that the pause stopped run on with what was left.

    民法典 arts. 200–204, as for every suspension.
    """
    del numbers
    calendar = law.calendar(Context.of(at).city.revision)
    for warrant in warrants:
        case: Case = warrant.scope.state
        last = CaseStep.objects.filter(case=case, verb="pause_case").order_by("-seq").first()
        for clock in Clock.objects.filter(pk__in=last.facts.get("clocks", []) if last else [], ended_at=None):
            ends = resume(
                due_at=clock.due_at,
                suspension=Suspension(begins_at=clock.suspended_at or at, ends_at=at),
                unit=Unit(clock.unit or Unit.HOUR.value),
                calendar=calendar,
            )
            clock.due_at, clock.sweep_at, clock.provisional = ends.at, ends.at, ends.beyond_known
            clock.suspended_at = None
            clock.save(force_update=True)
        save_step(step(warrant, case, State(case.state)), paused_at=None)
        tell_reporters(warrant, case, "resumed", warrant.scope.persons)
        warrant.tell(
            recipient=f"organ:{case.organ}",
            template="resumed_organ",
            number=case.number,
            matter=case.matter_name,
        )
    return len(warrants)
