"""运行的命令。 Commands that run the house: everything, the workers, or one round of their work."""

import argparse
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import connection

from tongxin.acts.terms import Refused
from tongxin.cases import tally, tasks
from tongxin.exchange import tasks as exchange_tasks
from tongxin.law import tasks as law_tasks
from tongxin.places.queries import is_founded
from tongxin.web import ground, schema, witnessing
from tongxin.web.clock import now
from tongxin.web.console import cluster, duty, environment, restored
from tongxin.web.console.commands import attesting, founding
from tongxin.web.console.supervision import Child, Database, supervise
from tongxin.web.sample_sources import demo_sources
from tongxin.web.tasks import deliver

Result = tuple[int, Any]
OWNERS = frozenset(
    {"TONGXIN_DSN", "TONGXIN_OWNER_DSN"}
)  # the server works as the application's role and knows no other
log = logging.getLogger("tongxin.work")
_left_alone: dict[str, datetime] = {}
THREADS = 24  # of one server process, each with a connection that it keeps; more than may wait at the counter (cases.api.counter.LINE)
SEQUENCE_EVERY, SWEEP_EVERY, DELIVER_EVERY, FOLD_EVERY = 0.5, 15.0, 2.0, 2.0  # seconds
MONTHS_EVERY = 3_600.0


def sequence(given: argparse.Namespace) -> Result:
    """定序一次。 Integrate what waits."""
    founding.migrate(given)
    restored.require_numbers()
    if restored.unheard():
        return 1, {
            "integrated": 0,
            "reason": "the database came back on another timeline: a worker asks the witnesses first",
        }
    return 0, {"integrated": ground.sequence_all(at=now())}


def sweep(given: argparse.Namespace) -> Result:
    """扫一次。 Look once at the limits that are due."""
    founding.migrate(given)
    return 0, _swept(now())


PARTS: Final = {"cases": tasks.sweep, "law": law_tasks.sweep, "data": exchange_tasks.sweep}


def _swept(moment: datetime) -> dict[str, Any]:
    """三处各扫各的。 What time alone has changed, in law, shared data and cases."""
    return {key: value for name in ("law", "data", "cases") for key, value in _part(name, moment).items()}


def _part(name: str, moment: datetime) -> dict[str, Any]:
    """一处。 One of them. Where a city's lists found no such act (one founded by an earlier version) it is refused, and recorded so:

    that part is then left alone for an hour.
    """
    if _left_alone.get(name, moment) > moment:
        return {}
    try:
        return dict(PARTS[name](at=moment))
    except Refused as refused:
        log.error("the sweep of %s is refused: %s", name, refused.reason_en)  # noqa: TRY400 - it names nobody
        _left_alone[name] = moment + timedelta(hours=1)
        return {f"{name}_refused": refused.reason_en}


def work(given: argparse.Namespace) -> Result:
    """持续工作。 Sequence, sweep and deliver until told to stop, where no other worker does; a database that restarts is waited for."""
    require_current(given)
    duty.bounded()
    connection.close()
    stopping, parent = threading.Event(), os.getppid()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopping.set())
    watching = threading.Thread(target=_until_alone, args=(parent, stopping), daemon=True)
    watching.start()
    roster = duty.Roster()
    roster.duties.extend(_duties(roster, owner=bool(given.database.owner_dsn)))
    with attesting.attended(lambda: roster.has("sequence")):
        duty.work(roster, stopping)
    return 0, None


def _until_alone(parent: int, stopping: threading.Event) -> None:
    """谁启动了我们，谁走了我们也走。 Whoever started us is gone: so are we."""
    while not stopping.wait(0.5):
        if os.getppid() != parent:
            stopping.set()


def _duties(roster: duty.Roster, *, owner: bool) -> list[duty.Duty]:
    """分内的事。 The duties of which the city has one each: the sequencer, the sweepers, the one that delivers.

    `owner`: this worker was told the connection of the tables' owner. Without it none can make the months ahead, and must not keep
    the duty from one that can.
    """

    def sequencing(at: datetime) -> None:
        if restored.may_sign():
            ground.sequence_all(at=at, going=roster.going("sequence"))

    def begin() -> None:
        witnessing.begin()
        restored.require_numbers()

    marks: dict[str, int] = {}
    found = [
        duty.Duty("sequence", 1, SEQUENCE_EVERY, sequencing, begin),
        # Each kind of limits apart: one that is broken holds up no other.
        duty.Duty("sweep", 2, SWEEP_EVERY, lambda at: _part("cases", at)),
        duty.Duty("sweep of law", 4, SWEEP_EVERY, lambda at: _part("law", at)),
        duty.Duty("sweep of data", 5, SWEEP_EVERY, lambda at: _part("data", at)),
        duty.Duty(
            "deliver", 3, DELIVER_EVERY, lambda at: deliver(at=at, going=roster.going("deliver"), marks=marks)
        ),
        duty.Duty("fold", 6, FOLD_EVERY, lambda _: tally.fold()),
    ]
    return [*found, duty.Duty("months", 7, MONTHS_EVERY, lambda _: schema.keep_months())] if owner else found


