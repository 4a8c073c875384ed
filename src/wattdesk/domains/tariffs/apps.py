"""Django's entry to the package."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """电价: see README.md."""

    name = "wattdesk.domains.tariffs"
    label = "tariffs"
    default_auto_field = "django.db.models.BigAutoField"
