"""身份的表。 Tables of identity: persons, accounts, identifiers, who acts for whom."""

from django.db import models

from tongxin.identity.terms import IdentifierKind, PersonKind, Powers, RepresentationKind


class Person(models.Model):
    """人。 A person known to the platform. Name, phone and mail are personal data: to look at them is an act."""

    ref = models.CharField("引用", max_length=80, primary_key=True)
    # Empty: a natural person. Rows from before the column have no value in it, and the ledger's digests of them stay true.
    kind = models.CharField(  # noqa: DJ001
        "民事主体",
        max_length=12,
        choices=[(kind.value, kind.value) for kind in PersonKind],
        null=True,
        blank=True,
    )
    name = models.CharField("姓名", max_length=80, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    email = models.EmailField("邮箱", blank=True)
    language = models.CharField("语言", max_length=10, default="zh-hans")
    synthetic = models.BooleanField("虚构", default=False)

    class Meta:
        verbose_name = "人"

    def __str__(self) -> str:
        return self.ref


class Account(models.Model):
    """账户。 An account a person signs in with. `password` is a Django password hash, or empty: no sign-in by password."""

    id = models.BigAutoField(primary_key=True)
    login = models.CharField("登录名", max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    password = models.CharField("口令", max_length=200, blank=True)
    label = models.CharField("示例说明", max_length=120, blank=True)
    label_en = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField("开户时间")
    closed_at = models.DateTimeField("销户时间", null=True, blank=True)

    class Meta:
        verbose_name = "账户"

    def __str__(self) -> str:
        return self.login


class Identifier(models.Model):
    """标识。 A number that identifies a person, as a keyed digest: the number itself is kept nowhere."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    kind = models.CharField(
        "种类", max_length=12, choices=[(kind.value, kind.value) for kind in IdentifierKind]
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="identifiers")
    evidence = models.CharField("核验的材料", max_length=200)
    registered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "标识"

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"


class Representation(models.Model):
    """代理。 Somebody acts for a person from–to. Both are text references: neither need have an account."""

    id = models.BigAutoField(primary_key=True)
    representative = models.CharField("代理人", max_length=80)
    representative_name = models.CharField("代理人姓名", max_length=80)
    person = models.CharField("被代理人", max_length=80)
    kind = models.CharField(
        "种类", max_length=12, choices=[(kind.value, kind.value) for kind in RepresentationKind]
    )
    powers = models.CharField("权限", max_length=6, choices=[(one.value, one.value) for one in Powers])
    matters = models.CharField("代理事项", max_length=200)
    evidence = models.CharField("材料", max_length=200)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    ended_on = models.DateField("提前终止", null=True, blank=True)
    ended_by = models.CharField("终止的人", max_length=80, blank=True)

    class Meta:
        verbose_name = "代理"
        indexes = [
            models.Index(fields=["representative"], name="representation_representative"),
            models.Index(fields=["person"], name="representation_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="representation_lasts",
            ),
            models.CheckConstraint(
                condition=~models.Q(representative=models.F("person")), name="representation_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representative} → {self.person}"
