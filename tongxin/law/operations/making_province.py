"""报请批准。 The province: a regulation is sent to its standing committee, approved, or returned (立法法 art. 81)."""

from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Scope, Warrant
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    require_text,
    start_clock,
    stop_clocks,
    tell_organ,
    write_step,
)
from tongxin.law.rules.making_days import Watch

LEGAL = [By.LEGAL_OFFICER]


def _send_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    document: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="send_for_approval", at=at, day=day, seen=seen)
    require_text("document", document, most=200)
    return bill_scope(bill, "send_for_approval", document=document.strip())


@act("send_for_approval", title=("报请批准", "send for approval"), by=LEGAL, scope=_send_scope)
def send_for_approval(
    *, warrant: Warrant, number: str, document: str, day: date | None = None, seen: int | None = None
) -> int:
    """报请省人大常委会批准。 Send a regulation that was passed to the province's standing committee. Returns the step's number.

    立法法 art. 81(1): it approves within four months what does not contradict higher law; that clock starts here.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, document=document.strip())
    start_clock(bill, Watch.APPROVAL, started=bill.day, organ=bill.project.steering)
    return bill.project.steps


def _approval_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    document: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="record_approval", at=at, day=day, seen=seen)
    require_text("document", document, most=200)
    return bill_scope(bill, "record_approval", document=document.strip())


@act("record_approval", title=("记录批准", "record the approval"), by=LEGAL, scope=_approval_scope)
def record_approval(
    *, warrant: Warrant, number: str, document: str, day: date | None = None, seen: int | None = None
) -> int:
    """批准。 Record the approval by the province's standing committee, by its day and document. Returns the step's number.

    立法法 art. 81(1). Where the city's own regulation says within how many days it is printed, that clock starts here.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, document=document.strip())
    stop_clocks(bill.project, warrant.at, Watch.APPROVAL)
    start_clock(bill, Watch.NEWSPAPER, started=bill.day, organ=bill.project.steering)
    return bill.project.steps


def _return_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    document: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="record_return", at=at, day=day, seen=seen)
    require_text("document", document, most=200)
    require_text("reason", reason, least=5)
    return bill_scope(bill, "record_return", document=document.strip())


@act(
    "record_return",
    title=("记录不予批准", "record that approval was refused"),
    by=LEGAL,
    scope=_return_scope,
)
def record_return(
    *,
    warrant: Warrant,
    number: str,
    document: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """不予批准。 Record that the province did not approve, and why; it is revised and read again, or taken back. Returns the step's number."""
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=reason, document=document.strip())
    stop_clocks(bill.project, warrant.at, Watch.APPROVAL)
    tell_organ(warrant, bill.project.drafting, "making_sent_back", bill.project, note=reason.strip())
    return bill.project.steps
