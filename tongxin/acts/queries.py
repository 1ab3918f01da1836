"""行为的读取。 Reads of acts: the inbox of a person or an organ, and what waits to be delivered."""

import contextlib
import functools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection, models

from tongxin.acts.models import Delivery, Notice
from tongxin.acts.rules import numbered

FIRST = 9_223_372_036_854_775_807
_numbered = functools.cache(numbered)


def put(question: str, **values: Any) -> list[tuple[Any, ...]]:
    """问一次数据库。 Put one question that was written out, with `%(name)s` for its values; its rows.

    For what is read at nearly every request: it is prepared once in each connection, so that the server does not plan it anew.
    It runs in the transaction of the caller, if there is one. Raises django.db.DatabaseError.
    """
    text = _numbered(question)
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    if connection.force_debug_cursor:  # whoever counts statements counts this one too
        connection.queries_log.append({"sql": text.text, "time": ""})
    raw: psycopg.Connection = connection.connection
    with connection.wrap_database_errors, psycopg.RawCursor(raw) as cursor:
        cursor.execute(text.text, [values[name] for name in text.names], prepare=True)
        return cursor.fetchall()


def inbox(*, recipients: Collection[str], before: int = FIRST, size: int = 30) -> list[Notice]:
    """收件箱，新的在前。 The newest notices to any of these recipients, before a notice id (keyset paging)."""
    return list(Notice.objects.filter(recipient__in=list(recipients), id__lt=before).order_by("-id")[:size])


@dataclass(frozen=True, slots=True)
class Waiting:
    """待送的告知。 A notice that a channel has not delivered, how often it was tried and when last."""

    notice: Notice
    tries: int
    last_try: datetime | None


def notices_undelivered(
    *, channel: str, prefix: str, waits: Sequence[timedelta], at: datetime, size: int, since: int = 0
) -> list[Waiting]:
    """还没送出、到了该试的时候的告知。 Notices to recipients of a kind that this channel is to try now, oldest first.

    `since`: the number before which none waits any more (`first_waiting`). `waits`: how long after the first try the second is due, and so on; after as many tries and one more a notice is given
    up. What waits for its next try does not stand in the way of what has not been tried.
    """
    tried = Delivery.objects.filter(notice=models.OuterRef("pk"), channel=channel)
    of_channel = models.Q(deliveries__channel=channel)
    due = models.Q(tries=0)
    for tries, wait in enumerate(waits, start=1):
        due |= models.Q(tries=tries, last_try__lte=at - wait)
    rows = (
        Notice.objects.filter(id__gte=since, recipient__startswith=prefix)
        .exclude(models.Exists(tried.filter(done=True)))
        .annotate(
            tries=models.Count("deliveries", filter=of_channel),
            last_try=models.Max("deliveries__at", filter=of_channel),
        )
        .filter(due)
        .order_by("id")[:size]
    )
    return [Waiting(row, row.tries, row.last_try) for row in rows]


# Never beyond the last number that is old: below those that are young a smaller one may still be on its way.
_FIRST_WAITING = """
SELECT CASE WHEN w.waiting IS NULL OR w.old IS NULL THEN %(since)s ELSE least(w.waiting, w.old + 1) END
  FROM (SELECT max(n.id) FILTER (WHERE n.at <= %(young)s) AS old,
               min(n.id) FILTER (WHERE n.at > %(young)s OR (starts_with(n.recipient, %(prefix)s)
                 AND (SELECT count(*) < %(attempts)s AND NOT coalesce(bool_or(d.done), false) FROM acts_delivery d
                       WHERE d.notice_id = n.id AND d.channel = %(channel)s))) AS waiting
          FROM acts_notice n WHERE n.id >= %(since)s) w
"""
YOUNG = timedelta(
    minutes=10
)  # longer than a transaction may stay open: a smaller number may still appear until then


def first_waiting(*, channel: str, prefix: str, attempts: int, at: datetime, since: int) -> int:
    """从哪一号起还有要送的。 The number from which on notices of a kind may still be tried, not before `since`. One statement.

    Whoever delivers remembers it, so that what was settled in ten years is not looked through every two seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FIRST_WAITING,
            {"since": since, "young": at - YOUNG, "prefix": prefix, "attempts": attempts, "channel": channel},
        )
        return int(cursor.fetchone()[0])


@contextlib.contextmanager
def claimed(waiting: Waiting, *, channel: str) -> Iterator[bool]:
    """轮到我送。 Whether it may be delivered here now: nobody else is at it, and nobody tried it meanwhile. Three statements.

    Held by this connection until the block ends, without a transaction, which a mail server that hangs would keep open; a worker
    that dies lets go of it.
    """
    key = f"deliver:{channel}:{waiting.notice.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            yield False
            return
        try:
            yield Delivery.objects.filter(notice=waiting.notice, channel=channel).count() == waiting.tries
        finally:
            with contextlib.suppress(InterfaceError, OperationalError):  # gone with the connection
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])
