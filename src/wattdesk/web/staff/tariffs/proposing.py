"""Proposing a tariff document: its text, the check report, then the proposal with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wattdesk.domains.tariffs import api as tariffs
from wattdesk.domains.tariffs.data import DocumentReport
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.faults import carry_out
from wattdesk.web.parts import Step
from wattdesk.web.staff.tariffs import examples, notice, texts, words
from wattdesk.web.staff.tariffs.forms import DocumentForm, ReasonForm
from wattdesk.web.staff.tariffs.pages import PROPOSE

AROUND = 3  # lines shown before and after a fault


@needs(PROPOSE)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """GET: the text, empty or of ``?from=`` a version. POST: checks it, then ``step=propose``."""
    if request.method == "GET":
        return _page(request, DocumentForm(initial={"text": _given_text(request)}))
    form = DocumentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = form.cleaned_data["document"]
    report = examples.report_of(text)
    # What was in the file now stands in the field, where it can be corrected.
    shown = DocumentForm(initial={"text": text})
    if request.POST.get("step") != "propose" or not report.ok:
        return _page(request, shown, report=report, text=text)
    reason = ReasonForm(request.POST)
    if reason.is_valid():
        by = access.act(request, reason.cleaned_data["reason"])
        made: list[tariffs.VersionInfo] = []
        if carry_out(reason, lambda: made.append(tariffs.propose(text, by=by))):
            messages.success(
                request,
                _("Version %(n)s is proposed. Another person has to release it.")
                % {"n": made[0].number},
            )
            return redirect("tariffs:version", made[0].id)
    return _page(request, shown, report=report, text=text, reason=reason, status=422)


def _given_text(request: HttpRequest) -> str:
    """The text to begin with: that of a version, or nothing."""
    wanted = request.GET.get("from", "")
    return tariffs.get_version(int(wanted)).text if wanted.isdigit() else ""


def _page(
    request: HttpRequest,
    form: DocumentForm,
    *,
    report: DocumentReport | None = None,
    text: str = "",
    reason: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    done, good = report is not None, bool(report and report.ok)
    steps = [
        Step(_("Text"), "done" if good else "now"),
        Step(_("Check"), "done" if good else "next"),
        Step(_("Reason and proposal"), "now" if good else "next"),
        Step(_("Release by another person"), "next"),
    ]
    context: dict[str, Any] = {"form": form, "steps": steps, "is_checked": done, "is_good": good}
    if report is not None:
        context |= _report_context(report, text) | {"reason": reason or ReasonForm()}
    return render(request, "tariffs/propose.html", context, status=status)


def _report_context(report: DocumentReport, text: str) -> dict[str, Any]:
    document = report.document
    failed = {e.line: e.differences for e in report.examples if not e.passed}
    faults = {fault.line: [f.sentence for f in report.faults if f.line == fault.line]
              for fault in report.faults}  # fmt: skip
    marked = {line: [*faults.get(line, ()), *failed.get(line, ())] for line in {*faults, *failed}}
    near = {n for line in marked for n in range(line - AROUND, line + AROUND + 1)}
    return {
        "report": report,
        "document": document,
        "unchecked": notice.unchecked(document) if document else [],
        "document_title": words.text(document.title) if document else "",
        "examples": examples.shown(document, report.examples) if document else [],
        "passed": sum(1 for example in report.examples if example.passed),
        "excerpt": [line for line in texts.lines(text, marked) if line.number in near],
    }
