"""法律的表。 Tables of law: the book (instrument, version, clause), the lists (entry, binding, limit), the calendar."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models


class Instrument(models.Model):
    """法律文件。 An instrument: what stays the same from version to version."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField("标识", max_length=160, unique=True)
    title = models.CharField("题名", max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    level = models.CharField("位阶", max_length=40)
    issuer = models.CharField("制定机关", max_length=200, blank=True)
    jurisdiction = models.CharField("法域", max_length=60, blank=True)
    illustrative = models.BooleanField("示例", default=False)

    class Meta:
        verbose_name = "法律文件"

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """版本。 One version of an instrument. `in_force_to` is exclusive; without `in_force_from` it can found no act."""

    id = models.BigAutoField(primary_key=True)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions")
    adopted = models.DateField("版本日期")
    in_force_from = models.DateField("施行", null=True, blank=True)
    in_force_to = models.DateField("失效", null=True, blank=True)
    date_source = models.CharField("日期依据", max_length=200, blank=True)
    status = models.CharField("状态", max_length=40, blank=True)
    source = models.CharField("文本来源", max_length=300, blank=True)
    sha256 = models.CharField("文本摘要", max_length=64)

    class Meta:
        verbose_name = "版本"
        constraints = [
            models.UniqueConstraint(fields=["instrument", "adopted"], name="version_once"),
            ExclusionConstraint(
                name="versions_apart",
                expressions=[
                    ("instrument", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "in_force_from",
                            "in_force_to",
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(in_force_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id}@{self.adopted.isoformat()}"


class Clause(models.Model):
    """条款。 One clause of a version. Its own interval is empty where it is that of the version."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, models.PROTECT, related_name="clauses")
    key = models.CharField("条款号", max_length=60)
    kind = models.CharField("层次", max_length=12)
    parent = models.CharField("上级", max_length=60, blank=True)
    number = models.CharField("编号", max_length=40, blank=True)
    heading = models.CharField("标题", max_length=200, blank=True)
    text = models.TextField("条文", blank=True)
    text_hash = models.CharField("摘要", max_length=64)
    ordinal = models.IntegerField("次序")
    in_force_from = models.DateField("施行", null=True, blank=True)
    in_force_to = models.DateField("失效", null=True, blank=True)

    class Meta:
        verbose_name = "条款"
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="clause_once")]

    def __str__(self) -> str:
        return f"{self.version_id}#{self.key}"


class ListEntry(models.Model):
    """清单事项。 An entry of a list with legal force. Whether it is active is never stored: it follows from its bindings."""

    class Kind(models.TextChoices):
        MATTER = "matter", "入格事项"
        POWER = "power", "职权"

    id = models.BigAutoField(primary_key=True)
    list = models.CharField("清单", max_length=20, choices=Kind.choices)
    code = models.CharField("代码", max_length=80)
    name = models.CharField("名称", max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    category = models.CharField("类别", max_length=80, blank=True)
    category_en = models.CharField(max_length=120, blank=True)
    facts = models.JSONField("要素", default=dict)
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
    """依据关系。 An entry rests on a clause of a version; all mandatory bindings must be in force for it to be active."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="bindings")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="bindings")
    mandatory = models.BooleanField("必备", default=True)
    general = models.BooleanField("一般职责", default=False)

    class Meta:
        verbose_name = "依据关系"
        constraints = [models.UniqueConstraint(fields=["entry", "clause"], name="binding_once")]

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


class Calendar(models.Model):
    """工作日历。 The working calendar of the city: data, edited each year when the State Council's notice comes."""

    id = models.BigAutoField(primary_key=True)
    zone = models.CharField("时区", max_length=40)
    working_week = models.JSONField("每周工作日")
    hours = models.JSONField("办公时间")
    published = models.JSONField("已公布年份")
    source = models.CharField("来源", max_length=300, blank=True)

    class Meta:
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return self.zone


class CalendarDate(models.Model):
    """日历中的特殊日。 A day off, or a weekend day that is worked."""

    day = models.DateField("日期", primary_key=True)
    kind = models.CharField("类别", max_length=10)
    name = models.CharField("名称", max_length=40, blank=True)

    class Meta:
        verbose_name = "特殊日"

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"
