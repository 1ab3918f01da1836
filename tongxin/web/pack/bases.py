"""清单事项在奠基之日的依据。 What the entries of a pack rest on, seen from the day a city is founded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tongxin.law.terms import ClauseRef, NewBinding
from tongxin.web.pack.checks.common import grouped
from tongxin.web.pack.rows import Pack, PastRow


@dataclass(frozen=True)
class Bases:
    """奠基之日的依据。 The bases of the entries of a pack for a city that is founded on the day `on`.

    - A clause that is not in force yet on that day founds nothing and is not taken over: when it comes into force, naming it
      is the city's own decision.
    - What an entry rested on before is taken over with its days. If it still holds on that day its end is left open: it has
      not happened yet, and will follow from the law itself.
    - Where an entry rested on something else before, a clause that took over holds only from the day it came into force.
    """

    pack: Pack
    on: date

    def of(self, entry: tuple[str, str], clauses: tuple[ClauseRef, ...]) -> tuple[NewBinding, ...]:
        """一个事项的依据。 The bindings of an entry, given the clauses the pack names for it now; the past ones first."""
        past = self._past.get(entry, [])
        earlier = [
            NewBinding(
                clause=row.clause,
                valid_from=row.valid_from,
                valid_to=row.valid_to if row.valid_to and row.valid_to <= self.on else None,
            )
            for row in past
            if row.clause is not None and row.valid_from <= self.on
        ]
        ends = [row.valid_to for row in past if row.valid_to]
        first_end = min(ends, default=None)
        now = [self._now(ref, first_end) for ref in clauses if self.in_force(ref)]
        return (*earlier, *now)

    def in_force(self, ref: ClauseRef) -> bool:
        """此条当日是否已经施行。 Whether the clause has come into force by the day."""
        begins = self._begins.get((ref.key, ref.version))
        return begins is not None and begins <= self.on

    def _now(self, ref: ClauseRef, first_end: date | None) -> NewBinding:
        begins = self._begins.get((ref.key, ref.version))
        took_over = first_end is not None and begins is not None and begins >= first_end
        return NewBinding(clause=ref, valid_from=begins if took_over else None)

    @cached_property
    def _begins(self) -> Mapping[tuple[str, date | None], date | None]:
        return {(row.key, row.version_date): row.in_force_from for row in self.pack.versions}

    @cached_property
    def _past(self) -> Mapping[tuple[str, str], list[PastRow]]:
        return grouped(self.pack.past, lambda row: row.entry)
