"""目录的表。 Tables of the sharing catalogue. The item itself is an entry of the list `data` (law.ListEntry), with its clauses."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tongxin.exchange.terms import Adapter, Meaning


class Source(models.Model):
    """来源系统。 The source system of a catalogue item, and how it is reached.

    `address` names the place (a database name, an URL, a folder); `secret` names the entry of the instance's secrets that
    holds the credential: no credential is ever stored here. `relation` is a table, a path or a file pattern; `key` the field
    that identifies a person there and `key_kind` what it is (`resident_id`, `credit_code`, …; empty: no persons in it).
    """

    id = models.BigAutoField(primary_key=True)
    item = models.CharField("目录项", max_length=80, unique=True)  # data:…
    organ = models.CharField("数源部门", max_length=120)
    system = models.CharField("来源系统", max_length=120)
    adapter = models.CharField("接法", max_length=12, choices=[(one.value, one.value) for one in Adapter])
    address = models.CharField("地址", max_length=400)
    secret = models.CharField("凭证名", max_length=80, blank=True)
    relation = models.CharField("表、路径或文件", max_length=200)
    key = models.CharField("主键字段", max_length=60, blank=True)
    key_kind = models.CharField("主键类别", max_length=20, blank=True)
    wait_ms = models.IntegerField("最长等待（毫秒）", default=3000)
    open = models.BooleanField("已接通", default=True)

    class Meta:
        verbose_name = "来源系统"

    def __str__(self) -> str:
        return f"{self.item} {self.system}"


class Field(models.Model):
    """字段。 One field of a catalogue item: its name at the source and what it is. What is not listed can never be asked."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="fields")
    name = models.CharField("字段", max_length=60)
    label = models.CharField("名称", max_length=80)
    label_en = models.CharField(max_length=120, blank=True)
    personal = models.BooleanField("个人信息", default=False)
    sensitive = models.BooleanField("敏感个人信息", default=False)
    meaning = models.CharField(
        "含义", max_length=20, blank=True, choices=[(m.value, m.value) for m in Meaning]
    )
    ordinal = models.IntegerField("次序", default=0)

    class Meta:
        verbose_name = "字段"
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="field_once")]

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """个人信息保护影响评估。 A personal-information impact assessment (个人信息保护法 arts. 55–56), kept at least three years."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    subject = models.CharField("关于", max_length=80)  # data:… or application:…
    organ = models.CharField("机构", max_length=120)
    person = models.CharField("评估人", max_length=80)
    at = models.DateTimeField("时间")
    lawful = models.TextField("目的、方式是否合法、正当、必要")
    risk = models.TextField("对个人权益的影响及安全风险")
    measures = models.TextField("保护措施是否合法、有效并与风险程度相适应")

    class Meta:
        verbose_name = "个人信息保护影响评估"
        indexes = [models.Index(fields=["subject", "-id"], name="assessment_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.at:%Y-%m-%d}"


class CatalogueRevision(models.Model):
    """目录更新。 A revision of a catalogue item: proposed by its organ, reviewed by the authority within two working days.

    政务数据共享条例 arts. 16–17. `proposed` holds what would change: class, conditions, fields, clauses.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "等审核"
        PUBLISHED = "published", "已公布"
        RETURNED = "returned", "退回修改"

    id = models.BigAutoField(primary_key=True)
    item = models.CharField("目录项", max_length=80)
    organ = models.CharField("机构", max_length=120)
    proposed = models.JSONField("拟改")
    reason = models.TextField("为什么")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.CharField("提出人", max_length=80)
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.CharField("审核人", max_length=80, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    note = models.TextField("审核意见", blank=True)

    class Meta:
        verbose_name = "目录更新"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by="") | ~models.Q(decided_by=models.F("proposed_by")),
                name="revision_two_persons",
            ),
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state="proposed"), name="one_open_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"revision:{self.pk}"


class Collected(models.Model):
    """采集目录。 What an organ collects from people, by which form. What the city holds already may not be asked again (art. 19).

    `held_item` and `held_field` say where the city holds it; then the collection is a duplicate and stays only with a clause.
    """

    id = models.BigAutoField(primary_key=True)
    organ = models.CharField("采集机构", max_length=120)
    form = models.CharField("表单", max_length=120)
    label = models.CharField("所问", max_length=120)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name="含义", default=list)
    clause = models.TextField("依据", blank=True)
    held_item = models.CharField("已由何目录项掌握", max_length=80, blank=True)
    held_field = models.CharField("字段", max_length=60, blank=True)
    since = models.DateField("起")
    ended = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "采集目录"
        constraints = [
            models.UniqueConstraint(
                fields=["organ", "form", "label"], condition=models.Q(ended=None), name="collected_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.label}"
