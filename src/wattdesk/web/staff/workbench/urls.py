"""Addresses of the first page and of what its parts fetch."""

from django.urls import path

from wattdesk.web.staff.workbench import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("notices/", views.notices, name="notices"),
]
