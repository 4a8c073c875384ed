"""Before and after of a record, field by field, written as screens write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from wattdesk.domains.identity import api as identity
from wattdesk.web import format as fmt
from wattdesk.web.staff.audit import words

LONGEST = 600
FIGURE = re.compile(r"-?\d+(\.\d+)?")
# Digests say nothing to a reader of a list; the record's own page shows them.
FINGERPRINTS = frozenset({"digest", "drafts", "sha256"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its words and its name in the record, both values, and what became of it."""

    name: str
    key: str
    before: str
    after: str
    is_changed: bool
    sentence: str


def fields(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    units: Mapping[str, str] | None = None,
) -> list[FieldChange]:
    """Every field of either side, in the order of the record; ``units`` are names by path."""
    old, new = before or {}, after or {}
    return [
        _field(
            key,
            _named(key, old.get(key), units or {}),
            _named(key, new.get(key), units or {}),
            key in old,
            key in new,
        )
        for key in dict.fromkeys([*old, *new])
    ]


def _named(key: str, value: Any, units: Mapping[str, str]) -> Any:
    """Roles, actions and units by their names where the record has their codes."""
    if key == "role":
        role = identity.declared().roles.get(str(value))
        return str(role) if role else value
    if key == "unit":
        return units.get(str(value), value)
    if key == "actions" and isinstance(value, list):
        known = identity.known_actions()
        return [str(known[one]) if one in known else one for one in value]
    return value


def _field(key: str, old: Any, new: Any, was: bool, is_now: bool) -> FieldChange:
    name = words.field(key)
    before = written(key, old) if was else ""
    after = written(key, new) if is_now else ""
    texts = {"name": name, "before": before, "after": after}
    if was and is_now and old != new:
        sentence = _("%(name)s changed from %(before)s to %(after)s") % texts
    elif was and is_now:
        sentence = _("%(name)s stayed %(after)s") % texts
    elif is_now:
        sentence = _("%(name)s: %(after)s") % texts
    else:
        sentence = _("%(name)s was %(before)s") % texts
    return FieldChange(name, key, before, after, was and is_now and old != new, sentence)


def written(key: str, value: Any) -> str:
    """A stored value as people read it: fen as yuan, truth as words, lists joined."""
    if value is None or value == "":
        return fmt.NONE
    if isinstance(value, Mapping):
        parts = (f"{words.field(name)} {written(name, one)}" for name, one in value.items())
        return _cut(_(", ").join(parts))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _cut(_(", ").join(written(key, one) for one in value))
    return _single(key, value)


def _single(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return fmt.yuan(value) if key.endswith("_fen") else str(value)
    if key.endswith(("_kwh", "_kva")) and FIGURE.fullmatch(str(value)):
        return fmt.quantity(Decimal(str(value)))
    return _cut(str(words.VALUES.get(str(value), value)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
