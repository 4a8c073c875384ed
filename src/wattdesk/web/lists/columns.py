"""Columns and cells of a list: what stands in a row, how it is written on screen and in Excel."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from wattdesk.web.parts import Tone

Format = Literal[
    "text", "id", "money", "signed_money", "quantity", "price", "int",
    "day", "month", "moment", "state", "chip", "tou",
]  # fmt: skip
NUMERIC: frozenset[str] = frozenset({"money", "signed_money", "quantity", "price", "int"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``sort`` names the field to sort by; empty means that it cannot be sorted.

    ``is_nullable`` says that the sort field may be NULL: those rows come last either way.
    ``unit`` stands in the head, never in the cells. ``is_shown`` is the choice at the start.
    """

    key: str
    title: str | Promise
    format: Format = "text"
    sort: str = ""
    is_nullable: bool = False
    is_shown: bool = True
    unit: str | Promise = ""

    @property
    def is_number(self) -> bool:
        return self.format in NUMERIC


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with more than itself: an address, a second line (the reason), a tone.

    Formats ``state`` and ``chip`` take their colour from ``tone``. ``value`` is what is exported.
    """

    value: Any
    url: str = ""
    second: str = ""
    tone: Tone = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its key, a cell or plain value for each column, the object's address."""

    key: int
    cells: dict[str, Any]
    url: str = ""
    is_selectable: bool = True


def value_of(cell: Any) -> Any:
    """The plain value of a cell."""
    return cell.value if isinstance(cell, Cell) else cell
