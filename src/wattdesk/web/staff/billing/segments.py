"""Views of a month: its segments and runs, starting runs, rehearsing one."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from wattdesk.domains.billing import api as billing
from wattdesk.domains.identity import api as identity
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.schedule.billing_dates import add_months, parse_month
from wattdesk.toolkit.errors import NotFound, Problem
from wattdesk.usecases import monthly_billing
from wattdesk.web import access
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.staff.billing import links, months, prices, words, work

MOST_RUNS = 20_000
YEARS = range(1990, 2200)  # further away no month has a price, and dates run out


def asked_month(request: HttpRequest) -> date:
    """The month of the address, or the present one; what cannot be read counts as not given."""
    try:
        month = parse_month(request.GET.get("month", "") or request.POST.get("month", ""))
    except ValueError:
        return access.today(request).replace(day=1)
    return month if month.year in YEARS else access.today(request).replace(day=1)


def month_lines(request: HttpRequest, month: date) -> list[months.SegmentLine]:
    """The segments due in a month that this person may see, with their runs."""
    scope = access.scope(request, "segments.view")
    segments = metering.due_segments(month, scope=scope)
    return months.lines(
        segments,
        billing.list_runs(scope=scope, month=month, limit=MOST_RUNS),
        month=month,
        accounts=billing.segment_accounts([segment.id for segment in segments]),
        units={unit.id: str(unit) for unit in identity.list_units(scope)},
        now=access.now(request),
    )


@needs("segments.view")
@require_GET
def month_page(request: HttpRequest) -> HttpResponse:
    """The segments of a month: dates, accounts, state of the run, what is billed, deadline."""
    month = asked_month(request)
    found = month_lines(request, month)
    chosen = request.GET.get("state", "")
    shown = [line for line in found if not chosen or line.state == chosen]
    page = number_of(request, "page", 1)
    first = (page - 1) * months.PAGE
    with_money = access.viewer(request).may("billing.view")
    startable = [line for line in found if line.state == "NOT_STARTED"]
    return render(
        request,
        "billing/month.html",
        {
            "month": month,
            "before": links.month_page(add_months(month, -1)),
            "after": links.month_page(add_months(month, 1)),
            "figures": months.figures(found, access.now(request), with_money=with_money),
            "tabs": months.tabs(found, chosen),
            "chosen": chosen,
            "lines": shown[first : first + months.PAGE],
            "number": len(shown),
            "total": len(found),
            "pager": pager(len(shown), page, months.PAGE),
            "with_money": with_money,
            "may_run": access.viewer(request).may("billing.run"),
            "startable": len(startable),
            "start_url": links.link("billing:start", month=fmt.month(month), all=1),
        },
    )


@dataclass(frozen=True, slots=True)
class Pager:
    """Pages of a list that is short enough to be counted."""

    first: int
    last: int
    total: int
    previous: int | None
    next: int | None


def pager(total: int, page: int, size: int) -> Pager:
    """Where one is: rows ``first`` to ``last`` of ``total``, and the pages beside."""
    first = (page - 1) * size
    last = min(first + size, total)
    return Pager(
        min(first + 1, total), last, total, page - 1 or None, page + 1 if last < total else None
    )


def number_of(request: HttpRequest, name: str, fallback: int) -> int:
    """A positive number of the address; anything else counts as not given."""
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and 0 < int(text) < 10**9 else fallback


# --- starting ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class StartLine:
    """A segment that somebody wants to start: what it would hold, or why it cannot be."""

    code: str
    name: str
    plan: "billing.StartPlan | None"
    refusal: str = ""
    run_url: str = ""


@needs("billing.run")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """GET shows what would be started and what cannot be; POST starts it, each run by itself."""
    month = asked_month(request)
    if request.method == "POST":
        return _start(request, month, request.POST.getlist("segment"))
    wanted = _wanted(request, month)
    found = [_start_line(request, segment, month) for segment in wanted]
    return render(
        request,
        "billing/start.html",
        {
            "month": month,
            "back": links.month_page(month),
            "can": [line for line in found if line.plan],
            "cannot": [line for line in found if not line.plan],
            "accounts": sum(line.plan.accounts for line in found if line.plan),
        },
    )


def _wanted(request: HttpRequest, month: date) -> list["metering.Segment"]:
    scope = access.scope(request, "billing.run")
    if request.GET.get("all"):
        started = {
            run.segment_id
            for run in billing.list_runs(scope=scope, month=month, limit=MOST_RUNS)
            if run.state != "CANCELLED"
        }
        due = metering.due_segments(month, scope=scope)
        return [segment for segment in due if segment.id not in started]
    codes = request.GET.getlist("segment")
    return [metering.get_segment(code, scope=scope) for code in dict.fromkeys(codes)]


def _start_line(request: HttpRequest, segment: "metering.Segment", month: date) -> StartLine:
    try:
        plan = billing.check_start(segment.code, month, today=access.today(request))
    except Problem as problem:
        return StartLine(
            segment.code, segment.name, None, str(problem), _alive(segment.code, month)
        )
    return StartLine(segment.code, segment.name, plan)


def _alive(code: str, month: date) -> str:
    try:
        return links.link("billing:run", billing.latest_run(code, month))
    except NotFound:
        return ""


def _start(request: HttpRequest, month: date, codes: Sequence[str]) -> HttpResponse:
    """Start each segment in a transaction of its own: one that is refused stops no other."""
    scope = access.scope(request, "billing.run")
    started: list[int] = []
    for code in dict.fromkeys(codes):
        segment = metering.get_segment(code, scope=scope)
        try:
            started.append(_start_one(request, segment.code, month))
        except Problem as problem:
            messages.error(request, str(problem))
    if len(started) == 1 and len(codes) == 1:
        return redirect("billing:run", started[0])
    if started:
        messages.success(
            request,
            ngettext("%(number)s run started.", "%(number)s runs started.", len(started))
            % {"number": len(started)},
        )
    elif not codes:
        messages.warning(request, _("Nothing was chosen, nothing was started."))
    return redirect(links.month_page(month))


def _start_one(request: HttpRequest, code: str, month: date) -> int:
    today = access.today(request)
    with transaction.atomic():
        chunks = len(billing.check_start(code, month, today=today).bounds)
        run_id = monthly_billing.start(code, month, by=access.act(request), today=today)
        work.wake(work.CALCULATE, run_id, chunks=chunks)
    return run_id


# --- rehearsing ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run would give, by outcome: nothing of it was written."""

    outcomes: list[dict[str, object]]
    classes: list[dict[str, object]]
    accounts: int
    billed: int
    held: int
    not_due: int
    energy_kwh: Decimal
    amount_fen: int
    seconds: float