def serve(given: argparse.Namespace) -> Result:
    """只提供服务。 The server alone, on a machine of its own; the tables must be up to date, and another process works."""
    _check_port(given.port, given.host)
    require_current(given)
    connection.close()
    command = server_command(host=given.host, port=given.port, workers=given.workers)
    # Not told its port: cookies have one name on all machines, so that a session is at home on each.
    os.execve(command[0], command, server_surroundings(os.environ))  # noqa: S606 - our own program; it takes our place, and our stop signals


def require_current(given: argparse.Namespace) -> None:
    """表须是最新的。 Raises ClusterError when this code and the tables are not of one version, or the ledger cannot go on.

    Only `up`, `migrate` and `load-city` bring tables up to date: of several machines one does, before the others are started.
    """
    del given
    if not schema.is_current(alias="default"):
        raise cluster.ClusterError(founding.NOT_CURRENT)
    restored.require_numbers()


def up(given: argparse.Namespace) -> Result:
    """启动一切。 Database, city, workers, server; on Ctrl-C everything that was started stops again."""
    began = time.monotonic()
    _check_port(given.port, "127.0.0.1")
    founding.migrate(given)
    try:
        restored.require_numbers()
        if not is_founded():
            print(f"founding the city of {given.city} …", flush=True)
            status, said = founding.load_city(given)
            if status:
                return status, "\n".join(said["faults"])
        source, _places = demo_sources()
        connection.close()
        with _children(given, source) as children:
            _wait_until_served(given.port, children)
            print(
                f"Tongxin 同心 serves on http://127.0.0.1:{given.port}  (ready in {time.monotonic() - began:.1f} s; "
                "Ctrl-C stops it)",
                flush=True,
            )
            return supervise(children, database=_own_database()), None
    finally:
        if given.database.started:
            cluster.stop(environment.data_folder())


def _own_database() -> Database | None:
    return None if os.environ.get("TONGXIN_DSN") else Database(environment.data_folder())


def _check_port(port: int, host: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise cluster.ClusterError(f"port {port} is taken; choose another with PORT=") from error


@contextlib.contextmanager
def _children(given: argparse.Namespace, source: list[str]) -> Iterator[list[Child]]:
    """子进程。 The server and the worker, in the demo a witness and a source system; all end when this block does."""
    surroundings = {**os.environ, "TONGXIN_PORT": str(given.port), "TONGXIN_POOL": "1", "TONGXIN_TOLD": "1"}
    witness, setting = attesting.demo_witness()
    if setting:
        surroundings["TONGXIN_WITNESSES"] = setting
    server = server_command(port=given.port, workers=given.workers)
    worker = [
        sys.executable,
        "-c",
        "import sys; from tongxin.web.console import main; sys.exit(main(['work']))",
    ]
    children = [
        Child("the server", server, server_surroundings(surroundings)),
        Child("the worker", worker, surroundings),
    ]
    children += [
        Child(name, command, _alone())
        for name, command in (("the witness", witness), ("the sample sources", source))
        if command
    ]
    try:
        yield children
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        for child in children:
            try:
                child.process.wait(10)
            except subprocess.TimeoutExpired:
                child.end_session()


def server_surroundings(given: Mapping[str, str]) -> dict[str, str]:
    """服务器的环境。 What a server process is told of what is given: nothing of the tables' owner.

    The C library keeps an arena of memory for each of many threads and gives none back: two are enough for threads of which one
    computes at a time.
    """
    kept = {key: value for key, value in given.items() if key not in OWNERS}
    return {"MALLOC_ARENA_MAX": "2", **kept, "TONGXIN_POOL": "1"}


def server_command(*, port: int, workers: int, host: str = "127.0.0.1") -> list[str]:
    """服务器的命令行。 The command line of the server: so many processes on a port of this machine; the bench starts the same."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        # A thread for each report that may wait at the counter and some for pages: whoever is beyond the line is answered 503 at
        # once. Connections beyond the backpressure wait in the system's own backlog.
        "--blocking-threads",
        str(THREADS),
        "--backpressure",
        "256",
        "--no-ws",
        "--log-level",
        "error",  # it warns of more threads than cores: these wait, they do not compute
        "--respawn-failed-workers",
        "--static-path-route",
        "/assets",
        "--static-path-mount",
        str(Path(__file__).resolve().parents[4] / "assets"),
        "tongxin.web.wsgi:application",
    ]


def _alone() -> dict[str, str]:
    """外人的环境。 What the demo's witness and source system are told: nothing of the city's database."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}


def _wait_until_served(port: int, children: list[Child]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        if any(child.ended for child in children):
            raise cluster.ClusterError("the server ended before it was ready; its message stands above")
        time.sleep(0.05)
    raise cluster.ClusterError("the server did not answer within 30 s")
