"""Tariffs (电价文件) as dated, released text."""

from django.db import models
from django.db.models import F, Q

from wattdesk.toolkit.fields import PeriodField, no_overlap


class Tariff(models.Model):
    """电价文件: the price document of one region and kind, through all its versions."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160)

    class Meta:
        db_table = "tariffs_tariff"

    def __str__(self) -> str:
        return self.code


class TariffVersion(models.Model):
    """One version: the YAML text as loaded, proposed by one person and released by another.

    Text and digest never change (trigger). ``period`` is when its prices are in force; releasing a
    successor closes the period of the version before.
    """

    class State(models.TextChoices):
        PROPOSED = "PROPOSED"
        RELEASED = "RELEASED"
        REJECTED = "REJECTED"

    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    period = PeriodField()
    document = models.TextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    proposed_by = models.ForeignKey("identity.Staff", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "tariffs_version"
        constraints = [
            models.UniqueConstraint(fields=["tariff", "number"], name="tariff_version_once"),
            no_overlap("tariff_version_one_in_force", "tariff_id", condition=Q(state="RELEASED")),
            models.CheckConstraint(
                name="tariff_version_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="tariff_version_decided",
                condition=Q(state="PROPOSED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(~Q(state="PROPOSED"), decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} v{self.number}"


class RateSchedule(models.Model):
    """电价 (价目): one price class, by the code that the tariff documents use for it.

    The catalogue of what may be assigned; the prices are in the versions' text.
    """

    code = models.CharField(max_length=40, unique=True)
    tariff = models.ForeignKey(Tariff, models.PROTECT, related_name="schedules")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=120)
    customer_class = models.CharField(max_length=20)

    class Meta:
        db_table = "tariffs_rate_schedule"

    def __str__(self) -> str:
        return self.code
