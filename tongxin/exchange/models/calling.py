"""调用的表。 Tables of calls: what was asked and answered, the counters of a grant, and breaking the glass."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.exchange.models.granting import Grant


class Meter(models.Model):
    """用量。 What a grant has used so far; the statement that admits a call is the one that counts it."""

    grant = models.OneToOneField(Grant, models.PROTECT, primary_key=True, related_name="meter")
    calls = models.BigIntegerField("调用", default=0)
    rows = models.BigIntegerField("行数", default=0)
    persons = models.BigIntegerField("人数", default=0)

    class Meta:
        verbose_name = "用量"

    def __str__(self) -> str:
        return f"{self.grant_id} {self.calls}"


class Reached(models.Model):
    """已及之人。 That a grant has reached a person, as a digest over grant and reference: counts persons, lists nobody."""

    id = models.BigAutoField(primary_key=True)
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="reached", db_constraint=False, db_index=False
    )
    person = models.BinaryField("摘要", max_length=32)

    class Meta:
        verbose_name = "已及之人"
        constraints = [models.UniqueConstraint(fields=["grant", "person"], name="reached_once")]

    def __str__(self) -> str:
        return str(self.grant_id)


class Call(models.Model):
    """调用。 One call that was admitted; append-only. Whom it was about lies in the ledger's deletable content alone."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目", unique=True)
    # No constraint of the database: it would lock the grant's row for each call; the statement that writes has just read it.
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="calls_made", db_constraint=False, db_index=False
    )
    organ = models.CharField("机构", max_length=120)
    office = models.CharField("职位", max_length=160)
    at = models.DateTimeField("时间")
    fields = ArrayField(models.CharField(max_length=60), verbose_name="字段")
    matter = models.CharField("为哪件事", max_length=120)
    persons = models.IntegerField("人数")
    rows = models.BigIntegerField("预留行数")
    third = models.BooleanField("因他人的事项", default=False)
    token = models.BinaryField("请求号的摘要", max_length=32, null=True, blank=True, unique=True)

    class Meta:
        verbose_name = "调用"
        indexes = [
            models.Index(fields=["grant", "-id"], name="call_grant"),
            models.Index(fields=["organ", "-id"], name="call_organ"),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.entry}"


class CallResult(models.Model):
    """调用的结果。 Where a call did not hand over just what it had reserved: rows handed over, or why nothing was; append-only.

    A call without a result handed over what it reserved (docs/decisions/0013).
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered", "已提供"
        NOTHING = "nothing", "没有记录"
        UNREACHABLE = "unreachable", "来源没有答复"
        MISMATCH = "mismatch", "来源的字段不符"
        STOPPED = "stopped", "传输中授权停止"

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    call = models.ForeignKey(Call, models.PROTECT, related_name="results")
    outcome = models.CharField("结果", max_length=12, choices=Outcome.choices)
    rows = models.BigIntegerField("行数")
    took_ms = models.IntegerField("用时")
    upstream = models.CharField("上游回执号", max_length=120, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "调用的结果"
        indexes = [models.Index(fields=["call"], name="result_call")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.outcome}"


class Emergency(models.Model):
    """紧急调用。 Breaking the glass: a named emergency clause, a rationale, an end; reviewed afterwards by somebody else.

    突发事件应对法 (2024) arts. 83–85: within need, for the emergency alone, destroyed afterwards; 个人信息保护法 arts. 13(4), 18.
    """

    class Outcome(models.TextChoices):
        LAWFUL = "lawful", "依法、必要"
        EXCEEDED = "exceeded", "超出必要"
        UNLAWFUL = "unlawful", "没有依据"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    grant = models.OneToOneField(Grant, models.PROTECT, related_name="breaking")
    clause = models.TextField("紧急条款")
    rationale = models.TextField("为什么")
    declared_by = models.CharField("启用人", max_length=80)
    declared_at = models.DateTimeField("启用时间")
    until = models.DateTimeField("止")
    ended_at = models.DateTimeField("转入事后程序", null=True, blank=True)
    told_at = models.DateTimeField("告知当事人", null=True, blank=True)
    reviewed_by = models.CharField("审查人", max_length=80, blank=True)
    reviewed_at = models.DateTimeField("审查时间", null=True, blank=True)
    outcome = models.CharField("审查结论", max_length=10, choices=Outcome.choices, blank=True)
    finding = models.TextField("审查意见", blank=True)
    disposed = models.TextField("销毁或者经评估留存", blank=True)
    disposed_at = models.DateTimeField("处置时间", null=True, blank=True)

    class Meta:
        verbose_name = "紧急调用"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by="") | ~models.Q(reviewed_by=models.F("declared_by")),
                name="emergency_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("declared_at")), name="emergency_forwards"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"emergency:{self.number}"
