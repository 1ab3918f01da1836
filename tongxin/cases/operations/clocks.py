"""期限。 Limits that run: asking for a change, signing it off, resuming, and what happens when one passes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Case, CaseStep, Clock, ClockRequest
from tongxin.cases.operations.common import (
    Context,
    case_scope,
    open_case,
    open_free_cases,
    reporters_by_case,
    reporters_of,
    require_move,
    require_text,
    save_step,
    save_steps,
    step,
    tell_reporters,
)
from tongxin.cases.terms import ClockChange, ClockGround, State
from tongxin.law import queries as law
from tongxin.law.rules import add, due, resume
from tongxin.law.terms import Limit, Stage, Suspension, Unit

CHANGEABLE = frozenset({Stage.HANDLE.value, Stage.ASSIST.value})
HOUR = timedelta(hours=1)
MOST_EXTENSION = Decimal(60)
WATCH_AGAIN = 8  # working hours between one escalation and the next up the chain


def _clock(number: int) -> Clock:
    clock = Clock.objects.select_related("case").filter(pk=number).first()
    if clock is None:
        raise InvalidInput("clock", "没有这个期限", "there is no such clock")
    return clock


def _request_scope(
    *,
    actor: Actor,
    at: datetime,
    clock: int,
    change: ClockChange,
    ground: ClockGround,
    note: str,
    number: Decimal | None = None,
    unit: Unit | None = None,
) -> Scope:
    del actor, at
    found = _clock(clock)
    case = open_case(found.case.number)
    require_move(case, "request_clock_change")
    found.refresh_from_db()
    if found.ended_at or found.suspended_at or found.stage not in CHANGEABLE:
        raise Conflict("这个期限已停止或已中止", "this clock has stopped or is suspended")
    if ClockRequest.objects.filter(clock=found, decided_at=None).exists():
        raise Conflict("已有一份申请等待审签", "a request is already waiting to be signed off")
    require_text("note", note, least=5)
    if change is ClockChange.EXTEND and (number is None or unit is None or not 0 < number <= MOST_EXTENSION):
        raise InvalidInput(
            "number", f"请写明延长多少，最多 {MOST_EXTENSION}", f"say by how much, at most {MOST_EXTENSION}"
        )
    return case_scope(case, organs=[found.organ], clock=clock, change=change.value, ground=ground.value)


@act(
    "request_clock_change",
    title=("申请中止或延长期限", "ask to suspend or extend a limit"),
    by=[By.CASE_OFFICER, By.GRID_WORKER],
    scope=_request_scope,
)
def request_clock_change(
    *,
    warrant: Warrant,
    clock: int,
    change: ClockChange,
    ground: ClockGround,
    note: str,
    number: Decimal | None = None,
    unit: Unit | None = None,
) -> int:
    """申请中止或延长。 Ask for a change of a limit, on a ground from the closed list. Returns the request's id."""
    case: Case = warrant.scope.state
    made = ClockRequest.objects.create(
        clock_id=clock,
        change=change.value,
        ground=ground.value,
        number=number,
        unit=unit.value if unit else "",
        note=note.strip(),
        asked_by=warrant.actor.person,
        asked_at=warrant.at,
    )
    save_step(step(warrant, case, State(case.state), ground=ground.value, note=note, change=change.value))
    warrant.tell(
        recipient=f"organ:{Context.of(warrant.at).city.lead_body}", template="clock_asked", number=case.number
    )
    return made.pk


def _decide_scope(*, actor: Actor, at: datetime, request: int, granted: bool, note: str = "") -> Scope:
    del actor, at, note
    asked = ClockRequest.objects.select_related("clock__case").filter(pk=request).first()
    if asked is None:
        raise InvalidInput("request", "没有这份申请", "there is no such request")
    case = open_case(asked.clock.case.number)
    require_move(case, "decide_clock_change")
    asked.refresh_from_db()
    if asked.decided_at is not None:
        raise Conflict("这份申请已经审签", "this request has been decided")
    return case_scope(
        case,
        place=True,
        not_by=[asked.asked_by],
        persons=reporters_of(case),
        request=request,
        granted=granted,
    )


@act(
    "decide_clock_change",
    title=("审签期限申请", "sign off a change of a limit"),
    by=[By.LEAD_OFFICER],
    scope=_decide_scope,
)
def decide_clock_change(*, warrant: Warrant, request: int, granted: bool, note: str = "") -> bool:
    """审签。 Another person grants or refuses; only then does the clock stop or move."""
    case: Case = warrant.scope.state
    asked = ClockRequest.objects.select_related("clock").get(pk=request)
    asked.decided_by, asked.decided_at, asked.granted = warrant.actor.person, warrant.at, granted
    asked.save(force_update=True)
    if granted:
        _change(asked, asked.clock, Context.of(warrant.at))
    save_step(
        step(
            warrant,
            case,
            State(case.state),
            ground=asked.ground,
            note=note,
            change=asked.change,
            granted=granted,
        )
    )
    warrant.tell(
        recipient=f"organ:{asked.clock.organ}", template="clock_decided", number=case.number, granted=granted
    )
    if granted:
        tell_reporters(warrant, case, "clock_changed", change=asked.change, ground=asked.ground)
    return granted


