"""Django's entry to the package."""

from django.apps import AppConfig


class MeteringConfig(AppConfig):
    """Meters, segments, readings, findings, imports."""

    name = "wattdesk.domains.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"
