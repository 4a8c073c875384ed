"""Seals: batches of audit records in a hash chain."""

from django.db import models


class Seal(models.Model):
    """封存: one batch of records, linked to the batch before it.

    ``digest`` = SHA-256 over the previous digest, what this row says, and the digests of its
    records in order: anybody can recompute it. ``mac`` is keyed, with a key that the database does
    not hold: nobody can add a seal behind the program's back.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    records = models.IntegerField()
    # Records in this seal and all before it; the head outside the database repeats it.
    total = models.BigIntegerField()
    last_record_id = models.BigIntegerField()
    # Every transaction below this number had ended when the seal was made, and all its records
    # are sealed: the next seal starts looking here.
    horizon_xid = models.BigIntegerField()
    previous_digest = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    mac = models.BinaryField(max_length=32)

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
