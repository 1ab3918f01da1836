"""副本：备份与恢复。 Copies of a city: a physical one of the database with what lies in the data folder, and the way back.

A copy is a folder that its owner alone can read:

    pg/                      what pg_basebackup wrote, with its own manifest of hashes
    data/                    secrets, photos, settings of sources: the data folder without database and logs
    wal/                     with `--continuous`: the write-ahead log since, as pg_receivewal writes it
    tongxin-backup.json      what, when, of which ledger, and the hash of everything else; written last

A copy without its manifest was not finished, and is not restored. Only a physical copy keeps the transaction numbers that
the ledger's order is made of.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.web.console.cluster import ClusterError, embedded_programs, write_private

MANIFEST: Final = "tongxin-backup.json"
FORMAT: Final = 1
NOT_COPIED: Final = frozenset({"db", "cluster.lock", "secrets.lock"})
SYSTEM: Final = "/usr/lib/postgresql/{major}/bin"
NEWEST: Final = """
SELECT size, encode(root, 'hex') FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """一份副本。 What the manifest of a copy says: when and by which version, of which server and ledger, and its files' hashes."""

    format: int
    made_at: str
    version: str
    server: int  # as server_version_num
    embedded: bool  # of the database that comes with the package
    database: str
    log: str
    size: int  # entries in the tree when the copy was begun: at least these are in it
    root: str
    files: dict[str, str]

    @property
    def major(self) -> int:
        """服务器大版本。 Major version of the server."""
        return self.server // 10_000


