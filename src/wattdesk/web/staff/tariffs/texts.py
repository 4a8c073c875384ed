"""The text of a document line by line, and a difference of two texts line by line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, its text, and the sentences that belong to it."""

    number: int
    text: str
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a difference: ``kind`` is add, cut, same or gap; numbers are 0 where none."""

    kind: str
    before: int
    after: int
    text: str


def lines(text: str, faults: Mapping[int, Sequence[str]] | None = None) -> list[Line]:
    """The lines of a text from 1, each with what is wrong in it."""
    found = faults or {}
    return [
        Line(number, line, found.get(number, ()))
        for number, line in enumerate(text.splitlines(), 1)
    ]


def changes(unified: str) -> list[Change]:
    """A unified difference as lines with the numbers of both texts."""
    found: list[Change] = []
    before = after = 0
    for line in unified.splitlines():
        if line.startswith(("--- ", "+++ ")) and not before and not after:
            continue
        hunk = HUNK.match(line)
        if hunk:
            before, after = int(hunk[1]), int(hunk[2])
            found.append(Change("gap", 0, 0, line))
        elif line.startswith("+"):
            found.append(Change("add", 0, after, line[1:]))
            after += 1
        elif line.startswith("-"):
            found.append(Change("cut", before, 0, line[1:]))
            before += 1
        else:
            found.append(Change("same", before, after, line[1:]))
            before, after = before + 1, after + 1
    return found
