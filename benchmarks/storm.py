"""A storm: twenty times the clients of the measured peak. Excess is answered 503, nothing is half done, the server lives on.

    .venv/bin/python -m benchmarks.storm [--seconds 20] [--clients 320] [--short]

Every report has a key of its own. Afterwards each acknowledged one exists exactly once and whole, under the number that was told;
of those answered 503 nothing exists; and no case, step or entry stands alone. Status 1 when any of it does not hold.
"""

import argparse
import json
import random
import sys
import uuid

from benchmarks import load, pace, stage
from benchmarks.figures import report
from benchmarks.pace import Span
from benchmarks.stage import Stage

HALF = {
    "cases without their report": "SELECT count(*) FROM cases_case c WHERE NOT EXISTS (SELECT 1 FROM cases_report r WHERE r.case_id = c.id)",
    "cases without their first step": "SELECT count(*) FROM cases_case c WHERE NOT EXISTS (SELECT 1 FROM cases_casestep s WHERE s.case_id = c.id AND s.seq = 1)",
    "steps without their entry": "SELECT count(*) FROM cases_casestep s WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerentry e WHERE e.id = s.entry)",
    "entries of reports without a step": "SELECT count(*) FROM ledger_ledgerentry e WHERE e.verb = 'report_case' AND e.outcome = 'done' "
    "AND NOT EXISTS (SELECT 1 FROM cases_casestep s WHERE s.entry = e.id)",
    "entries of reports without a notice": "SELECT count(*) FROM ledger_ledgerentry e WHERE e.verb = 'report_case' AND e.outcome = 'done' "
    "AND NOT EXISTS (SELECT 1 FROM acts_notice n WHERE n.entry = e.id)",
}  # fmt: skip


def asking(here: Stage, base: str) -> pace.Ask:
    """Reports through JSON, named by their keys."""
    made = report.posts(here, base, open311=0.0)

    def ask(dice: random.Random) -> tuple[str, bytes]:
        _head, _, body = made(dice).partition(b"\r\n\r\n")
        given = {**json.loads(body), "client_key": uuid.uuid4().hex}
        said = json.dumps(given, ensure_ascii=False).encode()
        return given["client_key"], load.request(
            base, "/api/reports", method="POST", body=said, headers="Content-Type: application/json\r\n"
        )

    return ask


def faults(here: Stage, span: Span, before: dict[str, int]) -> list[str]:
    """What does not hold after the storm; empty when all does."""
    with here.owner() as owner:
        kept = dict(
            owner.execute(
                "SELECT client_key, number FROM cases_case WHERE client_key = ANY(%s)", [list(span.told)]
            ).fetchall()
        )
    found = []
    for key, status in span.told.items():
        if status in (200, 201) and kept.get(key) != json.loads(span.bodies[key])["number"]:
            found.append(f"acknowledged, and not there under its number: {key}")
        if status == 503 and key in kept:
            found.append(f"answered 503, and there all the same: {key}")
    strange = set(span.statuses) - {200, 201, 503}
    found += [f"answers with status {status}: {span.statuses[status]}" for status in sorted(strange)]
    found += [f"503 without Retry-After: {span.without_retry}"] if span.without_retry else []
    return found + [f"{name}: {n - before[name]}" for name, n in halves(here).items() if n > before[name]]


def halves(here: Stage) -> dict[str, int]:
    """How many rows stand alone, by what is missing."""
    with here.owner() as owner:
        return {name: int((owner.execute(text).fetchone() or (0,))[0]) for name, text in HALF.items()}  # type: ignore[call-overload]


def main() -> int:
    """The storm and what is left of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=20 * report.CLIENTS)
    parser.add_argument(
        "--short", action="store_true", help="ten thousand cases instead of a hundred thousand"
    )
    given = parser.parse_args()
    here = Stage(short=given.short, data="cases-grids")
    here.enter()
    before = halves(here)
    with here.serve(workers=2) as base:
        ask = asking(here, base)
        report.warm(base, report.posts(here, base))
        calm = pace.drive(base, ask, clients=report.CLIENTS, seconds=5.0)
        storm = pace.drive(base, ask, clients=given.clients, seconds=given.seconds, keep=True)
        after = pace.drive(base, ask, clients=report.CLIENTS, seconds=5.0)
    wrong = faults(here, storm, before)
    if after.errors():
        wrong.append(f"after the storm: {dict(after.statuses)}, connections lost {after.lost}")
    said = {
        "clients": given.clients,
        "calm": {"answers": dict(calm.statuses), "p99 ms": round(calm.p99())},
        "storm": {
            "answers": dict(storm.statuses),
            "p99 ms": round(storm.p99()),
            "connections lost": storm.lost,
        },
        "after": {"answers": dict(after.statuses), "p99 ms": round(after.p99())},
        "faults": wrong[:20],
    }
    print(json.dumps(said, ensure_ascii=False, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        status = main()
    finally:
        stage.close()
    sys.exit(status)
