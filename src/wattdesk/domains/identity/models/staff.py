"""Staff (员工): who signs in on the supplier's side."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class StaffManager(BaseUserManager["Staff"]):
    """Look-up by sign-in name; making staff is an operation, not a manager's method."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(username=username)


class Staff(AbstractBaseUser):
    """员工. No superuser exists: every right comes from a duty."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True)
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)  # asked for by single sign-on
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    class Meta:
        db_table = "identity_staff"

    def __str__(self) -> str:
        return f"{self.username} {self.name}"

    def get_username(self) -> str:
        return self.username

    # Django's own permission names are not used; its templates and tools ask for these.
    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class UsedPassword(models.Model):
    """Digest of a password that a person had: the latest few may not come back."""

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "identity_used_password"
        indexes = [models.Index(fields=["staff", "-set_at"], name="used_password_latest")]

    def __str__(self) -> str:
        return f"password of {self.staff_id} set at {self.set_at}"
