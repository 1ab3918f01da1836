"""看护。 What `tongxin up` does about a process that ends by itself: it begins it again (docs/decisions/0022).

A process that ends again and again is begun later and later, at most 30 s apart, and never given up: a city is not to go
dark because something was away for a while. Whoever wants to see it end, ends `tongxin up`.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tongxin.web.console import cluster

LONGEST_PAUSE: Final = 30.0  # seconds between two beginnings
STOOD: Final = 10.0  # seconds after which a process counts as having stood
LOOK_EVERY: Final = 0.2
DATABASE_EVERY: Final = 1.0
ENDS_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG, linux/prctl.h


class Pause:
    """歇多久再来。 How long to wait before the next beginning: not at all the first time, then 1, 2, 4 … seconds."""

    def __init__(self) -> None:
        self.began, self.next, self.ended = 0.0, 0.0, 0.0

    def due(self, clock: float) -> bool:
        """该再来了吗。 Whether it is time to begin again; asked for the first time after an end, it counts from then."""
        if not self.ended:
            self.ended = clock
            if clock - self.began >= STOOD:
                self.next = 0.0
        return clock >= self.ended + self.next

    def begun(self, clock: float) -> None:
        """又开始了。 It has been begun again."""
        self.began, self.ended = clock, 0.0
        self.next = min(max(1.0, self.next * 2), LONGEST_PAUSE)


class Child:
    """一个子进程。 One process that is kept running, in a session of its own."""

    def __init__(self, name: str, command: Sequence[str], surroundings: Mapping[str, str]) -> None:
        self.name, self.command, self.surroundings = name, list(command), dict(surroundings)
        self.pause = Pause()
        self.process = self._begin()
        self.pause.began = time.monotonic()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program
            self.command,
            env=self.surroundings,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - `up` has no thread while it begins processes
        )

    @property
    def ended(self) -> bool:
        """结束了没有。 Whether it has ended."""
        return self.process.poll() is not None

    def begin_again(self, clock: float) -> None:
        """该再来时再来。 Begin it again when that is due; whatever it left running in its session is ended first."""
        if not self.pause.due(clock):
            return
        self.end_session()
        print(
            f"{self.name} ended by itself ({self.process.returncode}); begun again",
            file=sys.stderr,
            flush=True,
        )
        self.process = self._begin()
        self.pause.begun(clock)

    def end_session(self) -> None:
        """结束它那一组。 End all that runs in its session, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _end_with_parent() -> None:
    """父亡子亡。 Where the kernel can, a process is told to end when the one that watches it is gone (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ENDS_WITH_PARENT, signal.SIGTERM)


class Database:
    """本机的数据库。 The embedded database: begun again when it died, left alone when it was stopped in order."""

    def __init__(self, data: Path) -> None:
        self.data, self.pause, self.looked = data, Pause(), 0.0

    def look(self, clock: float) -> bool:
        """看一眼。 Look whether it died, and begin it again; False when it now has another port than our processes know."""
        if clock < self.looked + DATABASE_EVERY:
            return True
        self.looked = clock
        if not cluster.died(self.data) or not self.pause.due(clock):
            return True
        before = cluster.port_of(self.data)
        print("the database ended by itself; begun again", file=sys.stderr, flush=True)
        try:
            found, _ = cluster.ensure(self.data)
        except cluster.ClusterError as error:
            print(f"the database does not start yet: {error}", file=sys.stderr, flush=True)
            self.pause.begun(clock)
            return True
        self.pause.begun(time.monotonic())
        return found.port == before


def supervise(
    children: Sequence[Child], *, database: Database | None, clock: Callable[[], float] = time.monotonic
) -> int:
    """看护到叫停为止。 Watch over processes and database until told to stop; returns the exit status."""
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    while not stopping:
        time.sleep(LOOK_EVERY)
        if database is not None and not database.look(clock()):
            print("the database moved to another port; stopping the rest", file=sys.stderr)
            return 1
        for child in children:
            if child.ended and not stopping:
                child.begin_again(clock())
    return 0
