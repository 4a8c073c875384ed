"""Keeping an uploaded file between check and commit, and telling what kind it is."""

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import gettext as _

from wattdesk.domains.metering.imports.faults import Unreadable

PIECE = 1024 * 1024
ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
# Texts of a file's first bytes that are no table although they are text.
MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"{\\rtf", b"%pdf")
# How much larger than the largest file its unpacked content may be.
UNPACKED_TIMES = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """A file under the import folder, named by its digest."""

    path: Path
    sha256: str
    size: int


def import_folder() -> Path:
    """Where uploads and checked rows wait for their commit; made when it is not there."""
    folder = Path(getattr(settings, "IMPORTS", settings.VAR / "imports"))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def keep(source: Path | IO[bytes]) -> Kept:
    """Copy the file piece by piece; never more than the largest size is read.

    Raises Unreadable for a file that is too large or empty, before it is read where its size is
    told.
    """
    limit = int(settings.IMPORT_MAX_BYTES)
    told = source.stat().st_size if isinstance(source, Path) else getattr(source, "size", None)
    if told is not None and told > limit:
        raise _too_large(told, limit)
    beside = import_folder() / f"{uuid4().hex}.part"
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                kept = _copy(stream, beside, limit)
        else:
            kept = _copy(source, beside, limit)
    finally:
        beside.unlink(missing_ok=True)
    return kept


def _copy(stream: IO[bytes], beside: Path, limit: int) -> Kept:
    digest, size = hashlib.sha256(), 0
    with beside.open("wb") as copy:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > limit:
                raise _too_large(size, limit)
            digest.update(piece)
            copy.write(piece)
    if size == 0:
        raise Unreadable(
            "empty_file", _("The file is empty."), _("Export it again and look into it.")
        )
    path = import_folder() / digest.hexdigest()
    beside.replace(path)
    return Kept(path, digest.hexdigest(), size)


def _too_large(size: int, limit: int) -> Unreadable:
    return Unreadable(
        "too_large",
        _("The file has %(size)s MB or more; at most %(limit)s MB are taken.")
        % {"size": f"{size // PIECE:,}", "limit": f"{limit // PIECE:,}"},
        _("Split it, for instance by segment or month, or save it as Parquet."),
    )


def sniff(path: Path) -> str:
    """The kind of a file by its content: xlsx, xls, parquet or csv. Raises Unreadable."""
    with path.open("rb") as file:
        head = file.read(64 * 1024)
        file.seek(-4, 2) if path.stat().st_size >= 4 else None
        tail = file.read(4)
    if head.startswith(PARQUET):
        return _whole_parquet(path, tail)
    if head.startswith(ZIP):
        return _whole_xlsx(path)
    if head.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise Unreadable(
                "password",
                _("The file is protected with a password."),
                _("Save it without a password."),
            )
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if start.startswith(MARKUP) or (b"\x00" in head and not utf16):
        raise not_a_table()
    return "csv"


def not_a_table() -> Unreadable:
    """The refusal of a file that is no table of any kind."""
    return Unreadable(
        "not_a_table",
        _("The file is neither a spreadsheet nor a table in text or Parquet."),
        _("Open it where it comes from and save it as Excel workbook (xlsx) or CSV."),
    )


def cut_off() -> Unreadable:
    """The refusal of a file that ends in the middle."""
    return Unreadable(
        "cut_off",
        _("The file ends in the middle: half of it is missing."),
        _("Copy or export it again and compare the sizes."),
    )


def _whole_parquet(path: Path, tail: bytes) -> str:
    if tail != PARQUET:
        raise cut_off()
    try:
        held = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as fault:
        raise cut_off() from fault
    _bounded(sum(held.row_group(i).total_byte_size for i in range(held.num_row_groups)))
    return "parquet"


def _whole_xlsx(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            unpacked = sum(entry.file_size for entry in package.infolist())
    except zipfile.BadZipFile as fault:
        raise cut_off() from fault
    if not any(name.lower() == "xl/workbook.xml" for name in names):
        raise not_a_table()
    _bounded(unpacked)
    return "xlsx"


def _bounded(unpacked: int) -> None:
    """Refuse what would fill the memory once unpacked."""
    limit = int(settings.IMPORT_MAX_BYTES) * UNPACKED_TIMES
    if unpacked > limit:
        raise _too_large(unpacked, limit)
