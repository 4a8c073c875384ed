"""Agreements (供用电合同), assigned prices, and the year's opening of annual blocks."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, QuantityField, no_overlap
from wattdesk.toolkit.history import RecordedAtField, keep_history


@keep_history("customers_agreement")
class Agreement(models.Model):
    """供用电合同 (IEC CIM CustomerAgreement): the customer who holds the account, from–to."""

    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="agreements")
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    number = models.CharField(max_length=30, unique=True)
    contract_kva = QuantityField(null=True)
    signed_date = models.DateField(null=True)
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_agreement"
        constraints = [no_overlap("account_one_holder", "account_id")]

    def __str__(self) -> str:
        return self.number


@keep_history("customers_rate_assignment")
class RateAssignment(models.Model):
    """执行电价: the price class of an account, from–to, with what the class needs to know.

    ``options`` by the schema of the rate schedule: ``extra_kwh_per_month`` (一户多人口),
    ``free_kwh_per_month`` (低保), ``demand_contract_kw``, ``power_factor_standard`` …
    """

    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="rates")
    schedule = models.ForeignKey(
        "tariffs.RateSchedule", models.PROTECT, related_name="+", db_index=False
    )
    options = models.JSONField(default=dict)
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_rate_assignment"
        constraints = [no_overlap("account_one_rate", "account_id")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.schedule_id} {self.period}"


@keep_history("customers_block_opening")
class BlockOpening(models.Model):
    """年阶梯期初: kWh already used in a block year before the first bill made here (take-over)."""

    account = models.ForeignKey("customers.Account", models.PROTECT, related_name="+")
    year_start = models.DateField()
    energy_kwh = QuantityField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_block_opening"
        constraints = [
            models.UniqueConstraint(fields=["account", "year_start"], name="block_opening_once"),
            models.CheckConstraint(
                name="block_opening_not_negative", condition=Q(energy_kwh__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.year_start}"
