"""恢复之后。 After a restore or a failover: whether this database may go on with the ledger that others have seen.

Two things can be wrong with a database that came back, and both are looked at before a checkpoint is signed.

- **Its transaction numbers are behind** (a logical dump in a new server): the ledger's order is that of the numbers, so new
  entries would never be reached. Nothing is signed and nothing is served until `tongxin ledger advance` has used them up.
- **It is on another timeline** (recovery to a point in time, a promoted replica): entries that others have already seen may be
  missing. Nothing is signed until a witness has found the newest checkpoint consistent with what it saw (docs/decisions/0021).
"""

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from tongxin.web import witnessing
from tongxin.web.console.cluster import ClusterError, write_private

REMEMBERED: Final = "timeline.json"  # in the data folder: the timeline on which this machine last worked
# The last word of the newest checkpoint, and the number that the next transaction gets.
NUMBERS: Final = """
SELECT coalesce((SELECT last_xact::text::numeric FROM ledger_ledgercheckpoint ORDER BY size DESC LIMIT 1), 0),
       pg_snapshot_xmax(pg_current_snapshot())::text::numeric
"""
TIMELINE: Final = "SELECT ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int"
USE_UP: Final = """
DO $$ BEGIN
  FOR i IN 1..{many} LOOP
    PERFORM pg_current_xact_id();
    COMMIT;
  END LOOP;
END $$
"""
PORTION: Final = 100_000
SAY_AGAIN: Final = 10.0  # seconds
log = logging.getLogger("tongxin.restored")


@dataclass(frozen=True, slots=True)
class Numbers:
    """事务编号。 The number of the ledger's last integrated transaction, and the number that comes next."""

    last: int
    next: int

    @property
    def behind(self) -> int:
        """差多少。 How many numbers have to be used up before a new entry comes after the last one; 0 when all is well."""
        return max(self.last + 1 - self.next, 0)


def numbers() -> Numbers:
    """事务编号。 Where the transaction numbers stand. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS)
        last, following = cursor.fetchone()
    return Numbers(int(last), int(following))


def require_numbers() -> None:
    """编号须在台账之后。 Raises ClusterError when new entries would never come into the tree."""
    found = numbers()
    if found.behind:
        raise ClusterError(
            f"台账已到事务 {found.last}，本库的下一个编号是 {found.next}：新条目不会入树；请先运行 tongxin ledger advance / "
            f"the ledger has come to transaction {found.last} and this database is at {found.next}: it was loaded from a dump into "
            "a new server, and new entries would never come into the tree. Run `tongxin ledger advance` first "
            "(docs/how-to/back-up.md)"
        )


def advance() -> int:
    """用掉编号。 Use up transaction numbers until the next one comes after the ledger's last; returns how many.

    Each is an empty transaction, which writes nothing but its number. A server that is far behind takes long; see
    docs/how-to/back-up.md for what may be done on a stopped one.
    """
    begun = numbers()
    with connection.cursor() as cursor:
        while left := numbers().behind:
            cursor.execute(USE_UP.format(many=min(left, PORTION)))
    return begun.behind


def timeline() -> int:
    """时间线。 The timeline on which the database writes now: another one after every recovery and promotion."""
    with connection.cursor() as cursor:
        cursor.execute(TIMELINE)
        return int(cursor.fetchone()[0])


def _path() -> Path:
    return Path(settings.DATA) / REMEMBERED


def remember(line: int) -> None:
    """记下时间线。 Write down the timeline that was found to be good."""
    write_private(_path(), json.dumps({"timeline": line}))


def unheard() -> bool:
    """还没有听过外面的话。 Whether the database came back on another timeline and no witness has yet said that nothing is missing."""
    path, line = _path(), timeline()
    known = json.loads(path.read_text())["timeline"] if path.exists() else None
    if known is None:
        remember(line)
    return known not in (None, line)


def may_sign() -> bool:
    """可不可以签。 Whether a checkpoint may be signed: not while a witness contradicts, nor before one is heard after a return.

    Asked by the worker alone, which talks to the witnesses; commands ask `unheard`, and decide nothing.

    Where no witness is set nobody outside can say anything; then it goes on, and that is said.
    """
    against = witnessing.contradicted()
    if against:
        return _no("; ".join(f"witness {name}: {reason}" for name, reason in against.items()))
    if not unheard():
        return True
    if witnessing.witnesses() and not witnessing.heard():
        return _no("the database came back on another timeline, and no witness has answered yet")
    if not witnessing.witnesses():
        log.error("the database came back on another timeline, and no witness is set to say what is missing")
    remember(timeline())
    return True


_last_said = 0.0


def _no(reason: str) -> bool:
    """不签，并且说出来。 Nothing is signed: said at once, and again every ten seconds."""
    global _last_said  # noqa: PLW0603 - one word for the whole process
    if time.monotonic() - _last_said >= SAY_AGAIN:
        _last_said = time.monotonic()
        log.error("NOTHING IS SIGNED: %s", reason)
    return False
