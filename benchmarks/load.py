"""HTTP load over connections that are kept: a closed loop of clients, each asking again when its answer is whole.

One thread waits on all sockets, so that the load costs the machine little beside what it measures.
"""

import random
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

LONGEST = 60.0  # seconds without any answer: the server hangs


@dataclass(kw_only=True)
class Answers:
    """What came back in the span: requests a second, percentiles in milliseconds, how many of each status."""

    seconds: float
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    processor: dict[str, float] = field(default_factory=dict)  # seconds used meanwhile, by whom

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, part: float) -> float:
        """The time within which this part of the answers came, in ms (nearest rank)."""
        ranked = sorted(self.times)
        return 1_000 * ranked[min(len(ranked) - 1, int(part * len(ranked)))] if ranked else 0.0

    def facts(self) -> dict[str, object]:
        """For a run's facts; answers that are no success are counted as errors."""
        errors = sum(count for status, count in self.statuses.items() if not 200 <= status < 300)
        spent = {
            f"{who} processor ms": round(1_000 * seconds / max(1, len(self.times)), 2)
            for who, seconds in self.processor.items()
        }
        return {
            "p50 ms": round(self.percentile(0.5), 2),
            "p99 ms": round(self.percentile(0.99), 2),
            "errors": errors,
            **spent,
        }


class _Client:
    """One kept connection: what has been read of the answer, and when its request was sent."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.begun, self.read, self.whole = 0.0, b"", 0

    def ask(self, request: bytes) -> None:
        self.begun, self.read, self.whole = time.perf_counter(), b"", 0
        self.socket.setblocking(True)
        self.socket.sendall(request)
        self.socket.setblocking(False)

    def answered(self) -> int:
        """The status once the answer is whole; 0 before. Raises ConnectionError when the server hung up."""
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server closed a kept connection")
        self.read += piece
        if not self.whole:
            head, found, _rest = self.read.partition(b"\r\n\r\n")
            if not found:
                return 0
            lines = head.lower().split(b"\r\n")
            length = next((line for line in lines if line.startswith(b"content-length:")), None)
            if length is None:
                raise ConnectionError("an answer without Content-Length")
            self.whole = len(head) + 4 + int(length.partition(b":")[2])
        return int(self.read[9:12]) if len(self.read) >= self.whole else 0


def request(base: str, path: str, *, method: str = "GET", body: bytes = b"", headers: str = "") -> bytes:
    """The bytes of a request; `headers` are whole lines, each ended by CRLF."""
    length = f"Content-Length: {len(body)}\r\n" if body or method != "GET" else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\n{length}{headers}\r\n".encode() + body
    )


def drive(
    base: str, made: Callable[[random.Random], bytes], *, clients: int, seconds: float, seed: int = 1
) -> Answers:
    """So many clients for a span; `made` makes the next request. Whoever has asked at the end is still waited for, uncounted.

    Raises ConnectionError when the server hangs up, or says nothing for a minute.
    """
    place = urlsplit(base)
    dice, waiting = random.Random(seed), selectors.DefaultSelector()
    for _ in range(clients):
        one = _Client(str(place.hostname), int(place.port or 80))
        waiting.register(one.socket, selectors.EVENT_READ, one)
        one.ask(made(dice))
    begins = time.perf_counter()
    found, busy = Answers(seconds=seconds), clients
    while busy:
        ready = waiting.select(LONGEST)
        if not ready:
            raise ConnectionError(f"the server said nothing for {LONGEST:.0f} s")
        for key, _mask in ready:
            one = key.data
            status, now = one.answered(), time.perf_counter()
            if not status:
                continue
            if now - begins > seconds:
                waiting.unregister(one.socket)
                one.socket.close()
                busy -= 1
                continue
            found.times.append(now - one.begun)
            found.statuses[status] += 1
            one.ask(made(dice))
    waiting.close()
    return found
