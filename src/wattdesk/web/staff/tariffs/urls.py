"""Addresses under /tariffs/: tariff documents."""

from django.urls import URLPattern, URLResolver, path

from wattdesk.web.staff.tariffs import pages, proposing

app_name = "tariffs"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.tariff_list, name="tariff_list"),
    path("propose/", proposing.propose, name="propose"),
    path("<int:version_id>/", pages.version, name="version"),
    path("<int:version_id>/text/", pages.text, name="text"),
    path("<int:version_id>/changes/", pages.changes, name="changes"),
    path("<int:version_id>/decide/", pages.decide, name="decide"),
]
