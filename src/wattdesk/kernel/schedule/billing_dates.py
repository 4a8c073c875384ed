"""The dates of a bill: reading day, service period, receivable month, due date.

Trade practice (抄表例日, 用电周期, 应收年月), kept apart on purpose: prices follow the service
period; recovery, late charge and statistics follow the receivable month.
"""

from dataclasses import dataclass
from datetime import date, timedelta

MONTHLY = "MONTHLY"
ODD_MONTHS = "ODD_MONTHS"
EVEN_MONTHS = "EVEN_MONTHS"


def first_of_month(year: int, month: int) -> date:
    """First day of a month given as year and month; month may run past 1–12."""
    year, index = divmod(year * 12 + month - 1, 12)
    return date(year, index + 1, 1)


def add_months(month: date, count: int) -> date:
    """The first day of the month ``count`` months after (before, if negative) that of ``month``."""
    return first_of_month(month.year, month.month + count)


def parse_month(text: str) -> date:
    """``2014-01`` → 1 January 2014. Raises ValueError with the form that is wanted."""
    parts = text.strip().split("-")
    if len(parts) != 2 or not all(p.isdigit() for p in parts) or len(parts[0]) != 4:
        raise ValueError(f"{text!r} is not a month: write it as 2014-01")
    year, month = int(parts[0]), int(parts[1])
    if not 1 <= month <= 12:
        raise ValueError(f"{text!r} is not a month: write it as 2014-01")
    return date(year, month, 1)


def is_due(cycle: str, month: date) -> bool:
    """Whether a segment of this cycle is read and billed in ``month``."""
    if cycle == MONTHLY:
        return True
    return (month.month % 2 == 1) == (cycle == ODD_MONTHS)


@dataclass(frozen=True, slots=True)
class BillingDates:
    """The planned dates of one segment and receivable month; the period is half-open."""

    receivable_month: date
    reading_date: date
    from_date: date
    to_date: date
    due_date: date
    months: int


def billing_dates(
    *, receivable_month: date, reading_day: int, cycle: str, due_days: int
) -> BillingDates:
    """Dates of a segment whose reading day is ``reading_day`` (1–28).

    The reading taken at 00:00 of the reading day closes the period; the receivable month is the
    month of that day. With reading day 1 the period is the natural month before. ``due_days`` are
    counted from the reading day.

    Raises ValueError when the cycle is not due in that month.
    """
    if not 1 <= reading_day <= 28:
        raise ValueError(f"reading day {reading_day}: only the 1st to the 28th exist in all months")
    if not is_due(cycle, receivable_month):
        raise ValueError(f"cycle {cycle} is not due in {receivable_month:%Y-%m}")
    months = 1 if cycle == MONTHLY else 2
    to_date = receivable_month.replace(day=reading_day)
    return BillingDates(
        receivable_month=receivable_month.replace(day=1),
        reading_date=to_date,
        from_date=add_months(receivable_month, -months).replace(day=reading_day),
        to_date=to_date,
        due_date=to_date + timedelta(days=due_days),
        months=months,
    )
