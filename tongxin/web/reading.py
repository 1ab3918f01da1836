"""读副本。 Lists, public pages and counts from a streaming replica, where TONGXIN_READ_DSN names one (docs/decisions/0021).

What may be read there is a closed list of pages and of tables (`PAGES`, `TABLES`): cases, their steps and clocks. Who
somebody is and what they may do is asked of the primary, and so are acts, personal data, the law and whatever is kept in
the process per revision. A page is read from the copy only when

- the copy is at most `READ_WITHIN` seconds behind: it has replayed what the primary had written that long ago. Two log
  positions are compared, both seen from here, so that no clock of another machine counts, and a copy that was cut off and
  a primary on which nothing happens are told apart;
- it has replayed what this reader wrote last: every POST leaves the primary's log position in a signed cookie.

Otherwise, and whenever the copy fails in the middle of a page, the page is made from the primary, within the same request.
"""

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tongxin.web.postgresql import apart

COPY: Final = "copy"
PAGES: Final = frozenset({"cases", "overview", "hung", "map", "desk", "open311_requests", "api_cases_listed"})
TABLES: Final = frozenset(
    {
        "cases.case",
        "cases.casestep",
        "cases.clock",
        "cases.assignment",
        "cases.clockrequest",
        "cases.precedent",
    }
)
WRITTEN: Final = "tongxin_written"
REMEMBERED: Final = 60  # seconds; longer than any copy may be behind
EVERY: Final = 0.5  # seconds between two looks at where primary and copy are
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FAR: Final = (1 << 63) - 1
PRIMARY_AT: Final = "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint"
COPY_AT: Final = """
SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END - '0/0'::pg_lsn)::bigint
"""
log = logging.getLogger("tongxin.reading")
_on_copy: ContextVar[bool] = ContextVar("reading_from_copy", default=False)


class Router:
    """从哪里读。 Where the ORM reads a table from: the copy for listed tables while a listed page is made, else the primary."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        """读。 The alias; outside a listed page the database that Django chooses. What an act reads in its transaction is primary."""
        if not _on_copy.get():
            return None
        listed = model._meta.label_lower in TABLES  # noqa: SLF001
        return COPY if listed and not connections["default"].in_atomic_block else "default"

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str | None:
        """写，总在主库。 Writes go to the primary, also of what was read from the copy."""
        return "default" if _on_copy.get() else None

    def allow_relation(self, _one: Model, _other: Model, **_hints: Any) -> bool:
        """是同一个库。 Both are one database: rows of either belong together."""
        return True


@contextlib.contextmanager
def from_copy() -> Iterator[None]:
    """这一段可以读副本。 Listed tables are read from the copy within this block."""
    token = _on_copy.set(True)
    try:
        yield
    finally:
        _on_copy.reset(token)


class Lag:
    """副本到了哪里。 How far the copy is, from positions in the log that were seen from here, each at a second of this process."""

    def __init__(self) -> None:
        self.replayed = 0
        self.as_of: float | None = None  # up to this second the copy has everything
        self._seen: deque[tuple[float, int]] = deque(maxlen=600)

    def saw(self, *, at: float, primary: int, copy: int) -> None:
        """看了一眼。 At second `at` the primary stood at one position; after that the copy at another."""
        self._seen.append((at, primary))
        self.replayed = copy
        while self._seen and self._seen[0][1] <= copy:
            self.as_of = self._seen.popleft()[0]

    def lost(self) -> None:
        """看不见了。 The copy could not be asked."""
        self.as_of = None

    def serves(self, *, at: float, within: float, written: int) -> bool:
        """能不能用。 Whether the copy is within so many seconds at second `at`, and has what was written up to a position."""
        return self.as_of is not None and at - self.as_of <= within and self.replayed >= written


class Watch:
    """看着副本。 One thread of this process that compares primary and copy twice a second; pages ask only what it saw last."""

    def __init__(self) -> None:
        self.lag = Lag()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def serves(self, *, written: int) -> bool:
        """副本此刻能不能用。 Whether a reader who wrote up to a position may be answered from the copy now."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="reading", daemon=True)
                self._thread.start()
        return self.lag.serves(at=time.monotonic(), within=settings.READ_WITHIN, written=written)

    def _look(self) -> None:
        away = False
        while True:
            try:
                with _connected("default") as primary, _connected(COPY) as copy:
                    while True:
                        at = time.monotonic()
                        self.lag.saw(
                            at=at, primary=_position(primary, PRIMARY_AT), copy=_position(copy, COPY_AT)
                        )
                        if away:
                            log.warning("the copy answers again")
                        away = False
                        time.sleep(EVERY)
            except psycopg.Error as error:
                self.lag.lost()
                if not away:
                    log.warning("nothing is read from the copy: %s", type(error).__name__)
                away = True
                time.sleep(1)


def _position(connection: psycopg.Connection[Any], query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else 0


def _connected(alias: str) -> psycopg.Connection[Any]:
    return apart.connected(alias, name="tongxin reading", connect_timeout=2, tcp_user_timeout=2000)


WATCH: Final = Watch()


class FromCopy:
    """名单读副本。 Makes listed pages from the copy where it serves this reader, and remembers what a reader has written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """放行；写过就记下位置。 Pass on; after a POST leave the primary's position with the reader."""
        response = self.get_response(request)
        if COPY in settings.DATABASES and request.method not in SAFE:
            response.set_signed_cookie(
                WRITTEN, str(_written_until()), salt=WRITTEN, max_age=REMEMBERED, httponly=True, samesite="Lax",
                secure=settings.BEHIND_PROXY,
            )  # fmt: skip
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], words: Any, named: Any
    ) -> HttpResponseBase | None:
        """列出的页。 A listed page from the copy; None leaves it to the primary, also when anything goes wrong on the way."""
        found = request.resolver_match
        if (
            COPY not in settings.DATABASES
            or request.method != "GET"
            or found is None
            or found.url_name not in PAGES
        ):
            return None
        if not WATCH.serves(written=_written_by(request)):
            return None
        try:
            with from_copy():
                response = view(request, *words, **named)
        except (DatabaseError, InterfaceError) as error:
            log.warning("a page was made from the primary instead: %s", type(error).__name__)
            WATCH.lag.lost()
            connections[COPY].close()
            return None
        except Exception:  # noqa: BLE001 - the primary decides whether that is so: what is not there yet, is not allowed …
            return None
        if response.status_code >= 400:  # what is refused or not there is answered by the primary
            return None
        response.headers["Tongxin-Read-From"] = f"copy; within={settings.READ_WITHIN}"
        return response


def _written_until() -> int:
    """主库写到哪里。 Where the primary's log stands now; where that cannot be had, farther than any copy comes."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute(PRIMARY_AT)
            return int(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError):
        return FAR


def _written_by(request: HttpRequest) -> int:
    held = request.get_signed_cookie(WRITTEN, default="0", salt=WRITTEN, max_age=REMEMBERED) or "0"
    return int(held) if held.isdecimal() else FAR
