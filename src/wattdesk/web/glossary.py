"""Words of the trade for the help drawer, from glossary.yaml beside this file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.utils.translation import get_language

FILE = Path(__file__).with_name("glossary.yaml")


@dataclass(frozen=True, slots=True)
class Term:
    """One term in the language of the page."""

    key: str
    name: str
    other_name: str
    text: str


@cache
def _entries() -> Mapping[str, Mapping[str, str]]:
    entries: dict[str, dict[str, str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return entries


def terms(*keys: str) -> list[Term]:
    """The terms named, in that order; all of them when none is named. Raises KeyError."""
    entries = _entries()
    english = (get_language() or "").startswith("en")
    mine, other = ("en", "zh") if english else ("zh", "en")
    return [
        Term(key, entries[key][mine], entries[key][other], entries[key][f"{mine}_text"])
        for key in (keys or entries)
    ]
