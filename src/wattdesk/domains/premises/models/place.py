"""Where power is used: division, service location, supply point, usage point, boundary."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, QuantityField, no_overlap


class AdministrativeDivision(models.Model):
    """行政区划 by the code of the National Bureau of Statistics."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "premises_division"

    def __str__(self) -> str:
        return self.name


class ServiceLocation(models.Model):
    """用电地址 (IEC CIM ServiceLocation)."""

    division = models.ForeignKey(AdministrativeDivision, models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    access_note = models.CharField(max_length=200, blank=True)  # 进户提示: key, gate, dog

    class Meta:
        db_table = "premises_service_location"

    def __str__(self) -> str:
        return self.address


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

    class Meta:
        db_table = "premises_supply_point"

    def __str__(self) -> str:
        return self.code


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
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    voltage = models.CharField(max_length=8, choices=Voltage.choices)
    metering = models.CharField(max_length=2, choices=Metering.choices)
    # null where the source of the data does not say it (take-over, research data)
    capacity_kva = QuantityField(null=True)
    period = PeriodField()

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


class UsagePointArea(models.Model):
    """Which transformer area feeds a usage point, from–to (re-hanging 割接 keeps its history)."""

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="areas")
    transformer_area = models.ForeignKey(
        "premises.TransformerArea", models.PROTECT, related_name="+"
    )
    period = PeriodField()

    class Meta:
        db_table = "premises_usage_point_area"
        constraints = [no_overlap("usage_point_one_area", "usage_point_id")]

    def __str__(self) -> str:
        return f"{self.usage_point_id} on {self.transformer_area_id} {self.period}"


class OwnershipBoundary(models.Model):
    """产权分界点: who is responsible up to where."""

    usage_point = models.ForeignKey(UsagePoint, models.PROTECT, related_name="boundaries")
    description = models.CharField(max_length=200)
    period = PeriodField()

    class Meta:
        db_table = "premises_ownership_boundary"
        constraints = [no_overlap("usage_point_one_boundary", "usage_point_id")]

    def __str__(self) -> str:
        return self.description
