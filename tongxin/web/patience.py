"""慢下来。 Slowing down guesses of a password, without locking anybody else out: one small bucket per login and address."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST_BUCKETS: Final = 20_000


@dataclass(slots=True)
class Bucket:
    """一只小桶。 How many tries are left, and at which second that was counted."""

    left: float
    at: float


class Patience:
    """每个（登录名，地址）各有几次，慢慢补回。 A few tries for each (login, address), which come back slowly.

    `tries` are there at first; one comes back every `seconds`. Kept in this process only; the oldest are forgotten first.
    """

    def __init__(self, *, tries: int, seconds: float, most: int = MOST_BUCKETS) -> None:
        self.tries, self.seconds, self.most = tries, seconds, most
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()
        self._lock = Lock()

    def allows(self, *, login: str, address: str, second: float) -> bool:
        """还能不能试；能，就用掉一次。 Whether one more try is allowed at `second` (monotonic); if so, it is used up."""
        with self._lock:
            bucket = self._buckets.pop((login, address), None) or Bucket(float(self.tries), second)
            bucket.left = min(float(self.tries), bucket.left + (second - bucket.at) / self.seconds)
            bucket.at = second
            self._buckets[(login, address)] = bucket
            while len(self._buckets) > self.most:
                self._buckets.popitem(last=False)
            if bucket.left < 1:
                return False
            bucket.left -= 1
            return True

    def forget(self, *, login: str, address: str) -> None:
        """登录成功就清掉。 After a success nothing is held against anybody."""
        with self._lock:
            self._buckets.pop((login, address), None)
