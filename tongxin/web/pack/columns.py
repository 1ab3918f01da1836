"""各表的列。 The columns of every table of a pack, in one place."""

from typing import Final

from tongxin.web.pack import cells, rows
from tongxin.web.pack.tables import Column, Table

PLACES: Final = Table(
    file="places/places.csv",
    row=rows.PlaceRow,
    key="code",
    columns=(
        Column("scheme", cells.word),
        Column("code", cells.word),
        Column("level", cells.word),
        Column("name", cells.word),
        Column("name_en", cells.text),
        Column("parent", cells.text),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
ORGANS: Final = Table(
    file="organs/organs.csv",
    row=rows.OrganRow,
    key="code",
    columns=(
        Column("code", cells.word),
        Column("function", cells.word),
        Column("kind", cells.word),
        Column("name", cells.word),
        Column("name_en", cells.text),
        Column("parent", cells.text),
        Column("place", cells.word),
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
OFFICES: Final = Table(
    file="organs/offices.csv",
    row=rows.OfficeRow,
    key="code",
    columns=(
        Column("code", cells.word),
        Column("organ", cells.word),
        Column("post", cells.word),
        Column("title", cells.word),
        Column("title_en", cells.text),
    ),
)
HOLDERS: Final = Table(
    file="organs/holders.csv",
    row=rows.HolderRow,
    key="person",
    columns=(
        Column("person", cells.word),
        Column("name", cells.word),
        Column("login", cells.word),
        Column("office", cells.text),  # empty: a resident, who holds no office
        Column("valid_from", cells.day),
        Column("valid_to", cells.day_or_none),
    ),
)
MATTERS: Final = Table(
    file="lists/matters.csv",
    row=rows.MatterRow,
    key="code",
    columns=(
        Column("code", cells.word),
        Column("kind", cells.word),
        Column("category", cells.word),
        Column("category_en", cells.text),
        Column("name", cells.word),
        Column("name_en", cells.text),
        Column("filing_condition", cells.text),
        Column("filing_condition_en", cells.text, optional=True),
        Column("closing_condition", cells.text),
        Column("closing_condition_en", cells.text, optional=True),
        Column("lead", cells.text),
        Column("assist", cells.words),
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
        Column("matter", cells.word),
        Column("stage", cells.word),
        Column("step", cells.text),
        Column("number", cells.number),
        Column("unit", cells.text),
        Column("clause", cells.ref_or_none),
        Column("note", cells.text),
    ),
)
POWERS: Final = Table(
    file="lists/powers.csv",
    row=rows.PowerRow,
    key="verb",
    columns=(
        Column("verb", cells.word),
        Column("clauses", cells.refs),
        Column("note", cells.text),
    ),
)
ROUTING: Final = Table(
    file="lists/routing.csv",
    row=rows.RoutingRow,
    key="matter",
    columns=(
        Column("matter", cells.text),
        Column("channel", cells.text),
        Column("place", cells.text),
        Column("hour_from", cells.hour_or_none),
        Column("hour_to", cells.hour_or_none),
        Column("lead", cells.word),
        Column("note", cells.text),
    ),
)
MANIFEST: Final = Table(
    file="law/manifest.csv",
    row=rows.VersionRow,
    key="key",
    columns=(
        Column("key", cells.word),
        Column("file", cells.law_file, field="text_file"),
        Column("title", cells.word),
        Column("title_en", cells.text),
        Column("level", cells.word),
        Column("issuer", cells.text),
        Column("jurisdiction", cells.text),
        Column("version_date", cells.day),
        Column("in_force_from", cells.day_or_none),
        Column("from_basis", cells.text),
        Column("in_force_to", cells.day_or_none),
        Column("status", cells.text),
        Column("complete", cells.flag),
        Column("contiguous", cells.flag),
        Column("sha256", cells.sha256),
        Column("source", cells.text),
        Column("source_path", cells.text),
        Column("illustrative", cells.flag),
    ),
)
DAY_COLUMNS: Final = (
    Column("date", cells.day),
    Column("kind", cells.word),
    Column("name", cells.text),
)
DISTRICTS_FILE: Final = "places/districts.geojson"
GRIDS_FILE: Final = "places/grids.geojson"
CITY_FILE: Final = "city.toml"
CALENDAR_FILE: Final = "calendar/calendar.toml"
REPLAY_FILE: Final = "replay.toml"
HISTORY_FILE: Final = "history.toml"
SOURCES_FILE: Final = "SOURCES.md"
