from django.apps import AppConfig


class PremisesConfig(AppConfig):
    name = "wattdesk.domains.premises"
    label = "premises"
    default_auto_field = "django.db.models.BigAutoField"
