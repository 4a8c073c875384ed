"""Django's entry to the package."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit domain (审计)."""

    name = "wattdesk.domains.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
