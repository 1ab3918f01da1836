"""The same table from a real cluster of a master and two workers as from DuckDB, for files whose months end at midnight in the city."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from tongxin.indicators.queries import analysis
from tongxin.indicators.terms import NoEngineError

JAVA = os.environ.get("JAVA_HOME") or shutil.which("java")
WITHOUT = [
    word
    for word, missing in (
        ("no Java (Spark needs a JDK 17)", not JAVA),
        ("no PySpark (tests/clients/spark/README.md)", find_spec("pyspark") is None),
    )
    if missing
]
ROWS = 400_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Events of a year, over the ends of months in a zone that is not that of Greenwich, as the export writes them."""
    made = tmp_path_factory.mktemp("history")
    with duckdb.connect() as bare:
        bare.execute("SET TimeZone = 'Asia/Shanghai'")
        bare.execute(
            f"""
            CREATE TABLE e AS SELECT
              'bz/' || (hash(i) % 40)::int AS organ, TIMESTAMPTZ '2026-01-01 00:00:00+08' + to_seconds((hash(i * 7) % 31536000)::int) AS at,
              CASE WHEN hash(i * 3) % 3 = 0 THEN 'accept_case' ELSE 'settle_case' END AS verb,
              CASE hash(i * 11) % 5 WHEN 0 THEN NULL WHEN 1 THEN false ELSE true END AS on_time,
              CASE WHEN hash(i * 3) % 3 = 0 THEN NULL ELSE (hash(i * 13) % 4000000)::double / 7 END AS handling
            FROM range({ROWS}) t(i)
            """
        )
        files = []
        for month in range(1, 13):
            path = made / f"events-2026-{month:02d}.parquet"
            bare.execute(
                f"""COPY (SELECT date_trunc('month', e."at")::date AS month, * FROM e WHERE month(e."at") = {month} ORDER BY e."at")
                TO '{path}' (FORMAT parquet)"""
            )
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            files.append({"name": path.name, "rows": 1, "sha256": digest})
    (made / "manifest.json").write_text(
        json.dumps({"form": 1, "zone": "Asia/Shanghai", "files": files}), encoding="utf-8"
    )
    return made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A standalone cluster on this machine, by the programs of the PySpark package itself."""
    if WITHOUT:
        pytest.skip("; ".join(WITHOUT))
    home = Path(str(find_spec("pyspark").origin)).parent  # type: ignore[union-attr]
    logs = tmp_path_factory.mktemp("spark")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    own = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    begun: list[subprocess.Popen[bytes]] = []

    def begin(name: str, *words: str) -> Path:
        log = logs / name
        with log.open("wb") as out:
            command = ["bash", str(home / "bin" / "spark-class"), *words]
            begun.append(
                subprocess.Popen(
                    command, env=own, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
                )
            )
        return log

    deploy = "org.apache.spark.deploy"
    try:
        master = begin(
            "master",
            f"{deploy}.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--webui-port",
            "0",
        )
        _said(master, r"New state: ALIVE", 1)
        for number in (1, 2):
            begin(
                f"worker-{number}", f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
                "--webui-port", "0", "--work-dir", str(logs / f"work-{number}"), address,
            )  # fmt: skip
        _said(master, r"Registering worker", 2)
        yield address
    finally:
        for one in begun:
            one.terminate()
        for one in begun:
            one.wait(30)


def _said(log: Path, words: str, times: int) -> None:
    for _ in range(600):
        if len(re.findall(words, log.read_text(errors="replace"))) >= times:
            return
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace")[-2_000:])


def test_a_cluster_of_two_workers_gives_the_table_that_duckdb_gives(folder: Path, cluster: str) -> None:
    near = analysis(folder=folder)
    code = (
        "import sys, json, dataclasses; from pathlib import Path; from tongxin.indicators.queries import analysis\n"
        "found = analysis(folder=Path(sys.argv[1]), engine=sys.argv[2])\n"
        "print(json.dumps([dataclasses.astuple(r) for r in found.rows], default=str))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), cluster],
        env={**os.environ, "TZ": "America/New_York", "SPARK_LOCAL_IP": "127.0.0.1"},  # whatever the zone of the machine is
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    far = json.loads(done.stdout.splitlines()[-1])
    assert len(far) == len(near.rows) == 40 * 12
    for one, other in zip(near.rows, far, strict=True):
        exact = [one.organ, str(one.month), one.events, one.settled, one.judged, one.on_time]
        assert exact == other[:6]
        assert other[6:] == pytest.approx([one.rate, one.median, one.p90], rel=1e-12)
    with duckdb.connect() as bare:
        counted = bare.execute(
            f"""SELECT strftime("at" AT TIME ZONE 'Asia/Shanghai', '%Y-%m-01'), count(*) FROM '{folder}/*.parquet' GROUP BY 1"""
        ).fetchall()
    assert dict(counted) == {month: sum(r[2] for r in far if r[1] == month) for month in {r[1] for r in far}}


def test_a_cluster_without_pyspark_is_refused_with_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.indicators.queries.SparkSession", None)
    with pytest.raises(NoEngineError, match=r"tongxin\[spark\]"):
        analysis(folder=folder, engine="spark://127.0.0.1:1")
