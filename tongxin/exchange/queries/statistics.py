"""统计所读的行。 The rows that a statistic is counted from: read from the source for that act, counted, and kept nowhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tongxin.acts.terms import Refused
from tongxin.exchange.models import Source

Rows = Callable[[Source, Sequence[str]], Iterable[Mapping[str, object]]]


def rows_of(source: Source, fields: Sequence[str]) -> Iterable[Mapping[str, object]]:
    """来源的所有行，只有这些字段。 Every row of a source with these fields alone. Raises Refused when it cannot be read.

    No source can be read as a whole yet: the adapters of calls read by key. Until one does, no statistic is released from here.
    """
    del fields
    raise Refused(
        "source_unreachable",
        f"来源系统“{source.system}”还不能整表读取，没有发布",
        f"the source '{source.system}' cannot be read as a whole yet; nothing was released",
    )
