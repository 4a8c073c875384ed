"""Root of all addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("wattdesk.web.urls")),
]
