"""立法的表。 Tables of law-making: projects and their steps, drafts, public comments and what became of them, limits and clocks."""

from django.db import models

from tongxin.law.rules.making import Outcome, Purpose, State, Subject
from tongxin.law.rules.making_days import Kind, Span, Watch

Words = type[Kind] | type[Purpose] | type[State] | type[Subject] | type[Outcome] | type[Watch] | type[Span]


def _choices(words: Words) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class LegislativeProject(models.Model):
    """立法项目。 A law in the making. Where it stands; how it came there are its steps, appended and never edited.

    `target` is the key of the instrument that is amended, repealed or interpreted. `facts` hold what publication said: the
    days, the numbers of documents, the draft that became law.
    """

    id = models.BigAutoField(primary_key=True)
    number = models.CharField("编号", max_length=20, unique=True)
    kind = models.CharField("种类", max_length=12, choices=_choices(Kind))
    purpose = models.CharField("目的", max_length=12, choices=_choices(Purpose))
    title = models.CharField("题名", max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    subject = models.CharField("立法事项", max_length=16, choices=_choices(Subject))
    target = models.CharField("所涉法规", max_length=160, blank=True)
    reason = models.TextField("理由")
    proposer = models.CharField("提出机关", max_length=120)
    drafting = models.CharField("起草单位", max_length=120)
    steering = models.CharField("主持机关", max_length=120)
    stands_in = models.BooleanField("代行地方性法规", default=False)
    state = models.CharField("状态", max_length=12, choices=_choices(State))
    proposed_at = models.DateTimeField("提出时间")
    closes = models.DateField("征求意见至", null=True, blank=True)
    comments = models.IntegerField("意见条数", default=0)
    steps = models.IntegerField("步数", default=0)
    facts = models.JSONField("公布要素", default=dict)

    class Meta:
        verbose_name = "立法项目"
        indexes = [models.Index(fields=["state", "-id"], name="making_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"lawmaking:{self.number}"


class LegislativeStep(models.Model):
    """立法步骤。 One step of a project: appended, never edited. `day` is when it happened, `at` when it was recorded."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    project = models.ForeignKey(LegislativeProject, models.PROTECT, related_name="log")
    seq = models.IntegerField("次序")
    verb = models.CharField("行为", max_length=60)
    day = models.DateField("日期")
    at = models.DateTimeField("记录时间")
    organ = models.CharField("机构", max_length=120, blank=True)
    office = models.CharField("职位", max_length=160, blank=True)
    from_state = models.CharField("原状态", max_length=12, blank=True)
    to_state = models.CharField("新状态", max_length=12)
    clauses = models.TextField("依据条款", blank=True)
    note = models.TextField("说明", blank=True)
    facts = models.JSONField("要素", default=dict)

    class Meta:
        verbose_name = "立法步骤"
        constraints = [models.UniqueConstraint(fields=["project", "seq"], name="making_step_once")]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.seq} {self.verb}"


class Draft(models.Model):
    """草案稿。 One text of a draft. `limits`: for each article that may limit rights the higher clause it executes, '' for none."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    project = models.ForeignKey(LegislativeProject, models.PROTECT, related_name="drafts")
    seq = models.IntegerField("稿次")
    text = models.TextField("文本")
    sha256 = models.CharField("文本摘要", max_length=64)
    limits = models.JSONField("限制权利的依据", default=dict)
    stage = models.CharField("形成环节", max_length=12, choices=_choices(State))
    note = models.TextField("说明", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "草案稿"
        constraints = [models.UniqueConstraint(fields=["project", "seq"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.project_id} draft {self.seq}"


class DraftComment(models.Model):
    """对草案的意见。 A comment on a draft, on one clause or on the whole (empty `clause`). Nothing here says who wrote it."""

    class Channel(models.TextChoices):
        WEB = "web", "网上"
        LETTER = "letter", "来信"
        MEETING = "meeting", "座谈、当面"

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    project = models.ForeignKey(LegislativeProject, models.PROTECT, related_name="remarks")
    draft = models.ForeignKey(Draft, models.PROTECT, related_name="comments")
    number = models.CharField("编号", max_length=30, unique=True)
    client_key = models.CharField("客户键", max_length=80, unique=True)
    clause = models.CharField("条款号", max_length=60, blank=True)
    text = models.TextField("意见")
    channel = models.CharField("渠道", max_length=10, choices=Channel.choices)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "对草案的意见"
        indexes = [models.Index(fields=["project", "id"], name="comment_project")]

    def __str__(self) -> str:
        return self.number

    @property
    def ref(self) -> str:
        """文本引用。 Text reference."""
        return f"comment:{self.number}"


class Commenter(models.Model):
    """提意见的人留下的，属于个人信息。 What a commenter chose to leave: personal data, may lawfully be deleted.

    Kept apart from the comment and tied to it alone, never to a person: nobody can be followed from one comment to another.
    The name is public only where its owner said so; the rest is read only through `consult_commenter`, or with the token.
    """

    comment = models.OneToOneField(DraftComment, models.PROTECT, primary_key=True, related_name="commenter")
    name = models.CharField("姓名", max_length=80, blank=True)
    name_shown = models.BooleanField("公开姓名", default=False)
    email = models.EmailField("邮箱", blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    token_digest = models.CharField("口令摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = "提意见的人"

    def __str__(self) -> str:
        return str(self.comment_id)


class CommentAnswer(models.Model):
    """意见的答复。 What became of a comment and why: appended; the last one counts."""

    id = models.BigAutoField(primary_key=True)
    entry = models.BigIntegerField("台账条目")
    comment = models.ForeignKey(DraftComment, models.PROTECT, related_name="answers")
    outcome = models.CharField("处理结果", max_length=12, choices=_choices(Outcome))
    reason = models.TextField("理由")
    organ = models.CharField("答复机关", max_length=120)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "意见的答复"
        indexes = [models.Index(fields=["comment", "-id"], name="answer_comment")]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.outcome}"


class LawmakingLimit(models.Model):
    """本市立法程序的期限。 A limit that the city's own law-making regulation sets; comes with the city's pack."""

    id = models.BigAutoField(primary_key=True)
    watch = models.CharField("环节", max_length=16, choices=_choices(Watch), unique=True)
    number = models.IntegerField("数")
    unit = models.CharField("单位", max_length=6, choices=_choices(Span))
    clause = models.TextField("依据条款")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "立法程序期限"

    def __str__(self) -> str:
        return f"{self.watch} {self.number} {self.unit}"


class LegislativeClock(models.Model):
    """立法期限钟。 A running limit of a project. `due` is the last day in time; `watch_on` the next day on which it is told of."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(LegislativeProject, models.PROTECT, related_name="clocks")
    watch = models.CharField("环节", max_length=16, choices=_choices(Watch))
    organ = models.CharField("机构", max_length=120)
    started = models.DateField("起算")
    due = models.DateField("到期")
    provisional = models.BooleanField("暂算", default=False)
    clause = models.TextField("依据条款", blank=True)
    watch_on = models.DateField("下次提醒", null=True, blank=True)
    told = models.IntegerField("已提醒", default=0)
    ended_at = models.DateTimeField("停止", null=True, blank=True)

    class Meta:
        verbose_name = "立法期限钟"
        indexes = [
            models.Index(fields=["watch_on"], condition=models.Q(ended_at=None), name="making_clock_watch")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "watch"], condition=models.Q(ended_at=None), name="making_clock_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.watch} {self.due}"
