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
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from tongxin.cases import tasks
from tongxin.exchange import tasks as exchange_tasks
from tongxin.law import tasks as law_tasks
from tongxin.places.queries import is_founded
from tongxin.web import ground
from tongxin.web.clock import now
from tongxin.web.console import cluster, environment
from tongxin.web.console.commands import attesting, founding
from tongxin.web.console.supervision import Child, Database, supervise
from tongxin.web.sample_sources import demo_sources
from tongxin.web.tasks import deliver

log = logging.getLogger("tongxin.web")
Result = tuple[int, Any]
OWNERS = frozenset(
    {"TONGXIN_DSN", "TONGXIN_OWNER_DSN"}
)  # the server works as the application's role and knows no other
SEQUENCE_EVERY, SWEEP_EVERY, DELIVER_EVERY, BROKEN_EVERY = 0.5, 15.0, 2.0, 1.0  # seconds


def sequence(given: argparse.Namespace) -> Result:
    """定序一次。 Integrate what waits."""
    founding.migrate(given)
    return 0, {"integrated": ground.sequence_all(at=now())}


def sweep(given: argparse.Namespace) -> Result:
    """扫一次。 Look once at the limits that are due."""
    founding.migrate(given)
    moment = now()
    return 0, {
        **law_tasks.sweep(at=moment),
        **exchange_tasks.sweep(at=moment),
        **tasks.sweep(at=moment),
    }


def work(given: argparse.Namespace) -> Result:
    """持续工作。 Sequence, sweep and deliver until told to stop; a database that restarts is waited for.

    What goes wrong in one kind of work is said and tried again; it stops no other. Mail has a thread of its own: a mail
    server that answers nothing holds up neither the ledger nor the limits.
    """
    del given
    stopping = threading.Event()
    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, lambda _number, _frame: stopping.set())
    parent = os.getppid()
    mail = threading.Thread(target=_posting, args=(stopping,), daemon=True)
    with attesting.attended():
        mail.start()
        due = dict.fromkeys(ROUNDS, 0.0)
        while not stopping.wait(0.1) and os.getppid() == parent:  # whoever started us is gone: so are we
            for name, (every, run) in ROUNDS.items():
                if time.monotonic() >= due[name]:
                    due[name] = time.monotonic() + (every if _done(name, run) else max(every, BROKEN_EVERY))
        stopping.set()
    return 0, None


def _posting(stopping: threading.Event) -> None:
    while not stopping.wait(DELIVER_EVERY):
        _done("deliver", deliver)


def _done(name: str, run: Callable[..., Any]) -> bool:
    """做一轮。 One round of one kind of work; False when it failed. What failed is named, without what somebody wrote."""
    try:
        run(at=now())
    except (OperationalError, InterfaceError) as error:
        log.warning("%s waits for the database: %s", name, type(error).__name__)
        connection.close()
        return False
    except Exception as error:  # noqa: BLE001 - one kind of work that is broken does not end the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        log.error("%s failed: %s at %s:%s", name, type(error).__name__, where.name, where.lineno)  # noqa: TRY400
        connection.close()
        return False
    return True


ROUNDS: Mapping[str, tuple[float, Callable[..., Any]]] = {
    "sequence": (SEQUENCE_EVERY, ground.sequence_all),
    "sweep of law": (SWEEP_EVERY, law_tasks.sweep),
    "sweep of lawful data": (SWEEP_EVERY, exchange_tasks.sweep),
    "sweep of cases": (SWEEP_EVERY, tasks.sweep),
}


def up(given: argparse.Namespace) -> Result:
    """启动一切。 Database, city, workers, server; on Ctrl-C everything that was started stops again."""
    began = time.monotonic()
    _check_port(given.port)
    founding.migrate(given)
    try:
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


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise cluster.ClusterError(f"port {port} is taken; choose another with PORT=") from error


@contextlib.contextmanager
def _children(given: argparse.Namespace, source: list[str]) -> Iterator[list[Child]]:
    """子进程。 The server and the worker, in the demo a witness and a source system; all end when this block does."""
    surroundings = {**os.environ, "TONGXIN_PORT": str(given.port), "TONGXIN_POOL": "1"}
    witness, setting = attesting.demo_witness()
    if setting:
        surroundings["TONGXIN_WITNESSES"] = setting
    server = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(given.port),
        "--workers",
        str(given.workers),
        "--blocking-threads",
        "4",
        "--backpressure",
        "256",
        "--no-ws",
        "--log-level",
        "warning",
        "--respawn-failed-workers",
        "--static-path-route",
        "/assets",
        "--static-path-mount",
        str(Path(__file__).resolve().parents[4] / "assets"),
        "tongxin.web.wsgi:application",
    ]
    worker = [
        sys.executable,
        "-c",
        "import sys; from tongxin.web.console import main; sys.exit(main(['work']))",
    ]
    application = {key: value for key, value in surroundings.items() if key not in OWNERS}
    children = [Child("the server", server, application), Child("the worker", worker, surroundings)]
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
