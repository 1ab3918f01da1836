"""最小化。 What a source sent, cut to what was granted: nothing else is ever handed over, whatever the source says; pure.

个人信息保护法 art. 6 para. 2 (最小范围), 政务数据共享条例 art. 25. The source is asked for the granted fields alone, and its answer
is not believed: fields beyond are dropped, a field that is missing, a value that is no plain value, or a row about somebody
who was not asked for makes the whole answer worthless.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from tongxin.acts.terms import InvalidInput
from tongxin.exchange.terms import Came, Fetched, SourceFault
from tongxin.identity.rules import normal_form

LONGEST: Final = 4_000  # characters of one value
WIDEST: Final = 1 << 53  # whole numbers beyond are not exact in JSON everywhere


def minimised(
    rows: Iterable[Any],
    *,
    fields: Sequence[str],
    key: str,
    kind: str,
    asked: Collection[str] | None,
    most: int,
    upstream: str = "",
) -> Fetched:
    """只留准许的字段。 The rows with the granted fields alone, at most `most` of them.

    key, kind   the field that says whom a row is about, and what it is; empty where the source knows no persons
    asked       the keys that were asked for; None in a transfer, where whoever comes is taken down
    Raises SourceFault (mismatch), which names the field and never the value.
    """
    wanted = {normal_form(kind=kind, value=one) for one in asked} if asked is not None and key else None
    kept: list[dict[str, Any]] = []
    keys: list[str] = []
    more = False
    for row in rows:
        if len(kept) >= most:
            more = True
            break
        if not isinstance(row, Mapping):
            raise SourceFault(Came.MISMATCH, "a row is no row")
        if key:
            keys.append(_whose(row, key, kind, wanted))
        kept.append({field: _plain(field, _field(row, field)) for field in fields})
    return Fetched(rows=tuple(kept), keys=tuple(keys), more=more, upstream=_receipt(upstream))


def _field(row: Mapping[str, Any], field: str) -> Any:
    if field not in row:
        raise SourceFault(Came.MISMATCH, f"the field {field} is missing")
    return row[field]


def _whose(row: Mapping[str, Any], key: str, kind: str, wanted: set[str] | None) -> str:
    value = _field(row, key)
    try:
        whose = normal_form(kind=kind, value=value if isinstance(value, str) else "")
    except InvalidInput as error:
        raise SourceFault(Came.MISMATCH, f"the key {key} of a row is no {kind}") from error
    if wanted is not None and whose not in wanted:
        raise SourceFault(Came.MISMATCH, "a row is about somebody who was not asked for")
    return whose


def _plain(field: str, value: Any) -> Any:
    """一个简单的值。 A plain value: text, number, yes or no, nothing; dates and exact numbers as text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= LONGEST and "\x00" not in value:
        return value
    if isinstance(value, int) and abs(value) < WIDEST:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise SourceFault(Came.MISMATCH, f"a value of {field} is not what was agreed")


def _receipt(upstream: str) -> str:
    """上游的回执号。 The upstream platform's receipt number, where it is one (政务数据共享条例 art. 32)."""
    return upstream if upstream.isascii() and upstream.isprintable() and len(upstream) <= 120 else ""
