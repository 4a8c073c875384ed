"""Accounts (户): what is billed; with its points, its parties, and its place in the search."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, no_overlap


class Account(models.Model):
    """用户 (户号; IEC CIM CustomerAccount). The holder is the customer of the agreement in force."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"  # 正式用电
        STOPPED = "STOPPED"  # 停电
        CLOSED = "CLOSED"  # 销户

    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    segment = models.ForeignKey(
        "metering.ReadingSegment", models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True)
    manager = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    paper_file = models.CharField(max_length=40, blank=True)  # 纸质档案号 (R-CUST-01)

    class Meta:
        db_table = "customers_account"
        indexes = [models.Index(fields=["segment", "id"], name="account_segment")]
        constraints = [
            models.CheckConstraint(
                name="account_closed_has_date",
                condition=Q(state="CLOSED", closed_date__isnull=False)
                | Q(~Q(state="CLOSED"), closed_date__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.number


class AccountUsagePoint(models.Model):
    """Which usage points an account is billed for, from–to."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="points")
    usage_point = models.ForeignKey("premises.UsagePoint", models.PROTECT, related_name="+")
    period = PeriodField()

    class Meta:
        db_table = "customers_account_usage_point"
        constraints = [no_overlap("usage_point_one_account", "usage_point_id")]

    def __str__(self) -> str:
        return f"{self.account_id} uses {self.usage_point_id} {self.period}"


class AccountParty(models.Model):
    """Who pays, whose title is on the invoice, who lives or works there now, where they differ
    from the holder."""

    class Role(models.TextChoices):
        PAYER = "PAYER"  # 付款方
        INVOICE_TITLE = "INVOICE_TITLE"  # 发票抬头
        PRESENT_USER = "PRESENT_USER"  # 实际用电人

    account = models.ForeignKey(Account, models.PROTECT, related_name="parties")
    role = models.CharField(max_length=14, choices=Role.choices)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="+")
    period = PeriodField()

    class Meta:
        db_table = "customers_account_party"
        constraints = [
            *[
                no_overlap(f"account_one_{role.lower()}", "account_id", condition=Q(role=role))
                for role in ("PAYER", "INVOICE_TITLE", "PRESENT_USER")
            ],
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} {self.customer_id}"


class AccountSearch(models.Model):
    """What the one search box looks in: bigrams, pinyin, numbers, phones of an account."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    unit_path = models.CharField(max_length=200)
    words = SearchVectorField()

    class Meta:
        db_table = "customers_account_search"
        indexes = [GinIndex(fields=["words"], name="account_search_words")]

    def __str__(self) -> str:
        return f"search of {self.account_id}"
