"""数据包的各种行。 The rows of a pack: frozen values, each knowing its file and line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from tongxin.law.rules.natures import Ask, facts_of
from tongxin.law.rules.text import ParsedText
from tongxin.law.terms import ClauseRef, Limit, Stage, Unit
from tongxin.web.pack.faults import Fault, Losses

Version = tuple[str, date]
BESIDE: Final = "-"  # in place of words: the clause stands beside and carries nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """数据包中的一行。 One row: `file` relative to the pack, `line` from 1."""

    file: str
    line: int

    def fault(self, code: str, reason_zh: str, reason_en: str) -> Fault:
        """本行的一处错误。 A fault of this row."""
        return Fault(self.file, self.line, code, reason_zh, reason_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Row):
    """有起止日期的行。 A row that holds from `valid_from` until before `valid_to` (None: still)."""

    valid_from: date
    valid_to: date | None

    def holds_on(self, on: date) -> bool:
        """当日是否有效。 Whether the row holds on this day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)

    @property
    def reversed_interval(self) -> bool:
        """止期不晚于起期。 The interval ends before or when it begins."""
        return self.valid_to is not None and self.valid_to <= self.valid_from


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow(Dated):
    """一个行政区划单位。 One administrative place."""

    scheme: str
    code: str
    level: str
    name: str
    name_en: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictShape(Row):
    """一个区县的边界。 The boundary of one district, WGS84 lon/lat degrees."""

    code: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow(Row):
    """一个网格。 One grid, WGS84 lon/lat degrees."""

    code: str
    name: str
    name_en: str
    parent: str
    valid_from: date
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganRow(Dated):
    """一个机构。 One organ."""

    code: str
    function: str
    kind: str
    name: str
    name_en: str
    parent: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeRow(Row):
    """一个岗位。 One office of an organ."""

    code: str
    organ: str
    post: str
    title: str
    title_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderRow(Dated):
    """某人任某岗。 One person holding one office; `office` is empty for a resident who holds none."""

    person: str
    name: str
    login: str
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow(Row):
    """一项入格事项。 One entry of the matter list."""

    code: str
    kind: str
    category: str
    category_en: str
    name: str
    name_en: str
    filing_condition: str
    filing_condition_en: str
    closing_condition: str
    closing_condition_en: str
    lead: str
    assist: tuple[str, ...]
    on_call: tuple[str, ...]
    clauses: tuple[ClauseRef, ...]
    clause_kind: str
    person_help: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow(Row):
    """一条期限。 One limit of the limit list; `unit` and `stage` are words until checked."""

    matter: str
    stage: str
    step: str
    number: Decimal
    unit: str
    clause: ClauseRef | None
    note: str

    def limit(self) -> Limit:
        """期限的值。 The limit as a value. Raises ValueError for a row with faults."""
        return Limit(
            number=self.number,
            unit=Unit(self.unit),
            stage=Stage(self.stage),
            step=self.step,
            clause=self.clause,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LawmakingRow(Row):
    """本市立法程序的一个期限。 One limit that the city's own law-making regulation sets; words until checked."""

    stage: str
    number: Decimal
    unit: str
    clause: ClauseRef
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRow(Row):
    """一项职权：行为及其依据。 One power: a verb and the clauses that found it."""

    verb: str
    clauses: tuple[ClauseRef, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRow(Row):
    """一条分派例外。 One routing exception; empty or None means any."""

    matter: str
    channel: str
    place: str
    hour_from: int | None
    hour_to: int | None
    lead: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow(Dated):
    """一项清单事项：权责、履职、数据、购买、委托、裁量。 One entry of a list other than matters and powers.

    `phrases` go with `clauses` one by one: the words that name or cover the holder, or `-` where the clause only stands beside.
    """

    list: str
    code: str
    name: str
    name_en: str
    category: str
    category_en: str
    holder: str
    nature: str
    clauses: tuple[ClauseRef, ...]
    phrases: tuple[str, ...]
    facts: Mapping[str, str]
    note: str

    def given(self) -> dict[str, Any]:
        """要素，按清单的问法。 The facts as the list asks them: several choices (`a+b`) as a list, lines (`a；b`) as lines."""
        several = {fact.name for fact in facts_of(self.list) if fact.ask is Ask.SEVERAL}
        lines = {fact.name for fact in facts_of(self.list) if fact.ask is Ask.LINES}
        found: dict[str, Any] = {}
        for name, value in self.facts.items():
            if name in several:
                found[name] = [one.strip() for one in value.split("+")]
            else:
                found[name] = value.replace("；", "\n") if name in lines else value
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow(Dated):
    """从前的依据。 What an entry rested on before; without a clause: nothing in this pack carried it then."""

    list: str
    code: str
    clause: ClauseRef | None
    note: str

    @property
    def entry(self) -> tuple[str, str]:
        """所属清单事项。 The entry: its list and its code."""
        return self.list, self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow(Row):
    """一个来源系统。 One source system of an item of the data catalogue; `adapter` is a word until checked."""

    item: str
    organ: str
    system: str
    adapter: str
    address: str
    secret: str
    relation: str
    key_field: str
    key_kind: str
    wait_ms: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow(Row):
    """来源系统的一个字段。 One field of a source system."""

    item: str
    name: str
    label: str
    label_en: str
    personal: bool
    sensitive: bool
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow(Row):
    """一部法的一个版本。 One version of one instrument; `text_file` is relative to the pack.

    Without a text (`text_file` and `sha256` empty) it is known by its dates alone. `second_source` names what the text was
    compared with, article by article.
    """

    key: str
    text_file: str
    title: str
    title_en: str
    level: str
    issuer: str
    jurisdiction: str
    version_date: date
    in_force_from: date | None
    from_basis: str
    in_force_to: date | None
    status: str
    complete: bool
    contiguous: bool
    sha256: str
    source: str
    source_path: str
    illustrative: bool
    subject: str = ""
    second_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow(Row):
    """一个节假日或调休日。 One holiday, or one weekend day worked in exchange; `year` is that of the file."""

    year: int
    date: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed(Row):
    """由键取值的文件。 A file of keys; `lines` gives the line of each key as `table.key`."""

    lines: Mapping[str, int]

    def at(self, key: str) -> int:
        """键所在的行。 The line of `key`, else of its table, else 1."""
        return self.lines.get(key) or self.lines.get(key.rpartition(".")[0]) or 1

    def fault_at(self, key: str, code: str, reason_zh: str, reason_en: str) -> Fault:
        """某一键的错误。 A fault of one key."""
        return Fault(self.file, self.at(key), code, reason_zh, reason_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Keyed):
    """一份 TOML 文件。 One TOML file and its values."""

    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow(Keyed):
    """工作日历的总则。 The general rules of the working calendar."""

    working_week: tuple[int, ...]
    hours: tuple[tuple[time, time], ...]
    published: tuple[int, ...]
    unpublished: tuple[int, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class City(Keyed):
    """城市总则 city.toml。 The city itself."""

    code: str
    scheme: str
    root: str
    name: str
    name_en: str
    languages: tuple[str, ...]
    timezone: str
    map_notice: str
    map_notice_en: str
    map_approval: str
    synthetic: bool
    synthetic_notice: str
    synthetic_notice_en: str
    lead_body: str
    desk: str
    data_authority: str
    founding_clauses: tuple[ClauseRef, ...]
    report_text_max: int
    report_photo_max_bytes: int
    report_future_tolerance_minutes: int
    report_anonymous: bool
    reopen_natural_days: int
    escalation_chain: tuple[str, ...]
    history: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """一座城市的数据包。 The pack of one city as read; only a pack without faults may be loaded.

    `texts` maps (instrument key, version date) to the parsed text: of the versions cited, or of
    all if asked. `years` are those with a calendar file.
    """

    path: Path
    city: City
    places: tuple[PlaceRow, ...]
    districts: tuple[DistrictShape, ...]
    districts_notice: str
    grids: tuple[GridRow, ...]
    grids_notice: str
    organs: tuple[OrganRow, ...]
    offices: tuple[OfficeRow, ...]
    holders: tuple[HolderRow, ...]
    matters: tuple[MatterRow, ...]
    limits: tuple[LimitRow, ...]
    powers: tuple[PowerRow, ...]
    routing: tuple[RoutingRow, ...]
    past: tuple[PastRow, ...]
    lawmaking: tuple[LawmakingRow, ...]
    entries: tuple[EntryRow, ...]
    sources: tuple[SourceRow, ...]
    fields: tuple[FieldRow, ...]
    calendar: CalendarRow
    days: tuple[DayRow, ...]
    years: frozenset[int]
    versions: tuple[VersionRow, ...]
    texts: Mapping[Version, ParsedText]
    replay: Document | None
    history: Document | None
    losses: Losses = field(default_factory=Losses)
