"""Views of a run's bills as one file: queue it, watch it, fetch it."""

from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import api as billing
from wattdesk.toolkit.errors import NotFound, StateConflict
from wattdesk.usecases import run_printing
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.staff.billing import people, work

LANGUAGES = {"zh-hans": _("in Chinese"), "en": _("in English")}


class NotReleased(StateConflict):
    """Only released bills are printed into one file."""

    code = "billing.not_released"
    message = _("The bills of a run are printed once the run is released.")


@dataclass(frozen=True, slots=True)
class PrintState:
    """One file of a run: not made, being made, or there."""

    language: str
    words: str
    is_there: bool
    is_moving: bool
    done: int
    total: int
    size: int
    url: str

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def states(status: "billing.RunStatus") -> list[PrintState]:
    """The files of a released run, one for each language."""
    return [_state(status, language) for language in LANGUAGES]


def _state(status: "billing.RunStatus", language: str) -> PrintState:
    made = run_printing.state(status.run_id, language)
    moving = False
    if not made.is_there:
        moving = not work.queued(work.PRINT, status.run_id, language=language).is_nobody
    return PrintState(
        language=language,
        words=str(LANGUAGES[language]),
        is_there=made.is_there,
        is_moving=moving,
        done=made.done,
        total=status.billed,
        size=made.size,
        url=reverse("billing:run_pdf", args=[status.run_id, language]),
    )


def _released(request: HttpRequest, run_id: int) -> "billing.RunStatus":
    """A released run whose customers' names this person may see."""
    access.require(request, people.SEE_NAMES)
    status = billing.get_run(run_id, scope=access.scope(request, "billing.view"))
    if status.state != "RELEASED":
        raise NotReleased
    return status


@needs("billing.view")
@require_POST
def print_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Queue the printing of a run; what is being made or there is not queued again."""
    status = _released(request, run_id)
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise NotFound
    state = _state(status, language)
    if not (state.is_there or state.is_moving or status.billed == 0):
        with transaction.atomic():
            audit.record(
                by=access.act(request),
                action="billing.run.print",
                subjects=[f"run:{run_id}"],
                unit_id=status.unit_id,
                after={"language": language, "bills": status.billed},
            )
            work.wake_printer(run_id, language)
    if access.is_part(request):
        return prints(request, run_id)
    return redirect(f"{reverse('billing:run', args=[run_id])}#prints")


@needs("billing.view")
def prints(request: HttpRequest, run_id: int) -> HttpResponse:
    """The panel of files, which asks for itself while one is being made."""
    status = billing.get_run(run_id, scope=access.scope(request, "billing.view"))
    return render(request, "billing/prints.html", {"status": status, **context(request, status)})


def context(request: HttpRequest, status: "billing.RunStatus") -> dict[str, Any]:
    """What the panel of files needs."""
    files = states(status)
    return {
        "prints": files,
        "is_printing": any(file.is_moving for file in files),
        "may_print": people.sees_names(request),
    }


@needs("billing.view")
@require_GET
def run_pdf(request: HttpRequest, run_id: int, language: str) -> HttpResponse:
    """The file with all bills of a run."""
    status = _released(request, run_id)
    if language not in LANGUAGES or not run_printing.state(run_id, language).is_there:
        raise NotFound
    name = f"{status.segment_code}-{status.receivable_month:%Y-%m}-{status.sequence}-{language}.pdf"
    file = FileResponse(
        run_printing.path_of(run_id, language).open("rb"),
        as_attachment=True,
        filename=name,
        content_type="application/pdf",
    )
    return cast("HttpResponse", file)  # streamed: only its base is shared with other answers
