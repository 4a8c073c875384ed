from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "wattdesk.domains.metering"
    label = "metering"
    default_auto_field = "django.db.models.BigAutoField"
