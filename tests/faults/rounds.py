"""The rounds: under load, end something at a random moment, wait until the city stands again, and look at everything."""

import contextlib
import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import checks
from tests.faults.city import ROOT, City, Process
from tests.faults.mail import Post

CLIENTS = ("open311", "json", "json", "html", "html", "officials")
WAIT = (0.3, 1.8)  # seconds of load before the fault
PATIENCE = 120.0  # seconds for the city to stand again; on an idle machine it takes six

Verify = Callable[
    [list[str]], Mapping[str, object]
]  # the ledger's verification, against checkpoints kept outside
Victims = Callable[[City, random.Random], list[int]]


def _one(numbers: list[int], dice: random.Random) -> list[int]:
    return [dice.choice(numbers)] if numbers else []


# What is ended in a round, and how often beside the others.
FAULTS: dict[str, tuple[int, Victims]] = {
    "one server worker": (3, lambda city, dice: _one(city.server_workers(), dice)),
    "the server's first process": (1, lambda city, _: city.server()),
    "the whole server": (2, lambda city, _: [*city.server(), *city.server_workers()]),
    "the worker": (4, lambda city, _: city.worker()),
    "a database backend": (3, lambda city, dice: _one(city.backends(), dice)),
    "the postmaster": (1, lambda city, _: city.postmaster()),
    "the whole database": (3, lambda city, _: city.database()),
    "tongxin up alone": (1, lambda city, _: city.supervisor()),
    "everything at once": (2, lambda city, _: city.everything()),
}
CUTS_MAIL = frozenset(FAULTS) - {"one server worker", "the server's first process", "the whole server"}


@dataclass
class Result:
    """What came of a run."""

    seed: int
    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ended: int = 0
    findings: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    standing: dict[str, list[float]] = field(default_factory=dict)
    checkpoints: int = 0
    letters: int = 0
    letters_again: int = 0
    told: checks.Told = field(default_factory=checks.Told)
    facts: dict[str, Any] = field(default_factory=dict)


