"""How figures, money, dates and numbers are written on screens and in exported sheets.

Money comes in fen (int), quantities as Decimal or int; float is refused, for it has already lost
what the figure was. The minus is U+2212 and stands before the figure.
"""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wattdesk.kernel.values.figures import (
    EN_DASH,
    MINUS,
    NONE,
    grouped,
    price,
    quantity,
    signed_quantity,
    signed_yuan,
    yuan,
)

__all__ = [
    "EN_DASH",
    "MINUS",
    "NONE",
    "day",
    "grouped",
    "moment",
    "month",
    "period",
    "price",
    "quantity",
    "signed_quantity",
    "signed_yuan",
    "span",
    "when",
    "yuan",
]
FIRST_DAYS_WITH_HOURS = 4  # a span below four days also tells its hours


def day(value: date | datetime | None) -> str:
    """A civil day: ``2026-11-22``; of a moment its day in Shanghai."""
    if value is None:
        return NONE
    return f"{_local(value):%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """Day and minute: ``2026-11-24 10:26``."""
    return NONE if value is None else f"{_local(value):%Y-%m-%d %H:%M}"


def when(value: datetime | None, now: datetime) -> str:
    """A moment as short as can be: ``10:26``, yesterday, ``11-19``, ``2025-11-19``."""
    if value is None:
        return NONE
    local, today = timezone.localtime(value), timezone.localdate(now)
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return _("yesterday")
    return f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"


def month(value: date | None) -> str:
    """A receivable month: ``2026-11``."""
    return NONE if value is None else f"{value:%Y-%m}"


def period(from_date: date | None, to_date: date | None) -> str:
    """A half-open span: ``2026-10-01 – 11-01``; the second year only where it differs."""
    if from_date is None:
        return NONE
    if to_date is None:
        return _("from %(day)s") % {"day": day(from_date)}
    end = f"{to_date:%m-%d}" if to_date.year == from_date.year else day(to_date)
    return f"{day(from_date)} {EN_DASH} {end}"


def span(length: timedelta) -> str:
    """A length of time as countdowns tell it: ``1:34``, ``2 days 5 h``, ``6 days``."""
    seconds = int(abs(length.total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours = rest // 3600
    if days == 0:
        return f"{hours}:{rest % 3600 // 60:02d}"
    if hours and days < FIRST_DAYS_WITH_HOURS:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def _local(value: date | datetime) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value) if timezone.is_aware(value) else value
    return value
