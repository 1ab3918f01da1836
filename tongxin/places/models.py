"""地点的表。 Tables of places: the city itself, and its places down to the grid."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models


class City(models.Model):
    """城市。 The city this house serves; one row. `revision` is another, higher number with every change of its standing facts."""

    code = models.CharField("代号", max_length=40, primary_key=True)
    name = models.CharField("名称", max_length=80)
    name_en = models.CharField(max_length=80)
    scheme = models.CharField("编码体系", max_length=40)
    root = models.CharField("根地点", max_length=40)
    timezone = models.CharField("时区", max_length=40)
    lead_body = models.CharField("牵头机构", max_length=120)
    desk = models.CharField("分派中心", max_length=120)
    settings = models.JSONField("设定", default=dict)
    revision = models.BigIntegerField("版次", default=1)

    class Meta:
        verbose_name = "城市"

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """地点。 A place of one coding scheme in one interval; codes of different schemes and times are never mixed.

    `path` holds the codes from the place itself up to the city. Grids carry a boundary (GeoJSON, WGS 84).
    """

    class Level(models.TextChoices):
        CITY = "city", "市"
        DISTRICT = "district", "县（市、区）"
        STREET = "street", "乡镇（街道）"
        COMMUNITY = "community", "村（社区）"
        GRID = "grid", "网格"

    id = models.BigAutoField(primary_key=True)
    scheme = models.CharField("编码体系", max_length=40)
    code = models.CharField("代码", max_length=40)
    level = models.CharField("层级", max_length=12, choices=Level.choices)
    name = models.CharField("名称", max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = ArrayField(models.CharField(max_length=40), verbose_name="上级代码")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    boundary = models.JSONField("边界", null=True, blank=True)

    class Meta:
        verbose_name = "地点"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code", "valid_from"], name="place_once"),
            ExclusionConstraint(
                name="place_intervals_apart",
                expressions=[
                    ("scheme", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "valid_from", "valid_to", function="daterange", output_field=DateRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [models.Index(fields=["level", "code"], name="place_level")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """文本引用。 Text reference with the interval's start: the version of the place."""
        return f"place:{self.scheme}/{self.code}@{self.valid_from.isoformat()}"
