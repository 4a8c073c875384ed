"""Who asks, and whether they may: the only way from a request to an actor, a scope, a time.

Views read the clock here and hand it down; nothing below the web asks what time it is.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.toolkit.acts import Act
from wattdesk.web.providers import Viewer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def now(request: HttpRequest) -> datetime:
    """The moment of this request: the same for everything it does."""
    moment: datetime | None = getattr(request, "wd_now", None)
    if moment is None:
        moment = timezone.now()
        request.wd_now = moment  # type: ignore[attr-defined]
    return moment


def today(request: HttpRequest) -> date:
    """The civil day in Shanghai of this request."""
    return timezone.localdate(now(request))


def staff(request: HttpRequest) -> identity.Staff:
    """The signed-in person."""
    assert isinstance(request.user, identity.Staff)
    return request.user


def act(request: HttpRequest, reason: str = "") -> Act:
    """The signed-in person as the actor of a write."""
    return identity.act_of(staff(request), at=now(request), reason=reason)


def scope(request: HttpRequest, action: str) -> Scope:
    """The unit subtrees in which the person may do ``action`` today; empty where nowhere."""
    return viewer(request).scope(action)


def viewer(request: HttpRequest) -> Viewer:
    """The person with everything that today's duties allow; read once a request."""
    found: Viewer | None = getattr(request, "wd_viewer", None)
    if found is None:
        scopes = identity.scopes_of(staff(request).pk, on=today(request))
        found = Viewer(staff(request), now(request), today(request), scopes)
        request.wd_viewer = found  # type: ignore[attr-defined]
    return found


def require(request: HttpRequest, action: str) -> None:
    """Raise ActionMissing unless some duty of the person includes the action."""
    if not viewer(request).may(action):
        raise identity.ActionMissing(action=identity.action_words(action))


def needs(action: str) -> Callable[[View[P]], View[P]]:
    """Let a view be seen only by people some of whose duties include ``action``.

    Others get ActionMissing, a page that names what is needed.

    Which units' objects they get is decided by the scope that the view hands to the domain. The
    action is kept as ``view.action`` for the test that walks every address with every role.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(request, action)
            return view(request, *args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]
        return checked

    return decorate


def is_part(request: HttpRequest) -> bool:
    """True when a script asks for a part of the page, and not for a whole page."""
    details = getattr(request, "htmx", None)
    if not details or details.history_restore_request:
        return False
    return not details.boosted or bool(details.target)


def public(view: Any) -> Any:
    """Mark a view as open to people who are not signed in."""
    view.public = True
    return view