class Run:
    """One run on one city."""

    def __init__(
        self, city: City, folder: Path, *, seed: int, verify: Verify, say: Callable[[str], None] = print
    ) -> None:
        self.city, self.folder, self.verify, self.say = city, folder, verify, say
        self.dice = random.Random(seed)
        self.result = Result(seed)
        self.post = Post(folder / "letters.log")
        self.clients: list[subprocess.Popen[bytes]] = []
        self.kept: list[str] = []
        self.kept_size, self.cuts = 0, 0
        self.looked = (0.0, 0.0)
        self.loads = 0
        self.seen: set[str] = set()  # what stays wrong is told once
        city.surroundings = {**city.surroundings, "TONGXIN_SMTP_HOST": "127.0.0.1", "TONGXIN_SMTP_PORT": str(self.post.port)}  # fmt: skip

    @property
    def logs(self) -> list[Path]:
        return [self.folder / f"client{n}.log" for n in range(len(CLIENTS))]

    # ---- Load ----

    def begin_load(self) -> None:
        """Begin the clients, each a process."""
        self.loads += 1  # nobody says the same twice
        for n, channel in enumerate(CLIENTS):
            command = [
                sys.executable,
                "-m",
                "tests.faults.load",
                channel,
                self.city.base,
                str(self.logs[n]),
                f"{self.result.seed}.{self.loads}.{n}",
            ]
            with (self.folder / "clients.err").open("ab") as out:
                self.clients.append(subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out))

    def end_load(self) -> None:
        """Let each client come to an answer for what it has in hand."""
        for client in self.clients:
            client.terminate()
        for client in self.clients:
            try:
                client.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.result.findings.append("a client that got no answer to the end")
                client.kill()

    # ---- One round ----

    def round(self, nth: int) -> None:
        """Load, a fault, standing again, and every check."""
        began = time.monotonic()
        name = self.dice.choices(list(FAULTS), [weight for weight, _ in FAULTS.values()])[0]
        time.sleep(self.dice.uniform(*WAIT))
        self.cuts += name in CUTS_MAIL
        victims = self.city.kill(FAULTS[name][1](self.city, self.dice))
        stood = self._stand_again(name, victims)
        before = len(self.result.findings)
        self.look(f"round {nth}, {name}")
        result = self.result
        result.rounds += 1
        result.faults[name] += 1
        result.ended += len(victims)
        result.standing.setdefault(name, []).append(stood)
        result.seconds.append(time.monotonic() - began)
        self.say(
            f"{nth:4d}  {name:28s} {len(victims):3d} ended, stood again after {stood:4.1f} s, "
            f"{len(result.told.taken)} acknowledged, round {result.seconds[-1]:4.1f} s "
            f"(rows {self.looked[0]:.1f}, ledger {self.looked[1]:.1f})"
            + "".join(f"\n      FOUND {one}" for one in result.findings[before:])
        )

    def _stand_again(self, name: str, victims: list[Process]) -> float:
        """Wait until the city answers and takes reports again; what no supervisor begins, systemd would."""
        began = time.monotonic()
        city = self.city
        if not victims:
            self.result.findings.append(f"nothing to end: {name}")
        city.wait(lambda: not any(one.lives for one in victims), 10, "a killed process lives")
        self._as_systemd_would()
        taken = self._taken()
        whole = (self._as_systemd_would, city.server, city.worker, city.postmaster)
        try:
            city.wait(
                lambda: city.healthy() and all(part() for part in whole) and self._taken() > taken, PATIENCE, f"after {name} it does not stand again"
            )  # fmt: skip
        except TimeoutError as error:
            self.result.findings.append(str(error))
        return time.monotonic() - began

    def _as_systemd_would(self) -> bool:
        """Begin `tongxin up` where it does not run: what it left running is told to end by the kernel, and the port is free soon."""
        for _ in range(8):
            if self.city.running():
                return True
            with contextlib.suppress(RuntimeError):
                self.city.start()
            time.sleep(0.5)
        return self.city.running()

    def _taken(self) -> int:
        self.result.told.look(self.logs)
        return len(self.result.told.taken)

    # ---- Looking ----

    def look(self, when: str, *, late: bool = False) -> None:
        """Every check; a database that another fault's recovery takes away in the middle is asked again."""
        self._keep_checkpoint(when)
        for attempt in range(5):
            try:
                found = self._found(late=late)
            except psycopg.OperationalError:
                if attempt == 4:
                    raise
                time.sleep(1)
                continue
            self.result.findings += [f"{when}: {one}" for one in found if one not in self.seen]
            self.seen.update(found)
            return

    def _found(self, *, late: bool) -> list[str]:
        told, began = self.result.told, time.monotonic()
        told.look(self.logs)
        wrong, told.wrong = told.wrong, []
        with self.city.owner() as owner:
            found = checks.found_by(owner, told, late=late)
            found += checks.letters_wrong(owner, self.post.letters, allowed=self.cuts)
            found += checks.photos_wrong(owner, self.city.data / "photos")
        letters, rows = list(self.post.letters), time.monotonic() - began
        self.result.letters, self.result.letters_again = len(letters), len(letters) - len(set(letters))
        verified = self.verify(self.kept)
        self.looked = (rows, time.monotonic() - began - rows)
        if not verified["intact"]:
            found.append(f"the ledger is not intact: {verified['first_fault']}")
        self.result.checkpoints = len(self.kept)
        return [*found, *(f"an answer that should not be: {one}" for one in wrong)]

    def _keep_checkpoint(self, when: str) -> None:
        """Keep the published checkpoint outside; it may only grow. That it leads on from each kept one is proved from the rows."""
        status, note = self.city.get("/ledger/checkpoint")
        if status != 200:
            return
        size = int(note.split("\n")[1])
        if size < self.kept_size:
            self.result.findings.append(f"{when}: the checkpoint shrank from {self.kept_size} to {size}")
        if size > self.kept_size:
            self.kept_size = size
            self.kept = [*self.kept, note][-40:]
            with (self.folder / "checkpoints").open("a", encoding="utf-8") as out:
                out.write(note)

    def finish(self) -> None:
        """No more load: every letter goes out, every clock that is due fires, and the console's own verification speaks."""
        self.end_load()
        with contextlib.suppress(TimeoutError), self.city.owner() as owner:
            self.city.wait(lambda: checks.letters_waiting(owner) == 0, PATIENCE, "letters wait")
        with self.city.owner() as owner:
            if left := checks.letters_waiting(owner):
                self.result.findings.append(f"lost: {left} letters never went out")
        time.sleep(17)  # one more sweep
        self.look("at the end", late=True)
        (self.folder / "kept").write_text("".join(self.kept), encoding="utf-8")
        said = self.city.tongxin(
            "ledger", "verify", *(["--kept", str(self.folder / "kept")] if self.kept else []), check=False
        )
        if said.get("intact") is not True:
            self.result.findings.append(f"`tongxin ledger verify`: {said.get('first_fault')}")
        self.result.facts = {
            "entries": said.get("entries"),
            "checkpoints in the tree": said.get("checkpoints"),
        }
        self._count_doubts()

    def _count_doubts(self) -> None:
        told = self.result.told
        doubtful = sorted(told.doubtful)
        with self.city.owner() as owner:
            row = owner.execute(
                "SELECT count(*) FROM unnest(%s::text[], %s::int[], %s::text[]) AS a(number, seen, verb) WHERE EXISTS ("
                "SELECT 1 FROM cases_casestep s JOIN cases_case c ON c.id = s.case_id "
                "WHERE c.number = a.number AND s.seq = a.seen + 1 AND s.verb = a.verb)",
                [[a[0] for a in doubtful], [a[1] for a in doubtful], [a[2] for a in doubtful]],
            ).fetchone()
            fired = owner.execute("SELECT count(*) FROM cases_clock WHERE escalations > 0").fetchone()
            lapsed = owner.execute(
                "SELECT count(*) FROM cases_casestep WHERE verb = 'lapse_confirmation'"
            ).fetchone()
        self.result.facts |= {
            "acts in doubt": len(doubtful), "of these done": row[0] if row else 0,
            "clocks fired": fired[0] if fired else 0, "confirmations lapsed": lapsed[0] if lapsed else 0,
        }  # fmt: skip


