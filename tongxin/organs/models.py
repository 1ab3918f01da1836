"""机构的表。 Tables of organs: organs, their offices, and who holds them from when to when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from tongxin.acts.terms import POSTS
from tongxin.places.models import Place


class Organ(models.Model):
    """机构。 An organ; a villagers' or residents' committee is kept here too, and is not an organ of government."""

    class Kind(models.TextChoices):
        LEAD_BODY = "lead_body", "牵头机构"
        HOTLINE = "hotline", "热线与分派中心"
        DEPARTMENT = "department", "部门"
        GOVERNMENT = "government", "人民政府"
        STREET_OFFICE = "street_office", "乡镇（街道）"
        GRID_STATION = "grid_station", "网格站"
        COMMITTEE = "committee", "村（居）民委员会"
        PEOPLE_CONGRESS = "people_congress", "人民代表大会常务委员会"

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("代号", max_length=120, unique=True)
    function = models.CharField("职能", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    name = models.CharField("名称", max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    place = models.ForeignKey(Place, models.PROTECT, related_name="organs")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "机构"
        indexes = [models.Index(fields=["function", "place"], name="organ_function")]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """职位。 A post at an organ, through which its holder acts."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("代号", max_length=160, unique=True)
    organ = models.ForeignKey(Organ, models.PROTECT, related_name="offices")
    post = models.CharField(
        "岗位", max_length=20, choices=[(post.value, post.value) for post in sorted(POSTS)]
    )
    title = models.CharField("名称", max_length=120)
    title_en = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = "职位"

    def __str__(self) -> str:
        return self.title


class Holding(models.Model):
    """任职。 A person holds an office from–to; `person` is a text reference, since a record outlives accounts."""

    id = models.BigAutoField(primary_key=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="holdings")
    person = models.CharField("人员", max_length=80)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "任职"
        indexes = [models.Index(fields=["person"], name="holding_person")]
        constraints = [
            ExclusionConstraint(
                name="holding_once",
                expressions=[
                    ("office", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "valid_from", "valid_to", function="daterange", output_field=DateRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.office_id}"
