"""Reads of the identity domain: units, people, roles, duties."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity.data import (
    Act,
    Action,
    DutyInfo,
    RoleInfo,
    Scope,
    StaffInfo,
    UnitInfo,
)
from wattdesk.domains.identity.models import Duty, Role, Staff, Unit
from wattdesk.domains.identity.rights import within
from wattdesk.domains.identity.roles import declared
from wattdesk.toolkit.errors import NotFound

SYSTEM = "system"


class UnitNotFound(NotFound):
    """No such unit, or it lies outside the reader's scope."""

    code = "identity.unit_not_found"
    message = _("There is no such unit, or it is not yours.")


class StaffNotFound(NotFound):
    """No such person, or of a unit outside the reader's scope."""

    code = "identity.staff_not_found"
    message = _("There is no such person, or they do not belong to your unit.")


def act_of(staff: Staff, *, at: datetime, reason: str = "") -> Act:
    """The act of a member of staff at a moment that the caller read from its clock."""
    return Act(staff.pk, staff.name, at, reason)


def system_act(at: datetime, reason: str) -> Act:
    """The act of the program itself: a job, the command line, the set-up."""
    return Act(None, SYSTEM, at, reason)


def known_actions() -> Mapping[str, Action]:
    """Every action that a role may have, by code, as rulebook/roles.yaml declares them."""
    return declared().actions


def list_units(scope: Scope | None = None) -> list[UnitInfo]:
    """Units by path, parents before children; None: all."""
    rows = Unit.objects.order_by("path")
    return [unit_info(unit) for unit in (rows if scope is None else within(rows, scope, "path"))]


def get_unit(
    unit_id: int | None = None, *, code: str | None = None, scope: Scope | None = None
) -> UnitInfo:
    """One unit by id or else by code. Raises UnitNotFound, also outside the scope."""
    wanted = Q(code=code) if unit_id is None else Q(pk=unit_id)
    rows = Unit.objects.filter(wanted)
    unit = (rows if scope is None else within(rows, scope, "path")).first()
    if unit is None:
        raise UnitNotFound
    return unit_info(unit)


def unit_ids(scope: Scope) -> list[int]:
    """The ids of all units in a scope, for tables that keep a plain unit id."""
    return list(within(Unit.objects.order_by("id"), scope, "path").values_list("id", flat=True))


def get_staff(staff_id: int, *, on: date, scope: Scope | None = None) -> StaffInfo:
    """One person with the duties in force on the day. Raises StaffNotFound."""
    return _one(Staff.objects.filter(pk=staff_id), on, scope)


def find_staff(username: str, *, on: date, scope: Scope | None = None) -> StaffInfo:
    """One person by sign-in name. Raises StaffNotFound."""
    return _one(Staff.objects.filter(username=username), on, scope)


def _one(rows: QuerySet[Staff], on: date, scope: Scope | None) -> StaffInfo:
    found = _with_duties(rows if scope is None else within(rows, scope), on)
    if not found:
        raise StaffNotFound
    return found[0]


def list_staff(
    *,
    on: date,
    scope: Scope | None = None,
    text: str = "",
    after: str = "",
    limit: int | None = None,
) -> list[StaffInfo]:
    """People by sign-in name, with the duties in force on the day.

    ``text`` looks in names and sign-in names; ``after`` is where the page before ended.
    """
    rows = Staff.objects.order_by("username")
    if scope is not None:
        rows = within(rows, scope)
    if text:
        rows = rows.filter(
            Q(username__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text)
        )
    if after:
        rows = rows.filter(username__gt=after)
    return _with_duties(rows[:limit] if limit else rows, on)


def staff_rows(scope: Scope) -> QuerySet[Staff]:
    """People of the units in a scope, to be narrowed and put in order by a list."""
    return within(Staff.objects.all(), scope)


def staff_by_id(staff_ids: Iterable[int], *, on: date) -> dict[int, StaffInfo]:
    """People by id, with the duties in force on the day; the caller has checked the scope."""
    rows = Staff.objects.filter(pk__in=list(staff_ids))
    return {person.id: person for person in _with_duties(rows, on)}


def _with_duties(rows: QuerySet[Staff], on: date) -> list[StaffInfo]:
    people = list(rows.select_related("unit"))
    duties: dict[int, list[DutyInfo]] = {}
    held = Duty.objects.filter(
        staff__in=[person.pk for person in people],
        period__contains=on,
        confirmed_at__isnull=False,
    )
    for duty in _duty_infos(held):
        duties.setdefault(duty.staff_id, []).append(duty)
    return [
        StaffInfo(
            id=person.pk,
            username=person.username,
            name=person.name,
            name_en=person.name_en,
            email=person.email,
            unit=unit_info(person.unit),
            is_active=person.is_active,
            must_change_password=person.must_change_password,
            language=person.language,
            duties=tuple(duties.get(person.pk, ())),
        )
        for person in people
    ]


def list_duties(staff_id: int) -> list[DutyInfo]:
    """All duties of a person: past, present, future and those not confirmed, oldest first."""
    return _duty_infos(Duty.objects.filter(staff=staff_id))


def list_unconfirmed_duties(scope: Scope) -> list[DutyInfo]:
    """Duties that wait for a second person, of units in the scope."""
    return _duty_infos(within(Duty.objects.filter(confirmed_at__isnull=True), scope))


def _duty_infos(rows: QuerySet[Duty]) -> list[DutyInfo]:
    ordered = rows.select_related("role", "unit").order_by("period", "id")
    return [
        DutyInfo(
            id=duty.pk,
            staff_id=duty.staff_id,
            role=RoleInfo(duty.role.code, duty.role.name, duty.role.name_en, ()),
            unit=unit_info(duty.unit),
            from_date=duty.period.lower,
            to_date=duty.period.upper,
            is_confirmed=duty.confirmed_at is not None,
            given_by_id=duty.given_by_id,
        )
        for duty in ordered
    ]


def list_roles() -> list[RoleInfo]:
    """The roles as they stand in the database, by code, with their actions."""
    return [role_info(role) for role in Role.objects.prefetch_related("actions").order_by("code")]


def role_info(role: Role) -> RoleInfo:
    """A role with its actions."""
    actions: Iterable[str] = (row.action for row in role.actions.all())
    return RoleInfo(role.code, role.name, role.name_en, tuple(sorted(actions)))


def unit_info(unit: Unit) -> UnitInfo:
    """A unit as others see it."""
    return UnitInfo(
        unit.pk, unit.code, unit.name, unit.name_en, unit.kind, unit.parent_id, unit.path
    )
