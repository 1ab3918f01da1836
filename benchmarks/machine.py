"""Facts of the machine on which something was measured: no name, no address, no path."""

import contextlib
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]


def load() -> float:
    """The machine's load of the last minute."""
    return os.getloadavg()[0]


def cpu_model(text: str) -> str:
    """The processor's name, from the text of /proc/cpuinfo; empty where it does not say."""
    for line in text.splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return ""


def memory_gb(text: str) -> float:
    """The machine's memory in GB, from the text of /proc/meminfo; 0 where it does not say."""
    for line in text.splitlines():
        if line.startswith("MemTotal"):
            return round(int(line.split()[1]) / 1024**2, 1)
    return 0.0


def conditions(before: float) -> dict[str, Any]:
    """What a figure was measured on; `before`: the load before it. Needs Django to be set up."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('shared_buffers')"
        )
        version, fsync, buffers = cursor.fetchone()
    connection.close()
    return {
        "cpu": cpu_model(_read("/proc/cpuinfo")),
        "cores": os.cpu_count(),
        "memory GB": memory_gb(_read("/proc/meminfo")),
        "python": platform.python_version(),
        "postgresql": version.split()[0],
        "fsync": fsync,
        "shared_buffers": buffers,
        "load": [round(before, 1), round(load(), 1)],
    }


def processor_of(chosen: Callable[[int], bool]) -> float:
    """Processor seconds used so far by the processes of this machine that are chosen by their number."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile
            if chosen(int(place.name)):
                fields = (place / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(chosen: Callable[[int], bool]) -> dict[int, tuple[float, float]]:
    """Proportional and resident set size in MB (2^20 bytes) of each of these processes; of one that ended, nothing.

    Proportional: what several processes share is divided among them, so that their sum counts it once.
    """
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile
            if not chosen(int(place.name)):
                continue
            lines = (place / "smaps_rollup").read_text().splitlines()[1:]
            sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
            if sizes:
                found[int(place.name)] = (sizes["Pss"], sizes["Rss"])
    return found


def of_group(leader: int) -> Callable[[int], bool]:
    """Chooses the processes of a group."""
    return lambda pid: os.getpgid(pid) == leader


def of_database(name: str) -> Callable[[int], bool]:
    """Chooses the backends of PostgreSQL that work in a database of this machine: their title says so."""
    return lambda pid: f" {name} ".encode() in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")


def commit() -> str:
    """The commit that is checked out, 12 digits; with `+` where files differ from it, empty outside a repository."""
    head = _git("rev-parse", "--short=12", "HEAD")
    return head + (
        "+" if head and _git("status", "--porcelain", "--untracked-files=no", "--", "tongxin") else ""
    )


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=TOP, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
