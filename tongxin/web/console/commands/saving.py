"""备份与恢复的命令。 Commands that take a copy of the whole city and put one back. `restore` runs before there is a database."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from tongxin.web.clock import now
from tongxin.web.console import cluster, copies, environment
from tongxin.web.secrets import Secrets

Result = tuple[int, Any]
FOLLOW_EVERY = (
    2.0  # seconds after which what is new in the data folder (photos) has come into a copy that is being fed
)
COMMAND = [sys.executable, "-c", "import sys; from tongxin.web.console import main; sys.exit(main())"]


def backup(given: argparse.Namespace) -> Result:
    """备份。 Take a copy into a folder; with `--continuous` go on receiving the log beside it until stopped."""
    data, folder, database = environment.data_folder(), Path(given.folder).absolute(), given.database
    if not database.owner_dsn:
        raise cluster.ClusterError("a copy is taken by the owner: it needs TONGXIN_DSN")
    try:
        if given.continuous and (folder / copies.MANIFEST).exists():
            made = copies.opened(folder)
        else:
            if given.continuous:
                copies.reserve(dsn=database.owner_dsn, folder=folder, major=_major(database.owner_dsn))
            made = copies.take(
                dsn=database.owner_dsn, data=data, photos=Path(settings.PHOTOS), folder=folder, embedded=not os.environ.get("TONGXIN_DSN"),
                log=Secrets.of(data).log_name, version=version("tongxin"), at=now(),
            )  # fmt: skip
        result = {"folder": str(folder), "made_at": made.made_at, "entries": made.size, "root": made.root}
        if given.continuous:
            _receive(database.owner_dsn, data, folder, made)
        return 0, result
    finally:
        if database.started:
            cluster.stop(data)


def _major(dsn: str) -> int:
    with environment.connected(dsn) as connection:
        return connection.info.server_version // 10_000


def _receive(dsn: str, data: Path, folder: Path, made: copies.Copy) -> None:
    stopping, seen = threading.Event(), dict[str, int]()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stopping.set())
    with copies.receiving(dsn=dsn, folder=folder, major=made.major) as process:
        print(f"receiving the log into {folder / 'wal'}; Ctrl-C ends it", file=sys.stderr, flush=True)
        going = True
        while going:
            going = not stopping.wait(FOLLOW_EVERY)  # once more at the end
            made = copies.follow(made=made, data=data, photos=Path(settings.PHOTOS), folder=folder, seen=seen)
            if process.poll() is not None:
                raise cluster.ClusterError("pg_receivewal ended by itself; its message stands above")


def restore(given: argparse.Namespace) -> Result:
    """恢复。 Put a copy into an empty data folder, recover it, and verify its ledger; status 1 when that is not whole."""
    data, folder = environment.data_folder(), Path(given.folder).absolute()
    until = copies.moment(given.until).isoformat() if given.until else ""
    if data.exists() and any(data.iterdir()):
        raise cluster.ClusterError(f"{data} is not empty: a copy is put back into an empty data folder alone")
    made = copies.opened(folder)
    wal = folder / "wal"
    if until and not wal.exists():
        raise cluster.ClusterError("--until: this copy has no log beside it, so it has one moment alone")
    copies.put_data(folder, data)
    cluster.write_private(
        data / "timeline.json", json.dumps({"timeline": 0})
    )  # no witness has been heard since
    if not made.embedded:
        return 0, {
            "data": str(data),
            "database": f"{folder / 'pg'} is a copy of PostgreSQL {made.major}: put it in place as docs/how-to/back-up.md says",
        }
    held = json.loads((folder / "data" / "cluster.json").read_text())
    cluster.adopt(
        data, folder / "pg", password=held["password"], wal=wal if wal.exists() else None, until=until
    )
    try:
        return _verified(data, made, given.kept)
    finally:
        cluster.stop(data)


def _verified(data: Path, made: copies.Copy, kept: list[str]) -> Result:
    words = [word for name in kept for word in ("--kept", str(Path(name).absolute()))]
    told = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    done = subprocess.run(  # noqa: S603 - our own program; it needs the settings, and those need this data folder
        [*COMMAND, "ledger", "verify", "--json", *words],
        env={**told, "TONGXIN_DATA": str(data)}, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout or "{}")
    result = {
        "data": str(data),
        "intact": found.get("intact"),
        "entries": found.get("leaves"),
        "root": found.get("root"),
        "waiting": found.get("pending"),
        "copy_made_at": made.made_at,
        "copy_entries": made.size,
        **({"first_fault": found["first_fault"]} if found.get("first_fault") else {}),
        **({"reason": found["reason"]} if "reason" in found else {}),
    }
    whole = done.returncode == 0 and found.get("leaves", -1) >= made.size
    if whole:
        result["next"] = (
            "nothing is signed until a witness has found this ledger consistent with what it saw "
            "(docs/how-to/back-up.md)"
        )
    return (0 if whole else 1), result


def slot(given: argparse.Namespace) -> Result:
    """不再接收。 Let the server forget a copy that is no longer fed: it keeps no log for it any more."""
    dsn, name = given.database.owner_dsn, copies.slot_of(Path(given.folder).absolute())
    with environment.connected(dsn) as connection:
        found = connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s",
            [name],
        ).fetchall()
    return 0, {"forgotten": bool(found), "database": conninfo_to_dict(dsn).get("dbname")}
