"""流转。 The way of a case between organs: accept, return, dispatch, rule, assist, close, fold, hang."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Conflict, InvalidInput, Scope, Warrant
from tongxin.cases import rules
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, ListProposal, Precedent
from tongxin.cases.operations.common import (
    Context,
    case_scope,
    lead_part,
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
from tongxin.cases.terms import Outcome, ReturnGround, Role, State
from tongxin.law.terms import Stage
from tongxin.organs.rules import CANNOT_LEAD

ALL_STAGES = tuple(Stage)


def _accept_scope(
    *, actor: Actor, at: datetime, numbers: Sequence[str], seen: int | None = None
) -> list[Scope]:
    del actor, at
    cases = open_cases(numbers)
    for case in cases.values():
        require_move(case, "accept_case", seen)
    reporters = reporters_by_case(list(cases.values()))
    return [case_scope(case, organs=[case.organ], persons=reporters[case.pk]) for case in cases.values()]


@act(
    "accept_case",
    title=("受理", "accept"),
    by=[By.CASE_OFFICER, By.GRID_WORKER, By.PLATFORM],
    scope=_accept_scope,
    many=True,
)
def accept_cases(
    *, warrants: Sequence[Warrant], at: datetime, numbers: Sequence[str], seen: int | None = None
) -> int:
    """受理若干事项。 The organ takes cases on, and from now on answers for them. Returns how many."""
    del numbers, seen
    cases: list[Case] = [warrant.scope.state for warrant in warrants]
    stop_clocks(cases, at, Stage.ACCEPT, Stage.RETURN)
    Assignment.objects.filter(case__in=cases, role=Role.LEAD.value, ended_at=None).update(accepted_at=at)
    made = []
    for warrant, case in zip(warrants, cases, strict=True):
        case.responsible = case.organ
        made.append(step(warrant, case, State.HANDLING, named=case.organ))
        tell_reporters(warrant, case, "accepted", warrant.scope.persons)
    save_steps(made, changed=("responsible",))
    return len(warrants)


def _return_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    ground: ReturnGround,
    named: str,
    note: str,
    seen: int | None = None,
) -> Scope:
    del actor
    case = open_case(number)
    require_move(case, "return_case", seen)
    if case.ruled:
        raise Conflict(
            "牵头机构已经裁定由贵单位承办，不能再退回",
            "the lead body has ruled; this cannot be returned again",
        )
    if _return_limit_passed(case, at):
        raise Conflict("退回期限已过，请受理后商请协办或报请裁定", "the limit for a return has passed")
    context = Context.of(at)
    organ = context.organ(named)
    if organ.code == case.organ:
        raise InvalidInput("named", "不能指向本单位", "name another organ than your own")
    if organ.kind in CANNOT_LEAD:
        raise InvalidInput(
            "named", "村（居）委会不是政府机关，不能指为承办机构", "a committee is not an organ of government"
        )
    require_text("note", note, least=5)
    return case_scope(
        case, organs=[case.organ], persons=reporters_of(case), entry=False, ground=ground.value, named=named
    )


def _return_limit_passed(case: Case, at: datetime) -> bool:
    return Clock.objects.filter(
        case=case, stage=Stage.RETURN.value, organ=case.organ, ended_at=None, due_at__lt=at
    ).exists()


@act("return_case", title=("退回", "return"), by=[By.CASE_OFFICER, By.GRID_WORKER], scope=_return_scope)
def return_case(
    *, warrant: Warrant, number: str, ground: ReturnGround, named: str, note: str, seen: int | None = None
) -> str:
    """退回。 Send a case back, on a ground from the closed list and naming the organ that should have it.

    The clock of handling runs on. The second return goes to the lead body, which rules. The first receiver stays
    responsible until another organ accepts (首接负责). Raises Conflict, InvalidInput.
    """
    del number, seen
    case: Case = warrant.scope.state
    context = Context.of(warrant.at)
    target = rules.state_after_return(returns_before=case.returns)
    desk = context.city.lead_body if target is State.RULING else context.city.desk
    stop_clocks(case, warrant.at, Stage.ACCEPT, Stage.RETURN)
    made = step(warrant, case, target, ground=ground.value, named=named, note=note, given_by=_given_by(case))
    start_clocks(context, case, Stage.RULE if target is State.RULING else Stage.ACCEPT, desk)
    Assignment.objects.filter(case=case, role=Role.LEAD.value, ended_at=None).update(ended_at=warrant.at)
    save_step(made, organ=desk, returns=case.returns + 1)
    warrant.tell(
        recipient=f"organ:{desk}", template="returned", number=case.number, ground=ground.value, named=named
    )
    return case.state


def _given_by(case: Case) -> str:
    last = (
        CaseStep.objects.filter(case=case, verb__in=["report_case", "dispatch_case"]).order_by("-seq").first()
    )
    return last.organ if last else ""


def _dispatch_scope(
    *, actor: Actor, at: datetime, number: str, organ: str, note: str = "", seen: int | None = None
) -> Scope:
    del actor, note
    case = open_case(number)
    require_move(case, "dispatch_case", seen)
    _check_receiver(Context.of(at), case, organ)
    return case_scope(case, organs=[case.organ], persons=reporters_of(case), entry=False, named=organ)


def _check_receiver(context: Context, case: Case, organ: str) -> None:
    """能否交给这个机构。 A committee never; a grid station only what the list in force gives it."""
    receiver = context.organ(organ)
    if receiver.kind in CANNOT_LEAD:
        raise InvalidInput(
            "organ", "村（居）委会不是政府机关，不能作承办机构", "a committee is not an organ of government"
        )
    if receiver.kind == "grid_station" and not case.entry:
        raise InvalidInput(
            "organ", "清单以外的事项不得交给网格", "what is not on the list may not be given to a grid"
        )


@act(
    "dispatch_case", title=("分派", "dispatch"), by=[By.HOTLINE_CLERK, By.LEAD_OFFICER], scope=_dispatch_scope
)
def dispatch_case(
    *, warrant: Warrant, number: str, organ: str, note: str = "", seen: int | None = None
) -> str:
    """分派。 Give a case that was returned, or that no list entry covers, to an organ."""
    del number, seen
    case: Case = warrant.scope.state
    _give(warrant, case, organ, note=note)
    return case.state


def _give(warrant: Warrant, case: Case, organ: str, *, note: str, **changes: Any) -> None:
    context = Context.of(warrant.at)
    stop_clocks(case, warrant.at, Stage.ACCEPT, Stage.RULE, Stage.RETURN)
    Assignment.objects.filter(case=case, organ=organ, ended_at=None).update(ended_at=warrant.at)
    Assignment.objects.create(case=case, organ=organ, role=Role.LEAD.value, given_at=warrant.at)
    made = step(warrant, case, State.DISPATCHED, named=organ, note=note)
    start_clocks(context, case, Stage.ACCEPT, organ)
    start_clocks(context, case, Stage.RETURN, organ)
    running = Clock.objects.filter(case=case, stage=Stage.HANDLE.value, ended_at=None)
    if not running.update(organ=organ):  # handling is counted from the report on, whoever had it meanwhile
        start_clocks(context, case, Stage.HANDLE, organ, started=case.reported_at)
    save_step(made, organ=organ, **changes)
    warrant.tell(recipient=f"organ:{organ}", template="given", number=case.number, matter=case.matter_name)
    tell_reporters(warrant, case, "dispatched", organ=organ)


def _rule_scope(
    *, actor: Actor, at: datetime, number: str, organ: str, reason: str, seen: int | None = None
) -> Scope:
    del actor
    case = open_case(number)
    require_move(case, "rule_case", seen)
    _check_receiver(Context.of(at), case, organ)
    require_text("reason", reason, least=5)
    return case_scope(case, organs=[case.organ], persons=reporters_of(case), entry=False, named=organ)


@act(
    "rule_case",
    title=("裁定承办机构", "rule which organ handles it"),
    by=[By.LEAD_OFFICER],
    scope=_rule_scope,
)
def rule_case(*, warrant: Warrant, number: str, organ: str, reason: str, seen: int | None = None) -> int:
    """裁定。 The lead body rules which organ handles a case; the ruling is a precedent. Returns the precedent's id."""
    del number, seen
    case: Case = warrant.scope.state
    _give(warrant, case, organ, note=reason, ruled=True)
    precedent = Precedent.objects.create(
        entry=warrant.entry,
        case=case,
        matter=case.matter,
        district=case.district,
        organ=organ,
        reason=reason.strip(),
        at=warrant.at,
    )
    return precedent.pk


