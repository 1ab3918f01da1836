"""虚构的一年。 The synthetic year: its cases as they come, who repeats whom, and what is left open at the end."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final

from tongxin.cases.rules import MOVES
from tongxin.cases.terms import (
    Channel,
    HistoricCase,
    HistoricClock,
    HistoricPart,
    HistoricStep,
    Outcome,
    State,
)
from tongxin.law.terms import MatterEntry, Stage
from tongxin.web.pack.history.draws import DAY, arrivals, seeded
from tongxin.web.pack.history.life import escalations, lived
from tongxin.web.pack.history.shape import Shape
from tongxin.web.pack.history.town import HistoryFacts, Town
from tongxin.web.pack.history.walk import Fate, Running, Subject, Walk

RECENT: Final = timedelta(days=21)  # what was reported later than this may still be open
LEFT_OPEN_MOST: Final = 70  # older cases that nobody ever closed
OVERDUE_CLOCKS_MOST: Final = 300  # that still run at `until`: the sweep looks at each of them
EACH_STATE_LEAST: Final = 6
REPEATABLE: Final = 200  # how many of the last cases a duplicate may repeat
OPEN_STATES: Final = tuple(state for state in State if state is not State.CLOSED)


def historic_cases(
    *, parameters: Mapping[str, object], until: datetime, day_facts: HistoryFacts
) -> Iterator[HistoricCase]:
    """虚构的事项，依报告时间。 The cases of the year, in the order of their reports.

    parameters  the tables of the pack's history.toml; `from` and `to` are local days and stay where they are
    until       the present: nothing happens after it, and no case is reported after it. Where it lies beyond `to`,
                what was reported last goes on until then, and a few cases in every open state remain
    Raises ValueError for a naive `until`, no grids, no active matter, or parameters that are none.
    """
    if until.tzinfo is None:
        raise ValueError("时刻须带时区 / moments must be aware")
    shape = Shape.of(parameters)
    end = datetime.combine(shape.last + DAY, time(), tzinfo=day_facts.calendar.tz).astimezone(UTC)
    year = _Year(
        Town(day_facts, shape), until=until.astimezone(UTC), recent=min(end, until.astimezone(UTC)) - RECENT
    )
    late: list[Walk] = []
    for number, at in enumerate(
        arrivals(shape=shape, calendar=day_facts.calendar, until=year.until), start=1
    ):
        walk = year.walk(number, at)
        if at < year.recent:
            yield year.case(walk)
        else:
            late.append(walk)
    for walk in year.present(late):
        yield year.case(walk)


@dataclass(frozen=True, slots=True)
class _Life:
    """再活一次所需。 What a case was drawn from, so that it can be lived again towards another end."""

    about: Subject
    seed: tuple[object, ...]
    fate: Fate


class _Year:
    """一年。 The cases of a year as they come: who repeats whom, and how much work is left at the end."""

    def __init__(self, town: Town, *, until: datetime, recent: datetime) -> None:
        self.town, self.until, self.recent = town, until, recent
        self.overdue = self.left_open = 0
        self.repeatable: deque[Walk] = deque(maxlen=REPEATABLE)
        self.repeated: set[str] = set()
        self.lives: dict[str, _Life] = {}

    def walk(self, number: int, at: datetime) -> Walk:
        """一件事。 The case of a number: what it is about and what becomes of it, from its own seed."""
        town, shape = self.town, self.town.shape
        seed = (shape.seed, "case", number)
        rng = seeded(*seed)
        day = town.timing.local_day(at)
        mix = town.mix(day)
        fate = Fate.draw(rng, shape, assist=shape.assist / max(mix.share_with_assist, shape.assist))
        about = self._about(rng, f"history-{shape.seed}-{number:06d}", at, fate)
        recent = at >= self.recent
        fate = replace(
            fate,
            left_open=fate.left_open
            and not recent
            and self.left_open < LEFT_OPEN_MOST
            and rng.random() < self._left_open_scale(),
        )
        life = _Life(about, (*seed, "life"), fate)
        walk = self._lived(life, before=None if recent else self.until)
        self.left_open += fate.left_open
        if recent:
            self.lives[about.key] = life
        else:
            self.overdue += self.passed(walk)
        if fate.ending is not Outcome.DUPLICATE and walk.listed:
            self.repeatable.append(walk)
        return walk

    def _left_open_scale(self) -> float:
        shape = self.town.shape
        return min(1.0, LEFT_OPEN_MOST / (shape.cases * shape.left_open)) if shape.left_open else 0.0

    def _about(self, rng: Random, key: str, at: datetime, fate: Fate) -> Subject:
        town = self.town
        matter: MatterEntry | None = town.mix(town.timing.local_day(at)).draw(rng)
        channel = Channel(rng.choices(list(town.shape.channels), list(town.shape.channels.values()))[0])
        spot, point = town.ground.draw(rng)
        if fate.unlisted:
            matter = self._unlisted(rng, at)
        about = Subject(key=key, channel=channel, matter=matter, spot=spot, point=point, reported_at=at)
        repeats = fate.ending is Outcome.DUPLICATE and not fate.unlisted
        return self._repeating(rng, about) if repeats else about

    def _unlisted(self, rng: Random, at: datetime) -> MatterEntry | None:
        """清单以外的事。 Half of them are entries that rest on no law, as the list itself says; half are not on it."""
        edition = self.town.edition(self.town.timing.local_day(at))
        idle = [m for _, m in sorted(edition.matters.items()) if not m.active and not m.person_help]
        return rng.choice(idle) if idle and rng.random() < 0.5 else None

    def _repeating(self, rng: Random, about: Subject) -> Subject:
        """重复哪一件。 The same matter at the same point as a case that will still be open when the two are put together."""
        late = about.reported_at + DAY
        mix = self.town.mix(self.town.timing.local_day(about.reported_at))
        codes = {entry.code for entry in mix.entries}
        open_yet = [
            w
            for w in self.repeatable
            if (w.first_closed_at is None or w.first_closed_at > late)
            and w.about.matter
            and w.about.matter.code in codes
        ]
        if not open_yet:
            return about
        walk = rng.choice(open_yet)
        whole = walk.about
        self.repeated.add(whole.key)
        return replace(
            about,
            matter=whole.matter,
            spot=whole.spot,
            point=whole.point,
            folded_into=whole.key,
            folded_before=walk.first_closed_at,
        )

    def _lived(self, life: _Life, *, before: datetime | None, stop: State | None = None) -> Walk:
        rng, about = seeded(*life.seed), life.about
        if stop is State.UNLISTED:
            about = replace(about, matter=self._unlisted(rng, about.reported_at))
        walk = Walk(
            self.town,
            about,
            rng,
            fate=life.fate.towards(stop) if stop else life.fate,
            before=before,
            stand=self.until,
        )
        return lived(walk, stop=stop)

    # -- the present

    def passed(self, walk: Walk) -> int:
        """还在走而已逾期的钟。 How many clocks of a case still run past their due time."""
        return sum(clock.ended_at is None and clock.due_at < self.until for clock in walk.clocks)

    def present(self, late: Sequence[Walk]) -> list[Walk]:
        """近来的事项。 The recent cases: some in every open state, and not too many clocks past their due time."""
        walks = {walk.about.key: walk for walk in late}
        self._fill(walks)
        kept = Counter[State]()
        overdue = self.overdue + sum(map(self.passed, walks.values()))
        for key, walk in reversed(walks.items()):
            kept[walk.state] += 1
            if (
                overdue > OVERDUE_CLOCKS_MOST
                and self.passed(walk)
                and key not in self.repeated
                and kept[walk.state] > EACH_STATE_LEAST
            ):
                walks[key] = self._lived(self.lives[key], before=self.until)
                overdue += self.passed(walks[key]) - self.passed(walk)
        return list(walks.values())

    def _fill(self, walks: dict[str, Walk]) -> None:
        """补足各状态。 Where a state has too few cases, closed recent ones, the newest first, are led there instead."""
        counts = Counter(walk.state for walk in walks.values())
        for state in OPEN_STATES:
            spare = [
                key
                for key, walk in reversed(walks.items())
                if walk.state is State.CLOSED and key not in self.repeated and not walk.about.folded_into
            ]
            for key in spare:
                if counts[state] >= EACH_STATE_LEAST:
                    break
                bent = self._lived(self.lives[key], before=None, stop=state)
                if bent.state is state:
                    counts[state] += 1
                    walks[key] = bent

    # -- what is handed over

    def case(self, w: Walk) -> HistoricCase:
        """一件历史事项。 The case as it is taken over."""
        about, matter = w.about, w.about.matter
        next_due = min(
            (
                (c.due_at, c.provisional)
                for c in w.clocks
                if c.ended_at is None and c.limit.stage is not Stage.RETURN
            ),
            default=(None, False),
        )
        overdue = any(clock.passed(self.until) for clock in w.clocks)
        what = matter.name if matter else "清单以外的事"
        return HistoricCase(
            key=about.key,
            channel=about.channel,
            matter=matter.code if matter else "",
            matter_name=matter.name if matter else "",
            matter_name_en=matter.name_en if matter else "",
            clauses=self.town.clauses(matter.code, w.day) if matter and w.listed else "",
            place=about.spot.ref,
            place_name=about.spot.name,
            path=about.spot.path,
            lon=about.point[0],
            lat=about.point[1],
            text=f"{about.spot.name}附近 {what}（虚构）",
            state=w.state,
            outcome=w.outcome,
            outcome_note=w.outcome_note,
            organ=w.organ,
            responsible=w.responsible,
            returns=w.returns,
            reopened=w.reopened,
            overdue=overdue,
            due_at=next_due[0],
            provisional=next_due[1],
            reported_at=about.reported_at,
            settled_at=w.settled_at,
            closed_at=w.closed_at,
            steps=_steps(w),
            parts=_parts(w),
            clocks=tuple(map(_clock, w.clocks)),
            synthetic=True,
            listed=w.listed,
            folded_into=w.folded_into,
        )


def _steps(w: Walk) -> tuple[HistoricStep, ...]:
    """步骤，含逐级报告。 The steps of a case, with those that told of a passed limit where they belong in time."""
    told = [
        HistoricStep(verb="escalate_case", at=at, from_state="", to_state=State.CLOSED, named=named)
        for at, named in escalations(w)
    ]
    if not told:
        return tuple(w.steps)
    found: list[HistoricStep] = []
    for step in sorted([*w.steps, *told], key=lambda step: step.at):
        if step.verb == "escalate_case":
            here = found[-1].to_state
            found.append(replace(step, from_state=here.value, to_state=MOVES[(here, step.verb)]))
        else:
            found.append(step)
    return tuple(found)


def _parts(w: Walk) -> tuple[HistoricPart, ...]:
    """承办。 The lead organ's part and the assisting ones; an organ that came to lead no longer assists."""
    lead = (w.lead,) if w.lead else ()
    assisting = (part for code, part in w.assisting.items() if not w.lead or code != w.lead.organ)
    return tuple(
        HistoricPart(
            organ=part.organ,
            role=part.role,
            given_at=part.given_at,
            accepted_at=part.accepted_at,
            settled_at=part.settled_at,
        )
        for part in (*lead, *assisting)
    )


def _clock(clock: Running) -> HistoricClock:
    limit = clock.limit
    return HistoricClock(
        organ=clock.organ,
        stage=limit.stage.value,
        step=limit.step,
        number=str(limit.number),
        unit=limit.unit.value,
        clause=str(limit.clause or ""),
        started_at=clock.started_at,
        due_at=clock.due_at,
        provisional=clock.provisional,
        ended_at=clock.ended_at,
    )
