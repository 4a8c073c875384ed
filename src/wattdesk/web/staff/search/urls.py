"""Address of the one search box."""

from django.urls import path

from wattdesk.web.staff.search import views

urlpatterns = [path("", views.search, name="search")]
