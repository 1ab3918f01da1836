"""读入：JSON、表单、时刻、度数、文字。 Reading what programs send: JSON, forms, moments, degrees, words.

Pure: no request, no clock, no I/O. What cannot be read raises Trouble, which names the field and the reason.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from urllib.parse import parse_qsl

from tongxin.cases.api.answers import Trouble

KEY_MOST: Final = 200
FIELDS_MOST: Final = 100
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
DEGREES: Final = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?", re.ASCII)
ATTRIBUTE: Final = re.compile(r"attribute\[(?P<code>[^\[\]]{1,80})\](\[\])?")
CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # the same, as one pattern
WORD_PATTERN: Final = r"^[^\u0000-\u001f\u007f-\u009f]*$"  # what `word` takes, as JSON Schema says it
ODD: Final = frozenset({"Cc", "Cs"})  # controls, and halves of surrogate pairs


def malformed(reason: str, reason_en: str, *, where: str = "body") -> Trouble:
    """读不懂的内容。 A body that cannot be read at all: 400."""
    return Trouble(400, "malformed", where, reason, reason_en)


def invalid(where: str, reason: str, reason_en: str) -> Trouble:
    """某个字段不合要求。 A field that cannot be used: 422."""
    return Trouble(422, "invalid", where, reason, reason_en)


def decoded(body: bytes) -> str:
    """UTF-8 文本。 The text of a body; anything but UTF-8 is refused, never guessed at or replaced."""
    try:
        return body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as wrong:
        raise malformed(
            f"第 {wrong.start + 1} 字节起不是 UTF-8", f"not UTF-8 from byte {wrong.start + 1} on"
        ) from wrong


def read_json(body: bytes) -> Any:
    """一份 JSON。 A JSON text, read strictly: no NaN or Infinity, no name twice, not nested without end."""
    text = decoded(body)
    if not text.strip():
        raise malformed("内容是空的", "the body is empty")
    try:
        return json.loads(text, object_pairs_hook=_each_name_once, parse_constant=_no_such_number)
    except json.JSONDecodeError as wrong:
        raise malformed(
            f"JSON 写法不对：第 {wrong.lineno} 行第 {wrong.colno} 列",
            f"not JSON: line {wrong.lineno} column {wrong.colno}: {wrong.msg}",
        ) from wrong
    except RecursionError as wrong:
        raise malformed("JSON 套得太深", "the JSON is nested too deeply") from wrong
    except ValueError as wrong:  # a number of thousands of digits
        raise malformed("JSON 里有过长的数", "the JSON holds a number that is too long") from wrong


def _each_name_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise malformed("同一个名字出现两次", "this name stands twice in one object", where=shown(name))
        found[name] = value
    return found


def _no_such_number(word: str) -> NoReturn:
    raise malformed(f"JSON 没有 {word} 这个数", f"JSON has no number {word}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """一份表单。 A form: each field once, and the attributes in the order in which they came."""

    fields: Mapping[str, str] = field(default_factory=dict)
    attributes: Sequence[tuple[str, str]] = ()

    def word(self, name: str) -> str:
        """一个字段。 A field without blanks around it; empty when it was not given: GeoReport treats both alike."""
        return self.fields.get(name, "").strip()


def read_form(body: bytes) -> Form:
    """一份表单。 A form (application/x-www-form-urlencoded, UTF-8); a field given twice is refused, not chosen from."""
    found: dict[str, str] = {}
    attributes: list[tuple[str, str]] = []
    for name, value in _pairs(decoded(body)):
        match = ATTRIBUTE.fullmatch(name)
        if match:
            attributes.append((match["code"], value))
        elif name in found:
            raise malformed("同一个字段出现两次", "this field stands twice in the form", where=shown(name))
        else:
            found[name] = value
    return Form(fields=found, attributes=tuple(attributes))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MOST)
    except UnicodeDecodeError as wrong:
        raise malformed("表单不是 UTF-8", "the form is not UTF-8") from wrong
    except ValueError as wrong:
        raise malformed(f"字段多于 {FIELDS_MOST} 个", f"more than {FIELDS_MOST} fields") from wrong


def moment(where: str, text: str) -> datetime:
    """一个时刻。 A moment as the W3C note on dates writes it, with its time zone. Raises Trouble."""
    if not MOMENT.fullmatch(text):
        raise invalid(
            where,
            "时间须写成 2026-01-31T08:30:00+08:00 的样子，带时区",
            "a time is written like 2026-01-31T08:30:00+08:00, with its time zone",
        )
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise invalid(where, "没有这个时刻", "there is no such moment") from wrong
    if not 2000 <= found.year <= 2200:
        raise invalid(where, "年份须在 2000 到 2200 之间", "the year must lie between 2000 and 2200")
    return found.astimezone(UTC)  # a database takes no zone that is 16 hours off or more


def degrees(where: str, text: str) -> float | None:
    """一个度数。 Degrees in decimal digits; None where nothing is given. Raises Trouble."""
    if not text:
        return None
    if not DEGREES.fullmatch(text):
        raise invalid(
            where, "须为十进制度数，例如 117.97", "degrees are written in decimal digits, for example 117.97"
        )
    return float(text)


def whole(where: str, text: str, *, least: int, most: int, otherwise: int) -> int:
    """一个整数。 A whole number between two bounds; `otherwise` where nothing is given. Raises Trouble."""
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise invalid(
            where,
            f"须为 {least} 到 {most} 之间的整数",
            f"a whole number between {least} and {most} is needed",
        )
    return int(text)


def bounded(name: str, value: int | None, most: int) -> int | None:
    """有界的整数。 A whole number from 1 to `most`. Raises Trouble."""
    if value is not None and not 1 <= value <= most:
        raise invalid(name, f"须为 1 到 {most} 之间的整数", f"a whole number between 1 and {most} is needed")
    return value


def word(where: str, text: str, *, most: int = 200) -> str:
    """一个词。 A key, code or number as a program writes it: short, and of characters that can be stored and seen."""
    if len(text) > most:
        raise invalid(where, f"最多 {most} 个字符", f"at most {most} characters")
    if CONTROL.search(text):
        raise invalid(where, "含有控制字符", "contains a control character")
    return text


def storable(where: str, text: str) -> str:
    """能保存的文字。 A text that can be stored: no NUL and no half of a surrogate pair. Raises Trouble."""
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise invalid(where, "含有不能保存的字符", "contains a character that cannot be stored")
    return text


def client_key(text: str) -> str:
    """客户键。 The client's own key for one report. Raises Trouble."""
    if not text:
        raise invalid("client_key", "须有客户键", "a client key is needed")
    return word("client_key", text, most=KEY_MOST)


def shown(text: str) -> str:
    """回答里可以引用的名字。 A name of the client's, as an answer may quote it: short and without odd characters."""
    return "".join("?" if unicodedata.category(char) in ODD else char for char in text[:80])
