"""Rows that hold from one civil day to another: making, ending and looking them up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _
from psycopg import errors

from wattdesk.toolkit.errors import StateConflict


class PeriodOverlaps(StateConflict):
    """The database holds a row of the same kind for some of these days."""

    code = "period.overlaps"
    message = _("Another entry already holds for some of these days. End that one first.")


class PeriodNotOpen(StateConflict):
    """Ending something before it began, or after it ended."""

    code = "period.not_open"
    message = _("This cannot end on %(day)s: it holds from %(from_date)s to %(to_date)s.")


def days(from_date: date, to_date: date | None = None) -> DateRange:
    """The half-open span ``[from_date, to_date)``; None leaves the end open."""
    return DateRange(from_date, to_date, "[)")


@contextmanager
def refusing_overlap() -> Iterator[None]:
    """Turn the database's refusal of an overlap into PeriodOverlaps; the transaction lives on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        if isinstance(refused.__cause__, errors.ExclusionViolation):
            raise PeriodOverlaps from refused
        raise


def end_on(row: models.Model, day: date) -> None:
    """End a row with an open or later end on ``day`` (the first day it no longer holds), and save.

    Raises PeriodNotOpen when the row does not hold on the day before.
    """
    period: DateRange = row.period  # type: ignore[attr-defined]
    begun = period.lower is not None and period.lower < day
    if not begun or (period.upper is not None and period.upper < day):
        raise PeriodNotOpen(day=day, from_date=period.lower, to_date=period.upper or "…")
    if period.upper == day:
        return
    row.period = days(period.lower, day)  # type: ignore[attr-defined]
    row.save(update_fields=["period"])
