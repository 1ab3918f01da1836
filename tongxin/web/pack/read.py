"""把一座城市的数据包读成行。 Reading the pack of one city into rows. Nothing is executed, nothing raises.

What can be read is read even when something else cannot, so that one run names every fault; `examine_pack` gives
a pack only when there is none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, TypeVar

from tongxin.law.terms import ClauseRef
from tongxin.web.pack import columns
from tongxin.web.pack.documents import read_document
from tongxin.web.pack.exchange import FIELDS, SOURCES
from tongxin.web.pack.faults import Fault, Reading
from tongxin.web.pack.files import exists, files_below, is_folder
from tongxin.web.pack.lawmaking import LAWMAKING
from tongxin.web.pack.rows import DayRow, Document, Pack, VersionRow
from tongxin.web.pack.settings import read_calendar, read_city
from tongxin.web.pack.shapes import read_districts, read_grids
from tongxin.web.pack.statutes import read_texts
from tongxin.web.pack.tables import Table, read_table

R = TypeVar("R")
_YEAR_FILE: Final = re.compile(r"calendar/([0-9]{4})\.csv")
_KNOWN_FILES: Final = frozenset({
    columns.CITY_FILE, columns.REPLAY_FILE, columns.HISTORY_FILE, columns.CALENDAR_FILE, columns.DISTRICTS_FILE,
    columns.GRIDS_FILE, columns.PLACES.file, columns.ORGANS.file, columns.OFFICES.file, columns.HOLDERS.file,
    columns.MATTERS.file, columns.LIMITS.file, columns.POWERS.file, columns.ROUTING.file, columns.MANIFEST.file,
    columns.PAST.file, LAWMAKING.file, columns.ENTRIES.file, SOURCES.file, FIELDS.file,
})  # fmt: skip
_DATA_ENDINGS: Final = (".csv", ".toml", ".geojson")


def read_pack(path: Path, *, parse_all_law: bool = False) -> tuple[Pack | None, list[Fault]]:
    """读数据包。 Read the pack at `path`; returns what could be read, and every fault met on the way.

    The pack is None only when the folder or its city.toml cannot be read. A pack that comes with faults is for
    `check_pack` alone: load only what `examine_pack` returns. `parse_all_law` parses every statute text, not only
    the cited ones. Never raises for bad input.
    """
    reading = Reading(root=path)
    if not is_folder(path):
        reading.add(".", 0, "no_folder", "不是文件夹", "not a folder")
        return None, reading.faults
    pack = _read_rows(reading)
    cited = None if parse_all_law else {(ref.key, ref.version) for ref in refs_of(pack) if ref.version}
    pack = replace(pack, texts=read_texts(reading, versions=pack.versions, cited=cited))
    _refuse_stray_files(reading, versions=pack.versions)
    return (None if columns.CITY_FILE in reading.losses.tables else pack), sorted(set(reading.faults))


def refs_of(pack: Pack) -> Iterator[ClauseRef]:
    """包内全部条款引用。 Every clause reference of the pack."""
    yield from pack.city.founding_clauses
    for matter in pack.matters:
        yield from matter.clauses
    for power in pack.powers:
        yield from power.clauses
    for limit in pack.limits:
        if limit.clause:
            yield limit.clause
    for entry in pack.entries:
        yield from entry.clauses
    for row in pack.lawmaking:
        yield row.clause
    for past in pack.past:
        if past.clause:
            yield past.clause


def _read_rows(reading: Reading) -> Pack:
    """读各表与各文件，法律文本除外。 Read every table and file; the statute texts come later."""
    districts, districts_notice = read_districts(reading)
    grids, grids_notice = read_grids(reading)
    years = _years(reading.root)
    return Pack(
        path=reading.root,
        city=read_city(reading),
        places=read_table(reading, columns.PLACES),
        districts=districts,
        districts_notice=districts_notice,
        grids=grids,
        grids_notice=grids_notice,
        organs=read_table(reading, columns.ORGANS),
        offices=read_table(reading, columns.OFFICES),
        holders=read_table(reading, columns.HOLDERS),
        matters=read_table(reading, columns.MATTERS),
        limits=read_table(reading, columns.LIMITS),
        powers=read_table(reading, columns.POWERS),
        routing=_if_there(reading, columns.ROUTING),
        past=_if_there(reading, columns.PAST),
        lawmaking=_if_there(reading, LAWMAKING),
        entries=_if_there(reading, columns.ENTRIES),
        sources=_if_there(reading, SOURCES),
        fields=_if_there(reading, FIELDS),
        calendar=read_calendar(reading),
        days=tuple(chain.from_iterable(_read_days(reading, year=year) for year in years)),
        years=frozenset(years),
        versions=read_table(reading, columns.MANIFEST),
        texts={},
        replay=_document_if_there(reading, columns.REPLAY_FILE),
        history=_document_if_there(reading, columns.HISTORY_FILE),
        losses=reading.losses,
    )


def _years(root: Path) -> list[int]:
    """有日历文件的年份。 The years for which there is a calendar/<year>.csv."""
    found = (_YEAR_FILE.fullmatch(file) for file in files_below(root))
    return [int(match[1]) for match in found if match]


def _read_days(reading: Reading, *, year: int) -> tuple[DayRow, ...]:
    """读一年的节假日。 Read the days of one calendar/<year>.csv."""
    file = f"calendar/{year:04}.csv"
    return read_table(
        reading, Table(file=file, row=partial(DayRow, year=year), columns=columns.DAY_COLUMNS, key="date")
    )


def _if_there(reading: Reading, table: Table[R]) -> tuple[R, ...]:
    """可有可无的表。 Read a table that a pack may do without."""
    return read_table(reading, table) if exists(reading, file=table.file) else ()


def _document_if_there(reading: Reading, file: str) -> Document | None:
    """可有可无的 TOML。 Read a TOML file that a pack may do without."""
    return read_document(reading, file=file) if exists(reading, file=file) else None


def _refuse_stray_files(reading: Reading, *, versions: Iterable[VersionRow]) -> None:
    """不认识的数据文件、清单外的法律文本。 Data files of unknown name (a misspelt list would be passed over in
    silence) and statute texts that the manifest does not name.
    """
    named = {version.text_file for version in versions}
    if not exists(reading, file=columns.SOURCES_FILE):
        reading.add(
            columns.SOURCES_FILE, 0, "file_missing", "缺少出处说明 SOURCES.md", "SOURCES.md is missing"
        )
    for file in files_below(reading.root):
        if file.startswith("law/") and file.endswith(".md") and file.count("/") > 1:
            if file not in named and reading.losses.whole(columns.MANIFEST.file):
                reading.add(
                    file, 0, "text_not_listed", "清单中没有此文本", "the manifest does not name this text"
                )
        elif file.endswith(_DATA_ENDINGS) and file not in _KNOWN_FILES and not _YEAR_FILE.fullmatch(file):
            reading.add(file, 0, "unknown_file", "不认识的数据文件", "a data file of unknown name")
