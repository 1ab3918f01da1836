"""列入申请的样子。 What the rules of admission look at: a proposed entry, the clauses it rests on, what stands beside it.

Pure values. An operation fills them from the book; a pack's checks fill them from the pack; the rules do not know which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongxin.law.rules.foundations import FOUNDATIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class ClauseFacts:
    """条款的事实。 What the rules need of a clause: whose it is, its words and those of its article, whether it holds."""

    title: str
    title_en: str
    label: str
    level: str
    jurisdiction: str
    illustrative: bool
    text: str
    dated: bool  # the day it came into force is known
    in_force: bool  # … and it is in force on the day the entry begins


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """所依的一条。 One clause an entry is to rest on; `phrase` are its words that name or cover the holder.

    `clause` is None when the book has no such clause, or the reference does not say which version.
    """

    ref: str
    phrase: str = ""
    mandatory: bool = True
    general: bool = False
    clause: ClauseFacts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """拟列入的一项。 An entry somebody wants listed. `holder` is FUNCTION or FUNCTION@LEVEL; `valid_to` is exclusive."""

    listing: str
    code: str
    name: str
    name_en: str = ""
    category: str = ""
    category_en: str = ""
    holder: str = ""
    nature: str = ""
    temporary: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    rests: tuple[Rest, ...] = ()
    reason: str = ""

    @property
    def function(self) -> str:
        """持有者的职能。 The holder's function without its level."""
        return self.holder.partition("@")[0]

    @property
    def ref(self) -> str:
        """文本引用。 The text reference the entry will have."""
        return f"{self.listing}:{self.code}"

    @property
    def carriers(self) -> tuple[ClauseFacts, ...]:
        """必备的条款。 The clauses that carry the entry: those of its mandatory bindings that are in the book."""
        return tuple(rest.clause for rest in self.rests if rest.mandatory and rest.clause is not None)

    def fact(self, name: str) -> str:
        """一个要素的文字。 A fact as plain words; empty when it is not given."""
        value = self.facts.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def several(self, name: str) -> tuple[str, ...]:
        """一个多值要素。 The values of a fact that has several."""
        value = self.facts.get(name, ())
        return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class Beside:
    """旁边的一项。 An active entry beside the proposed one, by reference, code and name, with the clauses it rests on."""

    ref: str
    code: str
    name: str
    clauses: str = ""

    def same_as(self, proposal: Proposal) -> bool:
        """是不是同一件事。 Whether it is about the same thing: the same code, or the same name."""
        return self.code == proposal.code or _plain(self.name) == _plain(proposal.name)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Named:
    """一条的称呼与引用。 A clause by its name and its reference."""

    named: str
    ref: str


NO_CLAUSE = Named("", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """旁边的情况。 What a proposal is judged against.

    day           the day the entry would begin
    illustrative  the whole book of the city is illustrative: then the rules of national laws are not asked
    list_clause   the clause of the city's own law that lets its lead body keep lists
    functions     the functions that the city's organs have
    own_names     the names of the organs that have the holder's function
    applicant     the function and the kind of organ that applies; None where nobody applies (a pack)
    taken_back    active entries that higher departments have taken back
    grassroots    active entries that put work on a township, a street or a grid
    delegated     active entries of the delegation list
    listed        codes that the list already has on that day
    """

    day: date
    illustrative: bool = False
    list_clause: Named = NO_CLAUSE
    functions: frozenset[str] = frozenset()
    own_names: tuple[str, ...] = ()
    applicant: tuple[str, str] | None = None
    taken_back: tuple[Beside, ...] = ()
    grassroots: tuple[Beside, ...] = ()
    delegated: tuple[Beside, ...] = ()
    listed: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """不予列入的一个理由。 One reason against an entry: the rule, why in both languages, and the clause that founds the rule.

    `field` is where it is mended: a name of `Proposal`, `facts.<name>`, or `rests.<n>`. `clause` is text, `ref` its reference.
    """

    code: str
    field: str
    reason: str
    reason_en: str
    clause: str = ""
    ref: str = ""


def objection(code: str, field: str, words: tuple[str, str], founded: "str | Named" = "") -> Objection:
    """一个理由。 An objection founded on one of the foundations (by its name) or on a clause that was given."""
    if isinstance(founded, Named):
        clause, ref = founded.named, founded.ref
    elif founded:
        clause, ref = FOUNDATIONS[founded].named, FOUNDATIONS[founded].ref
    else:
        clause, ref = "", ""
    return Objection(code=code, field=field, reason=words[0], reason_en=words[1], clause=clause, ref=ref)
