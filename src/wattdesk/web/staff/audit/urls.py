"""Addresses under /audit/: audit trail."""

from django.urls import URLPattern, URLResolver, path

from wattdesk.web.staff.audit import trail, verification

app_name = "audit"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", trail.Trail.as_view(), name="trail"),
    path("unmaskings/", trail.Unmaskings.as_view(), name="unmaskings"),
    path("verification/", verification.verification, name="verification"),
    path("<int:record_id>/", trail.record, name="record"),
]
