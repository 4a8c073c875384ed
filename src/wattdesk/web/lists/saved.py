"""Views of a list as tabs: those that the list offers, and those that a person has saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.identity.api import Staff
from wattdesk.toolkit.errors import InvalidInput
from wattdesk.web import access
from wattdesk.web.lists.state import PLACE, State, without
from wattdesk.web.models import SavedView

if TYPE_CHECKING:
    from wattdesk.web.lists.view import ListView

MOST = 12  # of one person on one list: more tabs than that nobody reads
LONGEST_NAME = 40
LONGEST_QUERY = 2000


class ViewRefused(InvalidInput):
    """The view cannot be saved like this."""

    code = "web.view_refused"
    message = gettext_lazy("The view was not saved.")


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab above a list; ``saved_id`` when it is the person's own."""

    title: str
    url: str
    is_current: bool
    saved_id: int | None = None


def canonical(query: str) -> str:
    """A query with its names in order and without the place in the list."""
    kept = without(QueryDict(query), *PLACE)
    return "&".join(sorted(part for part in kept.split("&") if part))


def tabs(request: HttpRequest, listed: "ListView", asked: State) -> list[Tab]:
    """The list's own views and the person's; the present one is the one with the same query."""
    here = asked.query
    own = listed.views or (OnlyView(),)
    found = [Tab(str(view.title), f"?{view.query}", canonical(view.query) == here) for view in own]
    saved = SavedView.objects.filter(staff=access.staff(request), list_key=listed.key)
    found += [
        Tab(view.name, f"?{view.query}", canonical(view.query) == here, view.pk)
        for view in saved.order_by("id")
    ]
    return found


@dataclass(frozen=True, slots=True)
class OnlyView:
    """What a list without views of its own shows as its first tab."""

    query: str = ""

    @property
    def title(self) -> str:
        return _("All")


def save(staff: Staff, list_key: str, name: str, query: str, at: datetime) -> None:
    """Keep a view under a name; the same name is overwritten. Raises ViewRefused."""
    name, query = " ".join(name.split()), canonical(query)
    faults = {}
    if not 0 < len(name) <= LONGEST_NAME:
        faults["name"] = [_("A name of 40 characters at most is needed.")]
    if len(query) > LONGEST_QUERY:
        faults["query"] = [_("The view has too many conditions to be kept.")]
    existing = SavedView.objects.filter(staff=staff, list_key=list_key)
    if existing.exclude(name=name).count() >= MOST:
        faults["name"] = [_("You have 12 views on this list: delete one first.")]
    if faults:
        raise ViewRefused(faults)
    SavedView.objects.update_or_create(
        staff=staff,
        list_key=list_key,
        name=name,
        defaults={"query": query},
        create_defaults={"query": query, "created_at": at},
    )


def delete(staff: Staff, view_id: int) -> None:
    """Take away one of one's own views; another's is not touched."""
    SavedView.objects.filter(staff=staff, pk=view_id).delete()
