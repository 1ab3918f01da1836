"""授权的表。 Tables of grants: what may be called until when and how often, on which clauses, and how it ended."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.exchange.models.applying import Application
from tongxin.exchange.models.catalogue import Source
from tongxin.exchange.terms import Ending, GrantState, Manner, Purpose, RecipientKind
from tongxin.law.models import Clause


class Grant(models.Model):
    """授权。 A bounded grant. Whether it holds at a moment follows from `state`, `until`, its limits and its clauses' dates.

    An emergency grant has no application: it has a break-glass, which somebody else reviews afterwards.
    `entered_by` is the person who consented (or broke the glass); no call of theirs is accepted under it. `seal` is a keyed
    digest of what was agreed, asked for at each call: a grant edited in the table opens nothing.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    application = models.OneToOneField(
        Application, models.PROTECT, null=True, blank=True, related_name="grant"
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="grants")
    item = models.CharField("目录项", max_length=80)
    provider = models.CharField("数据提供部门", max_length=120)
    organ = models.CharField("使用方", max_length=120)
    kind = models.CharField("使用方类别", max_length=12, choices=[(k.value, k.value) for k in RecipientKind])
    purpose = models.CharField("目的", max_length=20, choices=[(p.value, p.value) for p in Purpose])
    manner = models.CharField("共享方式", max_length=12, choices=[(m.value, m.value) for m in Manner])
    fields = ArrayField(models.CharField(max_length=60), verbose_name="字段")
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    calls = models.BigIntegerField("调用上限")
    rows = models.BigIntegerField("行数上限")
    persons = models.BigIntegerField("人数上限")
    state = models.CharField("状态", max_length=10, choices=[(s.value, s.value) for s in GrantState])
    entered_by = models.CharField("准予人", max_length=80)
    reviewed_by = models.CharField("复核人", max_length=80, blank=True)
    witnessed = models.BooleanField("须有近时见证", default=True)
    duties = models.TextField("安全义务", blank=True)
    emergency = models.BooleanField("紧急", default=False)
    seal = models.BinaryField("封签", max_length=32, null=True, blank=True)

    class Meta:
        verbose_name = "授权"
        indexes = [
            models.Index(fields=["organ", "-id"], name="grant_organ"),
            models.Index(fields=["item"], name="grant_item"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="grant_forwards"),
            models.CheckConstraint(
                condition=models.Q(calls__gt=0, rows__gt=0, persons__gte=0), name="grant_bounded"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_by="") | ~models.Q(reviewed_by=models.F("entered_by")),
                name="grant_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=models.Q(emergency=True) | models.Q(application__isnull=False),
                name="grant_from_an_application",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="enterprise") | ~models.Q(duties=""), name="enterprise_has_duties"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"grant:{self.number}"


class GrantClause(models.Model):
    """授权的依据。 A clause a grant rests on, by its row (so that a call can ask the dates in its own statement) and its reference."""

    id = models.BigAutoField(primary_key=True)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="rests")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="grants")
    ref = models.TextField("引用")

    class Meta:
        verbose_name = "授权的依据"
        constraints = [models.UniqueConstraint(fields=["grant", "clause"], name="grant_clause_once")]

    def __str__(self) -> str:
        return self.ref


class GrantEnding(models.Model):
    """授权的停止。 How a grant stopped or went on: lapse, suspension, resumption, termination; append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="endings")
    what = models.CharField("怎样", max_length=10, choices=[(e.value, e.value) for e in Ending])
    at = models.DateTimeField("时间")
    effective = models.DateTimeField("生效")
    reason = models.TextField("理由")
    clause = models.TextField("条款", blank=True)
    consulted = models.TextField("与使用方协商的情况", blank=True)
    filed_with = models.CharField("报备", max_length=120, blank=True)

    class Meta:
        verbose_name = "授权的停止"
        indexes = [models.Index(fields=["grant", "id"], name="ending_grant")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.what}"


class OnwardConsent(models.Model):
    """转供同意。 The provider's consent that data go on to a named third party (政务数据共享条例 art. 25); append-only."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="onward")
    to = models.CharField("给谁", max_length=200)
    fields = ArrayField(models.CharField(max_length=60), verbose_name="字段")
    purpose = models.TextField("用途")
    until = models.DateTimeField("止")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "转供同意"

    def __str__(self) -> str:
        return f"{self.grant_id} → {self.to}"


class UseRecord(models.Model):
    """使用记录。 What the user records of scene, process, effect, storage, destruction; kept at least three years (art. 29)."""

    class What(models.TextChoices):
        USE = "use", "使用"
        STORAGE = "storage", "存储"
        DESTRUCTION = "destruction", "销毁"
        RETENTION = "retention", "经评估留存"

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="uses")
    what = models.CharField("什么", max_length=12, choices=What.choices)
    scene = models.TextField("场景")
    process = models.TextField("过程")
    effect = models.TextField("效果", blank=True)
    evidence = models.TextField("凭据", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "使用记录"
        indexes = [models.Index(fields=["grant", "id"], name="use_grant")]

    def __str__(self) -> str:
        return f"{self.grant_id} {self.what}"
