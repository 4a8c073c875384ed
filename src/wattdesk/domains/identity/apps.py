"""Django's entry to the package."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """The identity domain (单位、员工与权限)."""

    name = "wattdesk.domains.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
