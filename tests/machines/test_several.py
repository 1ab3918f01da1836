"""Several servers and workers on one PostgreSQL: each duty is done once, whoever is killed, frozen or comes back."""

import http.cookiejar
import os
import re
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import factories as city
from tests.journeys.conftest import free_port, get
from tests.machines.conftest import HOLDERS, Machine, holders, run, until
from tests.plugin import DATA, OWNER, owner_connection
from tongxin.web import ground
from tongxin.web.console import duty

CLERK = "clerk"  # somebody of the sample city
MONTHS = 7  # the duty of making the months ahead
Make = Callable[..., Machine]


def overdue(count: int) -> None:
    """Cases whose first limit has long passed."""
    for _ in range(count):
        city.reported(city.NOW)
    connection.close()


def takes_all(owner: psycopg.Connection, process: subprocess.Popen[bytes]) -> bool:
    return holders(owner) == dict.fromkeys(("sequence", "sweep", "deliver"), process.pid)


def held(owner: psycopg.Connection) -> set[int]:
    """The locks of the duties that somebody has."""
    return {number for number, _ in owner.execute(HOLDERS).fetchall()}


def pending(owner: psycopg.Connection) -> int:
    row = owner.execute(
        "SELECT count(*) FROM ledger_ledgerentry e WHERE NOT EXISTS (SELECT 1 FROM ledger_ledgerleaf l WHERE l.entry_id = e.id)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_duties_of_a_killed_worker_are_taken_over_and_every_clock_fires_once(
    machines: Make, city_of_its_own: str, record_property: Callable[[str, object], None]
) -> None:
    overdue(8)
    first, second = machines(), machines()
    servers = [(one, free_port()) for one in (first, second)]
    for one, port in servers:
        one.start("serve", "--port", str(port), "--workers", "1")
    leader, other = first.start("work"), second
    with owner_connection(city_of_its_own) as owner:
        until(lambda: takes_all(owner, leader), first.log("work"))
        assert MONTHS not in held(owner), "it cannot make them, and leaves that to a worker that can"
        follower = other.start("work")
        for _, port in servers:
            until(lambda port=port: answers(port), "served")
        assert at_home(servers[0][1], servers[1][1]), "who signed in at one server is signed in at the other"
        assert [get(f"http://127.0.0.1:{port}/ledger/")[0] for _, port in servers] == [200, 200]
        until(lambda: "duty" in other.log("work") or follower.poll() is None, "the second worker runs")
        until(lambda: connected(owner, follower), "the second worker has a connection of its own")
        assert takes_all(owner, leader), "who has a duty keeps it"
        overdue(8)
        os.killpg(leader.pid, signal.SIGKILL)
        took = until(lambda: takes_all(owner, follower), other.log("work"))
        record_property("seconds until the other took over, killed", round(took, 2))
        until(lambda: due(owner) == 0, "the clocks fire")
        again = first.start("work")
        until(lambda: connected(owner, again), "the first worker is back")
        overdue(4)
        until(lambda: pending(owner) == 0, "everything is sequenced")
        assert takes_all(owner, follower)
        until(lambda: due(owner) == 0, "the clocks fire")
        assert fired_once(owner)
    found = ground.verify()
    assert found["intact"], found
    connection.close()


def at_home(one: int, other: int) -> bool:
    """Sign in at one server; whether the other knows the session."""
    keeping = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    opened = urllib.request.build_opener(keeping).open
    page = opened(f"http://127.0.0.1:{one}/demo/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    given = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "login": CLERK}).encode()
    try:
        opened(f"http://127.0.0.1:{one}/demo/", given, timeout=20)
    except urllib.error.HTTPError as error:
        pytest.fail(error.read().decode())
    answer = opened(f"http://127.0.0.1:{other}/desk/", timeout=20)
    return str(answer.url).endswith(f":{other}/desk/")


def answers(port: int) -> bool:
    try:
        return get(f"http://127.0.0.1:{port}/healthz")[0] == 200
    except OSError:
        return False


def connected(owner: psycopg.Connection, process: subprocess.Popen[bytes]) -> bool:
    row = owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'tongxin duty %%:' || %s",
        [str(process.pid)],
    ).fetchone()
    return row is not None and row[0] == 1


def due(owner: psycopg.Connection) -> int:
    row = owner.execute(
        "SELECT count(*) FROM cases_clock WHERE ended_at IS NULL AND suspended_at IS NULL AND sweep_at <= now()"
    ).fetchone()
    assert row is not None
    return int(row[0])


