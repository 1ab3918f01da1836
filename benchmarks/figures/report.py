"""POST of a report: sixteen clients through Open311 and JSON, against the same statements by pgbench."""

import json
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from benchmarks import grids, intake_sql, load
from benchmarks.figure import Figure, Run
from benchmarks.stage import Stage
from tongxin.law import queries as law
from tongxin.places import queries as places

CLIENTS, SPOTS = 16, 5_000
Made = Callable[[random.Random], bytes]


def prepare(_: Stage) -> None:
    """Nothing: the cases and the map of 50,000 grids are the data set's."""


def posts(stage: Stage, base: str, open311: float = 0.5) -> Made:
    """A report at a random place of a random matter; so large a part of them by Open311, the others by JSON."""
    codes = matters()
    with stage.owner() as owner:
        spots = grids.points(owner, SPOTS, random.Random(7))

    def made(dice: random.Random) -> bytes:
        (lon, lat), code = dice.choice(spots), dice.choice(codes)
        text, phone = (
            f"路口井盖缺失，夜间行人容易踩空，请尽快处理 {dice.randrange(10**6)}",
            f"139{dice.randrange(10**8):08d}",
        )
        if dice.random() >= open311:
            given = {
                "client_key": uuid.uuid4().hex,
                "matter": code,
                "text": text,
                "lon": lon,
                "lat": lat,
                "phone": phone,
            }
            body = json.dumps(given, ensure_ascii=False).encode()
            return load.request(
                base, "/api/reports", method="POST", body=body, headers="Content-Type: application/json\r\n"
            )
        form = urlencode(
            {"service_code": code, "lat": lat, "long": lon, "description": text, "phone": phone}
        ).encode()
        kind = "Content-Type: application/x-www-form-urlencoded\r\n"
        return load.request(base, "/open311/v2/requests.json", method="POST", body=form, headers=kind)

    return made


def warm(base: str, made: Made) -> None:
    """Reports until every process answers well: map, lists and plans of a process are made with its first ones."""
    for _ in range(20):
        if not load.drive(base, made, clients=CLIENTS, seconds=2.0, seed=random.randrange(10**9)).facts()[
            "errors"
        ]:
            return
    raise RuntimeError("the server does not come to answer well")


def matters() -> list[str]:
    """Codes of the matters that anybody may report with a name."""
    city = places.city()
    listed = law.matters(city.revision, datetime.now(UTC).date()).values()
    return [matter.code for matter in listed if matter.active and not matter.person_help]


def run(stage: Stage) -> Run:
    """Ours, then the same statements by pgbench on the same tables."""
    with stage.serve(workers=2) as base:
        made = posts(stage, base)
        warm(base, made)
        before = _entries(stage)
        answers = load.drive(base, made, clients=CLIENTS, seconds=stage.seconds, seed=random.randrange(10**9))
        committed = _entries(stage) - before
    stage.enter()
    with stage.owner() as owner:
        (spot,) = grids.points(owner, 1, random.Random(8))
    limit = stage.pgbench(intake_sql.script(stage, spot, matters()[0]), clients=CLIENTS)
    facts = {
        **answers.facts(),
        "acts committed": committed,
        "statements an act": intake_sql.count(spot, matters()[0]),
        "statuses": dict(answers.statuses),
    }
    return Run(ours=answers.rate, limit=limit, facts=facts)


def _entries(stage: Stage) -> int:
    with stage.owner() as owner:
        row = owner.execute("SELECT count(*) FROM ledger_ledgerentry WHERE verb = 'report_case'").fetchone()
    return int(row[0]) if row else 0


FIGURE = Figure(
    name="report",
    words="POST of a report through Open311 and JSON, 16 kept connections, two server processes, 50,000 grids, 100,000 cases.",
    unit="reports/s",
    rate=True,
    asked=600.0,
    ratio=0.3,
    band=0.15,
    limit_words="the very statements of one intake act, by pgbench with 16 clients",
    prepare=prepare,
    run=run,
    needs=frozenset({"cases-grids"}),
)
