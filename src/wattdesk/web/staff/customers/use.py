"""Use over time: 24 months as bars against the year before, and the periods between readings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from wattdesk.domains.metering.api import UsagePeriod
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.web import format as fmt
from wattdesk.web.staff.customers import codes

MONTHS = 12
ABOUT_A_MONTH = range(25, 46)
Histories = Mapping[int, Sequence[UsagePeriod]]


@dataclass(frozen=True, slots=True)
class Month:
    """Use of one month and of the same month a year before, kWh; None: not known."""

    month: date
    energy_kwh: Decimal | None
    before_kwh: Decimal | None
    is_estimated: bool
    was_estimated: bool

    @property
    def change(self) -> Decimal | None:
        """The difference to the year before in percent, one decimal."""
        if self.energy_kwh is None or not self.before_kwh:
            return None
        share = (self.energy_kwh - self.before_kwh) * 100 / self.before_kwh
        return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def month_of(period: UsagePeriod) -> date:
    """The month in which most of a period's days lie.

    Where a month is read on the 16th its middle falls on either side, and two periods would fall
    into one month: a period of about a month goes by the day on which it begins.
    """
    days = (period.to_date - period.from_date).days
    if days in ABOUT_A_MONTH:
        day = period.from_date if period.from_date.day <= 16 else period.to_date
        return day.replace(day=1)
    return (period.from_date + timedelta(days=days // 2)).replace(day=1)


def months_of(histories: Histories, until: date) -> list[Month]:
    """The last twelve months with use, the earliest first, each beside the year before.

    Energies of several points and of several periods in a month are added; a month of which a
    part is not known is not known.
    """
    sums: dict[date, Decimal | None] = {}
    estimated: set[date] = set()
    for period in (period for periods in histories.values() for period in periods):
        month = month_of(period)
        known = sums.get(month, Decimal(0))
        energy = period.energy_kwh
        sums[month] = None if known is None or energy is None else known + energy
        if "ESTIMATED" in period.marks:
            estimated.add(month)
    last = max(sums, default=add_months(until, -1))
    shown = [add_months(last, -back) for back in range(MONTHS - 1, -1, -1)]
    return [
        Month(
            month,
            sums.get(month),
            sums.get(add_months(month, -12)),
            month in estimated,
            add_months(month, -12) in estimated,
        )
        for month in shown
    ]


def chart(months: Sequence[Month]) -> dict[str, Any]:
    """The data of the bars (frontend/src/chart.ts): whole kWh, estimated months hatched."""
    labels = [
        f"{m.month:%Y-%m}" if place == 0 or m.month.month == 1 else f"{m.month:%m}"
        for place, m in enumerate(months)
    ]
    known = [place for place, m in enumerate(months) if m.energy_kwh is not None]
    return {
        "labels": labels,
        "unit": "kWh",
        "series": [
            {
                "name": _("year before"),
                "values": [whole(m.before_kwh) for m in months],
                "color": "ch-2",
                "hatched": [place for place, m in enumerate(months) if m.was_estimated],
            },
            {
                "name": _("this year"),
                "values": [whole(m.energy_kwh) for m in months],
                "color": "ch-1",
                "hatched": [place for place, m in enumerate(months) if m.is_estimated],
                "labelled": known[-1:],
            },
        ],
    }


def whole(energy: Decimal | None) -> int | None:
    return None if energy is None else int(energy.quantize(Decimal(1), ROUND_HALF_UP))


def sentence(months: Sequence[Month]) -> str:
    """What the chart shows, for those who cannot see it."""
    known = [m for m in months if m.energy_kwh is not None]
    if not known:
        return _("No use is known of the last months.")
    highest = max(known, key=lambda m: m.energy_kwh or 0)
    return _(
        "Use by month from %(first)s to %(last)s in kWh; the highest is %(highest)s in %(month)s,"
        " the latest %(latest)s."
    ) % {
        "first": fmt.month(known[0].month),
        "last": fmt.month(known[-1].month),
        "highest": fmt.quantity(highest.energy_kwh, 0),
        "month": fmt.month(highest.month),
        "latest": fmt.quantity(known[-1].energy_kwh, 0),
    }


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period between two readings of a point, with its use a day."""

    period: UsagePeriod
    days: int
    daily_kwh: Decimal | None
    marks: Sequence[tuple[str, str]]


def period_rows(periods: Sequence[UsagePeriod]) -> list[PeriodRow]:
    """The periods of one point, the latest first."""
    rows = []
    for period in reversed(periods):
        days = (period.to_date - period.from_date).days
        daily = None
        if period.energy_kwh is not None and days:
            daily = (period.energy_kwh / days).quantize(Decimal("0.01"), ROUND_HALF_UP)
        rows.append(PeriodRow(period, days, daily, codes.mark_words(period.marks)))
    return rows
