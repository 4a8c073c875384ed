"""Rights: role × unit subtree × action."""

from django.db import models

from wattdesk.toolkit.fields import PeriodField, no_overlap


class Role(models.Model):
    """角色 (业务角色), e.g. BILLING_OFFICER 核算员."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)

    class Meta:
        db_table = "identity_role"

    def __str__(self) -> str:
        return self.code


class RoleAction(models.Model):
    """One action that a role may do; actions are named by the domains: ``billing.release``."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="actions")
    action = models.CharField(max_length=60)

    class Meta:
        db_table = "identity_role_action"
        constraints = [models.UniqueConstraint(fields=["role", "action"], name="role_action_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.action}"


class Duty(models.Model):
    """任职: a person holds a role for a unit and everything below it, from–to."""

    staff = models.ForeignKey("identity.Staff", models.PROTECT, related_name="duties")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    period = PeriodField()

    class Meta:
        db_table = "identity_duty"
        constraints = [no_overlap("duty_no_overlap", "staff_id", "role_id", "unit_id")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role_id} {self.unit_id} {self.period}"
