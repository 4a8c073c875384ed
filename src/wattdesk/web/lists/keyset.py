"""Paging by key: a page starts after the last row of the one before, never by counting rows.

Order is one field and the primary key as tiebreak, so that a page stays what it is while other rows
come and go, and page one thousand costs what page one costs. NULLs come last either way.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db.models import F, Q, QuerySet

Rows = QuerySet[Any, Any]
SIGNER = signing.Signer(salt="wattdesk.web.lists")


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by ``field``, then by primary key, both in the same direction."""

    field: str
    is_descending: bool = False
    is_nullable: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: the sort value and key of the row beside it."""

    value: Any
    key: int
    is_backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page as dictionaries, and where the pages beside it start."""

    rows: list[dict[str, Any]]
    next_cursor: str = ""
    previous_cursor: str = ""


def write(cursor: Cursor, order: Order) -> str:
    """The cursor as text for an address; signed, for its value goes into a query."""
    kind, plain = _plain(cursor.value)
    return SIGNER.sign_object(
        [order.field, order.is_descending, kind, plain, cursor.key, cursor.is_backward],
        compress=True,
    )


def read(text: str, order: Order) -> Cursor | None:
    """The cursor of an address; None when it is not ours or belongs to another order."""
    try:
        field, is_descending, kind, plain, key, is_backward = SIGNER.unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if (field, is_descending) != (order.field, order.is_descending):
        return None
    return Cursor(_value(kind, plain), key, is_backward)


def _plain(value: Any) -> tuple[str, Any]:
    if isinstance(value, Decimal):
        return "decimal", str(value)
    if isinstance(value, datetime):
        return "moment", value.isoformat()
    if isinstance(value, date):
        return "day", value.isoformat()
    return "", value


def _value(kind: str, plain: Any) -> Any:
    if kind == "decimal":
        return Decimal(plain)
    if kind == "moment":
        return datetime.fromisoformat(plain)
    if kind == "day":
        return date.fromisoformat(plain)
    return plain


def ordered(rows: Rows, order: Order, *, is_backward: bool = False) -> Rows:
    """The rows in order, or in the opposite order for a step back."""
    descending = order.is_descending != is_backward
    sign = "-" if descending else ""
    if not order.is_nullable:
        names = [f"{sign}{order.field}"] if order.field != "pk" else []
        return rows.order_by(*names, f"{sign}pk")
    # A step back meets the NULLs first, for forward they come last.
    options = {"nulls_first": True} if is_backward else {"nulls_last": True}
    by = F(order.field).desc(**options) if descending else F(order.field).asc(**options)
    return rows.order_by(by, f"{sign}pk")


def beyond(order: Order, cursor: Cursor) -> Q:
    """The rows on the far side of the cursor."""
    sign = "lt" if order.is_descending != cursor.is_backward else "gt"
    key = Q(**{f"pk__{sign}": cursor.key})
    if order.field == "pk":
        return key
    if not order.is_nullable:
        # Equal to "further, or equal with a further key", but an index can start at the value.
        return Q(**{f"{order.field}__{sign}e": cursor.value}) & (
            Q(**{f"{order.field}__{sign}": cursor.value}) | key
        )
    is_null = Q(**{f"{order.field}__isnull": True})
    if cursor.value is None:
        return (is_null & key) | (~is_null if cursor.is_backward else Q(pk__in=[]))
    further = Q(**{f"{order.field}__{sign}": cursor.value})
    same = Q(**{order.field: cursor.value}) & key
    return further | same | (Q(pk__in=[]) if cursor.is_backward else is_null)


def page(rows: Rows, order: Order, size: int, cursor_text: str, values: tuple[str, ...]) -> Page:
    """One page of ``size`` rows after (or before) the cursor. One query."""
    cursor = read(cursor_text, order) if cursor_text else None
    is_backward = bool(cursor and cursor.is_backward)
    wanted = rows.filter(beyond(order, cursor)) if cursor else rows
    names = tuple(dict.fromkeys(("pk", order.field, *values)))
    found = list(ordered(wanted, order, is_backward=is_backward).values(*names)[: size + 1])
    has_more = len(found) > size
    found = found[:size]
    if is_backward:
        found.reverse()
        if not has_more:
            # Back at the start: show a full first page, also when rows have come in before.
            return page(rows, order, size, "", values)
    if not found:
        return Page([])
    first, last = found[0], found[-1]
    has_next = has_more or is_backward
    has_previous = cursor is not None
    return Page(
        found,
        write(Cursor(last[order.field], last["pk"]), order) if has_next else "",
        write(Cursor(first[order.field], first["pk"], True), order) if has_previous else "",
    )


def count_up_to(rows: Rows, limit: int) -> int:
    """How many rows there are, counted no further than ``limit`` + 1."""
    return rows.order_by().values("pk")[: limit + 1].count()
