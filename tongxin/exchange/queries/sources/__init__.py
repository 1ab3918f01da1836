"""来源系统的读取。 Reading source systems: one way in for each kind, and whatever comes back is cut to what was granted.

政务数据共享条例 art. 31: this is no exchange system of its own; it reads the systems there are, where the operator of the
instance has said that they may be reached (`places`).
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Protocol

from tongxin.exchange.models import Source
from tongxin.exchange.queries.sources import csv_drop, http_json, postgresql
from tongxin.exchange.queries.sources.places import Place, place_of
from tongxin.exchange.rules.minimising import minimised
from tongxin.exchange.terms import Adapter, Fetched


class Reader(Protocol):
    """批量读取。 A source opened for a transfer: the next rows, none at the end."""

    def take(self, most: int) -> list[object]:
        """下几行。 At most so many rows more, within the source's time. Raises SourceFault."""
        ...


_KINDS = {Adapter.POSTGRESQL: postgresql, Adapter.HTTP_JSON: http_json, Adapter.CSV_DROP: csv_drop}


def fetched(*, source: Source, fields: Sequence[str], keys: Sequence[str], most: int) -> Fetched:
    """按号码取。 The rows about these keys (all rows, where the source knows no persons), with the granted fields alone.

    Takes no longer than the source's `wait_ms`. Raises SourceFault.
    """
    place, columns = place_of(source), _columns(source, fields)
    rows, upstream = _KINDS[Adapter(source.adapter)].rows(
        place, relation=source.relation, columns=columns, key=source.key, keys=list(keys), most=most + 1
    )
    return minimised(
        rows, fields=fields, key=source.key, kind=source.key_kind, asked=keys, most=most, upstream=upstream
    )


@contextlib.contextmanager
def opened(*, source: Source, fields: Sequence[str]) -> Iterator[Reader]:
    """打开来源，分批读。 A source opened for a transfer; each taking has the source's `wait_ms`. Raises SourceFault."""
    place: Place = place_of(source)
    with _KINDS[Adapter(source.adapter)].opened(
        place, relation=source.relation, columns=_columns(source, fields), key=source.key
    ) as reader:
        yield reader


def cut(*, source: Source, fields: Sequence[str], rows: Sequence[object]) -> Fetched:
    """一批的最小化。 What was taken in a transfer, minimised, with whom each row is about. Raises SourceFault."""
    return minimised(rows, fields=fields, key=source.key, kind=source.key_kind, asked=None, most=len(rows))


def _columns(source: Source, fields: Sequence[str]) -> list[str]:
    """要问的列。 The columns to ask for: what was granted, and the key, which says whom a row is about and is not handed on."""
    return list(dict.fromkeys([*fields, *([source.key] if source.key else [])]))