def _change(asked: ClockRequest, clock: Clock, context: Context) -> None:
    if asked.change == ClockChange.SUSPEND.value:
        clock.suspended_at = context.at
    elif asked.number is not None:
        limit = Limit(number=asked.number, unit=Unit(asked.unit), stage=Stage(clock.stage))
        ends = due(
            start=max(clock.due_at, context.at), limit=limit, calendar=law.calendar(context.city.revision)
        )
        clock.due_at, clock.sweep_at, clock.provisional = ends.at, ends.at, ends.beyond_known
    clock.save(force_update=True)


def _resume_scope(*, actor: Actor, at: datetime, clock: int, note: str = "") -> Scope:
    del actor, at, note
    found = _clock(clock)
    case = open_case(found.case.number)
    require_move(case, "resume_clock")
    found.refresh_from_db()
    if found.suspended_at is None or found.ended_at:
        raise Conflict("这个期限没有中止", "this clock is not suspended")
    return case_scope(case, organs=[found.organ], persons=reporters_of(case), clock=clock)


@act(
    "resume_clock",
    title=("恢复计算期限", "resume a suspended limit"),
    by=[By.CASE_OFFICER, By.GRID_WORKER],
    scope=_resume_scope,
)
def resume_clock(*, warrant: Warrant, clock: int, note: str = "") -> datetime:
    """恢复。 The ground is gone: the clock runs on with what was left. Returns the new due time. 民法典 art. 203."""
    case: Case = warrant.scope.state
    context = Context.of(warrant.at)
    found = Clock.objects.get(pk=clock)
    pause = Suspension(begins_at=found.suspended_at or warrant.at, ends_at=warrant.at)
    ends = resume(
        due_at=found.due_at,
        suspension=pause,
        unit=Unit(found.unit or Unit.HOUR.value),
        calendar=law.calendar(context.city.revision),
    )
    found.due_at, found.sweep_at, found.provisional, found.suspended_at = (
        ends.at,
        ends.at,
        ends.beyond_known,
        None,
    )
    found.save(force_update=True)
    save_step(step(warrant, case, State(case.state), note=note, change="resume"))
    tell_reporters(warrant, case, "clock_changed", change="resume")
    return ends.at


def _escalate_scope(*, actor: Actor, at: datetime, clocks: Sequence[int]) -> list[Scope]:
    """到期的钟。 Those of the clocks that have really passed; a case that somebody else has in hand is left to the next sweep.

    The cases are locked before their clocks, as every act does it. Four statements, however many clocks.
    """
    del actor
    due = Clock.objects.filter(pk__in=list(clocks), ended_at=None, suspended_at=None, sweep_at__lte=at)
    cases = open_free_cases(due.values("case_id"))
    reporters = reporters_by_case(list(cases.values()))
    held = due.filter(case__in=list(cases)).select_for_update().order_by("case_id", "id")
    found = []
    for clock in held:
        clock.case = case = cases[clock.case_id]
        content = {"case": case.number, "stage": clock.stage, "clock": clock.pk}
        found.append(Scope(subject=case.ref, state=clock, persons=reporters[case.pk], content=content))
    return found


@act(
    "escalate_case",
    title=("期限已过，逐级报告", "a limit has passed: tell the next level"),
    by=[By.PLATFORM],
    scope=_escalate_scope,
    many=True,
)
def escalate_cases(*, warrants: Sequence[Warrant], at: datetime, clocks: Sequence[int]) -> int:
    """逾期升级。 A limit has passed: the organ is told, then its superior, then the lead body, each after a working day.

    One statement a table, however many clocks.
    """
    del clocks
    if not warrants:
        return 0
    context = Context.of(at)
    again = add(start=at, working=HOUR * WATCH_AGAIN, calendar=law.calendar(context.city.revision))
    made: list[CaseStep] = []
    watched: list[int] = []
    last: list[int] = []
    for warrant in warrants:
        clock: Clock = warrant.scope.state
        chain = rules.escalation_chain(
            organ=clock.organ, organs=context.organs, lead_body=context.city.lead_body
        )
        level = min(clock.escalations, len(chain) - 1)
        escalated = Stage(clock.stage) in rules.ESCALATED_STAGES
        (watched if escalated and level < len(chain) - 1 else last).append(clock.pk)
        if escalated:
            made.append(_told(warrant, clock, chain[level], level))
    for numbers, sweep_at in ((watched, again), (last, None)):
        if numbers:
            Clock.objects.filter(pk__in=numbers).update(
                passed_at=Coalesce("passed_at", Value(at)),
                escalations=F("escalations") + 1,
                sweep_at=sweep_at,
            )
    if made:
        save_steps(made, overdue=True)
    return len(warrants)


def _told(warrant: Warrant, clock: Clock, organ: str, level: int) -> CaseStep:
    """告知一级。 One level is told: the step of the case, not yet saved."""
    case = clock.case
    warrant.tell(
        recipient=f"organ:{organ}",
        template="overdue",
        number=case.number,
        stage=clock.stage,
        organ=clock.organ,
    )
    return step(warrant, case, State(case.state), named=organ, stage=clock.stage, level=level)
