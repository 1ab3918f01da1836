"""A copy is taken and put back: to its own moment, to the end of the log, to any moment between; and what others saw is asked."""

import json
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.journeys.conftest import free_port
from tests.machines.conftest import Machine, run, said, until
from tests.plugin import ROOT
from tongxin.ledger.rules.signing import Signer
from tongxin.web.console import cluster
from tongxin.web.secrets import Secrets

FEED = "client_key,matter,lon,lat,place,address,text,name,phone,email,reported_at\n"
WITNESS = ROOT / "tools" / "witness.py"


def reports(folder: Path, name: str, count: int) -> Path:
    """A file of reports of the small city."""
    path = folder / f"{name}.csv"
    rows = (
        f"{name}-{n},abandoned-bicycle,,,allston-brighton,Street {n},a bicycle,,,,{datetime.now(UTC).isoformat()}\n"
        for n in range(count)
    )
    path.write_text(FEED + "".join(rows))
    return path


def owner(data: Path) -> psycopg.Connection:
    """A connection of the tables' owner."""
    return psycopg.connect(
        cluster.Cluster(**json.loads((data / "cluster.json").read_text())).owner_dsn, autocommit=True
    )


@pytest.fixture
def small(folder: Path) -> Iterator[Path]:
    """A small city in the embedded database of a data folder of its own."""
    data = folder / "city"
    data.mkdir()
    said("load-city", "--city", str(ROOT / "city" / "boston"), data=data)
    (data / "photos").mkdir()
    (data / "photos" / "0123.jpg").write_bytes(b"a photo")
    yield data
    for one in folder.iterdir():
        if (one / "cluster.json").exists():
            cluster.stop(one)


