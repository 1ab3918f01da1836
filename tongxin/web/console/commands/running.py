"""运行的命令。 Commands that run the house: everything, the workers, or one round of their work."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import OperationalError, close_old_connections, connection

from tongxin.cases import tasks
from tongxin.exchange import tasks as exchange_tasks
from tongxin.law import tasks as law_tasks
from tongxin.places.queries import is_founded
from tongxin.web import ground, schema
from tongxin.web.clock import now
from tongxin.web.console import cluster, environment
from tongxin.web.console.commands import attesting, founding
from tongxin.web.sample_sources import demo_sources
from tongxin.web.tasks import deliver

Result = tuple[int, Any]
OWNERS = frozenset(
    {"TONGXIN_DSN", "TONGXIN_OWNER_DSN"}
)  # the server works as the application's role and knows no other
SEQUENCE_EVERY, SWEEP_EVERY, DELIVER_EVERY = 0.5, 15.0, 2.0  # seconds
MONTHS_EVERY = 3_600.0


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
    """持续工作。 Sequence, sweep and deliver until told to stop; a database that restarts is waited for."""
    del given
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    due = {"sequence": 0.0, "sweep": 0.0, "deliver": 0.0, "months": 0.0}
    parent = os.getppid()
    with attesting.attended():
        while not stopping and os.getppid() == parent:  # whoever started us is gone: so are we
            try:
                _round(due)
            except OperationalError:
                close_old_connections()
                connection.close()
                time.sleep(1)
            time.sleep(0.1)
    return 0, None


def _round(due: dict[str, float]) -> None:
    clock = time.monotonic()
    if clock >= due["sequence"]:
        ground.sequence_all(at=now())
        due["sequence"] = clock + SEQUENCE_EVERY
    if clock >= due["sweep"]:
        law_tasks.sweep(at=now())
        exchange_tasks.sweep(at=now())
        tasks.sweep(at=now())
        due["sweep"] = clock + SWEEP_EVERY
    if clock >= due["deliver"]:
        deliver(at=now())
        due["deliver"] = clock + DELIVER_EVERY
    if clock >= due["months"]:
        due["months"] = clock + MONTHS_EVERY
        schema.keep_months()


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
            return _until_stopped(children), None
    finally:
        if given.database.started:
            cluster.stop(environment.data_folder())


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise cluster.ClusterError(f"port {port} is taken; choose another with PORT=") from error


@contextlib.contextmanager
def _children(given: argparse.Namespace, source: list[str]) -> Iterator[list[subprocess.Popen[bytes]]]:
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
    children = [
        subprocess.Popen(server, env=application, start_new_session=True),  # noqa: S603 - our own program
        subprocess.Popen(worker, env=surroundings, start_new_session=True),  # noqa: S603
    ]
    children += [
        subprocess.Popen(command, env=_alone(), start_new_session=True)  # noqa: S603
        for command in (witness, source)
        if command
    ]
    try:
        yield children
    finally:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.terminate()
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)


def _alone() -> dict[str, str]:
    """外人的环境。 What the demo's witness and source system are told: nothing of the city's database."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}


def _wait_until_served(port: int, children: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        if any(child.poll() is not None for child in children):
            raise cluster.ClusterError("the server ended before it was ready; its message stands above")
        time.sleep(0.05)
    raise cluster.ClusterError("the server did not answer within 30 s")


def _until_stopped(children: list[subprocess.Popen[bytes]]) -> int:
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    while not stopping:
        time.sleep(0.2)
        if any(child.poll() is not None for child in children):
            print("a process of the server ended by itself; stopping the rest", file=sys.stderr)
            return 1
    return 0
