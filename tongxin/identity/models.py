"""身份的表。 Tables of identity: persons and the accounts they sign in with."""

from django.db import models


class Person(models.Model):
    """人。 A person known to the platform. Name, phone and mail are personal data: to look at them is an act."""

    ref = models.CharField("引用", max_length=80, primary_key=True)
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
