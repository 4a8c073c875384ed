"""Importing readings: choose profile and file, look at what was found, then write it or not."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wattdesk.domains.customers import api as customers
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Fault, ImportBatchInfo
from wattdesk.kernel.schedule.billing_dates import parse_month
from wattdesk.toolkit.errors import InvalidInput, NotFound
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.lists import export
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, DateFilter, TextFilter
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.metering import codes, preview, rosters
from wattdesk.web.staff.metering.forms import CommitForm, UploadForm

IMPORT = "metering.import"
VIEW = "metering.view"
CORRECT = "metering.correct"
SLACK = 1024 * 1024  # of a request beside its file: fields and boundaries
SHOWN_FAULTS = 200


def profile_titles() -> dict[str, str]:
    """Titles of the profiles by name."""
    return {profile.name: profile.title for profile in metering.list_profiles()}


class ImportList(ListView):
    """Every file that was checked, with its state, its person and what became of it."""

    key = "metering.imports"
    title = gettext_lazy("Imports of readings")
    noun = gettext_lazy("files")
    action = IMPORT
    values = ("pk", "file_name", "profile", "state", "rows", "error_count", "segment__code",
              "created_at", "created_by__name", "committed_at", "committed_by__name",
              "preview__sum_kwh")  # fmt: skip
    columns = (
        Column("batch", gettext_lazy("Batch"), "int", sort="pk"),
        Column("file", gettext_lazy("File")),
        Column("profile", gettext_lazy("Profile")),
        Column("segment", gettext_lazy("Segment")),
        Column("rows", gettext_lazy("Rows"), "int"),
        Column("sum", gettext_lazy("Sum"), "quantity", unit="kWh"),
        Column("faults", gettext_lazy("Faults"), "int"),
        Column("state", gettext_lazy("State"), "state"),
        Column("by", gettext_lazy("Checked by")),
        Column("at", gettext_lazy("Checked"), "moment", sort="created_at"),
        Column("committed_by", gettext_lazy("Written by"), is_shown=False),
        Column("committed_at", gettext_lazy("Written"), "moment"),
    )
    views = (
        OwnView(pgettext_lazy("imports", "All")),
        OwnView(gettext_lazy("Waiting to be written"), "state=CHECKED"),
        OwnView(pgettext_lazy("imports", "Refused"), "state=REFUSED"),
    )
    search = TextFilter(
        "q", gettext_lazy("File name"), "file_name", placeholder=gettext_lazy("Find a file")
    )
    filters = (
        ChoiceFilter(
            "state",
            gettext_lazy("State"),
            "state",
            choices=tuple((code, word) for code, (word, _tone) in codes.BATCH_STATES.items()),
        ),
        ChoiceFilter(
            "profile",
            gettext_lazy("Profile"),
            "profile",
            choices=lambda: list(profile_titles().items()),
        ),
        TextFilter("segment", gettext_lazy("Segment"), "segment__code", lookup="istartswith"),
        DateFilter("at", gettext_lazy("Checked"), "created_at"),
    )
    default_sort: ClassVar[str] = "-batch"
    template_name = "metering/import_list.html"

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return metering.batch_rows(access.scope(request, IMPORT))

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        titles = profile_titles()
        shown = []
        for row in found:
            url = reverse("metering:import_batch", args=[row["pk"]])
            word, tone = codes.named(codes.BATCH_STATES, row["state"])
            shown.append(
                Row(
                    row["pk"],
                    {
                        "batch": Cell(row["pk"], url),
                        "file": Cell(row["file_name"], url),
                        "profile": titles.get(row["profile"], row["profile"]),
                        "segment": row["segment__code"],
                        "rows": row["rows"],
                        "sum": preview.decimal_of(row["preview__sum_kwh"]),
                        "faults": row["error_count"] or None,
                        "state": Cell(word, tone=tone),
                        "by": row["created_by__name"],
                        "at": row["created_at"],
                        "committed_by": row["committed_by__name"],
                        "committed_at": row["committed_at"],
                    },
                    url,
                )
            )
        return shown


@csrf_exempt
@needs(IMPORT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a profile and a file. What is far too large is refused before any of it is read."""
    limit = settings.IMPORT_MAX_BYTES
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and length.isdigit() and int(length) > limit + SLACK:
        return _draw_new(request, UploadForm(None, **_choices(request)), too_large=int(length))
    return _protected_new(request)


@csrf_protect
def _protected_new(request: HttpRequest) -> HttpResponse:
    """The form behind the check of the size: only now the body is read."""
    form = UploadForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={
            "profile": request.GET.get("profile", "excel_template"),
            "segment": request.GET.get("segment", ""),
        },
        **_choices(request),
    )
    if request.method == "POST" and form.is_valid():
        batch = _check(request, form)
        return redirect("metering:import_batch", batch.id)
    return _draw_new(request, form)


def _choices(request: HttpRequest) -> dict[str, Any]:
    return {
        "profiles": metering.list_profiles(),
        "segments": metering.list_segments(scope=access.scope(request, IMPORT)),
    }


def _draw_new(request: HttpRequest, form: UploadForm, too_large: int | None = None) -> HttpResponse:
    megabyte = 1024 * 1024
    return render(
        request,
        "metering/import_new.html",
        {
            "form": form,
            "limit_mb": settings.IMPORT_MAX_BYTES // megabyte,
            "too_large_mb": too_large // megabyte if too_large else None,
            "month": fmt.month(access.today(request)),
        },
        status=413 if too_large else 422 if form.is_bound and form.errors else 200,
    )


