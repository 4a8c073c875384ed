"""Django's entry to the package."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger domain's place among the installed applications."""

    name = "wattdesk.domains.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
