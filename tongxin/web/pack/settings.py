"""读 city.toml 与 calendar.toml。 Reading the two TOML files every pack must have."""

import re
from collections.abc import Collection
from datetime import time
from typing import Any, Final

from tongxin.web.pack.cells import CellError
from tongxin.web.pack.columns import CALENDAR_FILE, CITY_FILE
from tongxin.web.pack.documents import Values, a_ref, a_whole_number, a_word, flat, read_document
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.rows import CalendarRow, City, Document

_CITY_KEYS: Final = frozenset({
    "code", "scheme", "root", "name", "name_en", "languages", "timezone", "map_notice", "map_approval",
    "synthetic", "synthetic_notice", "lead_body", "desk", "data_authority", "founding.clauses", "report.text_max",
    "report.photo_max_bytes", "report.future_tolerance_minutes", "report.anonymous", "reopen.natural_days",
    "escalation.chain", "history", "map_notice_en", "synthetic_notice_en",
})  # fmt: skip
_CALENDAR_KEYS: Final = frozenset({"working_week", "hours", "published", "unpublished", "source"})
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_city(reading: Reading) -> City:
    """读城市总则。 Read city.toml; a wrong or missing value is a fault, and a neutral value stands in its place."""
    values = _values(reading, file=CITY_FILE, whole={"history"})
    values.refuse_unknown(_CITY_KEYS)
    return City(
        file=CITY_FILE,
        line=1,
        lines=values.document.lines,
        code=values.word("code", most=40),
        scheme=values.word("scheme", most=40),
        root=values.word("root", most=40),
        name=values.word("name", most=80),
        name_en=values.word("name_en", most=80),
        languages=values.items("languages", a_word),
        timezone=values.word("timezone", most=40),
        map_notice=values.get("map_notice", str, ""),
        map_notice_en=values.text_if_there("map_notice_en"),
        map_approval=values.get("map_approval", str, ""),
        synthetic=values.get("synthetic", bool, True),
        synthetic_notice=values.get("synthetic_notice", str, ""),
        synthetic_notice_en=values.text_if_there("synthetic_notice_en"),
        lead_body=values.word("lead_body", most=120),
        desk=values.word("desk", most=120),
        data_authority=values.text_if_there("data_authority"),
        founding_clauses=values.items("founding.clauses", a_ref),
        report_text_max=values.count("report.text_max", least=1),
        report_photo_max_bytes=values.count("report.photo_max_bytes", least=0),
        report_future_tolerance_minutes=values.count("report.future_tolerance_minutes", least=0),
        report_anonymous=values.get("report.anonymous", bool, False),
        reopen_natural_days=values.count("reopen.natural_days", least=0),
        escalation_chain=values.items("escalation.chain", a_word),
        history=values.get("history", dict, {}) if "history" in values.values else {},
    )


def read_calendar(reading: Reading) -> CalendarRow:
    """读日历总则。 Read calendar.toml, in the same way."""
    values = _values(reading, file=CALENDAR_FILE)
    values.refuse_unknown(_CALENDAR_KEYS)
    return CalendarRow(
        file=CALENDAR_FILE,
        line=1,
        lines=values.document.lines,
        working_week=values.items("working_week", a_whole_number),
        hours=values.items("hours", _stretch),
        published=values.items("published", a_whole_number),
        unpublished=values.items("unpublished", a_whole_number),
        source=values.word("source", most=300),
    )


def _values(reading: Reading, *, file: str, whole: Collection[str] = ()) -> Values:
    """打开一份 TOML 以取值。 Open a TOML file for its values; one that cannot be read has its one fault already."""
    document = read_document(reading, file=file)
    if document is None:
        return Values(Reading(reading.root), Document(file=file, line=1, values={}, lines={}), {})
    return Values(reading, document, flat(document.values, whole=whole))


def _stretch(item: Any) -> tuple[time, time]:
    """一段办公时间。 One stretch of business hours: two times HH:MM."""
    if not isinstance(item, list) or len(item) != 2:
        raise CellError("bad_hours", "应为 [开始, 结束]", "should be [opens, closes]")
    return _clock(item[0]), _clock(item[1])


def _clock(item: object) -> time:
    found = _CLOCK.fullmatch(item) if isinstance(item, str) else None
    if found is None:
        raise CellError("bad_hours", "时刻应为 HH:MM", "a time should be HH:MM")
    return time(int(found[1]), int(found[2]))
