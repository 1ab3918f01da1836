"""事项的规则。 The rules of cases: the state machine as one table, routing, and what may be done when. Pure functions."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from tongxin.cases.terms import NewReport, Outcome, State
from tongxin.law.terms import MatterEntry, RoutingException, Stage
from tongxin.organs.rules import responsible_organ
from tongxin.organs.terms import OrganFacts

S = State

# The whole state machine. A verb that is not here for a state cannot be done in it.
MOVES: Mapping[tuple[State, str], State] = {
    (S.UNLISTED, "dispatch_case"): S.DISPATCHED,
    (S.RETURNED, "dispatch_case"): S.DISPATCHED,
    (S.RULING, "rule_case"): S.DISPATCHED,
    (S.DISPATCHED, "accept_case"): S.HANDLING,
    (S.DISPATCHED, "return_case"): S.RETURNED,
    (S.HANDLING, "ask_assistance"): S.HANDLING,
    (S.HANDLING, "settle_part"): S.HANDLING,
    (S.HANDLING, "settle_step"): S.HANDLING,
    (S.HANDLING, "settle_case"): S.CHECKING,
    (S.HANDLING, "hang_case"): S.HUNG,
    (S.HUNG, "unhang_case"): S.HANDLING,
    (S.CHECKING, "check_case"): S.CONFIRMING,
    (S.CONFIRMING, "confirm_case"): S.CLOSED,
    (S.CONFIRMING, "dispute_case"): S.HANDLING,
    (S.CONFIRMING, "lapse_confirmation"): S.CLOSED,
    (S.CLOSED, "dispute_case"): S.HANDLING,
    **{
        (state, "close_case"): S.CLOSED
        for state in (S.UNLISTED, S.DISPATCHED, S.RETURNED, S.RULING, S.HANDLING, S.HUNG)
    },
    **{
        (state, "fold_case"): S.CLOSED
        for state in (S.UNLISTED, S.DISPATCHED, S.RETURNED, S.RULING, S.HANDLING)
    },
    **{
        (state, verb): state
        for state in S
        if state is not S.CLOSED
        for verb in ("note_case", "attach_evidence", "escalate_case", "pause_case", "resume_case")
    },
    **{
        (state, verb): state
        for state in (S.HANDLING, S.DISPATCHED, S.CHECKING)
        for verb in ("request_clock_change", "decide_clock_change", "resume_clock")
    },
}
# What a failed check and a second return lead to instead.
FAILED_CHECK = S.HANDLING
SECOND_RETURN = S.RULING
# Outcomes that the reporter may still dispute after the case was closed.
DISPUTABLE = frozenset({Outcome.FIXED, Outcome.CLOSED_UNANSWERED})
# Outcomes the lead body may close with: the thing is not for this city's organs, or the law does not allow it.
CLOSED_BY_LEAD = frozenset({Outcome.NOT_OURS, Outcome.NOT_ALLOWED})
RETURNS_BEFORE_RULING = 2


def next_state(state: State, verb: str) -> State | None:
    """下一状态。 Where a verb leads from a state; None when it cannot be done there."""
    return MOVES.get((state, verb))


def verbs_from(state: State) -> frozenset[str]:
    """此状态下能做的行为。 The verbs that can be done in a state."""
    return frozenset(verb for origin, verb in MOVES if origin is state)


def state_after_return(*, returns_before: int) -> State:
    """退回之后。 Where a return leads: the desk the first time, the lead body's ruling from the second on."""
    return SECOND_RETURN if returns_before + 1 >= RETURNS_BEFORE_RULING else S.RETURNED


