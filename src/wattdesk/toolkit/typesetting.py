"""Typst: templates and data in, PDF out. Knows no domain.

A template reads its data with ``json(bytes(sys.inputs.data))``. Fonts come from a package, never
from the machine, and anything Typst warns about is an error: an unknown font or a character that
no font holds would print as boxes. The same template, data and moment give the same bytes.
"""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pylopdf_fonts_zh_cn
import typst
from pypdf import PdfWriter

from wattdesk.toolkit.errors import InvariantBroken

# A process holds on to what Typst caches; it ends after some parts and gives it back.
PARTS_PER_PROCESS = 6


# Both standards are for keeping (PDF/A), and refuse a character that no font holds; without one
# Typst would print a box and say nothing.
ACCESSIBLE: list[Any] = ["ua-1", "a-2a"]
PLAIN: list[Any] = ["a-2b"]


class TypesettingFailed(InvariantBroken):
    """A template or its data cannot be set: our bug, or a character that no font holds."""


@cache
def _compiler(template: Path) -> typst.Compiler:
    fonts = pylopdf_fonts_zh_cn.sans_path().parent
    return typst.Compiler(
        template, root=template.parent, font_paths=[fonts], ignore_system_fonts=True
    )


# One compiler serves one caller at a time; more threads would gain nothing.
_one_at_a_time = threading.Lock()


def compile_pdf(
    template: Path, data: Mapping[str, Any], *, at: datetime, with_tags: bool = True
) -> bytes:
    """Set ``template`` with ``data`` (anything that JSON holds, no float) as one PDF.

    ``at`` is written into the file as its moment of making. ``with_tags`` adds the structure that
    screen readers use (PDF/UA-1). Raises TypesettingFailed for an error or a warning
    of the compiler.
    """
    return _compile(template, _as_json(data), at, with_tags=with_tags)


def compile_parts(
    template: Path,
    parts: Iterable[Mapping[str, Any]],
    path: Path,
    *,
    at: datetime,
    workers: int,
) -> int:
    """Set many parts, each a document of its own, and put them into one file; returns its pages.

    Parts are taken as they are needed, ``workers`` processes set them, and the file appears at
    ``path`` when it is complete. Without tags: this is for the printing house.
    """
    with TemporaryDirectory(dir=path.parent, prefix=".parts-") as folder:
        files = _set_parts(template, parts, Path(folder), at=at, workers=workers)
        return _join(files, path)


def _set_parts(
    template: Path,
    parts: Iterable[Mapping[str, Any]],
    folder: Path,
    *,
    at: datetime,
    workers: int,
) -> list[Path]:
    files: list[Path] = []
    waiting: list[Future[None]] = []
    # Fresh processes: the caller may hold threads and database connections.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), max_tasks_per_child=PARTS_PER_PROCESS
    ) as pool:
        for number, part in enumerate(parts):
            if len(waiting) > workers:
                waiting.pop(0).result()
            files.append(folder / f"{number:06d}.pdf")
            waiting.append(pool.submit(_set_part, template, _as_json(part), at, files[-1]))
        for future in waiting:
            future.result()
    return files


def _set_part(template: Path, data: str, at: datetime, file: Path) -> None:
    file.write_bytes(_compile(template, data, at, with_tags=False))


def _compile(template: Path, data: str, at: datetime, *, with_tags: bool) -> bytes:
    with _one_at_a_time:
        try:
            pdf, warnings = _compiler(template).compile_with_warnings(
                format="pdf",
                sys_inputs={"data": data},
                timestamp=at.astimezone(UTC),
                pdf_tags=with_tags,
                pdf_standards=ACCESSIBLE if with_tags else PLAIN,
            )
        except typst.TypstError as fault:
            raise TypesettingFailed(f"{template.name}: {fault}") from fault
    if warnings:
        raise TypesettingFailed(f"{template.name}: {'; '.join(w.message for w in warnings)}")
    if not isinstance(pdf, bytes):
        raise TypesettingFailed(f"{template.name}: no document came out")
    return pdf


def _as_json(data: Mapping[str, Any]) -> str:
    _refuse_float(data)
    return json.dumps(data, ensure_ascii=False)


def _refuse_float(value: Any) -> None:
    if isinstance(value, float):
        raise TypesettingFailed(f"{value!r} is a float: print digits")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_float(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_float(inner)


def _join(files: Sequence[Path], path: Path) -> int:
    with PdfWriter() as book:
        for file in files:
            book.append(file, import_outline=True)
        pages = len(book.pages)
        complete = path.with_name(f".{path.name}.new")
        book.write(complete)
    complete.replace(path)
    return pages
