"""过程。 The steps of everything in lawful data: applications, grants, contests, requests; append-only."""

from django.db import models


class ExchangeStep(models.Model):
    """一步。 One step of a thing (`application:…`, `grant:…`, `contest:…`, …): who did what, when, why; append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    subject = models.CharField("关于", max_length=80)
    verb = models.CharField("行为", max_length=60)
    at = models.DateTimeField("时间")
    organ = models.CharField("机构", max_length=120, blank=True)
    office = models.CharField("职位", max_length=160, blank=True)
    state = models.CharField("到了", max_length=20, blank=True)
    note = models.TextField("说明", blank=True)
    clauses = models.TextField("条款", blank=True)

    class Meta:
        verbose_name = "过程"
        indexes = [models.Index(fields=["subject", "id"], name="exchange_step_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.verb}"
