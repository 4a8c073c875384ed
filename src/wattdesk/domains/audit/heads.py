"""The file of heads: one keyed line for each seal, each linked to the line before it.

It shows what the database alone cannot show: that the newest seals were cut off, or that the whole
chain was written anew. A copy of it in other hands, even an old one, shows the same about itself.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from wattdesk.domains.audit import marks, outside

FIRST = "0" * 64  # what the first line names as the mark of the line before it
TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class HeadLines:
    """The file as read: its good lines, and the numbers of those that are not.

    ``torn`` is a last line without its end: the process was killed while it wrote.
    """

    entries: tuple[dict[str, Any], ...]
    edited: tuple[int, ...]
    torn: bool


def _file() -> Path:
    return outside.folder() / "heads.jsonl"


def read_heads() -> HeadLines:
    """Read all lines; good is one whose mark is right and that follows its predecessor."""
    path = _file()
    if not path.exists():
        return HeadLines((), (), torn=False)
    entries: list[dict[str, Any]] = []
    edited: list[int] = []
    previous, torn = FIRST, False
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                torn = True
                break
            entry = _parse(line)
            if entry is None or not marks.is_same(entry["mac"], marks.mark_head(entry)):
                edited.append(number)
                continue
            # After an edited line the next one still names the mark that was there before.
            if entry["previous"] != previous and (number - 1) not in edited[-1:]:
                edited.append(number)
            previous = entry["mac"]
            entries.append(entry)
    return HeadLines(tuple(entries), tuple(edited), torn)


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict):
        return None
    is_head = isinstance(entry.get("mac"), str) and isinstance(entry.get("previous"), str)
    return entry if is_head else None


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest seal that the file of heads knows."""

    number: int
    digest: bytes


def read_tip() -> Tip | None:
    """What the last line says; None when that line is not good, so that nothing builds on it."""
    with outside.open_private(_file()) as file:
        line = _last_line(file)
    if line is None:
        return Tip(0, marks.NO_DIGEST)
    entry = _parse(line)
    if entry is None or not marks.is_same(entry["mac"], marks.mark_head(entry)):
        return None
    return Tip(entry["number"], bytes.fromhex(entry["digest"]))


def append_head(kind: str, fields: Mapping[str, Any]) -> None:
    """Add one line and wait until it is on the disk. The caller is the one sealer.

    ``kind`` is ``seal``, ``accepted`` or ``lost``. A line without a seal of its own repeats number
    and digest of the one before, so that the last line always tells the newest seal. What a killed
    process left of a line is taken away first.
    """
    is_new = not _file().exists()
    with outside.open_private(_file()) as file:
        last = _parse(_last_line(file) or b"") or {}
        known = {"number": last.get("number", 0), "digest": last.get("digest", FIRST)}
        entry = {"kind": kind, **known, **fields, "previous": last.get("mac", FIRST)}
        entry["mac"] = marks.mark_head(entry)
        file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        os.fsync(file.fileno())
    if is_new:
        outside.flush_folder()


def _last_line(file: IO[bytes]) -> bytes | None:
    """The last whole line, without its end; cuts off a torn one behind it. None: no line."""
    end = file.seek(0, os.SEEK_END)
    size = TAIL_BYTES
    while True:
        start = max(0, end - size)
        file.seek(start)
        tail = file.read(end - start)
        whole = tail[: tail.rfind(b"\n") + 1]
        if start == 0 or whole[:-1].count(b"\n"):
            break
        size *= 2
    if len(whole) < len(tail):
        file.truncate(start + len(whole))
    return whole[:-1].rsplit(b"\n", 1)[-1] if whole else None
