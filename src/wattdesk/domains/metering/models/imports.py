"""Imports of readings: each file is a batch with its preview and its errors."""

from django.db import models
from django.db.models import Q


class ImportBatch(models.Model):
    """导入批次. A file is checked, previewed and then committed whole, or not at all.

    ``errors`` holds at most the first thousand problems, each with row, cell, rule and what to do.
    The file itself lies under the import folder, named by its digest, until it is committed.
    """

    class State(models.TextChoices):
        CHECKED = "CHECKED"  # readable, preview shown, nothing written
        REFUSED = "REFUSED"
        COMMITTED = "COMMITTED"

    profile = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices)
    segment = models.ForeignKey(
        "metering.ReadingSegment", models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    rows = models.IntegerField(default=0)
    error_count = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    preview = models.JSONField(default=dict)
    created_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    committed_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    committed_at = models.DateTimeField(null=True)
    # What was written: readings new and corrected, usage points of a daily file.
    written = models.JSONField(default=dict)

    class Meta:
        db_table = "metering_import_batch"
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "sha256"],
                condition=Q(state="COMMITTED"),
                name="import_same_file_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.file_name}"
