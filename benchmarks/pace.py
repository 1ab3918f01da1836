"""Load that remembers what was said to whom: at a pace that is kept whatever the server does, or as fast as answers come."""

import random
import selectors
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks import load

Ask = Callable[[random.Random], tuple[str, bytes]]  # a name for what is asked, and the request


@dataclass(kw_only=True)
class Span:
    """What came back: statuses, times in seconds, and for each name the last status (0: none came)."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    without_retry: int = 0
    lost: int = 0

    def p99(self) -> float:
        """Milliseconds within which 99 of 100 answers came."""
        ranked = sorted(self.times)
        return 1_000 * ranked[int(0.99 * (len(ranked) - 1))] if ranked else 0.0

    def errors(self) -> int:
        """Answers that are no success, and connections that broke."""
        return self.lost + sum(n for status, n in self.statuses.items() if not 200 <= status < 300)


class _Asking(load._Client):  # noqa: SLF001 - the bench's own connection, which here also knows what it asked
    name = ""
    due = 0.0


def drive(
    base: str, ask: Ask, *, clients: int, seconds: float, rate: float = 0.0, keep: bool = False
) -> Span:
    """So many kept connections for a span: at `rate` requests a second in all, each timed from when it was due, or (0) one
    after the other. `keep`: the bodies of successes are kept. A connection that breaks is counted and made anew.
    """
    place, dice, span = urlsplit(base), random.Random(), Span()
    waiting, idle = selectors.DefaultSelector(), [_connected(place) for _ in range(clients)]
    begins = time.perf_counter()
    asked = 0
    while True:
        now = time.perf_counter()
        over = now - begins >= seconds
        while idle and not over and (not rate or begins + asked / rate <= now):
            one = idle.pop()
            one.due = begins + asked / rate if rate else now
            asked += 1
            _ask(one, ask, dice, span, waiting, idle, place)
        if over and len(idle) == clients:
            break
        if over and now - begins > seconds + load.LONGEST:
            span.lost += clients - len(idle)
            break
        for key, _ in waiting.select(0.5 if over or not idle else 0.001):
            _hear(key.data, span, waiting, idle, place, keep=keep)
    waiting.close()
    return span


def _connected(place: object) -> _Asking:
    return _Asking(str(place.hostname), int(place.port))  # type: ignore[attr-defined]


def _ask(one: _Asking, ask: Ask, dice: random.Random, span: Span, waiting: selectors.BaseSelector, idle: list[_Asking], place: object) -> None:  # fmt: skip
    one.name, request = ask(dice)
    span.told[one.name] = 0
    try:
        one.ask(request)
        waiting.register(one.socket, selectors.EVENT_READ, one)
    except OSError:
        span.lost += 1
        idle.append(_connected(place))


def _hear(one: _Asking, span: Span, waiting: selectors.BaseSelector, idle: list[_Asking], place: object, *, keep: bool) -> None:  # fmt: skip
    try:
        status = one.answered()
    except OSError:
        span.lost += 1
        waiting.unregister(one.socket)
        one.socket.close()
        idle.append(_connected(place))
        return
    if not status:
        return
    waiting.unregister(one.socket)
    span.times.append(time.perf_counter() - one.due)
    span.statuses[status] += 1
    span.told[one.name] = status
    head, _, body = one.read.partition(b"\r\n\r\n")
    span.without_retry += status == 503 and b"retry-after:" not in head.lower()
    if keep and status < 300:
        span.bodies[one.name] = body
    idle.append(one)
