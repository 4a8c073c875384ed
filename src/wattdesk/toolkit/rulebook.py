"""The rulebook: limits, thresholds and choices as dated rows with their source, in YAML.

A file ``rulebook/<area>.yaml`` is a list of rules; the names in it start with ``<area>.``. The same
name may stand there several times with different ``effective_from``: each holds from its day until
the next. A folder of the supplier's own (setting ``RULEBOOK_EXTRA``) is asked first: a row of its
own that is in force on the day wins over the shipped one. Files whose top is not a list (roles, for
one) are other forms with readers of their own and are left alone.

Numbers are exact: whole numbers become ``int``, all others ``Decimal``; never a float.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.errors import Problem

SHIPPED = Path(__file__).resolve().parents[1] / "rulebook"
KEYS = frozenset({"name", "value", "effective_from", "source", "mark"})
NEEDED = ("name", "value", "effective_from", "source")

RuleValue = Decimal | int | str | bool | list[Any]


class RulebookMalformed(Problem):
    """A file of rules cannot be used: ``file``, ``line``, ``rule`` and ``fault`` say why."""

    code = "rulebook.malformed"
    message = _("%(file)s, line %(line)s, rule %(rule)s: %(fault)s")


class RuleMissing(Problem):
    """No row of that name is in force on the day."""

    code = "rulebook.missing"
    message = _("The rulebook has no rule %(rule)s in force on %(day)s (looked in %(file)s).")


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated row. ``mark`` is ``mem`` where the value was not checked against its source."""

    name: str
    value: RuleValue
    effective_from: date
    source: str
    mark: str
    file: str
    line: int

    @property
    def integer(self) -> int:
        """The value as a whole number. Raises RulebookMalformed for anything else."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self._wrong(_("a whole number is needed"))
        return self.value

    @property
    def decimal(self) -> Decimal:
        """The value as an exact number; a whole number will do too."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            raise self._wrong(_("a number is needed"))
        return Decimal(self.value)

    @property
    def text(self) -> str:
        """The value as a text."""
        if not isinstance(self.value, str):
            raise self._wrong(_("a text is needed"))
        return self.value

    @property
    def texts(self) -> tuple[str, ...]:
        """The value as a list of texts."""
        if not isinstance(self.value, list) or not all(isinstance(v, str) for v in self.value):
            raise self._wrong(_("a list of texts is needed"))
        return tuple(self.value)

    def _wrong(self, fault: Any) -> RulebookMalformed:
        return RulebookMalformed(file=self.file, line=self.line, rule=self.name, fault=fault)


def rule(name: str, *, on: date) -> Rule:
    """The rule ``name`` in force on the day ``on``.

    Raises RuleMissing when no row is in force then, RulebookMalformed when the file is not usable.
    """
    area = name.partition(".")[0]
    for folder in reversed(folders()):
        rows = [
            row
            for row in _rows(folder / f"{area}.yaml")
            if row.name == name and row.effective_from <= on
        ]
        if rows:
            return max(rows, key=lambda row: row.effective_from)
    raise RuleMissing(rule=name, day=on.isoformat(), file=f"{area}.yaml")


def all_rules() -> tuple[Rule, ...]:
    """Every row of every file, by name and day, for a reference page; the supplier's own last."""
    return tuple(
        sorted(
            (row for folder in folders() for path in _files(folder) for row in _rows(path)),
            key=lambda row: (row.name, row.effective_from),
        )
    )


def folders() -> tuple[Path, ...]:
    """The folders that are read: the shipped one, then the supplier's own where one is set."""
    extra = getattr(settings, "RULEBOOK_EXTRA", None)
    return (SHIPPED, Path(extra)) if extra else (SHIPPED,)


def read_rules(text: str, *, file: str) -> tuple[Rule, ...]:
    """Read one file's text; no rows when its top is not a list.

    Raises RulebookMalformed for the first fault, with its file, line and rule.
    """
    area = Path(file).stem
    rows: list[Rule] = []
    seen: set[tuple[str, date]] = set()
    for line, entry in _entries(text, file):
        row = _row(entry, file=file, line=line)
        if row.name.partition(".")[0] != area:
            raise RulebookMalformed(
                file=file, line=line, rule=row.name,
                fault=_("the name must start with %(area)s.") % {"area": area},
            )  # fmt: skip
        if (row.name, row.effective_from) in seen:
            raise RulebookMalformed(
                file=file, line=line, rule=row.name, fault=_("it stands there twice for this day")
            )
        seen.add((row.name, row.effective_from))
        rows.append(row)
    return tuple(rows)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _rows(path: Path) -> tuple[Rule, ...]:
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return ()
    return _cached_rows(path, changed)


@lru_cache(maxsize=64)
def _cached_rows(path: Path, _changed: int) -> tuple[Rule, ...]:
    return read_rules(path.read_text(encoding="utf-8"), file=str(path))


class _ExactLoader(yaml.SafeLoader):
    """YAML with numbers as they are written."""


def _exact_number(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    text = loader.construct_scalar(node).replace("_", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise yaml.constructor.ConstructorError(
            problem=f"not a number: {text}", problem_mark=node.start_mark
        )
    return number


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _exact_number)


def _entries(text: str, file: str) -> Iterator[tuple[int, Any]]:
    loader = _ExactLoader(text)
    try:
        top = loader.get_single_node()
        if not isinstance(top, yaml.SequenceNode):
            return
        for node in top.value:
            yield node.start_mark.line + 1, loader.construct_object(node, deep=True)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        raise RulebookMalformed(
            file=file, line=mark.line + 1 if mark else 1, rule="?", fault=str(fault)
        ) from fault
    finally:
        loader.dispose()


def _row(entry: Any, *, file: str, line: int) -> Rule:
    def fail(fault: Any) -> RulebookMalformed:
        name = entry.get("name", "?") if isinstance(entry, dict) else "?"
        return RulebookMalformed(file=file, line=line, rule=name, fault=fault)

    if not isinstance(entry, dict):
        raise fail(_("a rule has the parts name, value, effective_from and source"))
    for key in NEEDED:
        if entry.get(key) is None:
            raise fail(_("the part %(key)s is missing") % {"key": key})
    unknown = sorted(str(key) for key in entry.keys() - KEYS)
    if unknown:
        raise fail(_("unknown part %(key)s") % {"key": unknown[0]})
    day, value = entry["effective_from"], entry["value"]
    if type(day) is not date:
        raise fail(_("effective_from must be a day such as 2026-08-01"))
    if not isinstance(value, Decimal | int | str | list):
        raise fail(_("a value is a number, a text or a list"))
    return Rule(
        name=str(entry["name"]),
        value=value,
        effective_from=day,
        source=str(entry["source"]),
        mark=str(entry.get("mark", "")),
        file=file,
        line=line,
    )