def _proposal_scope(*, actor: Actor, at: datetime, precedent: int, text: str) -> Scope:
    del actor, at
    found = Precedent.objects.select_related("case").filter(pk=precedent).first()
    if found is None or ListProposal.objects.filter(precedent=found).exists():
        raise Conflict("没有这个先例，或者已经提过建议", "no such precedent, or it was proposed already")
    require_text("text", text, least=5)
    return Scope(subject=found.case.ref, state=found, content={"precedent": precedent})


@act(
    "propose_list_change",
    title=("建议修改清单", "propose a change of the list"),
    by=[By.LEAD_OFFICER, By.LEGAL_OFFICER],
    scope=_proposal_scope,
)
def propose_list_change(*, warrant: Warrant, precedent: int, text: str) -> int:
    """建议修改清单。 Propose a ruling as a change of the matter list. Returns the proposal's id."""
    del precedent
    made = ListProposal.objects.create(
        entry=warrant.entry, precedent=warrant.scope.state, text=text.strip(), at=warrant.at
    )
    return made.pk


def _assist_scope(
    *, actor: Actor, at: datetime, number: str, organ: str, note: str, seen: int | None = None
) -> Scope:
    del actor
    case = open_case(number)
    require_move(case, "ask_assistance", seen)
    receiver = Context.of(at).organ(organ)
    if receiver.kind in CANNOT_LEAD:
        raise InvalidInput(
            "organ", "请通过乡镇（街道）商请村（居）委会协助", "ask a committee through its street office"
        )
    if Assignment.objects.filter(case=case, organ=organ, ended_at=None).exists():
        raise InvalidInput("organ", "这个机构已经在承办这件事", "this organ already has a part in the case")
    require_text("note", note)
    return case_scope(case, organs=[case.organ], named=organ)


