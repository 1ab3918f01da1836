"""行为的读取。 Reads of acts: the inbox of a person or an organ, and what waits to be delivered."""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection, models

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


def notices_undelivered(*, channel: str, prefix: str, attempts: int, size: int) -> list[Waiting]:
    """还没送出的告知。 Notices to recipients of a kind that this channel has neither delivered nor given up, oldest first."""
    tried = Delivery.objects.filter(notice=models.OuterRef("pk"), channel=channel)
    of_channel = models.Q(deliveries__channel=channel)
    rows = (
        Notice.objects.filter(recipient__startswith=prefix)
        .exclude(models.Exists(tried.filter(done=True)))
        .annotate(
            tries=models.Count("deliveries", filter=of_channel),
            last_try=models.Max("deliveries__at", filter=of_channel),
        )
        .filter(tries__lt=attempts)
        .order_by("id")[:size]
    )
    return [Waiting(row, row.tries, row.last_try) for row in rows]
