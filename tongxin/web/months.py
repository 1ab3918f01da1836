"""按月备表。 The months of the tables that grow: made ahead, as the owner of the tables (docs/decisions/0019)."""

from collections.abc import Sequence
from typing import Final

from django.db.backends.utils import CursorWrapper

from tongxin.ledger.rules.parting import (
    AHEAD,
    BITS,
    REST,
    Parted,
    attached,
    empty_part,
    floor,
    part,
    read_part,
)

_OF_ENTRY: Final = (
    "FOREIGN KEY (entry_id) REFERENCES ledger_ledgerentry_{part} (id) DEFERRABLE INITIALLY DEFERRED"
)
_OF_NOTICE: Final = "FOREIGN KEY (notice_id) REFERENCES acts_notice_{part} (id) DEFERRABLE INITIALLY DEFERRED"
# In order: what a part refers to stands before it. The migrations that divided the tables say the same.
PARTED: Final = (
    Parted(table="ledger_ledgerentry", key="id", local=("UNIQUE (act)",)),
    Parted(table="ledger_ledgercontent", key="entry_id", local=(_OF_ENTRY,)),
    Parted(table="ledger_ledgerwrite", key="entry_id", local=(_OF_ENTRY,)),
    Parted(table="acts_notice", key="id"),
    Parted(table="acts_delivery", key="notice_id", within=True, local=("UNIQUE (id)", _OF_NOTICE)),
    Parted(table="cases_casestep", key="case_id", within=True, local=("UNIQUE (id)",)),
)
PARTS: Final = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass ORDER BY 1
"""


def parts_of(cursor: CursorWrapper, one: Parted) -> set[str]:
    """已有的部分。 The ends of the names of a table's parts: months, `before` and `rest`."""
    cursor.execute(PARTS, [one.table])
    return {name.removeprefix(f"{one.table}_") for (name,) in cursor.fetchall()}


def months_of(cursor: CursorWrapper, one: Parted) -> list[int]:
    """已有的月。 The months that a table has parts of, oldest first; 0 for the rows from before."""
    return sorted(read_part(name) for name in parts_of(cursor, one) - {REST})


def present_months(cursor: CursorWrapper) -> list[int]:
    """上月、此月、下月。 The month before, this one and the next by the database's clock; `before` where there is none before it.

    Fewer where nobody has made them.
    """
    cursor.execute("SELECT tongxin_month(now())")
    (now,) = cursor.fetchone()
    found = months_of(cursor, PARTED[0])
    near = [of for of in found if of in (now, now + 1)]
    return [*(of for of in found if of < now), *near][-1 - len(near) :] if near else []


def missing(cursor: CursorWrapper) -> list[tuple[Parted, int]]:
    """缺的月。 What should be there and is not: this month and those ahead, and every month of which rows lie in `rest`."""
    cursor.execute("SELECT tongxin_month(now())")
    (now,) = cursor.fetchone()
    wanted = set(range(now, now + AHEAD + 1))
    for one in PARTED:
        cursor.execute(f"SELECT DISTINCT {one.key} >> {BITS} FROM {one.name(REST)}")
        wanted |= {of for (of,) in cursor.fetchall()}
    return [(one, of) for one in PARTED for of in sorted(wanted - set(months_of(cursor, one)))]


def make_months(cursor: CursorWrapper) -> list[str]:
    """备好以后几个月。 Make the months that are missing; returns the tables made. In the caller's transaction.

    Rows that fell into `rest` because nobody had made their month are moved to where they belong.
    """
    lacking = missing(cursor)
    if not lacking:
        return []
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET LOCAL lock_timeout = '3s'")  # the next round tries again: nobody is to wait behind us
    for one, of in lacking:
        cursor.execute(empty_part(one, part(of)))
        _move(cursor, one, of)
    _empty_rest(cursor, lacking)
    for one, of in lacking:
        cursor.execute(attached(one, of))
    return [one.name(part(of)) for one, of in lacking]


def _move(cursor: CursorWrapper, one: Parted, of: int) -> None:
    table = one.name(part(of))
    cursor.execute(
        f"ALTER TABLE {table} DISABLE TRIGGER tongxin_apart; "
        f"INSERT INTO {table} SELECT * FROM {one.name(REST)} WHERE {one.key} >= {floor(of)} AND {one.key} < {floor(of + 1)}; "
        f"ALTER TABLE {table} ENABLE TRIGGER tongxin_apart"
    )


def _empty_rest(cursor: CursorWrapper, lacking: Sequence[tuple[Parted, int]]) -> None:
    for one, of in reversed(lacking):
        rest = one.name(REST)
        cursor.execute(
            f"ALTER TABLE {rest} DISABLE TRIGGER tongxin_apart; "
            f"DELETE FROM {rest} WHERE {one.key} >= {floor(of)} AND {one.key} < {floor(of + 1)}; "
            f"ALTER TABLE {rest} ENABLE TRIGGER tongxin_apart"
        )
