"""虚构一件事的经过。 An invented case on its way along the table of moves, and the marks it leaves: steps, parts, clocks."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from tongxin.cases.rules import (
    ESCALATED_STAGES,
    FAILED_CHECK,
    MOVES,
    route,
    state_after_return,
)
from tongxin.cases.terms import (
    Channel,
    HistoricStep,
    Outcome,
    ReturnGround,
    Role,
    State,
)
from tongxin.law.terms import Limit, MatterEntry, Stage
from tongxin.places.terms import Spot
from tongxin.web.pack.history.draws import Point
from tongxin.web.pack.history.shape import Shape
from tongxin.web.pack.history.town import Town

NOTES: Mapping[str, str] = {
    "return_case": "经核实，此事应由所指机构承办（虚构）",
    "dispatch_case": "按清单和说明重新分派（虚构）",
    "rule_case": "依照职责和属地，裁定由此机构承办（虚构）",
    "ask_assistance": "请协助办理（虚构）",
    "settle_part": "协办部分已完成（虚构）",
    "settle_case": "已到现场处理完毕（虚构）",
    "check_failed": "核查发现尚未处理到位（虚构）",
    "check_case": "核查属实（虚构）",
    "dispute_case": "问题仍在，没有解决（虚构）",
    "request_clock_change": "因客观情况申请调整期限（虚构）",
    "hang_case": "因工程条件限制，暂时无法解决，列入台账（虚构）",
    "unhang_case": "条件具备，恢复办理（虚构）",
    "withdrawn": "报告人撤回（虚构）",
    "not_allowed": "法律不允许按报告的要求办理，已说明理由（虚构）",
    "not_ours": "有关单位：不归本市机关管，已告知报告人（虚构）",
    "duplicate": "与此前的报告是同一件事（虚构）",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """一件事的命运。 What is to happen to a case, drawn before it begins."""

    ending: Outcome = Outcome.FIXED
    early: bool = False  # an ending before the organ accepts
    unlisted: bool = False
    returns: int = 0
    left_open: bool = False
    check_fails: bool = False
    answered: bool = True
    disputed: str = ""  # "" | confirming | closed
    assisted: bool = False
    clock_change: bool = False
    unhung: bool = False

    @classmethod
    def draw(cls, rng: Random, shape: Shape, *, assist: float) -> "Fate":
        """抽一个命运。 A fate by the shares of the year; `assist` is the share among matters that name organs to assist."""
        shares = {
            Outcome.DUPLICATE: shape.duplicate,
            Outcome.NOT_ALLOWED: shape.not_allowed,
            Outcome.NOT_OURS: shape.not_ours,
            Outcome.WITHDRAWN: shape.withdrawn,
            Outcome.HUNG: shape.hung,
        }
        ending = rng.choices([*shares, Outcome.FIXED], [*shares.values(), 1 - sum(shares.values())])[0]
        returned = rng.random() < shape.returned
        twice = rng.random() < shape.returned_twice
        return cls(
            ending=ending,
            early=rng.random() < 0.4,
            returns=returned + (returned and twice),
            unlisted=ending is Outcome.NOT_OURS or rng.random() < shape.unlisted,
            left_open=rng.random() < shape.left_open,
            check_fails=rng.random() < shape.check_failed,
            answered=rng.random() < shape.answered,
            disputed=rng.choice(("confirming", "closed")) if rng.random() < shape.disputed else "",
            assisted=rng.random() < assist,
            clock_change=rng.random() < shape.clock_change,
            unhung=rng.random() < 0.4,
        )

    def towards(self, state: State) -> "Fate":
        """引向某状态。 The same fate, bent so that the case comes through a state."""
        plain = replace(
            self, ending=Outcome.FIXED, unlisted=state is State.UNLISTED, returns=0, left_open=False
        )
        turns = {State.RETURNED: 1, State.RULING: 2}.get(state, 0)
        return replace(
            plain, returns=turns, ending=Outcome.HUNG if state is State.HUNG else Outcome.FIXED, unhung=False
        )


@dataclass(kw_only=True, slots=True)
class Running:
    """一个期限钟。 A clock of the walk; `ended_at` None while it runs."""

    organ: str
    limit: Limit
    started_at: datetime
    due_at: datetime
    provisional: bool
    ended_at: datetime | None = None

    def passed(self, until: datetime) -> bool:
        """是否逾期。 Whether its due time passed while it ran, or by `until`; of the stages whose limits are watched."""
        return self.limit.stage in ESCALATED_STAGES and (self.ended_at or until) > self.due_at


@dataclass(slots=True)
class Part:
    """一个机构的承办。 An organ's part in the case, as it grows."""

    organ: str
    role: Role
    given_at: datetime
    accepted_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """报告的是什么。 What a case is about, where, and how it came."""

    key: str
    channel: Channel
    matter: MatterEntry | None
    spot: Spot
    point: Point
    reported_at: datetime
    folded_into: str = ""
    folded_before: datetime | None = None  # when the case that it repeats is closed