@act(
    "ask_assistance",
    title=("商请协办", "ask another organ to assist"),
    by=[By.CASE_OFFICER],
    scope=_assist_scope,
)
def ask_assistance(*, warrant: Warrant, number: str, organ: str, note: str, seen: int | None = None) -> str:
    """商请协办。 The lead organ asks another to assist; that one gets its own clock."""
    del number, seen
    case: Case = warrant.scope.state
    Assignment.objects.create(case=case, organ=organ, role=Role.ASSIST.value, given_at=warrant.at)
    start_clocks(Context.of(warrant.at), case, Stage.ASSIST, organ)
    save_step(step(warrant, case, State(case.state), named=organ, note=note))
    warrant.tell(recipient=f"organ:{organ}", template="assist", number=case.number, matter=case.matter_name)
    return case.state


def _close_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    outcome: Outcome,
    note: str,
    whose: str = "",
    seen: int | None = None,
) -> Scope:
    del at
    case = open_case(number)
    require_move(case, "close_case", seen)
    if actor.office is None:
        if outcome is not Outcome.WITHDRAWN or actor.person not in reporters_of(case):
            raise InvalidInput(
                "outcome", "报告人只能撤回自己的报告", "a reporter can only withdraw their own report"
            )
    elif outcome not in rules.CLOSED_BY_LEAD:
        raise InvalidInput(
            "outcome", "只能以“不归本市机关管”或“法律不允许”结束", "close as not ours or not allowed"
        )
    require_text("note", note)
    if outcome is Outcome.NOT_OURS:
        require_text("whose", whose)
    return case_scope(case, persons=reporters_of(case), entry=False, place=True, outcome=outcome.value)


@act(
    "close_case",
    title=("不予办理，说明理由后结束", "close without handling, with the reason"),
    by=[By.LEAD_OFFICER, By.PERSON],
    scope=_close_scope,
)
def close_case(
    *, warrant: Warrant, number: str, outcome: Outcome, note: str, whose: str = "", seen: int | None = None
) -> str:
    """结束。 Close a case that is not for the city's organs (and say whose it is), that the law does not allow, or that
    its reporter withdraws.
    """
    del number, seen
    case: Case = warrant.scope.state
    _end(warrant, case, outcome, note=f"{whose.strip()}：{note}" if whose.strip() else note)
    return case.outcome


