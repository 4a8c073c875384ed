"""Units (单位): the tree of the supply company."""

from django.db import models
from django.db.models.functions import Concat


class Unit(models.Model):
    """单位. ``path`` holds the codes from the root, each ended by a slash: ``44/4401/440103/``.

    A subtree is every unit whose path starts with the root's path.
    """

    class Kind(models.TextChoices):
        PROVINCE = "PROVINCE"
        CITY = "CITY"
        COUNTY = "COUNTY"
        STATION = "STATION"  # 供电所 / 营业站
        TEAM = "TEAM"  # 班组
        AREA = "AREA"  # 台区经理网格

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=200, unique=True)

    class Meta:
        db_table = "identity_unit"
        indexes = [
            models.Index(fields=["path"], name="unit_path_like", opclasses=["varchar_pattern_ops"])
        ]
        constraints = [
            models.CheckConstraint(
                name="unit_path_ends_with_own_code",
                condition=models.Q(path__endswith=Concat("code", models.Value("/"))),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
