"""The table of organs and months, beside the same worked out by hand from the definitions, over whatever events there are."""

import statistics
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.indicators import rules

MONTHS = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]
events = st.lists(
    st.fixed_dictionaries(
        {
            "organ": st.sampled_from(["", "bz/a", "bz/b", "bz/丙"]),
            "month": st.sampled_from(MONTHS),
            "verb": st.sampled_from(["report_case", "accept_case", "settle_case", "settle_case"]),
            "on_time": st.sampled_from([True, False, None]),
            "handling": st.none() | st.integers(0, 10_000_000).map(lambda n: n / 4),
        }
    ),
    max_size=60,
)
SCHEMA = pa.schema(
    [
        ("organ", pa.string()),
        ("month", pa.date32()),
        ("verb", pa.string()),
        ("on_time", pa.bool_()),
        ("handling", pa.float64()),
    ]
)


def quantile(values: list[float], share: float) -> float | None:
    """R type 7: linear between the two neighbours of (n - 1) * share."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def by_hand(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for organ, month in sorted(
        {(r["organ"], r["month"]) for r in rows if r["organ"]}, key=lambda k: (k[0].encode(), k[1])
    ):
        own = [r for r in rows if (r["organ"], r["month"]) == (organ, month)]
        done = [r for r in own if r["verb"] == "settle_case"]
        judged = [r for r in done if r["on_time"] is not None]
        spans = [r["handling"] for r in done if r["handling"] is not None]
        found.append(
            {
                "organ": organ,
                "month": month,
                "events": len(own),
                "settled": len(done),
                "judged": len(judged),
                "on_time": sum(r["on_time"] for r in judged),
                "rate": sum(r["on_time"] for r in judged) / len(judged) if judged else None,
                "median": statistics.median(spans) if spans else None,
                "p90": quantile(spans, 0.9),
            }
        )
    return found


@settings(max_examples=150, deadline=None)
@given(events)
def test_every_number_is_the_one_worked_out_by_hand(rows: list[dict[str, Any]]) -> None:
    backend = ibis.duckdb.connect()
    table = ibis.memtable(pa.Table.from_pylist(rows, schema=SCHEMA))
    found = backend.to_pyarrow(rules.organ_months(table)).to_pylist()
    wanted = by_hand(rows)
    assert [(r["organ"], r["month"]) for r in found] == [(r["organ"], r["month"]) for r in wanted]
    for one, other in zip(found, wanted, strict=True):
        for name, value in other.items():
            got = one[name] or 0 if name in {"settled", "judged", "on_time"} else one[name]
            assert got == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), name


def test_the_digest_of_the_inputs_depends_on_every_file_and_not_on_their_order() -> None:
    one, other = ("a.parquet", "1" * 64), ("b.parquet", "2" * 64)
    assert rules.inputs_digest([one, other]) == rules.inputs_digest([other, one])
    assert (
        len({rules.inputs_digest(x) for x in ([one], [other], [one, other], [("a.parquet", "2" * 64)])}) == 4
    )