def _end(warrant: Warrant, case: Case, outcome: Outcome, *, note: str, **changes: Any) -> None:
    stop_clocks(case, warrant.at, *ALL_STAGES)
    made = step(warrant, case, State.CLOSED, note=note, ground=outcome.value)
    save_step(made, outcome=outcome.value, outcome_note=note.strip()[:400], closed_at=warrant.at, **changes)
    tell_reporters(warrant, case, "closed", outcome=outcome.value, note=note.strip()[:400])


def _fold_scope(
    *, actor: Actor, at: datetime, number: str, into: str, note: str = "", seen: int | None = None
) -> Scope:
    del actor, at, note
    if number == into:
        raise InvalidInput("into", "不能并入自己", "a case cannot be folded into itself")
    cases = open_cases([number, into])
    case, whole = cases[number], cases[into]
    require_move(case, "fold_case", seen)
    if whole.folded_into_id is not None or whole.state == State.CLOSED.value:
        raise InvalidInput(
            "into", "要并入的事项已经办结或已并入别的事项", "that case is closed or folded itself"
        )
    return case_scope(case, persons=reporters_of(case), entry=False, place=True, into=into)


@act(
    "fold_case",
    title=("并入重复事项", "fold a duplicate"),
    by=[By.HOTLINE_CLERK, By.LEAD_OFFICER, By.CASE_OFFICER],
    scope=_fold_scope,
)
def fold_case(*, warrant: Warrant, number: str, into: str, note: str = "", seen: int | None = None) -> str:
    """并入。 Fold a duplicate into the case it repeats; from now on its reporter is told what the other's is told."""
    del number, seen
    case: Case = warrant.scope.state
    whole = Case.objects.get(number=into)
    Case.objects.filter(folded_into=case).update(folded_into=whole)
    _end(warrant, case, Outcome.DUPLICATE, note=note or f"→ {into}", folded_into=whole)
    return case.state


def _hang_scope(*, actor: Actor, at: datetime, number: str, note: str, seen: int | None = None) -> Scope:
    del actor, at
    case = open_case(number)
    require_move(case, "hang_case", seen)
    require_text("note", note, least=10)
    return case_scope(case, persons=reporters_of(case), entry=False, place=True)


@act("hang_case", title=("挂账", "hang on account"), by=[By.LEAD_OFFICER], scope=_hang_scope)
def hang_case(*, warrant: Warrant, number: str, note: str, seen: int | None = None) -> str:
    """挂账。 A thing that is known and cannot be solved in time is listed publicly, with the reason, until it can."""
    del number, seen
    case: Case = warrant.scope.state
    stop_clocks(case, warrant.at, *ALL_STAGES)
    save_step(
        step(warrant, case, State.HUNG, note=note),
        outcome=Outcome.HUNG.value,
        outcome_note=note.strip()[:400],
    )
    tell_reporters(warrant, case, "hung", note=note.strip()[:400])
    return case.state


def _unhang_scope(
    *, actor: Actor, at: datetime, number: str, note: str = "", seen: int | None = None
) -> Scope:
    del actor, at, note
    case = open_case(number)
    require_move(case, "unhang_case", seen)
    return case_scope(case, persons=reporters_of(case), place=True)


@act(
    "unhang_case",
    title=("销账，恢复办理", "take off the account and handle"),
    by=[By.LEAD_OFFICER],
    scope=_unhang_scope,
)
def unhang_case(*, warrant: Warrant, number: str, note: str = "", seen: int | None = None) -> str:
    """销账。 Take a case off the account: its organ handles it again, with a new limit."""
    del number, seen
    case: Case = warrant.scope.state
    part = lead_part(case)
    organ = part.organ if part else case.organ
    made = step(warrant, case, State.HANDLING, note=note, named=organ)
    start_clocks(Context.of(warrant.at), case, Stage.HANDLE, organ)
    save_step(made, outcome="", outcome_note="", organ=organ)
    warrant.tell(recipient=f"organ:{organ}", template="given", number=case.number, matter=case.matter_name)
    return case.state
