"""单元格的读法。 How one cell of a pack's table is read; a bad cell raises `CellError`, never anything else."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tongxin.law.terms import ClauseRef

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,2})?")
_HOUR = re.compile(r"[0-9]{1,2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN_MAX = 60


Parse = Callable[[str], object]


class CellError(ValueError):
    """单元格不合格式。 A cell is not of the form its column asks for."""

    def __init__(self, code: str, reason_zh: str, reason_en: str) -> None:
        super().__init__(reason_en)
        self.code, self.reason_zh, self.reason_en = code, reason_zh, reason_en


def shown(text: str) -> str:
    """用于提示的短文。 The text as a fault shows it: one line, not too long."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= _SHOWN_MAX else line[: _SHOWN_MAX - 1] + "…"


def printable(text: str) -> str:
    """可显示的写法。 The text with every character that cannot be shown replaced by `?`."""
    return "".join(mark if mark.isprintable() else "?" for mark in text)


def bounded(cell: str, *, most: int) -> str:
    """不超过若干字。 The cell, if it has no more than `most` characters: what the book can hold."""
    if len(cell) > most:
        raise CellError("too_long", f"超过 {most} 字", f"longer than {most} characters")
    return cell


def text(cell: str) -> str:
    """任意文字，可为空。 Any text, which may be empty."""
    return cell


def word(cell: str) -> str:
    """必填文字。 Text that must not be empty."""
    if not cell:
        raise CellError("empty", "不得为空", "must not be empty")
    return cell


def words(cell: str) -> tuple[str, ...]:
    """以分号隔开的若干项。 Items separated by `;`; none may be empty."""
    if not cell:
        return ()
    items = tuple(item.strip() for item in cell.split(";"))
    if "" in items:
        raise CellError("empty_item", "分号之间有空项", "an item between semicolons is empty")
    return items


def named_words(cell: str) -> dict[str, str]:
    """以竖线隔开的“名=值”。 Facts as `name=value` separated by `|`; a name once, no value empty."""
    found: dict[str, str] = {}
    for item in filter(None, cell.split("|")):
        name, mark, value = (part.strip() for part in item.partition("="))
        if not (mark and name and value) or name in found:
            raise CellError(
                "bad_fact", f"“{shown(item)}”应为 名=值，名不重复", f"'{shown(item)}' should be name=value"
            )
        found[name] = value
    return found


def day(cell: str) -> date:
    """必填日期。 A date that must be given, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(cell if _DATE.fullmatch(cell) else "")
    except ValueError as error:
        zh, en = f"日期“{shown(cell)}”应为 YYYY-MM-DD", f"bad date '{shown(cell)}', expected YYYY-MM-DD"
        raise CellError("bad_date", zh, en) from error


def day_or_none(cell: str) -> date | None:
    """可为空的日期。 A date, or None when the cell is empty."""
    return day(cell) if cell else None


def flag(cell: str) -> bool:
    """是否：1 或 0，空为 0。 Yes or no: 1 or 0, an empty cell means 0."""
    if cell not in {"", "0", "1"}:
        raise CellError("bad_flag", f"“{shown(cell)}”应为 0 或 1", f"'{shown(cell)}' should be 0 or 1")
    return cell == "1"


def number(cell: str) -> Decimal:
    """十进制数，至多两位小数。 A decimal number with two decimals at most."""
    if not _NUMBER.fullmatch(cell):
        raise CellError("bad_number", f"“{shown(cell)}”不是数", f"'{shown(cell)}' is not a number")
    return Decimal(cell)


def hour_or_none(cell: str) -> int | None:
    """一天中的钟点 0–24，可为空。 An hour of the day, 0 to 24, or None when the cell is empty."""
    if not cell:
        return None
    if not _HOUR.fullmatch(cell) or int(cell) > 24:
        raise CellError(
            "bad_hour", f"“{shown(cell)}”不是 0–24 的钟点", f"'{shown(cell)}' is not an hour 0-24"
        )
    return int(cell)


def ref(cell: str) -> ClauseRef:
    """一个条款引用。 One clause reference."""
    try:
        clause = ClauseRef.parse(cell)
    except ValueError as error:
        raise CellError(
            "bad_clause_ref",
            f"条款引用“{shown(cell)}”不合格式 law:键@日期#条款",
            f"bad clause reference '{shown(cell)}', expected law:key@date#clause",
        ) from error
    if clause.version is None:
        raise CellError(
            "ref_without_version",
            f"条款引用“{shown(cell)}”没有版本日期",
            f"clause reference '{shown(cell)}' names no version date",
        )
    return clause


def ref_or_none(cell: str) -> ClauseRef | None:
    """一个条款引用，可为空。 One clause reference, or None when the cell is empty."""
    return ref(cell) if cell else None


def refs(cell: str) -> tuple[ClauseRef, ...]:
    """以分号隔开的条款引用。 Clause references separated by `;`."""
    return tuple(ref(item) for item in words(cell))


def law_file(cell: str) -> str:
    """法律文本的文件名，相对于 law/；为空即没有文本。 The file of a statute text, written relative to `law/`, given from the
    pack; empty where the text is not held.
    """
    return f"law/{cell}" if cell else ""


def sha256(cell: str) -> str:
    """六十四位十六进制摘要，可为空。 A SHA-256 digest in 64 lower-case hexadecimal digits, or nothing."""
    if cell and not _SHA256.fullmatch(cell):
        raise CellError("bad_sha256", "不是 64 位十六进制 SHA-256", "not a SHA-256 of 64 hexadecimal digits")
    return cell
