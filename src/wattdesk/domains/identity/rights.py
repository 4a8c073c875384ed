"""Rights: whether a person may do an action for a unit on a day. Each question is one query.

Nothing is remembered between questions: a duty that ends or a role that changes counts at once.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity.data import Scope
from wattdesk.domains.identity.roles import declared
from wattdesk.toolkit.errors import NotAllowed

M = TypeVar("M", bound=Model)

# Duties in force: confirmed, of an active person, on the day.
_IN_FORCE = """
  FROM identity_duty d
  JOIN identity_staff p ON p.id = d.staff_id AND p.is_active
  JOIN identity_role_action a ON a.role_id = d.role_id
  JOIN identity_unit u ON u.id = d.unit_id
 WHERE d.staff_id = %(staff)s AND d.confirmed_at IS NOT NULL AND d.period @> %(day)s::date
"""


class ActionMissing(NotAllowed):
    """The person's duties do not include the action for the unit."""

    code = "identity.action_missing"
    message = _("Your duties do not include this. Needed: %(action)s.")


def action_words(action: str) -> str:
    """The words of an action in the reader's language; its code when nobody declared it."""
    declaration = declared().actions.get(action)
    return str(declaration) if declaration else action


def may(staff_id: int, action: str, *, unit_path: str, on: date) -> bool:
    """True when a duty in force on the day includes the action for a unit above or at the path."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 {_IN_FORCE} AND a.action = %(action)s"
            " AND starts_with(%(path)s, u.path))",
            {"staff": staff_id, "action": action, "path": unit_path, "day": on},
        )
        return bool(cursor.fetchone()[0])


def require(staff_id: int, action: str, *, unit_path: str, on: date) -> None:
    """Raise ActionMissing (a NotAllowed) unless :func:`may`."""
    if not may(staff_id, action, unit_path=unit_path, on=on):
        raise ActionMissing(action=action_words(action))


def scopes_of(staff_id: int, *, on: date) -> Mapping[str, Scope]:
    """Everything a person may do on the day, and where: action → scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT a.action, u.path {_IN_FORCE} ORDER BY a.action, u.path",
            {"staff": staff_id, "day": on},
        )
        found: dict[str, list[str]] = {}
        for action, path in cursor:
            found.setdefault(action, []).append(path)
    return {action: Scope(action, _widest(paths)) for action, paths in found.items()}


def scope_of(staff_id: int, action: str, *, on: date) -> Scope:
    """Where a person may do the action on the day; no paths: nowhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT u.path {_IN_FORCE} AND a.action = %(action)s ORDER BY u.path",
            {"staff": staff_id, "action": action, "day": on},
        )
        return Scope(action, _widest([path for (path,) in cursor]))


def actions_of(staff_id: int, *, on: date) -> frozenset[str]:
    """The actions that a person may do on the day for at least one unit."""
    return frozenset(scopes_of(staff_id, on=on))


def _widest(paths: list[str]) -> tuple[str, ...]:
    """Without the paths that lie below another of them; ``paths`` are sorted."""
    kept: list[str] = []
    for path in paths:
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)


def within(queryset: QuerySet[M], scope: Scope, field: str = "unit__path") -> QuerySet[M]:
    """Only the rows whose unit lies in the scope; ``field`` leads to the unit's path."""
    if not scope.paths:
        return queryset.none()
    condition = Q()
    for path in scope.paths:
        condition |= Q(**{f"{field}__startswith": path})
    return queryset.filter(condition)
