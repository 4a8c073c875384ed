"""Addresses under /billing/: runs and bills."""

from django.urls import URLPattern, URLResolver, path

from wattdesk.web.staff.billing import bills, drafts, printing, runs, segments

app_name = "billing"
urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/", segments.month_page, name="segment_list"),
    path("runs/start/", segments.start, name="start"),
    path("runs/rehearsal/<str:code>/", segments.rehearsal, name="rehearsal"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/progress/", runs.run_progress, name="run_progress"),
    path("runs/<int:run_id>/held/", runs.held, name="held"),
    path("runs/<int:run_id>/recalculate/", runs.recalculate, name="recalculate"),
    path("runs/<int:run_id>/continue/", runs.go_on, name="go_on"),
    path("runs/<int:run_id>/propose/", runs.propose, name="propose"),
    path("runs/<int:run_id>/withdraw/", runs.withdraw, name="withdraw"),
    path("runs/<int:run_id>/sign/", runs.sign, name="sign"),
    path("runs/<int:run_id>/cancel/", runs.cancel, name="cancel"),
    path("runs/<int:run_id>/lists/<str:name>/", drafts.draft_list, name="draft_list"),
    path("runs/<int:run_id>/missing/", drafts.missing, name="missing"),
    path("runs/<int:run_id>/drafts/<int:account_id>/", drafts.draft, name="draft"),
    path("runs/<int:run_id>/print/", printing.print_run, name="print_run"),
    path("runs/<int:run_id>/prints/", printing.prints, name="prints"),
    path("runs/<int:run_id>/<str:language>.pdf", printing.run_pdf, name="run_pdf"),
    path("bills/", bills.BillList.as_view(), name="bill_list"),
    path("bills/<int:bill_id>/", bills.bill, name="bill"),
    path("bills/<int:bill_id>/<str:language>.pdf", bills.bill_pdf, name="bill_pdf"),
]
