"""Reading segments (抄表段): accounts that are read, billed and released together."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.history import RecordedAtField, keep_history


@keep_history("metering_reading_segment")
class ReadingSegment(models.Model):
    """抄表段 with its reading day (例日) and cycle.

    ``reading_day`` 1–28: the reading at 00:00 of that day closes the period; 1 stands for the
    natural month before.
    """

    class Cycle(models.TextChoices):
        MONTHLY = "MONTHLY"
        ODD_MONTHS = "ODD_MONTHS"  # two-monthly 双月抄表, read in odd months
        EVEN_MONTHS = "EVEN_MONTHS"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    reading_day = models.SmallIntegerField()
    cycle = models.CharField(max_length=12, choices=Cycle.choices, default=Cycle.MONTHLY)
    reader = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "metering_reading_segment"
        constraints = [
            models.CheckConstraint(
                name="segment_reading_day", condition=Q(reading_day__gte=1, reading_day__lte=28)
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
