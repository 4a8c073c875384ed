"""Accounts (户): what is billed; with its points, its parties, and its place in the search."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from wattdesk.toolkit.fields import PeriodField, QuantityField, no_overlap
from wattdesk.toolkit.history import RecordedAtField, keep_history


@keep_history("customers_account")
class Account(models.Model):
    """用户 (户号; IEC CIM CustomerAccount). The holder is who has the agreement."""

    class State(models.TextChoices):
        ACTIVE = "ACTIVE"  # 正式用电
        STOPPED = "STOPPED"  # 停电
        CLOSED = "CLOSED"  # 销户

    number = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    # db_index=False: the index below leads with the segment
    segment = models.ForeignKey(
        "metering.ReadingSegment", models.PROTECT, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, choices=State.choices)
    opened_date = models.DateField()
    closed_date = models.DateField(null=True)
    manager = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    paper_file = models.CharField(max_length=40, blank=True)  # 纸质档案号 (R-CUST-01)
    note = models.CharField(max_length=400, blank=True)  # what the next colleague must know
    recorded_at = RecordedAtField()

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


@keep_history("customers_account_usage_point")
class AccountUsagePoint(models.Model):
    """Which usage points an account is billed for, from–to."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="points")
    usage_point = models.ForeignKey("premises.UsagePoint", models.PROTECT, related_name="+")
    period = PeriodField()
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_account_usage_point"
        constraints = [no_overlap("usage_point_one_account", "usage_point_id")]

    def __str__(self) -> str:
        return f"{self.account_id} uses {self.usage_point_id} {self.period}"


@keep_history("customers_account_party")
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
    recorded_at = RecordedAtField()

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


@keep_history("customers_load_profile")
class LoadProfile(models.Model):
    """用电特征 (R-CUST-02): what the account uses power for, how much depends on it."""

    class Use(models.TextChoices):
        RESIDENTIAL = "RESIDENTIAL"  # 居民生活
        COMMERCIAL = "COMMERCIAL"  # 商业服务
        INDUSTRIAL = "INDUSTRIAL"  # 工业
        AGRICULTURE = "AGRICULTURE"  # 农业生产
        PUBLIC = "PUBLIC"  # 公共事业

    class Hours(models.TextChoices):
        HOUSEHOLD = "HOUSEHOLD"
        DAYTIME = "DAYTIME"  # 一班
        TWO_SHIFTS = "TWO_SHIFTS"
        CONTINUOUS = "CONTINUOUS"  # 三班 / 连续生产
        SEASONAL = "SEASONAL"

    class Dependence(models.TextChoices):
        NORMAL = "NORMAL"
        LIFE_SUPPORT = "LIFE_SUPPORT"  # 家中有生命支持设备
        IMPORTANT_2 = "IMPORTANT_2"  # 二级重要用户
        IMPORTANT_1 = "IMPORTANT_1"  # 一级重要用户
        IMPORTANT_TOP = "IMPORTANT_TOP"  # 特级重要用户

    class Backup(models.TextChoices):
        NONE = "NONE"
        SECOND_FEEDER = "SECOND_FEEDER"
        GENERATOR = "GENERATOR"
        STORAGE = "STORAGE"

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="+")
    use = models.CharField(max_length=12, choices=Use.choices)
    hours = models.CharField(max_length=12, choices=Hours.choices)
    dependence = models.CharField(
        max_length=14, choices=Dependence.choices, default=Dependence.NORMAL
    )
    backup = models.CharField(max_length=14, choices=Backup.choices, default=Backup.NONE)
    load_kw = QuantityField(null=True)
    backup_kw = QuantityField(null=True)
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_load_profile"
        constraints = [
            models.CheckConstraint(
                name="load_profile_not_negative",
                condition=(Q(load_kw__isnull=True) | Q(load_kw__gte=0))
                & (Q(backup_kw__isnull=True) | Q(backup_kw__gte=0)),
            )
        ]

    def __str__(self) -> str:
        return f"load profile of {self.account_id}"


class AccountSearch(models.Model):
    """What the one search box looks in: bigrams, pinyin, numbers, phones of an account.

    Made from the archive, never typed: losing it loses nothing (``rebuild_search``).
    """

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    unit_path = models.CharField(max_length=200)
    words = SearchVectorField()

    class Meta:
        db_table = "customers_account_search"
        indexes = [GinIndex(fields=["words"], name="account_search_words")]

    def __str__(self) -> str:
        return f"search of {self.account_id}"
