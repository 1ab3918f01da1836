"""身份的表。 Tables of identity: persons, accounts, identifiers, who acts for whom, sessions, getting an account back."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongxin.identity.terms import IdentifierKind, PersonKind, Powers, RecoveryState, RepresentationKind


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


class Account(AbstractBaseUser):
    """账户。 An account a person signs in with. `password` is a Django password hash, or empty: no sign-in by password.

    It is what Django and allauth call the user. There is no `last_login`: signing in is an act, and a session has its row.
    """

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    last_login = None
    objects = BaseUserManager["Account"]()

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

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """在用。 Whether the account is open."""
        return self.closed_at is None

    def has_usable_password(self) -> bool:
        """有没有口令。 Whether there is a password to sign in with."""
        return bool(self.password) and super().has_usable_password()


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


class Session(models.Model):
    """会话。 A session: the cookie holds its secret, this row its digest. Ended here, it is dead at the next request everywhere."""

    key = models.CharField("摘要", max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="sessions")
    means = models.CharField("方式", max_length=80)
    device = models.CharField("设备", max_length=80)
    place = models.CharField("来自", max_length=80)
    demo = models.BooleanField("演示", default=False)
    begun_at = models.DateTimeField("开始")
    fresh_at = models.DateTimeField("最近核验")
    ended_at = models.DateTimeField("结束", null=True, blank=True)

    class Meta:
        verbose_name = "会话"
        indexes = [
            models.Index(
                fields=["account", "-begun_at"],
                name="session_open",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.begun_at:%Y-%m-%d}"


class SpentProof(models.Model):
    """用过的凭据。 A challenge that was answered, a code that was typed: nothing of it opens a second time. Append-only."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField("摘要", max_length=64, unique=True)
    entry = models.BigIntegerField("台账条目")

    class Meta:
        verbose_name = "用过的凭据"

    def __str__(self) -> str:
        return self.digest[:12]


class OutsideLink(models.Model):
    """外部账户。 An account at an outside provider with which somebody may sign in; its subject is kept as a keyed digest."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="links")
    provider = models.CharField("提供方", max_length=40)
    subject = models.CharField("摘要", max_length=64)
    linked_at = models.DateTimeField("关联时间")

    class Meta:
        verbose_name = "外部账户"
        constraints = [models.UniqueConstraint(fields=["provider", "subject"], name="outside_link_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.account_id}"


class Recovery(models.Model):
    """找回账户。 A request to get an account back: asked, seen to by another person, waited for, done."""

    id = models.BigAutoField(primary_key=True)
    login = models.CharField("登录名", max_length=60)
    token = models.CharField("密语的摘要", max_length=64, unique=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=[(one.value, one.value) for one in RecoveryState],
        default=RecoveryState.ASKED.value,
    )
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("核实的人", max_length=80, blank=True)
    decided_at = models.DateTimeField("核实时间", null=True, blank=True)
    evidence = models.CharField("材料", max_length=200, blank=True)
    usable_from = models.DateTimeField("可用起", null=True, blank=True)
    usable_to = models.DateTimeField("可用止", null=True, blank=True)

    class Meta:
        verbose_name = "找回账户"
        indexes = [models.Index(fields=["login", "state"], name="recovery_login")]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Consent(models.Model):
    """同意。 A person lets another system of the city know who they are; what it learns is named."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="consents")
    client = models.CharField("系统", max_length=100)
    subject = models.CharField("对该系统的标识", max_length=64, unique=True)
    scopes = models.CharField("内容", max_length=200)
    given_at = models.DateTimeField("同意时间")

    class Meta:
        verbose_name = "同意"
        constraints = [models.UniqueConstraint(fields=["account", "client"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.client}"


class Ticket(models.Model):
    """一次性的小票。 What a sign-in by another system needs for a minute between two requests: signed, and no act.

    Written by `web.tickets` outside acts; a row made without the instance's key is not read.
    """

    key = models.CharField("摘要", max_length=64, primary_key=True)
    value: Any = models.TextField("内容")
    expires_at = models.DateTimeField("到期", db_index=True)

    class Meta:
        verbose_name = "小票"

    def __str__(self) -> str:
        return self.key[:12]
