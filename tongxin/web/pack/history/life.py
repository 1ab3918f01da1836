"""虚构一件事的一生。 The life of an invented case, as a generator over a walk.

A life says when its next step would be before it takes it: whoever runs it stops in time, and what was not yet done at
that moment is simply not there.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial

from tongxin.cases.rules import escalation_chain
from tongxin.cases.terms import ClockGround, Outcome, ReturnGround, State
from tongxin.law.rules import resume
from tongxin.law.terms import Limit, Stage, Suspension, Unit
from tongxin.organs.rules import responsible_organ
from tongxin.web.pack.history.walk import NOTES, Running, Walk

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
USUAL_ALLOWANCE = timedelta(days=5)  # what stands for the limit of handling where the lists set none
TURNS = 4
Planned = Iterable[tuple[datetime, Callable[[], None]]]


def lived(walk: Walk, *, stop: State | None = None) -> Walk:
    """活到此时。 Let a case live until its stand, or until it comes to a state in which it is to stay."""
    for at in _life(walk):
        if at > walk.stand or walk.state is stop:
            break
    return walk


def _life(w: Walk) -> Iterator[datetime]:
    if w.is_in(State.UNLISTED):
        yield from _unlisted(w)
    if w.is_in(State.DISPATCHED):
        yield from _returned(w)
    if w.is_in(State.DISPATCHED) and w.fate.early:
        yield from _ended_early(w)
    if w.is_in(State.DISPATCHED):
        done = _first_finish(w)
        at = min(
            w.drawn(w.town.shape.accept_median, w.town.shape.accept_log_sd),
            w.now + max((done - w.now) * w.rng.uniform(0.1, 0.6), MINUTE),
        )
        yield (at := at.replace(microsecond=0))
        w.accept(at)
        yield from _ended_early(w)
        if w.is_in(State.HANDLING):
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
        ruling = w.is_in(State.RULING)
        yield (at := w.later(1.0, 9.0) if ruling else w.later(0.2, 4.5))
        w.give(
            "rule_case" if ruling else "dispatch_case",
            at,
            organ=named if w.rng.random() < 0.75 else own,
            by=w.town.facts.lead_body if ruling else w.town.facts.desk,
        )


def _ended_early(w: Walk) -> Iterator[datetime]:
    """不经办理的结束。 Folded, withdrawn, or closed as not allowed."""
    ending = w.fate.ending
    if ending is Outcome.DUPLICATE and w.about.folded_into:
        at = w.now + timedelta(seconds=w.rng.randrange(300, 5400))
        if w.about.folded_before is not None and at >= w.about.folded_before:
            return
        yield at
        w.end("fold_case", at, ending, organ=w.town.facts.desk)
    elif ending is Outcome.WITHDRAWN:
        yield (at := w.later(0.2, 6.0))
        w.end("close_case", at, ending)
    elif ending is Outcome.NOT_ALLOWED:
        yield (at := w.later(0.5, 14.0))
        w.end("close_case", at, ending, organ=w.town.facts.lead_body)


def _first_finish(w: Walk) -> datetime:
    done = _finish(w, w.about.reported_at, w.running(Stage.HANDLE))
    went_round = w.now > w.about.reported_at
    return max(done, w.later(1.5, 12.0)) if went_round else done


def _finish(w: Walk, started: datetime, clocks: Iterable[Running]) -> datetime:
    due_at = max((clock.due_at for clock in clocks), default=started + USUAL_ALLOWANCE)
    return max(w.town.timing.finish(w.rng, start=started, due_at=due_at, before=w.before), w.now + 2 * MINUTE)


def _handled(w: Walk, done: datetime) -> Iterator[datetime]:
    """办理到终结。 Handled, checked and answered, as often as a check fails or the reporter disputes."""
    fate = w.fate
    if fate.ending is Outcome.HUNG:
        yield from _hung(w)
        done = _finish(w, w.now, w.running(Stage.HANDLE))
    for turn in range(TURNS if w.is_in(State.HANDLING) and not fate.left_open else 0):
        if turn:
            done = _finish(w, w.now, w.running(Stage.HANDLE))
        yield from _worked(w, done, first=turn == 0)
        yield (at := w.drawn(2.5, 0.6))
        w.check(at, passed=not (fate.check_fails and turn == 0))
        if w.is_in(State.CONFIRMING):
            yield from _answered(w)
        if w.is_in(State.CLOSED):
            return


def _hung(w: Walk) -> Iterator[datetime]:
    yield (at := w.later(4.0, 30.0))
    w.hang(at)
    if w.fate.unhung:
        yield (
            at := w.town.timing.worked(w.now + w.rng.uniform(20, 120) * 24 * HOUR, w.rng.uniform(0.5, 5.0))
        )
        w.unhang(at)


def _answered(w: Walk) -> Iterator[datetime]:
    """报告人的答复。 The reporter confirms, disputes, or lets the time pass; and may dispute later within the days."""
    may = w.fate.disputed if not w.reopened else ""
    due_at = min(
        (clock.due_at for clock in w.running(Stage.CONFIRM)),
        default=w.now + w.town.facts.reopen_days * 24 * HOUR,
    )
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


def _between(w: Walk, done: datetime, low: float, high: float) -> datetime:
    return (w.now + (done - w.now) * w.rng.uniform(low, high)).replace(microsecond=0)


def _stages_done(w: Walk, done: datetime) -> Planned:
    """分段期限。 Earlier steps of a limit in several steps are done in proportion to the time each has."""
    clocks = sorted(w.running(Stage.HANDLE), key=lambda clock: clock.due_at)
    for clock in clocks[:-1]:
        share = (clock.due_at - clock.started_at) / (clocks[-1].due_at - clock.started_at)
        at = max((clock.started_at + (done - clock.started_at) * share).replace(microsecond=0), w.now)
        yield at, partial(_stage_done, w, clock, at)


def _stage_done(w: Walk, clock: Running, at: datetime) -> None:
    clock.ended_at = at
    w.do("note_case", at, organ=w.organ, note=f"{clock.limit.step}：已完成（虚构）")


def _assisted(w: Walk, done: datetime) -> Planned:
    matter = w.about.matter
    found = (
        responsible_organ(wanted=word, path=w.about.spot.path, by_function=w.town.by_function)
        for word in ((*matter.assist, *matter.on_call) if matter else ())
    )
    for organ in dict.fromkeys(organ.code for organ in found if organ and organ.code != w.organ):
        asked = _between(w, done, 0.02, 0.2)
        yield asked, partial(w.ask, asked, organ)
        parted = _between(w, done, 0.4, 0.95)
        yield parted, partial(w.settle_part, parted, organ)


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
    yield (
        asked,
        partial(
            w.do,
            "request_clock_change",
            asked,
            organ=w.organ,
            ground=ground.value,
            note=NOTES["request_clock_change"],
        ),
    )
    yield (
        decided,
        partial(
            w.do,
            "decide_clock_change",
            decided,
            organ=lead_body,
            ground=ground.value,
            note="同意（虚构）" if granted else "不同意（虚构）",
        ),
    )
    if granted and suspends:
        yield resumed, partial(_resumed, w, clock, decided, resumed)
    elif granted:
        yield decided, partial(_extended, w, clock)


def _resumed(w: Walk, clock: Running, begins: datetime, ends: datetime) -> None:
    found = resume(
        due_at=clock.due_at,
        suspension=Suspension(begins_at=begins, ends_at=ends),
        unit=clock.limit.unit,
        calendar=w.town.facts.calendar,
    )
    clock.due_at, clock.provisional = found.at.astimezone(clock.started_at.tzinfo), found.beyond_known
    w.do("resume_clock", ends, organ=w.organ, note="情况消除，恢复计算（虚构）")


def _extended(w: Walk, clock: Running) -> None:
    more = Limit(
        number=w.rng.choice([clock.limit.number, clock.limit.number * 2]),
        unit=Unit.WORKING_DAY,
        stage=Stage.HANDLE,
    )
    clock.due_at, clock.provisional = w.town.timing.due(clock.due_at, more)


def escalations(walk: Walk) -> Iterator[tuple[datetime, str]]:
    """逐级报告。 When and to whom each passed limit was told, while its clock still ran."""
    facts, timing = walk.town.facts, walk.town.timing
    for clock in walk.clocks:
        if clock.ended_at is None or not clock.passed(clock.ended_at):
            continue  # what still runs is told by the sweep
        at = clock.due_at + timedelta(seconds=walk.rng.randrange(20, 300))
        for named in escalation_chain(organ=clock.organ, organs=facts.organs, lead_body=facts.lead_body):
            if at >= clock.ended_at:
                break
            yield at, named
            at = timing.worked(at, 8.0)
