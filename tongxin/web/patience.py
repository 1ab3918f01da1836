"""慢下来。 Slowing down guesses of a password, without locking anybody else out: one small bucket per login and address.

Buckets are rows among the tickets (`web/tickets.py`), so that every process of every machine counts in the same one. A row
names nobody: its key is a digest that only this city can compute. It holds one moment, at which the bucket is full again;
from then on it is gone, as every ticket is.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.conf import settings
from django.db import connection

from tongxin.web.tickets import TABLE

# One statement: of many at the same moment, each sees what the one before has used up. A try that is not allowed writes nothing.
ONE_MORE: Final = f"""
WITH gone AS (DELETE FROM {TABLE} WHERE key IN (
  SELECT key FROM {TABLE} WHERE expires_at <= %(at)s AND key <> %(key)s LIMIT 100 FOR UPDATE SKIP LOCKED))
INSERT INTO {TABLE} AS t (key, value, expires_at) VALUES (%(key)s, '', %(at)s + %(each)s)
ON CONFLICT (key) DO UPDATE SET expires_at = greatest(t.expires_at, %(at)s) + %(each)s
 WHERE t.expires_at <= %(at)s + %(each)s * %(before)s
RETURNING 1
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """每个（登录名，地址）各有几次，慢慢补回。 A few tries for each (login, address), which come back slowly.

    `tries` are there at first; one comes back every `seconds`.
    """

    tries: int
    seconds: float

    def allows(self, *, login: str, address: str, at: datetime) -> bool:
        """还能不能试；能，就用掉一次。 Whether one more try is allowed at this moment; if so, it is used up."""
        given: dict[str, Any] = {
            "key": self._key(login, address),
            "at": at,
            "each": timedelta(seconds=self.seconds),
            "before": self.tries - 1,
        }
        with connection.cursor() as cursor:
            cursor.execute(ONE_MORE, given)
            return cursor.fetchone() is not None

    def forget(self, *, login: str, address: str) -> None:
        """登录成功就清掉。 After a success nothing is held against anybody."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {TABLE} WHERE key = %s", [self._key(login, address)])

    def _key(self, login: str, address: str) -> str:
        told = f"tries\n{login}\n{address}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), told, sha256).hexdigest()
