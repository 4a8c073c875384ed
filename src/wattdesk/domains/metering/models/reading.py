"""Register reads in the record, and the manifest of interval data outside it."""

from django.db import models
from django.db.models import F, Q

from wattdesk.toolkit.fields import QuantityField


class Reading(models.Model):
    """示数: what a register showed at 00:00 of ``reading_date`` (Asia/Shanghai).

    A correction writes a new row and marks the old one superseded; nothing is overwritten.
    ``value`` is as read, before the multiplier.
    """

    class Quality(models.TextChoices):
        ACTUAL = "ACTUAL"  # 实抄
        ESTIMATED = "ESTIMATED"  # 估抄
        CORRECTED = "CORRECTED"  # 更正

    class Origin(models.TextChoices):
        REMOTE = "REMOTE"  # 远程采集
        MANUAL = "MANUAL"  # 现场抄录
        FILE = "FILE"  # 文件导入
        EXCHANGE = "EXCHANGE"  # 换表时的底度/止度
        SYSTEM = "SYSTEM"  # 系统估算

    # The indexes below begin with the register: one more would only slow COPY down.
    register = models.ForeignKey(
        "metering.Register", models.PROTECT, related_name="+", db_index=False
    )
    reading_date = models.DateField()
    value = QuantityField()
    quality = models.CharField(max_length=10, choices=Quality.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    batch = models.ForeignKey(
        "metering.ImportBatch", models.PROTECT, null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "metering_reading"
        indexes = [
            models.Index(
                fields=["register", "reading_date"],
                condition=Q(superseded_at__isnull=False),
                name="reading_superseded",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "reading_date"],
                condition=Q(superseded_at__isnull=True),
                name="reading_one_in_force",
            ),
            models.CheckConstraint(name="reading_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="reading_superseded_later",
                condition=Q(superseded_at__isnull=True) | Q(superseded_at__gte=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.register_id} {self.reading_date} {self.value}"


class CurveFile(models.Model):
    """Manifest of one Parquet file of interval data; the points are never rows of the record.

    A file counts only once its row is committed: what a killed import left behind is never read.
    """

    class Kind(models.TextChoices):
        DAILY_ENERGY = "DAILY_ENERGY"  # 日电量, one column a day, kWh × 100

    kind = models.CharField(max_length=20, choices=Kind.choices)
    path = models.CharField(max_length=200, unique=True)  # relative to the curve folder
    sha256 = models.CharField(max_length=64)
    from_date = models.DateField()
    to_date = models.DateField()  # first day not covered
    usage_points = models.IntegerField()
    # Ids of the first and the last usage point in the file: most files need not be opened.
    first_usage_point_id = models.BigIntegerField()
    last_usage_point_id = models.BigIntegerField()
    version = models.IntegerField()  # later versions win for the days they hold
    batch = models.ForeignKey("metering.ImportBatch", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "metering_curve_file"
        indexes = [models.Index(fields=["kind", "from_date"], name="curve_file_period")]
        constraints = [
            models.CheckConstraint(
                name="curve_file_period", condition=Q(to_date__gt=F("from_date"))
            )
        ]

    def __str__(self) -> str:
        return self.path
