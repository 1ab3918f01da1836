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
