"""本人一侧的表。 Tables of the person's side: deferred lines, contests, and requests under the personal information law."""

from datetime import timedelta
from typing import Final

from django.db import models

# The law gives no number; a deferral that nobody looks at again for half a year would be one without an end.
LONGEST_DEFERRAL: Final = timedelta(days=180)


class Deferral(models.Model):
    """暂缓显示。 That lines of the person's page are shown later: on a clause of its own, until a day; counted publicly.

    个人信息保护法 arts. 18(1), 35. One person proposes, another decides; `since` is the proposal's moment until it is decided,
    and the decision's from then on. It ends by itself: nothing has to run for a line to be shown again.
    """

    class Ground(models.TextChoices):
        SECRECY = "secrecy", "法律、行政法规规定应当保密"
        HINDERS = "hinders", "告知将妨碍履行法定职责"

    class State(models.TextChoices):
        PROPOSED = "proposed", "等决定"
        GRANTED = "granted", "已准"
        REFUSED = "refused", "不准"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    ground = models.CharField("理由", max_length=10, choices=Ground.choices)
    clause = models.TextField("条款")  # the clause of the ground, and the special statute's beside it
    organ = models.CharField("机构", max_length=120)
    reason = models.TextField("为什么")
    state = models.CharField("状态", max_length=10, choices=State.choices)
    asked_by = models.CharField("提出人", max_length=80)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision = models.TextField("决定的理由", blank=True)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)
    ended_by = models.CharField("提前结束的人", max_length=80, blank=True)
    end_reason = models.TextField("为什么提前结束", blank=True)
    told_at = models.DateTimeField("已告知", null=True, blank=True)

    class Meta:
        verbose_name = "暂缓显示"
        indexes = [models.Index(fields=["organ", "-id"], name="deferral_organ")]
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="deferral_forwards"),
            models.CheckConstraint(
                condition=models.Q(until__lte=models.F("since") + LONGEST_DEFERRAL), name="deferral_bounded"
            ),
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="deferral_two_persons"
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed")
                | (~models.Q(decided_by="") & models.Q(decided_at__isnull=False)),
                name="deferral_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"deferral:{self.number}"


class DeferredLine(models.Model):
    """暂缓的一行。 A ledger entry whose line is deferred; `entry` is the act that proposed it, `line` the entry deferred."""

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
    clause = models.TextField("答复的依据", blank=True)
    third = models.BooleanField("因他人的事项")  # answered by the authority, without naming the other
    raised_at = models.DateTimeField("转主管部门", null=True, blank=True)
    raised_text = models.TextField("为什么不服", blank=True)
    decided_by = models.CharField("决定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision = models.TextField("决定", blank=True)

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
            models.CheckConstraint(
                condition=models.Q(decided_by="")
                | (
                    ~models.Q(decided_by=models.F("looked_by"))
                    & ~models.Q(decided_by=models.F("answered_by"))
                ),
                name="contest_decided_by_a_third",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dismissed") | (~models.Q(answer="") & ~models.Q(clause="")),
                name="contest_dismissed_with_reason",
            ),
            models.UniqueConstraint(
                fields=["person", "line"],
                condition=models.Q(state__in=["open", "raised"]),
                name="one_open_contest",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"contest:{self.number}"


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

    class Erasure(models.TextChoices):
        """个人信息保护法第四十七条第一款的五种情形。 The five cases of art. 47 para. 1."""

        PURPOSE = "purpose", "处理目的已实现、无法实现，或者不再必要"
        TERM = "term", "停止提供服务，或者保存期限已届满"
        CONSENT = "consent", "撤回同意"
        UNLAWFUL = "unlawful", "违反法律、行政法规或者约定处理"
        OTHER = "other", "法律、行政法规规定的其他情形"

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("种类", max_length=10, choices=Kind.choices)
    ground = models.CharField("删除的情形", max_length=10, choices=Erasure.choices, blank=True)
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
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="delete") | ~models.Q(ground=""), name="deletion_with_its_case"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"request:{self.number}"
