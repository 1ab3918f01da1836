"""虚构一件事的经过。 The life of one invented case: a walk along the table of moves, with its parts and clocks.

A life is a generator that says when its next step would be, before it takes it: whoever runs it stops in time, and what
was not yet done at that moment is simply not there.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from random import Random

from tongxin.cases.rules import FAILED_CHECK, MOVES, escalation_chain, route, state_after_return
from tongxin.cases.terms import (
    Channel,
    ClockGround,
    HistoricPart,
    HistoricStep,
    Outcome,
    ReturnGround,
    Role,
    State,
)
from tongxin.law.rules import resume
from tongxin.law.terms import (
    Limit,
    MatterEntry,
    RoutingException,
    Stage,
    Suspension,
    Unit,
    WorkingCalendar,
)
from tongxin.organs.rules import CANNOT_LEAD, responsible_organ
from tongxin.organs.terms import OrganFacts
from tongxin.places.terms import Spot
from tongxin.web.pack.history_draws import GridSite, Ground, Mix, Point, Shape, Timing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
USUAL_ALLOWANCE = timedelta(days=5)  # what stands for the limit of handling where the lists set none
TURNS = 4
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
class ListEdition:
    """清单的一个时段。 The matters and the limits as they stand from a day on, until the next edition begins."""

    since: date
    matters: Mapping[str, MatterEntry]
    limits: Mapping[tuple[str, Stage], tuple[Limit, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class BoundClause:
    """事项所依的一条。 A clause that an entry rests on, as text, and the days between which it is in force."""

    ref: str
    in_force_from: date
    in_force_to: date | None


@dataclass(frozen=True, kw_only=True)
class HistoryFacts:
    """虚构所凭的事实。 The standing facts that the invented cases are drawn over. `editions` in order of their days."""

    root: str
    lead_body: str
    desk: str
    calendar: WorkingCalendar
    editions: Sequence[ListEdition]
    clauses: Mapping[str, Sequence[BoundClause]]
    organs: Mapping[str, OrganFacts]
    grids: Sequence[GridSite]
    exceptions: Mapping[str, Sequence[RoutingException]]
    reopen_days: int = 30


class Town:
    """抽取所用的一切。 Facts and parameters, with what is worked out from them once."""

    def __init__(self, facts: HistoryFacts, shape: Shape) -> None:
        self.facts = facts
        self.shape = shape
        self.timing = Timing(facts.calendar, shape)
        self.ground = Ground(facts.grids, shape)
        self.by_function = {(organ.function, organ.place): organ for organ in facts.organs.values()}
        self._stations = {o.place: o.code for o in facts.organs.values() if o.kind == "grid_station"}
        self._mixes: dict[date, Mix] = {}

    def edition(self, day: date) -> ListEdition:
        """此日的清单。 The edition that holds on a day."""
        return next((e for e in reversed(self.facts.editions) if e.since <= day), self.facts.editions[0])

    def mix(self, day: date) -> Mix:
        """此日的事项构成。 The mix of matters active on a day; offers of help to persons are never invented."""
        edition = self.edition(day)
        if edition.since not in self._mixes:
            active = [m for m in edition.matters.values() if m.active and not m.person_help]
            if not active:
                raise ValueError(f"此日没有有效的事项 / no matter is active on {day}")
            self._mixes[edition.since] = Mix(active, self.shape)
        return self._mixes[edition.since]

    def clauses(self, matter: str, day: date) -> str:
        """此日有效的依据。 The clauses of an entry in force on a day, separated by spaces."""
        return " ".join(c.ref for c in self.facts.clauses.get(matter, ())
                        if c.in_force_from <= day and (c.in_force_to is None or day < c.in_force_to))

    def station(self, path: Sequence[str]) -> str:
        """网格站。 The nearest grid station up the path, or nothing."""
        return next((self._stations[code] for code in path if code in self._stations), "")

    @cached_property
    def wanted(self) -> Sequence[str]:
        """清单点名的职能。 Every function that a list entry names, in order."""
        entries = (m for edition in self.facts.editions for m in edition.matters.values())
        return sorted({word for m in entries for word in (m.lead, *m.assist) if word})

    @cached_property
    def alike(self) -> Mapping[str, Sequence[str]]:
        """同职能的机构。 Organs that may lead, by function."""
        found: dict[str, list[str]] = {}
        for code, organ in sorted(self.facts.organs.items()):
            if organ.kind not in CANNOT_LEAD:
                found.setdefault(organ.function, []).append(code)
        return found

    def another(self, rng: Random, own: str, path: Sequence[str], ground: ReturnGround | None = None) -> str:
        """另一个机构。 Another organ than `own`, the likely one for a ground of return; nothing if there is no other."""
        own_facts = self.facts.organs.get(own)
        if ground is ReturnGround.OUTSIDE_PLACE and own_facts and len(self.alike.get(own_facts.function, ())) > 1:
            return rng.choice([code for code in self.alike[own_facts.function] if code != own])
        for word in rng.sample(self.wanted, len(self.wanted)):
            organ = responsible_organ(wanted=word, path=path, by_function=self.by_function)
            if organ and organ.code != own and organ.kind != "grid_station":
                return organ.code
        return ""


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
        shares = {Outcome.DUPLICATE: shape.duplicate, Outcome.NOT_ALLOWED: shape.not_allowed,
                  Outcome.NOT_OURS: shape.not_ours, Outcome.WITHDRAWN: shape.withdrawn, Outcome.HUNG: shape.hung}
        ending = rng.choices([*shares, Outcome.FIXED], [*shares.values(), 1 - sum(shares.values())])[0]
        returned = rng.random() < shape.returned
        twice = rng.random() < shape.returned_twice
        return cls(
            ending=ending, early=rng.random() < 0.4, returns=returned + (returned and twice),
            unlisted=ending is Outcome.NOT_OURS or rng.random() < shape.unlisted,
            left_open=rng.random() < shape.left_open, check_fails=rng.random() < shape.check_failed,
            answered=rng.random() < shape.answered,
            disputed=rng.choice(("confirming", "closed")) if rng.random() < shape.disputed else "",
            assisted=rng.random() < assist, clock_change=rng.random() < shape.clock_change,
            unhung=rng.random() < 0.4,
        )

    def towards(self, state: State) -> "Fate":
        """引向某状态。 The same fate, bent so that the case comes through a state."""
        plain = replace(self, ending=Outcome.FIXED, unlisted=state is State.UNLISTED, returns=0, left_open=False)
        turns = {State.RETURNED: 1, State.RULING: 2}.get(state, 0)
        return replace(plain, returns=turns, ending=Outcome.HUNG if state is State.HUNG else Outcome.FIXED, unhung=False)


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
        """是否逾期。 Whether its due time passed while it ran, or by `until`."""
        return (self.ended_at or until) > self.due_at


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


class Walk:
    """一件事的经过。 Where a case stands while it is lived, and the marks it leaves: steps, parts, clocks."""

    def __init__(self, town: Town, about: Subject, rng: Random, *, fate: Fate, before: datetime | None,
                 stand: datetime) -> None:
        self.town, self.about, self.rng, self.fate = town, about, rng, fate
        self.before, self.stand = before, stand
        self.steps: list[HistoricStep] = []
        self.clocks: list[Running] = []
        self.lead: HistoricPart | None = None
        self.assisting: dict[str, HistoricPart] = {}
        self.returns = self.reopened = 0
        self.outcome = self.outcome_note = self.folded_into = ""
        self.settled_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.first_closed_at: datetime | None = None
        self.day = town.timing.local_day(about.reported_at)
        self._report()

    # -- marks

    def do(self, verb: str, at: datetime, *, to: State | None = None, organ: str = "", ground: str = "",
           named: str = "", note: str = "") -> None:
        """走一步。 One step: the state it leads to is the table's, unless the rule for a second return or a check says."""
        target = to or MOVES[(self.state, verb)]
        self.steps.append(HistoricStep(verb=verb, at=at, from_state=self.state.value, to_state=target, organ=organ,
                                       ground=ground, named=named, note=note))
        self.state, self.now = target, at

    def start(self, stage: Stage, organ: str, started: datetime) -> list[Running]:
        """起算一个环节。 Start the clocks of a stage, one for each step of its limit."""
        made = []
        for limit in self._limits(stage):
            due_at, provisional = self.town.timing.due(started, limit)
            made.append(Running(organ=organ, limit=limit, started_at=started, due_at=due_at, provisional=provisional))
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
        self.state, self.now = State.UNLISTED, about.reported_at
        reporter = {Channel.HOTLINE: town.facts.desk, Channel.FIELD: town.station(about.spot.path)}
        self.steps.append(HistoricStep(
            verb="report_case", at=self.now, from_state="", named=self.organ, organ=reporter.get(about.channel, ""),
            to_state=State.DISPATCHED if self.listed else State.UNLISTED))
        if self.listed:
            self.state = State.DISPATCHED
            self._given(self.organ, handling_since=self.now)
        else:
            self.start(Stage.RULE, town.facts.lead_body, self.now)

    def _route(self) -> str:
        about, local = self.about, self.about.reported_at.astimezone(self.town.facts.calendar.tz)
        if about.matter is None:
            return ""
        way = route(matter=about.matter, channel=about.channel.value, hour=local.hour, path=about.spot.path,
                    exceptions=self.town.facts.exceptions.get(about.matter.code, ()), by_function=self.town.by_function)
        return way.lead.code if way.lead else ""

    def _given(self, organ: str, *, handling_since: datetime) -> None:
        self.stop(self.now, Stage.ACCEPT, Stage.RULE, Stage.RETURN)
        self.lead = HistoricPart(organ=organ, role=Role.LEAD, given_at=self.now)
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
        self.do("return_case", at, to=target, organ=self.organ, ground=ground.value, named=named,
                note=NOTES["return_case"])
        self.organ = facts.lead_body if target is State.RULING else facts.desk
        self.start(Stage.RULE if target is State.RULING else Stage.ACCEPT, self.organ, at)
        self.returns += 1
        self.lead = None

    def accept(self, at: datetime) -> None:
        """受理。 The organ takes it on, and from now on answers for it."""
        self.stop(at, Stage.ACCEPT, Stage.RETURN)
        self.do("accept_case", at, organ=self.organ, named=self.organ)
        self.responsible = self.organ
        self.lead = replace(self.lead, accepted_at=at) if self.lead else None

    def ask(self, at: datetime, organ: str) -> None:
        """商请协办。 The lead organ asks another to assist, which gets its own clock."""
        self.do("ask_assistance", at, organ=self.organ, named=organ, note=NOTES["ask_assistance"])
        self.assisting[organ] = HistoricPart(organ=organ, role=Role.ASSIST, given_at=at)
        self.start(Stage.ASSIST, organ, at)

    def settle_part(self, at: datetime, organ: str) -> None:
        """办结协办部分。 An assisting organ has done its part."""
        self.do("settle_part", at, organ=organ, note=NOTES["settle_part"])
        self.stop(at, Stage.ASSIST, organ=organ)
        self.assisting[organ] = replace(self.assisting[organ], settled_at=at)

    def settle(self, at: datetime) -> None:
        """办结报核。 The lead organ has done it; somebody else checks next."""
        self.stop(at, Stage.HANDLE)
        self.do("settle_case", at, organ=self.organ, note=NOTES["settle_case"])
        self.start(Stage.CHECK, self.organ, at)
        self.settled_at = at
        self.lead = replace(self.lead, settled_at=at) if self.lead else None

    def check(self, at: datetime, *, passed: bool) -> None:
        """核查。 A checker of the dispatch centre looks; if it is not done, it is handled again with a new limit."""
        self.stop(at, Stage.CHECK)
        self.do("check_case", at, to=None if passed else FAILED_CHECK, organ=self.town.facts.desk,
                note=NOTES["check_case" if passed else "check_failed"])
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
        self.do("unhang_case", at, organ=self.town.facts.lead_body, named=self.organ, note=NOTES["unhang_case"])
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


