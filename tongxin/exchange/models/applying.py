"""申请的表。 Tables of applications: what is asked, by whom it was agreed, answered and delivered, and every clock that runs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.exchange.terms import ApplicationState, Manner, Purpose, RecipientKind, TermKind

_PERSONS = ("applied_by", "agreed_by", "answered_by", "delivered_by", "reviewed_by")


def _another(one: str, other: str) -> models.Q:
    """两个人。 Two columns name two persons, or one of them nobody yet."""
    return models.Q(**{one: ""}) | models.Q(**{other: ""}) | ~models.Q(**{one: models.F(other)})


class Application(models.Model):
    """共享申请。 An application to use data (政务数据共享条例 arts. 20–22). The five persons are five persons: the database says so.

    applied_by    files it · agreed_by  head of the applicant's own office · answered_by  head of the provider's office
    delivered_by  opens the interface · reviewed_by  looks afterwards at how it is used
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    item = models.CharField("目录项", max_length=80)
    provider = models.CharField("数据提供部门", max_length=120)
    organ = models.CharField("使用方", max_length=120)
    kind = models.CharField("使用方类别", max_length=12, choices=[(k.value, k.value) for k in RecipientKind])
    purpose = models.CharField("目的", max_length=20, choices=[(p.value, p.value) for p in Purpose])
    fields = ArrayField(models.CharField(max_length=60), verbose_name="字段")
    clauses = ArrayField(models.TextField(), verbose_name="使用依据")
    scenario = models.TextField("使用场景")
    scope = models.TextField("使用范围")
    manner = models.CharField("共享方式", max_length=12, choices=[(m.value, m.value) for m in Manner])
    until = models.DateTimeField("使用时限")
    calls = models.BigIntegerField("调用上限")
    rows = models.BigIntegerField("行数上限")
    persons = models.BigIntegerField("人数上限")
    onward = models.TextField("拟转供", blank=True)
    state = models.CharField("状态", max_length=12, choices=[(s.value, s.value) for s in ApplicationState])
    applied_by = models.CharField("申请人", max_length=80)
    applied_at = models.DateTimeField("申请时间")
    agreed_by = models.CharField("申请单位同意人", max_length=80, blank=True)
    filed_at = models.DateTimeField("提出时间", null=True, blank=True)
    supplement = models.TextField("一次告知的补充内容", blank=True)
    supplemented_at = models.DateTimeField("补充时间", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    reason = models.TextField("答复理由", blank=True)
    reason_clauses = ArrayField(models.TextField(), verbose_name="答复依据", default=list)
    delivered_by = models.CharField("提供人", max_length=80, blank=True)
    delivered_at = models.DateTimeField("提供时间", null=True, blank=True)
    reviewed_by = models.CharField("复核人", max_length=80, blank=True)
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)
    steps = models.IntegerField("步数", default=0)

    class Meta:
        verbose_name = "共享申请"
        indexes = [
            models.Index(fields=["organ", "-id"], name="application_organ"),
            models.Index(fields=["provider", "-id"], name="application_provider"),
            # how many are open is asked before each new one: from this index alone, however many were ever made
            models.Index(
                fields=["organ", "item"],
                condition=models.Q(state__in=["drafted", "filed", "supplement", "consented"]),
                name="application_open",
            ),
        ]
        constraints = [
            *(
                models.CheckConstraint(condition=_another(one, other), name=f"app_{one[:4]}_not_{other[:4]}")
                for n, one in enumerate(_PERSONS)
                for other in _PERSONS[n + 1 :]
            ),
            models.CheckConstraint(
                condition=models.Q(calls__gt=0, rows__gt=0, persons__gte=0), name="application_bounded"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="refusal_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"application:{self.number}"


class Term(models.Model):
    """时限。 A clock that runs: of what, for which organ, since when, until when, extended once or not, ended when."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField("种类", max_length=14, choices=[(k.value, k.value) for k in TermKind])
    subject = models.CharField("关于", max_length=80)
    organ = models.CharField("由谁", max_length=120)
    applicant = models.CharField(
        "对谁", max_length=120, blank=True
    )  # an organ's code or a person's reference
    began = models.DateTimeField("起算")
    due_at = models.DateTimeField("到期")
    provisional = models.BooleanField("暂算", default=False)
    clause = models.TextField("依据")
    extended_at = models.DateTimeField("延长", null=True, blank=True)
    extension_clause = models.TextField("延长依据", blank=True)
    ended_at = models.DateTimeField("结束", null=True, blank=True)
    told_at = models.DateTimeField("逾期告知", null=True, blank=True)

    class Meta:
        verbose_name = "时限"
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(ended_at=None), name="term_due"),
            models.Index(fields=["subject"], name="term_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=models.Q(ended_at=None), name="one_open_term"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Correction(models.Model):
    """数据校核。 A report that shared data is wrong; the provider verifies, corrects and answers in ten working days (art. 26)."""

    class State(models.TextChoices):
        OPEN = "open", "等校核"
        CORRECTED = "corrected", "已更正"
        RIGHT = "right", "核实无误"

    id = models.BigAutoField(primary_key=True)
    item = models.CharField("目录项", max_length=80)
    organ = models.CharField("提出单位", max_length=120)
    provider = models.CharField("数源部门", max_length=120)
    call = models.BigIntegerField("调用的台账条目", null=True, blank=True)
    contest = models.CharField("由异议而来", max_length=80, blank=True)
    what = models.TextField("哪里不对")
    evidence = models.TextField("凭据", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    reported_by = models.CharField("提出人", max_length=80)
    reported_at = models.DateTimeField("提出时间")
    answered_by = models.CharField("答复人", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.TextField("答复", blank=True)

    class Meta:
        verbose_name = "数据校核"
        indexes = [
            models.Index(fields=["organ", "-id"], name="correction_organ"),
            models.Index(fields=["provider", "-id"], name="correction_provider"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_by="") | ~models.Q(answered_by=models.F("reported_by")),
                name="correction_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"correction:{self.pk}"


class Dispute(models.Model):
    """共享争议。 A dispute over sharing: negotiate → authority of the level → common superior → people's government (art. 28)."""

    class Rung(models.TextChoices):
        NEGOTIATION = "negotiation", "双方协商"
        AUTHORITY = "authority", "本级共享主管部门协调"
        SUPERIOR = "superior", "共同的上级共享主管部门协调"
        GOVERNMENT = "government", "本级人民政府决定"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField("关于", max_length=80)
    raised_by = models.CharField("提出单位", max_length=120)
    against = models.CharField("对方", max_length=120)
    rung = models.CharField("阶段", max_length=12, choices=Rung.choices, default=Rung.NEGOTIATION)
    what = models.TextField("争什么")
    raised_at = models.DateTimeField("提出时间")
    settled_at = models.DateTimeField("解决时间", null=True, blank=True)
    outcome = models.TextField("结果", blank=True)

    class Meta:
        verbose_name = "共享争议"
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(settled_at=None), name="one_open_dispute"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.rung}"

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"dispute:{self.pk}"
