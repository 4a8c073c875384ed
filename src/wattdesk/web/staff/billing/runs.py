"""Views of one run: its page, its progress, and what people do with it."""

from datetime import timedelta
from typing import Any

import polars as pl
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wattdesk.domains.audit import api as audit
from wattdesk.domains.billing import api as billing
from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import FindingFilter
from wattdesk.usecases import monthly_billing
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.staff.billing import (
    links,
    months,
    people,
    prices,
    printing,
    progress,
    releasing,
    run_figures,
    run_parts,
    words,
    work,
)
from wattdesk.web.staff.billing.segments import number_of, pager

FIRST_HOLDS = 10
HOLDS_A_PAGE = 50
ENTRIES = 400
EVENTS = 30
MOST_OTHERS = 6
# Above this the parts of the held accounts are all parts of the run anyway.
MOST_HELD = 200


def status_of(request: HttpRequest, run_id: int, action: str) -> "billing.RunStatus":
    """The run, where this person may do ``action``; else NotFound."""
    return billing.get_run(run_id, scope=access.scope(request, action))


def rights_in(request: HttpRequest, status: "billing.RunStatus") -> releasing.Rights:
    """What this person may do with this run."""
    viewer = access.viewer(request)
    path = identity.get_unit(status.unit_id).path
    return releasing.Rights(
        staff_id=viewer.staff.pk,
        run=viewer.scope("billing.run").covers(path),
        propose=viewer.scope("billing.propose").covers(path),
        release=viewer.scope("billing.release").covers(path),
        cancel=viewer.scope("billing.cancel").covers(path),
    )


# --- the page ------------------------------------------------------------------------------------
@needs("billing.view")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One segment and month from reading to release (screens.md 4)."""
    status = status_of(request, run_id, "billing.view")
    entries = audit.timeline(f"run:{run_id}", limit=ENTRIES)
    reviewed = billing.reviewed_lists(run_id)
    _missing, missing = billing.missing_accounts(run_id, limit=0)
    counts = {**dict(billing.review_lists(run_id)), "MISSING": missing}
    lists = run_parts.review_lines(status, counts, reviewed)
    holds = billing.hold_sums(run_id)
    rights = rights_in(request, status)
    failed = billing.failed_chunks(run_id)
    context = {
        **head(request, status),
        **moving(request, status, entries, lists),
        "figures": run_figures.figures(
            status, billing.earlier_figures(run_id), holds=holds, missing=missing
        ),
        "holds": hold_lines(request, status, limit=FIRST_HOLDS),
        "hold_tabs": run_parts.hold_tabs(holds, run_id, ""),
        "more_holds": max(status.held - FIRST_HOLDS, 0),
        "findings_url": findings_url(request, status),
        "lists": lists,
        "next_list": next((line for line in lists if line.is_next), None),
        "counts": counts,
        "classes": run_figures.class_lines(billing.class_summary(run_id), prices.names()),
        "buckets": run_figures.buckets(billing.change_histogram(run_id), run_id),
        "panel": releasing.panel(
            status,
            rights,
            names=_names(request, status),
            open_lists=sum(1 for line in lists if not line.is_done),
            failed=sum(1 for chunk in failed if chunk.is_given_up),
        ),
        "rights": rights,
        "failed": failed,
        "events": run_parts.events(entries)[:EVENTS],
        "others": others(request, status),
        "can_recalculate": status.state in {"REVIEW", "PROPOSED"} or bool(failed),
        "can_cancel": status.state in {"CALCULATING", "REVIEW", "PROPOSED"},
        "review_words": _("%(done)s / %(all)s lists")
        % {"done": sum(1 for line in lists if line.is_done), "all": len(lists)},
        **(printing.context(request, status) if status.state == "RELEASED" else {}),
    }
    return render(request, "billing/run.html", context)


def head(request: HttpRequest, status: "billing.RunStatus") -> dict[str, Any]:
    """What the head of the run's pages shows."""
    deadline = billing.release_deadline(status.reading_date)
    return {
        "status": status,
        "unit": people.unit(status.unit_id, status.unit_name),
        "state_words": words.run_state(status.state)[0],
        "state_tone": words.run_state(status.state)[1],
        "days": (status.to_date - status.from_date).days,
        "deadline": deadline,
        "used_share": months.used_share(status.reading_date, deadline, access.now(request)),
        "is_open": status.state not in {"RELEASED", "CANCELLED"},
        "month_url": links.month_page(status.receivable_month),
        "month_title": months.title(status.receivable_month),
        "part_words": _("part %(number)s") % {"number": status.sequence},
        "held_words": _("held %(number)s") % {"number": fmt.quantity(status.held)},
        "held_title": ngettext("Held: %(number)s account", "Held: %(number)s accounts", status.held)
        % {"number": fmt.quantity(status.held)},
        "late_charge": status.due_date + timedelta(days=1),
        "is_past_due": status.due_date <= access.today(request),
    }