# ---- The life -------------------------------------------------------------------------------------------------------


def lived(walk: Walk, *, stop: State | None = None) -> Walk:
    """活到此时。 Let a case live until its stand, or until it comes to a state in which it is to stay."""
    for at in _life(walk):
        if at > walk.stand or walk.state is stop:
            break
    return walk


def _life(w: Walk) -> Iterator[datetime]:
    if w.state is State.UNLISTED:
        yield from _unlisted(w)
    if w.state is State.DISPATCHED:
        yield from _returned(w)
    if w.state is State.DISPATCHED and w.fate.early:
        yield from _ended_early(w)
    if w.state is State.DISPATCHED:
        done = _first_finish(w)
        at = min(w.drawn(w.town.shape.accept_median, w.town.shape.accept_log_sd),
                 w.now + max((done - w.now) * w.rng.uniform(0.1, 0.6), MINUTE))
        yield (at := at.replace(microsecond=0))
        w.accept(at)
        yield from _ended_early(w)
        if w.state is State.HANDLING:
            yield from _handled(w, done)


def _unlisted(w: Walk) -> Iterator[datetime]:
    """清单以外。 What no entry covers: the lead body closes it as not ours, or gives it to an organ."""
    organ = w.town.another(w.rng, "", w.about.spot.path)
    yield (at := w.later(0.5, 9.0))
    if w.fate.ending is Outcome.NOT_OURS or not organ:
        w.end("close_case", at, Outcome.NOT_OURS, organ=w.town.facts.lead_body)
    else:
        w.give("dispatch_case", at, by=w.town.facts.lead_body, organ=organ)


