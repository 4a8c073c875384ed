"""Django's entry to the package."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """The billing domain as Django knows it."""

    name = "wattdesk.domains.billing"
    label = "billing"
    default_auto_field = "django.db.models.BigAutoField"
