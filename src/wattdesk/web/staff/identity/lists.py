"""The list of staff, the tree of units, the roles in words, and duties that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import DutyInfo, RoleInfo, StaffInfo, UnitInfo
from wattdesk.web import access
from wattdesk.web.access import needs
from wattdesk.web.lists.columns import Cell, Column, Row
from wattdesk.web.lists.filters import ChoiceFilter, Filter, Rows, TextFilter
from wattdesk.web.lists.view import ListView, OwnView
from wattdesk.web.staff.identity import words
from wattdesk.web.staff.identity.reach import MANAGE, VIEW


class StaffList(ListView):
    """People of the reader's units, one row each."""

    key = "identity.staff"
    title = _("Staff and duties")
    noun = _("people")
    action = VIEW
    values = ("pk", "username", "is_active", "must_change_password", "created_at")
    columns = (
        Column("name", pgettext_lazy("person", "Name"), sort="name"),
        Column("username", _("Sign-in name"), sort="username"),
        Column("unit", _("Unit"), sort="unit__path"),
        Column("roles", _("Roles today")),
        Column("reach", _("For"), is_shown=False),
        Column("since", _("Added"), "day", sort="created_at", is_shown=False),
        Column("state", _("State"), "state"),
    )
    views = (
        OwnView(pgettext_lazy("people", "All")),
        OwnView(_("Active"), "state=active"),
        OwnView(_("Deactivated"), "state=gone"),
        OwnView(_("Without a role"), "role=NONE"),
    )
    search = TextFilter(
        "q", _("Name"), fields=("name", "name_en", "username"), placeholder=_("Find a person")
    )
    default_sort = "username"
    template_name = "identity/staff_list.html"
    filters: Sequence[Filter] = ()  # type: ignore[misc]  # of the person who asks: see setup

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        scope, today = access.scope(request, VIEW), access.today(request)

        def units() -> list[tuple[str, str]]:
            return [(unit.code, str(unit)) for unit in identity.list_units(scope)]

        def in_units(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            wanted = [u for u in identity.list_units(scope) if u.code in chosen]
            below = Q(pk__in=[])
            for unit in wanted:
                below |= Q(unit__path__startswith=unit.path)
            return rows.filter(below)

        def roles() -> list[tuple[str, Any]]:
            known: list[tuple[str, Any]] = [(r.code, str(r)) for r in identity.list_roles()]
            return [*known, ("NONE", _("no role today"))]

        in_force = {"duties__confirmed_at__isnull": False, "duties__period__contains": today}

        def with_roles(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            holders = identity.staff_rows(scope).filter(Q(**in_force))
            found = Q(pk__in=holders.filter(duties__role__code__in=chosen).values("pk"))
            if "NONE" in chosen:
                found |= ~Q(pk__in=holders.values("pk"))
            return rows.filter(found)

        def active(rows: Rows, chosen: tuple[str, ...]) -> Rows:
            return rows.filter(is_active=chosen[0] == "active") if len(chosen) == 1 else rows

        self.filters = (
            ChoiceFilter("unit", _("Unit"), where=in_units, choices=units),
            ChoiceFilter("role", _("Role"), where=with_roles, choices=roles),
            ChoiceFilter(
                "state", _("State"), where=active,
                choices=(("active", pgettext_lazy("person", "active")),
                         ("gone", pgettext_lazy("person", "deactivated"))),
            ),
        )  # fmt: skip

    def rows(self, request: HttpRequest) -> QuerySet[Any, Any]:
        return identity.staff_rows(access.scope(request, VIEW))

    def extra(self, request: HttpRequest) -> dict[str, Any]:
        may_manage = access.viewer(request).may(MANAGE)
        waiting = identity.list_unconfirmed_duties(access.scope(request, VIEW))
        return {"may_manage": may_manage, "waiting": len(waiting)}

    def present(self, request: HttpRequest, found: Sequence[dict[str, Any]]) -> list[Row]:
        people = identity.staff_by_id([row["pk"] for row in found], on=access.today(request))
        return [self._row(row, people[row["pk"]]) for row in found]

    @staticmethod
    def _row(row: dict[str, Any], person: StaffInfo) -> Row:
        url = reverse("identity:person", args=[person.id])
        state = Cell(str(pgettext_lazy("person", "active")), tone="ok")
        if not person.is_active:
            state = Cell(str(pgettext_lazy("person", "deactivated")), tone="mute")
        elif person.must_change_password:
            state = Cell(str(_("has to set a password")), tone="info")
        cells: dict[str, Any] = {
            "name": Cell(str(person), url),
            "username": person.username,
            "unit": str(person.unit),
            "roles": person.role or Cell(str(_("no role today")), tone="warn"),
            "reach": "、".join(dict.fromkeys(str(duty.unit) for duty in person.duties)),
            "since": row["created_at"],
            "state": state,
        }
        return Row(person.id, cells, url)


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit in the tree: how deep it stands, its kind, how many people belong to it."""

    unit: UnitInfo
    depth: int
    kind: str
    people: int
    url: str


@needs(VIEW)
@require_GET
def unit_tree(request: HttpRequest) -> HttpResponse:
    """The units of the reader as a tree, with the people of each."""
    scope = access.scope(request, VIEW)
    units = identity.list_units(scope)
    least = min((unit.path.count("/") for unit in units), default=0)
    numbers: dict[int, int] = {}
    staff = identity.staff_rows(scope).filter(is_active=True)
    for unit_id in staff.values_list("unit_id", flat=True):
        numbers[unit_id] = numbers.get(unit_id, 0) + 1
    listed = reverse("identity:staff_list")
    branches = [
        Branch(
            unit,
            unit.path.count("/") - least,
            words.unit_kind(unit.kind),
            numbers.get(unit.id, 0),
            f"{listed}?unit={unit.code}",
        )
        for unit in units
    ]
    return render(request, "identity/unit_tree.html", {"branches": branches})


@dataclass(frozen=True, slots=True)
class RolePage:
    """A role with its actions in words by area, and how many people of the reader hold it."""

    role: RoleInfo
    areas: list[tuple[str, list[str]]]
    url: str


@needs(VIEW)
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """What each role may do, in words."""
    listed = reverse("identity:staff_list")
    found = []
    for role in identity.list_roles():
        areas: dict[str, list[str]] = {}
        for action in role.actions:
            areas.setdefault(words.area(action), []).append(str(identity.action_words(action)))
        found.append(RolePage(role, list(areas.items()), f"{listed}?role={role.code}"))
    actions = [(code, str(action), [str(r.role) for r in found if code in r.role.actions])
               for code, action in identity.known_actions().items()]  # fmt: skip
    return render(request, "identity/roles.html", {"roles": found, "actions": actions})


@dataclass(frozen=True, slots=True)
class WaitingDuty:
    """A duty that waits for the second person."""

    duty: DutyInfo
    holder: str
    giver: str
    url: str


@needs(VIEW)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Duties that are not in force until a second person confirms them."""
    duties = identity.list_unconfirmed_duties(access.scope(request, VIEW))
    ids = {duty.staff_id for duty in duties} | {d.given_by_id for d in duties if d.given_by_id}
    people = identity.staff_by_id(ids, on=access.today(request))
    lines = [
        WaitingDuty(
            duty,
            str(people[duty.staff_id]),
            str(people[duty.given_by_id]) if duty.given_by_id else "",
            reverse("identity:person", args=[duty.staff_id]) + f"#duty-{duty.id}",
        )
        for duty in duties
    ]
    return render(request, "identity/waiting.html", {"lines": lines})