def fired_once(owner: psycopg.Connection) -> bool:
    """Each limit that has passed is told of once: by one act, with one escalation, and no act tells of anything else."""
    acts = owner.execute(
        "SELECT (c.content->>'clock')::bigint FROM ledger_ledgerentry e JOIN ledger_ledgercontent c ON c.entry_id = e.id "
        "WHERE e.verb = 'escalate_case' AND e.outcome = 'done' ORDER BY 1"
    ).fetchall()
    clocks = owner.execute(
        "SELECT id FROM cases_clock WHERE passed_at IS NOT NULL AND escalations = 1 ORDER BY 1"
    ).fetchall()
    return acts == clocks and len(clocks) > 0


def test_a_worker_frozen_in_the_middle_of_sequencing_loses_its_duties_and_does_no_harm_when_it_wakes(
    machines: Make, city_of_its_own: str, record_property: Callable[[str, object], None]
) -> None:
    first, second = machines(), machines()
    frozen = first.start("work")
    with owner_connection(city_of_its_own) as owner, owner_connection(city_of_its_own) as holding:
        until(lambda: takes_all(owner, frozen), first.log("work"))
        awake = second.start("work")
        until(lambda: connected(owner, awake), second.log("work"))
        holding.autocommit = False
        holding.execute("LOCK TABLE ledger_ledgerleaf IN SHARE MODE")
        overdue(6)
        until(lambda: waiting_for_leaves(owner), "the sequencer is in the middle of a batch")
        os.killpg(frozen.pid, signal.SIGSTOP)
        holding.rollback()  # its statement is answered now, to nobody: the transaction stands open with its locks
        took = until(lambda: takes_all(owner, awake), second.log("work"))
        record_property("seconds until the other took over, frozen", round(took, 2))
        sequenced = took + until(
            lambda: pending(owner) == 0, "the other sequences, whatever the frozen one held"
        )
        record_property("seconds until the other sequenced, frozen", round(sequenced, 2))
        os.killpg(frozen.pid, signal.SIGCONT)
        until(lambda: connected(owner, frozen), "the frozen one has come back, with a new connection")
        overdue(2)
        until(lambda: pending(owner) == 0, "sequenced")
        assert takes_all(owner, awake), "who woke up took nothing back"
        assert frozen.poll() is None
        until(lambda: due(owner) == 0, "the clocks fire")
        assert fired_once(owner)
    found = ground.verify()
    assert found["intact"], found
    connection.close()


def waiting_for_leaves(owner: psycopg.Connection) -> bool:
    row = owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO ledger_ledgerleaf%'"
    ).fetchone()
    return row is not None and row[0] > 0


def test_a_round_that_comes_to_no_end_gives_its_duty_away(city_of_its_own: str) -> None:
    """Two rosters of this process stand for two workers: each has a connection of its own."""
    one, other = (duty.Roster(duty.Duty("sweep", 2, 1.0, lambda _at: None)) for _ in range(2))
    one.beat()
    other.beat()
    assert (one.has("sweep"), other.has("sweep")) == (True, False)
    one.mark("sweep", duty.clock() - duty.STUCK - 1)
    one.beat()
    other.beat()
    assert (one.has("sweep"), other.has("sweep")) == (False, True)
    one.mark("sweep", None)  # it came to its end after all: another has the duty now
    one.beat()
    assert not one.has("sweep")
    other.lose()
    until(lambda: one.beat() or one.has("sweep"), "the duty is free as soon as the other's session has ended")
    assert not other.has("sweep")
    one.lose()
    assert not one.has("sweep")


def test_a_machine_with_secrets_of_its_own_is_refused_before_it_can_change_anything(
    city_of_its_own: str, folder: Path
) -> None:
    city.reported()
    ground.sequence_all(at=city.NOW)
    connection.close()
    owner = OWNER.rpartition("/")[0] + f"/{city_of_its_own}"
    data = folder / "stranger"
    data.mkdir()
    for words in (["migrate"], ["up", "--port", str(free_port())], ["work"], ["ledger", "verify"]):
        done = run(*words, data=data, check=False, TONGXIN_DSN=owner)
        assert (
            done.returncode != 0 and "secrets" in done.stderr + done.stdout
        ) or "no city" in done.stderr, done
    assert not (data / "secrets.json").exists()
    text = (DATA / "secrets.json").read_text()
    from_seed = text.index('"ledger_seed": "') + len('"ledger_seed": "')
    (data / "secrets.json").write_text(text[:from_seed] + "00" * 4 + text[from_seed + 8 :])
    for words in (["migrate"], ["work"], ["serve", "--port", str(free_port())]):
        done = run(*words, data=data, check=False, TONGXIN_DSN=owner)
        assert done.returncode == 1 and "copy secrets.json" in done.stderr, done
