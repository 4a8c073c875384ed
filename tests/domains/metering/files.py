"""Files for import tests, made small and by hand."""

import io
import struct
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

Rows = Sequence[Sequence[Any]]


def csv(path: Path, rows: Rows, *, encoding: str = "utf-8", separator: str = ",") -> Path:
    """A CSV file; None is an empty cell."""
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def xlsx(
    path: Path, rows: Rows, *, merged: str = "", formulas: dict[str, str] | None = None
) -> Path:
    """A workbook: strings as texts, numbers as numbers, days as formatted days."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("抄表")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(number, place, cell)
            elif cell is not None:
                sheet.write_number(number, place, cell)
    if merged:
        sheet.merge_range(merged, "合并")
    for cell, formula in (formulas or {}).items():
        sheet.write_formula(cell, formula, value=12)
    book.close()
    path.write_bytes(stream.getvalue())
    return path


def parquet(path: Path, columns: dict[str, Sequence[Any]]) -> Path:
    pl.DataFrame(columns, strict=False).write_parquet(path)
    return path


def xls(path: Path, rows: Rows, *, formula: tuple[int, int] | None = None) -> Path:
    """An old workbook (BIFF8 in a compound file), as Excel 97 wrote them: texts and numbers.

    ``formula``: row and column, counted from 0, of one more cell, which has a formula.
    """
    cells = b""
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            at = struct.pack("<HHH", number, place, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                cells += _record(0x0204, at + text)
            elif cell is not None:
                cells += _record(0x0203, at + struct.pack("<d", cell))
    if formula is not None:
        at = struct.pack("<HHH", *formula, 0)
        parsed = struct.pack("<HBH", 3, 0x1E, 7)  # the number 7
        cells += _record(0x0006, at + struct.pack("<dHI", 7, 0, 0) + parsed)
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells
    sheet += _record(0x000A, b"")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    padding = _record(0x00E1, bytes(4200))  # short streams would need a second kind of sector
    name = "Sheet1".encode("utf-16-le")
    place = len(begin) + len(padding) + 4 + 8 + len(name) + 4
    listed = _record(0x0085, struct.pack("<IHBB", place, 0, 6, 1) + name)
    path.write_bytes(_compound(begin + padding + listed + _record(0x000A, b"") + sheet))
    return path


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, ``Workbook``: header, FAT, directory, the stream."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    count = -(-len(stream) // 512)
    chain = [fat, end, *range(3, count + 2), end]
    table = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text), kind, 1, free, free, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    unused = bytes(64) + struct.pack("<HBBIII", 0, 0, 0, free, free, free) + bytes(48)
    directory = entry("Root Entry", 5, 1, end, 0)
    directory += entry("Workbook", 2, free, 2, len(stream)) + unused * 2
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, 1, 0, 4096, end, 0, end, 0
    )
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + table + directory + stream.ljust(count * 512, b"\0")
