"""运行。 The house at work: tables, city, worker, witnesses, and how it is offered to others."""

import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast

import psycopg
from django.conf import settings

from tongxin.cases.queries import clocks_behind
from tongxin.ledger.queries import newest_checkpoint, newest_witnessed, waiting
from tongxin.ledger.rules.parting import part
from tongxin.places.queries import is_founded
from tongxin.web import months, schema, witnessing
from tongxin.web.doctor import Finding, Look, broken, database, doubt, well

SLOW: Final = timedelta(seconds=30)  # the sequencer comes every half second, the sweeper every fifteen
OWN_NAMES: Final = {"127.0.0.1", "localhost", "[::1]", "testserver"}


def tables(_: datetime) -> Iterable[Finding]:
    """表与城市。 Whether the tables are those of this code, and a city is founded."""
    if not schema.is_current(alias="default"):
        yield broken("tables", "migrations are waiting", "tongxin migrate")
        return
    if not is_founded():
        yield broken("city", "no city is founded", "tongxin load-city --city city/…")
        return
    yield well("tables", "as this code needs them; a city is founded")


def parts(owner: psycopg.Connection) -> Iterable[Finding]:
    """按月的表。 Whether the parts of this month and the next ones are made: without them rows gather in one that no index was meant for."""
    try:
        with owner.cursor() as cursor:
            lacking = months.missing(cast("Any", cursor))  # it executes and fetches as Django's does
    except psycopg.errors.InsufficientPrivilege:
        yield doubt(
            "months",
            "only the owner of the tables sees them",
            "ask tongxin doctor where TONGXIN_DSN is told too",
        )
        return
    if lacking:
        names = ", ".join(f"{one.table} {part(of)}" for one, of in lacking[:3])
        yield broken(
            "months",
            f"{len(lacking)} parts are not made: {names}",
            "tongxin migrate, and see that a worker is told TONGXIN_DSN",
        )
    else:
        yield well("months", "made ahead")


def worker(at: datetime) -> Iterable[Finding]:
    """工作进程。 Whether the worker keeps up: entries reach the tree, limits are looked at, witnesses have seen the newest checkpoint."""
    behind, clocks = waiting(), clocks_behind(at=at - SLOW)
    if behind.since is not None and at - behind.since > SLOW:
        yield broken(
            "worker",
            f"{behind.entries} entries wait for the tree since {behind.since:%Y-%m-%d %H:%M:%S} UTC",
            "is `tongxin work` running? read its log",
        )
    else:
        newest = newest_checkpoint()
        yield well("worker", f"{newest.size if newest else 0} entries in the tree, {behind.entries} waiting")
    if clocks:
        yield broken(
            "limits",
            f"{clocks} limits fell due and were not looked at",
            "is `tongxin work` running? read its log",
        )
    yield from _witnessed(at)


def _witnessed(at: datetime) -> Iterable[Finding]:
    if not witnessing.witnesses():
        yield doubt(
            "witnesses",
            "none is set: whoever holds this database could present another history",
            "let another body run tools/witness.py, and name it in TONGXIN_WITNESSES",
        )
        return
    seen, within = newest_witnessed(), timedelta(seconds=settings.WITNESSED_WITHIN)
    if seen is None or (at - seen.at > within and waiting().entries):
        when = f"last at {seen.at:%Y-%m-%d %H:%M:%S} UTC" if seen else "never"
        yield broken(
            "witnesses",
            f"nothing newer has been cosigned ({when}): calls of data are refused",
            "reach the witness's address from here; is it running?",
        )
    else:
        yield well("witnesses", f"cosigned at {seen.at:%Y-%m-%d %H:%M:%S} UTC by {seen.witness}")


