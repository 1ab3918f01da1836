"""事项的表。 Tables of cases. `Case` is where a case stands; how it came there are its steps, appended and never edited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.cases.terms import Channel, ClockChange, ClockGround, Outcome, Role, State
from tongxin.law.terms import Stage, Unit


def _choices(words: type[State] | type[Outcome] | type[Channel]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class Case(models.Model):
    """事项（案件）。 A case. It keeps the grid version, the list entry and the clauses of the day it was routed."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=40, unique=True)
    client_key = models.CharField("客户键", max_length=200, unique=True)
    content_digest = models.CharField("内容摘要", max_length=64)
    channel = models.CharField("渠道", max_length=12, choices=_choices(Channel))
    matter = models.CharField("事项代码", max_length=80, blank=True)
    matter_name = models.CharField("事项", max_length=200, blank=True)
    matter_name_en = models.CharField(max_length=200, blank=True)
    entry = models.CharField("清单事项", max_length=100, blank=True)
    clauses = models.TextField("依据条款", blank=True)
    person_help = models.BooleanField("对人的帮助", default=False)
    place = models.TextField("地点版本", blank=True)
    place_name = models.CharField("地点", max_length=200, blank=True)
    path = ArrayField(models.CharField(max_length=40), default=list, verbose_name="地点代码")
    district = models.CharField("县区", max_length=40, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=_choices(State))
    outcome = models.CharField("结果", max_length=20, choices=_choices(Outcome), blank=True)
    outcome_note = models.CharField("结果说明", max_length=400, blank=True)
    organ = models.CharField("现在的机构", max_length=120)
    responsible = models.CharField("首接负责机构", max_length=120)
    folded_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="folded")
    returns = models.IntegerField("退回次数", default=0)
    ruled = models.BooleanField("已裁定", default=False)
    reopened = models.IntegerField("重开次数", default=0)
    overdue = models.BooleanField("曾逾期", default=False)
    due_at = models.DateTimeField("到期", null=True, blank=True)
    provisional = models.BooleanField("到期未定", default=False)
    paused_at = models.DateTimeField("依据失效，暂停", null=True, blank=True)
    reported_at = models.DateTimeField("报告时间")
    settled_at = models.DateTimeField("办理完成", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    steps = models.IntegerField("步数", default=0)
    synthetic = models.BooleanField("虚构", default=False)

    class Meta:
        verbose_name = "事项"
        indexes = [
            models.Index(fields=["organ", "state", "due_at", "id"], name="case_desk"),
            models.Index(fields=["state", "-id"], name="case_state"),
            models.Index(fields=["-reported_at", "-id"], name="case_newest"),
            models.Index(fields=["id"], condition=models.Q(paused_at__isnull=False), name="case_paused"),
            models.Index(fields=["entry", "id"], condition=~models.Q(state="closed"), name="case_going_on"),
            models.Index(fields=["district", "state"], name="case_district"),
            models.Index(fields=["matter", "district", "-id"], name="case_matter"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"case:{self.number}"


class Report(models.Model):
    """报告内容，属于个人信息。 What the reporter said and who they are: personal data, may lawfully be deleted.

    Read only through `consult_reporter` by an official, or by the reporter with the token.
    """

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="report")
    person = models.CharField("人员", max_length=80, blank=True)
    text = models.TextField("内容", blank=True)
    name = models.CharField("姓名", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    email = models.EmailField("邮箱", blank=True)
    address = models.CharField("详细地址", max_length=300, blank=True)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    token_digest = models.CharField("口令摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = "报告"
        indexes = [models.Index(fields=["person"], name="report_person")]

    def __str__(self) -> str:
        return str(self.case_id)


class Photo(models.Model):
    """照片。 A photo of the thing, re-encoded without location or camera data; kept by its digest."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="photos")
    kind = models.CharField("用途", max_length=12)  # report | evidence
    digest = models.CharField("摘要", max_length=64)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "照片"
        indexes = [models.Index(fields=["digest"], name="photo_digest")]

    def __str__(self) -> str:
        return self.digest[:12]


class CaseStep(models.Model):
    """步骤。 One step of a case: appended, never edited; the ledger holds its digest."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    case = models.ForeignKey(Case, models.PROTECT, related_name="log")
    seq = models.IntegerField("次序")
    verb = models.CharField("行为", max_length=60)
    at = models.DateTimeField("时间")
    organ = models.CharField("机构", max_length=120, blank=True)
    office = models.CharField("职位", max_length=160, blank=True)
    from_state = models.CharField("原状态", max_length=12, blank=True)
    to_state = models.CharField("新状态", max_length=12)
    clauses = models.TextField("依据条款", blank=True)
    ground = models.CharField("理由", max_length=40, blank=True)
    named = models.CharField("指向的机构", max_length=120, blank=True)
    note = models.CharField("说明", max_length=2000, blank=True)
    facts = models.JSONField("要素", default=dict)

    class Meta:
        verbose_name = "步骤"
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="step_once")]
        indexes = [
            models.Index(fields=["verb", "organ", "named"], name="step_pairs"),
            models.Index(fields=["entry"], name="step_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.verb}"


class Assignment(models.Model):
    """承办。 An organ's part in a case: one lead, any number of assisting organs, each with its own clock."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    organ = models.CharField("机构", max_length=120)
    role = models.CharField("角色", max_length=8, choices=[(r.value, r.value) for r in Role])
    given_at = models.DateTimeField("交办")
    accepted_at = models.DateTimeField("受理", null=True, blank=True)
    settled_at = models.DateTimeField("办结", null=True, blank=True)
    ended_at = models.DateTimeField("解除", null=True, blank=True)

    class Meta:
        verbose_name = "承办"
        indexes = [
            models.Index(fields=["organ", "role"], name="assignment_organ"),
            # what waits at a desk is few; what an organ assisted in ten years is not
            models.Index(
                fields=["organ"],
                condition=models.Q(role="assist", ended_at=None, settled_at=None),
                name="assignment_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(role="lead", ended_at=None), name="one_lead"
            ),
            models.UniqueConstraint(
                fields=["case", "organ"], condition=models.Q(ended_at=None), name="one_part_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.organ} {self.role}"


class Clock(models.Model):
    """期限钟。 A running limit. Nothing but a sign-off by another person stops or moves it."""

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks")
    organ = models.CharField("机构", max_length=120)
    stage = models.CharField("环节", max_length=12, choices=[(s.value, s.value) for s in Stage])
    step = models.CharField("步骤", max_length=60, blank=True)
    number = models.DecimalField("数", max_digits=9, decimal_places=2, null=True, blank=True)
    unit = models.CharField("单位", max_length=14, choices=[(u.value, u.value) for u in Unit], blank=True)
    clause = models.TextField("依据条款", blank=True)
    started_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("到期")
    provisional = models.BooleanField("到期未定", default=False)
    suspended_at = models.DateTimeField("中止", null=True, blank=True)
    ended_at = models.DateTimeField("停止", null=True, blank=True)
    passed_at = models.DateTimeField("逾期", null=True, blank=True)
    escalations = models.IntegerField("已升级", default=0)
    sweep_at = models.DateTimeField("下次检查", null=True, blank=True)

    class Meta:
        verbose_name = "期限钟"
        indexes = [
            models.Index(
                fields=["sweep_at"], condition=models.Q(ended_at=None, suspended_at=None), name="clock_sweep"
            ),
            models.Index(fields=["case"], name="clock_case"),
            models.Index(fields=["clause"], condition=models.Q(ended_at=None), name="clock_clause"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.stage} {self.due_at:%Y-%m-%d %H:%M}"


class ClockRequest(models.Model):
    """中止、延长申请。 A request to suspend or extend a clock; another person signs it off or refuses."""

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, models.PROTECT, related_name="requests")
    change = models.CharField("改变", max_length=8, choices=[(c.value, c.value) for c in ClockChange])
    ground = models.CharField("理由", max_length=20, choices=[(g.value, g.value) for g in ClockGround])
    number = models.DecimalField("数", max_digits=9, decimal_places=2, null=True, blank=True)
    unit = models.CharField("单位", max_length=14, blank=True)
    note = models.CharField("说明", max_length=1000)
    asked_by = models.CharField("申请人", max_length=80)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("审签人", max_length=80, blank=True)
    decided_at = models.DateTimeField("审签时间", null=True, blank=True)
    granted = models.BooleanField("准许", null=True, blank=True)

    class Meta:
        verbose_name = "期限申请"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(decided_by=models.F("asked_by")), name="another_signs_off"
            ),
            models.UniqueConstraint(
                fields=["clock"], condition=models.Q(decided_at=None), name="one_request_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.change}"


class Precedent(models.Model):
    """裁定先例。 A ruling of the lead body, shown at the next routing of the same matter in the same district."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    case = models.ForeignKey(Case, models.PROTECT, related_name="rulings")
    matter = models.CharField("事项代码", max_length=80, blank=True)
    district = models.CharField("县区", max_length=40, blank=True)
    organ = models.CharField("裁定承办机构", max_length=120)
    reason = models.CharField("理由", max_length=2000)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "先例"
        indexes = [models.Index(fields=["matter", "district", "-id"], name="precedent_matter")]

    def __str__(self) -> str:
        return f"{self.matter} → {self.organ}"


class ListProposal(models.Model):
    """清单修改建议。 A ruling proposed as a change of the matter list; decided where lists are made."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    precedent = models.OneToOneField(Precedent, models.PROTECT, related_name="proposal")
    text = models.CharField("建议", max_length=2000)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "清单修改建议"

    def __str__(self) -> str:
        return str(self.precedent_id)
