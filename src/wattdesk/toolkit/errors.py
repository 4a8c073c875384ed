"""What can go wrong in words: the classes of errors every domain derives its own from.

An error has a stable dotted code, structured fields and a translatable sentence. Domains know no
HTTP; the web and the command line each have one place that turns these into what a person sees.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Problem(Exception):
    """Base of all anticipated errors. ``message`` may hold named ``%(field)s`` places."""

    code = "problem"
    message: str | Promise = _("Something is wrong.")

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(self.code, fields)

    def __str__(self) -> str:
        return str(self.message) % self.fields if self.fields else str(self.message)


class InvalidInput(Problem):
    """What was sent is malformed. ``errors`` maps field → sentences; all at once, not the first."""

    code = "input.invalid"
    message = _("Some of what was entered cannot be taken.")

    def __init__(self, errors: dict[str, list[str]] | None = None, **fields: Any) -> None:
        self.errors = errors or {}
        super().__init__(**fields)

    def __str__(self) -> str:
        details = [f"{field}: {text}" for field, texts in self.errors.items() for text in texts]
        return " ".join([super().__str__(), *details])


class NotFound(Problem):
    """Absent, or outside the caller's scope: which of the two is not told."""

    code = "not_found"
    message = _("There is no such thing, or it does not belong to your unit.")


class NotAllowed(Problem):
    """The caller's duties do not include the action."""

    code = "not_allowed"
    message = _("Your duties do not include this. Needed: %(action)s.")


class StateConflict(Problem):
    """A valid request in the wrong state; the sentence says the next step."""

    code = "state.conflict"
    message = _("This cannot be done in the present state.")


class Unavailable(Problem):
    """A lock, a timeout, a partner that is down: try again, counted, nobody is woken."""

    code = "unavailable"
    message = _("Something this needs is busy. Nothing was changed; try again in a moment.")


class InvariantBroken(AssertionError):
    """Our bug: the transaction ends, somebody is told."""
