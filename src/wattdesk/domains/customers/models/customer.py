"""Customers (客户): persons and bodies, and how to reach them."""

from django.db import models
from django.db.models import Q

from wattdesk.toolkit.history import RecordedAtField, keep_history


@keep_history("customers_customer")
class Customer(models.Model):
    """客户 (IEC CIM Customer). Personal data: name, identity number."""

    class Kind(models.TextChoices):
        PERSON = "PERSON"  # 自然人
        ENTERPRISE = "ENTERPRISE"  # 企业法人
        INSTITUTION = "INSTITUTION"  # 事业单位
        SOCIAL_GROUP = "SOCIAL_GROUP"  # 社会团体
        GOVERNMENT = "GOVERNMENT"  # 政府机关
        SOLE_TRADER = "SOLE_TRADER"  # 个体工商户

    class IdKind(models.TextChoices):
        ID_CARD = "ID_CARD"  # 居民身份证
        UNIFIED_CREDIT_CODE = "UNIFIED_CREDIT_CODE"  # 统一社会信用代码
        PASSPORT = "PASSPORT"  # 护照
        OTHER = "OTHER"  # 其他有效证件

    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=240)  # full pinyin, for sorting
    id_kind = models.CharField(max_length=20, choices=IdKind.choices, blank=True)
    id_number = models.CharField(max_length=30, blank=True)
    industry = models.CharField(max_length=40, blank=True)
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_customer"
        indexes = [
            # The same person under several names, the same body under several numbers.
            models.Index(
                fields=["id_number"], condition=~Q(id_number=""), name="customer_id_number"
            ),
        ]

    def __str__(self) -> str:
        return f"customer {self.pk}"


@keep_history("customers_contact_phone")
class ContactPhone(models.Model):
    """联系电话 with what it is for and when it was last confirmed. Personal data."""

    class Purpose(models.TextChoices):
        GENERAL = "GENERAL"
        BILLING = "BILLING"
        ELECTRICAL = "ELECTRICAL"  # 电气主管
        NIGHT = "NIGHT"  # 夜间值班

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="phones")
    phone = models.CharField(max_length=20)
    person = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    confirmed_on = models.DateField(null=True)
    failed_on = models.DateField(null=True)
    recorded_at = RecordedAtField()

    class Meta:
        db_table = "customers_contact_phone"
        # The search looks for whole numbers and their heads.
        indexes = [
            models.Index(
                fields=["phone"], name="contact_phone_head", opclasses=["varchar_pattern_ops"]
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "phone", "purpose"], name="contact_phone_once"
            )
        ]

    def __str__(self) -> str:
        return f"phone {self.pk}"
