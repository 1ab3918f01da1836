"""办结。 Settling, checking, confirming: what was done, seen by somebody else, and said by the reporter."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, Photo
from tongxin.cases.operations.common import (
    Context,
    actor_persons,
    case_scope,
    lead_part,
    new_clocks,
    open_case,
    open_cases,
    reporters_by_case,
    reporters_of,
    require_move,
    require_text,
    save_step,
    save_steps,
    start_clocks,
    step,
    stop_clocks,
    tell_reporters,
)
from tongxin.cases.terms import Outcome, Role, Settlement, State
from tongxin.law.terms import Stage

HANDLING_VERBS = ("accept_case", "settle_case", "settle_part")


def _check_evidence(given: Settlement) -> None:
    """办结须有凭据。 Settling needs evidence: what was done, in words, and a photo or the mark of a document."""
    require_text("note", given.note, least=5)
    if not given.evidence and not given.facts.get("document"):
        raise InvalidInput(
            "evidence", "请附办理后的照片或文书编号", "attach a photo of the result or name the document"
        )


def _part_scope(
    *, actor: Actor, at: datetime, number: str, settlement: Settlement, seen: int | None = None
) -> Scope:
    del actor, at
    case = open_case(number)
    require_move(case, "settle_part", seen)
    _check_evidence(settlement)
    organs = Assignment.objects.filter(case=case, role=Role.ASSIST.value, ended_at=None, settled_at=None)
    return case_scope(case, organs=organs.values_list("organ", flat=True))


@act(
    "settle_part",
    title=("办结协办部分", "settle an assisting part"),
    by=[By.CASE_OFFICER, By.GRID_WORKER],
    scope=_part_scope,
)
def settle_part(*, warrant: Warrant, number: str, settlement: Settlement, seen: int | None = None) -> str:
    """办结协办部分。 An assisting organ has done its part; its own clock stops."""
    del number, seen
    case: Case = warrant.scope.state
    organ = warrant.standing.organ if warrant.standing else ""
    stop_clocks(case, warrant.at, Stage.ASSIST, organ=organ)
    Assignment.objects.filter(case=case, organ=organ, role=Role.ASSIST.value, ended_at=None).update(
        settled_at=warrant.at
    )
    _keep_evidence(case, settlement, warrant.at)
    save_step(step(warrant, case, State(case.state), note=settlement.note, **settlement.facts))
    warrant.tell(recipient=f"organ:{case.organ}", template="part_settled", number=case.number, organ=organ)
    return case.state


def _step_scope(
    *, actor: Actor, at: datetime, number: str, clock: int, settlement: Settlement, seen: int | None = None
) -> Scope:
    del actor, at
    case = open_case(number)
    require_move(case, "settle_step", seen)
    _check_evidence(settlement)
    running = (
        Clock.objects.filter(pk=clock, case=case, stage=Stage.HANDLE.value, ended_at=None)
        .exclude(step="")
        .first()
    )
    if running is None:
        raise Conflict(
            "这个步骤已经办结，或者不是分步期限", "this step is done, or it is no step of a staged limit"
        )
    return case_scope(case, organs=[case.organ], persons=reporters_of(case), clock=clock, step=running.step)


@act(
    "settle_step",
    title=("办结一个步骤", "settle one step of a staged limit"),
    by=[By.CASE_OFFICER, By.GRID_WORKER],
    scope=_step_scope,
)
def settle_step(
    *, warrant: Warrant, number: str, clock: int, settlement: Settlement, seen: int | None = None
) -> str:
    """办结一个步骤。 One step of a staged limit (to stop, to fine, to pull down) is done; its own clock stops."""
    del number, seen
    case: Case = warrant.scope.state
    running = Clock.objects.get(pk=clock)
    Clock.objects.filter(pk=clock).update(ended_at=warrant.at)
    _keep_evidence(case, settlement, warrant.at)
    save_step(
        step(warrant, case, State(case.state), note=settlement.note, step=running.step, **settlement.facts)
    )
    return case.state


def _settle_scope(
    *, actor: Actor, at: datetime, settlements: Sequence[Settlement], seen: int | None = None
) -> list[Scope]:
    del actor, at
    cases = open_cases([given.number for given in settlements])
    waiting = _parts_open(list(cases.values()))
    reporters = reporters_by_case(list(cases.values()))
    scopes = []
    for given in settlements:
        case = cases[given.number]
        require_move(case, "settle_case", seen)
        _check_evidence(given)
        if organs := waiting.get(case.pk):
            raise Conflict(
                f"协办部分还没有办结：{'、'.join(organs)}",
                f"assisting parts are still open: {', '.join(organs)}",
            )
        scopes.append(case_scope(case, organs=[case.organ], persons=reporters[case.pk]))
    return scopes


def _parts_open(cases: Sequence[Case]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Assignment.objects.filter(case__in=cases, role=Role.ASSIST.value, ended_at=None, settled_at=None)
    for case, organ in rows.order_by("id").values_list("case_id", "organ"):
        found.setdefault(case, []).append(organ)
    return found


@act(
    "settle_case",
    title=("办结报核", "settle, for checking"),
    by=[By.CASE_OFFICER, By.GRID_WORKER, By.PLATFORM],
    scope=_settle_scope,
    many=True,
)
def settle_cases(
    *, warrants: Sequence[Warrant], at: datetime, settlements: Sequence[Settlement], seen: int | None = None
) -> int:
    """办结若干事项。 The lead organ has done it, with evidence; somebody else checks next. Returns how many.

    A settlement may carry `done_at`, the moment it was done, when it is entered later from another system.
    """
    del seen
    context = Context.of(at)
    cases: list[Case] = [warrant.scope.state for warrant in warrants]
    made: list[CaseStep] = []
    checks: list[Clock] = []
    for warrant, case, given in zip(warrants, cases, settlements, strict=True):
        case.settled_at = given.done_at or at
        made.append(step(warrant, case, State.CHECKING, note=given.note, at=case.settled_at, **given.facts))
        checks += new_clocks(context, case, Stage.CHECK, case.organ, started=at)
        tell_reporters(warrant, case, "settled", warrant.scope.persons)
        _keep_evidence(case, given, case.settled_at)
    _end_handling(cases)
    Clock.objects.bulk_create(checks)
    save_steps(made, changed=("settled_at",))
    return len(warrants)


END_HANDLING = """
WITH done AS (SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS d(case_id, at)),
     clocks AS (UPDATE cases_clock c SET ended_at = d.at FROM done d
                 WHERE c.case_id = d.case_id AND c.stage = 'handle' AND c.ended_at IS NULL)
