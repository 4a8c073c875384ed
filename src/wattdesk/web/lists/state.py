"""The state of a list as its address tells it: filters, order, columns, page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from wattdesk.web.lists.columns import Column
from wattdesk.web.lists.filters import BadValue, Filter
from wattdesk.web.lists.keyset import Order

SIZES = (50, 100, 200)
# Names that say where one is in the list, not what the list is.
PLACE = ("after", "at", "row", "whole", "bulk", "export")  # at: the row that stands open


@dataclass(frozen=True, slots=True)
class SetFilter:
    """A filter with its value, in words, and the address without it."""

    filter: Filter
    value: Any
    words: str
    url_without: str


@dataclass(slots=True)
class State:
    """What the address asks for. ``faults``: filters not understood, each with a sentence."""

    given: QueryDict
    order: Order
    sort: str
    columns: list[Column]
    size: int = SIZES[0]
    cursor: str = ""
    filters: list[SetFilter] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The address' query without the place, as saved views keep it; names in order."""
        kept = without(self.given, *PLACE)
        return "&".join(sorted(part for part in kept.split("&") if part))


def without(given: QueryDict, *names: str, **changes: str) -> str:
    """The query without some names and without empty values, with some values set anew."""
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        filled = [value for value in values if value]
        if name not in names and name not in changes and filled:
            kept.setlist(name, filled)
    for name, value in changes.items():
        kept[name] = value
    return kept.urlencode()


def read(
    given: QueryDict, columns: Sequence[Column], filters: Sequence[Filter], default_sort: str
) -> State:
    """Read the address; what cannot be understood falls back to the list's own choice."""
    by_key = {column.key: column for column in columns}
    sort = given.get("sort", default_sort)
    column = by_key.get(sort.lstrip("-"))
    if column is None or not column.sort:
        sort = default_sort
        column = by_key.get(sort.lstrip("-"))
    if column is None:  # the order of the list itself need not be a column
        order = Order(sort.lstrip("-"), sort.startswith("-"))
    else:
        order = Order(column.sort, sort.startswith("-"), column.is_nullable)
    wanted = [key for key in given.getlist("columns") if key in by_key]
    size = given.get("size", "")
    state = State(
        given=given,
        order=order,
        sort=sort,
        columns=[by_key[key] for key in wanted] or [c for c in columns if c.is_shown],
        size=int(size) if size.isdigit() and int(size) in SIZES else SIZES[0],
        cursor=given.get("after", ""),
    )
    for one in filters:
        try:
            value = one.read(given)
        except BadValue as fault:
            state.faults.append((str(one.title), str(fault)))
            continue
        if value is not None:
            url = "?" + without(given, *one.names(), *PLACE)
            state.filters.append(SetFilter(one, value, one.words(value), url))
    return state
