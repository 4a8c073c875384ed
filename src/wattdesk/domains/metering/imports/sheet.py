"""A file as a table of texts: one form for Excel, CSV and Parquet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import polars as pl
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.faults import Faults, Unreadable

BATCH = 20_000
# A row as it stands in the file: its number there, and its cells as texts, blank ones None.
Row = tuple[int, list[str | None]]


@dataclass(slots=True)
class Sheet:
    """``frame`` has ``row`` (the file's own number) and one String column ``c0, c1 …`` a header.

    ``headers`` are the texts of the header row and their column counted from 0.
    """

    headers: list[tuple[int, str]]
    header_row: int
    frame: pl.DataFrame
    notes: list[str] = field(default_factory=list)
    cells: bool = True

    def column(self, place: int) -> pl.Series:
        return self.frame[f"c{place}"]


def build(
    rows: Iterator[Row],
    *,
    faults: Faults,
    largest_rows: int,
    notes: list[str],
    cells: bool = True,
) -> Sheet:
    """Make a sheet of rows: the first that is not blank is the header; blank rows are left out.

    Rows shorter or longer than the header become faults. Raises Unreadable for a file without
    rows or with too many.
    """
    header = next((row for row in rows if any(row[1])), None)
    if header is None:
        raise Unreadable(
            "empty_file", _("The file has no rows."), _("Export it again and look into it.")
        )
    headers = [(place, text.strip()) for place, text in enumerate(header[1]) if text]
    places = [place for place, _text in headers]
    schema = {"row": pl.Int64, **{f"c{place}": pl.String for place in places}}
    parts: list[pl.DataFrame] = []
    count = 0
    body = (row for row in rows if any(row[1]))
    while batch := list(islice(body, BATCH)):
        count += len(batch)
        if count > largest_rows:
            raise Unreadable(
                "too_many_rows",
                _("The file has more than %(limit)s rows.") % {"limit": f"{largest_rows:,}"},
                _("Split it, for instance by segment or month."),
            )
        parts.append(
            pl.DataFrame(list(_fitted(batch, places, faults)), schema=schema, orient="row")
        )
    if count == 0:
        raise Unreadable(
            "empty_file",
            _("The file has a header and no rows."),
            _("Export it again and look into it."),
        )
    return Sheet(headers, header[0], pl.concat(parts), notes, cells)


def _fitted(batch: Iterable[Row], places: list[int], faults: Faults) -> Iterator[list[object]]:
    width = places[-1] + 1
    for number, cells in batch:
        beyond = [place for place in range(width, len(cells)) if cells[place]]
        if beyond:
            faults.add(
                "no_header",
                _("The cell has a value, but its column has no header."),
                _("Give the column a header or empty it."),
                row=number,
                column=beyond[0],
            )
        filled = cells + [None] * (width - len(cells))
        yield [number, *(filled[place] for place in places)]