def may_dispute(*, state: State, outcome: str, closed_at: datetime | None, at: datetime, days: int) -> bool:
    """能否说“没有解决”。 Whether the reporter may still say it is not fixed: while confirming, or within `days` after."""
    if state is S.CONFIRMING:
        return True
    return (
        state is S.CLOSED
        and outcome in DISPUTABLE
        and closed_at is not None
        and at <= closed_at + timedelta(days=days)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """分派结果。 Where a report goes. Without a lead organ it goes to the lead body's desk as unlisted, and says why."""

    lead: OrganFacts | None
    assist: tuple[OrganFacts, ...]
    why: str  # listed | exception | no_matter | entry_idle | no_organ


def route(
    *,
    matter: MatterEntry | None,
    channel: str,
    hour: int,
    path: Sequence[str],
    exceptions: Sequence[RoutingException],
    by_function: Mapping[tuple[str, str], OrganFacts],
) -> Route:
    """分派。 List entry and place lead to the organ responsible; no entry in force leads to nobody but the lead body.

    `hour` is the local hour of the report, 0–23; `path` the codes from the place up to the city.
    """
    if matter is None:
        return Route(lead=None, assist=(), why="no_matter")
    if not matter.active:
        return Route(lead=None, assist=(), why="entry_idle")
    exception = _exception(exceptions, channel=channel, hour=hour, path=path)
    lead = responsible_organ(
        wanted=exception.lead if exception else matter.lead, path=path, by_function=by_function
    )
    if lead is None:
        return Route(lead=None, assist=(), why="no_organ")
    found = (responsible_organ(wanted=word, path=path, by_function=by_function) for word in matter.assist)
    assist = tuple(dict.fromkeys(organ for organ in found if organ and organ.code != lead.code))
    return Route(lead=lead, assist=assist, why="exception" if exception else "listed")


def _exception(
    exceptions: Sequence[RoutingException], *, channel: str, hour: int, path: Sequence[str]
) -> RoutingException | None:
    """最具体的一条细则。 The exception that holds and says most; among equals, the first written."""
    holding = [e for e in exceptions if _holds(e, channel=channel, hour=hour, path=path)]
    return max(holding, key=_told, default=None)


def _holds(e: RoutingException, *, channel: str, hour: int, path: Sequence[str]) -> bool:
    return (
        e.channel in ("", channel)
        and (not e.place or e.place in path)
        and _within_hours(hour, e.hour_from, e.hour_to)
    )


def _within_hours(hour: int, start: int | None, end: int | None) -> bool:
    first, last = 0 if start is None else start, 24 if end is None else end
    return first <= hour < last if first <= last else hour >= first or hour < last


def _told(e: RoutingException) -> int:
    return bool(e.channel) + bool(e.place) + (e.hour_from is not None or e.hour_to is not None)


# How long the stages of a case are watched, and who hears of it when a limit passes: the organ itself, then its
# superior, then the lead body (检查督促).
ESCALATED_STAGES = frozenset({Stage.ACCEPT, Stage.HANDLE, Stage.ASSIST, Stage.CHECK, Stage.RULE})


def escalation_chain(*, organ: str, organs: Mapping[str, OrganFacts], lead_body: str) -> tuple[str, ...]:
    """升级链。 Organs that hear of a passed limit, in order: the organ itself, its superior, the lead body."""
    own = organs.get(organ)
    chain = (organ, *((own.parent,) if own and own.parent else ()), lead_body)
    return tuple(dict.fromkeys(chain))


SAID: Final = tuple(f.name for f in fields(NewReport) if f.name not in {"client_key", "reported_at"})
_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def content_digest(report: NewReport) -> str:
    """报告内容的摘要。 Digest of what a report says: the same key may come again only with the same content."""
    return hashlib.sha256(_written({name: getattr(report, name) for name in SAID}).encode()).hexdigest()


def report_token(*, number: str, secret: str) -> str:
    """报告人的口令。 The reporter's token for a case: 128 bits that only this house can make, the same when asked again."""
    return hmac.digest(secret.encode(), f"report:{number}".encode(), "sha256").hex()[:32]


def token_digest(token: str) -> str:
    """口令的摘要。 What is kept of a reporter's token."""
    return hashlib.sha256(token.encode()).hexdigest()
