"""诊断的命令。 The command that says what is wrong with a deployment and how to mend it. It changes nothing and starts nothing."""

import argparse
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from django.utils.module_loading import import_string
from psycopg.conninfo import conninfo_to_dict

from tongxin.web.clock import now
from tongxin.web.console import cluster, environment
from tongxin.web.doctor import Finding, State, broken, examined, machine

Result = tuple[int, Any]


def doctor(given: argparse.Namespace) -> Result:
    """诊断。 Look at everything; status 1 when something is broken."""
    data = environment.data_folder()
    found = examined(machine.looks(data), at=now())
    if data.is_dir():
        found += _of_the_database(data, given.workers)
    ill = [one for one in found if one.state is State.BROKEN]
    if given.json:
        return int(bool(ill)), {"sound": not ill, "findings": [asdict(one) for one in found]}
    doubts = sum(one.state is State.DOUBT for one in found)
    return int(bool(ill)), "\n".join([*map(str, found), "", f"{len(ill)} broken, {doubts} to think about"])


def _of_the_database(data: Path, workers: int) -> list[Finding]:
    try:
        environment.require_readable()
    except cluster.ClusterError as error:
        return [broken("database", str(error), "write it anew, with what is special in a password as %XX")]
    own = cluster.running(data)
    # On a machine that knows the application's role alone (docs/how-to/grow.md) the same is looked at with its eyes.
    only = "" if os.environ.get("TONGXIN_OWNER_DSN") else os.environ.get("TONGXIN_APP_DSN", "")
    dsn = os.environ.get("TONGXIN_DSN") or (own.owner_dsn if own else only)
    if not dsn:
        return [
            broken(
                "database",
                f"the embedded database of {data} does not run",
                "tongxin up, or name another in TONGXIN_DSN",
            )
        ]
    try:
        owner = psycopg.connect(dsn, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        said = (str(error).splitlines() or [""])[0]
        return [
            broken(
                "database",
                f"not reached: {said}",
                "is it running, and is TONGXIN_DSN (or, for the application's role alone, TONGXIN_APP_DSN) its connection string?",
            )
        ]
    with owner:
        database = environment.open_database(data=data, create=False)  # reached above: nothing is started
        role = database.role or str(conninfo_to_dict(dsn).get("user", ""))
        looks = import_string("tongxin.web.doctor.house.looks")(owner, role=role, workers=workers)
        return examined(looks, at=now())
