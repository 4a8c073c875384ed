"""Collecting what is wrong with a file: all of it counted, the first thousand kept."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.utils.functional import Promise

from wattdesk.domains.metering.data import Fault

KEPT = 1000


def letters(column: int) -> str:
    """Column 0 → A, 26 → AA, as spreadsheets name them."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@dataclass(slots=True)
class Faults:
    """Faults of one file. ``cells`` is false for files without cells, such as Parquet."""

    cells: bool = True
    total: int = 0
    kept: list[Fault] = field(default_factory=list)

    def add(
        self,
        rule: str,
        message: str | Promise,
        todo: str | Promise,
        *,
        row: int | None = None,
        column: int | None = None,
        header: str = "",
    ) -> None:
        """Note one fault; ``column`` counts from 0, ``row`` is the file's own number."""
        self.total += 1
        if len(self.kept) >= KEPT:
            return
        cell = ""
        if self.cells and row is not None and column is not None:
            cell = f"{letters(column)}{row}"
        self.kept.append(
            Fault(
                row=row,
                cell=cell,
                column=header,
                rule=rule,
                message=str(message),
                todo=str(todo),
            )
        )

    def add_rows(
        self,
        rows: pl.DataFrame,
        rule: str,
        message: str | Promise,
        todo: str | Promise,
        *,
        column: int | None = None,
        header: str = "",
    ) -> None:
        """Note one fault for each row of ``rows``, which has the column ``row``.

        Places ``%(name)s`` of the message are filled from the row's other columns.
        """
        room = max(KEPT - len(self.kept), 0)
        for values in rows.head(room).iter_rows(named=True):
            self.add(
                rule, str(message) % _shown(values), todo, row=values["row"],
                column=values.get("column", column), header=values.get("header", header),
            )  # fmt: skip
        self.total += max(rows.height - room, 0)

    def sorted(self) -> list[Fault]:
        """By row and cell, faults of the whole file first."""
        return sorted(self.kept, key=lambda f: (f.row or 0, len(f.cell), f.cell))


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value[:60] if isinstance(value, str) else value for name, value in values.items()}


class Unreadable(Exception):
    """A file that cannot be read on: the one fault that says so. Caught by the check."""

    def __init__(self, rule: str, message: str | Promise, todo: str | Promise) -> None:
        self.rule, self.message, self.todo = rule, message, todo
        super().__init__(rule)