def _returned(w: Walk) -> Iterator[datetime]:
    """退回与重新分派。 Returned before acceptance, within its limit; the desk gives it anew, the lead body rules."""
    for _ in range(w.fate.returns):
        own, ground = w.organ, w.rng.choice(list(ReturnGround))
        named = w.town.another(w.rng, own, w.about.spot.path, ground)
        if not named:
            return
        limit = min((clock.due_at for clock in w.running(Stage.RETURN)), default=None)
        at = w.later(0.3, 3.2)
        yield (at := at if limit is None or at < limit else w.now + (limit - w.now) / 2)
        w.give_back(at, ground, named)
        ruling = w.state is State.RULING
        yield (at := w.later(1.0, 9.0) if ruling else w.later(0.2, 4.5))
        w.give("rule_case" if ruling else "dispatch_case", at, organ=named if w.rng.random() < 0.75 else own,
               by=w.town.facts.lead_body if ruling else w.town.facts.desk)


def _ended_early(w: Walk) -> Iterator[datetime]:
    """不经办理的结束。 Folded, withdrawn, or closed as not allowed."""
    ending = w.fate.ending
    if ending is Outcome.DUPLICATE and w.about.folded_into:
        yield (at := w.now + timedelta(seconds=w.rng.randrange(300, 5400)))
        w.end("fold_case", at, ending, organ=w.town.facts.desk)
    elif ending is Outcome.WITHDRAWN:
        yield (at := w.later(0.2, 6.0))
        w.end("close_case", at, ending)
    elif ending is Outcome.NOT_ALLOWED:
        yield (at := w.later(0.5, 14.0))
        w.end("close_case", at, ending, organ=w.town.facts.lead_body)


