"""行为的读取。 Reads of acts: the inbox of a person or an organ, and what waits to be delivered."""

from collections.abc import Collection

from django.db import models

from tongxin.acts.models import Delivery, Notice

FIRST = 9_223_372_036_854_775_807


def inbox(*, recipients: Collection[str], before: int = FIRST, size: int = 30) -> list[Notice]:
    """收件箱，新的在前。 The newest notices to any of these recipients, before a notice id (keyset paging)."""
    return list(Notice.objects.filter(recipient__in=list(recipients), id__lt=before).order_by("-id")[:size])


def notices_undelivered(*, channel: str, prefix: str, attempts: int, size: int) -> models.QuerySet[Notice]:
    """还没送出的告知。 Notices to recipients of a kind that this channel has neither delivered nor given up, oldest first."""
    tried = Delivery.objects.filter(notice=models.OuterRef("pk"), channel=channel)
    return (
        Notice.objects.filter(recipient__startswith=prefix)
        .exclude(models.Exists(tried.filter(done=True)))
        .annotate(tries=models.Count("deliveries", filter=models.Q(deliveries__channel=channel)))
        .filter(tries__lt=attempts)
        .order_by("id")[:size]
    )
