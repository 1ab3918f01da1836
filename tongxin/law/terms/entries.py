"""清单与法典将要写入的内容。 What is about to enter the lists and the book: values handed to the operations of `law`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tongxin.law.terms.base import ClauseRef, ClauseText, ImportDoubt, Limit


@dataclass(frozen=True, kw_only=True, slots=True)
class MatterEntry:
    """入格事项。 An entry of the matter list as routing needs it; `active` says whether it rests on law on a day."""

    code: str
    name: str
    name_en: str
    category: str
    category_en: str
    lead: str
    assist: tuple[str, ...]
    on_call: tuple[str, ...]
    person_help: bool
    filing_condition: str
    filing_condition_en: str
    closing_condition: str
    closing_condition_en: str
    active: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingException:
    """分派细则。 An exception to an entry's lead organ; empty fields hold for all."""

    matter: str
    channel: str
    place: str
    hour_from: int | None
    hour_to: int | None
    lead: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewInstrumentVersion:
    """将要入库的一个版本。 One version of an instrument about to enter the book, with its parsed clauses."""

    key: str
    title: str
    title_en: str
    level: str
    issuer: str
    jurisdiction: str
    illustrative: bool
    adopted: date
    in_force_from: date | None
    in_force_to: date | None
    date_source: str
    status: str
    source: str
    sha256: str
    clauses: tuple[ClauseText, ...]
    subject: str = ""
    preamble: str = ""
    doubts: tuple[ImportDoubt, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBinding:
    """将要建立的一段依据。 A basis about to be made that holds from a day (None: always) until before another (None: open)."""

    clause: ClauseRef
    valid_from: date | None = None
    valid_to: date | None = None
    phrase: str = ""
    mandatory: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class NewListEntry:
    """将要列入清单的事项。 A list entry about to be made, with the clauses it rests on.

    `clauses` carry it at all times; `dated` are those that carry it for a time only.
    """

    list: str
    code: str
    name: str
    name_en: str = ""
    category: str = ""
    category_en: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    clauses: tuple[ClauseRef, ...] = ()
    dated: tuple[NewBinding, ...] = ()
    general: bool = False
    holder: str = ""
    nature: str = ""
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None

    @property
    def bindings(self) -> tuple[NewBinding, ...]:
        """全部依据，各只一次。 All that it rests on, each once."""
        return tuple(dict.fromkeys((*(NewBinding(clause=ref) for ref in self.clauses), *self.dated)))


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLimitRule:
    """将要设定的期限。 A limit about to be set for a matter, a category, or all (`*`)."""

    matter: str
    limit: Limit
    note: str = ""


# ---- Effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEffect:
    """将要登记的法律变动。 An effect about to be noted: what the clause `by_clause` of one version does to another.

    `kind`: a word of `rules.effects.EffectKind`. `clause` is empty for a whole instrument; `to_clause` is the new number of a
    renumbered article; `text` the new words; `until` ends a suspension; `savings` are the words about what was begun before.
    """

    by_key: str
    by_adopted: date
    by_clause: str
    kind: str
    key: str
    adopted: date
    clause: str = ""
    to_clause: str = ""
    text: str = ""
    day: date | None = None
    until: date | None = None
    savings: str = ""
    saves_running: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Repointing:
    """将要进行的改依。 A binding (row) about to be ended in favour of a successor clause (`law:…@…#…`); `phrase` are the words
    there that name or cover the holder, where the entry gives such words.
    """

    binding: int
    successor: str
    phrase: str = ""
