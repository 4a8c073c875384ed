"""Verifying the audit trail on demand: the result in words and figures."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.data import VerifyReport
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.parts import Figure
from wattdesk.web.staff.audit.trail import VIEW

SHOWN = 100


@needs(VIEW)
@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest) -> HttpResponse:
    """GET: what is verified; POST: reads every record and seal and tells what it found."""
    context: dict[str, Any] = {"report": None}
    if request.method == "POST":
        began = time.monotonic()
        report = audit.verify()
        context = result(report) | {
            "at": access.now(request),
            "took": _("%(n)s ms") % {"n": fmt.quantity(int((time.monotonic() - began) * 1000))},
        }
    return render(request, "audit/verification.html", context)


def result(report: VerifyReport) -> dict[str, Any]:
    """A report as the page shows it."""
    number = sum(report.counts.values())
    oldest = report.oldest_waiting_at
    figures = [
        Figure(_("Sealed records"), fmt.quantity(report.sealed),
               details=(_("%(n)s seals") % {"n": fmt.quantity(report.seals)},)),
        Figure(_("Waiting records"), fmt.quantity(report.waiting),
               details=(_("oldest %(at)s") % {"at": fmt.moment(oldest)},) if oldest
               else (_("everything is sealed"),)),
        Figure(_("Problems"), fmt.quantity(number), is_alarm=bool(number),
               details=(_("nothing is wrong") if not number else _("see below"),)),
        Figure(_("Heads outside the database"), fmt.quantity(report.heads),
               details=(_("one for each seal"),)),
        Figure(_("Unused numbers"), fmt.quantity(report.skipped),
               details=(_("work that was rolled back"),)),
    ]  # fmt: skip
    return {
        "report": report,
        "figures": figures,
        "number": number,
        "problems": [(fault.code.value, str(fault)) for fault in report.problems[:SHOWN]],
        "hidden": max(number - SHOWN, 0),
        "traces": _traces(report),
        "sentence": ngettext("%(n)s problem was found.", "%(n)s problems were found.", number)
        % {"n": fmt.quantity(number)},
    }


def _traces(report: VerifyReport) -> list[str]:
    """Traces of a crash, which the next sealing repairs."""
    found = []
    if report.torn_head:
        found.append(_("The last line of the file of heads is torn; the next seal repairs it."))
    if report.head_behind:
        found.append(_("The newest seal has no head yet; the next seal writes it."))
    return found
