"""The very statements of one intake act, as a script of pgbench: what the same work costs with nothing of ours around it.

One real act is done and watched; what differs from report to report (key, number, row, entry, act, token) is then drawn anew by
each transaction of the script. Whatever the act's code comes to say is what the script says.
"""

import contextlib
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import connection

from benchmarks.stage import Stage
from tongxin.acts.terms import ANONYMOUS
from tongxin.cases.models import Case
from tongxin.cases.operations import report_cases
from tongxin.cases.terms import Channel, NewReport, Receipt
from tongxin.ledger.models import LedgerEntry

Seen = list[tuple[str, list[Any], bool]]  # text, values, put in a pipeline
PLACE = re.compile(r"%s|%\((\w+)\)s|\$(\d+)")
# Row numbers so large that they stand for nothing else in the statements.
APART = {"cases_case": 7_777_000_001, "ledger_ledgerentry": 9_999_000_001}


def script(stage: Stage, point: tuple[float, float], matter: str) -> str:
    """The script of pgbench; the stage's database is left with one more case."""
    with stage.owner() as owner:
        for table, first in APART.items():
            row = owner.execute(f"SELECT last_value FROM {table}_id_seq").fetchone()
            if row and row[0] < first:
                owner.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", first])
    count(point, matter)  # what a process keeps is made by this one: only the act itself is watched
    key, seen = f"bench-{uuid.uuid4().hex}", Seen()
    with _watched(seen):
        report = _report(key, point, matter)
        (done,) = report_cases(actor=ANONYMOUS, at=report.reported_at, reports=[report])
    if not isinstance(done, Receipt):
        raise TypeError(f"the act that was to be watched was rejected: {done}")
    case = Case.objects.select_related("report").get(number=done.number)
    entry = LedgerEntry.objects.get(content__subject=case.ref)
    drawn = {
        key: "'bench-' || (:k)::text",
        case.number: "(:n)::text",
        str(case.pk): "(:i)::text",
        str(entry.pk): "(:id)::text",
        str(entry.act): "md5((:a)::text)",
        case.report.token_digest: "md5((:k)::text) || md5((:a)::text)",
    }
    lines = [r"\set k random(1, 9000000000000000)", r"\set a random(1, 9000000000000000)", "BEGIN;"]
    piped = False
    for text, values, pipeline in seen:
        said = _filled(text, values, drawn)
        kept = "cases_number" in said or "RETURNING id, act" in said
        if "cases_number" in said:
            said = f"SELECT to_char(now(), 'YYYYMMDD') || '-' || b[1] AS n, c[1] AS i FROM ({said}) AS x (a, b, c)"
        wanted = pipeline and not kept and "pg_advisory" not in said
        if wanted != piped:
            lines.append(r"\startpipeline" if wanted else r"\endpipeline")
            piped = wanted
        lines.append(said + (r" \gset" if kept else ";"))
    return "\n".join([*lines, *([r"\endpipeline"] if piped else []), "COMMIT;", ""])


def count(point: tuple[float, float], matter: str) -> int:
    """How many statements one act puts, with its begin and its commit."""
    seen = Seen()
    with _watched(seen):
        report = _report(f"bench-{uuid.uuid4().hex}", point, matter)
        report_cases(actor=ANONYMOUS, at=report.reported_at, reports=[report])
    return len(seen) + 2


def _report(key: str, point: tuple[float, float], matter: str) -> NewReport:
    return NewReport(
        client_key=key, channel=Channel.API, matter=matter, reported_at=datetime.now(UTC), text="路口井盖缺失，夜间行人容易踩空",
        lon=point[0], lat=point[1], name="王某", phone="13800000000",
    )  # fmt: skip


@contextlib.contextmanager
def _watched(seen: Seen) -> Iterator[None]:
    """Every statement put meanwhile, by Django's cursors and by the raw ones."""
    plain = psycopg.RawCursor.execute

    def raw(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        seen.append((str(query), list(params or ()), True))
        return plain(self, query, params, **more)

    def django(execute: Callable[..., Any], text: str, params: Any, many: bool, context: Any) -> Any:
        if isinstance(params, dict):
            names = [found.group(1) for found in PLACE.finditer(text)]
            seen.append((text, [params[name] for name in names], False))
        else:
            seen.append((text, list(params or ()), False))
        return execute(text, params, many, context)

    psycopg.RawCursor.execute = raw  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(django):
            yield
    finally:
        psycopg.RawCursor.execute = plain  # type: ignore[method-assign]


def _filled(text: str, values: list[Any], drawn: dict[str, str]) -> str:
    """A statement with its values written in, and what is drawn anew in place of what was watched."""
    turn = iter(values)

    def value(found: re.Match[str]) -> str:
        return _literal(values[int(found.group(2)) - 1] if found.group(2) else next(turn), drawn)

    return " ".join(PLACE.sub(value, re.sub(r"--[^\n]*", "", text)).split())


def _literal(value: Any, drawn: dict[str, str]) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return "ARRAY[" + ", ".join(_literal(one, drawn) for one in value) + "]"
    said = str(value).replace("'", "''")
    said = re.sub(r":(?=\w)", "' || chr(58) || '", said)  # pgbench would take it for a variable
    for watched, anew in drawn.items():
        said = said.replace(watched, f"' || {anew} || '")
    return f"('{said}')" if "||" in said else f"'{said}'"
