"""评估、审查、决定。 Assessing a draft before the vote; examining a rule and deciding it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, Scope, Warrant
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    require_text,
    tell_organ,
    write_step,
)

LEGAL = [By.LEGAL_OFFICER]


def _assess_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    note: str,
    impact: Mapping[str, Any],
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor, impact
    bill = open_bill(number=number, verb="assess_draft", at=at, day=day, seen=seen)
    require_text("note", note, least=10)
    return bill_scope(bill, "assess_draft", draft=bill.now.draft)


@act("assess_draft", title=("表决前评估", "assess a draft before the vote"), by=LEGAL, scope=_assess_scope)
def assess_draft(
    *,
    warrant: Warrant,
    number: str,
    note: str,
    impact: Mapping[str, Any],
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """表决前评估。 Record the assessment before the vote: whether it can be carried out, whether it is the time, what it will do.

    立法法 art. 42 by way of 87. `impact` is the impact preview as it stood then, in plain JSON; it is kept with the step.
    Returns the step's number.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=note, draft=bill.now.draft, impact=dict(impact))
    return bill.project.steps


def _examine_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    passed: bool,
    note: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="examine_draft", at=at, day=day, seen=seen, passed=passed)
    require_text("note", note, least=10)
    return bill_scope(bill, "examine_draft", passed=passed)


@act("examine_draft", title=("审查规章送审稿", "examine a draft rule"), by=LEGAL, scope=_examine_scope)
def examine_draft(
    *,
    warrant: Warrant,
    number: str,
    passed: bool,
    note: str,
    day: date | None = None,
    seen: int | None = None,
) -> bool:
    """审查。 Record the examination of a rule: it goes to the meeting, or back to who drafts it, with the reason. Returns which.

    规章制定程序条例 arts. 19, 20.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=note, passed=passed, draft=bill.now.draft)
    if not passed:
        tell_organ(warrant, bill.project.drafting, "making_sent_back", bill.project, note=note.strip())
    return passed


def _decide_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    passed: bool,
    meeting: str,
    note: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="decide_rule", at=at, day=day, seen=seen, passed=passed)
    require_text("meeting", meeting, most=200)
    if note or not passed:
        require_text("note", note, least=5)
    return bill_scope(bill, "decide_rule", passed=passed)


@act("decide_rule", title=("会议决定规章", "decide a rule"), by=LEGAL, scope=_decide_scope)
def decide_rule(
    *,
    warrant: Warrant,
    number: str,
    passed: bool,
    meeting: str,
    note: str = "",
    day: date | None = None,
    seen: int | None = None,
) -> bool:
    """决定。 Record what the government's executive or plenary meeting decided. Returns whether it passed.

    立法法 art. 95(2); 规章制定程序条例 art. 27(2). What did not pass is changed as the meeting found, and may be laid before it again.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=note, meeting=meeting.strip(), passed=passed, draft=bill.now.draft)
    return passed
