"""What areas add to the workbench, the navigation, the bell and the search.

An area registers once, in its ``workbench.py``::

    providers.register("billing", tasks=my_tasks, notices=my_notices, counts=my_counts)

Every provider is a function of a :class:`Viewer` and reads through the area's domain ``api``; it
returns only what the person may see. One that fails with an anticipated error or a database error
leaves its panel saying so, never the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import DatabaseError, transaction

from wattdesk.domains.identity.api import Staff
from wattdesk.domains.identity.data import Scope
from wattdesk.toolkit.errors import Problem
from wattdesk.web.parts import Figure, Notice, SegmentDay, Signature, Task, Tone

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, when, and what this person's duties allow."""

    staff: Staff
    now: datetime
    today: date
    scopes: Mapping[str, Scope]

    def may(self, action: str) -> bool:
        """True when some duty includes the action, for whichever unit."""
        return action in self.scopes

    def scope(self, action: str) -> Scope:
        """Where the person may do the action; empty where nowhere."""
        return self.scopes.get(action) or Scope(action, ())


@dataclass(frozen=True, slots=True)
class NavCount:
    """The number beside an item of the navigation; red only when something in it is late."""

    number: int
    is_late: bool = False


Pieces = tuple[tuple[str, bool], ...]  # texts in order, each with whether it matched


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of the search box; the matched pieces of its texts are marked on the screen.

    ``group`` is the heading under which it stands, ``chip`` a state in words with its ``tone``,
    ``note`` what matched where it is in none of the texts (a phone number, masked).
    """

    group: str
    title: Pieces
    url: str
    detail: Pieces = ()
    number: Pieces = ()
    icon: str = "home-bolt"
    note: str = ""
    chip: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Area:
    """The providers of one area; absent ones are None."""

    name: str
    tasks: Callable[[Viewer], Sequence[Task]] | None = None
    figures: Callable[[Viewer], Sequence[Figure]] | None = None
    signatures: Callable[[Viewer], Sequence[Signature]] | None = None
    notices: Callable[[Viewer], Sequence[Notice]] | None = None
    segments: Callable[[Viewer, date], Sequence[SegmentDay]] | None = None
    counts: Callable[[Viewer], Mapping[str, NavCount]] | None = None
    search: Callable[[Viewer, str, int], Sequence[Hit]] | None = None


@dataclass(slots=True)
class Gathered:
    """What the providers returned, and the areas whose provider failed."""

    items: list[Any] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


_areas: dict[str, Area] = {}


def register(name: str, **functions: Any) -> None:
    """Register an area's providers; a second call for the same area replaces the first."""
    _areas[name] = Area(name, **functions)


def areas() -> list[Area]:
    return list(_areas.values())


def gather(kind: str, *arguments: Any) -> Gathered:
    """Call the provider ``kind`` of every area that has one, and collect what they return."""
    result = Gathered()
    for area in _areas.values():
        provider = getattr(area, kind)
        if provider is None:
            continue
        found = guarded(provider, *arguments)
        if found is None:
            result.failed.append(area.name)
        elif isinstance(found, Mapping):
            result.items.extend(found.items())
        else:
            result.items.extend(found)
    return result


def guarded(provider: Callable[..., T], *arguments: Any) -> T | None:
    """The provider's answer, or None when it failed in a way that must not blank the page."""
    try:
        with transaction.atomic():  # a failed statement must not poison what follows
            return provider(*arguments)
    except (Problem, DatabaseError):
        return None
