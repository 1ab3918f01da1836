"""门面的定时工作。 Periodic work at the door: delivering notices by mail, where a mail server is set."""

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError, InterfaceError
from django.utils import translation

from tongxin.acts.models import Delivery, Notice
from tongxin.acts.queries import Waiting, claimed, first_waiting, notices_undelivered
from tongxin.cases.queries import mail_of_reporter
from tongxin.identity.queries import mail_of
from tongxin.law.queries.making import mail_of_commenter
from tongxin.web.counters import MAILS
from tongxin.web.logs import where
from tongxin.web.notices import rendered

log = logging.getLogger("tongxin.web")
ATTEMPTS: Final = 7
FIRST_WAIT: Final = timedelta(
    minutes=1
)  # then four times as long each time: the last try comes after almost a day
WAITS: Final = tuple(FIRST_WAIT * 4**nth for nth in range(ATTEMPTS - 1))
AWAY: Final = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError)


class Came(StrEnum):
    """一次送达的结果。 What came of looking at one notice."""

    TRIED = auto()
    LEFT = auto()  # another worker is at it, or has been
    AWAY = auto()  # the server is not there: the others need not be tried now


def deliver(
    *,
    at: datetime,
    size: int = 50,
    going: Callable[[], bool] = lambda: True,
    marks: dict[str, int] | None = None,
) -> int:
    """按邮件送达。 Deliver waiting notices by mail; returns how many attempts were made. Without a server: none.

    The on-site inbox holds every notice in any case. Each attempt is kept; the next comes later and later, and after seven
    a notice is given up. A notice that cannot be written or sent holds up no other; where the server is away the round
    ends. Two workers do not send one notice twice; a worker that dies between the server's word and its own note of it
    does: the letter then comes again under the same Message-ID. `going` is asked before each one: whoever is no longer the one
    that delivers stops there. `marks`: remembered by whoever delivers again and again, where to begin to look.
    """
    marks = {} if marks is None else marks
    if not settings.EMAIL_HOST:
        return 0
    done = 0
    for prefix in ("person:", "reporter:", "commenter:"):
        for waiting in notices_undelivered(
            channel="mail", prefix=prefix, waits=WAITS, at=at, size=size, since=marks.get(prefix, 0)
        ):
            if not going():
                return done
            came = _deliver_one(waiting, at)
            done += came is not Came.LEFT
            if came is Came.AWAY:
                return done
        marks[prefix] = first_waiting(
            channel="mail", prefix=prefix, attempts=ATTEMPTS, at=at, since=marks.get(prefix, 0)
        )
    return done


def _address(notice: Notice) -> tuple[str, str] | None:
    if notice.recipient.startswith("person:"):
        return mail_of(person=notice.recipient)
    if notice.recipient.startswith("commenter:"):
        return mail_of_commenter(number=notice.recipient.removeprefix("commenter:"))
    return mail_of_reporter(number=notice.recipient.removeprefix("reporter:"))


def _deliver_one(waiting: Waiting, at: datetime) -> Came:
    notice = waiting.notice
    with claimed(waiting, channel="mail") as mine:
        if not mine:
            return Came.LEFT
        came, done, detail = Came.TRIED, True, ""
        try:
            detail = _send(notice)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one notice, the others go on
            came = Came.AWAY if _is_away(error) else Came.TRIED
            done, detail = False, type(error).__name__
            if not isinstance(error, OSError):  # ours, or a poisoned one
                # Where it broke, and not its message: that may hold what somebody typed.
                log.error("notice %s cannot be sent: %s", notice.pk, where(error))  # noqa: TRY400
        Delivery.objects.create(notice=notice, channel="mail", at=at, done=done, detail=detail)
        MAILS.labels("sent" if done else "failed").inc()
        return came


def _is_away(error: Exception) -> bool:
    """是服务器不在，不是这一封的毛病。 Whether the server is away, whichever letter it was asked to take: refused, silent, cut."""
    if isinstance(error, smtplib.SMTPException):  # which is an OSError too
        return isinstance(error, AWAY)
    return isinstance(error, OSError)


def _send(notice: Notice) -> str:
    """写好、寄出。 Write and send one; returns what is to be noted beside its delivery."""
    address = _address(notice)
    if address is None:
        return "no address"
    mail, language = address
    with translation.override(language):
        title, text = rendered(notice)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    headers = {
        "Message-ID": f"<notice.{notice.pk}@{domain}>"
    }  # the same each time: a second copy is known for one
    EmailMessage(title, text, settings.DEFAULT_FROM_EMAIL, [mail], headers=headers).send()
    return ""
