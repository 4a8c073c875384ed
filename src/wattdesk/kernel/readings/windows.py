"""Periods to measure and to compare with: this one, the one before, the same a year ago."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of civil days ``[from_date, to_date)``."""

    from_date: date
    to_date: date

    def __post_init__(self) -> None:
        if self.to_date <= self.from_date:
            raise ValueError(f"an empty period: {self.from_date} to {self.to_date}")

    @property
    def days(self) -> int:
        return (self.to_date - self.from_date).days


def previous(window: Window) -> Window:
    """The period just before, of as many months where the window is one of whole months.

    ``[15 Feb, 15 Mar)`` → ``[15 Jan, 15 Feb)``; a window of odd length is moved by its days.
    """
    first, last = window.from_date, window.to_date
    months = (last.year - first.year) * 12 + last.month - first.month
    if first.day == last.day and months > 0:
        return Window(shift_months(first, -months), first)
    return Window(first - timedelta(days=window.days), first)


def year_before(window: Window) -> Window:
    """The same days a year earlier; 29 February becomes the 28th."""
    first = shift_months(window.from_date, -12)
    last = shift_months(window.to_date, -12)
    return Window(first, last if last > first else first + timedelta(days=window.days))


def shift_months(day: date, months: int) -> date:
    """The day moved by whole months, at most to the end of the month it comes to."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))
