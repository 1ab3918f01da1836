"""清单的表。 Tables of the lists with legal force: entries, what they rest on, limits, routing."""

from django.db import models

from tongxin.law.models.book import Clause


class ListEntry(models.Model):
    """清单事项。 An entry of a list with legal force. Whether it is active is never stored: it follows from its bindings."""

    class Kind(models.TextChoices):
        MATTER = "matter", "入格事项"
        POWER = "power", "职权"
        DUTY = "duty", "权责清单"
        TOWNSHIP = "township", "乡镇（街道）履职事项"
        DATA = "data", "数据目录"
        PURCHASE = "purchase", "政府购买服务"
        DELEGATION = "delegation", "村（居）协助和委托事项"
        DISCRETION = "discretion", "行政裁量基准"

    id = models.BigAutoField(primary_key=True)
    list = models.CharField("清单", max_length=20, choices=Kind.choices)
    code = models.CharField("代码", max_length=80)
    name = models.CharField("名称", max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    category = models.CharField("类别", max_length=80, blank=True)
    category_en = models.CharField(max_length=120, blank=True)
    facts = models.JSONField("要素", default=dict)
    holder = models.CharField("持有者", max_length=120, blank=True)
    nature = models.CharField("性质", max_length=20, blank=True)
    temporary = models.BooleanField("临时", default=False)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "清单事项"
        constraints = [models.UniqueConstraint(fields=["list", "code", "valid_from"], name="entry_once")]

    def __str__(self) -> str:
        return f"{self.list}:{self.code}"

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"{self.list}:{self.code}"


class Binding(models.Model):
    """依据关系。 An entry rests on a clause of a version; all mandatory bindings must be in force for it to be active.

    A binding holds from `valid_from` (empty: always) until `valid_to`: re-pointing ends one and begins another. `phrase` are
    the words of the clause that name or cover the holder.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="bindings")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="bindings")
    mandatory = models.BooleanField("必备", default=True)
    general = models.BooleanField("一般职责", default=False)
    valid_from = models.DateField("起", null=True, blank=True)
    valid_to = models.DateField("止", null=True, blank=True)
    phrase = models.CharField("指明持有者的文字", max_length=120, blank=True)

    class Meta:
        verbose_name = "依据关系"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "clause", "valid_from"], nulls_distinct=False, name="binding_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from=None)
                | models.Q(valid_to=None)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="binding_forwards",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} → {self.clause_id}"


class LimitRule(models.Model):
    """期限规定。 A limit: number, unit, stage, step; for one matter, a category, or all (`*`); with its clause."""

    id = models.BigAutoField(primary_key=True)
    matter = models.CharField("适用", max_length=80)
    stage = models.CharField("环节", max_length=12)
    step = models.CharField("步骤", max_length=60, blank=True)
    number = models.DecimalField("数", max_digits=9, decimal_places=2)
    unit = models.CharField("单位", max_length=14)
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="limits")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "期限规定"
        constraints = [models.UniqueConstraint(fields=["matter", "stage", "step"], name="limit_once")]

    def __str__(self) -> str:
        return f"{self.matter} {self.stage} {self.number} {self.unit}"


class RoutingRule(models.Model):
    """分派细则。 An exception to an entry's lead organ, by channel, place or hour; the one that says most wins."""

    id = models.BigAutoField(primary_key=True)
    matter = models.CharField("事项", max_length=80)
    channel = models.CharField("渠道", max_length=20, blank=True)
    place = models.CharField("地点", max_length=40, blank=True)
    hour_from = models.IntegerField("起时", null=True, blank=True)
    hour_to = models.IntegerField("止时", null=True, blank=True)
    lead = models.CharField("牵头职能", max_length=80)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "分派细则"

    def __str__(self) -> str:
        return f"{self.matter} → {self.lead}"


class ListChange(models.Model):
    """清单变动。 One change of a list, in the order it happened; append-only. `day` is the day it takes effect."""

    class What(models.TextChoices):
        ADMITTED = "admitted", "列入"
        ENDED = "ended", "移出"
        IDLE = "idle", "停用：依据失效"
        ACTIVE = "active", "恢复：依据有效"
        REPOINTED = "repointed", "改依后继条款"
        AMENDED = "amended", "更改"

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    list_entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="changes")
    what = models.CharField("变动", max_length=10, choices=What.choices)
    day = models.DateField("生效")
    at = models.DateTimeField("时间")
    clauses = models.TextField("条款", blank=True)
    note = models.CharField("说明", max_length=400, blank=True)

    class Meta:
        verbose_name = "清单变动"
        indexes = [models.Index(fields=["list_entry", "id"], name="change_entry")]

    def __str__(self) -> str:
        return f"{self.what} {self.list_entry_id}"


class UpdateDuty(models.Model):
    """清单更新时限。 An organ has to bring its list up to date after its basis changed; `clause` sets the limit."""

    id = models.BigAutoField(primary_key=True)
    list_entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="update_duties")
    organ = models.CharField("机构", max_length=120)
    began = models.DateField("起算")
    due_at = models.DateTimeField("到期")
    provisional = models.BooleanField("暂算", default=False)
    clause = models.TextField("依据")
    extended_at = models.DateTimeField("延长", null=True, blank=True)
    extension_clause = models.TextField("延长依据", blank=True, db_default="")
    done_at = models.DateTimeField("完成", null=True, blank=True)

    class Meta:
        verbose_name = "清单更新时限"
        indexes = [models.Index(fields=["organ", "due_at"], name="update_duty_organ")]
        constraints = [
            models.UniqueConstraint(
                fields=["list_entry"], condition=models.Q(done_at=None), name="one_open_duty"
            )
        ]

    def __str__(self) -> str:
        return f"{self.list_entry_id} {self.due_at:%Y-%m-%d}"


class Review(models.Model):
    """无依据行为复查。 An act that was done after its basis had ended and before the book knew of it; waits for a person."""

    class Outcome(models.TextChoices):
        STANDS = "stands", "另有依据，维持"
        REDONE = "redone", "重新作出"
        WITHDRAWN = "withdrawn", "撤销"

    id = models.BigAutoField(primary_key=True)
    act = models.BigIntegerField("台账条目")
    clause = models.TextField("条款")
    ended = models.DateField("依据失效")
    found_at = models.DateTimeField("发现")
    outcome = models.CharField("处理", max_length=12, choices=Outcome.choices, blank=True)
    note = models.CharField("说明", max_length=400, blank=True)
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = "无依据行为复查"
        constraints = [models.UniqueConstraint(fields=["act", "clause"], name="review_once")]

    def __str__(self) -> str:
        return f"{self.act} {self.clause}"


class Day(models.Model):
    """法律日。 A day on which the lists were looked at for what had lost or regained its basis; append-only."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField("日期", unique=True)
    entry = models.BigIntegerField("台账条目")
    at = models.DateTimeField("时间")
    idle = models.IntegerField("停用")
    active = models.IntegerField("恢复")

    class Meta:
        verbose_name = "法律日"

    def __str__(self) -> str:
        return self.day.isoformat()
