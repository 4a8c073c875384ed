"""Rights: role × unit subtree × action."""

from django.db import models
from django.db.models import F, Q

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
    """任职: a person holds a role for a unit and everything below it, from–to.

    Rights need two people: a duty given by a person (``given_by``) is not in force until another
    person, who does not receive it either, has confirmed it. One given by the system itself (the
    command line at set-up) has no giver and is in force at once.
    """

    staff = models.ForeignKey("identity.Staff", models.PROTECT, related_name="duties")
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey("identity.Unit", models.PROTECT, related_name="+")
    period = PeriodField()
    given_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey("identity.Staff", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_duty"
        constraints = [
            no_overlap("duty_no_overlap", "staff_id", "role_id", "unit_id"),
            models.CheckConstraint(
                name="duty_confirmed_by_another",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, given_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("given_by"))
                    & ~Q(confirmed_by=F("staff"))
                ),
            ),
            models.CheckConstraint(
                name="duty_not_given_to_oneself",
                condition=Q(given_by__isnull=True) | ~Q(given_by=F("staff")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role_id} {self.unit_id} {self.period}"
