"""YAML to plain values with the place of every value, read strictly.

Numbers are taken from their text: ``0.538`` is Decimal("0.538"), never a float; ``on`` and ``8:00``
are plain text and ``0123`` or ``1e3`` are refused, so none of YAML 1.1's surprises. Anchors,
aliases, tags and names that stand twice are refused too: what a reader sees is what is billed.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from wattdesk.kernel.rating.document_errors import DocumentError, DocumentErrors

LARGEST_TEXT = 400_000
DEEPEST = 16
INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})\Z")
NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})\.\d{1,18}\Z")
ODD_NUMBER = re.compile(r"[-+]?(\d[\d_]*)?\.?\d[\d_]*([eE][-+]?\d+)?\Z|[-+]?\.(inf|nan)\Z", re.I)
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}

Path = tuple[str | int, ...]
Place = tuple[int, int]


@dataclass(slots=True)
class Placed:
    """The values of a text, and where each value and each name stands (line, column from 1)."""

    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    names: dict[Path, Place] = field(default_factory=dict)

    def error(
        self, path: Path, fault: str, /, *, at_name: bool = False, **fields: object
    ) -> DocumentError:
        """A fault at the value of a path, or at its name."""
        line, column = (self.names if at_name else self.values)[path]
        return DocumentError(line, column, path_text(path), fault, fields)


def path_text(path: Path) -> str:
    """``("schedules", 0, "code")`` as ``schedules[0].code``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def read(text: str) -> Placed:
    """Read one YAML document. Raises DocumentErrors when the text is not one."""
    if len(text) > LARGEST_TEXT:
        raise DocumentErrors([DocumentError(1, 1, "", "too_long", {"limit": LARGEST_TEXT})])
    reader = _Reader()
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            reader.take(event)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = fault.problem or fault.context or "unknown"
        raise DocumentErrors(
            [DocumentError(line, column, "", "not_yaml", {"reason": reason})]
        ) from fault
    except yaml.YAMLError as fault:  # characters that YAML forbids
        reason = str(fault).splitlines()[0]
        raise DocumentErrors([DocumentError(1, 1, "", "not_yaml", {"reason": reason})]) from fault
    if reader.errors:
        raise DocumentErrors(reader.errors)
    if reader.documents != 1 or reader.placed.data is None:
        raise DocumentErrors([DocumentError(1, 1, "", "empty")])
    return reader.placed


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    name: str | None = None  # of a mapping: the name whose value comes next


class _Reader:
    """Builds values from YAML events with a stack, so that depth is bounded by us."""

    def __init__(self) -> None:
        self.placed = Placed()
        self.errors: list[DocumentError] = []
        self.documents = 0
        self._stack: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(event, "several")
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, "anchor")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._stack.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)

    def _open(self, event: yaml.Event) -> None:
        if len(self._stack) >= DEEPEST:
            self._stop(event, "too_deep", limit=DEEPEST)
        if getattr(event, "anchor", None) or getattr(event, "tag", None):
            self._stop(event, "anchor")
        if self._awaits_name():
            self._stop(event, "key_not_text")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Open(value, self._put(event, value)))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.anchor or event.tag:
            self._stop(event, "anchor")
        if self._awaits_name():
            self._name(event)
            return
        path = self._next_path()
        value = event.value if event.style else self._plain(event, path)
        self._put(event, value)

    def _plain(self, event: yaml.ScalarEvent, path: Path) -> Any:
        """A value without quotes: a word of YAML, a number, a day, or text."""
        text: str = event.value
        value: Any = text
        if text in PLAIN:
            value = PLAIN[text]
        elif INTEGER.match(text):
            value = int(text)
        elif NUMBER.match(text):
            value = Decimal(text)
        elif found := DAY.match(text):
            try:
                value = date(*(int(part) for part in found.groups()))
            except ValueError:
                self._note(event, path, "bad_date", value=text)
        elif ODD_NUMBER.match(text):
            self._note(event, path, "bad_number", value=text)
        return value

    def _awaits_name(self) -> bool:
        return (
            bool(self._stack)
            and isinstance(self._stack[-1].value, dict)
            and self._stack[-1].name is None
        )

    def _name(self, event: yaml.ScalarEvent) -> None:
        top = self._stack[-1]
        path = (*top.path, event.value)
        if path in self.placed.names:
            self._note(event, path, "duplicate_key", name=event.value)
        self.placed.names[path] = _place(event)
        top.name = event.value

    def _next_path(self) -> Path:
        if not self._stack:
            return ()
        top = self._stack[-1]
        last: str | int = len(top.value) if isinstance(top.value, list) else str(top.name)
        return (*top.path, last)

    def _put(self, event: yaml.Event, value: Any) -> Path:
        path = self._next_path()
        self.placed.values[path] = _place(event)
        if not self._stack:
            self.placed.data = value
            return path
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[str(top.name)] = value
            top.name = None
        return path

    def _note(self, event: yaml.Event, path: Path, code: str, **fields: object) -> None:
        line, column = _place(event)
        self.errors.append(DocumentError(line, column, path_text(path), code, fields))

    def _stop(self, event: yaml.Event, code: str, **fields: object) -> None:
        self._note(event, self._next_path() if self._stack else (), code, **fields)
        raise DocumentErrors(self.errors)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
