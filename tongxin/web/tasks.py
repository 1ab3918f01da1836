"""门面的定时工作。 Periodic work at the door: delivering notices by mail, where a mail server is set."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation

from tongxin.acts.models import Delivery, Notice
from tongxin.acts.queries import notices_undelivered
from tongxin.cases.queries import mail_of_reporter
from tongxin.identity.queries import mail_of
from tongxin.law.queries.making import mail_of_commenter
from tongxin.web.counters import MAILS
from tongxin.web.notices import rendered

ATTEMPTS = 7
FIRST_WAIT = timedelta(minutes=1)  # then four times as long each time: the last try comes after almost a day


def deliver(*, at: datetime, size: int = 50, going: Callable[[], bool] = lambda: True) -> int:
    """按邮件送达。 Deliver waiting notices by mail; returns how many attempts were made. Without a server: none.

    `going` is asked before each one: whoever is no longer the one that delivers stops there.

    The on-site inbox holds every notice in any case. Each attempt is kept; the next comes later and later, and after seven
    a notice is given up.
    """
    if not settings.EMAIL_HOST:
        return 0
    done = 0
    for prefix in ("person:", "reporter:", "commenter:"):
        for waiting in notices_undelivered(channel="mail", prefix=prefix, attempts=ATTEMPTS, size=size):
            if not going():
                return done
            if waiting.last_try is None or at >= waiting.last_try + FIRST_WAIT * 4 ** (waiting.tries - 1):
                _deliver_one(waiting.notice, at)
                done += 1
    return done


def _address(notice: Notice) -> tuple[str, str] | None:
    if notice.recipient.startswith("person:"):
        return mail_of(person=notice.recipient)
    if notice.recipient.startswith("commenter:"):
        return mail_of_commenter(number=notice.recipient.removeprefix("commenter:"))
    return mail_of_reporter(number=notice.recipient.removeprefix("reporter:"))


def _deliver_one(notice: Notice, at: datetime) -> None:
    address = _address(notice)
    if address is None:
        Delivery.objects.create(notice=notice, channel="mail", at=at, done=True, detail="no address")
        return
    mail, language = address
    with translation.override(language):
        title, text = rendered(notice)
    try:
        send_mail(title, text, settings.DEFAULT_FROM_EMAIL, [mail])
    except (smtplib.SMTPException, OSError) as error:
        Delivery.objects.create(notice=notice, channel="mail", at=at, done=False, detail=type(error).__name__)
        MAILS.labels("failed").inc()
    else:
        MAILS.labels("sent").inc()
        Delivery.objects.create(notice=notice, channel="mail", at=at, done=True)
