"""The part of the network that customers hang on: substation, feeder, transformer area."""

from django.db import models

from wattdesk.toolkit.fields import QuantityField
from wattdesk.toolkit.history import RecordedAtField, keep_history


class Substation(models.Model):
    """变电站 (IEC CIM Substation)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)

    class Meta:
        db_table = "premises_substation"

    def __str__(self) -> str:
        return self.name


@keep_history("premises_feeder")
class Feeder(models.Model):
    """线路 (10 kV 馈线)."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    substation = models.ForeignKey(Substation, models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_feeder"

    def __str__(self) -> str:
        return self.name


@keep_history("premises_transformer_area")
class TransformerArea(models.Model):
    """台区: one distribution transformer and everything behind it; 公变 or 专变."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=60)
    feeder = models.ForeignKey(Feeder, models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    capacity_kva = QuantityField()
    is_dedicated = models.BooleanField(default=False)
    manager = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "premises_transformer_area"

    def __str__(self) -> str:
        return self.name
