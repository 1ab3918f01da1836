"""法典的表。 Tables of the book: instruments, versions, clauses; what was doubted, cited, changed and suspended."""

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
    subject = models.CharField("主题", max_length=40, blank=True)

    class Meta:
        verbose_name = "法律文件"

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """版本。 One version of an instrument. `in_force_to` is exclusive; without `in_force_from` it can found no act.

    A version without `sha256` is known to the book by its dates alone: its text is not held. `entered_at` is when the book
    learned of it (empty: at the founding).
    """

    id = models.BigAutoField(primary_key=True)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="versions")
    adopted = models.DateField("版本日期")
    in_force_from = models.DateField("施行", null=True, blank=True)
    in_force_to = models.DateField("失效", null=True, blank=True)
    date_source = models.CharField("日期依据", max_length=200, blank=True)
    status = models.CharField("状态", max_length=40, blank=True)
    source = models.CharField("文本来源", max_length=300, blank=True)
    sha256 = models.CharField("文本摘要", max_length=64, blank=True)
    preamble = models.TextField("题注", blank=True)
    entered_at = models.DateTimeField("入库", null=True, blank=True)

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

    @property
    def has_text(self) -> bool:
        """有没有文本。 Whether the text is held; without it there is nothing to rest on."""
        return bool(self.sha256)


class Clause(models.Model):
    """条款。 One clause of a version. Where its own dates are empty, those of the version hold.

    An own `in_force_to` may lie after the version's: a clause that is replaced later than the rest outlives its version.
    """

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


class Suspension(models.Model):
    """暂停施行。 A span in which a clause is not applied although it stands; `until` is exclusive, empty while open."""

    id = models.BigAutoField(primary_key=True)
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="suspensions")
    since = models.DateField("起")
    until = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "暂停施行"
        constraints = [
            ExclusionConstraint(
                name="suspensions_apart",
                expressions=[
                    ("clause", RangeOperators.EQUAL),
                    (
                        models.Func("since", "until", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_id} {self.since}"


class Effect(models.Model):
    """法律变动。 What an amending version does to a clause, or to a whole instrument (empty `clause`), from a day on.

    Found in a text it is a candidate and does nothing; a person confirms or rejects it. `version` is the version changed;
    empty while nobody has said which instrument the words mean, then `title` holds the words. `savings` are the words of the
    amending text about what was begun before; `saves_running` says that they leave it to the old clause.
    """

    class Kind(models.TextChoices):
        SUBSTITUTE = "substitute", "替换"
        INSERT = "insert", "增加"
        REPEAL = "repeal", "废止"
        RENUMBER = "renumber", "改序"
        SUSPEND = "suspend", "暂停施行"
        RESTORE = "restore", "恢复施行"

    class State(models.TextChoices):
        CANDIDATE = "candidate", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REJECTED = "rejected", "不是变动"

    id = models.BigAutoField(primary_key=True)
    by = models.ForeignKey(Version, models.PROTECT, related_name="effects_made")
    by_clause = models.CharField("所据条款", max_length=60, blank=True)
    kind = models.CharField("变动", max_length=12, choices=Kind.choices)
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, blank=True, related_name="effects_suffered"
    )
    title = models.CharField("所指文件", max_length=200, blank=True)
    clause = models.CharField("所变条款", max_length=60, blank=True)
    to_clause = models.CharField("变为", max_length=60, blank=True)
    text = models.TextField("新条文", blank=True)
    day = models.DateField("生效", null=True, blank=True)
    until = models.DateField("暂停至", null=True, blank=True)
    savings = models.TextField("过渡规定", blank=True)
    saves_running = models.BooleanField("已开始的依原规定", default=False)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CANDIDATE)
    note = models.CharField("说明", max_length=300, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        verbose_name = "法律变动"
        indexes = [models.Index(fields=["version", "day"], name="effect_version")]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "clause", "day", "kind"],
                condition=models.Q(state="confirmed"),
                name="one_effect_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version_id}#{self.clause}"


class Doubt(models.Model):
    """导入存疑。 A place where the reading of a text is uncertain; open until a person says what holds."""

    class Resolution(models.TextChoices):
        AS_READ = "as_read", "读得对"
        IN_SOURCE = "in_source", "来源本身如此"
        WRONG = "wrong", "读错或来源有误，须更换文本"

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, models.PROTECT, related_name="doubts")
    clause_key = models.CharField("条款号", max_length=60, blank=True)
    line = models.IntegerField("行")
    reason = models.CharField("疑点", max_length=40)
    detail = models.TextField("原文", blank=True)
    resolution = models.CharField("处理", max_length=12, choices=Resolution.choices, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入存疑"
        indexes = [models.Index(fields=["version"], name="doubt_version")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.reason}"


class Citation(models.Model):
    """引用。 A citation found in a clause: where it stands, what it says, and the instrument and clause it points to.

    `start` and `stop` count characters in the text of the clause `clause_key`. `target` is empty where the instrument cited
    is not in the book; `target_clause` is empty where an instrument is cited as a whole.
    """

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, models.PROTECT, related_name="citations")
    clause_key = models.CharField("条款号", max_length=60)
    start = models.IntegerField("起")
    stop = models.IntegerField("止")
    quote = models.CharField("原文", max_length=400)
    title = models.CharField("所引题名", max_length=200, blank=True)
    target = models.ForeignKey(Instrument, models.PROTECT, null=True, blank=True, related_name="cited_in")
    target_clause = models.CharField("所引条款", max_length=60, blank=True)

    class Meta:
        verbose_name = "引用"

    def __str__(self) -> str:
        return self.quote
