"""Django's entry to the package."""

from django.apps import AppConfig


class PremisesConfig(AppConfig):
    """The premises domain as Django knows it."""

    name = "wattdesk.domains.premises"
    label = "premises"
    default_auto_field = "django.db.models.BigAutoField"
