"""Writes on duties (任职). Rights need two people: one gives, another confirms."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.models import Duty, Role, Staff, Unit
from wattdesk.domains.identity.operations.guards import managing
from wattdesk.domains.identity.queries import StaffNotFound, UnitNotFound
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit import periods
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.transactions import require_transaction


class RoleNotFound(NotFound):
    """No such role."""

    code = "identity.role_not_found"
    message = _("There is no role %(role)s.")


class DutyNotFound(NotFound):
    """No such duty."""

    code = "identity.duty_not_found"
    message = _("There is no such duty.")


class DutyPeriodWrong(InvalidInput):
    """The duty would end before it begins."""

    code = "identity.duty_period_wrong"
    message = _("A duty ends after the day it begins.")


class DutyEndPast(InvalidInput):
    """A right that was held yesterday was held: its end is not moved into the past."""

    code = "identity.duty_end_past"
    message = _("A duty ends today at the earliest.")


class SamePerson(StateConflict):
    """The same person twice on one matter: giving, receiving, confirming a right."""

    code = "identity.same_person"
    message = _("Rights need two people, and neither may be the one who receives them.")


class DutyNotWaiting(StateConflict):
    """The duty was confirmed already."""

    code = "identity.duty_not_waiting"
    message = _("This duty is confirmed already. End it instead.")


def give_duty(
    *,
    staff_id: int,
    role_code: str,
    unit_id: int,
    from_date: date,
    by: Act,
    to_date: date | None = None,
) -> int:
    """Give a person a role for a unit and all below it, ``[from_date, to_date)``; returns the id.

    Given by the system itself it is in force at once; given by a person it waits for
    :func:`confirm_duty` by another. Raises StaffNotFound, RoleNotFound, UnitNotFound,
    DutyPeriodWrong, SamePerson, ActionMissing, periods.PeriodOverlaps.
    """
    require_transaction()
    person = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if person is None:
        raise StaffNotFound
    role = Role.objects.filter(code=role_code).first()
    if role is None:
        raise RoleNotFound(role=role_code)
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise UnitNotFound
    managing(by, unit.path)
    if by.staff_id == staff_id:
        raise SamePerson
    if to_date is not None and to_date <= from_date:
        raise DutyPeriodWrong
    with periods.refusing_overlap():
        duty = Duty.objects.create(
            staff=person,
            role=role,
            unit=unit,
            period=periods.days(from_date, to_date),
            given_by_id=by.staff_id,
            confirmed_at=by.at if by.staff_id is None else None,
        )
    _record(duty, "identity.duty_given", by, after=_facts(duty))
    return duty.pk


def confirm_duty(duty_id: int, *, by: Act) -> None:
    """Put a duty in force that another person gave.

    Raises DutyNotFound, DutyNotWaiting, SamePerson, ActionMissing.
    """
    duty = _locked(duty_id, by)
    if duty.confirmed_at is not None:
        raise DutyNotWaiting
    if by.staff_id in (None, duty.given_by_id, duty.staff_id):
        raise SamePerson
    duty.confirmed_by_id, duty.confirmed_at = by.staff_id, by.at
    duty.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(duty, "identity.duty_confirmed", by, after=_facts(duty))


def end_duty(duty_id: int, *, to_date: date, by: Act) -> None:
    """End a duty; ``to_date`` is the first day without it.

    One that is not confirmed, or that begins no earlier than both that day and today, goes away.
    Taking a right needs one person only, who may be the holder: it is the safe direction. Raises
    DutyNotFound, DutyEndPast, ActionMissing, periods.PeriodNotOpen.
    """
    duty = _locked(duty_id, by)
    today = civil_date(by.at)
    if to_date < today:
        raise DutyEndPast
    before = _facts(duty)
    if duty.confirmed_at is None or duty.period.lower >= to_date:
        _record(duty, "identity.duty_withdrawn", by, before=before)
        duty.delete()
        return
    periods.end_on(duty, to_date)
    _record(duty, "identity.duty_ended", by, before=before, after=_facts(duty))


def _locked(duty_id: int, by: Act) -> Duty:
    require_transaction()
    rows = Duty.objects.select_for_update(of=("self",)).select_related("role", "unit", "staff")
    duty = rows.filter(pk=duty_id).first()
    if duty is None:
        raise DutyNotFound
    if by.staff_id != duty.staff_id:
        managing(by, duty.unit.path)
    return duty


def _facts(duty: Duty) -> dict[str, object]:
    return {
        "role": duty.role.code,
        "unit": duty.unit.path,
        "from_date": duty.period.lower,
        "to_date": duty.period.upper,
        "confirmed_by": duty.confirmed_by_id,
    }


def _record(
    duty: Duty,
    action: str,
    by: Act,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        by=by,
        action=action,
        subjects=[f"staff:{duty.staff_id}", f"duty:{duty.pk}"],
        unit_id=duty.unit_id,
        before=before,
        after=after,
    )
