"""Bulk actions: what would happen first, beside the list; then the same, written.

A bulk action is declared with a form (its fields and the reason), a function that says what would
happen, and a function that does it. Both get the same selection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wattdesk.toolkit.acts import Act
from wattdesk.web.parts import Share, Tone


class ReasonForm(forms.Form):
    """Base of bulk forms: a reason in words, which goes into the audit records."""

    reason = forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """The chosen rows as a queryset; ``is_whole`` when all that the filters let through."""

    rows: QuerySet[Any, Any]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many of the chosen rows would end this way."""

    label: str
    number: int
    tone: Tone


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row that cannot be included: which, why, and what would help."""

    title: str
    why: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen; nothing has been written. ``verb`` says it on the button: 换 37 户."""

    outcomes: Sequence[Outcome]
    obstacles: Sequence[Obstacle]
    verb: str
    can_go: bool
    undo: str = ""

    @property
    def shares(self) -> list[Share]:
        return [Share(o.number, o.tone or "mute", o.label) for o in self.outcomes]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk action: ``action`` is the right it needs, ``carry_out`` returns what to tell."""

    key: str
    title: str | Promise
    action: str
    form: type[forms.Form]
    preview: Callable[[HttpRequest, Selection, forms.Form], DryRun]
    carry_out: Callable[[Selection, forms.Form, Act], str]
