"""Released bills (电费账单) and their lines. Immutable: what is wrong is cancelled or adjusted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from wattdesk.toolkit.fields import FenField, QuantityField, UnitPriceField


class Bill(models.Model):
    """电费账单 of one account for one service period, as released.

    ``trace`` holds everything the explanation needs: the readings with their ids and ratios, and
    the named intermediate figures of the plan, as integers with their scale in the name.

    References without a constraint in the database are proved by a statement trigger instead: a
    row check for each of a million bills at commit costs more than writing them (ADR 0060).
    """

    run = models.ForeignKey(
        "billing.Run", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        "customers.Account", models.PROTECT, related_name="+", db_index=False
    )
    receivable_month = models.DateField()
    sequence = models.SmallIntegerField()
    from_date = models.DateField()
    to_date = models.DateField()
    released_at = models.DateTimeField()
    due_date = models.DateField()
    schedule = models.ForeignKey(
        "tariffs.RateSchedule",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    tariff_version = models.ForeignKey(
        "tariffs.TariffVersion",
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    energy_kwh = QuantityField()
    # 尾数: the fraction of a kWh left to the next bill, where the tariff carries it.
    carry_kwh = QuantityField(default=0)
    total_fen = FenField()
    marks = ArrayField(models.CharField(max_length=16), default=list)
    trace = models.JSONField()

    class Meta:
        db_table = "billing_bill"
        indexes = [models.Index(fields=["run", "id"], name="bill_run")]
        constraints = [
            # The guard against a second bill, and the look-up by account.
            models.UniqueConstraint(
                fields=["account", "receivable_month", "sequence"], name="bill_once"
            ),
            models.CheckConstraint(name="bill_period", condition=Q(to_date__gt=F("from_date"))),
        ]

    def __str__(self) -> str:
        return f"bill {self.pk}"


class BillLine(models.Model):
    """账单明细: quantity × price at the one rounding step. Names and clauses are in the tariff."""

    pk = models.CompositePrimaryKey("bill_id", "position")
    bill = models.ForeignKey(
        Bill, models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    position = models.SmallIntegerField()
    code = models.CharField(max_length=30)
    quantity = QuantityField()
    unit = models.CharField(max_length=6)
    price = UnitPriceField()
    amount_fen = FenField()

    class Meta:
        db_table = "billing_bill_line"

    def __str__(self) -> str:
        return f"{self.bill_id}/{self.position} {self.code}"