def findings_url(request: HttpRequest, status: "billing.RunStatus") -> str:
    """Where the findings that hold accounts are decided, for people who decide them."""
    if not access.viewer(request).may("metering.decide"):
        return ""
    return links.findings(status.segment_code, status.from_date, status.to_date, holding=True)


def below(status: "billing.RunStatus") -> dict[str, Any]:
    """The way back to the run, for the pages below it."""
    return {
        "run_url": links.link("billing:run", status.run_id),
        "run_title": f"{status.segment_name} {status.segment_code}",
    }


def others(request: HttpRequest, status: "billing.RunStatus") -> list[run_figures.OtherRun]:
    """The runs in work that this person sees, this one among them."""
    rows = billing.list_runs(
        scope=access.scope(request, "billing.view"), states=months.IN_WORK, limit=MOST_OTHERS
    )
    return [run_figures.other_run(row, status.run_id) for row in rows]


def moving(
    request: HttpRequest,
    status: "billing.RunStatus",
    entries: list[Any],
    lists: list[run_parts.ReviewLine],
) -> dict[str, Any]:
    """What the progress panel shows."""
    task = work.CALCULATE if status.state == "CALCULATING" else work.POST
    queued = work.queued(task, status.run_id) if status.state in progress.MOVING else None
    return {
        "stages": progress.stages(
            status,
            findings=_findings(status),
            reviewed=sum(1 for line in lists if line.is_done),
            to_review=len(lists),
        ),
        "pace": progress.pace(
            status,
            began=run_parts.begun(entries, status),
            now=access.now(request),
            queued=queued,
        )
        if queued
        else None,
        "not_due": _not_due_words(status),
        "ties_out": status.accounts == status.billed + status.held + status.not_due,
    }


def _findings(status: "billing.RunStatus") -> list["metering.FindingCount"]:
    return metering.count_findings(
        FindingFilter(
            segment_id=status.segment_id, from_date=status.from_date, to_date=status.to_date
        )
    )


def _not_due_words(status: "billing.RunStatus") -> str:
    if not status.not_due:
        return ""
    return _("not due: opened after, or closed before, this period")


def _names(request: HttpRequest, status: "billing.RunStatus") -> dict[int, str]:
    ids = {status.started_by_id, status.proposed_by_id, status.released_by_id}
    return {key: people.colleague(request, key) for key in ids if key}


def hold_lines(
    request: HttpRequest,
    status: "billing.RunStatus",
    *,
    codes: tuple[str, ...] = (),
    offset: int = 0,
    limit: int = HOLDS_A_PAGE,
) -> list[run_parts.HoldLine]:
    """Holds of a run with the names of their accounts and the findings behind them."""
    holds = billing.holds_of(status.run_id, codes=codes, offset=offset, limit=limit)
    parties = people.parties(request, [hold.account_id for hold in holds], status.to_date)
    found = _findings_of(status, [party.number for party in parties.values()])
    return run_parts.hold_lines(holds, parties, found, status, sees=access.viewer(request).may)


def _findings_of(
    status: "billing.RunStatus", numbers: list[str]
) -> dict[tuple[str, str], "metering.FindingInfo"]:
    """The findings that hold these accounts, by account number and code."""
    if not numbers:
        return {}
    points = customers.usage_points_of_accounts(
        pl.Series(numbers, dtype=pl.String), status.to_date - timedelta(days=1)
    )
    number_of_point = dict(
        points.drop_nulls("usage_point_id").select("usage_point_id", "number").iter_rows()
    )
    page = metering.list_findings(
        FindingFilter(
            segment_id=status.segment_id,
            from_date=status.from_date,
            to_date=status.to_date,
            holding=True,
            usage_point_ids=tuple(number_of_point),
        ),
        limit=4 * HOLDS_A_PAGE,
    )
    return {
        (number_of_point[row.usage_point_id], row.code): row
        for row in page.rows
        if row.usage_point_id in number_of_point
    }


