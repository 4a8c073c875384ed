"""The audit record (审计记录): who did what to which object, why, and what changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class CurrentTransaction(models.Func):
    """The number of the writing transaction, filled in by the database."""

    template = "(pg_current_xact_id()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class Record(models.Model):
    """审计记录. Append-only: neither the application's role nor a trigger-abiding owner changes it.

    ``actor_id`` (a member of staff) is null for the system itself; ``actor_name`` keeps the name as
    it was. Both ids are plain numbers: audit stands below every domain that writes, identity too.
    ``subjects`` names everything the record is about (``account:12``, ``run:3``): the time line of
    an object is the records that name it.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60)
    action = models.CharField(max_length=60)
    reason = models.CharField(max_length=400, blank=True)
    subjects = ArrayField(models.CharField(max_length=60), default=list)
    unit_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # Keyed digest of the row, with a key that the database does not hold: a row written behind the
    # program's back cannot carry a right one.
    mac = models.BinaryField(max_length=32)
    # The writing transaction: the sealing job takes rows in commit order.
    xid = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        db_table = "audit_record"
        indexes = [
            models.Index(fields=["xid", "id"], name="audit_record_xid"),
            models.Index(fields=["actor_id", "-at"], name="audit_record_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action} by {self.actor_name}"