def remove(folder: Path) -> None:
    """Throw a run's folder away."""
    shutil.rmtree(folder, ignore_errors=True)


def as_json(result: Result) -> str:
    """The table for programs."""
    told = result.told
    standing = {
        name: {"median": _median(times), "most": round(max(times), 1)}
        for name, times in result.standing.items()
    }
    return json.dumps(
        {
            "seed": result.seed, "rounds": result.rounds, "faults": dict(result.faults), "processes ended": result.ended,
            "reports acknowledged": len(told.taken), "acts acknowledged": len(told.done),
            "reports in doubt": told.counts["report doubtful"],
            "of these taken the first time": told.counts["report doubtful, was taken the first time"],
            "lost": sum("lost:" in one for one in result.findings), "duplicated": sum("duplicated:" in one for one in result.findings),
            "findings": result.findings, "checkpoints kept outside": result.checkpoints, "letters": result.letters,
            "letters that came again": result.letters_again, "seconds a round": _median(result.seconds),
            "seconds until it stands again": standing, **result.facts,
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip


def _median(times: list[float]) -> float:
    return round(sorted(times)[len(times) // 2], 1) if times else 0.0


def as_markdown(result: Result) -> str:
    """The table for people."""
    said = json.loads(as_json(result))
    rows = [(f"fault: {name}", f"{count} (stands again after {said['seconds until it stands again'][name]['median']} s, at most {said['seconds until it stands again'][name]['most']} s)")
            for name, count in sorted(result.faults.items())]  # fmt: skip
    plain = [(key, value) for key, value in said.items() if not isinstance(value, dict | list)]
    lines = ["| what | figure |", "|---|---|", *(f"| {key} | {value} |" for key, value in [*plain, *rows])]
    return "\n".join(
        [*lines, f"| findings | {len(result.findings)} |", "", *(f"- {one}" for one in result.findings), ""]
    )
