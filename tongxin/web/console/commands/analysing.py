"""分析历史的命令。 The command that works the table of organs and months out of exported history. It needs the files and nothing else."""

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tongxin.indicators.queries import DUCKDB, analysis
from tongxin.indicators.terms import FEW, Analysis, NoEngineError, UnsoundHistoryError

Result = tuple[int, Any]


def analyse(given: argparse.Namespace) -> Result:
    """分析历史。 Print the table of organs and months, with its formula and the hash of its inputs. Needs no database."""
    try:
        found = analysis(folder=Path(given.folder), engine=os.environ.get("TONGXIN_ANALYTICS") or DUCKDB)
    except (UnsoundHistoryError, NoEngineError) as error:
        return 2, {"rows": None, "reason": str(error)}
    return 0, asdict(found) if given.json else _printed(found)


def _printed(found: Analysis) -> str:
    """印成表。 The table as text; a dash where there are too few to say anything of an organ."""
    lines = [
        f"{'organ':<36} {'month':<7} {'events':>9} {'settled':>9} {'on time':>8} {'median':>9} {'p90':>9}"
    ]
    lines += [
        f"{row.organ:<36} {row.month:%Y-%m} {row.events:>9} {row.settled:>9} {_share(row.rate):>8} "
        f"{_span(row.median):>9} {_span(row.p90):>9}"
        for row in found.rows
    ]
    return "\n".join(
        [
            *lines,
            "",
            f"{found.formula}.",
            f"A dash: fewer than {FEW}. Organs differ in matters and place; the table does not rank them.",
            f"engine {found.engine}; {len(found.inputs.files)} files, {found.inputs.rows} events, inputs {found.inputs.digest}",
        ]
    )


def _share(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.1%}"


def _span(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds / 86_400:.2f} d"
