"""值班。 Duties that one process of the city has at a time, whatever machine it runs on: who has one, and for how long.

A duty is a session-level advisory lock, held on a connection of its own that does nothing else (docs/decisions/0021). The
database gives the lock to another as soon as that session ends: at once when the process is killed, and after `HELD_FOR`
when nothing is heard from it (`idle_session_timeout`), because it is frozen or its network is gone. No row, no clock of
another machine. Who wakes up late finds the duty gone; and what it had half done does no harm, since every act takes its
own locks and looks again, and no transaction of a worker stays open longer than `HELD_FOR` without a statement.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from tongxin.web.clock import now
from tongxin.web.console.cluster import ClusterError
from tongxin.web.logs import where
from tongxin.web.postgresql import apart

SPACE: Final = 0x746F6E67  # first half of the advisory locks of duties; the second tells which
HELD_FOR: Final = 3.0  # seconds without a sign of life after which the database gives a duty away
BEAT_EVERY: Final = 0.5
STUCK: Final = 60.0  # seconds that one round may take; who is longer at it gives the duty up
PATIENT: Final = 0.1  # seconds between two looks at whether there is something to do
# For every connection of a worker: what is left open by a frozen process ends by itself, and with it its locks.
BOUNDED: Final = (
    f"-c idle_in_transaction_session_timeout={int(HELD_FOR * 1000)} -c tcp_user_timeout={int(HELD_FOR * 1000)} "
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=2"
)
REACHED: Final[dict[str, Any]] = {
    "connect_timeout": 3,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": int(HELD_FOR * 1000),
}
LOCKS: Final = (
    "SELECT n, pg_try_advisory_lock(%s, n) FROM unnest(%s::int[]) AS t(n) UNION ALL SELECT NULL, true"
)
log = logging.getLogger("tongxin.duty")


@dataclass(slots=True)
class Duty:
    """一项职责。 A duty: its name and lock, how often a round of it is run (seconds), the round, and what comes before the first.

    `begin` is run when the duty has been taken, and again when the database was away meanwhile.
    """

    name: str
    lock: int
    every: float
    run: Callable[[datetime], object]
    begin: Callable[[], None] = field(default=lambda: None)


def clock() -> float:
    """走着的秒数。 Seconds that also pass while the machine sleeps, where the system counts them (Linux)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Roster:
    """值班表。 Which of these duties this process has now. One connection, one thread that gives signs of life on it."""

    def __init__(self, *duties: Duty) -> None:
        self.duties = list(duties)
        self._held: set[str] = set()
        self._until = 0.0
        self._marks: dict[str, float] = {}
        self._opened: psycopg.Connection[Any] | None = None

    def has(self, name: str) -> bool:
        """现在是不是我值班。 Whether the duty is ours at this moment: only as long as the database cannot have given it away."""
        return name in self._held and clock() < self._until

    def going(self, name: str) -> Callable[[], bool]:
        """还做不做下去。 What a long round asks between its parts: whether the duty is still ours; each asking begins anew."""

        def on_duty() -> bool:
            self.mark(name, clock())
            return self.has(name)

        return on_duty

    def mark(self, name: str, at: float | None) -> None:
        """一轮的开始与结束。 A round of a duty has begun at a second, or has ended (None)."""
        if at is None:
            self._marks.pop(name, None)
        else:
            self._marks[name] = at

    def beat(self) -> None:
        """一次心跳。 One sign of life, and a try for each duty that nobody has. Raises psycopg.Error when the duties are lost."""
        began = clock()
        try:
            self._release_stuck(began)
            opened = self._connection()
            wanted = [duty.lock for duty in self.duties if self._free(duty, began)]
            taken = {number for number, got in opened.execute(LOCKS, [SPACE, wanted]).fetchall() if got}
        except psycopg.Error:
            self.lose()
            raise
        fresh = {duty.name for duty in self.duties if duty.lock in taken}
        self._held |= fresh
        self._until = began + HELD_FOR
        for name in sorted(fresh):
            log.warning("%s is done here from now on", name)

    def lose(self) -> None:
        """不再值班。 Let go of every duty; at the end, and whenever the connection is gone."""
        self._held.clear()
        self._until = 0.0
        if self._opened is not None:
            with suppress(psycopg.Error):
                self._opened.close()
            self._opened = None

    def _free(self, duty: Duty, at: float) -> bool:
        stuck = at - self._marks.get(duty.name, at) > STUCK
        return duty.name not in self._held and not stuck

    def _release_stuck(self, at: float) -> None:
        """卡住的让出去。 A round that does not come to its end: another may try; this process keeps its other duties."""
        for duty in self.duties:
            if duty.name in self._held and at - self._marks.get(duty.name, at) > STUCK:
                self._held.discard(duty.name)
                self._connection().execute("SELECT pg_advisory_unlock(%s, %s)", [SPACE, duty.lock])
                log.error("%s has not come to an end for %d s: given up here", duty.name, STUCK)

    def _connection(self) -> psycopg.Connection[Any]:
        if self._opened is None:
            name = f"tongxin duty {socket.gethostname()}:{os.getpid()}"[:63]
            opened = apart.connected("default", name=name, **REACHED)  # its loss is soon noticed
            opened.execute(
                "SELECT set_config('idle_session_timeout', %s, false)", [str(int(HELD_FOR * 1000))]
            )
            self._opened = opened
        return self._opened


def bounded() -> None:
    """有界的连接。 Let every connection that this process opens from now on end by itself when the process is frozen."""
    held: dict[str, Any] = connection.settings_dict["OPTIONS"]
    held["options"] = f"{held.get('options', '')} {BOUNDED}".strip()
    held |= REACHED


def work(roster: Roster, stopping: threading.Event) -> None:
    """做分内的事，直到停下。 Take duties as they come free and do them, each in a thread of its own, until told to stop."""
    threads = [
        threading.Thread(target=_attend, args=(duty, roster, stopping), name=duty.name, daemon=True)
        for duty in roster.duties
    ]
    for thread in threads:
        thread.start()
    while not stopping.is_set():
        try:
            roster.beat()
        except psycopg.Error as error:
            log.warning("the database is away, no duty is held: %s", type(error).__name__)
        stopping.wait(BEAT_EVERY)
    for thread in threads:
        thread.join(HELD_FOR)
    roster.lose()


def _attend(duty: Duty, roster: Roster, stopping: threading.Event) -> None:
    begun, due = False, 0.0
    while not stopping.wait(PATIENT):
        if not roster.has(duty.name):
            begun = False
            continue
        if begun and clock() < due:
            continue
        try:
            roster.mark(duty.name, clock())
            if not begun:
                duty.begin()
                begun = True
            due = clock() + duty.every
            duty.run(now())
        except (OperationalError, InterfaceError) as error:
            log.warning("%s: the database is away: %s", duty.name, type(error).__name__)
            begun = False
            close_old_connections()
            connection.close()
            stopping.wait(1.0)
        except ClusterError as error:
            log.error("%s: %s", duty.name, error)  # noqa: TRY400 - it says what to do, and names nobody
            stopping.wait(10.0)
        except Exception as error:  # noqa: BLE001 - one round that breaks ends no duty: it is said, and tried again
            log.error("%s broke off: %s", duty.name, where(error))  # noqa: TRY400 - what it says may name people
            connection.close()
            stopping.wait(1.0)
        finally:
            roster.mark(duty.name, None)
    connection.close()
