"""Reading segments: the list, and one segment with its dates, readings, runs and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from wattdesk.domains.billing import api as billing
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering import api as metering
from wattdesk.kernel.schedule.billing_dates import (
    BillingDates,
    add_months,
    is_due,
    parse_month,
)
from wattdesk.web import access, shell
from wattdesk.web import format as fmt
from wattdesk.web.access import needs
from wattdesk.web.parts import Figure, Share
from wattdesk.web.staff.metering import codes, rosters

VIEW = "segments.view"
MONTHS = 12
SHOWN_MONTHS = 7
RUN_STATES: Mapping[str, codes.Named] = {
    "CALCULATING": (pgettext_lazy("run", "Calculating"), "info"),
    "REVIEW": (pgettext_lazy("run", "In review"), "info"),
    "PROPOSED": (pgettext_lazy("run", "Release proposed"), "hold"),
    "RELEASING": (pgettext_lazy("run", "Being released"), "info"),
    "RELEASED": (pgettext_lazy("run", "Released"), "ok"),
    "CANCELLED": (pgettext_lazy("run", "Given up"), "mute"),
}


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """A segment in the list."""

    segment: metering.Segment
    unit: str
    cycle: str
    accounts: int
    next_reading: date


def next_month(segment: metering.Segment, today: date) -> date:
    """The receivable month of the next reading day; today counts."""
    months = (add_months(today, count) for count in range(4))
    return next(
        month
        for month in months
        if is_due(segment.cycle, month) and month.replace(day=segment.reading_day) >= today
    )


def last_month(segment: metering.Segment, today: date) -> date:
    """The receivable month whose reading day came last, before today."""
    months = (add_months(today, -count) for count in range(4))
    return next(
        month
        for month in months
        if is_due(segment.cycle, month) and month.replace(day=segment.reading_day) <= today
    )


@needs(VIEW)
@require_GET
def segment_list(request: HttpRequest) -> HttpResponse:
    """All segments of the person's units, by the next reading day."""
    scope = access.scope(request, VIEW)
    today = access.today(request)
    segments = metering.list_segments(scope=scope)
    units = {unit.id: unit for unit in identity.list_units(scope)}
    counts = billing.segment_accounts([s.id for s in segments])
    wanted = request.GET.get("unit", "")
    rows = [
        SegmentRow(
            segment,
            str(units[segment.unit_id]),
            codes.word(codes.CYCLES, segment.cycle),
            counts.get(segment.id, 0),
            next_month(segment, today).replace(day=segment.reading_day),
        )
        for segment in segments
        if not wanted or units[segment.unit_id].code == wanted
    ]
    rows.sort(key=lambda row: (row.next_reading, row.segment.code))
    return render(
        request,
        "metering/segment_list.html",
        {
            "rows": rows,
            "units": [u for u in units.values() if any(s.unit_id == u.id for s in segments)],
            "wanted": wanted,
            "accounts": sum(row.accounts for row in rows),
        },
    )


@dataclass(frozen=True, slots=True)
class MonthLink:
    """A receivable month to choose."""

    month: date
    url: str
    is_chosen: bool


@needs(VIEW)
@require_GET
def segment_page(request: HttpRequest, code: str) -> HttpResponse:
    """One segment and month: five dates in full, readings in, runs, findings, what to do next."""
    scope = access.scope(request, VIEW)
    today = access.today(request)
    segment = metering.get_segment(code, scope=scope)
    month = _asked(request.GET.get("month", ""), segment) or last_month(segment, today)
    dates = billing.plan_dates(segment, month)
    received = metering.readings_in(rosters.due_points(segment, dates.to_date), on=dates.to_date)
    sees_runs = access.viewer(request).may("billing.view")
    runs = billing.list_runs(scope=scope, segment_code=code, limit=MONTHS) if sees_runs else []
    of_month = next((run for run in runs if run.receivable_month == month), None)
    counts = metering.count_findings(
        metering.FindingFilter(
            segment_id=segment.id, from_date=dates.from_date, to_date=dates.to_date
        ),
        scope=scope,
    )
    unit = identity.get_unit(segment.unit_id)
    return render(
        request,
        "metering/segment.html",
        {
            "segment": segment,
            "unit": unit,
            "cycle": codes.word(codes.CYCLES, segment.cycle),
            "month": month,
            "months": month_links(segment, month, today),
            "dates": dates,
            "is_future": dates.to_date > today,
            "received": received,
            "shares": [
                Share(received.received - received.estimated, "ok", _("read")),
                Share(received.estimated, "warn", _("estimated")),
                Share(received.missing, "mute", _("not read")),
            ],
            "figures": figures(segment, dates, received, counts, of_month),
            "runs": runs,
            "run_rows": [run_row(run) for run in runs],
            "released_at": _released_at(of_month, scope),
            "release_by": billing.release_deadline(dates.reading_date),
            "counts": counts,
            "count_rows": [count_row(code, dates, count) for count in counts],
            "findings_url": findings_url(code, dates),
            "may_import": access.viewer(request).may("metering.import"),
            "accounts": billing.segment_accounts([segment.id]).get(segment.id, 0),
            "runs_url": shell.address("billing:segment_list"),
        },
    )


