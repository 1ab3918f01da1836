"""The city that is to suffer: `tongxin up` in a folder and on a port of its own, its processes, and how to end them."""

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main())"]
FOUNDED = "founded"  # the mark of a folder whose city was founded to the end
# Hours instead of days, so that limits pass while we look on; 0.01 h = 36 s. One clock fires once: the next level is told
# after eight working hours.
SHORT = {"accept": "0.01", "return": "0.03", "confirm": "0.01"}
OTHER = "0.02"
STAGES = frozenset({"accept", "return", "rule", "check", "confirm", "revisit", "handle", "assist"})


def hurried_pack(folder: Path) -> Path:
    """The sample city with limits of about a minute, and without its synthetic year."""
    shutil.copytree(ROOT / "city" / "binzhou", folder)
    (folder / "history.toml").unlink()
    facts = (folder / "city.toml").read_text(encoding="utf-8")
    (folder / "city.toml").write_text(facts[: facts.index("[history]")], encoding="utf-8")
    file = folder / "lists" / "limits.csv"
    with file.open(encoding="utf-8", newline="") as given:
        rows = list(csv.DictReader(given))
    for row in rows:
        if row["stage"] in STAGES and not row["step"]:
            row["number"], row["unit"] = SHORT.get(row["stage"], OTHER), "hour"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One process by its number and the moment it began: a number that was given to another is not it."""

    def __init__(self, number: int) -> None:
        self.number, self.began = number, _facts(number)[1]

    def kill(self, how: int = signal.SIGKILL) -> bool:
        """Send a signal, if it is still the one; whether it was there."""
        with contextlib.suppress(OSError, ValueError):
            if _facts(self.number)[1] == self.began:
                os.kill(self.number, how)
                return True
        return False

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        with contextlib.suppress(OSError, ValueError):
            return _facts(self.number)[1] == self.began and _state(self.number) not in "ZX"
        return False


def _stat(number: int) -> list[str]:
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()


def _facts(number: int) -> tuple[int, int]:
    """Parent, and the moment of beginning."""
    fields = _stat(number)
    return int(fields[1]), int(fields[19])


def _state(number: int) -> str:
    return _stat(number)[0]


def _children_of(number: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if _facts(int(path.name))[0] == number:
                found.append(int(path.name))
    return sorted(found)


def _words(number: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


class City:
    """A city in a data folder. Nothing that it did not start itself is ever ended by it."""

    def __init__(self, data: Path, *, port: int = 0, **surroundings: str) -> None:
        self.data, self.port = data, port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
        self.surroundings: Mapping[str, str] = {
            **inherited,
            "TONGXIN_DATA": str(data),
            "TONGXIN_DEMO": "1",
            "PYTHONPATH": str(ROOT),
            **surroundings,
        }
        self.up: subprocess.Popen[bytes] | None = None
        self.log = data.parent / f"{data.name}.log"

    # ---- Beginning and ending ----

    def start(self, pack: Path | None = None, *, patience: float = 180) -> None:
        """Begin `tongxin up` and wait until it serves."""
        with self.log.open("ab") as out:
            self.up = subprocess.Popen(
                [*COMMAND, "up", "--port", str(self.port), *(["--city", str(pack)] if pack else [])],
                cwd=ROOT, env=dict(self.surroundings), stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        # another that is just ending may still answer: it is ours that must
        self.wait(
            lambda: (bool(self.server()) and self.healthy()) or not self.running(),
            patience,
            "it does not serve",
        )
        if not self.running():
            raise RuntimeError(f"`tongxin up` ended:\n{self.log.read_text(errors='replace')[-3000:]}")

    def running(self) -> bool:
        """Whether `tongxin up` runs."""
        return self.up is not None and self.up.poll() is None

    def stop(self) -> None:
        """End everything as Ctrl-C would, and what is left of it for certain."""
        left = [Process(n) for n in self.everything()]
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.up.wait(40)
        self.tongxin("stop", check=False)
        for one in left:
            one.kill()
        if self.up is not None:
            self.up.wait(10)

    def tongxin(self, *words: str, check: bool = True) -> dict[str, object]:
        """Run a command of the console on this city and read its JSON."""
        done = subprocess.run(
            [*COMMAND, *words, "--json"], cwd=ROOT, env=dict(self.surroundings), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return dict(json.loads(done.stdout)) if done.stdout.startswith("{") else {}

    def wait(self, come: Callable[[], bool], patience: float, otherwise: str) -> float:
        """Wait until something has come; returns the seconds it took. Raises TimeoutError."""
        began = time.monotonic()
        while not come():
            if time.monotonic() - began > patience:
                raise TimeoutError(f"{otherwise} after {patience:.0f} s; see {self.log}")
            time.sleep(0.2)
        return time.monotonic() - began

    # ---- Looking ----

    def healthy(self) -> bool:
        """Whether it answers and reaches its database."""
        return self.get("/healthz", patience=2)[0] == 200

    def get(self, path: str, *, patience: float = 20) -> tuple[int, str]:
        """Status and text of a page; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=patience) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""
        except Exception:  # noqa: BLE001 - half an answer is none
            return 0, ""

    def owner(self) -> psycopg.Connection:
        """A connection of the owner of all tables."""
        held = json.loads((self.data / "cluster.json").read_text())
        return psycopg.connect(
            f"postgresql://tongxin_owner:{held['password']}@127.0.0.1:{held['port']}/tongxin",
            autocommit=True, connect_timeout=5,
        )  # fmt: skip

    @property
    def home(self) -> Path:
        """The folder of the database server."""
        return Path(json.loads((self.data / "cluster.json").read_text())["home"])

    # ---- Processes ----

    def supervisor(self) -> list[int]:
        """`tongxin up`."""
        return [self.up.pid] if self.up is not None and self.up.poll() is None else []

    def _begun(self, word: str) -> list[int]:
        return [n for parent in self.supervisor() for n in _children_of(parent) if word in _words(n)]

    def server(self) -> list[int]:
        """The server's first process."""
        return self._begun("granian")

    def server_workers(self) -> list[int]:
        """The processes that answer requests."""
        return [n for parent in self.server() for n in _children_of(parent) if "granian" in _words(n)]

    def worker(self) -> list[int]:
        """The process that sequences, sweeps and delivers."""
        return self._begun("main(['work'")

    def postmaster(self) -> list[int]:
        """The first process of the database."""
        with contextlib.suppress(OSError, ValueError):
            number = int((self.home / "pg" / "postmaster.pid").read_text().split("\n", 1)[0])
            if str(self.home) in _words(number):
                return [number]
        return []

    def database(self) -> list[int]:
        """All processes of the database."""
        return [n for first in self.postmaster() for n in (first, *_children_of(first))]

    def backends(self) -> list[int]:
        """The database's processes that work for our own: those of the application's role."""
        return [n for n in self.database() if "tongxin_app" in _words(n)]

    def everything(self) -> list[int]:
        """Every process of this city."""
        tree = self.supervisor()
        for number in tree:
            tree.extend(_children_of(number))
        return [*tree, *self.database()]

    def kill(self, numbers: Iterable[int], how: int = signal.SIGKILL) -> list[Process]:
        """End processes at once, all that are given as nearly together as can be; returns them."""
        chosen = []
        for number in numbers:
            with contextlib.suppress(OSError, ValueError):
                chosen.append(Process(number))
        for one in chosen:
            one.kill(how)
        return chosen


def founded(folder: Path) -> Path:
    """A data folder with the hurried city, founded once and stopped; it is copied for each run."""
    data = folder / "data"
    if (folder / FOUNDED).exists():
        return data
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    city = City(data)
    city.start(hurried_pack(folder / "pack"), patience=400)
    city.stop()
    (folder / FOUNDED).touch()
    return data


def copied(data: Path, to: Path) -> Path:
    """A copy of a stopped city, with owners and rights."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(data), str(to)], check=True)
    held = json.loads((to / "cluster.json").read_text())  # its home is beside it now
    held["home"], held["port"] = str(to / "db"), free_port()
    (to / "cluster.json").write_text(json.dumps(held))
    return to