def _first_finish(w: Walk) -> datetime:
    return _finish(w, w.about.reported_at, w.running(Stage.HANDLE))


def _finish(w: Walk, started: datetime, clocks: Iterable[Running]) -> datetime:
    due_at = max((clock.due_at for clock in clocks), default=started + USUAL_ALLOWANCE)
    return max(w.town.timing.finish(w.rng, start=started, due_at=due_at, before=w.before), w.now + 2 * MINUTE)


def _handled(w: Walk, done: datetime) -> Iterator[datetime]:
    """办理到终结。 Handled, checked and answered, as often as a check fails or the reporter disputes."""
    fate = w.fate
    if fate.ending is Outcome.HUNG:
        yield from _hung(w)
        done = _finish(w, w.now, w.running(Stage.HANDLE))
    for turn in range(TURNS if w.state is State.HANDLING and not fate.left_open else 0):
        if turn:
            done = _finish(w, w.now, w.running(Stage.HANDLE))
        yield from _worked(w, done, first=turn == 0)
        yield (at := w.drawn(2.5, 0.6))
        w.check(at, passed=not (fate.check_fails and turn == 0))
        if w.state is State.CONFIRMING:
            yield from _answered(w)
        if w.state is State.CLOSED:
            return


def _hung(w: Walk) -> Iterator[datetime]:
    yield (at := w.later(4.0, 30.0))
    w.hang(at)
    if w.fate.unhung:
        yield (at := w.town.timing.worked(w.now + w.rng.uniform(20, 120) * 24 * HOUR, w.rng.uniform(0.5, 5.0)))
        w.unhang(at)


def _answered(w: Walk) -> Iterator[datetime]:
    """报告人的答复。 The reporter confirms, disputes, or lets the time pass; and may dispute later within the days."""
    may = w.fate.disputed if not w.reopened else ""
    due_at = min((clock.due_at for clock in w.running(Stage.CONFIRM)),
                 default=w.now + w.town.facts.reopen_days * 24 * HOUR)
    soon = (w.now + (due_at - w.now) * w.rng.betavariate(1, 3)).replace(microsecond=0)
    if may == "confirming":
        yield soon
        w.dispute(soon)
        return
    if w.fate.answered:
        yield soon
        w.end("confirm_case", soon, Outcome.FIXED)
    else:
        yield (at := due_at + timedelta(seconds=w.rng.randrange(20, 300)))
        w.end("lapse_confirmation", at, Outcome.CLOSED_UNANSWERED)
    if may:
        days = w.town.facts.reopen_days * w.rng.betavariate(1, 3)
        yield (at := (w.now + days * 24 * HOUR).replace(microsecond=0))
        w.dispute(at)


def _worked(w: Walk, done: datetime, *, first: bool) -> Iterator[datetime]:
    """办理之中。 What happens between acceptance and settling, in order of time; then it is settled."""
    planned = [*_stages_done(w, done)]
    if first and w.fate.assisted:
        planned += _assisted(w, done)
    if first and w.fate.clock_change:
        planned += _clock_changed(w, done)
    for at, act in sorted(planned, key=lambda item: item[0]):
        yield at
        act()
    yield done
    w.settle(done)


