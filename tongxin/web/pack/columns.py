"""各表的列。 The columns of every table of a pack, in one place."""

from typing import Final

from tongxin.web.pack import cells, rows
from tongxin.web.pack.tables import Column, Table

PLACES: Final = Table(
    file="places/places.csv",
    row=rows.PlaceRow,
    key="code",
    columns=(
        Column("scheme", cells.word, most=40),
        Column("code", cells.word, most=40),
        Column("level", cells.word, most=12),
        Column("name", cells.word, most=120),
        Column("name_en", cells.text, most=120),
        Column("parent", cells.text, most=40),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
ORGANS: Final = Table(
    file="organs/organs.csv",
    row=rows.OrganRow,
    key="code",
    columns=(
        Column("code", cells.word, most=120),
        Column("function", cells.word, most=60),
        Column("kind", cells.word, most=20),
        Column("name", cells.word, most=160),
        Column("name_en", cells.text, most=160),
        Column("parent", cells.text, most=120),
        Column("place", cells.word, most=40),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
OFFICES: Final = Table(
    file="organs/offices.csv",
    row=rows.OfficeRow,
    key="code",
    columns=(
        Column("code", cells.word, most=160),
        Column("organ", cells.word, most=120),
        Column("post", cells.word, most=20),
        Column("title", cells.word, most=120),
        Column("title_en", cells.text, most=120),
    ),
)
HOLDERS: Final = Table(
    file="organs/holders.csv",
    row=rows.HolderRow,
    key="person",
    columns=(
        Column("person", cells.word, most=72),
        Column("name", cells.word, most=80),
        Column("login", cells.word, most=60),
        Column("office", cells.text, most=160),  # empty: a resident, who holds no office
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
MATTERS: Final = Table(
    file="lists/matters.csv",
    row=rows.MatterRow,
    key="code",
    columns=(
        Column("code", cells.word, most=80),
        Column("kind", cells.word, most=20),
        Column("category", cells.word, most=80),
        Column("category_en", cells.text, most=120),
        Column("name", cells.word, most=200),
        Column("name_en", cells.text, most=200),
        Column("filing_condition", cells.text),
        Column("filing_condition_en", cells.text, optional=True),
        Column("closing_condition", cells.text),
        Column("closing_condition_en", cells.text, optional=True),
        Column("lead", cells.text, most=80),
        Column("assist", cells.words),
        Column("on_call", cells.words, optional=True),
        Column("clauses", cells.refs),
        Column("clause_kind", cells.word),
        Column("person_help", cells.flag),
        Column("note", cells.text),
    ),
)
LIMITS: Final = Table(
    file="lists/limits.csv",
    row=rows.LimitRow,
    key="matter",
    columns=(
        Column("matter", cells.word, most=80),
        Column("stage", cells.word, most=12),
        Column("step", cells.text, most=60),
        Column("number", cells.number),
        Column("unit", cells.text, most=14),
        Column("clause", cells.ref_or_none),
        Column("note", cells.text),
    ),
)
POWERS: Final = Table(
    file="lists/powers.csv",
    row=rows.PowerRow,
    key="verb",
    columns=(
        Column("verb", cells.word, most=80),
        Column("clauses", cells.refs),
        Column("note", cells.text),
    ),
)
ROUTING: Final = Table(
    file="lists/routing.csv",
    row=rows.RoutingRow,
    key="matter",
    columns=(
        Column("matter", cells.text, most=80),
        Column("channel", cells.text, most=20),
        Column("place", cells.text, most=40),
        Column("hour_from", cells.hour_or_none),
        Column("hour_to", cells.hour_or_none),
        Column("lead", cells.word, most=80),
        Column("note", cells.text),
    ),
)
ENTRIES: Final = Table(
    file="lists/entries.csv",
    row=rows.EntryRow,
    key="code",
    columns=(
        Column("list", cells.word, most=20),
        Column("code", cells.word, most=80),
        Column("name", cells.word, most=200),
        Column("name_en", cells.text, most=200),
        Column("category", cells.text, most=80),
        Column("category_en", cells.text, most=120),
        Column("holder", cells.word, most=120),
        Column("nature", cells.word, most=20),
        Column("clauses", cells.refs),
        Column("phrases", cells.words),
        Column("facts", cells.named_words),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
        Column("note", cells.text),
    ),
)
PAST: Final = Table(
    file="lists/past.csv",
    row=rows.PastRow,
    key="code",
    columns=(
        Column("list", cells.word, most=20),
        Column("code", cells.word, most=80),
        Column("clause", cells.ref_or_none),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day),
        Column("note", cells.text),
    ),
)
MANIFEST: Final = Table(
    file="law/manifest.csv",
    row=rows.VersionRow,
    key="key",
    columns=(
        Column("key", cells.word, most=160),
        Column("file", cells.law_file, field="text_file"),
        Column("title", cells.word, most=200),
        Column("title_en", cells.text, most=300),
        Column("level", cells.word, most=40),
        Column("issuer", cells.text, most=200),
        Column("jurisdiction", cells.text, most=60),
        Column("version_date", cells.day),
        Column("in_force_from", cells.day_or_none),
        Column("from_basis", cells.text),
        Column("in_force_to", cells.day_or_none),
        Column("status", cells.text, most=40),
        Column("complete", cells.flag),
        Column("contiguous", cells.flag),
        Column("sha256", cells.sha256),
        Column("source", cells.text),
        Column("source_path", cells.text),
        Column("illustrative", cells.flag),
        Column("subject", cells.text, most=40, optional=True),
        Column("second_source", cells.text, most=200, optional=True),
    ),
)
DAY_COLUMNS: Final = (
    Column("date", cells.day),
    Column("kind", cells.word, most=10),
    Column("name", cells.text, most=40),
)
DISTRICTS_FILE: Final = "places/districts.geojson"
GRIDS_FILE: Final = "places/grids.geojson"
CITY_FILE: Final = "city.toml"
CALENDAR_FILE: Final = "calendar/calendar.toml"
REPLAY_FILE: Final = "replay.toml"
HISTORY_FILE: Final = "history.toml"
SOURCES_FILE: Final = "SOURCES.md"
