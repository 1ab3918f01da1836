"""解引用：五种答案。 Resolving a citation against the books on the desk: five answers.

Without `written` a citation means the version in force on the day asked about. With it, it means the version that was in force
when it was written, and what became of that one by the day is the answer. Whether it was in force and whether it may found a
new act are two questions: `may_found` is the second, and is true exactly where the gate would let an act rest on the clause.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from tongxin.law.rules.citations.answers import Answer, Resolved
from tongxin.law.rules.citations.grammar import Citation, Unit
from tongxin.law.rules.citations.placing import Target, Why
from tongxin.law.rules.citations.shelf import HeldInstrument, HeldVersion, Shelf
from tongxin.law.rules.citations.titles import year_of
from tongxin.law.rules.succession import MOVED, SAME, Successor, succession

# Why a unit comes to no clause whatever the version: there is nothing to look for in others.
_VAGUE: Final = {Why.SEVERAL: "several", Why.UNREADABLE: "unreadable", Why.NO_PLACE: "no_place"}


class Resolver:
    """解引用。 Answers for citations on one day; keeps what it has compared, so that many citations cost little more than one."""

    def __init__(self, shelf: Shelf, *, on: date, written: date | None = None) -> None:
        self.shelf, self.on, self.written = shelf, on, written
        self._compared: dict[tuple[str, date, date], Mapping[str, Successor]] = {}
        self._answered: dict[tuple[str, Unit | None, int | None, date | None], Resolved] = {}

    def resolve(self, citation: Citation) -> tuple[Resolved, ...]:
        """一处引用的答案，每个单位一个。 The answers for a citation of another text, one for each unit it names."""
        keys = () if citation.earlier else self.shelf.index.keys(citation.title)
        if len(keys) != 1:
            return self._no_instrument(citation, keys)
        instrument = self.shelf.instruments[keys[0]]
        year = year_of(citation.note)
        return tuple(self.answer(instrument, unit, year=year) for unit in citation.expanded() or (None,))

    def _no_instrument(self, citation: Citation, keys: tuple[str, ...]) -> tuple[Resolved, ...]:
        """题名不指任何一部，或者指几部。 The title names no instrument of the book, or several."""
        because, near = "ambiguous", keys
        if citation.earlier:
            because, near = "earlier", ()
        elif not keys:
            because, near = "no_title", self.shelf.index.near(citation.title)
        return tuple(
            Resolved(
                answer=Answer.UNKNOWN,
                because=because,
                title=citation.title,
                clause=unit.key if unit else None,
                unit=unit,
                candidates=near,
            )
            for unit in citation.expanded() or (None,)
        )

    def answer(
        self,
        instrument: HeldInstrument,
        unit: Unit | None,
        *,
        year: int | None = None,
        version: HeldVersion | None = None,
    ) -> Resolved:
        """一部文件一个单位的答案。 The answer for one unit of an instrument (None: the whole).

        `year` of a note （2018年修正）, or the `version` itself, says which version is meant.
        """
        known = (instrument.key, unit, year, version.adopted if version else None)
        if known not in self._answered:
            self._answered[known] = _Question(self, instrument, unit).answer(year, version)
        return self._answered[known]

    def compared(
        self, instrument: HeldInstrument, old: HeldVersion, new: HeldVersion
    ) -> Mapping[str, Successor]:
        """两个版本的承继，只比一次。 What follows what between two versions, compared once."""
        pair = (instrument.key, old.adopted, new.adopted)
        if pair not in self._compared:
            self._compared[pair] = succession(old=old.wordings, new=new.wordings, renumbered=old.moved)
        return self._compared[pair]


class _Question:
    """一个问题。 One question: one unit of one instrument."""

    def __init__(self, resolver: Resolver, instrument: HeldInstrument, unit: Unit | None) -> None:
        self.resolver, self.instrument, self.unit = resolver, instrument, unit
        self.on, self.written = resolver.on, resolver.written
        self.versions = instrument.versions

    def answer(self, year: int | None, version: HeldVersion | None) -> Resolved:
        """答案。 The answer."""
        if not self.versions:
            return self._said(Answer.UNKNOWN, "no_versions")
        pinned = [version] if version else [one for one in self.versions if one.adopted.year == year]
        if len(pinned) == 1:
            return self._of_version(pinned[0])
        if self.written is not None:
            return self._as_written(self.written)
        return self._of_the_day()

    # --- without a day of writing ----------------------------------------------------------------------

    def _of_the_day(self) -> Resolved:
        version = self.instrument.on(self.on)
        if version is None:
            return self._outliving() or self._none_in_force()
        target = self._find(version)
        if target is not None and target.why in _VAGUE:
            return self._vague(target)
        if target is None or target.key or self.unit is None:
            return self._standing(version, target)
        return self._outliving(before=version) or self._elsewhere(version)

    def _elsewhere(self, version: HeldVersion) -> Resolved:
        """此日的版本没有，别的版本有没有。 The version of the day has no such clause: an earlier or a later one may."""
        earlier = self._first_with(reversed(self._before(version)))
        if earlier is not None:
            return self._superseded(*earlier, version, "renumbered")
        later = self._first_with(iter(self._after(version)))
        if later is not None:
            return self._said(Answer.NOT_YET, "in_a_later_version", *later)
        return self._said(Answer.UNKNOWN, "no_such_clause")

    def _none_in_force(self) -> Resolved:
        """此日没有版本有效。 No version is in force on the day: all have ended, or none has begun."""
        ended = [version for version in self.versions if _ended(version, self.on)]
        begins = [version for version in self.versions if version.order > self.on]
        if not ended and not begins:
            return self._said(Answer.UNKNOWN, "no_versions")
        found = self._first_with(reversed(ended) if ended else iter(begins), any_text=True)
        if found is None:
            return self._said(Answer.UNKNOWN, "no_such_clause")
        if not ended:
            return self._said(Answer.NOT_YET, "first_held_later", *found)
        if begins:
            return self._superseded(*found, begins[0], "between")
        return self._said(Answer.REPEALED, "repealed", *found)

    # --- with a day of writing -------------------------------------------------------------------------

    def _as_written(self, written: date) -> Resolved:
        meant = self.instrument.meant(written)
        if meant is None:
            return replace(self._of_none_held(), meant_held=False)
        target = self._find(meant)
        if target is not None and target.why in _VAGUE:
            return self._vague(target)
        if target is not None and not target.key and self.unit is not None:
            others = [v for v in reversed(self.versions) if v is not meant and v.adopted <= written]
            found = self._first_with(iter(others))
            if found is None:
                return self._said(Answer.UNKNOWN, "not_when_written")
            meant = found[0]
        return self._of_version(meant)

    def _of_none_held(self) -> Resolved:
        """行文之时的版本没有收。 The text is older than every version held: neither the words it meant nor what follows them is known.

        What is known is how the instrument stands on the day; the version of the day is named, none of its clauses.
        """
        read = next((self._find(version) for version in self.versions if version.held), None)
        if read is not None and read.why in {Why.UNREADABLE, Why.NO_PLACE}:
            return self._vague(read)
        today = self.instrument.on(self.on)
        ended = any(_ended(version, self.on) for version in self.versions)
        to_come = [version for version in self.versions if version.order > self.on]
        following = today or (to_come[0] if ended and to_come else None)
        if following is not None:
            found = self._said(Answer.SUPERSEDED, "not_held" if today else "not_held_between")
            return replace(found, successor_version=following.adopted)
        if ended:
            return self._said(Answer.REPEALED, "not_held_repealed")
        if to_come:
            return self._said(Answer.NOT_YET, "not_held_not_yet")
        return self._said(Answer.UNKNOWN, "no_versions")

    def _of_version(self, meant: HeldVersion) -> Resolved:
        """所指版本的条款，到此日如何。 What became of a clause of the version meant by the day."""
        target = self._find(meant)
        if target is not None and self.unit is not None and not target.key:
            return (
                self._vague(target)
                if target.why in _VAGUE
                else self._said(Answer.UNKNOWN, "not_when_written")
            )
        if meant.stands(self.on) or meant.may_stand(self.on):
            return self._standing(meant, target)
        if meant.order > self.on:
            return self._said(Answer.NOT_YET, "begins_later", meant, target)
        return self._ended(meant, target)

    def _ended(self, meant: HeldVersion, target: Target | None) -> Resolved:
        """所指版本已经不在施行。 The version meant has ended: its clause outlives it, was repealed before, or went with it."""
        if self._still_stands(meant, target):
            return self._founded(meant, target, "outlives")
        if self._clause_ended(meant, target):
            return self._said(Answer.REPEALED, "clause_repealed", meant, target)
        today = self.instrument.on(self.on)
        if today is not None and today is not meant:
            return self._superseded(meant, target, today, "replaced")
        return self._after_the_last(meant, target, self._after(meant))

    def _after_the_last(
        self, meant: HeldVersion, target: Target | None, later: tuple[HeldVersion, ...]
    ) -> Resolved:
        """后来的版本也都失效了，或者还没有施行。 Of the later versions none is in force: repealed, unless one is to come."""
        to_come = [version for version in later if version.order > self.on]
        if to_come:
            return self._superseded(meant, target, to_come[0], "between")
        return self._said(Answer.REPEALED, "repealed", meant, target)

    # --- what stands -----------------------------------------------------------------------------------

    def _standing(self, version: HeldVersion, target: Target | None) -> Resolved:
        """版本有效，条款如何。 Of a version that stands: the clause may begin later, have ended, or be suspended."""
        key = target.key if target else None
        if version.begins is None:
            because = "date_unknown" if version.held else "no_text"
            return self._said(Answer.IN_FORCE, because, version, target)
        if not version.held:
            return self._said(Answer.IN_FORCE, "no_text", version, target)
        begins, ends = version.dates(key)
        if begins is not None and begins > self.on:
            outliving = self._outliving(before=version)
            return outliving or self._said(Answer.NOT_YET, "begins_later", version, target)
        if ends is not None and ends <= self.on:
            return self._said(Answer.REPEALED, "clause_repealed", version, target)
        return self._founded(version, target, "in_force")

    def _founded(self, version: HeldVersion, target: Target | None, because: str) -> Resolved:
        if version.suspended(target.key if target else None, self.on):
            return self._said(Answer.IN_FORCE, "suspended", version, target)
        return self._said(Answer.IN_FORCE, because, version, target)

    def _outliving(self, *, before: HeldVersion | None = None) -> Resolved | None:
        """比所在版本活得久的条款。 A clause of an earlier version that ends later than its version and still stands."""
        if self.unit is None:
            return None
        for version in reversed(self._before(before) if before else self.versions):
            target = self._find(version)
            if target is not None and self._still_stands(version, target):
                return self._founded(version, target, "outlives")
        return None

    def _still_stands(self, version: HeldVersion, target: Target | None) -> bool:
        return bool(target and target.key) and version.clause_stands(target.key, self.on)  # type: ignore[union-attr, arg-type]

    def _clause_ended(self, version: HeldVersion, target: Target | None) -> bool:
        """条款先于版本废止。 Whether the clause was repealed before its version ended."""
        clause = version.clauses.get(target.key) if target and target.key else None
        return (
            clause is not None
            and clause.ends is not None
            and version.ends is not None
            and clause.ends < version.ends
        )

    # --- finding ---------------------------------------------------------------------------------------

    def _find(self, version: HeldVersion) -> Target | None:
        """单位在这个版本的何处；没有文本则 None。 Where the unit is in a version; None where its text is not held."""
        if self.unit is None:
            return Target(None, None)
        return version.tree.find(self.unit) if version.held else None

    def _first_with(
        self, versions: Iterator[HeldVersion], *, any_text: bool = False
    ) -> tuple[HeldVersion, Target | None] | None:
        """第一个有此条款的版本。 The first version that has the clause; with `any_text` one without text may have it too."""
        for version in versions:
            target = self._find(version)
            if target is None and any_text:
                return version, None
            if target is not None and (target.key or self.unit is None):
                return version, target
        return None

    def _before(self, version: HeldVersion) -> tuple[HeldVersion, ...]:
        return self.versions[: self.versions.index(version)]

    def _after(self, version: HeldVersion) -> tuple[HeldVersion, ...]:
        return self.versions[self.versions.index(version) + 1 :]

    # --- saying it -------------------------------------------------------------------------------------

    def _superseded(
        self, old: HeldVersion, target: Target | None, new: HeldVersion, because: str
    ) -> Resolved:
        successor, unchanged = self._successor(old, target, new)
        found = self._said(Answer.SUPERSEDED, because, old, target)
        return replace(found, successor=successor, successor_version=new.adopted, unchanged=unchanged)

    def _successor(
        self, old: HeldVersion, target: Target | None, new: HeldVersion
    ) -> tuple[str | None, bool | None]:
        """今天版本里的后继条款。 The clause that follows in the new version, and whether its words are the same."""
        if target is None or target.key is None:
            return None, None
        key, unchanged = self._through(old, target.key, new)
        if key is None:
            direct = self.resolver.compared(self.instrument, old, new)[target.key] if new.held else None
            key, unchanged = (direct.key, direct.how in {SAME, MOVED}) if direct else (None, False)
        return key, unchanged if key else False

    def _through(self, old: HeldVersion, key: str, new: HeldVersion) -> tuple[str | None, bool]:
        """经过中间各版本。 From version to version, as the law itself went."""
        path = [v for v in self.versions[self.versions.index(old) :] if v.held and v.order <= new.order]
        unchanged = True
        for before, after in pairwise(path):
            step = self.resolver.compared(self.instrument, before, after).get(key)
            if step is None or step.key is None:
                return None, False
            key, unchanged = step.key, unchanged and step.how in {SAME, MOVED}
        return (key, unchanged) if path and path[-1] is new else (None, False)

    def _vague(self, target: Target) -> Resolved:
        because = _VAGUE.get(target.why, "unreadable") if target.why else "unreadable"
        return self._said(Answer.UNKNOWN, because, candidates=target.fitting)

    def _said(
        self,
        answer: Answer,
        because: str,
        version: HeldVersion | None = None,
        target: Target | None = None,
        candidates: tuple[str, ...] = (),
    ) -> Resolved:
        key = target.key if target else None
        begins, ends = version.dates(key) if version else (None, None)
        suspended = because == "suspended"
        return Resolved(
            answer=answer,
            because=because,
            may_found=because in {"in_force", "outlives"},
            instrument=self.instrument.key,
            title=self.instrument.title,
            version=version.adopted if version else None,
            clause=key or (self.unit.key if self.unit else None),
            unit=self.unit,
            text=version.text(key) if version else None,
            text_held=bool(version and version.held),
            suspended=suspended,
            date_known=version is None or begins is not None,
            in_force_from=begins,
            in_force_to=ends,
            candidates=candidates,
        )


def _ended(version: HeldVersion, day: date) -> bool:
    """此日以前已经失效。 Whether a version had ended by a day; one of unknown beginning also where the book says so."""
    if version.ends is not None:
        return version.ends <= day
    return version.begins is None and version.status in {"repealed", "superseded"} and version.adopted <= day
