"""命令的环境。 What every command that needs a database does first: find or start it, and say so in the environment."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tongxin.ledger import rules
from tongxin.web.console import cluster
from tongxin.web.secrets import Secrets

OLDEST_SERVER = 150_000
CONNECTIONS = ("TONGXIN_DSN", "TONGXIN_OWNER_DSN", "TONGXIN_APP_DSN", "TONGXIN_READ_DSN")
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made there is checked to be ours


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


def open_database(*, data: Path, scratch: str = "", create: bool = True) -> Database:
    """打开数据库并配置 Django。 Find or start the database, set the environment, set Django up, bring the schema up to date.

    TONGXIN_DSN names any PostgreSQL >= 15 by its owner's connection string; without it the embedded one of `data` runs.
    `scratch` names a database of its own beside the city's, made anew each time. Without `create` nothing is made: a
    question asked in the wrong folder would be answered by an empty database, and new secrets there would change the
    password of the application's role under a running server. Raises ClusterError; NoCityError where there is none.
    """
    require_readable()
    given = os.environ.get("TONGXIN_DSN", "")
    only = os.environ.get("TONGXIN_APP_DSN", "")
    if only and not given and not os.environ.get("TONGXIN_OWNER_DSN"):
        return _open_as_application(data, only, create=create)
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
    _require_own_city(owner, data)
    secret = Secrets.of(data).app_password
    role = f"{name}_app"
    app = make_conninfo(owner, user=role, password=secret)
    os.environ.update(
        _counting(data),
        TONGXIN_DATA=str(data),
        TONGXIN_OWNER_DSN=owner,
        TONGXIN_APP_DSN=app,
        TONGXIN_POOL="0",
        DJANGO_SETTINGS_MODULE="tongxin.web.settings",
    )
    django.setup()
    return Database(owner_dsn=owner, app_dsn=app, role=role, password=secret, started=started)


def require_readable() -> None:
    """连接串须读得懂。 Raises ClusterError for a connection string that is none, naming the setting alone.

    What the library says of it repeats it, with the password.
    """
    for name in CONNECTIONS:
        try:
            conninfo_to_dict(os.environ.get(name, ""))
        except psycopg.ProgrammingError:
            raise cluster.ClusterError(
                f"{name} 不是连接串 / {name} is no connection string, e.g. postgresql://owner:password@127.0.0.1:5432/tongxin"
            ) from None


def _open_as_application(data: Path, dsn: str, *, create: bool) -> Database:
    """只有应用角色的机器。 A machine that is told the application's role alone: it serves or works, and can change no table."""
    if create:
        raise cluster.ClusterError(
            "this command changes tables: it needs TONGXIN_DSN, the owner's connection"
        )
    if not (data / "secrets.json").exists():
        raise cluster.NoCityError(str(data))
    if not _exists(dsn):
        raise cluster.NoCityError(str(conninfo_to_dict(dsn).get("dbname")), variable="TONGXIN_APP_DSN")
    _require_own_city(dsn, data)
    os.environ.update(
        _counting(data),
        TONGXIN_DATA=str(data),
        TONGXIN_POOL="0",
        DJANGO_SETTINGS_MODULE="tongxin.web.settings",
    )
    django.setup()
    return Database(owner_dsn="", app_dsn=dsn, role="", password="", started=False)


def _require_own_city(dsn: str, data: Path) -> None:
    """这个数据目录须是这座城市的。 Raises ClusterError when the ledger in the database was signed with another key than this folder's.

    A second machine with secrets of its own would change the password under the first and sign with another key.
    """
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT to_regclass('ledger_ledgercheckpoint') IS NOT NULL").fetchone()
        if found is None or not found[0]:
            return
        row = connection.execute(
            "SELECT note FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1"
        ).fetchone()
    if row is None:
        return
    try:
        if not (data / "secrets.json").exists():
            raise ValueError("there is no secrets.json")  # noqa: TRY301 - one answer for both
        own = Secrets.of(data)
        rules.verify_note(row[0], own.log_name, rules.public_key(bytes.fromhex(own.ledger_seed)))
    except ValueError as error:
        raise cluster.ClusterError(
            f"{data} 里的密钥不是这座城市的；请从第一台机器复制 secrets.json / the secrets in {data} are not those of the city in this "
            f"database ({error}); copy secrets.json from the machine that has them (docs/how-to/grow.md)"
        ) from error


def _counting(data: Path) -> dict[str, str]:
    """计数的文件夹。 The folder where this machine's processes count (`counters.py`), without the files of those that are gone.

    It lies in memory: a page of a mapped file that finds no room on a full disk would kill the process. Where there is no such
    place, or it is somebody else's, each process counts for itself.
    """
    name = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    folder = IN_MEMORY / f"tongxin-{os.geteuid()}-{name}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        mine = folder.lstat()
    except OSError:
        return {}
    if not stat.S_ISDIR(mine.st_mode) or mine.st_uid != os.geteuid():
        return {}
    for path in folder.glob("*_*.db"):
        if not Path(f"/proc/{path.stem.rpartition('_')[2]}").exists():
            path.unlink(missing_ok=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


def connected(dsn: str) -> psycopg.Connection[Any]:
    """连上。 A connection that commits each statement."""
    return psycopg.connect(dsn, autocommit=True)


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
