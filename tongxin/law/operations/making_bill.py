"""提出、审议、搁置、表决、撤回。 Submitting a bill, reading it, shelving it, voting on it, taking it back."""

from datetime import date, datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    require_text,
    start_clock,
    stop_clocks,
    tell_commenters,
    tell_organ,
    write_step,
)
from tongxin.law.rules.making import State, Tally
from tongxin.law.rules.making_days import Watch

OFFICERS = [By.LEGAL_OFFICER, By.CASE_OFFICER]
LEGAL = [By.LEGAL_OFFICER]
# On an agenda already: the meeting of chairpersons must agree (立法法 art. 43 by way of 87).
LISTED = frozenset({State.READING, State.SHELVED, State.APPROVING, State.RETURNED})


def _submit_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    explanation: str,
    discussed: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="submit_law", at=at, day=day, seen=seen)
    require_text("explanation", explanation, least=10)
    require_text("discussed", discussed, most=300)
    return bill_scope(bill, "submit_law", draft=bill.now.draft)


@act("submit_law", title=("提出法规案、报送审查", "submit a draft"), by=OFFICERS, scope=_submit_scope)
def submit_law(
    *,
    warrant: Warrant,
    number: str,
    explanation: str,
    discussed: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """提出法规案；规章则报送审查。 Submit a bill, or send a rule to be examined, with its explanation. Returns the step's number.

    立法法 art. 58 by way of 87: why it is needed and can be done, its main contents, how disagreement was dealt with;
    规章制定程序条例 art. 18. `discussed`: the meeting that passed it on, or who signed it.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=explanation, discussed=discussed.strip(), draft=bill.now.draft)
    stop_clocks(bill.project, warrant.at, Watch.DRAFT)
    tell_organ(warrant, bill.project.steering, "making_submitted", bill.project, organ=bill.project.drafting)
    return bill.project.steps


def _withdraw_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    reason: str,
    agreed: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="withdraw_bill", at=at, day=day, seen=seen)
    require_text("reason", reason, least=5)
    if State(bill.project.state) in LISTED:
        require_text("agreed", agreed, most=300)
    return bill_scope(bill, "withdraw_bill")


@act("withdraw_bill", title=("撤回法规案、终止项目", "withdraw a bill"), by=OFFICERS, scope=_withdraw_scope)
def withdraw_bill(
    *,
    warrant: Warrant,
    number: str,
    reason: str,
    agreed: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """撤回。 Take a bill back before the vote, saying why. Returns the step's number.

    Once it is on the agenda the meeting of chairpersons must agree (立法法 arts. 43, 59 by way of 87): `agreed` says when it did.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    _end(warrant, bill, note=reason, agreed=agreed.strip())
    return bill.project.steps


def _end(warrant: Warrant, bill: Bill, *, note: str, template: str = "making_ended", **facts: Any) -> None:
    """不再往下走。 A project that goes no further: its clocks stop, and those who commented are told why."""
    bill.project.closes = None
    write_step(warrant, bill, note=note, **facts)
    stop_clocks(bill.project, warrant.at)
    tell_commenters(warrant, bill.project, template, note=note.strip())


# ---- Before the standing committee ----------------------------------------------------------------------------------


def _read_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    meeting: str,
    note: str = "",
    major: bool = False,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="read_law", at=at, day=day, seen=seen)
    require_text("meeting", meeting, most=200)
    if bill.project.log.filter(verb="read_law", facts__meeting=meeting.strip()).exists():
        raise InvalidInput(
            "meeting",
            "这次会议已经审议过：两次审议是两次常务委员会会议（立法法第三十二条、第八十七条）",
            "this meeting has read it already: two readings are two meetings of the standing committee",
        )
    if note:
        require_text("note", note)
    return bill_scope(bill, "read_law", reading=bill.now.readings + 1, major=major)


