"""Hostile text put into every text that somebody has written, in every table, as its owner could."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import psycopg
from psycopg import sql

MARK = "x-planted"
HOSTILE = f"\"'><{MARK} onmouseover=alert(1)></textarea></title></script>{{{{7*7}}}}{{% now %}}"
SHORT = f"\"'><{MARK}>"
HAN = re.compile("[\u4e00-\u9fff]")
KEPT = ("django_", "auth_", "account_", "socialaccount_", "mfa_", "allauth")


def planted(connection: psycopg.Connection) -> int:
    """Append it to every value in which somebody wrote in their own words: Chinese text, in text and JSON columns. How many values.

    The guard of the tables is asked to look away; what is tested here is the drawing, not the writing.
    """
    connection.execute("SET session_replication_role = replica")
    count = 0
    for table, column, kind, most in _columns(connection):
        if kind == "jsonb":
            count += _planted_json(connection, table, column)
            continue
        text = HOSTILE if most is None or most > 300 else SHORT
        made = sql.SQL("left({0}, {1}) || {2}").format(
            sql.Identifier(column), sql.Literal(max((most or 10**6) - len(text), 0)), sql.Literal(text)
        )
        if most is not None and most < len(text):
            continue
        done = connection.execute(
            sql.SQL("UPDATE {} SET {} = {} WHERE {} ~ '[一-龥]'").format(
                sql.Identifier(table), sql.Identifier(column), made, sql.Identifier(column)
            )
        )
        count += done.rowcount
    connection.execute("SET session_replication_role = DEFAULT")
    return count


def _columns(connection: psycopg.Connection) -> list[tuple[str, str, str, int | None]]:
    rows = connection.execute(
        "SELECT c.table_name, c.column_name, c.data_type, c.character_maximum_length FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = 'public' "
        "AND t.table_type = 'BASE TABLE' AND c.data_type IN ('text', 'character varying', 'jsonb') "
        "AND c.is_generated = 'NEVER' ORDER BY 1, 2"
    ).fetchall()
    return [row for row in rows if not row[0].startswith(KEPT)]


def _planted_json(connection: psycopg.Connection, table: str, column: str) -> int:
    names = {"t": sql.Identifier(table), "c": sql.Identifier(column)}
    rows = connection.execute(
        sql.SQL("SELECT ctid, {c} FROM {t} WHERE {c}::text ~ '[一-龥]' LIMIT 20000").format(**names)
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            sql.SQL("UPDATE {t} SET {c} = %s::jsonb WHERE ctid = %s").format(**names),
            [(json.dumps(_in_json(value), ensure_ascii=False), place) for place, value in rows],
        )
    return len(rows)


def _in_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_json(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_in_json(held) for held in value]
    return f"{value}{SHORT}" if isinstance(value, str) and HAN.search(value) else value


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == MARK:
            self.found.append(f"<{tag}>")
        self.found += [
            f"<{tag} {name}=…>" for name, _ in attrs if name.startswith("on") or "<" in name or name == MARK
        ]
        if tag == "script" and "src" not in dict(attrs):
            self.found.append("<script> without src")
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|data(?!:image/)|vbscript):", value or "", re.IGNORECASE
            ):
                self.found.append(f"<{tag} {name}={value}>")
            if MARK in (value or ""):
                self.seen += 1

    def handle_data(self, data: str) -> None:
        self.seen += data.count(MARK)
        if "49{%" in data:
            self.found.append("a template within a text was run")


def escaped(page: str) -> tuple[list[str], int]:
    """What of it became markup, and how often it stands there as text."""
    reader = _Reader()
    reader.feed(page)
    return reader.found, reader.seen


def pages(text: str) -> Iterator[str]:
    """Addresses that a page leads to, on this site."""
    for found in re.findall(r'href="(/[^"#]*)"', text):
        yield found.replace("&amp;", "&")
