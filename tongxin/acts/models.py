"""行为的表：告知与送达。 Tables of acts: notices and their deliveries."""

from django.db import models


class Notice(models.Model):
    """告知。 A notice to a person or an office concerned; written in the transaction of the act it tells of."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    recipient = models.TextField("收件人")
    subject = models.TextField("关于")
    template = models.CharField("模板", max_length=60)
    args = models.JSONField("内容", default=dict)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "告知"
        indexes = [models.Index(fields=["recipient", "-id"], name="notice_recipient")]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient}"


class Delivery(models.Model):
    """送达尝试。 One attempt to deliver a notice by a channel beyond the on-site inbox. Bookkeeping of the platform."""

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries", db_constraint=False)
    channel = models.CharField("渠道", max_length=20)
    at = models.DateTimeField("时间")
    done = models.BooleanField("送达")
    detail = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "送达"
        indexes = [models.Index(fields=["notice", "channel"], name="delivery_notice")]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"
