"""读 TOML 文件，逐键记行号。 Reading the TOML files of a pack, with the line of every key."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tongxin.law.terms import ClauseRef
from tongxin.web.pack import cells
from tongxin.web.pack.cells import CellError, shown
from tongxin.web.pack.faults import Reading
from tongxin.web.pack.files import read_text
from tongxin.web.pack.rows import Document

T = TypeVar("T")
NUMBER_MAX: Final = 1_000_000_000
_HEADING: Final = re.compile(r"\s*\[\[?\s*([\w.\-\" ]+?)\s*\]\]?\s*(#.*)?")
_KEY: Final = re.compile(r"\s*([\w.\-\"]+)\s*=")
_AT_LINE: Final = re.compile(r"\(at line ([0-9]+)")


def read_document(reading: Reading, *, file: str) -> Document | None:
    """读一份 TOML。 Read one TOML file, or None and a fault."""
    text = read_text(reading, file=file)
    if text is None:
        return None
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at = _AT_LINE.search(str(error))
        reason = shown(str(error))
        reading.add(
            file, int(at[1]) if at else 1, "bad_toml", f"TOML 格式错误：{reason}", f"bad TOML: {reason}"
        )
        reading.losses.lose_table(file=file)
        return None
    return Document(file=file, line=1, values=values, lines=key_lines(text))


def key_lines(text: str) -> dict[str, int]:
    """键所在的行。 The line of each key `table.key` and of each table; first mention wins.

    Read from the line starts only: lines within a multi-line string that look like keys may add entries that
    nobody asks for.
    """
    lines: dict[str, int] = {}
    table = ""
    for line, content in enumerate(text.split("\n"), start=1):
        if heading := _HEADING.fullmatch(content):
            table = heading[1].replace('"', "")
            lines.setdefault(table, line)
        elif key := _KEY.match(content):
            name = key[1].replace('"', "")
            lines.setdefault(f"{table}.{name}" if table else name, line)
    return lines


def flat(values: Mapping[str, Any], *, whole: Collection[str] = (), above: str = "") -> dict[str, Any]:
    """展平嵌套的表。 Nested tables flattened to `table.key`; tables named in `whole` are kept as they are."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict) and key not in whole:
            result.update(flat(value, whole=whole, above=key))
        else:
            result[key] = value
    return result


@dataclass(frozen=True, slots=True)
class Values:
    """一份 TOML 的取值，取错即记一处错误。 The flat values of one TOML file; a wrong one adds a fault."""

    reading: Reading
    document: Document
    values: Mapping[str, Any]

    def fault(self, key: str, code: str, reason_zh: str, reason_en: str) -> None:
        """记某一键的错误。 Add a fault of one key."""
        zh, en = f"{key}：{reason_zh}", f"{key}: {reason_en}"
        self.reading.add(self.document.file, self.document.at(key), code, zh, en)

    def refuse_unknown(self, known: Collection[str]) -> None:
        """未知的键是错误。 Keys that are not known are faults."""
        for key in self.values:
            if key not in known:
                self.fault(shown(key), "unknown_key", "未知的键", "unknown key")

    def get(self, key: str, kind: type[T], otherwise: T) -> T:
        """取某类型的值。 The value of `key` if it is of this very type, else a fault and `otherwise`."""
        if key not in self.values:
            self.fault(key, "missing_key", "缺少此键", "key is missing")
            return otherwise
        value = self.values[key]
        if type(value) is not kind:
            self.fault(key, "wrong_type", f"应为 {kind.__name__}", f"should be of type {kind.__name__}")
            return otherwise
        return value

    def word(self, key: str, *, most: int) -> str:
        """非空文字。 Text that must not be empty, of `most` characters."""
        value = self.get(key, str, "")
        try:
            return cells.bounded(cells.word(value) if self.values.get(key) == "" else value, most=most)
        except CellError as error:
            self.fault(key, error.code, error.reason_zh, error.reason_en)
            return ""

    def text_if_there(self, key: str) -> str:
        """可有可无的文字。 Text that may be absent."""
        return self.get(key, str, "") if key in self.values else ""

    def count(self, key: str, *, least: int) -> int:
        """不小于某数的整数。 A whole number, not less than `least`."""
        value = self.get(key, int, least)
        if not least <= value <= NUMBER_MAX:
            zh, en = f"应在 {least} 与 {NUMBER_MAX} 之间", f"should be between {least} and {NUMBER_MAX}"
            self.fault(key, "out_of_range", zh, en)
            return least
        return value

    def items(self, key: str, parse: Callable[[Any], T]) -> tuple[T, ...]:
        """列表，逐项解析。 A list, each item parsed; a bad item is a fault and is left out."""
        result: list[T] = []
        for item in self.get(key, list, []):
            try:
                result.append(parse(item))
            except CellError as error:
                self.fault(key, error.code, error.reason_zh, error.reason_en)
        return tuple(result)


def a_word(item: object) -> str:
    """列表中的非空文字。 An item that is text and not empty."""
    if not isinstance(item, str):
        raise CellError("wrong_type", "应为文字", "should be text")
    return cells.word(item)


def a_whole_number(item: object) -> int:
    """列表中的整数。 An item that is a whole number."""
    if type(item) is not int or abs(item) > NUMBER_MAX:
        raise CellError("wrong_type", "应为整数", "should be a whole number")
    return item


def a_ref(item: object) -> ClauseRef:
    """列表中的条款引用。 An item that is a clause reference."""
    return cells.ref(a_word(item))
