"""The page of twenty at 10,000,000 cases of ten years, of which 25,000 are open: its p99 beside the p99 of the same
page at 100,000 cases, both asked by two clients right after each other in the same run, three times in turn. It is bounded, like
the small one, by Python: the plan reads some forty neighbouring rows of the index (54 buffers at 2,000,000 cases, 54 at 10,000).
"""

import statistics

from benchmarks import reads
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage

TURNS, CLIENTS = 3, 2
held: dict[str, dict[str, str]] = {}


def prepare(stage: Stage) -> None:
    """Sign the officials in, in both cities."""
    for one in (stage.beside("cases"), stage):
        held[one.data] = reads.cookies(one)


def run(stage: Stage) -> Run:
    """The large city and the small one in turn."""
    small = stage.beside("cases")
    large_times, small_times = [], []
    with stage.serve() as large_base, small.serve() as small_base:
        large_pages = reads.pages(large_base, held[stage.data], 20)
        small_pages = reads.pages(small_base, held[small.data], 20)
        for _ in range(1 if stage.short else TURNS):
            found = reads.loaded(large_base, lambda dice: dice.choice(large_pages), stage, clients=CLIENTS)
            large_times.append(found.percentile(0.99))
            found = reads.loaded(small_base, lambda dice: dice.choice(small_pages), small, clients=CLIENTS)
            small_times.append(found.percentile(0.99))
    facts = {"rows": stage.cases, "rows of the small one": small.cases, "statements": 3}
    return Run(ours=statistics.median(large_times), limit=statistics.median(small_times), facts=facts)


FIGURE = Figure(
    name="list20-10m",
    words="The p99 of the page of 20 at 10,000,000 cases, beside the same at 100,000.",
    unit="ms", rate=False, asked=50, ratio=1.5, band=5,
    limit_words="the p99 of the same page at 100,000 cases", prepare=prepare, run=run, needs=frozenset({"cases-10m"}),
)  # fmt: skip