def _check(request: HttpRequest, form: UploadForm) -> ImportBatchInfo:
    """Check the file; account numbers are looked up as of today, a segment limits the points."""
    code = form.cleaned_data["segment"] or None
    scope = access.scope(request, IMPORT)
    today = access.today(request)
    upload = form.cleaned_data["file"]
    with transaction.atomic():
        within = None
        if code:
            within = rosters.all_points(metering.get_segment(code, scope=scope), today)
        return metering.check_file(
            upload,
            form.cleaned_data["profile"],
            segment_code=code,
            file_name=upload.name,
            resolve=lambda numbers: customers.usage_points_of_accounts(numbers, today),
            within=within,
            scope=scope,
            by=access.act(request, _("import of %(file)s") % {"file": upload.name[:100]}),
        )


@needs(VIEW)
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One file: what it holds and would change, what is wrong with it, or what was written."""
    found = metering.get_batch(batch_id, scope=access.scope(request, VIEW))
    return _draw_batch(request, found, CommitForm())


def _draw_batch(
    request: HttpRequest, found: ImportBatchInfo, form: CommitForm, status: int = 200
) -> HttpResponse:
    rule = request.GET.get("rule", "")
    faults = [f for f in found.errors if not rule or f.rule == rule]
    word, tone = codes.named(codes.BATCH_STATES, found.state)
    segment = None
    if found.segment_id is not None:
        segment = metering.get_segment_by_id(found.segment_id)
    viewer = access.viewer(request)
    return render(
        request,
        "metering/import_batch.html",
        {
            "batch": found,
            "word": word,
            "tone": tone,
            "segment": segment,
            "profile": profile_titles().get(found.profile, found.profile),
            "figures": preview.figures(found),
            "first": preview.first_rows(found),
            "differences": preview.differences(found),
            "notes": found.preview.get("notes", ()),
            "steps": preview.steps(found),
            "form": form,
            "new": int(found.preview.get("new", 0)),
            "same": int(found.preview.get("same", 0)),
            "differing": int(found.preview.get("differing", 0)),
            "may_import": viewer.may(IMPORT),
            "may_correct": viewer.may(CORRECT),
            "faults": [
                (fault, codes.word(codes.IMPORT_RULES, fault.rule))
                for fault in faults[:SHOWN_FAULTS]
            ],
            "not_shown": max(len(faults) - SHOWN_FAULTS, 0),
            "kept": len(found.errors),
            "rules": preview.rules(found, rule),
            "rule": rule,
            "written": preview.written(found),
        },
        status=status,
    )


@needs(IMPORT)
@require_POST
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Write a checked file, whole or not at all; corrections need their own right and consent."""
    found = metering.get_batch(batch_id, scope=access.scope(request, IMPORT))
    form = CommitForm(request.POST)
    if not form.is_valid():
        return _draw_batch(request, found, form, status=422)
    takes_corrections = form.cleaned_data["take_corrections"]
    if takes_corrections:
        access.require(request, CORRECT)
        metering.get_batch(batch_id, scope=access.scope(request, CORRECT))
    by = access.act(request, form.cleaned_data["reason"])
    done = carry_out(
        form,
        lambda: metering.commit_batch(batch_id, allow_corrections=takes_corrections, by=by),
    )
    if not done:
        return _draw_batch(request, found, form, status=409)
    return redirect("metering:import_batch", batch_id)


FAULT_COLUMNS = (
    Column("row", gettext_lazy("Row"), "int"),
    Column("cell", gettext_lazy("Cell")),
    Column("column", gettext_lazy("Column")),
    Column("message", gettext_lazy("What is wrong")),
    Column("todo", gettext_lazy("What to do")),
    Column("rule", gettext_lazy("Rule")),
)


@needs(VIEW)
@require_GET
def faults(request: HttpRequest, batch_id: int) -> HttpResponse:
    """The kept faults of a refused file as a workbook, to be worked off beside the file."""
    found = metering.get_batch(batch_id, scope=access.scope(request, VIEW))
    rows = (Row(place, _fault_cells(fault)) for place, fault in enumerate(found.errors))
    with export.write(FAULT_COLUMNS, rows, _("Faults of batch %(n)s") % {"n": batch_id}) as book:
        return _workbook(book.read(), f"import-{batch_id}-faults.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=export.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _fault_cells(fault: Fault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "cell": fault.cell,
        "column": fault.column,
        "message": fault.message,
        "todo": fault.todo,
        "rule": fault.rule,
    }


@needs(IMPORT)
@require_GET
def template(request: HttpRequest, profile: str) -> HttpResponse:
    """The Excel template: empty, or with the meters of ``segment`` that are due in ``month``."""
    known = {p.name: p for p in metering.list_profiles()}
    if profile not in known or not known[profile].has_template:
        raise NotFound
    code, month_text = request.GET.get("segment", ""), request.GET.get("month", "")
    name = "wattdesk-readings.xlsx"
    if code:
        segment = metering.get_segment(code, scope=access.scope(request, IMPORT))
        try:
            month = parse_month(month_text) if month_text else access.today(request)
        except ValueError as wrong:
            raise InvalidInput({"month": [str(wrong)]}) from wrong
        day = month.replace(day=segment.reading_day)
        content = metering.write_template(rosters.due_points(segment, day), reading_date=day)
        name = f"readings-{code}-{fmt.day(day)}.xlsx"
    else:
        content = metering.write_template()
    return _workbook(content, name)
