"""指标的算法。 How indicators are worked out, as expressions of Ibis: the same on every engine. Pure; no clock, no I/O.

Ibis is slow to import and is no part of serving: only the commands of analysis come here.
"""

import hashlib
from collections.abc import Iterable

import ibis
from ibis.expr.types import Table

SETTLED = "settle_case"


def organ_months(events: Table) -> Table:
    """各单位各月。 Per organ and month: counts, on-time rate, exact median and p90 of handling time (`terms.FORMULA`).

    events  a table with the columns of `terms.COLUMNS`; one row for each step
    Returns one row for each organ and month, in their order. The month is a column of the events, written when they were
    exported: so no engine asks a time zone of its own. Quantiles are exact and interpolate linearly (R type 7;
    Hyndman and Fan, The American Statistician 50, 1996).
    """
    settled = events.verb == SETTLED
    judged = settled & events.on_time.notnull()
    table = (
        events.filter(events.organ != "")
        .mutate(
            settled=settled, judged=judged, span=settled.ifelse(events.handling, None)
        )  # Spark takes no condition within a quantile
        .group_by(["organ", "month"])
        .agg(
            events=ibis._.count(),
            settled=ibis._.settled.sum(),
            judged=ibis._.judged.sum(),
            on_time=(ibis._.judged & ibis._.on_time).sum(),
            median=ibis._.span.median(),
            p90=ibis._.span.quantile(0.9),
        )
    )
    rate = table.on_time.cast("float64") / table.judged.nullif(0)
    return table.mutate(rate=rate).order_by(["organ", "month"])


def inputs_digest(digests: Iterable[tuple[str, str]]) -> str:
    """输入的总摘要。 SHA-256 over the lines `name hash`, in the order of names: the same files, the same digest."""
    lines = (f"{name} {digest}\n" for name, digest in sorted(digests))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
