"""公布草案、通报意见、听证。 Making a draft public, reporting what became of the comments, hearings."""

from datetime import date, datetime

from tongxin.acts.gate import act
from tongxin.acts.terms import Actor, By, InvalidInput, Scope, Warrant
from tongxin.law.operations.making_common import (
    Bill,
    bill_scope,
    open_bill,
    refuse,
    require_text,
    start_clock,
    stop_clocks,
    write_step,
)
from tongxin.law.rules.making_days import Watch
from tongxin.law.rules.making_needs import closes_too_early, notice_too_short
from tongxin.places.queries import city_day

OFFICERS = [By.LEGAL_OFFICER, By.CASE_OFFICER]


def _publish_draft_scope(
    *, actor: Actor, at: datetime, number: str, closes: date, explanation: str, seen: int | None = None
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="publish_draft", at=at, seen=seen)
    require_text("explanation", explanation, least=10)
    refuse(
        closes_too_early(opened=bill.day, closes=closes, limit=bill.limits.get(Watch.COMMENTS)), day=bill.day
    )
    return bill_scope(bill, "publish_draft", draft=bill.now.draft, closes=closes.isoformat())


@act(
    "publish_draft",
    title=("公布草案征求意见", "make a draft public for comments"),
    by=OFFICERS,
    scope=_publish_draft_scope,
)
def publish_draft(
    *, warrant: Warrant, number: str, closes: date, explanation: str, seen: int | None = None
) -> int:
    """公布草案，征求意见。 Make the newest draft public from today until a day, with its explanation. Returns the draft's number.

    Not less than thirty days (立法法 art. 40 by way of 87; 规章制定程序条例 art. 15(2)): a shorter period is refused.
    """
    del number, seen
    bill: Bill = warrant.scope.state
    bill.project.closes = closes
    write_step(warrant, bill, note=explanation, draft=bill.now.draft, closes=closes.isoformat())
    limit = bill.limits.get(Watch.COMMENTS)
    start_clock(
        bill,
        Watch.COMMENTS,
        started=bill.day,
        organ=warrant.standing.organ if warrant.standing else bill.project.steering,
        due=closes,
        clause=limit.clause if limit else "",
    )
    return bill.now.draft


def _withhold_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    decided: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="withhold_draft", at=at, day=day, seen=seen)
    require_text("decided", decided, most=300)
    require_text("reason", reason, least=5)
    return bill_scope(bill, "withhold_draft")


@act(
    "withhold_draft",
    title=("决定不公布草案", "decide not to make a draft public"),
    by=OFFICERS,
    scope=_withhold_scope,
)
def withhold_draft(
    *,
    warrant: Warrant,
    number: str,
    decided: str,
    reason: str,
    day: date | None = None,
    seen: int | None = None,
) -> int:
    """决定不公布草案。 Record the decision not to make a draft public, and why; the reason is public. Returns the step's number.

    立法法 art. 40 by way of 87: only by decision of the chairpersons' meeting; 规章制定程序条例 art. 15(2): only what the law keeps
    secret.
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=reason, decided=decided.strip())
    return bill.project.steps


def _report_scope(*, actor: Actor, at: datetime, number: str, summary: str, seen: int | None = None) -> Scope:
    del actor
    bill = open_bill(number=number, verb="report_comments", at=at, seen=seen)
    require_text("summary", summary, least=10)
    return bill_scope(bill, "report_comments", comments=bill.project.comments)


@act(
    "report_comments",
    title=("通报意见采纳情况", "report what became of the comments"),
    by=OFFICERS,
    scope=_report_scope,
)
def report_comments(*, warrant: Warrant, number: str, summary: str, seen: int | None = None) -> int:
    """通报征求意见的情况。 Report on the comments, when the period is over and every one has its answer. Returns how many there were.

    立法法 art. 40 by way of 87: 征求意见的情况应当向社会通报; 规章制定程序条例 art. 18(3).
    """
    del number, seen
    bill: Bill = warrant.scope.state
    bill.project.closes = None
    write_step(warrant, bill, note=summary, comments=bill.project.comments)
    stop_clocks(bill.project, warrant.at, Watch.COMMENTS)
    return bill.project.comments


# ---- Hearings -------------------------------------------------------------------------------------------------------


def _announce_scope(
    *,
    actor: Actor,
    at: datetime,
    number: str,
    on: date,
    where: str,
    about: str,
    seen: int | None = None,
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="announce_hearing", at=at, seen=seen)
    require_text("where", where, most=200)
    require_text("about", about, least=5)
    if on <= city_day(at):
        raise InvalidInput("on", "听证会的日期要在今天之后", "the hearing lies after today")
    refuse(notice_too_short(announced=bill.day, on=on, limit=bill.limits.get(Watch.NOTICE)), day=bill.day)
    return bill_scope(bill, "announce_hearing", on=on.isoformat())


@act("announce_hearing", title=("公告听证会", "announce a hearing"), by=OFFICERS, scope=_announce_scope)
def announce_hearing(
    *, warrant: Warrant, number: str, on: date, where: str, about: str, seen: int | None = None
) -> int:
    """公告听证会。 Announce when and where a hearing is held and what about, early enough. Returns the step's number.

    规章制定程序条例 art. 16(2)(1): thirty days before; for a regulation as the city's and the province's own rules say.
    """
    del number, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=about, on=on.isoformat(), where=where.strip())
    return bill.project.steps


def _hearing_scope(
    *, actor: Actor, at: datetime, number: str, record: str, day: date | None = None, seen: int | None = None
) -> Scope:
    del actor
    bill = open_bill(number=number, verb="hold_hearing", at=at, day=day, seen=seen)
    require_text("record", record, least=10)
    return bill_scope(bill, "hold_hearing")


@act("hold_hearing", title=("举行听证会", "hold a hearing"), by=OFFICERS, scope=_hearing_scope)
def hold_hearing(
    *, warrant: Warrant, number: str, record: str, day: date | None = None, seen: int | None = None
) -> int:
    """举行听证会。 Record a hearing that was announced: the main views and their reasons, as they were said. Returns the step's number.

    立法法 art. 39(3) by way of 87; 规章制定程序条例 art. 16(2)(3).
    """
    del number, day, seen
    bill: Bill = warrant.scope.state
    write_step(warrant, bill, note=record)
    return bill.project.steps
