"""Addresses under /metering/: segments, imports, findings, meters."""

from django.urls import path

from wattdesk.web.staff.metering import findings, imports, meters, segments

app_name = "metering"
urlpatterns = [
    path("imports/", imports.ImportList.as_view(), name="import_list"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/templates/<slug:profile>.xlsx", imports.template, name="template"),
    path("imports/<int:batch_id>/", imports.batch, name="import_batch"),
    path("imports/<int:batch_id>/commit/", imports.commit, name="import_commit"),
    path("imports/<int:batch_id>/faults.xlsx", imports.faults, name="import_faults"),
    path("findings/", findings.FindingList.as_view(), name="finding_list"),
    path("findings/<int:finding_id>/decide/", findings.decide, name="decide"),
    path("segments/", segments.segment_list, name="segment_list"),
    path("segments/<str:code>/", segments.segment_page, name="segment_page"),
    path("meters/<str:number>/", meters.meter, name="meter"),
    path(
        "meters/<str:number>/readings/<int:reading_id>/correct/",
        meters.correct,
        name="correct_reading",
    ),
]
