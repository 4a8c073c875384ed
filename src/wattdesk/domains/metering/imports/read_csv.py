"""CSV: encoding and separator are found out; a row that is cut off is told."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.faults import Faults, Unreadable
from wattdesk.domains.metering.imports.sheet import Row, Sheet, build
from wattdesk.domains.metering.imports.upload import not_a_table

PIECE = 1024 * 1024
SEPARATORS = (",", "\t", ";", "|")
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CALLED = {"gb18030": "GBK", "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16"}


def read_csv(path: Path, *, encodings: tuple[str, ...], faults: Faults, largest_rows: int) -> Sheet:
    """Read a CSV file row by row. Raises Unreadable when no encoding fits or it is no table."""
    encoding = find_encoding(path, encodings)
    notes = []
    if encoding == "gb18030":
        notes.append(_("The file is encoded in GBK; it was read so."))
    if not _ends_with_line(path):
        notes.append(_("The last line has no line end: look whether the file is whole."))
    csv.field_size_limit(PIECE)
    with io.open(path, encoding=encoding, newline="") as text:  # noqa: UP020
        separator = _separator(text.readline())
        text.seek(0)
        if separator is None:
            raise not_a_table()
        try:
            return build(
                _rows(text, separator, faults),
                faults=faults,
                largest_rows=largest_rows,
                notes=notes,
            )
        except csv.Error as fault:
            raise Unreadable(
                "not_a_table",
                _("The text cannot be split into cells: %(fault)s.") % {"fault": fault},
                _("Export it again as CSV or save it as Excel workbook (xlsx)."),
            ) from fault


def find_encoding(path: Path, encodings: tuple[str, ...]) -> str:
    """The first encoding that all bytes of the file fit. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(4)
    for bom, encoding in BOMS.items():
        if head.startswith(bom):
            return encoding
    for encoding in encodings:
        if _fits(path, encoding):
            return encoding
    raise Unreadable(
        "encoding",
        _("The text is in none of the encodings %(encodings)s.")
        % {"encodings": ", ".join(CALLED.get(e, e) for e in encodings)},
        _("Save it as CSV UTF-8 or as Excel workbook (xlsx)."),
    )


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(first_line: str) -> str | None:
    """The separator that the header has most of; a single column has none and is no table."""
    counts = {mark: first_line.count(mark) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def _rows(text: io.TextIOWrapper, separator: str, faults: Faults) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    width = 0
    begins = 1
    for cells in reader:
        number, begins = begins, reader.line_num + 1
        if not cells:
            continue
        width = width or len(cells)
        if len(cells) != width:
            faults.add(
                "cut_off" if len(cells) < width else "row_width",
                _("The row has %(found)s cells, the header has %(expected)s.")
                % {"found": len(cells), "expected": width},
                _("The file may be cut off here: export it again."),
                row=number,
            )
        yield number, [cell if cell.strip() else None for cell in cells[:width]]


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) in b"\r\n\x00"