@needs("billing.run")
@require_GET
def rehearsal(request: HttpRequest, code: str) -> HttpResponse:
    """Calculate a segment's month without writing; the page asks for the result by itself."""
    segment = metering.get_segment(code, scope=access.scope(request, "billing.run"))
    month = asked_month(request)
    context = {
        "segment": segment,
        "month": month,
        "back": links.month_page(month),
        "start_url": links.link("billing:start", month=fmt.month(month), segment=code),
    }
    is_asked = access.is_part(request) or request.GET.get("now") == "1"
    if not is_asked:
        return render(request, "billing/rehearsal.html", context)
    try:
        context["found"] = rehearse(segment.code, month)
    except Problem as problem:
        context["refusal"] = str(problem)
    template = "rehearsal_result" if access.is_part(request) else "rehearsal"
    return render(request, f"billing/{template}.html", context)


def rehearse(code: str, month: date) -> Rehearsed:
    """Run the calculation and add it up by outcome and price class."""
    began = time.perf_counter()
    rows = monthly_billing.rehearse(code, month).accounts
    seconds = time.perf_counter() - began
    if rows.height == 0:
        return Rehearsed([], [], 0, 0, 0, 0, Decimal(0), 0, seconds)
    sums = [
        pl.len().alias("accounts"),
        pl.col("energy_e2").fill_null(0).sum(),
        pl.col("total_fen").fill_null(0).sum(),
    ]
    billed = rows.filter(pl.col("outcome") == "BILLED")
    numbers = dict(rows.group_by("outcome").len().iter_rows())
    by_outcome = rows.group_by("outcome", "hold_code").agg(sums).sort("outcome", "hold_code")
    by_class = billed.group_by("schedule_code").agg(sums).sort("schedule_code")
    names = prices.names()
    return Rehearsed(
        outcomes=[
            {
                "outcome": row["outcome"],
                "name": words.hold_name(row["hold_code"]) if row["hold_code"] else "",
                "accounts": row["accounts"],
            }
            for row in by_outcome.iter_rows(named=True)
        ],
        classes=[
            {
                "name": names.get(row["schedule_code"], row["schedule_code"]),
                "accounts": row["accounts"],
                "energy_kwh": Decimal(row["energy_e2"]).scaleb(-2),
                "amount_fen": row["total_fen"],
            }
            for row in by_class.iter_rows(named=True)
        ],
        accounts=rows.height,
        billed=numbers.get("BILLED", 0),
        held=numbers.get("HELD", 0),
        not_due=numbers.get("NOT_DUE", 0),
        energy_kwh=Decimal(int(billed["energy_e2"].sum())).scaleb(-2),
        amount_fen=int(billed["total_fen"].sum()),
        seconds=seconds,
    )
