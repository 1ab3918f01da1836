"""PostgreSQL 来源。 A table or view of another database, read under its own role, for reading alone."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tongxin.exchange.queries.sources.places import Place
from tongxin.exchange.queries.sources.waiting import bounded
from tongxin.exchange.rules.minimising import LONGEST
from tongxin.exchange.terms import Came, SourceFault

LONG = "tongxin_long"  # the column that says a value is too long to be fetched at all


def rows(
    place: Place, *, relation: str, columns: Sequence[str], key: str, keys: Sequence[str], most: int
) -> tuple[list[Any], str]:
    """按键取行。 The rows of these keys, the named columns alone, and no upstream receipt. Raises SourceFault."""
    chosen = _selection(relation, columns)
    if key:
        chosen += sql.SQL(" WHERE {} = ANY(%s)").format(sql.Identifier(key))
    chosen += sql.SQL(" LIMIT {}").format(sql.Literal(most))
    with _connected(place) as connection, _told(connection, place.seconds):
        cursor = connection.execute(chosen, [list(keys)] if key else [])
        return [_short(row) for row in cursor.fetchall()], ""


@contextlib.contextmanager
def opened(place: Place, *, relation: str, columns: Sequence[str], key: str) -> Iterator["_Reader"]:
    """打开。 The whole relation, by a cursor of the server, in one state of it. Raises SourceFault."""
    del key
    with _connected(place) as connection:
        cursor = connection.cursor(name="tongxin_transfer")
        with _told(connection, place.seconds):
            cursor.execute(_selection(relation, columns))
        yield _Reader(connection, cursor, place.seconds)


class _Reader:
    def __init__(self, connection: Any, cursor: Any, seconds: float) -> None:
        self.connection, self.cursor, self.seconds = connection, cursor, seconds

    def take(self, most: int) -> list[object]:
        """下几行。 The next rows."""
        with _told(self.connection, self.seconds):
            return [_short(row) for row in self.cursor.fetchmany(most)]


def _selection(relation: str, columns: Sequence[str]) -> sql.Composed:
    """只选准许的列。 The named columns and no other; a value that is too long does not even travel."""
    name = sql.Identifier(*relation.split("."))
    sized = [sql.SQL("octet_length({}::text)").format(sql.Identifier(column)) for column in columns]
    most = sql.Literal(LONGEST * 4)
    return sql.SQL("SELECT {}, greatest({}) > {} AS {} FROM {}").format(
        sql.SQL(", ").join(
            sql.SQL("CASE WHEN octet_length({0}::text) <= {1} THEN {0} END AS {0}").format(sql.Identifier(one), most)
            for one in columns
        ),
        sql.SQL(", ").join(sized), most, sql.Identifier(LONG), name,
    )  # fmt: skip


def _short(row: dict[str, Any]) -> dict[str, Any]:
    if row.pop(LONG):
        raise SourceFault(Came.MISMATCH, "a value is too long")
    return row


@contextlib.contextmanager
def _connected(place: Place) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    try:
        connection = psycopg.connect(
            host=place.host,
            port=place.port,
            dbname=place.path.strip("/"),
            user=place.secret.get("user"),
            password=place.secret.get("password"),
            connect_timeout=max(2, math.ceil(place.seconds)),
            options=f"-c default_transaction_read_only=on -c statement_timeout={int(place.seconds * 1000)}",
            row_factory=dict_row,
        )
    except (psycopg.Error, OSError) as error:
        raise SourceFault(Came.UNREACHABLE, "the source's database cannot be reached") from error
    try:
        connection.read_only = True
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _told(connection: psycopg.Connection[Any], seconds: float) -> Iterator[None]:
    """来源的毛病怎么说。 A column or table that is not there is a mismatch; all else means it did not answer."""
    try:
        with bounded(connection.fileno(), seconds + 0.5):
            yield
    except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable, psycopg.DataError) as error:
        raise SourceFault(Came.MISMATCH, "the source has no such table or field") from error
    except (psycopg.Error, UnicodeDecodeError) as error:
        raise SourceFault(Came.UNREACHABLE, "the source did not answer") from error
