"""案头的法典：解引用所需要的文件、版本、条款，冻结的值。 The books on the desk: what resolving a citation needs, as frozen values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from tongxin.law.rules.citations.placing import ClauseTree
from tongxin.law.rules.citations.titles import TitleIndex
from tongxin.law.rules.wording import Wording
from tongxin.law.terms import ClauseKind

Span = tuple[date, date | None]
# A version whose beginning is not known counts as standing only while the book says nothing else of it.
_STANDING: Final = frozenset({"", "in_force"})


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldClause:
    """一条款。 A clause with its own dates (None: those of its version) and the spans in which it is suspended."""

    key: str
    kind: str
    text: str
    number: str = ""
    heading: str = ""
    begins: date | None = None
    ends: date | None = None
    suspended: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class HeldVersion:
    """一个版本。 A version; `held` false: known by its dates only; `digest` of its text.

    `moved`: confirmed counterparts of its clauses in the version after it.
    """

    adopted: date
    begins: date | None = None
    ends: date | None = None
    status: str = ""
    held: bool = True
    digest: str = ""
    clauses: Mapping[str, HeldClause] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def tree(self) -> ClauseTree:
        """条款树。 Its tree of clauses."""
        return ClauseTree((clause.key, clause.kind) for clause in self.clauses.values())

    @cached_property
    def wordings(self) -> tuple[Wording, ...]:
        """供比对的各条款。 Its clauses as the comparison of versions takes them."""
        return tuple(Wording(key=c.key, kind=c.kind, text=c.text) for c in self.clauses.values())

    @property
    def order(self) -> date:
        """先后。 Where it stands among the versions: by its beginning, or, not known, by its adoption."""
        return self.begins or self.adopted

    def stands(self, day: date) -> bool:
        """此日是否有效（施行日期已知）。 Whether it is in force on a day; never without a known beginning."""
        return self.begins is not None and self.begins <= day and (self.ends is None or day < self.ends)

    def may_stand(self, day: date) -> bool:
        """施行日期未知，此日可能有效。 Its beginning is not known, it was adopted by that day, and nothing says it has ended."""
        if self.begins is not None or self.status not in _STANDING:
            return False
        return self.adopted <= day and (self.ends is None or day < self.ends)

    def clause_stands(self, key: str, day: date) -> bool:
        """条款此日是否现行（不论暂停）。 Whether a clause stands on a day, suspended or not: its own dates, else those of the version."""
        begins, ends = self.dates(key)
        return begins is not None and begins <= day and (ends is None or day < ends)

    def dates(self, key: str | None) -> tuple[date | None, date | None]:
        """条款的起止。 From when until when a clause (None: the version) is in force."""
        clause = self.clauses.get(key) if key else None
        if clause is None:
            return self.begins, self.ends
        return clause.begins or self.begins, clause.ends or self.ends

    def suspended(self, key: str | None, day: date) -> bool:
        """此日是否暂停施行。 Whether a clause is suspended on a day."""
        clause = self.clauses.get(key) if key else None
        return clause is not None and any(
            since <= day and (until is None or day < until) for since, until in clause.suspended
        )

    def text(self, key: str | None) -> str | None:
        """条文，连同其下各项。 The words of a clause with what stands below it, one a line; None where no text is held."""
        clause = self.clauses.get(key) if key else None
        if clause is None:
            return None
        if clause.kind == ClauseKind.ARTICLE or (not clause.text and clause.heading):
            return clause.text or f"{clause.number} {clause.heading}".strip()
        lines = [clause.text, *(f"{one.number}{one.text}" for one in self._below(clause.key))]
        return "\n".join(line for line in lines if line)

    def _below(self, key: str) -> Iterator[HeldClause]:
        return (clause for clause in self.clauses.values() if clause.key.startswith(f"{key}."))


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldInstrument:
    """一部文件。 An instrument with its versions, the earliest first."""

    key: str
    title: str
    versions: tuple[HeldVersion, ...]

    @classmethod
    def of(
        cls, *, key: str, title: str, versions: "Iterator[HeldVersion] | list[HeldVersion]"
    ) -> "HeldInstrument":
        """依先后排列版本。 The instrument with its versions put in order."""
        return cls(key=key, title=title, versions=tuple(sorted(versions, key=lambda v: (v.order, v.adopted))))

    def on(self, day: date) -> HeldVersion | None:
        """某日的版本。 The version of a day: the one in force; else one that may be, its beginning not being known."""
        dated = next((version for version in self.versions if version.stands(day)), None)
        if dated is not None:
            return dated
        return max(
            (version for version in self.versions if version.may_stand(day)),
            key=lambda version: version.adopted,
            default=None,
        )

    def meant(self, day: date) -> HeldVersion | None:
        """某日的文字所指的版本。 The version that a text written on a day means: that of the day, else the latest adopted before.

        None where every version held is younger than the text: it means one that the book does not hold.
        """
        if (version := self.on(day)) is not None:
            return version
        before = [version for version in self.versions if version.adopted <= day]
        return max(before, key=lambda version: version.adopted, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """一架法典。 The instruments at hand by key, and the index of all titles of the book."""

    index: TitleIndex
    instruments: Mapping[str, HeldInstrument]
