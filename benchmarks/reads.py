"""What the figures of reading share: sessions of officials, pages to ask for, and the same statements put by pgbench."""

import http.client
import json
import random
from collections.abc import Callable
from urllib.parse import urlsplit

from benchmarks import machine
from benchmarks.load import Answers, drive, request
from benchmarks.stage import Stage
from tests.factories import officer
from tongxin.acts.rules import NAMED
from tongxin.acts.terms import By
from tongxin.cases.models import Case
from tongxin.cases.queries import DESK_STATES
from tongxin.cases.queries.lists import DESK
from tongxin.cases.queries.whole import WHOLE
from tongxin.identity.models import Session
from tongxin.places.queries import CITY
from tongxin.web.present import PRESENT

CLIENTS = 8  # two processes of four threads
WARM = 400  # answers before anything is measured
PAGES = 40  # of each official's desk


def organs(stage: Stage) -> list[str]:
    """The organs that have most of the open cases, one in each district."""
    stage.enter()
    states = [state.value for state in DESK_STATES[By.CASE_OFFICER]]
    rows = Case.objects.filter(state__in=states).values_list("organ", flat=True).distinct().order_by("organ")
    return [code for code in rows if code.endswith("/urban-management")]


def cookies(stage: Stage) -> dict[str, str]:
    """The session of a case officer at each of these organs: the header line of its cookie, by organ."""
    return {code: stage.cookie(officer(code)) for code in organs(stage)}


def number(nth: int) -> str:
    """The number of a case of the data set."""
    return f"B{nth:09d}"


def loaded(
    base: str, made: Callable[[random.Random], bytes], stage: Stage, *, clients: int = CLIENTS
) -> Answers:
    """Warm up (each seed asks other things), then load for the stage's span, and note the processor time of the server and its database. Raises RuntimeError when an answer was no success."""
    warm, seed = 0, 2
    while (
        warm < WARM
    ):  # by answers, not by time: each process keeps what it needs of the city after its first ones
        warm += len(drive(base, made, clients=clients, seconds=stage.seconds / 4, seed=seed).times)
        seed += 1
    choose = {"server": machine.of_group(stage.server.pid), "database": machine.of_database(stage.database)}
    before = {who: machine.processor_of(chosen) for who, chosen in choose.items()}
    found = drive(base, made, clients=clients, seconds=stage.seconds)
    found.processor = {who: machine.processor_of(chosen) - before[who] for who, chosen in choose.items()}
    if any(not 200 <= status < 300 for status in found.statuses):
        raise RuntimeError(f"not every answer was a success: {dict(found.statuses)}")
    return found


def pages(base: str, held: dict[str, str], size: int) -> list[bytes]:
    """The requests for every page of each official's desk, by following `next`."""
    found, place = [], urlsplit(base)
    link = http.client.HTTPConnection(str(place.hostname), int(place.port or 80))
    for cookie in held.values():
        path: str | None = f"/api/desk?size={size}"
        for _ in range(PAGES):
            if path is None:
                break
            found.append(request(base, path, headers=cookie))
            link.request("GET", path, headers={"Cookie": cookie.removeprefix("Cookie: ").strip()})
            answer = json.loads(link.getresponse().read())
            path = answer["next"] and answer["next"].removeprefix(base)
    link.close()
    return found


def filled(question: str, **values: str) -> str:
    """A question of the product as one line of a pgbench script, its values given as SQL."""
    return " ".join(NAMED.sub(lambda name: values[name.group(1)], question).split()) + ";\n"


def who_script(stage: Stage) -> str:
    """The statements that every request of an official begins with: who it is, through which office; the city."""
    stage.enter()
    key = Session.objects.filter(ended_at=None).order_by("-begun_at").values_list("key", flat=True)[0]
    office = officer(organs(stage)[0]).office or ""
    return filled(
        PRESENT, key=f"'{key}'", since="now() - interval '8 hours'", office=f"'{office.removeprefix('office:')}'", at="now()"
    ) + filled(CITY)  # fmt: skip


def case_script(stage: Stage) -> str:
    """The statements of one case: who, the city, the file of a case at random."""
    return (
        f"\\set n random(1, {stage.cases})\n"
        + who_script(stage)
        + filled(WHOLE, number="('B' || lpad((:n)::text, 9, '0'))")
    )


def desk_script(stage: Stage, size: int) -> str:
    """The statements of a page of the desk: who, the city, the first so many rows."""
    organ = organs(stage)[0]
    return (
        who_script(stage)
        + filled(
            DESK, organ=f"'{organ}'", assisting=f"'{organ}'", states="ARRAY['dispatched','handling']",
            due="'-infinity'", id="0", unlimited="0", before="'infinity'",
            size=str(size + 1),
        )
    )  # fmt: skip