Planned = Iterable[tuple[datetime, Callable[[], None]]]


def _between(w: Walk, done: datetime, low: float, high: float) -> datetime:
    return (w.now + (done - w.now) * w.rng.uniform(low, high)).replace(microsecond=0)


def _stages_done(w: Walk, done: datetime) -> Planned:
    """分段期限。 Earlier steps of a limit in several steps are done in proportion to the time each has."""
    clocks = sorted(w.running(Stage.HANDLE), key=lambda clock: clock.due_at)
    for clock in clocks[:-1]:
        share = (clock.due_at - clock.started_at) / (clocks[-1].due_at - clock.started_at)
        at = max(clock.started_at + (done - clock.started_at) * share, w.now).replace(microsecond=0)
        yield max(at, w.now), lambda clock=clock, at=max(at, w.now): _stage_done(w, clock, at)  # type: ignore[misc]


def _stage_done(w: Walk, clock: Running, at: datetime) -> None:
    clock.ended_at = at
    w.do("note_case", at, organ=w.organ, note=f"{clock.limit.step}：已完成（虚构）")


def _assisted(w: Walk, done: datetime) -> Planned:
    matter = w.about.matter
    found = (responsible_organ(wanted=word, path=w.about.spot.path, by_function=w.town.by_function)
             for word in (matter.assist if matter else ()))
    for organ in dict.fromkeys(organ.code for organ in found if organ and organ.code != w.organ):
        asked = _between(w, done, 0.02, 0.2)
        yield asked, lambda organ=organ, at=asked: w.ask(at, organ)  # type: ignore[misc]
        parted = _between(w, done, 0.4, 0.95)
        yield parted, lambda organ=organ, at=parted: w.settle_part(at, organ)  # type: ignore[misc]


def _clock_changed(w: Walk, done: datetime) -> Planned:
    """中止或延长。 A change of the limit asked for, decided by another, and resumed: only where all of it is over in time."""
    clock = max(w.running(Stage.HANDLE), key=lambda clock: clock.due_at, default=None)
    if clock is None or not clock.limit.unit.in_days:
        return
    last = min(done, clock.due_at)
    asked, decided, resumed = sorted(_between(w, last, 0.3, 0.95) for _ in range(3))
    if not w.now < asked < decided < resumed < min(last, w.stand):
        return
    ground, suspends, granted = w.rng.choice(list(ClockGround)), w.rng.random() < 0.5, w.rng.random() < 0.85
    lead_body = w.town.facts.lead_body
    yield asked, lambda: w.do("request_clock_change", asked, organ=w.organ, ground=ground.value,
                              note=NOTES["request_clock_change"])
    yield decided, lambda: w.do("decide_clock_change", decided, organ=lead_body, ground=ground.value,
                                note="同意（虚构）" if granted else "不同意（虚构）")
    if granted and suspends:
        yield resumed, lambda: _resumed(w, clock, decided, resumed)
    elif granted:
        yield decided, lambda: _extended(w, clock)


def _resumed(w: Walk, clock: Running, begins: datetime, ends: datetime) -> None:
    found = resume(due_at=clock.due_at, suspension=Suspension(begins_at=begins, ends_at=ends), unit=clock.limit.unit,
                   calendar=w.town.facts.calendar)
    clock.due_at, clock.provisional = found.at.astimezone(clock.started_at.tzinfo), found.beyond_known
    w.do("resume_clock", ends, organ=w.organ, note="情况消除，恢复计算（虚构）")


def _extended(w: Walk, clock: Running) -> None:
    more = Limit(number=w.rng.choice([clock.limit.number, clock.limit.number * 2]), unit=Unit.WORKING_DAY,
                 stage=Stage.HANDLE)
    clock.due_at, clock.provisional = w.town.timing.due(clock.due_at, more)


def escalations(walk: Walk) -> Iterator[tuple[datetime, str]]:
    """逐级报告。 When and to whom each passed limit was told, while its clock still ran."""
    facts, timing = walk.town.facts, walk.town.timing
    for clock in walk.clocks:
        if clock.ended_at is None or not clock.passed(clock.ended_at):
            continue
        at = clock.due_at + timedelta(seconds=walk.rng.randrange(20, 300))
        for named in escalation_chain(organ=clock.organ, organs=facts.organs, lead_body=facts.lead_body):
            if at >= clock.ended_at:
                break
            yield at, named
            at = timing.worked(at, 8.0)
