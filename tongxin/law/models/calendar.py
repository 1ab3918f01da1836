"""工作日历的表。 Tables of the working calendar."""

from django.db import models


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
