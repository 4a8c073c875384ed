from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "wattdesk.web"
    label = "web"

    def ready(self) -> None:
        from wattdesk.web import areas

        areas.load_providers()
