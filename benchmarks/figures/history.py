"""Analytics of history over 50,000,000 events: the table of organs and months (counts, on-time rate, exact median and p90) by the
house's Ibis expression on DuckDB, beside the same in SQL written by hand for DuckDB over the same Parquet, in turn in the same run;
both tables must be equal. What bounds it is keeping every duration for the exact quantiles.
"""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import ibis

from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tongxin.indicators.rules import organ_months

LONG, SHORT, MONTHS, ORGANS, TURNS = 50_000_000, 1_000_000, 24, 90, 3
made: dict[bool, tempfile.TemporaryDirectory[str]] = {}
BY_HAND = """
SELECT organ, month, count(*) AS events,
       count(*) FILTER (WHERE verb = 'settle_case') AS settled,
       count(*) FILTER (WHERE verb = 'settle_case' AND on_time IS NOT NULL) AS judged,
       count(*) FILTER (WHERE verb = 'settle_case' AND on_time) AS on_time,
       quantile_cont(handling, 0.5) FILTER (WHERE verb = 'settle_case') AS median,
       quantile_cont(handling, 0.9) FILTER (WHERE verb = 'settle_case') AS p90,
       count(*) FILTER (WHERE verb = 'settle_case' AND on_time)
         / nullif(count(*) FILTER (WHERE verb = 'settle_case' AND on_time IS NOT NULL), 0) AS rate
  FROM read_parquet('{folder}/*.parquet') WHERE organ <> '' GROUP BY organ, month ORDER BY organ, month
"""
EVENTS = """
COPY (
  SELECT DATE '{month}' AS month, '20260101-' || (i // 5) AS "case", (i % 5)::int AS seq,
         TIMESTAMPTZ '{month} 00:00:00+00' + to_seconds((hash(i) % 2419200)::int) AS "at",
         ['report_case', 'accept_case', 'settle_case', 'check_case', 'confirm_case'][1 + i % 5] AS verb,
         CASE WHEN i % 5 = 4 THEN '' ELSE 'bz/' || (hash(i // 5) % {organs})::int END AS organ,
         'm' || (hash(i * 3) % 400)::int AS matter, '3716' || (hash(i * 5) % 7)::int AS district,
         CASE WHEN i % 5 IN (1, 2) AND hash(i * 7) % 9 > 0 THEN hash(i * 11) % 10 < 8 END AS on_time,
         (hash(i * 13) % 30000000)::double / 3 AS since_report,
         CASE WHEN i % 5 = 2 THEN (hash(i * 17) % 20000000)::double / 7 END AS handling
    FROM range({begin}, {end}) t(i)
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""


def prepare(stage: Stage) -> None:
    """Write the events, a file a month."""
    if stage.short in made:
        return
    made[stage.short] = tempfile.TemporaryDirectory(prefix="tongxin-history-")
    folder, each = Path(made[stage.short].name), (SHORT if stage.short else LONG) // MONTHS
    with duckdb.connect() as bare:
        for n in range(MONTHS):
            month = f"{2025 + n // 12}-{n % 12 + 1:02d}-01"
            bare.execute(
                EVENTS.format(
                    month=month,
                    organs=ORGANS,
                    begin=n * each,
                    end=(n + 1) * each,
                    path=folder / f"events-{month[:7]}.parquet",
                )
            )


def run(stage: Stage) -> Run:
    """Ours and by hand in turn; the medians of the turns, in seconds."""
    folder = Path(made[stage.short].name)
    ours, bare = [], []
    for nth in range(TURNS):
        for times, work in ((ours, _ours), (bare, _bare))[:: 1 if nth % 2 else -1]:
            seconds, table = _timed(work, folder)
            times.append((seconds, table))
    _same(ours[-1][1], bare[-1][1])
    return Run(
        ours=statistics.median(seconds for seconds, _ in ours),
        limit=statistics.median(seconds for seconds, _ in bare),
        facts={
            "events": SHORT if stage.short else LONG, "organs and months": len(ours[-1][1]), "equal": True,
            "MB of Parquet": sum(path.stat().st_size for path in folder.glob("*.parquet")) >> 20,
            "peak of this process, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        },
    )  # fmt: skip


def _timed(work: Callable[[Path], list[dict[str, Any]]], folder: Path) -> tuple[float, list[dict[str, Any]]]:
    begun = time.perf_counter()
    found = work(folder)
    return time.perf_counter() - begun, found


def _ours(folder: Path) -> list[dict[str, Any]]:
    backend = ibis.duckdb.connect()
    events = backend.read_parquet([str(path) for path in sorted(folder.glob("*.parquet"))])
    found = backend.to_pyarrow(organ_months(events)).to_pylist()
    backend.disconnect()
    return list(found)


def _bare(folder: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as bare:
        return list(bare.sql(BY_HAND.format(folder=folder)).to_arrow_table().to_pylist())


def _same(ours: list[dict[str, Any]], bare: list[dict[str, Any]]) -> None:
    """Raises RuntimeError unless every count is equal and every number within 1e-12."""
    for one, other in zip(ours, bare, strict=True):
        for name, value in other.items():
            near = isinstance(value, float) and abs(one[name] - value) <= 1e-12 * abs(value)
            if one[name] != value and not near:
                raise RuntimeError(f"{one['organ']} {one['month']} {name}: {one[name]} and by hand {value}")


FIGURE = Figure(
    name="history",
    words="Analytics of history: per organ and month counts, on-time rate, exact median and p90, over 50,000,000 events.",
    unit="s", rate=False, asked=30, ratio=1.3, band=2,
    limit_words="SQL written by hand for DuckDB, over the same Parquet", prepare=prepare, run=run,
)  # fmt: skip
