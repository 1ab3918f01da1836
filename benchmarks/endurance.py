"""The load run: posts and reads at half the measured peak, and whether anything grows.

    .venv/bin/python -m benchmarks.endurance [--minutes 60] [--short] [--json]

The server and the worker run as `tongxin up` starts them. Each minute: answers, errors, p99, the memory of every process, the
connections to the database. At the end it says whether memory or connections grew: the last third of the run held against the
middle third (what the first requests make is made by then). Status 1 when something grew or any request failed.
"""

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks import load, machine, pace, stage
from benchmarks.figures import report
from benchmarks.stage import Stage
from benchmarks.storm import asking

READS = 0.5  # of all requests
GROWN, GROWN_MB = 1.05, 10.0  # more than a twentieth, and more than what an allocator leaves lying


def mixed(here: Stage, base: str) -> pace.Ask:
    """Reports by JSON, and between them looks at a case, at the list and at the matters."""
    posts = asking(here, base)
    with here.owner() as owner:
        numbers = [
            row[0]
            for row in owner.execute("SELECT number FROM cases_case ORDER BY id DESC LIMIT 2000").fetchall()
        ]
    pages = ["/api/cases?size=20", "/api/matters", "/open311/v2/discovery.json"]

    def ask(dice: random.Random) -> tuple[str, bytes]:
        if dice.random() >= READS:
            return posts(dice)
        path = f"/api/cases/{dice.choice(numbers)}" if numbers and dice.random() < 0.7 else dice.choice(pages)
        return path, load.request(base, path)

    return ask


@contextlib.contextmanager
def worker(here: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """The worker: sequencer, sweep, delivery."""
    with subprocess.Popen(
        [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main(['work']))"],
        env=here.surroundings(),
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def memory(here: Stage, work: int) -> dict[str, float]:
    """Megabytes of each process of the server and of the worker, by number; what they share is divided among them."""
    of_server = machine.of_group(here.server.pid)
    found = machine.memory_of(lambda pid: pid == work or of_server(pid))
    return {str(pid): round(pss, 1) for pid, (pss, _) in sorted(found.items())}


def connections(here: Stage) -> int:
    """Connections to the database, this one left out."""
    with here.owner() as owner:
        row = owner.execute(
            "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def growth(minutes: list[dict[str, object]]) -> list[str]:
    """What grew from the middle third of the run to the last, and who is not there any more; empty when nothing did, or the run is too short to say."""
    third = len(minutes) // 3
    if not third:
        return []
    middle, last = minutes[third : 2 * third], minutes[-third:]
    held, now = (statistics.mean(int(str(m["connections"])) for m in part) for part in (middle, last))
    found = [f"connections {held:.1f} → {now:.1f}"] if now > held + 1 else []
    gone = set(minutes[0]["memory"]) - set(last[-1]["memory"])  # type: ignore[call-overload]
    found += [f"process {pid} ended" for pid in sorted(gone)]
    for pid in last[-1]["memory"]:  # type: ignore[attr-defined]
        old, new = (
            statistics.mean(m["memory"].get(pid, 0.0) for m in part)  # type: ignore[attr-defined]
            for part in (middle, last)
        )
        if old and new > GROWN * old and new - old > GROWN_MB:
            found.append(f"memory of process {pid}: {old:.0f} → {new:.0f} MB")
    return found


def run(here: Stage, minutes: int, span: float) -> dict[str, object]:
    """The run; `span` seconds are one minute of it."""
    with here.serve(workers=2) as base, worker(here) as work:
        report.warm(base, report.posts(here, base))
        ask = mixed(here, base)
        pace.drive(base, ask, clients=report.CLIENTS, seconds=5.0)
        peak = len(pace.drive(base, ask, clients=report.CLIENTS, seconds=min(20.0, span)).times) / min(
            20.0, span
        )
        told: list[dict[str, object]] = []
        for nth in range(minutes):
            if work.poll() is not None:
                raise RuntimeError(f"the worker ended with status {work.returncode}")
            begun = time.perf_counter()
            found = pace.drive(base, ask, clients=report.CLIENTS, seconds=span, rate=peak / 2)
            told.append(
                {
                    "minute": nth + 1,
                    "requests/s": round(len(found.times) / (time.perf_counter() - begun), 1),
                    "errors": found.errors(),
                    "p99 ms": round(found.p99(), 1),
                    "memory": memory(here, work.pid),
                    "connections": connections(here),
                }
            )
            print(json.dumps(told[-1]), file=sys.stderr, flush=True)
    errors = sum(int(str(minute["errors"])) for minute in told)
    return {"peak requests/s": round(peak), "minutes": told, "errors": errors, "grew": growth(told)}


def main() -> int:
    """The run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument(
        "--span", type=float, default=60.0, help="seconds that count as a minute (to try it out)"
    )
    parser.add_argument(
        "--short", action="store_true", help="ten thousand cases instead of a hundred thousand"
    )
    given = parser.parse_args()
    here = Stage(short=given.short, data="cases-grids")
    here.enter()
    said = run(here, given.minutes, given.span)
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if said["grew"] or said["errors"] else 0


if __name__ == "__main__":
    try:
        status = main()
    finally:
        stage.close()
    sys.exit(status)