def programs_for(major: int) -> Path:
    """某个大版本的程序。 The programs of a server's major version: the system's, else those of the package. Raises ClusterError."""
    system = Path(SYSTEM.format(major=major))
    if (system / "pg_basebackup").exists():
        return system
    own = embedded_programs() / "bin"
    said = subprocess.run([own / "pg_basebackup", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    if said.stdout.split()[-1:] and said.stdout.split()[-1].split(".")[0] == str(major):
        return own
    raise ClusterError(f"there are no programs of PostgreSQL {major} on this machine (looked in {system})")


def call(program: Path, *words: str, dsn: str = "") -> str:
    """运行一个程序。 Run a program to its end; the password goes by the environment, where `ps` does not show it. Raises ClusterError."""
    done = subprocess.run(  # noqa: S603 - programs of PostgreSQL
        [program, *_target(dsn), *words], env=_secret(dsn), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ClusterError(f"{program.name} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _target(dsn: str) -> list[str]:
    if not dsn:
        return []
    parts: dict[str, Any] = conninfo_to_dict(dsn)
    parts.pop("password", None)
    parts.pop("dbname", None)
    return ["--no-password", "-d", make_conninfo(**parts)]


def _secret(dsn: str) -> dict[str, str]:
    kept = {**os.environ, "LC_ALL": "C.UTF-8"}
    password = conninfo_to_dict(dsn).get("password") if dsn else None
    return {**kept, "PGPASSWORD": str(password)} if password else kept


def take(
    *, dsn: str, data: Path, photos: Path, folder: Path, embedded: bool, log: str, version: str, at: datetime
) -> Copy:
    """做一份副本。 Take a copy of a running database and its data folder into an empty folder. Raises ClusterError.

    The database first: a photo lies in its folder before the case that shows it is written, so none can be missing.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ClusterError(f"{folder} is not empty: a copy goes into an empty folder of its own")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    with psycopg.connect(dsn) as connection:
        server, name = connection.info.server_version, connection.info.dbname
        row = connection.execute(NEWEST).fetchone() or (0, "")
    programs = programs_for(server // 10_000)
    call(
        programs / "pg_basebackup", "-D", str(folder / "pg"), "--checkpoint=fast", "--wal-method=stream",
        "--manifest-checksums=SHA256", dsn=dsn,
    )  # fmt: skip
    call(programs / "pg_verifybackup", "--quiet", str(folder / "pg"))
    (folder / "data").mkdir(mode=0o700)
    for _ in _followed(data, photos, folder / "data", {}):
        pass
    _close(folder)
    made = Copy(
        FORMAT, at.isoformat(timespec="seconds"), version, server, embedded, name, log, int(row[0]), str(row[1]),
        dict(_hashes(folder)),
    )  # fmt: skip
    write_private(folder / MANIFEST, json.dumps(asdict(made), indent=1))
    return made


def follow(*, made: Copy, data: Path, photos: Path, folder: Path, seen: dict[str, int]) -> Copy:
    """跟上数据目录。 Bring what is new in the data folder into a copy that is being fed, and into its manifest.

    `seen` is kept between calls: folders in which nothing came or went since are not walked again.
    """
    fresh = {
        f"data/{name}": _hash(folder / "data" / name)
        for name in _followed(data, photos, folder / "data", seen)
    }
    if not fresh:
        return made
    made = replace(made, files=made.files | fresh)
    write_private(folder / MANIFEST, json.dumps(asdict(made), indent=1))
    return made


def _followed(data: Path, photos: Path, into: Path, seen: dict[str, int]) -> Iterator[str]:
    """新的文件。 Copy what is not in the copy as it is; yields the name of each file copied."""
    for one in [*_files(data, seen, top=True), *(_files(photos, seen) if photos.is_dir() else ())]:
        name = (
            Path("photos") / one.relative_to(photos) if one.is_relative_to(photos) else one.relative_to(data)
        )
        target = into / name
        with contextlib.suppress(FileNotFoundError):  # it went meanwhile
            now, then = one.stat(), target.stat() if target.exists() else None
            if then is not None and (then.st_size, then.st_mtime_ns) == (now.st_size, now.st_mtime_ns):
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = target.with_name(f"{target.name}.new")
            shutil.copy2(one, draft)
            draft.chmod(0o600)
            draft.replace(target)
            yield str(name)


def _files(folder: Path, seen: dict[str, int], *, top: bool = False) -> Iterator[Path]:
    changed = folder.stat().st_mtime_ns
    walked = seen.get(str(folder)) == changed and not top
    seen[str(folder)] = changed
    for one in sorted(folder.iterdir()):
        if one.is_dir() and not (top and one.name in (*NOT_COPIED, "photos")):
            yield from _files(one, seen)
        elif (
            not walked and one.is_file() and one.name not in NOT_COPIED and one.suffix not in (".log", ".new")
        ):
            yield one


def _close(folder: Path) -> None:
    """只有本人可读。 Close a folder and all below to everybody but its owner."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    """各文件的散列。 Hash of each file but those of pg/, which its own manifest holds the hashes of."""
    found = [folder / "pg" / "backup_manifest", *sorted((folder / "data").rglob("*"))]
    for path in found:
        if path.is_file():
            yield str(path.relative_to(folder)), _hash(path)


def _hash(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def opened(folder: Path) -> Copy:
    """打开一份副本，先核对。 What a copy says of itself, after every hash of it was checked. Raises ClusterError, naming the file."""
    try:
        held: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        copy = Copy(**held)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"{folder} is not a finished copy: no readable {MANIFEST}") from error
    if copy.format != FORMAT:
        raise ClusterError(f"{folder} was made in form {copy.format}; this version reads {FORMAT}")
    found = dict(_hashes(folder))
    for name in sorted(copy.files.keys() | found.keys()):
        if copy.files.get(name) != found.get(name):
            kind = (
                "is missing"
                if name not in found
                else "does not belong"
                if name not in copy.files
                else "was changed"
            )
            raise ClusterError(f"{folder / name} {kind}: the copy is not what was made")
    call(programs_for(copy.major) / "pg_verifybackup", "--quiet", str(folder / "pg"))
    return copy


def put_data(folder: Path, data: Path) -> None:
    """放回数据目录。 Put what lay in the data folder back into an empty one, all but where the database was."""
    data.mkdir(parents=True, exist_ok=True)
    for one in sorted((folder / "data").iterdir()):
        if one.name == "cluster.json":
            continue
        if one.is_dir():
            shutil.copytree(one, data / one.name)
        else:
            shutil.copy2(one, data / one.name)


def slot_of(folder: Path) -> str:
    """复制槽的名字。 The replication slot of a copy: the server keeps for it what has not been received."""
    return f"tongxin_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


def reserve(*, dsn: str, folder: Path, major: int) -> None:
    """预留。 Have the server keep the log from now on, so that nothing is missing between the copy and what is received."""
    call(
        programs_for(major) / "pg_receivewal",
        "--create-slot",
        "--if-not-exists",
        "-S",
        slot_of(folder),
        dsn=dsn,
    )


@contextlib.contextmanager
def receiving(*, dsn: str, folder: Path, major: int) -> Iterator[subprocess.Popen[bytes]]:
    """一直接收。 Receive the write-ahead log beside a copy as it is written, until the block ends."""
    wal = folder / "wal"
    wal.mkdir(mode=0o700, exist_ok=True)
    command = [
        str(programs_for(major) / "pg_receivewal"), *_target(dsn), "-D", str(wal), "-S", slot_of(folder),
        "--synchronous", "--status-interval=1",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=_secret(dsn), start_new_session=True)  # noqa: S603 - PostgreSQL's own program
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        process.wait(30)


def moment(text: str) -> datetime:
    """一个时刻。 A moment with its zone, as `--until` takes it. Raises ClusterError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ClusterError(
            f"--until: {text[:60]!r} is not a moment, e.g. 2026-11-26T14:00:00+08:00"
        ) from error
    if found.tzinfo is None:
        raise ClusterError("--until: the zone is missing, e.g. 2026-11-26T14:00:00+08:00")
    return found.astimezone(UTC)
