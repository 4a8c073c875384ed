from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "wattdesk.web"
    label = "web"
