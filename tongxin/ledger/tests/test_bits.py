"""A thousand single-bit changes in the stored columns of the ledger's tables: a thousand are found."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from tests.plugin import as_owner
from tongxin.ledger.queries import verification
from tongxin.ledger.terms import Fault
from tongxin.ledger.tests import small

CHANGES, SEED = 1_000, 20261126
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL counts microseconds from here
TABLES = sorted(model._meta.db_table for model in apps.get_app_config("ledger").get_models())


@pytest.fixture(scope="module")
def owned(django_db_blocker: Any) -> Iterator[None]:
    """The small ledger, looked at with the owner's rights, triggers and foreign keys off."""
    with django_db_blocker.unblock(), small.small_database() as name:
        small.eventful()
        small.archived(name)
        with as_owner():
            yield


def sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


def fault() -> Fault | None:
    return verification(keys=small.KEYS, tables={"acts_notice": "id"}).first_fault


def columns() -> list[tuple[str, str, str]]:
    return [
        (table, name, kind)
        for table in TABLES
        for name, kind in sql(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
            "AND NOT attisdropped ORDER BY attnum",
            table,
        )
    ]


# ---- One bit of what is stored, by the type of the column ------------------------------------------------------------


def number(value: int, bit: int, width: int = 64) -> int:
    changed = (value & ((1 << width) - 1)) ^ (1 << bit)
    return changed - (1 << width) if changed >> (width - 1) else changed


def raw(value: bytes, chance: random.Random) -> bytes:
    changed = bytearray(bytes(value))
    bit = chance.randrange(len(changed) * 8)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def text(value: str, chance: random.Random) -> str:
    return raw(value.encode(), chance).decode()  # what is no UTF-8 cannot be stored: another bit is taken


def moment(value: datetime, chance: random.Random) -> datetime:
    stored = (value - EPOCH) // timedelta(microseconds=1)
    return EPOCH + timedelta(microseconds=number(stored, chance.randrange(64)))


def one_of(
    values: list[Any], change: Callable[[Any, random.Random], Any], chance: random.Random
) -> list[Any]:
    nth = chance.randrange(len(values))
    return [*values[:nth], change(values[nth], chance), *values[nth + 1 :]]


CHANGE: dict[str, Callable[[Any, random.Random], tuple[str, Any]]] = {
    "bigint": lambda v, c: ("%s", number(v, c.randrange(64))),
    "integer": lambda v, c: ("%s", number(v, c.randrange(32), 32)),
    "smallint": lambda v, c: ("%s", number(v, c.randrange(16), 16)),
    "xid8": lambda v, c: ("%s::text::xid8", str(int(v) ^ (1 << c.randrange(63)))),
    "uuid": lambda v, c: ("%s::uuid", raw(v.bytes, c).hex()),
    "text": lambda v, c: ("%s", text(v, c)),
    "character varying": lambda v, c: ("%s", text(v, c)),
    "bytea": lambda v, c: ("%s", raw(v, c)),
    "timestamp with time zone": lambda v, c: ("%s", moment(v, c)),
    "jsonb": lambda v, c: ("%s::jsonb", json.dumps(json.loads(text(v, c)), ensure_ascii=False)),
    "text[]": lambda v, c: ("%s::text[]", one_of(v, text, c)),
    "bytea[]": lambda v, c: ("%s::bytea[]", one_of(v, raw, c)),
}


def changed_one_bit(table: str, column: str, kind: str, chance: random.Random) -> str:
    """Change one bit of one value of a column; says what was changed, or nothing where it cannot be stored."""
    told = {"xid8": "::text", "jsonb": "::text"}.get(kind, "")
    rows = sql(f"SELECT ctid::text, {column}{told} FROM {table} ORDER BY ctid")
    row, value = rows[chance.randrange(len(rows))]
    try:
        holder, given = CHANGE[kind](value, chance)
        with transaction.atomic():
            made = sql(
                f"UPDATE {table} SET {column} = {holder} WHERE ctid = %s::tid AND {column} IS DISTINCT FROM {holder} "
                "RETURNING 1",
                given, row, given,
            )  # fmt: skip
    except (DatabaseError, ValueError, OverflowError):
        return ""  # no such value can be stored: taken key, no UTF-8, no JSON, no date
    return f"{table}.{column} {value!r} -> {given!r}" if made else ""


@pytest.mark.usefixtures("owned")
def test_the_small_ledger_is_intact_and_has_rows_everywhere() -> None:
    with transaction.atomic():
        assert fault() is None
        assert all(sql(f"SELECT 1 FROM {table} LIMIT 1") for table in TABLES)
        assert len(columns()) == 55


@pytest.mark.usefixtures("owned")
def test_of_a_thousand_single_bit_changes_a_thousand_are_found() -> None:
    chance, missed, tried = random.Random(SEED), [], Counter()  # noqa: S311 - the same thousand every time
    with transaction.atomic():
        everywhere = columns()
    while sum(tried.values()) < CHANGES:
        table, column, kind = everywhere[sum(tried.values()) % len(everywhere)]
        with transaction.atomic():
            sql("SET LOCAL session_replication_role = replica")
            what = changed_one_bit(table, column, kind, chance)
            if what:
                tried[table, column] += 1
                if fault() is None:
                    missed.append(what)
            transaction.set_rollback(True)
    assert missed == []
    assert len(tried) == len(everywhere) and min(tried.values()) >= CHANGES // len(everywhere)
