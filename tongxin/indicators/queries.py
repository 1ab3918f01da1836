"""指标的读取。 Reads of exported history: the files, checked against their manifest, and the table worked out from them.

Nothing here needs the city's database: whoever has the files works the same numbers out again.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import ibis
from ibis.backends import BaseBackend
from ibis.expr.types import Table

from tongxin.indicators.rules import inputs_digest, organ_months
from tongxin.indicators.terms import (
    FEW,
    FORM,
    FORMULA,
    MANIFEST,
    Analysis,
    Inputs,
    NoEngineError,
    OrganMonth,
    UnsoundHistoryError,
)

try:
    from pyspark.sql import SparkSession
except ImportError:  # an extra of its own: most cities never need a cluster
    SparkSession = None

DUCKDB: Final = "duckdb"


def analysis(*, folder: Path, engine: str = DUCKDB) -> Analysis:
    """分析历史。 Work out the table of organs and months from the files of `tongxin export history`.

    engine  `duckdb`, or the address of a Spark cluster, `spark://host:port`; both give the same table
    Raises UnsoundHistoryError for files that are not what their manifest says, NoEngineError where the engine is not there.
    """
    inputs = history_inputs(folder=folder)
    paths = [folder / name for name in inputs.files]
    backend, events = _opened(paths, engine, inputs.zone)
    try:
        found = backend.to_pyarrow(organ_months(events)).to_pylist()
    finally:
        backend.disconnect()
    return Analysis(rows=tuple(map(_row, found)), formula=FORMULA, inputs=inputs, engine=engine)


def history_inputs(*, folder: Path) -> Inputs:
    """核对文件。 The files of an export, each compared with its hash. Raises UnsoundHistoryError naming the first that differs."""
    path = folder / MANIFEST
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        form, zone, listed = said["form"], str(said["zone"]), list(said["files"])
        digests = {str(one["name"]): str(one["sha256"]) for one in listed}
        rows = sum(int(one["rows"]) for one in listed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnsoundHistoryError(f"{path}: no manifest of an export ({type(error).__name__})") from error
    if form != FORM:
        raise UnsoundHistoryError(f"{path}: files of form {form}, this version reads form {FORM}")
    if not digests:
        raise UnsoundHistoryError(f"{path}: no month was exported")
    for name, digest in digests.items():
        if Path(name).name != name:
            raise UnsoundHistoryError(f"{path}: {name!r} lies outside the folder")
        if _sha256(folder / name) != digest:
            raise UnsoundHistoryError(f"{folder / name}: not the file that the manifest names")
    return Inputs(files=tuple(sorted(digests)), rows=rows, digest=inputs_digest(digests.items()), zone=zone)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnsoundHistoryError(f"{path}: {error.strerror}") from error


def _opened(paths: list[Path], engine: str, zone: str) -> tuple[BaseBackend, Table]:
    """打开文件。 The engine, and the events of these files as its table."""
    if engine == DUCKDB:
        backend = ibis.duckdb.connect()
        return backend, backend.read_parquet([str(path) for path in paths])
    if not engine.startswith("spark://"):
        raise NoEngineError(f"TONGXIN_ANALYTICS={engine}: not `duckdb` and not spark://host:port")
    return _on_spark(paths, engine, zone)


def _on_spark(paths: list[Path], address: str, zone: str) -> tuple[BaseBackend, Table]:
    """在集群上打开。 The same on a cluster, in a session that ends with the analysis; its workers must see the folder too."""
    if SparkSession is None:
        raise NoEngineError("pyspark is not installed: pip install 'tongxin[spark]'")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise NoEngineError("no Java was found: Spark needs a JDK 17, on the PATH or as JAVA_HOME")
    settings: Mapping[str, str] = {
        "spark.sql.session.timeZone": zone,
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "8",
        "spark.log.level": "ERROR",
    }
    begun = SparkSession.builder.master(address).appName("tongxin")
    for name, value in settings.items():
        begun = begun.config(name, value)
    session = begun.getOrCreate()
    session.read.parquet(*(path.resolve().as_uri() for path in paths)).createOrReplaceTempView("events")
    backend = ibis.pyspark.connect(session)
    return backend, backend.table("events")


def _row(found: Mapping[str, Any]) -> OrganMonth:
    judged, settled = int(found["judged"] or 0), int(found["settled"] or 0)
    return OrganMonth(
        organ=found["organ"],
        month=found["month"],
        events=int(found["events"]),
        settled=settled,
        judged=judged,
        on_time=int(found["on_time"] or 0),
        rate=found["rate"] if judged >= FEW else None,
        median=found["median"] if settled >= FEW else None,
        p90=found["p90"] if settled >= FEW else None,
    )
