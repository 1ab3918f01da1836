"""数据库。 The database: reached, safe against a pulled plug, guarded, current."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from tongxin.web.doctor import Finding, broken, doubt, well

OLDEST: Final = 150_000
THREADS: Final = (
    24  # of one server process, each with a connection that it keeps (console/commands/running.py)
)
WORKER: Final = 8  # connections that a worker keeps at most
APART: Final = timedelta(seconds=5)
# What a pulled plug must find switched on, and what it loses otherwise.
ON: Final = {
    "fsync": "acknowledged reports are lost with the power",
    "full_page_writes": "a page half written at a pulled plug stays torn",
    "synchronous_commit": "the last acknowledged reports are lost with the power",
}
GUARDS: Final = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname = ANY(%s)
   AND (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid AND (t.tgname LIKE 'tongxin\\_guard\\_%%' OR t.tgname = 'tongxin_truncate') AND t.tgenabled IN ('O', 'A')) < %s
"""


def server(owner: psycopg.Connection, at: datetime) -> Iterable[Finding]:
    """服务器。 The server: version, what it does at a pulled plug, its clock, its encoding, its connections."""
    version = owner.info.server_version
    if version < OLDEST:
        yield broken("postgresql", f"version {version // 10_000}", "PostgreSQL 15 or newer is needed")
    else:
        yield well("postgresql", f"version {version // 10_000}.{version % 10_000}")
    for name, loss in ON.items():
        value = _setting(owner, name)
        if value == "off":
            yield broken("postgresql", f"{name} is off: {loss}", f"ALTER SYSTEM SET {name} = on; then reload")
    if _setting(owner, "data_checksums") == "off":
        yield doubt(
            "postgresql",
            "data checksums are off: a bad disk goes unseen",
            "stop it and run pg_checksums --enable",
        )
    if _setting(owner, "server_encoding") != "UTF8":
        yield broken("postgresql", "the database is not UTF8", "make it anew with ENCODING 'UTF8'")
    (moment,) = owner.execute("SELECT clock_timestamp()").fetchone() or (at,)
    apart = abs(moment - datetime.now(UTC))
    if apart > APART:
        yield broken(
            "clock",
            f"this machine and the database are {apart.total_seconds():.0f} s apart",
            "let both keep time by NTP (chrony)",
        )
    else:
        yield well("clock", "this machine and the database agree")


def connections(owner: psycopg.Connection, wanted: int) -> Iterable[Finding]:
    """连接。 Whether the server has connections enough for the pools of the servers on this machine."""
    most = int(_setting(owner, "max_connections"))
    (used,) = owner.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    ).fetchone() or (0,)
    seen = f"{used} of {most} in use; servers and worker of one machine take up to {wanted}"
    if most < wanted + 10:
        yield broken("connections", seen, f"ALTER SYSTEM SET max_connections = {wanted + 40}; then restart")
    elif used > most * 0.8:
        yield doubt("connections", seen, "raise max_connections, or look who holds them in pg_stat_activity")
    else:
        yield well("connections", seen)


def _setting(owner: psycopg.Connection, name: str) -> str:
    row = owner.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def guard(
    owner: psycopg.Connection, *, role: str, tables: Iterable[str], records: Iterable[str]
) -> Iterable[Finding]:
    """门卫与角色。 The guard on every table, and a role of the application that owns nothing and may do no more than it must."""
    names = sorted(tables)
    (bare,) = owner.execute(GUARDS, [names, 4]).fetchone() or (0,)
    if bare:
        yield broken("guard", f"{bare} of {len(names)} tables lack a trigger of the guard", "tongxin migrate")
    else:
        yield well("guard", f"stands on {len(names)} tables")
    if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        yield broken("role", f"there is no role {role}", "tongxin migrate")
        return
    (owns, above) = owner.execute(
        "SELECT (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p')), "
        "r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication FROM pg_roles r WHERE r.rolname = %s",
        [role],
    ).fetchone() or (0, False)
    if owns or above:
        yield broken(
            "role",
            f"{role} owns {owns} tables, privileged: {above}",
            f"ALTER ROLE {role} NOSUPERUSER NOCREATEROLE …, and give its tables to the owner",
        )
    loose = [
        table
        for table in sorted(records)
        for (may,) in owner.execute(
            "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')", [role, table]
        ).fetchall()
        if may
    ]
    if loose:
        yield broken(
            "role", f"{role} may alter what is append-only: {', '.join(loose[:3])}", "tongxin migrate"
        )
    elif not (owns or above):
        yield well("role", f"{role} owns no table and alters nothing that is append-only")
