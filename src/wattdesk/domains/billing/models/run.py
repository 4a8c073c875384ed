"""Billing runs (核算发行): one segment and receivable month, as a state machine over chunks."""

from django.db import models
from django.db.models import F, Q

from wattdesk.toolkit.fields import FenField, QuantityField


class Run(models.Model):
    """核算批次 of one segment for one receivable month.

    Of two people who start the same run the database lets one in: only one run of a segment and
    month can be alive. The five dates are kept apart (billing-rules 8.1).
    """

    class State(models.TextChoices):
        CALCULATING = "CALCULATING"  # chunks are being read, validated, rated, checked
        REVIEW = "REVIEW"  # drafts ready
        PROPOSED = "PROPOSED"  # one person has proposed the release
        RELEASING = "RELEASING"  # another has signed; chunks are being posted
        RELEASED = "RELEASED"
        CANCELLED = "CANCELLED"

    segment = models.ForeignKey("metering.ReadingSegment", models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    receivable_month = models.DateField()  # 应收年月, the first of the month
    reading_date = models.DateField()  # 抄表例日
    from_date = models.DateField()  # 用电周期 [from, to)
    to_date = models.DateField()
    due_date = models.DateField()  # 应缴日
    state = models.CharField(max_length=12, choices=State.choices)
    # Part of a segment can be billed later, when what held it is decided: sequence 2, 3 …
    sequence = models.SmallIntegerField(default=1)
    started_by = models.ForeignKey("identity.Staff", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    proposed_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_digest = models.CharField(max_length=64, blank=True)
    released_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Seconds per stage and other measures of the finished run, for reports.
    measures = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_run"
        constraints = [
            models.UniqueConstraint(
                fields=["segment", "receivable_month", "sequence"],
                condition=~Q(state="CANCELLED"),
                name="run_one_alive",
            ),
            models.CheckConstraint(
                name="run_two_people",
                condition=Q(released_by__isnull=True) | ~Q(released_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="run_released_is_signed",
                condition=~Q(state__in=["RELEASING", "RELEASED"])
                | Q(proposed_by__isnull=False, released_by__isnull=False),
            ),
            models.CheckConstraint(name="run_period", condition=Q(to_date__gt=F("from_date"))),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.receivable_month:%Y-%m} #{self.sequence}"


class RunChunk(models.Model):
    """核算分块: accounts by id range. Workers take chunks with FOR UPDATE SKIP LOCKED.

    The drafts of a chunk are one Parquet file, named here with its digest: what is released is
    exactly what was reviewed. Every account of the chunk has one row there.
    """

    class State(models.TextChoices):
        PENDING = "PENDING"
        DRAFTED = "DRAFTED"
        RELEASED = "RELEASED"
        FAILED = "FAILED"

    run = models.ForeignKey(Run, models.PROTECT, related_name="chunks")
    number = models.IntegerField()
    first_account_id = models.BigIntegerField()
    last_account_id = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices)
    draft_path = models.CharField(max_length=200, blank=True)
    draft_sha256 = models.CharField(max_length=64, blank=True)
    accounts = models.IntegerField(default=0)
    billed = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    not_due = models.IntegerField(default=0)
    energy_kwh = QuantityField(default=0)
    amount_fen = FenField(default=0)
    attempts = models.IntegerField(default=0)
    error = models.TextField(blank=True)
    measures = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_run_chunk"
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="run_chunk_once"),
            models.CheckConstraint(
                name="run_chunk_tie_out",
                condition=Q(state__in=["PENDING", "FAILED"])
                | Q(accounts=F("billed") + F("held") + F("not_due")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class Hold(models.Model):
    """挂起: an account kept out of a run, why, who has it, and what decides it."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="holds")
    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)  # a finding's code, NO_RATE, CHECK_DIFFERS …
    evidence = models.JSONField(default=dict)
    amount_fen = FenField(null=True)  # yuan at risk, where it can be told
    owner = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    ended_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        db_table = "billing_hold"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "account", "code"],
                condition=Q(ended_at__isnull=True),
                name="hold_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.account_id} {self.code}"
