"""Django's entry to the package."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The customers domain as Django knows it."""

    name = "wattdesk.domains.customers"
    label = "customers"
    default_auto_field = "django.db.models.BigAutoField"
