"""Excel workbooks: the first sheet, values only; formulas and merged cells are refused."""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from wattdesk.domains.metering.imports.biff import NotBiff, formula_cells
from wattdesk.domains.metering.imports.faults import Faults, letters
from wattdesk.domains.metering.imports.sheet import Row, Sheet, build
from wattdesk.domains.metering.imports.upload import cut_off, not_a_table

PIECE = 1024 * 1024
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
LARGEST_EXACT = 10**15


def read_excel(path: Path, kind: str, *, faults: Faults, largest_rows: int) -> Sheet:
    """Read the first sheet of a workbook (``xlsx`` or ``xls``).

    Formula cells and merged cells become faults. Raises Unreadable.
    """
    notes: list[str] = []
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0)
    except (CalamineError, OSError, IndexError) as fault:
        raise (cut_off() if kind == "xlsx" else not_a_table()) from fault
    if len(book.sheet_names) > 1:
        notes.append(
            _("The workbook has %(count)s sheets; the first, %(name)s, was read.")
            % {"count": len(book.sheet_names), "name": book.sheet_names[0]}
        )
    _refuse_merged(sheet, faults)
    if kind == "xlsx":
        _refuse_formulas(path, faults)
    else:
        _refuse_old_formulas(path, faults, notes)
    return build(_rows(sheet), faults=faults, largest_rows=largest_rows, notes=notes)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    first = sheet.start[1] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        blank: list[str | None] = [None] * first
        yield number, blank + [_text(cell) for cell in cells]


def _text(cell: Any) -> str | None:
    """A cell as people see it: 15 digits of a number, a day without its midnight."""
    if isinstance(cell, float):
        exact = cell.is_integer() and abs(cell) < LARGEST_EXACT
        return str(int(cell)) if exact else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time(0) else cell).isoformat()
    text = "" if cell is None else str(cell)
    return text if text.strip() else None


def _refuse_merged(sheet: CalamineSheet, faults: Faults) -> None:
    top = sheet.start[0] if sheet.start else 0
    for (row, column), (last_row, last_column) in sheet.merged_cell_ranges or ():
        area = f"{letters(column)}{row + 1}:{letters(last_column)}{last_row + 1}"
        in_header = row <= top
        faults.add(
            "merged_header" if in_header else "merged_cells",
            _("The cells %(area)s are merged.") % {"area": area},
            _("Unmerge them; the table needs one header row with a name in each column.")
            if in_header
            else _("Unmerge them and fill each cell."),
            row=row + 1,
            column=column,
        )


def _refuse_formulas(path: Path, faults: Faults) -> None:
    """Look for formulas in the packed sheet first: opening it cell by cell is far slower."""
    if not _may_have_formulas(path):
        return
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False)
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    _refuse_formula(faults, cell.row or 0, (cell.column or 1) - 1)
        book.close()


def _refuse_old_formulas(path: Path, faults: Faults, notes: list[str]) -> None:
    try:
        for row, column in formula_cells(path):
            _refuse_formula(faults, row + 1, column)
    except NotBiff:
        notes.append(_("This old workbook (xls) does not tell formulas from values: values count."))


def _refuse_formula(faults: Faults, row: int, column: int) -> None:
    faults.add(
        "formula",
        _("The cell has a formula, not a value."),
        _("Copy the column and paste it as values."),
        row=row,
        column=column,
    )


def _may_have_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with package.open(name) as part:
                rest = b""
                while piece := part.read(PIECE):
                    if FORMULA.search(rest + piece):
                        return True
                    rest = piece[-64:]
    return False
