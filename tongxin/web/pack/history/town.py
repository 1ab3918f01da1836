"""虚构所凭的事实。 The standing facts the invented cases are drawn over, and what is worked out from them once."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from random import Random

from tongxin.cases.terms import ReturnGround
from tongxin.law.terms import Limit, MatterEntry, RoutingException, Stage, WorkingCalendar
from tongxin.organs.rules import CANNOT_LEAD, responsible_organ
from tongxin.organs.terms import OrganFacts
from tongxin.web.pack.history.draws import GridSite, Ground, Mix, Timing
from tongxin.web.pack.history.shape import Shape

LOOKS = 40  # how many functions of the list are tried before there is no other organ


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

    def holds(self, day: date) -> bool:
        """此日是否有效。 Whether it is in force on a day."""
        return self.in_force_from <= day and (self.in_force_to is None or day < self.in_force_to)


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
        bound = [clause for clauses in facts.clauses.values() for clause in clauses]
        days = {clause.in_force_from for clause in bound} | {c.in_force_to for c in bound if c.in_force_to}
        self._changes = sorted(days)
        self._mixes: dict[tuple[date, int], Mix] = {}

    def edition(self, day: date) -> ListEdition:
        """此日的清单。 The edition that holds on a day."""
        return next((e for e in reversed(self.facts.editions) if e.since <= day), self.facts.editions[0])

    def mix(self, day: date) -> Mix:
        """此日的事项构成。 The mix of matters active on a day; offers of help to persons are never invented."""
        key = (self.edition(day).since, bisect_right(self._changes, day))
        if key not in self._mixes:
            active = [
                m
                for m in self.edition(day).matters.values()
                if m.active and not m.person_help and self._rests_on_law(m.code, day)
            ]
            if not active:
                raise ValueError(f"此日没有有效的事项 / no matter is active on {day}")
            self._mixes[key] = Mix(active, self.shape)
        return self._mixes[key]

    def _rests_on_law(self, matter: str, day: date) -> bool:
        bound = self.facts.clauses.get(matter, ())
        return bool(bound) and all(clause.holds(day) for clause in bound)

    def clauses(self, matter: str, day: date) -> str:
        """此日有效的依据。 The clauses of an entry in force on a day, separated by spaces."""
        return " ".join(clause.ref for clause in self.facts.clauses.get(matter, ()) if clause.holds(day))

    def station(self, path: Sequence[str]) -> str:
        """网格站。 The nearest grid station up the path, or nothing."""
        return next((self._stations[code] for code in path if code in self._stations), "")

    @cached_property
    def wanted(self) -> Sequence[str]:
        """清单点名的职能。 The functions that list entries name, as often as they are named."""
        return [
            word
            for _, m in sorted(self.facts.editions[0].matters.items())
            for word in (m.lead, *m.assist)
            if word
        ]

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
        if (
            ground is ReturnGround.OUTSIDE_PLACE
            and own_facts
            and len(self.alike.get(own_facts.function, ())) > 1
        ):
            return rng.choice([code for code in self.alike[own_facts.function] if code != own])
        for word in rng.sample(self.wanted, min(len(self.wanted), LOOKS)):
            organ = responsible_organ(wanted=word, path=path, by_function=self.by_function)
            if organ and organ.code != own and organ.kind != "grid_station":
                return organ.code
        return ""
