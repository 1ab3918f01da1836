"""小票。 Django's cache as a table: what has to be known by every process for a minute, signed, and taken once.

allauth keeps authorization codes and identifiers of used tokens in the cache. A cache in the memory of one process would lose
them between two server processes, and one that pickles would run what somebody puts into the database.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.core import signing
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

SALT: Final = "tongxin.web.tickets"
LONGEST: Final = 600  # seconds
TABLE: Final = "identity_ticket"


class Tickets(BaseCache):
    """小票的缓存。 A cache whose values are JSON, signed with their key; nothing lasts longer than ten minutes."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """取出。 The value; within a transaction the row is held, so that of two who take it the second finds it gone."""
        name = self._name(key, version)
        lock = " FOR UPDATE" if connection.in_atomic_block else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT value, expires_at FROM {TABLE} WHERE key = %s{lock}", [name])
            row = cursor.fetchone()
        if row is None or row[1] <= self._now():
            return default
        try:
            return signing.loads(row[0], salt=f"{SALT} {name}")
        except signing.BadSignature:
            return default

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """只在没有时放入。 Put it in where there is none; False where there is one."""
        name, now = self._name(key, version), self._now()
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE expires_at <= %s", [now])
            cursor.execute(
                f"INSERT INTO {TABLE} (key, value, expires_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [name, self._signed(name, value), self._until(now, timeout)],
            )
            return bool(cursor.rowcount)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """放入。 Put it in, whatever was there."""
        self.delete(key, version)
        self.add(key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        """拿走。 Take it away; whether there was one."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE key = %s", [self._name(key, version)])
            return bool(cursor.rowcount)

    def clear(self) -> None:
        """清空。 Take all away."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE}")

    def _name(self, key: str, version: int | None) -> str:
        return hashlib.sha256(self.make_key(key, version).encode()).hexdigest()

    def _signed(self, name: str, value: Any) -> str:
        return signing.dumps(value, salt=f"{SALT} {name}")

    def _until(self, now: datetime, timeout: Any) -> datetime:
        seconds = LONGEST if timeout is DEFAULT_TIMEOUT or timeout is None else min(float(timeout), LONGEST)
        return now + timedelta(seconds=seconds)

    def _now(self) -> datetime:
        return datetime.now(UTC)