UPDATE cases_assignment a SET settled_at = d.at FROM done d
 WHERE a.case_id = d.case_id AND a.role = 'lead' AND a.ended_at IS NULL
"""


def _end_handling(cases: Sequence[Case]) -> None:
    """停办理期限。 Stop the clocks of handling and mark the lead parts as done, each at its case's own moment."""
    with connection.cursor() as cursor:
        cursor.execute(END_HANDLING, [[case.pk for case in cases], [case.settled_at for case in cases]])


def _keep_evidence(case: Case, given: Settlement, at: datetime) -> None:
    if given.evidence:
        Photo.objects.bulk_create(
            [Photo(case=case, kind="evidence", digest=digest, at=at) for digest in given.evidence]
        )


def _check_scope(
    *, actor: Actor, at: datetime, number: str, passed: bool, note: str, seen: int | None = None
) -> Scope:
    del actor, passed
    case = open_case(number)
    require_move(case, "check_case", seen)
    require_text("note", note)
    desk = Context.of(at).city.desk
    return case_scope(
        case,
        organs=[case.organ, desk],
        persons=reporters_of(case),
        not_by=actor_persons(case, *HANDLING_VERBS),
    )


@act("check_case", title=("核查", "check"), by=[By.CHECKER], scope=_check_scope)
def check_case(*, warrant: Warrant, number: str, passed: bool, note: str, seen: int | None = None) -> str:
    """核查。 A person other than those who handled it looks whether it is done; if not, it goes back to handling."""
    del number, seen
    case: Case = warrant.scope.state
    context = Context.of(warrant.at)
    stop_clocks(case, warrant.at, Stage.CHECK)
    made = step(warrant, case, State.CONFIRMING if passed else rules.FAILED_CHECK, note=note, passed=passed)
    if passed:
        start_clocks(context, case, Stage.CONFIRM, case.organ)
        save_step(made)
        tell_reporters(warrant, case, "confirm")
    else:
        start_clocks(context, case, Stage.HANDLE, case.organ)
        save_step(made, settled_at=None)
        warrant.tell(
            recipient=f"organ:{case.organ}", template="check_failed", number=case.number, note=note[:400]
        )
    return case.state