def findings_url(segment_code: str, dates: BillingDates, **more: str) -> str:
    """The work list of the findings of a segment and period."""
    given = {
        "segment": segment_code,
        "from_date": fmt.day(dates.from_date),
        "to_date": fmt.day(dates.to_date),
        **more,
    }
    query = "&".join(f"{name}={value}" for name, value in given.items())
    return f"{reverse('metering:finding_list')}?{query}"


def figures(
    segment: metering.Segment,
    dates: BillingDates,
    received: metering.ReadingsIn,
    counts: Sequence[metering.FindingCount],
    run: billing.RunRow | None,
) -> list[Figure]:
    """Due, read, missing, held, released: the strip under the head."""
    holding = sum(count.holding for count in counts)
    waiting = sum(count.open for count in counts)
    found = [
        Figure(_("Points due"), f"{received.due:,}", "", (_("on the last day of the period"),)),
        Figure(
            _("Readings in"),
            f"{received.received:,}",
            "",
            (
                _("remote %(n)s") % {"n": received.remote},
                _("on site %(a)s, file %(b)s") % {"a": received.manual, "b": received.from_file},
            ),
        ),
        Figure(
            _("Not read"),
            f"{received.missing:,}",
            "",
            (_("estimated %(n)s") % {"n": received.estimated},),
            is_alarm=bool(received.missing),
        ),
        Figure(
            _("Findings that hold"),
            f"{holding:,}",
            "",
            (_("open %(n)s") % {"n": waiting},),
            url=findings_url(segment.code, dates, holding="1"),
            is_alarm=bool(holding),
        ),
    ]
    if run is not None:
        found.append(
            Figure(
                _("Billed"),
                f"{run.billed:,}",
                "",
                (f"{fmt.yuan(run.amount_fen)} {_('CNY')}", _("held %(n)s") % {"n": run.held}),
                url=shell.address("billing:run", run.run_id),
            )
        )
    return found


def run_row(run: billing.RunRow) -> dict[str, object]:
    """A run in words, with its address."""
    word, tone = codes.named(RUN_STATES, run.state)
    return {"run": run, "word": word, "tone": tone, "url": shell.address("billing:run", run.run_id)}


def _released_at(run: billing.RunRow | None, scope: Scope) -> datetime | None:
    """When the month's run was released (发行); the list of runs does not tell it."""
    if run is None or run.state != "RELEASED":
        return None
    return billing.get_run(run.run_id, scope=scope).released_at


def count_row(code: str, dates: BillingDates, count: metering.FindingCount) -> dict[str, object]:
    """The findings of one code, with the address of their work list."""
    return {
        "count": count,
        "severity": codes.word(codes.SEVERITIES, count.severity),
        "tone": "bad" if count.severity == "HOLD" else "mute",
        "url": findings_url(code, dates, code=count.code.value),
    }


def month_links(segment: metering.Segment, chosen: date, today: date) -> list[MonthLink]:
    """The months around today in which the segment is due, and the one chosen."""
    first = next_month(segment, today)
    around = (add_months(first, -back) for back in range(SHOWN_MONTHS))
    months = {month for month in around if is_due(segment.cycle, month)} | {chosen}
    base = reverse("metering:segment_page", args=[segment.code])
    return [
        MonthLink(month, f"{base}?month={fmt.month(month)}", month == chosen)
        for month in sorted(months)
    ]


def _asked(text: str, segment: metering.Segment) -> date | None:
    """The month of the address where the segment is due in it."""
    try:
        month = parse_month(text)
    except ValueError:
        return None
    return month if is_due(segment.cycle, month) else None
