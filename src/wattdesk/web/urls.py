"""Addresses of the staff's screens. Each area of ``areas.AREAS`` keeps its own under its name."""

from django.urls import URLPattern, URLResolver, include, path

from wattdesk.web import preferences
from wattdesk.web.areas import AREAS
from wattdesk.web.lists import views as lists

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("wattdesk.web.staff.workbench.urls")),
    path("search/", include("wattdesk.web.staff.search.urls")),
    path("", include("wattdesk.web.staff.signin.urls")),
    path("preferences/", preferences.save, name="preferences"),
    path("help/", preferences.help_page, name="help"),
    path("lists/views/", lists.save_view, name="save_view"),
    path("lists/views/<int:view_id>/delete/", lists.delete_view, name="delete_view"),
    *(path(f"{area}/", include(f"wattdesk.web.staff.{area}.urls")) for area in AREAS),
]
