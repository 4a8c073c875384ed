"""Filters that write one value: money, quantities, numbers, dates. Registered by wd.py."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from wattdesk.web import format as fmt


def money(fen: int | None) -> SafeString:
    """``{{ bill.total_fen|money }}``: fen as 1,234.56; red with U+2212 below zero."""
    text = fmt.yuan(fen)
    return _negative(text) if fen is not None and fen < 0 else mark_safe(text)


def signed_money(fen: int | None) -> SafeString:
    """As ``money`` with a plus above zero, for entries and differences."""
    text = fmt.signed_yuan(fen)
    return _negative(text) if fen is not None and fen < 0 else mark_safe(text)


def _negative(text: str) -> SafeString:
    return format_html('<span class="wd-neg">{}</span>', text)


def quantity(value: Decimal | int | None, places: int | None = None) -> str:
    """A quantity with thousands, at most four decimals: kW, kvarh, counts."""
    return fmt.quantity(value, places)


def kwh(value: Decimal | int | None, places: int | None = None) -> str:
    """kWh without the unit, which stands in the column's head."""
    return fmt.quantity(value, places)


def idno(number: str | None) -> SafeString:
    """An account or meter number grouped by four, never broken."""
    return format_html('<span class="wd-id">{}</span>', fmt.grouped(number))


def when(value: datetime | None) -> SafeString:
    """A moment as short as can be: 10:26, yesterday, 11-19; the full moment as its title."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat() if value else "",
        fmt.moment(value),
        fmt.when(value, timezone.now()),
    )


def period(from_date: date | None, to_date: date | None) -> SafeString:
    """A half-open period: ``2026-10-01 – 11-01 末日不计``; the last day is not included."""
    text = fmt.period(from_date, to_date)
    if to_date is None:
        return format_html('<span class="wd-id">{}</span>', text)
    return format_html(
        '<span class="wd-id">{}</span> <span class="ink-3">{}</span>', text, _("last day excluded")
    )


FILTERS: dict[str, Any] = {
    "money": money,
    "signed_money": signed_money,
    "quantity": quantity,
    "kwh": kwh,
    "idno": idno,
    "when": when,
    "price": fmt.price,
    "day": fmt.day,
    "moment": fmt.moment,
    "month": fmt.month,
}