class Walk:
    """一件事的经过。 Where a case stands while it is lived, and the marks it leaves: steps, parts, clocks."""

    def __init__(
        self, town: Town, about: Subject, rng: Random, *, fate: Fate, before: datetime | None, stand: datetime
    ) -> None:
        self.town, self.about, self.rng, self.fate = town, about, rng, fate
        self.before, self.stand = before, stand
        self.steps: list[HistoricStep] = []
        self.clocks: list[Running] = []
        self.lead: Part | None = None
        self.assisting: dict[str, Part] = {}
        self.returns = self.reopened = 0
        self.outcome = self.outcome_note = self.folded_into = ""
        self.settled_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.first_closed_at: datetime | None = None
        self.day = town.timing.local_day(about.reported_at)
        self.state, self.now = State.UNLISTED, about.reported_at
        self._report()

    # -- marks

    def do(
        self,
        verb: str,
        at: datetime,
        *,
        to: State | None = None,
        organ: str = "",
        ground: str = "",
        named: str = "",
        note: str = "",
    ) -> None:
        """走一步。 One step: the state it leads to is the table's, unless the rule for a second return or a check says."""
        target = to or MOVES[(self.state, verb)]
        self.steps.append(
            HistoricStep(
                verb=verb,
                at=at,
                from_state=self.state.value,
                to_state=target,
                organ=organ,
                ground=ground,
                named=named,
                note=note,
            )
        )
        self.state, self.now = target, at

    def is_in(self, state: State) -> bool:
        """是否在此状态。 Whether the case stands there now."""
        return self.state is state

    def start(self, stage: Stage, organ: str, started: datetime) -> list[Running]:
        """起算一个环节。 Start the clocks of a stage, one for each step of its limit."""
        made = []
        for limit in self._limits(stage):
            due_at, provisional = self.town.timing.due(started, limit)
            made.append(
                Running(organ=organ, limit=limit, started_at=started, due_at=due_at, provisional=provisional)
            )
        self.clocks += made
        return made

    def stop(self, at: datetime, *stages: Stage, organ: str | None = None) -> None:
        """停止若干环节。 Stop the running clocks of these stages."""
        for clock in self.running(*stages):
            if organ is None or clock.organ == organ:
                clock.ended_at = at

    def running(self, *stages: Stage) -> list[Running]:
        """在走的钟。 The running clocks of these stages."""
        return [clock for clock in self.clocks if clock.ended_at is None and clock.limit.stage in stages]

    def _limits(self, stage: Stage) -> tuple[Limit, ...]:
        table, matter = self.town.edition(self.day).limits, self.about.matter
        scopes = (matter.code, matter.category, "*") if matter else ("*",)
        return next((table[(scope, stage)] for scope in scopes if (scope, stage) in table), ())

    def later(self, low: float, high: float) -> datetime:
        """若干工作时之后。 A moment some working hours on, evenly drawn."""
        return self.town.timing.worked(self.now, self.rng.uniform(low, high))

    def drawn(self, median: float, log_sd: float) -> datetime:
        """若干工作时之后，对数正态。 A moment some working hours on, lognormal about a median."""
        return self.town.timing.worked(self.now, min(self.rng.lognormvariate(math.log(median), log_sd), 40.0))

    # -- steps

    def _report(self) -> None:
        about, town = self.about, self.town
        found = self._route()
        self.listed = bool(found and not self.fate.unlisted)
        self.organ = self.responsible = found if found and self.listed else town.facts.lead_body
        reporter = {Channel.HOTLINE: town.facts.desk, Channel.FIELD: town.station(about.spot.path)}
        self.steps.append(
            HistoricStep(
                verb="report_case",
                at=self.now,
                from_state="",
                named=self.organ,
                organ=reporter.get(about.channel, ""),
                to_state=State.DISPATCHED if self.listed else State.UNLISTED,
            )
        )
        if self.listed:
            self.state = State.DISPATCHED
            self._given(self.organ, handling_since=self.now)
        else:
            self.start(Stage.RULE, town.facts.lead_body, self.now)

    def _route(self) -> str:
        about, local = self.about, self.about.reported_at.astimezone(self.town.facts.calendar.tz)
        if about.matter is None:
            return ""
        way = route(
            matter=about.matter,
            channel=about.channel.value,
            hour=local.hour,
            path=about.spot.path,
            exceptions=self.town.facts.exceptions.get(about.matter.code, ()),
            by_function=self.town.by_function,
        )
        return way.lead.code if way.lead else ""

    def _given(self, organ: str, *, handling_since: datetime) -> None:
        self.stop(self.now, Stage.ACCEPT, Stage.RULE, Stage.RETURN)
        self.lead = Part(organ, Role.LEAD, self.now)
        self.organ = organ
        self.start(Stage.ACCEPT, organ, self.now)
        self.start(Stage.RETURN, organ, self.now)
        handling = self.running(Stage.HANDLE)
        for clock in handling:
            clock.organ = organ
        if not handling:
            self.start(Stage.HANDLE, organ, handling_since)

    def give(self, verb: str, at: datetime, *, by: str, organ: str) -> None:
        """分派或裁定。 Give the case to an organ: handling is counted from the report on, whoever had it meanwhile."""
        self.do(verb, at, organ=by, named=organ, note=NOTES[verb])
        self._given(organ, handling_since=self.about.reported_at)

    def give_back(self, at: datetime, ground: ReturnGround, named: str) -> None:
        """退回。 The organ sends it back, with a ground and the organ that should have it."""
        facts, target = self.town.facts, state_after_return(returns_before=self.returns)
        self.stop(at, Stage.ACCEPT, Stage.RETURN)
        self.do(
            "return_case",
            at,
            to=target,
            organ=self.organ,
            ground=ground.value,
            named=named,
            note=NOTES["return_case"],
        )
        self.organ = facts.lead_body if target is State.RULING else facts.desk
        self.start(Stage.RULE if target is State.RULING else Stage.ACCEPT, self.organ, at)
        self.returns += 1
        self.lead = None

    def accept(self, at: datetime) -> None:
        """受理。 The organ takes it on, and from now on answers for it."""
        self.stop(at, Stage.ACCEPT, Stage.RETURN)
        self.do("accept_case", at, organ=self.organ, named=self.organ)
        self.responsible = self.organ
        if self.lead:
            self.lead.accepted_at = at

    def ask(self, at: datetime, organ: str) -> None:
        """商请协办。 The lead organ asks another to assist, which gets its own clock."""
        self.do("ask_assistance", at, organ=self.organ, named=organ, note=NOTES["ask_assistance"])
        self.assisting[organ] = Part(organ, Role.ASSIST, at)
        self.start(Stage.ASSIST, organ, at)

    def settle_part(self, at: datetime, organ: str) -> None:
        """办结协办部分。 An assisting organ has done its part."""
        self.do("settle_part", at, organ=organ, note=NOTES["settle_part"])
        self.stop(at, Stage.ASSIST, organ=organ)
        self.assisting[organ].settled_at = at

    def settle(self, at: datetime) -> None:
        """办结报核。 The lead organ has done it; somebody else checks next."""
        self.stop(at, Stage.HANDLE)
        self.do("settle_case", at, organ=self.organ, note=NOTES["settle_case"])
        self.start(Stage.CHECK, self.organ, at)
        self.settled_at = at
        if self.lead:
            self.lead.settled_at = at

    def check(self, at: datetime, *, passed: bool) -> None:
        """核查。 A checker of the dispatch centre looks; if it is not done, it is handled again with a new limit."""
        self.stop(at, Stage.CHECK)
        self.do(
            "check_case",
            at,
            to=None if passed else FAILED_CHECK,
            organ=self.town.facts.desk,
            note=NOTES["check_case" if passed else "check_failed"],
        )
        self.start(Stage.CONFIRM if passed else Stage.HANDLE, self.organ, at)
        self.settled_at = self.settled_at if passed else None

    def dispute(self, at: datetime) -> None:
        """申诉。 The reporter says it is not fixed: it is handled again with a new limit."""
        self.stop(at, *Stage)
        self.do("dispute_case", at, named=self.organ, note=NOTES["dispute_case"])
        self.start(Stage.HANDLE, self.organ, at)
        self.outcome = self.outcome_note = ""
        self.closed_at = self.settled_at = None
        self.reopened += 1

    def hang(self, at: datetime) -> None:
        """挂账。 Listed as known and not to be solved in time."""
        self.stop(at, *Stage)
        self.do("hang_case", at, organ=self.town.facts.lead_body, note=NOTES["hang_case"])
        self.outcome, self.outcome_note = Outcome.HUNG.value, NOTES["hang_case"]

    def unhang(self, at: datetime) -> None:
        """销账。 Handled again, with a new limit."""
        self.do(
            "unhang_case", at, organ=self.town.facts.lead_body, named=self.organ, note=NOTES["unhang_case"]
        )
        self.start(Stage.HANDLE, self.organ, at)
        self.outcome = self.outcome_note = ""

    def end(self, verb: str, at: datetime, outcome: Outcome, *, organ: str = "") -> None:
        """结束。 The case is closed with an outcome."""
        note, into = NOTES.get(outcome.value, ""), self.about.folded_into
        self.stop(at, *Stage)
        ground = "" if outcome is Outcome.FIXED else outcome.value
        self.do(verb, at, organ=organ, ground=ground, note=note)
        self.outcome, self.outcome_note, self.closed_at = outcome.value, note, at
        self.first_closed_at = self.first_closed_at or at
        self.folded_into = into if outcome is Outcome.DUPLICATE else ""
