"""统计发布的表。 Tables of released statistics: each answer once, and the privacy budget of an item as whole numbers."""

from django.db import models


class Budget(models.Model):
    """隐私预算。 The privacy budget of a catalogue item for a span: whole micro-epsilons, spent under a row lock."""

    id = models.BigAutoField(primary_key=True)
    item = models.CharField("目录项", max_length=80, unique=True)
    total = models.BigIntegerField("总额（百万分之一 ε）")
    spent = models.BigIntegerField("已用", default=0)

    class Meta:
        verbose_name = "隐私预算"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spent__gte=0, spent__lte=models.F("total")), name="budget_kept"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.spent}/{self.total}"


class Release(models.Model):
    """统计发布。 A released table: the query, how it was protected, and the answer, which the same query returns again; append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    number = models.CharField("编号", max_length=24, unique=True)
    item = models.CharField("目录项", max_length=80)
    query = models.JSONField("问题")
    digest = models.BinaryField("问题的摘要", max_length=32, unique=True)
    protection = models.CharField("保护方法", max_length=12)  # suppressed | noised
    cost = models.BigIntegerField("预算", default=0)
    answer = models.JSONField("答案")
    organ = models.CharField("机构", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "统计发布"
        indexes = [models.Index(fields=["item", "-id"], name="release_item")]

    def __str__(self) -> str:
        return self.number


class ReleaseQuestion(models.Model):
    """待发布的统计问题。 A question asked for release: one person asks, the head of the provider's office releases or declines."""

    class State(models.TextChoices):
        OPEN = "open", "等发布"
        RELEASED = "released", "已发布"
        DECLINED = "declined", "不予发布"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    item = models.CharField("目录项", max_length=80)
    query = models.JSONField("问题")
    digest = models.BinaryField("问题的摘要", max_length=32)
    reason = models.TextField("为什么")
    organ = models.CharField("机构", max_length=120)
    provider = models.CharField("数据提供部门", max_length=120)
    asked_by = models.CharField("提出人", max_length=80)
    asked_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    note = models.TextField("理由", blank=True)
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="questions")

    class Meta:
        verbose_name = "待发布的统计问题"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("asked_by")),
                name="release_two_persons",
            ),
            models.UniqueConstraint(
                fields=["digest"], condition=models.Q(state="open"), name="one_open_question"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released") | models.Q(release__isnull=False),
                name="released_with_a_release",
            ),
        ]

    def __str__(self) -> str:
        return self.number
