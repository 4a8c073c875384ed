"""Where power is used: division, service location, supply point, usage point, boundary."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, QuantityField, no_overlap
from wattdesk.toolkit.history import RecordedAtField, keep_history


class AdministrativeDivision(models.Model):
    """行政区划 by the code of the National Bureau of Statistics."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "premises_division"

    def __str__(self) -> str:
        return self.name


@keep_history("premises_service_location")
class ServiceLocation(models.Model):
    """用电地址 (IEC CIM ServiceLocation). Personal data: the address."""

    division = models.ForeignKey(
        AdministrativeDivision, models.PROTECT, related_name="+", db_index=False
    )
    address = models.CharField(max_length=200)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+", db_index=False)
    access_note = models.CharField(max_length=200, blank=True)  # 进户提示: key, gate, dog
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_service_location"
        # Several accounts at one address (一址多户) are found by it.
        indexes = [models.Index(fields=["address"], name="service_location_address")]

    def __str__(self) -> str:
        return f"service location {self.pk}"


@keep_history("premises_supply_point")
class SupplyPoint(models.Model):
    """受电点: where the customer takes power; one or more sources."""

    class Source(models.TextChoices):
        SINGLE = "SINGLE"
        DUAL = "DUAL"

    code = models.CharField(max_length=24, unique=True)
    service_location = models.ForeignKey(ServiceLocation, models.PROTECT, related_name="+")
    feeder = models.ForeignKey("premises.Feeder", models.PROTECT, related_name="+")
    second_feeder = models.ForeignKey(
        "premises.Feeder", models.PROTECT, null=True, related_name="+"
    )
    transformer_kva = QuantityField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_supply_point"
        constraints = [
            models.CheckConstraint(
                name="supply_point_transformer_positive", condition=Q(transformer_kva__gt=0)
            )
        ]

    def __str__(self) -> str:
        return self.code


@keep_history("premises_usage_point")
class UsagePoint(models.Model):
    """计量点 (IEC CIM UsagePoint): what a meter measures and a bill is computed for."""

    class Voltage(models.TextChoices):
        LT1KV = "LT1KV"  # 不满1千伏
        KV1_10 = "KV1_10"  # 1–10(20)千伏
        KV35 = "KV35"
        KV110 = "KV110"  # 110(66)千伏
        KV220 = "KV220"  # 220千伏及以上

    class Metering(models.TextChoices):
        HH = "HH"  # 高供高计
        HL = "HL"  # 高供低计
        LL = "LL"  # 低供低计

    code = models.CharField(max_length=24, unique=True)
    service_location = models.ForeignKey(ServiceLocation, models.PROTECT, related_name="+")
    supply_point = models.ForeignKey(SupplyPoint, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+", db_index=False)
    voltage = models.CharField(max_length=8, choices=Voltage.choices)
    metering = models.CharField(max_length=2, choices=Metering.choices)
    # null where the source of the data does not say it (take-over, research data)
    capacity_kva = QuantityField(null=True)
    meter_place = models.CharField(max_length=80, blank=True)  # 装表位置: box, floor, pole
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_usage_point"
        constraints = [
            models.CheckConstraint(
                name="usage_point_capacity_positive",
                condition=Q(capacity_kva__isnull=True) | Q(capacity_kva__gt=0),
            )
        ]

    def __str__(self) -> str:
        return self.code


@keep_history("premises_usage_point_area")
class UsagePointArea(models.Model):
    """Which transformer area feeds a usage point, from–to (re-hanging 割接 keeps its history)."""

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="areas")
    transformer_area = models.ForeignKey(
        "premises.TransformerArea", models.PROTECT, related_name="+"
    )
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_usage_point_area"
        constraints = [no_overlap("usage_point_one_area", "usage_point_id")]

    def __str__(self) -> str:
        return f"{self.usage_point_id} on {self.transformer_area_id} {self.period}"


@keep_history("premises_ownership_boundary")
class OwnershipBoundary(models.Model):
    """产权分界点: whose the installation is up to where, and who mends what lies behind it."""

    class Responsible(models.TextChoices):
        CUSTOMER = "CUSTOMER"  # 客户
        SUPPLIER = "SUPPLIER"  # 供电企业
        PROPERTY_MANAGER = "PROPERTY_MANAGER"  # 物业

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="boundaries")
    description = models.CharField(max_length=200)
    behind_boundary = models.CharField(max_length=20, choices=Responsible.choices)
    # 表后线: faults behind the meter, where the meter is not the boundary
    behind_meter = models.CharField(max_length=20, choices=Responsible.choices)
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_ownership_boundary"
        constraints = [no_overlap("usage_point_one_boundary", "usage_point_id")]

    def __str__(self) -> str:
        return f"boundary of {self.usage_point_id} {self.period}"
