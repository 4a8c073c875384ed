"""Excel of exactly what is filtered: all rows, the chosen columns, written row by row."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

from wattdesk.web import format as fmt
from wattdesk.web.lists.columns import Column, Row, value_of

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_SHEET = 1_048_575  # Excel's limit without the head
FORMATS = {
    "money": "#,##0.00;[Red]\u2212#,##0.00",
    "signed_money": "+#,##0.00;[Red]\u2212#,##0.00;0.00",
    "quantity": "#,##0.####",
    "price": "0.00######",
    "int": "#,##0",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "moment": "yyyy-mm-dd hh:mm",
}
WIDTHS = {"money": 14, "signed_money": 14, "quantity": 12, "moment": 17, "day": 11, "id": 18}


def plain(value: Any, column: Column) -> Any:
    """A cell's value as Excel keeps it: money in yuan, numbers as text where they are names."""
    value = value_of(value)
    if value is not None and column.format in {"money", "signed_money"}:
        return Decimal(value) / 100
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    if column.format != "id" and isinstance(value, int | Decimal | date):
        return value
    return None if value is None else str(value)


def head(column: Column) -> str:
    return f"{column.title} ({column.unit})" if column.unit else str(column.title)


def write(columns: Sequence[Column], rows: Iterable[Row], sheet_name: str) -> IO[bytes]:
    """A temporary file with the workbook, at its start; memory does not grow with the rows."""
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    book = xlsxwriter.Workbook(
        file.name,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    styles = {name: book.add_format({"num_format": text}) for name, text in FORMATS.items()}
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet = None
    at = 0
    for number, row in enumerate(rows):
        if sheet is None or at > ROWS_A_SHEET:
            part = number // ROWS_A_SHEET + 1
            sheet = _sheet(book, columns, bold, sheet_name if part == 1 else f"{sheet_name} {part}")
            at = 1
        for place, column in enumerate(columns):
            value = plain(row.cells.get(column.key), column)
            style = styles.get(column.format)
            if value is None:
                continue
            if isinstance(value, date):
                sheet.write_datetime(at, place, value, style)
            elif isinstance(value, str):
                sheet.write_string(at, place, value, style)
            else:
                sheet.write_number(at, place, value, style)
        at += 1
    if sheet is None:
        _sheet(book, columns, bold, sheet_name)
    book.close()
    file.seek(0)
    return file


def _sheet(book: Any, columns: Sequence[Column], bold: Any, name: str) -> Any:
    sheet = book.add_worksheet(_sheet_name(name))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, WIDTHS.get(column.format, 20))
        sheet.write_string(0, place, head(column), bold)
    return sheet


def _sheet_name(text: str) -> str:
    """Excel allows 31 characters and none of these."""
    return "".join("-" if c in "[]:*?/\\" else c for c in text)[:31] or fmt.NONE
