"""The double-entry journal (应收电费账): accounts, transactions, entries."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import FenField


class LedgerAccount(models.Model):
    """科目. Few rows, brought in from the chart in the rulebook, never removed.

    ``by_customer`` accounts have a sub-ledger: each of their entries names the customer's account.
    """

    class Kind(models.TextChoices):
        ASSET = "ASSET"
        LIABILITY = "LIABILITY"
        INCOME = "INCOME"
        EXPENSE = "EXPENSE"

    code = models.CharField(max_length=30)  # RECEIVABLE, ENERGY_REVENUE …
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by_customer = models.BooleanField(default=False)

    class Meta:
        db_table = "ledger_account"
        constraints = [models.UniqueConstraint(fields=["code"], name="ledger_account_code")]

    def __str__(self) -> str:
        return self.code


class LedgerTransaction(models.Model):
    """记账凭证: one business event, made from a named template; immutable.

    ``booked_date`` is the day it belongs to, ``recorded_at`` when it was written. ``key`` makes a
    repeated posting of the same event impossible. ``xid`` is the database transaction that wrote
    it: entries come with their transaction or never (see migration 0002).

    References without a constraint in the database are proved by statement triggers instead, a
    third of the time for a million bills (ADR 0060).
    """

    template = models.CharField(max_length=40)
    key = models.CharField(max_length=60)
    account = models.ForeignKey(
        "customers.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    unit = models.ForeignKey(
        "identity.Unit", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    receivable_month = models.DateField()
    booked_date = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(
        "identity.Staff",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    reason = models.CharField(max_length=400, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    xid = models.BigIntegerField(
        db_default=models.Func(
            template="(pg_current_xact_id()::text::bigint)", output_field=models.BigIntegerField()
        )
    )

    class Meta:
        db_table = "ledger_transaction"
        indexes = [BrinIndex(fields=["receivable_month"], name="ledger_transaction_month")]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_transaction_key"),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_transaction_reversed_once",
            ),
            models.CheckConstraint(
                name="ledger_transaction_month_begins", condition=Q(receivable_month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.key}"


class LedgerEntry(models.Model):
    """分录: a positive amount on one side. Balanced per transaction by a statement trigger.

    ``position`` orders the entries of a transaction. ``account`` and ``bill_id`` stand on entries
    of ledger accounts with a sub-ledger by customer.
    """

    class Side(models.TextChoices):
        DEBIT = "D"
        CREDIT = "C"

    pk = models.CompositePrimaryKey("transaction_id", "position")
    transaction = models.ForeignKey(
        LedgerTransaction, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    position = models.SmallIntegerField()
    ledger_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    side = models.CharField(max_length=1, choices=Side.choices)
    amount_fen = FenField()
    account = models.ForeignKey(
        "customers.Account",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    bill_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_entry"
        indexes = [
            models.Index(
                fields=["account", "ledger_account"],
                name="ledger_entry_customer",
                condition=Q(account__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(name="ledger_entry_positive", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(name="ledger_entry_side", condition=Q(side__in=["D", "C"])),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id}/{self.position}"
