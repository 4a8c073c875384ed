"""Public types of the identity domain."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and why: given to every operation that writes.

    ``staff_id`` is None for the system itself (a job, an import at night); ``at`` is an aware
    moment; ``reason`` is the person's words and may be empty only where no rule asks for one.
    """

    staff_id: int | None
    name: str
    at: datetime
    reason: str = ""

    def because(self, reason: str) -> "Act":
        """The same act with another reason."""
        return replace(self, reason=reason)


@dataclass(frozen=True, slots=True)
class Scope:
    """The unit subtrees in which a person may do an action; ``paths`` are unit paths."""

    action: str
    paths: tuple[str, ...]

    def covers(self, unit_path: str) -> bool:
        """True when the unit lies in one of the subtrees."""
        return any(unit_path.startswith(path) for path in self.paths)
