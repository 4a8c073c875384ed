"""The double-entry journal (应收电费账): accounts, transactions, entries."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import FenField


class LedgerAccount(models.Model):
    """科目. Few rows; the customer's sub-ledger is the ``account`` of an entry."""

    class Kind(models.TextChoices):
        ASSET = "ASSET"
        LIABILITY = "LIABILITY"
        INCOME = "INCOME"
        EXPENSE = "EXPENSE"

    code = models.CharField(max_length=30, unique=True)  # RECEIVABLE, ENERGY_REVENUE …
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        db_table = "ledger_account"

    def __str__(self) -> str:
        return self.code


class LedgerTransaction(models.Model):
    """记账凭证: one business event, made from a named template; immutable.

    ``booked_date`` is the day it belongs to, ``recorded_at`` when it was written.
    ``key`` makes a repeated posting of the same event impossible.
    """

    template = models.CharField(max_length=40)
    key = models.CharField(max_length=60, unique=True)
    account = models.ForeignKey("customers.Account", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    receivable_month = models.DateField()
    booked_date = models.DateField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "ledger_transaction"

    def __str__(self) -> str:
        return f"{self.template} {self.key}"


class LedgerEntry(models.Model):
    """分录: a positive amount on one side. Balanced per transaction by a statement trigger."""

    class Side(models.TextChoices):
        DEBIT = "D"
        CREDIT = "C"

    pk = models.CompositePrimaryKey("transaction_id", "position")
    transaction = models.ForeignKey(
        LedgerTransaction, models.PROTECT, related_name="+", db_index=False
    )
    position = models.SmallIntegerField()
    ledger_account = models.ForeignKey(
        LedgerAccount, models.PROTECT, related_name="+", db_index=False
    )
    side = models.CharField(max_length=1, choices=Side.choices)
    amount_fen = FenField()
    # The customer's sub-ledger, and the bill that the amount belongs to.
    account = models.ForeignKey(
        "customers.Account", models.PROTECT, null=True, related_name="+", db_index=False
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