def _own(actor: Actor, case: Case) -> None:
    """报告人本人。 Only a reporter of the case, or of one folded into it, may say whether it is fixed."""
    if actor.office is None and actor.person not in reporters_of(case):
        raise InvalidInput("person", "只有报告人本人可以确认", "only the reporter can say this")


def _confirm_scope(
    *, actor: Actor, at: datetime, number: str, note: str = "", seen: int | None = None
) -> Scope:
    del at, note
    case = open_case(number)
    require_move(case, "confirm_case", seen)
    _own(actor, case)
    return case_scope(case, persons=reporters_of(case), entry=False)


@act("confirm_case", title=("确认已解决", "confirm it is fixed"), by=[By.PERSON], scope=_confirm_scope)
def confirm_case(*, warrant: Warrant, number: str, note: str = "", seen: int | None = None) -> str:
    """确认已解决。 The reporter says it is fixed; only then is the outcome 已解决."""
    del number, seen
    case: Case = warrant.scope.state
    stop_clocks(case, warrant.at, *Stage)
    save_step(step(warrant, case, State.CLOSED, note=note), outcome=Outcome.FIXED.value, closed_at=warrant.at)
    warrant.tell(recipient=f"organ:{case.organ}", template="confirmed", number=case.number)
    return case.outcome


def _dispute_scope(*, actor: Actor, at: datetime, number: str, note: str, seen: int | None = None) -> Scope:
    case = open_case(number)
    if seen is not None and seen != case.steps:
        require_move(case, "dispute_case", seen)
    days = int(Context.of(at).city.settings.get("reopen_natural_days", 30))
    if not rules.may_dispute(
        state=State(case.state), outcome=case.outcome, closed_at=case.closed_at, at=at, days=days
    ):
        raise Conflict(
            "这件事现在不能申诉；如仍未解决，请重新报告",
            "this can no longer be disputed; please report it again",
        )
    _own(actor, case)
    require_text("note", note)
    return case_scope(case, persons=reporters_of(case), entry=False)


@act("dispute_case", title=("申诉：没有解决", "say it is not fixed"), by=[By.PERSON], scope=_dispute_scope)
def dispute_case(*, warrant: Warrant, number: str, note: str, seen: int | None = None) -> str:
    """申诉。 The reporter says it is not fixed: the case is handled again, and the lead body is told."""
    del number, seen
    case: Case = warrant.scope.state
    context = Context.of(warrant.at)
    stop_clocks(case, warrant.at, *Stage)
    part = lead_part(case)
    organ = part.organ if part else case.organ
    made = step(warrant, case, State.HANDLING, note=note, named=organ)
    start_clocks(context, case, Stage.HANDLE, organ)
    save_step(
        made,
        outcome="",
        outcome_note="",
        closed_at=None,
        settled_at=None,
        organ=organ,
        reopened=case.reopened + 1,
    )
    for recipient in dict.fromkeys((f"organ:{organ}", f"organ:{context.city.lead_body}")):
        warrant.tell(recipient=recipient, template="disputed", number=case.number, note=note[:400])
    return case.state


def _lapse_scope(*, actor: Actor, at: datetime, numbers: Sequence[str]) -> list[Scope]:
    del actor, at
    cases = open_cases(numbers)
    reporters = reporters_by_case(list(cases.values()))
    return [
        case_scope(case, persons=reporters[case.pk], entry=False)
        for case in cases.values()
        if rules.next_state(State(case.state), "lapse_confirmation")
    ]


@act(
    "lapse_confirmation",
    title=("确认期满", "the time to confirm has passed"),
    by=[By.PLATFORM],
    scope=_lapse_scope,
    many=True,
)
def lapse_confirmations(*, warrants: Sequence[Warrant], at: datetime, numbers: Sequence[str]) -> int:
    """确认期满未答。 No answer in time: the case is closed as checked but unanswered, which is not counted as fixed.

    One statement a table, however many cases.
    """
    del numbers
    if not warrants:
        return 0
    unanswered = Outcome.CLOSED_UNANSWERED.value
    stop_clocks([warrant.scope.state for warrant in warrants], at, *Stage)
    save_steps(
        [step(warrant, warrant.scope.state, State.CLOSED, ground=unanswered) for warrant in warrants],
        outcome=unanswered,
        closed_at=at,
    )
    for warrant in warrants:
        tell_reporters(warrant, warrant.scope.state, "closed", warrant.scope.persons, outcome=unanswered)
    return len(warrants)
