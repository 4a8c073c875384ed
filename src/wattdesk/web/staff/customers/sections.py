"""The sections of an account's page: each has an address, a tab and a template of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wattdesk.domains.audit import api as audit
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.web.access import needs
from wattdesk.web.staff.customers import events, facts, use
from wattdesk.web.staff.customers.page import (
    METERS,
    MONEY,
    MOST_BILLS,
    VIEW,
    AccountPage,
    open_page,
)

SHOWN_BILLS = 6
SHOWN_EVENTS = 8
EVENTS_A_PAGE = 50
LONGEST_ID = 19  # digits of the largest key, and one
MOST_POINTS = 20  # of an account on one page; the largest customers have some


def histories_of(page: AccountPage) -> use.Histories:
    """Use of the account's points over the last two years."""
    points = page.view.usage_point_ids[:MOST_POINTS]
    if not page.sees_meters or not points:
        return {}
    return metering.usage_histories(points, until=page.today, months=26)


def use_context(months: Sequence[use.Month]) -> dict[str, Any]:
    """The chart of 24 months, its sentence, and whether there is anything to draw."""
    known = [e for m in months for e in (m.energy_kwh, m.before_kwh) if e is not None]
    return {
        "months": months,
        "has_use": bool(known),
        "is_zero": bool(known) and not any(known),
        "chart": use.chart(months),
        "chart_sentence": use.sentence(months),
    }


@dataclass(frozen=True, slots=True)
class Story:
    """One page of the time line; ``older`` is where the next one goes on, None at its end."""

    happenings: list[events.Happening]
    older: int | None


def story(page: AccountPage, limit: int, before_id: int | None = None) -> Story:
    """The newest of everything that is recorded about the account, its people and its points."""
    people = {person.id for _role, person in page.people}
    subjects = [f"account:{page.account.id}", *(f"customer:{key}" for key in people)]
    subjects += [f"usage_point:{key}" for key in page.view.usage_point_ids]
    entries = audit.timeline_of(subjects, limit=limit + 1, before_id=before_id)
    older = entries[limit - 1].id if len(entries) > limit else None
    entries = entries[:limit]
    if before_id is not None:
        return Story(events.merged(entries, (), None), older)
    return Story(events.merged(entries, page.bills.bills[:limit], page.view), older)


def draw(request: HttpRequest, page: AccountPage, template: str, **more: Any) -> HttpResponse:
    """The page with its frame; personal data is kept in no cache."""
    response = render(request, f"customers/{template}.html", page.context() | more)
    response["Cache-Control"] = "no-store"
    return response


@needs(VIEW)
@require_GET
def overview(request: HttpRequest, number: str) -> HttpResponse:
    """The 360° view: use, bills, readings, what is easily missed, people, time line."""
    page = open_page(request, number, "account")
    months = use.months_of(histories_of(page), page.today)
    lines = facts.reading_lines(page)
    return draw(
        request,
        page,
        "overview",
        **use_context(months),
        bill_lines=facts.bill_lines(page, SHOWN_BILLS),
        reading_lines=lines,
        reading_days=facts.reading_days(lines),
        happenings=[h.event for h in story(page, SHOWN_EVENTS).happenings][:SHOWN_EVENTS],
        neighbors=facts.neighbors(page),
        points=[facts.point_facts(place) for place in page.view.usage_points[:3]],
        parties=facts.parties(page),
    )


@needs(METERS)
@require_GET
def use_section(request: HttpRequest, number: str) -> HttpResponse:
    """Use in full: 24 months, then every period between two readings, point by point."""
    page = open_page(request, number, "use", METERS)
    histories = histories_of(page)
    months = use.months_of(histories, page.today)
    codes_of = {place.usage_point_id: place.code for place in page.view.usage_points}
    return draw(
        request,
        page,
        "use",
        **use_context(months),
        by_point=[
            (codes_of.get(point, str(point)), use.period_rows(periods))
            for point, periods in histories.items()
        ],
    )


@needs(MONEY)
@require_GET
def bills_section(request: HttpRequest, number: str) -> HttpResponse:
    """All bills with what is open of each."""
    page = open_page(request, number, "bills", MONEY)
    lines = facts.bill_lines(page, MOST_BILLS)
    return draw(
        request,
        page,
        "bills",
        bill_lines=lines,
        total_fen=sum(line.bill.total_fen for line in lines),
        total_kwh=sum((line.bill.energy_kwh for line in lines), Decimal(0)),
        open_fen=page.standing.receivable_fen,
        older_open=[b for b in page.open_bills if b.bill is None],
        is_cut=len(lines) == MOST_BILLS,
    )


@needs(MONEY)
@require_GET
def statement_section(request: HttpRequest, number: str) -> HttpResponse:
    """The account's ledger statement of a span of days; twelve months where none is asked for."""
    page = open_page(request, number, "statement", MONEY)
    first = _day(request.GET.get("from", "")) or add_months(page.today, -12)
    last = _day(request.GET.get("to", "")) or page.today
    if last < first:
        first, last = last, first
    found = ledger.statement(page.account.id, from_date=first, to_date=last + timedelta(days=1))
    return draw(
        request,
        page,
        "statement",
        statement=found,
        lines=facts.statement_lines(found.rows),
        first=first,
        last=last,
        debit_fen=sum(row.debit_fen for row in found.rows),
        credit_fen=sum(row.credit_fen for row in found.rows),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def with_meter(point: dict[str, Any], one: metering.InstalledMeter | None) -> dict[str, Any]:
    """The facts of a point with the meter that hangs there."""
    return point | {"installed": one, "registers": facts.register_facts(one)}


@needs(METERS)
@require_GET
def points_section(request: HttpRequest, number: str) -> HttpResponse:
    """Every usage point: place, source, boundary, meters with registers, ratio and readings."""
    page = open_page(request, number, "points", METERS)
    places = page.view.usage_points[:MOST_POINTS]
    installed = metering.installed_at([p.usage_point_id for p in places], page.today)
    return draw(
        request,
        page,
        "points",
        points=[
            with_meter(facts.point_facts(place), installed.get(place.usage_point_id))
            for place in places
        ],
        reading_lines=facts.reading_lines(page),
        not_shown=max(len(page.view.usage_points) - MOST_POINTS, 0),
    )


@needs(VIEW)
@require_GET
def agreement_section(request: HttpRequest, number: str) -> HttpResponse:
    """The agreement, the price class now and next, the load profile, the notes."""
    page = open_page(request, number, "agreement")
    return draw(
        request,
        page,
        "agreement",
        prices=[
            found
            for found in map(facts.price_facts, (page.view.rate, page.view.next_rate))
            if found
        ],
        profile=facts.profile_facts(page),
        parties=facts.parties(page),
    )


@needs(VIEW)
@require_GET
def time_line(request: HttpRequest, number: str) -> HttpResponse:
    """Everything that happened, the newest first; ``kind`` narrows it, ``before`` goes on."""
    page = open_page(request, number, "time_line")
    kind = request.GET.get("kind", "")
    kind = kind if kind in events.KINDS else ""
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdigit() and len(before) < LONGEST_ID else None
    found = story(page, EVENTS_A_PAGE, before_id)
    return draw(
        request,
        page,
        "time_line",
        happenings=[h.event for h in found.happenings if kind in ("", h.kind)],
        kinds=[("", _("All")), *events.KINDS.items()],
        kind=kind,
        older=found.older,
        is_first=before_id is None,
    )
