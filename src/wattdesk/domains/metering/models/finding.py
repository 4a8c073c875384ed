"""Findings (异常): doubtful readings, each decided by a person with a reason."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import FenField, QuantityField


class Finding(models.Model):
    """读数异常 of one usage point in one service period.

    Severity HOLD keeps the account out of the bill until decided; LIST bills it and lists it.
    """

    class Severity(models.TextChoices):
        HOLD = "HOLD"
        LIST = "LIST"

    class State(models.TextChoices):
        OPEN = "OPEN"
        DECIDED = "DECIDED"
        GONE = "GONE"  # a later check of the same period no longer finds it

    class Decision(models.TextChoices):
        ACCEPT = "ACCEPT"  # the reading is right, bill it
        ESTIMATE = "ESTIMATE"  # bill an estimate, method and quantity in evidence
        REREAD = "REREAD"  # read again: stays held
        INSPECT = "INSPECT"  # send to inspection: stays held

    # Indexes of the table begin with both; an index of each key alone would only slow COPY down.
    usage_point = models.ForeignKey(
        "premises.UsagePoint", models.PROTECT, related_name="+", db_index=False
    )
    segment = models.ForeignKey(
        "metering.ReadingSegment", models.PROTECT, related_name="+", db_index=False
    )
    from_date = models.DateField()
    to_date = models.DateField()
    code = models.CharField(max_length=30)
    severity = models.CharField(max_length=4, choices=Severity.choices)
    evidence = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        "identity.Staff", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    owner = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    # What may be billed wrongly if nobody looks; yuan only where the caller could price it.
    at_risk_kwh = QuantityField(null=True)
    at_risk_fen = FenField(null=True)

    class Meta:
        db_table = "metering_finding"
        indexes = [
            models.Index(fields=["segment", "from_date", "state"], name="finding_segment"),
            # What measuring asks for: decisions about a period, few among many findings.
            models.Index(
                fields=["from_date"], condition=Q(state="DECIDED"), name="finding_decided_period"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["usage_point", "from_date", "to_date", "code"], name="finding_once"
            ),
            models.CheckConstraint(
                name="finding_decided",
                condition=Q(state="DECIDED", decided_at__isnull=False)
                & ~Q(reason="")
                & ~Q(decision="")
                | ~Q(state="DECIDED"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.usage_point_id} {self.from_date}"