@act("read_law", title=("审议法规案", "read a bill"), by=LEGAL, scope=_read_scope)
def read_law(
    *,
    warrant: Warrant,
    number: str,
    meeting: str,
    note: str = "",
    major: bool = False,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """审议。 Record a reading by the standing committee. Returns which reading it was.

    立法法 arts. 32, 33 by way of 87, and the city's own regulation: how often. `major`: interests shift greatly or opinions
    differ greatly, so that a hearing must be held before the vote (art. 39(3)).
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    reading = bill.now.readings + 1
    write_step(warrant, bill, note=note, meeting=meeting.strip(), reading=reading, major=major)
    stop_clocks(bill.project, warrant.at, Watch.LAPSE)
    return reading


def _shelve_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    meeting: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="shelve_law", at=at, day=day, seen=seen)
    require_text("meeting", meeting, most=200)
    require_text("reason", reason, least=5)
    return bill_scope(bill, "shelve_law")


@act("shelve_law", title=("暂不付表决", "shelve a bill"), by=LEGAL, scope=_shelve_scope)
def shelve_law(
    *,
    warrant: Warrant,
    number: str,
    meeting: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """暂不付表决。 Put a bill aside, saying why; it may be read again within two years. Returns the step's number.

    立法法 arts. 44(3), 45 by way of 87; 地方组织法 art. 54(2)(3): 主任会议对暂不交付表决的，提出下一步处理意见.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=reason, meeting=meeting.strip())
    start_clock(bill, Watch.LAPSE, started=bill.day, organ=bill.project.steering)
    return bill.project.steps


def _lapse_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    reported: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="lapse_bill", at=at, day=day, seen=seen)
    require_text("reported", reported, most=300)
    return bill_scope(bill, "lapse_bill")


@act("lapse_bill", title=("终止审议", "end consideration of a bill"), by=LEGAL, scope=_lapse_scope)
def lapse_bill(
    *,
    warrant: Warrant,
    number: str,
    reported: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """终止审议。 End the consideration of a bill that was put aside for two full years. Returns the step's number.

    立法法 art. 45 by way of 87. `reported`: at which session the chairpersons reported it.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    _end(warrant, bill, note=reported)
    return bill.project.steps


def _vote_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    meeting: str,
    tally: Tally,
    why_fewer: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    explained = len(why_fewer.strip()) >= 5
    bill = open_bill(
        number=number, verb="vote_law", at=at, day=day, seen=seen, passed=tally.carried, explained=explained
    )
    require_text("meeting", meeting, most=200)
    if not tally.sound:
        raise InvalidInput(
            "members",
            "票数对不上：各项不能是负数，加起来不能多于全体组成人员，出席须过半数",
            "the numbers do not agree: none negative, not more votes than members, more than half present",
        )
    return bill_scope(
        bill, "vote_law", members=tally.members, in_favour=tally.in_favour, passed=tally.carried
    )


@act("vote_law", title=("表决法规案", "vote on a bill"), by=LEGAL, scope=_vote_scope)
def vote_law(
    *,
    warrant: Warrant,
    number: str,
    meeting: str,
    tally: Tally,
    why_fewer: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> bool:
    """表决。 Record the vote. Returns whether it was carried: by more than half of all members, not of those present.

    立法法 art. 44(1) by way of 87; 地方组织法 art. 51(4). A bill that was not carried may be proposed anew (立法法 art. 60).
    `why_fewer`: why fewer readings than usual were enough.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    facts = {
        "meeting": meeting.strip(), "members": tally.members, "in_favour": tally.in_favour, "against": tally.against,
        "abstained": tally.abstained, "passed": tally.carried, "draft": bill.now.draft,
    }  # fmt: skip
    if tally.carried:
        write_step(warrant, bill, note=why_fewer, **facts)
        stop_clocks(bill.project, warrant.at)
    else:
        _end(warrant, bill, note=why_fewer, template="making_rejected", **facts)
    return tally.carried