@pytest.fixture
def witness(small: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    """A witness of another body, at work: its folder, and the setting that names it."""
    kept = folder / "witness"
    key = subprocess.run(
        [sys.executable, str(WITNESS), "key", str(kept), "congress.example/witness"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    held, port = Secrets.of(small), str(free_port())
    log = str(Signer(origin=held.log_name, seed=bytes.fromhex(held.ledger_seed)).key())
    process = subprocess.Popen(
        [sys.executable, str(WITNESS), "serve", str(kept), "--log", log, "--port", port]
    )
    yield kept, f"http://127.0.0.1:{port} {key}"
    process.terminate()
    process.wait(10)


def test_a_city_is_restored_to_a_moment_and_goes_on_only_when_a_witness_agrees(
    small: Path, folder: Path, witness: tuple[Path, str]
) -> None:
    copy, kept = folder / "copy", folder / "kept.txt"
    run("feed", str(reports(folder, "before", 5)), data=small)
    city = Machine(small, {"TONGXIN_WITNESSES": witness[1]})
    receiver = city.start("backup", str(copy), "--continuous")
    city.start("work")
    try:
        until(lambda: "receiving" in city.log("backup"), city.log("backup"))
        run("feed", str(reports(folder, "noted", 4)), data=small)
        with owner(small) as connection:
            noted = settled(connection)
            time.sleep(0.2)
            moment = datetime.now(UTC).isoformat()
            (small / "photos" / "4567.jpg").write_bytes(b"a later photo")
            run("feed", str(reports(folder, "lost", 3)), data=small)
            lost = settled(connection)
            until(lambda: cosigned(connection) == lost[0], city.log("work"))
            kept.write_text(
                str(one(connection, "SELECT note FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1"))
            )
            end = one(connection, "SELECT pg_current_wal_flush_lsn()")
            received = f"SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= '{end}'"
            until(lambda: one(connection, received) == 1, "the log is received")
    finally:
        receiver.send_signal(signal.SIGINT)
        city.stop()
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in [copy, *copy.rglob("*")]}
    assert modes == {(True, 0o700), (False, 0o600)}

    whole = said("restore", str(copy), data=folder / "whole")
    assert (whole["intact"], whole["entries"], whole["root"]) == (True, *lost), whole
    assert (folder / "whole" / "photos" / "4567.jpg").read_bytes() == b"a later photo"
    back = said("restore", str(copy), "--until", moment, data=folder / "back")
    assert (back["intact"], back["entries"], back["root"]) == (True, *noted), back
    assert (folder / "back" / "photos" / "0123.jpg").read_bytes() == b"a photo"
    told = said("ledger", "verify", "--kept", str(kept), data=folder / "back", check=False)
    assert told["intact"] is False and "kept elsewhere" in str(told["first_fault"]), told
    goes_on_when_the_witness_agrees(folder / "back", folder, witness, noted)


def goes_on_when_the_witness_agrees(
    data: Path, folder: Path, witness: tuple[Path, str], noted: tuple[int, str]
) -> None:
    """The witness has seen what was lost: nothing is signed, until that other body has set its record back itself."""
    worker = Machine(data, {"TONGXIN_WITNESSES": witness[1]})
    try:
        run("feed", str(reports(folder, "after", 2)), data=data)
        worker.start("work")
        until(lambda: "NOTHING IS SIGNED: witness" in worker.log("work"), worker.log("work"))
        assert "entries are missing here" in worker.log("work")
        with owner(data) as connection:
            assert one(connection, "SELECT max(size) FROM ledger_ledgercheckpoint") == noted[0]
            with sqlite3.connect(next(witness[0].glob("*.sqlite*"))) as record:
                record.execute("DELETE FROM seen")
            until(lambda: cosigned(connection) > noted[0], worker.log("work"))
    finally:
        worker.stop()
    assert said("ledger", "verify", data=data)["intact"] is True


def settled(connection: psycopg.Connection) -> tuple[int, str]:
    """Size and root of the tree when every entry is in it."""
    waiting = "SELECT count(*) - (SELECT count(*) FROM ledger_ledgerleaf) FROM ledger_ledgerentry"
    until(lambda: one(connection, waiting) == 0, "every entry is in the tree")
    row = connection.execute(
        "SELECT size, encode(root, 'hex') FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1"
    ).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def one(connection: psycopg.Connection, query: str) -> object:
    """The one value of a query."""
    row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def cosigned(connection: psycopg.Connection) -> int:
    """Up to which size a witness has cosigned."""
    return int(str(one(connection, "SELECT coalesce(max(size), 0) FROM ledger_ledgercosignature")))


def test_a_copy_that_was_changed_or_not_finished_is_not_put_back_and_nothing_is_overwritten(
    small: Path, folder: Path
) -> None:
    copy, data = folder / "copy", folder / "back"
    said("backup", str(copy), data=small)
    cluster.stop(small)
    for spoil, words in (
        (lambda: (copy / "data" / "photos" / "0123.jpg").write_bytes(b"another"), "0123.jpg was changed"),
        ((copy / "data" / "photos" / "0123.jpg").unlink, "0123.jpg is missing"),
        (lambda: (copy / "data" / "photos" / "0124.jpg").write_bytes(b"x"), "0124.jpg does not belong"),
        ((copy / "tongxin-backup.json").unlink, "not a finished copy"),
    ):
        spoil()
        done = run("restore", str(copy), data=data, check=False)
        assert done.returncode == 1 and words in done.stderr and not data.exists(), done
        (copy / "data" / "photos" / "0123.jpg").write_bytes(b"a photo")
        (copy / "data" / "photos" / "0124.jpg").unlink(missing_ok=True)
    for words, told in (
        (["restore", str(copy)], "is not empty"),
        (["restore", str(copy), "--until", "yesterday"], "--until"),
        (["restore", str(copy), "--until", "2026-11-26T10:00:00"], "the zone is missing"),
        (["backup", str(copy)], "is not empty"),
    ):
        done = run(*words, data=small, check=False)
        assert done.returncode == 1 and told in done.stderr and "Traceback" not in done.stderr, done
