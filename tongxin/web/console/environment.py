"""命令的环境。 What every command that needs a database does first: find or start it, and say so in the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.web.console import cluster
from tongxin.web.secrets import Secrets

OLDEST_SERVER = 150_000


@dataclass(frozen=True, slots=True)
class Database:
    """打开的数据库。 The database a command works on; `started` says whether this command started it."""

    owner_dsn: str
    app_dsn: str
    role: str
    password: str
    started: bool


def data_folder() -> Path:
    """数据目录。 The data folder: TONGXIN_DATA, or `var` in the working folder."""
    return Path(os.environ.get("TONGXIN_DATA", "var")).resolve()


def open_database(*, data: Path, pooled: bool = False, scratch: str = "", create: bool = True) -> Database:
    """打开数据库并配置 Django。 Find or start the database, set the environment, set Django up, bring the schema up to date.

    TONGXIN_DSN names any PostgreSQL >= 15 by its owner's connection string; without it the embedded one of `data` runs.
    `scratch` names a database of its own beside the city's, made anew each time. Without `create` nothing is made: a
    question asked in the wrong folder would be answered by an empty database, and new secrets there would change the
    password of the application's role under a running server. Raises ClusterError; NoCityError where there is none.
    """
    given = os.environ.get("TONGXIN_DSN", "")
    started = False
    if not create and not (data / ("secrets.json" if given else "cluster.json")).exists():
        raise cluster.NoCityError(str(data))
    if given:
        owner = given
    else:
        own, started = cluster.ensure(data)
        owner = own.owner_dsn
    name = str(conninfo_to_dict(owner).get("dbname") or "tongxin")
    if scratch:
        name = f"{name}_{scratch}"
        _drop(owner, name)
        owner = make_conninfo(owner, dbname=name)
    if not _exists(owner):
        if not create:
            if started:
                cluster.stop(data)
            raise (
                cluster.NoCityError(name, variable="TONGXIN_DSN") if given else cluster.NoCityError(str(data))
            )
        _create(owner, name)
    secret = Secrets.of(data).app_password
    role = f"{name}_app"
    app = make_conninfo(owner, user=role, password=secret)
    os.environ.update(
        TONGXIN_DATA=str(data),
        TONGXIN_OWNER_DSN=owner,
        TONGXIN_APP_DSN=app,
        TONGXIN_POOL="1" if pooled else "0",
        DJANGO_SETTINGS_MODULE="tongxin.web.settings",
    )
    django.setup()
    return Database(owner_dsn=owner, app_dsn=app, role=role, password=secret, started=started)


def _exists(dsn: str) -> bool:
    try:
        with psycopg.connect(dsn) as connection:
            _check_server(connection)
            return True
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise cluster.ClusterError(f"cannot connect to the database: {error}") from error
        return False


def _create(dsn: str, name: str) -> None:
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        _check_server(connection)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _drop(dsn: str, name: str) -> None:
    with psycopg.connect(make_conninfo(dsn, dbname="postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _check_server(connection: psycopg.Connection) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        raise cluster.ClusterError(
            f"PostgreSQL 15 or newer is needed, this is {connection.info.server_version // 10_000}"
        )