def door(_: datetime) -> Iterable[Finding]:
    """门口。 How it is offered to others: names, HTTPS, the demo door, mail."""
    hosts = set(settings.ALLOWED_HOSTS)
    outside = hosts - OWN_NAMES
    if settings.DEMO and (outside or settings.BEHIND_PROXY):
        yield broken(
            "door",
            "the demo is on and others can reach it",
            "unset TONGXIN_DEMO: sample accounts need no password",
        )
    if "*" in hosts:
        yield broken("door", "TONGXIN_HOSTS allows every name", "name the hosts it is reached by")
    if outside and not settings.BEHIND_PROXY:
        yield broken(
            "door",
            f"{', '.join(sorted(outside))} without HTTPS: sessions travel in the open",
            "put it behind HTTPS and set TONGXIN_HTTPS=1",
        )
    if settings.BEHIND_PROXY and not settings.CSRF_TRUSTED_ORIGINS:
        yield broken(
            "door",
            "behind a proxy, and no origin is trusted: forms are refused",
            "set TONGXIN_ORIGINS=https://…",
        )
    if not outside:
        yield doubt(
            "door", "answers to this machine's names alone", "set TONGXIN_HOSTS to the name people will use"
        )
    elif settings.BEHIND_PROXY and settings.CSRF_TRUSTED_ORIGINS:
        yield well("door", f"{', '.join(sorted(outside))} by HTTPS")
    if not settings.METRICS_TOKEN:
        yield doubt(
            "metrics",
            "no token is set: /metrics answers nobody",
            "set TONGXIN_METRICS_TOKEN if somebody is to watch",
        )


def mail(_: datetime) -> Iterable[Finding]:
    """邮件。 Whether the mail server can be reached."""
    if not settings.EMAIL_HOST:
        yield doubt(
            "mail", "no mail server is set: notices stay in the inbox of the site", "set TONGXIN_SMTP_HOST"
        )
        return
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with socket.create_connection((settings.EMAIL_HOST, settings.EMAIL_PORT), timeout=5) as opened:
            opened.settimeout(5)
            greeting = opened.recv(3)
    except OSError as error:
        yield broken(
            "mail",
            f"{where} is not reached: {type(error).__name__}",
            "look at TONGXIN_SMTP_HOST and _PORT, and at the way there",
        )
        return
    if greeting == b"220":
        yield well("mail", f"{where} answers")
    else:
        yield broken(
            "mail", f"{where} does not greet as a mail server does", "look at TONGXIN_SMTP_HOST and _PORT"
        )


def archiving(owner: psycopg.Connection) -> Iterable[Finding]:
    """归档。 Whether what is written is also kept elsewhere, so that a lost disk loses minutes and no more."""
    row = owner.execute(
        "SELECT current_setting('archive_mode'), a.failed_count, a.last_failed_time > coalesce(a.last_archived_time, '-infinity'), "
        "(SELECT count(*) FROM pg_stat_replication) FROM pg_stat_archiver a"
    ).fetchone()
    mode, failed, stuck, replicas = row or ("off", 0, False, 0)
    if mode != "off" and stuck:
        yield broken(
            "archiving",
            f"the archive command fails ({failed} times)",
            "read the server's log; until it works again the disk fills",
        )
    elif mode == "off" and not replicas:
        yield doubt(
            "archiving",
            "nothing is archived and nothing replicates: a lost disk loses all since the last backup",
            "docs/how-to/back-up.md",
        )
    else:
        yield well("archiving", f"archive {mode}, {replicas} receiving")


def looks(owner: psycopg.Connection, *, role: str, workers: int) -> list[tuple[str, Look]]:
    """看这些。 What is looked at in the database and at work; `owner` is a connection of the owner of the tables."""
    pools = workers * database.THREADS + database.WORKER
    return [
        ("postgresql", lambda at: database.server(owner, at)),
        ("connections", lambda _: database.connections(owner, pools)),
        ("tables", tables),
        (
            "guard",
            lambda _: database.guard(
                owner, role=role, tables=schema.guarded_tables(), records=schema.record_tables()
            ),
        ),
        ("months", lambda _: parts(owner)),
        ("worker", worker),
        ("archiving", lambda _: archiving(owner)),
        ("door", door),
        ("mail", mail),
    ]
