"""Seals: batches of audit records in a hash chain."""

from django.db import models


class Seal(models.Model):
    """One batch: ``digest = sha256(previous digest, number, record digests in order)``."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    records = models.IntegerField()
    last_xid = models.BigIntegerField()
    previous_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_seal"

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealedRecord(models.Model):
    """Which record stands where in the chain."""

    record_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="+")
    position = models.IntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_sealed_record"
        constraints = [
            models.UniqueConstraint(fields=["seal", "position"], name="sealed_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.seal_id}"
