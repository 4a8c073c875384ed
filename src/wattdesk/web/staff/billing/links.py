"""Addresses of pages, also of areas that may not be there: then an empty text, and no link."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from wattdesk.web import format as fmt


def link(name: str, *arguments: Any, **query: Any) -> str:
    """The address of a page with a query, or "" while there is no such page."""
    try:
        url = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    given = {key: value for key, value in query.items() if value or value == 0}
    return f"{url}?{urlencode(given, doseq=True)}" if given else url


def account(number: str) -> str:
    """The page of an account."""
    return link("customers:account", number)


def month_page(month: date, **query: Any) -> str:
    """The page of a month's segments and runs."""
    return link("billing:segment_list", month=fmt.month(month), **query)


def findings(
    segment_code: str,
    from_date: date,
    to_date: date,
    *,
    code: str = "",
    holding: bool = False,
    at: int | None = None,
) -> str:
    """The work list of findings of a segment and period; ``at`` opens one beside it."""
    url = link(
        "metering:finding_list",
        segment=segment_code,
        from_date=fmt.day(from_date),
        to_date=fmt.day(to_date),
        code=code,
        holding="1" if holding else "",
        at=at,
    )
    return f"{url}#beside" if url and at else url
