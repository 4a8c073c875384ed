"""Where an old workbook (xls) has formulas: its cells are read elsewhere, which shows values only.

An xls file is a compound file: sectors chained by a table (FAT), a directory, and in it the stream
``Workbook`` of records (BIFF). Form: [MS-CFB] and [MS-XLS].
"""

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

BOUNDSHEET, BOF, EOF, FORMULA = 0x0085, 0x0809, 0x000A, 0x0006
NO_MORE = 0xFFFFFFFA  # from here on: end of chain, free, and other marks
HEADER_FATS = 109
SHORT_STREAM = 4096
SHORT_SECTOR = 64
ENTRY = 128


class NotBiff(ValueError):
    """The file is not built as an xls file is."""


def formula_cells(path: Path) -> list[tuple[int, int]]:
    """Row and column, both counted from 0, of the formulas in the first sheet. Raises NotBiff."""
    try:
        stream = _workbook(path.read_bytes())
        return list(_formulas(stream, _first_sheet(stream)))
    except (struct.error, IndexError, OverflowError) as fault:
        raise NotBiff(str(fault)) from fault


def _formulas(stream: bytes, start: int) -> Iterator[tuple[int, int]]:
    depth = 0
    for kind, at, _length in _records(stream, start):
        if kind == BOF:
            depth += 1
        elif kind == EOF:
            depth -= 1
            if depth == 0:
                return
        elif kind == FORMULA and depth == 1:
            yield struct.unpack_from("<HH", stream, at)


def _first_sheet(stream: bytes) -> int:
    for kind, at, _length in _records(stream, 0):
        if kind == BOUNDSHEET:
            return int(struct.unpack_from("<I", stream, at)[0])
    raise NotBiff("no sheet")


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record's content."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, length
        at += 4 + length


def _workbook(data: bytes) -> bytes:
    """The stream of the workbook out of a compound file."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory_at, short_fat_at = (struct.unpack_from("<I", data, at)[0] for at in (48, 60))
    fat = _words(b"".join(_sector(data, n, size) for n in _fat_sectors(data, size)))
    directory = _chain(data, directory_at, fat, size)
    entries = {
        _name(directory, at): struct.unpack_from("<II", directory, at + 116)
        for at in range(0, len(directory) - ENTRY + 1, ENTRY)
    }
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise NotBiff("no workbook")
    start, length = found
    if length >= SHORT_STREAM:
        return _chain(data, start, fat, size)[:length]
    # Short streams lie in small sectors inside the stream of the root.
    shorts = _chain(data, entries["Root Entry"][0], fat, size)
    table = _words(_chain(data, short_fat_at, fat, size))
    places = _follow(start, table)
    return b"".join(shorts[n * SHORT_SECTOR : (n + 1) * SHORT_SECTOR] for n in places)[:length]


def _fat_sectors(data: bytes, size: int) -> list[int]:
    """Numbers of the sectors that hold the FAT: the first in the header, the others in a chain."""
    numbers = list(struct.unpack_from(f"<{HEADER_FATS}I", data, 76))
    (following,) = struct.unpack_from("<I", data, 68)
    seen = 0
    while following < NO_MORE:
        *more, following = _words(_sector(data, following, size))
        numbers += more
        seen += 1
        if seen * size > len(data):
            raise NotBiff("a chain without an end")
    return [number for number in numbers if number < NO_MORE]


def _chain(data: bytes, start: int, fat: "array[int]", size: int) -> bytes:
    return b"".join(_sector(data, number, size) for number in _follow(start, fat))


def _follow(number: int, table: "array[int]") -> Iterator[int]:
    for _step in range(len(table) + 1):
        if number >= NO_MORE:
            return
        yield number
        number = table[number]
    raise NotBiff("a chain without an end")


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size]


def _words(content: bytes) -> "array[int]":
    words = array("I")
    words.frombytes(content[: len(content) // 4 * 4])
    return words


def _name(directory: bytes, at: int) -> str:
    (length,) = struct.unpack_from("<H", directory, at + 64)
    return directory[at : at + max(length - 2, 0)].decode("utf-16-le", errors="replace")
