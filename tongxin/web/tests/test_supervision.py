"""What `tongxin up` does about a process that ends by itself: real processes that end, are killed, and are begun again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.plugin import DATA
from tongxin.web.console import cluster, supervision
from tongxin.web.console.commands.running import server_surroundings
from tongxin.web.console.supervision import LONGEST_PAUSE, STOOD, Child, Database, Pause

SLEEPING = [sys.executable, "-c", "import time; time.sleep(60)"]
WITH_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; print(subprocess.Popen(['sleep', '60']).pid, file=open(sys.argv[1], 'w'), flush=True); time.sleep(60)",
]


def until(come: Callable[[], bool]) -> None:
    for _ in range(200):
        if come():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def lives(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def child() -> Iterator[Child]:
    one = Child("the sleeper", SLEEPING, os.environ)
    yield one
    one.end_session()
    one.process.wait(5)


def test_process_that_was_killed_is_begun_again(child: Child) -> None:
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: child.ended)
    child.begin_again(time.monotonic())
    assert child.process.pid != first and not child.ended


def test_what_a_killed_process_left_running_is_ended_before_it_is_begun_again(tmp_path: Path) -> None:
    one = Child("the parent", [*WITH_CHILD, str(tmp_path / "pid")], os.environ)
    try:
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip() != "")
        orphan = int((tmp_path / "pid").read_text())
        os.kill(one.process.pid, signal.SIGKILL)
        until(lambda: one.ended)
        assert lives(orphan)
        one.begin_again(time.monotonic())
        until(lambda: not lives(orphan))
    finally:
        one.end_session()
        one.process.wait(5)


def test_one_that_ends_again_and_again_is_begun_later_and_later_and_never_given_up() -> None:
    pause, clock, gaps = Pause(), 100.0, []
    pause.began = clock
    for _ in range(12):
        ended = clock = clock + 0.5  # it stands for half a second
        while not pause.due(clock):
            clock += 0.1
        gaps.append(round(clock - ended))
        pause.begun(clock)
    assert gaps[:5] == [0, 1, 2, 4, 8]
    assert gaps[-1] == LONGEST_PAUSE


def test_one_that_had_stood_is_begun_at_once() -> None:
    pause, clock = Pause(), 100.0
    for _ in range(6):
        assert pause.due(clock) or pause.due(clock + LONGEST_PAUSE)
        pause.begun(clock := clock + LONGEST_PAUSE)
    assert pause.due(clock + STOOD + 1)


def test_processes_end_when_the_one_that_watches_them_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    watching = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import os, sys, time\nfrom tongxin.web.console.supervision import Child\n"
                f"one = Child('x', {SLEEPING!r}, os.environ)\n"
                "print(one.process.pid, file=open(sys.argv[1], 'w'), flush=True)\ntime.sleep(60)"
            ),
            str(file),
        ]
    )
    until(lambda: file.exists() and file.read_text().strip() != "")
    number = int(file.read_text())
    assert lives(number)
    watching.kill()
    watching.wait(5)
    until(lambda: not lives(number))


@pytest.mark.skipif("TONGXIN_DSN" in os.environ, reason="the embedded database is not used")
def test_database_that_was_killed_is_begun_again_and_one_that_was_stopped_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = DATA / "killed"
    try:
        found, _ = cluster.ensure(data)
        watched = Database(data)
        assert watched.look(10.0) and not cluster.died(data)
        first = int((Path(found.home) / "pg" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(first, signal.SIGKILL)
        until(lambda: not lives(first))
        assert cluster.died(data)
        assert watched.look(20.0)  # it keeps its port: nobody need be told
        assert not cluster.died(data)
        assert "begun again" in capsys.readouterr().err
        cluster.stop(data)
        assert not cluster.died(data)
        assert watched.look(30.0)
        assert cluster.stop(data) is False, "whoever stopped it meant it"
    finally:
        cluster.stop(data)


def test_number_that_another_program_has_now_is_not_taken_for_the_database() -> None:
    assert not cluster._lives(os.getpid())


def test_told_to_stop_it_stops(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    monkeypatch.setattr(supervision, "LOOK_EVERY", 0.01)
    rounds = []

    def clock() -> float:
        rounds.append(1)
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return time.monotonic()

    os.kill(child.process.pid, signal.SIGKILL)
    until(lambda: child.ended)
    child.pause.next = LONGEST_PAUSE
    try:
        assert supervision.supervise([child], database=None, clock=clock) == 0
    finally:
        for number, how in told.items():
            signal.signal(number, how)


def test_a_server_is_told_nothing_of_the_owner_and_a_setting_of_the_operator_stands() -> None:
    given = {"TONGXIN_DSN": "owner", "TONGXIN_OWNER_DSN": "owner", "TONGXIN_APP_DSN": "app", "PATH": "/bin"}
    told = server_surroundings(given)
    assert "owner" not in told.values() and told["TONGXIN_APP_DSN"] == "app" and told["PATH"] == "/bin"
    assert told["MALLOC_ARENA_MAX"] == "2"
    assert server_surroundings(given | {"MALLOC_ARENA_MAX": "8"})["MALLOC_ARENA_MAX"] == "8"
