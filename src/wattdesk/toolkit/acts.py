"""Who does something, when and why: the one argument that every write takes.

It stands below all domains because the lowest of them, audit, records it.
"""

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