@needs("billing.view")
@require_GET
def run_progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The progress panel, which asks for itself while the run moves; the end reloads the page."""
    status = status_of(request, run_id, "billing.view")
    if status.state not in progress.MOVING or request.GET.get("state") != status.state:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    entries = audit.timeline(f"run:{run_id}", limit=20)
    context = {
        "status": status,
        "rights": rights_in(request, status),
        **moving(request, status, entries, []),
    }
    return render(request, "billing/progress.html", context)


@needs("billing.view")
@require_GET
def held(request: HttpRequest, run_id: int) -> HttpResponse:
    """All held accounts of a run, by amount, page by page, under a heading if one is chosen."""
    status = status_of(request, run_id, "billing.view")
    holds = billing.hold_sums(run_id)
    group, code = request.GET.get("group", ""), request.GET.get("code", "")
    present = {hold.code: hold for hold in holds}
    codes = (code,) if code in present else words.codes_of(group, present) if group else ()
    chosen = [hold for hold in holds if not codes or hold.code in codes]
    total = sum(hold.accounts for hold in chosen)
    page = number_of(request, "page", 1)
    return render(
        request,
        "billing/held.html",
        {
            **head(request, status),
            **below(status),
            "title": _("Held accounts"),
            "holds": hold_lines(request, status, codes=codes, offset=(page - 1) * HOLDS_A_PAGE),
            "hold_tabs": run_parts.hold_tabs(holds, run_id, group),
            "codes": [
                (hold.code, words.hold_name(hold.code), hold.accounts, hold.code == code)
                for hold in holds
            ],
            "total": total,
            "amount_fen": sum(hold.amount_fen for hold in chosen),
            "pager": pager(total, page, HOLDS_A_PAGE),
            "findings_url": findings_url(request, status),
            "rights": rights_in(request, status),
        },
    )


# --- what people do with it ----------------------------------------------------------------------
@needs("billing.run")
@require_POST
def recalculate(request: HttpRequest, run_id: int) -> HttpResponse:
    """Calculate again after decisions: the parts of the held accounts, or all."""
    status = status_of(request, run_id, "billing.run")
    accounts: list[int] | None = None
    if request.POST.get("which") == "held":
        accounts = billing.held_accounts(run_id)
        if len(accounts) > MOST_HELD:
            accounts = None
    with transaction.atomic():
        chunks = billing.recalculate(run_id, account_ids=accounts, by=access.act(request))
        work.wake(work.CALCULATE, run_id, chunks=chunks)
    messages.info(
        request,
        ngettext(
            "%(number)s part of %(all)s is calculated again.",
            "%(number)s parts of %(all)s are calculated again.",
            chunks,
        )
        % {"number": chunks, "all": status.chunks},
    )
    return redirect("billing:run", run_id)


@needs("billing.run")
@require_POST
def go_on(request: HttpRequest, run_id: int) -> HttpResponse:
    """Wake the workers for a run that nobody works on; what is done stays done."""
    status = status_of(request, run_id, "billing.run")
    if status.state in progress.MOVING:
        task = work.CALCULATE if status.state == "CALCULATING" else work.POST
        with transaction.atomic():
            work.wake(task, run_id, chunks=status.chunks)
        messages.info(request, _("The run goes on where it stopped."))
    return redirect("billing:run", run_id)


@needs("billing.propose")
@require_POST
def propose(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say that the drafts are right."""
    status_of(request, run_id, "billing.propose")
    monthly_billing.propose(run_id, by=access.act(request, _reason(request)))
    messages.success(
        request, _("The release is proposed. Another person with that right has to sign it.")
    )
    return redirect("billing:run", run_id)


@needs("billing.view")
@require_POST
def withdraw(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take a proposal back (its proposer) or send it back (the second person), with a reason."""
    status = status_of(request, run_id, "billing.view")
    rights = rights_in(request, status)
    is_own = rights.propose and rights.staff_id == status.proposed_by_id
    if not (rights.release or is_own):
        raise identity.ActionMissing(action=identity.action_words("billing.release"))
    with transaction.atomic():
        billing.withdraw_proposal(run_id, by=access.act(request, _reason(request)))
    messages.info(request, _("The proposal is taken back; the drafts are as they were."))
    return redirect("billing:run", run_id)


@needs("billing.release")
@require_POST
def sign(request: HttpRequest, run_id: int) -> HttpResponse:
    """The second person's signature; workers then post the bills."""
    status = status_of(request, run_id, "billing.release")
    with transaction.atomic():
        monthly_billing.sign(run_id, by=access.act(request, _reason(request)))
        work.wake(work.POST, run_id, chunks=status.chunks)
    return redirect("billing:run", run_id)


@needs("billing.cancel")
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    """Give up a run that is not released, with a reason."""
    status_of(request, run_id, "billing.cancel")
    with transaction.atomic():
        billing.cancel_run(run_id, by=access.act(request, _reason(request)))
    messages.info(request, _("The run is given up; its month is free to be started again."))
    return redirect("billing:run", run_id)


def _reason(request: HttpRequest) -> str:
    return " ".join(request.POST.get("reason", "").split())[:400]
