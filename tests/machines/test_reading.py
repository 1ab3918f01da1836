"""Lists from a streaming replica of the system's PostgreSQL: who wrote sees it at once, and a copy that is late or away is not asked."""

import contextlib
import http.cookiejar
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.journeys.conftest import free_port, get
from tests.machines.conftest import Machine, said, until
from tests.plugin import ROOT
from tongxin.cases.models import Case, Report
from tongxin.web.reading import Lag, Router, from_copy
from tongxin.web.secrets import Secrets

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))
NO_SYSTEM = not (BIN / "pg_basebackup").exists() or os.geteuid() != 0
WITHIN = 3


@dataclass
class Server:
    """A PostgreSQL of the system, run as nobody."""

    home: Path
    port: int

    def call(self, program: str, *words: str) -> None:
        user = pwd.getpwnam("nobody")
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                [BIN / program, *words], user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd=self.home.parent,
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, start_new_session=True,
            )  # fmt: skip
            out.seek(0)
            assert done.returncode == 0, (program, out.read().decode())

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self.call("pg_ctl", "-D", str(self.home), "-l", f"{self.home}.log", "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        with contextlib.suppress(AssertionError):
            self.call("pg_ctl", "-D", str(self.home), "-m", mode, "-w", "stop")

    def dsn(self, database: str = "tongxin") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, query: str) -> object:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
            return row and row[0]


@pytest.fixture
def pair(folder: Path) -> Iterator[tuple[Server, Server, Machine]]:
    """A primary with the small city, a replica that streams from it, and a machine whose server knows both."""
    if NO_SYSTEM:
        pytest.skip(
            "no PostgreSQL of the system with pg_basebackup here (or not root): replicas are not tried"
        )
    place = Path(tempfile.mkdtemp(prefix="tongxin-pair-"))
    shutil.chown(place, "nobody")
    place.chmod(0o755)
    primary, replica = Server(place / "primary", free_port()), Server(place / "replica", free_port())
    data = folder / "city"
    data.mkdir()
    machine = Machine(data, {})
    try:
        primary.call(
            "initdb",
            "-D",
            str(primary.home),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        primary.start()
        said("load-city", "--city", str(ROOT / "city" / "boston"), data=data, TONGXIN_DSN=primary.dsn())
        replica.call("pg_basebackup", "-D", str(replica.home), "-R", "--checkpoint=fast", "--no-sync",
                     "-d", f"host=127.0.0.1 port={primary.port} user=postgres")  # fmt: skip
        replica.start()
        password = Secrets.of(data).app_password
        machine.settings = {
            "TONGXIN_APP_DSN": f"postgresql://tongxin_app:{password}@127.0.0.1:{primary.port}/tongxin",
            "TONGXIN_READ_DSN": f"host=127.0.0.1 port={replica.port}",
            "TONGXIN_READ_WITHIN": str(WITHIN),
        }
        yield primary, replica, machine
    finally:
        machine.stop()
        replica.stop()
        primary.stop()
        shutil.rmtree(place, ignore_errors=True)


class Reader:
    """Somebody with a browser: the cookies are kept."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        ).open

    def reports(self) -> str:
        body = {
            "client_key": uuid.uuid4().hex, "matter": "abandoned-bicycle", "place": "allston-brighton", "text": "a bicycle",
        }  # fmt: skip
        request = urllib.request.Request(
            f"{self.base}/api/reports", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with self.open(request, timeout=20) as answer:
            return str(json.loads(answer.read())["number"])

    def lists(self, path: str = "/cases/") -> tuple[bool, str]:
        """Whether the list came from the copy, and what it says."""
        with self.open(self.base + path, timeout=20) as answer:
            assert answer.status == 200
            return "Tongxin-Read-From" in answer.headers, answer.read().decode()


def test_lists_come_from_the_copy_but_never_late_for_who_wrote_nor_beyond_the_limit(
    pair: tuple[Server, Server, Machine],
) -> None:
    _, replica, machine = pair
    port = free_port()
    machine.start("serve", "--port", str(port), "--workers", "1")
    base = f"http://127.0.0.1:{port}"
    until(lambda: answers(port), machine.log("serve"))
    writer, other = Reader(base), Reader(base)
    until(lambda: other.lists()[0], "lists come from the copy")
    assert [other.lists(path)[0] for path in ("/overview/", "/hung/", "/api/cases", "/law/", "/ledger/")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    first = writer.reports()
    assert first in writer.lists()[1]
    until(lambda: first in other.lists()[1], "the copy has it too")

    replica.run("SELECT pg_wal_replay_pause()")
    until(lambda: replica.run("SELECT pg_get_wal_replay_pause_state()") == "paused", "paused")
    late = writer.reports()
    came, text = writer.lists()
    assert (came, late in text) == (False, True), "who has written reads it, from the primary"
    came, text = other.lists()
    if came:  # still within the limit: another may see the list as it was
        assert late not in text
    until(lambda: not other.lists()[0], "beyond the limit nobody is answered from the copy")
    assert late in other.lists()[1]
    replica.run("SELECT pg_wal_replay_resume()")
    until(lambda: writer.lists()[0], "the copy has caught up, also for who wrote")
    assert late in writer.lists()[1]

    replica.stop()
    came, text = writer.lists()  # the first page after: it breaks on the copy and is made from the primary
    assert not came
    assert late in text
    replica.start()
    until(lambda: other.lists()[0], "the copy answers again")
    assert "Traceback" not in machine.log("serve")


def answers(port: int) -> bool:
    try:
        return get(f"http://127.0.0.1:{port}/healthz")[0] == 200
    except OSError:
        return False


def test_personal_data_and_whatever_an_act_reads_is_never_read_from_the_copy() -> None:
    router = Router()
    assert router.db_for_read(Case) is None
    with from_copy():
        assert (router.db_for_read(Case), router.db_for_read(Report)) == ("copy", "default")
        assert router.db_for_write(Case) == "default"
        listed = Case(number="x")
        listed._state.db = "copy"
        assert router.db_for_read(Report, instance=listed) == "default"
    assert router.db_for_read(Case) is None


@pytest.mark.django_db
def test_in_a_transaction_even_a_listed_table_is_read_from_the_primary() -> None:
    with from_copy():
        assert Router().db_for_read(Case) == "default"


def test_a_copy_that_was_cut_off_is_told_from_a_primary_on_which_nothing_happens() -> None:
    quiet, cut = Lag(), Lag()
    for second in range(0, 100, 2):
        quiet.saw(at=second, primary=500, copy=500)
        cut.saw(at=second, primary=500 + second, copy=510)
    assert quiet.serves(at=99, within=5, written=500)
    assert not quiet.serves(at=99, within=5, written=501), "it has not what this reader wrote"
    assert not quiet.serves(at=110, within=5, written=0), "nobody has looked for too long"
    assert cut.as_of == 10
    assert not cut.serves(at=99, within=5, written=0)
    quiet.lost()
    assert not quiet.serves(at=99, within=5, written=0)


def test_without_a_copy_nothing_is_remembered_with_the_reader(client: object) -> None:
    answer = client.post("/display/", {})  # type: ignore[attr-defined]
    assert "tongxin_written" not in answer.cookies
