"""Meters, their registers, instrument transformers, and where they are installed."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, QuantityField, no_overlap
from wattdesk.toolkit.history import RecordedAtField, keep_history


@keep_history("metering_meter")
class Meter(models.Model):
    """电能表 (IEC CIM Meter)."""

    number = models.CharField(max_length=24, unique=True)  # 表号 (资产编号)
    model = models.CharField(max_length=40)
    phases = models.SmallIntegerField()  # 1 or 3
    rated_current_a = models.CharField(max_length=20)  # as on the plate: 5(60)
    made_year = models.SmallIntegerField(null=True)
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "metering_meter"
        constraints = [models.CheckConstraint(name="meter_phases", condition=Q(phases__in=[1, 3]))]

    def __str__(self) -> str:
        return self.number


class Register(models.Model):
    """示数类型 of one meter (IEC CIM Register): what is counted, with how many digits."""

    class Kind(models.TextChoices):
        ACTIVE_TOTAL = "ACTIVE_TOTAL"  # 正向有功总
        ACTIVE_SHARP = "ACTIVE_SHARP"  # 尖
        ACTIVE_PEAK = "ACTIVE_PEAK"  # 峰
        ACTIVE_FLAT = "ACTIVE_FLAT"  # 平
        ACTIVE_VALLEY = "ACTIVE_VALLEY"  # 谷
        ACTIVE_DEEP = "ACTIVE_DEEP"  # 深谷
        ACTIVE_REVERSE = "ACTIVE_REVERSE"  # 反向有功
        REACTIVE_FORWARD = "REACTIVE_FORWARD"  # 正向无功
        REACTIVE_REVERSE = "REACTIVE_REVERSE"  # 反向无功
        DEMAND = "DEMAND"  # 最大需量

    # The unique constraint's index begins with the meter.
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="registers", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    digits = models.SmallIntegerField()  # before the point: it rolls over at 10^digits
    decimals = models.SmallIntegerField()

    class Meta:
        db_table = "metering_register"
        constraints = [
            models.UniqueConstraint(fields=["meter", "kind"], name="register_kind_once"),
            models.CheckConstraint(
                name="register_digits",
                condition=Q(digits__gte=3, digits__lte=9, decimals__gte=0, decimals__lte=4),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.kind}"


@keep_history("metering_installation")
class Installation(models.Model):
    """装表: one meter at one usage point, from–to, with the multiplier (综合倍率) of that time.

    Starting and final readings are ordinary readings of the first and the last day.
    """

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="installations")
    usage_point = models.ForeignKey("premises.UsagePoint", models.PROTECT, related_name="+")
    multiplier = QuantityField()
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "metering_installation"
        constraints = [
            no_overlap("installation_meter_one_place", "meter_id"),
            no_overlap("installation_point_one_meter", "usage_point_id"),
            models.CheckConstraint(
                name="installation_multiplier_positive", condition=Q(multiplier__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} at {self.usage_point_id} {self.period}"


@keep_history("metering_instrument_transformer")
class InstrumentTransformer(models.Model):
    """互感器: current (CT) or voltage (PT), whose ratios make the multiplier."""

    class Kind(models.TextChoices):
        CURRENT = "CURRENT"
        VOLTAGE = "VOLTAGE"

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    usage_point = models.ForeignKey("premises.UsagePoint", models.PROTECT, related_name="+")
    primary_value = QuantityField()  # A or V
    secondary_value = QuantityField()
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "metering_instrument_transformer"
        constraints = [
            models.CheckConstraint(
                name="instrument_transformer_ratio",
                condition=Q(primary_value__gt=0, secondary_value__gt=0),
            )
        ]

    def __str__(self) -> str:
        return self.number
