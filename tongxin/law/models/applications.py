"""列入申请的表。 The table of applications to list an entry: what was asked, by which organ, and what became of it."""

from django.db import models

from tongxin.law.models.lists import ListEntry

NONE = list  # the class below has a field named `list`


class EntryApplication(models.Model):
    """列入申请。 An application to list an entry. It stays as it was made; what becomes of it is decided once.

    `bindings` are [{ref, phrase, mandatory, general}]; `decided_clause` the clause that a refusal names.
    """

    class State(models.TextChoices):
        OPEN = "open", "待审"
        ADMITTED = "admitted", "已列入"
        REFUSED = "refused", "未列入"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.BigAutoField(primary_key=True)
    list = models.CharField("清单", max_length=20, choices=ListEntry.Kind.choices)
    code = models.CharField("代码", max_length=80)
    name = models.CharField("名称", max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    category = models.CharField("类别", max_length=80, blank=True)
    category_en = models.CharField(max_length=120, blank=True)
    holder = models.CharField("持有者", max_length=120)
    nature = models.CharField("性质", max_length=20)
    temporary = models.BooleanField("临时", default=False)
    valid_from = models.DateField("起", null=True, blank=True)
    valid_to = models.DateField("止", null=True, blank=True)
    facts = models.JSONField("要素", default=dict)
    bindings = models.JSONField("依据", default=NONE)
    reason = models.TextField("理由", blank=True)
    organ = models.CharField("申请机构", max_length=120)
    office = models.CharField("申请职位", max_length=160)
    applicant = models.CharField("申请人", max_length=80)
    applied_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.CharField("审定人", max_length=80, blank=True)
    decided_at = models.DateTimeField("审定时间", null=True, blank=True)
    decided_note = models.TextField("审定说明", blank=True)
    decided_clause = models.CharField("审定依据", max_length=240, blank=True)
    list_entry = models.ForeignKey(
        ListEntry, models.PROTECT, null=True, blank=True, related_name="applications"
    )

    class Meta:
        verbose_name = "列入申请"
        indexes = [models.Index(fields=["state", "id"], name="application_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["list", "code"], condition=models.Q(state="open"), name="one_open_application"
            ),
            # Who applies does not admit (the one admits, the other applies: two persons).
            models.CheckConstraint(
                condition=~models.Q(state="admitted", decided_by=models.F("applicant")), name="another_admits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list}:{self.code} {self.state}"

    @property
    def ref(self) -> str:
        """文本引用。 The text reference the entry has or would have."""
        return f"{self.list}:{self.code}"
