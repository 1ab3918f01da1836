"""What a figure is, and what becomes of its runs: medians, spread, verdicts. Pure: nothing here measures."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run: ours and the limit, measured in the same run, one right after the other (interleaved where possible).

    Both in the figure's unit; `limit` is 0 where there is no meaningful one. `facts`: whatever helps to judge.
    """

    ours: float
    limit: float
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what is measured, what is asked of it, what it is held against.

    `rate`: more is better; otherwise less is. `ratio`: ours/limit, at least (rates) or at most (times); None when none is asked.
    `band`: in the short form the ratio fails only when worse than this. `needs`: data sets that the stage loads first.
    """

    name: str
    words: str
    unit: str
    rate: bool
    asked: float
    ratio: float | None
    band: float
    limit_words: str
    prepare: Callable[["Stage"], None]
    run: Callable[["Stage"], Run]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Result:
    """The median of the runs of one figure. `spread`: (largest − smallest) / median, of ours and of the ratio."""

    ours: float
    limit: float
    ratio: float
    spread: float
    ratio_spread: float
    runs: int
    facts: Mapping[str, object]


def ratio_of(figure: Figure, run: Run) -> float:
    """Ours over the limit; over what is asked, where there is no limit."""
    return run.ours / (run.limit or figure.asked)


def spread(values: Sequence[float]) -> float:
    """How far the values lie apart, as a part of their median; 0 for a median of 0."""
    middle = statistics.median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def result_of(figure: Figure, runs: Sequence[Run]) -> Result:
    """Medians over the runs, the ratio's too: it is taken within each run. ValueError without a run."""
    if not runs:
        raise ValueError("a result needs at least one run")
    ratios = [ratio_of(figure, run) for run in runs]
    ours = [run.ours for run in runs]
    return Result(
        ours=statistics.median(ours),
        limit=statistics.median(run.limit for run in runs),
        ratio=statistics.median(ratios),
        spread=spread(ours),
        ratio_spread=spread(ratios),
        runs=len(runs),
        facts=facts_of(runs),
    )


def facts_of(runs: Sequence[Run]) -> dict[str, object]:
    """Each fact's median over the runs that have it; of what is no number, what the last run says."""
    found: dict[str, object] = {}
    for name in dict.fromkeys(name for run in runs for name in run.facts):
        values = [run.facts[name] for run in runs if name in run.facts]
        numbers = [
            value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        found[name] = statistics.median(numbers) if len(numbers) == len(values) else values[-1]
    return found


def as_good(figure: Figure, value: float, than: float) -> bool:
    """Whether a value is at least as good as another, in the sense of the figure."""
    return value >= than if figure.rate else value <= than


def reached(figure: Figure, result: Result) -> bool:
    """Whether all that is asked was reached: the absolute figure, and the ratio where one is asked."""
    ratio = figure.ratio is None or as_good(figure, result.ratio, figure.ratio)
    return ratio and as_good(figure, result.ours, figure.asked)


def within_band(figure: Figure, result: Result) -> bool:
    """Whether the ratio is no worse than the band: what the short form fails by, and nothing else."""
    return as_good(figure, result.ratio, figure.band)


def number(value: float) -> str:
    """A number as read: thousands apart, four digits where it is small."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
