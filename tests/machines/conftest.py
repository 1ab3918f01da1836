"""Several machines on one PostgreSQL: each is a data folder of its own and real processes of the console command."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.plugin import DATA, OWNER, ROLE, ROOT
from tongxin.web.secrets import Secrets

COMMAND = [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main())"]
DUTIES = {1: "sequence", 2: "sweep", 3: "deliver"}
HOLDERS = """
SELECT l.objid::int, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1953459815 AND l.objsubid = 2
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
WAIT = 40  # seconds that something may take on a busy machine before the test says it never came


def run(*words: str, data: Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the console to its end."""
    done = subprocess.run(
        [*COMMAND, *words],
        env=surroundings(data, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def said(*words: str, data: Path, check: bool = True, **more: str) -> dict[str, object]:
    """Run a command of the console and read its JSON."""
    found: dict[str, object] = json.loads(run(*words, "--json", data=data, check=check, **more).stdout)
    return found


def surroundings(data: Path, **more: str) -> dict[str, str]:
    """The environment of a machine: nothing of this test's own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    return {**kept, "TONGXIN_DATA": str(data), **more}


def until(found: Callable[[], object], what: str) -> float:
    """Wait until something is so; returns how many seconds it took."""
    began = time.monotonic()
    while not found():
        assert time.monotonic() - began < WAIT, what
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class Machine:
    """A machine: its data folder, what it is told, and the processes that run on it."""

    data: Path
    settings: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a command of the console and leave it running."""
        with (self.data / f"{words[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, *words],
                env=surroundings(self.data, **self.settings, **more),
                cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.running.append(process)
        return process

    def log(self, word: str) -> str:
        """What a process said."""
        path = self.data / f"{word}.log"
        return path.read_text() if path.exists() else ""

    def stop(self) -> None:
        """Stop what runs, whatever state it is in."""
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
                process.terminate()
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        self.running.clear()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can reach."""
    made = Path(tempfile.mkdtemp(prefix="tongxin-machine-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def machines(city_of_its_own: str, folder: Path) -> Iterator[Callable[..., Machine]]:
    """Make machines that know the city's database by the application's role alone, each with a copy of the secrets."""
    made: list[Machine] = []
    dsn = make_conninfo(OWNER, dbname=city_of_its_own, user=ROLE, password=Secrets.of(DATA).app_password)

    def make(**more: str) -> Machine:
        data = folder / f"machine{len(made)}"
        data.mkdir()
        shutil.copy(DATA / "secrets.json", data / "secrets.json")
        made.append(Machine(data, {"TONGXIN_APP_DSN": dsn, "TONGXIN_DEMO": "1", **more}))
        return made[-1]

    yield make
    for machine in made:
        machine.stop()


def holders(owner: psycopg.Connection) -> dict[str, int]:
    """Which process has each duty, by the name of its connection."""
    rows = owner.execute(HOLDERS).fetchall()
    return {DUTIES[number]: int(name.rpartition(":")[2]) for number, name in rows if number in DUTIES}
