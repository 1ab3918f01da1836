"""本人一侧的表。 Tables of the person's side: deferred lines, contests, and requests under the personal information law."""

from django.db import models


class Deferral(models.Model):
    """暂缓显示。 That lines of the person's page are shown later: on a clause of its own, until a day; counted publicly.

    个人信息保护法 arts. 18(1), 35. It ends by itself: nothing has to run for a line to be shown again.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    clause = models.TextField("条款")
    organ = models.CharField("机构", max_length=120)
    reason = models.TextField("为什么")
    asked_by = models.CharField("提出人", max_length=80)
    decided_by = models.CharField("决定人", max_length=80)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)

    class Meta:
        verbose_name = "暂缓显示"
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="deferral_forwards"),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="deferral_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class DeferredLine(models.Model):
    """暂缓的一行。 A ledger entry whose line is deferred; `entry` is the act that deferred it, `line` the entry deferred."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    line = models.BigIntegerField("暂缓的条目")
    deferral = models.ForeignKey(Deferral, models.PROTECT, related_name="lines")

    class Meta:
        verbose_name = "暂缓的一行"
        constraints = [models.UniqueConstraint(fields=["line", "deferral"], name="deferred_once")]
        indexes = [models.Index(fields=["line"], name="deferred_line")]

    def __str__(self) -> str:
        return str(self.line)


class Contest(models.Model):
    """异议。 A person contests a line of their page; the organ that looked answers in time, through another person."""

    class State(models.TextChoices):
        OPEN = "open", "等答复"
        UPHELD = "upheld", "异议成立"
        DISMISSED = "dismissed", "异议不成立"
        RAISED = "raised", "已转主管部门"
        WITHDRAWN = "withdrawn", "已撤回"

    class Ground(models.TextChoices):
        NOT_ME = "not_me", "与我无关的事"
        NO_BASIS = "no_basis", "没有依据或者依据不对"
        TOO_MUCH = "too_much", "看得太多"
        WRONG_DATA = "wrong_data", "数据不对"
        OTHER = "other", "其他"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    person = models.CharField("本人", max_length=80)
    by = models.CharField("提出人", max_length=80)
    line = models.BigIntegerField("台账条目")
    ground = models.CharField("理由", max_length=12, choices=Ground.choices)
    text = models.TextField("怎么说", blank=True)
    organ = models.CharField("由谁答复", max_length=120)
    looked_by = models.CharField("查看人", max_length=80, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField("提出时间")
    answered_by = models.CharField("答复人", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.TextField("答复", blank=True)
    measures = models.TextField("怎么改", blank=True)

    class Meta:
        verbose_name = "异议"
        indexes = [
            models.Index(fields=["person", "-id"], name="contest_person"),
            models.Index(fields=["organ", "-id"], name="contest_organ"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_by="") | ~models.Q(answered_by=models.F("looked_by")),
                name="contest_answered_by_another",
            ),
            models.UniqueConstraint(
                fields=["person", "line"],
                condition=models.Q(state__in=["open", "raised"]),
                name="one_open_contest",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RightsRequest(models.Model):
    """本人的请求。 A request under 个人信息保护法 arts. 44–50: access, copy, correct, delete, explain; refusal needs a reason."""

    class Kind(models.TextChoices):
        ACCESS = "access", "查阅"
        COPY = "copy", "复制"
        CORRECT = "correct", "更正、补充"
        DELETE = "delete", "删除"
        EXPLAIN = "explain", "解释说明"

    class State(models.TextChoices):
        OPEN = "open", "等答复"
        DONE = "done", "已办"
        REFUSED = "refused", "不予办理"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    person = models.CharField("本人", max_length=80)
    by = models.CharField("提出人", max_length=80)
    about = models.CharField("关于", max_length=120)  # data:…, case:…, or person for what identity holds
    organ = models.CharField("由谁办", max_length=120)
    text = models.TextField("怎么说", blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField("提出时间")
    answered_by = models.CharField("答复人", max_length=80, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.TextField("答复", blank=True)
    clause = models.TextField("依据", blank=True)

    class Meta:
        verbose_name = "本人的请求"
        indexes = [
            models.Index(fields=["person", "-id"], name="request_person"),
            models.Index(fields=["organ", "-id"], name="request_organ"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="refused") | (~models.Q(answer="") & ~models.Q(clause="")),
                name="request_refused_with_reason",
            )
        ]

    def __str__(self) -> str:
        return self.number
