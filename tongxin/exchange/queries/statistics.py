"""统计所读的行。 The rows that a statistic is counted from: read from the source for that act, counted, and kept nowhere."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from tongxin.acts.terms import Refused
from tongxin.exchange.models import Source
from tongxin.exchange.queries.sources import cut, opened
from tongxin.exchange.terms import Came, SourceFault

Rows = Callable[[Source, Sequence[str]], Iterable[Mapping[str, object]]]
BATCH: Final = 1_000
MOST_ROWS: Final = 5_000_000


def rows_of(source: Source, fields: Sequence[str]) -> Iterator[Mapping[str, object]]:
    """来源的所有行，只有这些字段。 Every row of a source with these fields alone. Raises Refused when it cannot be read to its end."""
    try:
        yield from _read(source, fields)
    except SourceFault as fault:
        raise Refused(
            "source_unreachable",
            f"来源系统“{source.system}”没有读完，没有发布",
            f"the source '{source.system}' could not be read to its end; nothing was released",
        ) from fault


def _read(source: Source, fields: Sequence[str]) -> Iterator[Mapping[str, object]]:
    found = 0
    with opened(source=source, fields=fields) as reader:
        while batch := reader.take(BATCH):
            found += len(batch)
            if found > MOST_ROWS:
                raise SourceFault(Came.MISMATCH, "too many rows")
            yield from cut(source=source, fields=fields, rows=batch).rows
