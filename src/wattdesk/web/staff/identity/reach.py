"""Whom the signed-in person may look at or manage: by the unit, or by the unit of a duty."""

from django.http import HttpRequest

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import DutyInfo, StaffInfo
from wattdesk.web import access

VIEW = "identity.view"
MANAGE = "identity.manage"


def person(request: HttpRequest, staff_id: int, action: str) -> StaffInfo:
    """A person of the units where the asker may do ``action``, or with a duty for one of them.

    Raises StaffNotFound.
    """
    scope, today = access.scope(request, action), access.today(request)
    try:
        return identity.get_staff(staff_id, on=today, scope=scope)
    except identity.StaffNotFound:
        if not any(scope.covers(duty.unit.path) for duty in identity.list_duties(staff_id)):
            raise
    return identity.get_staff(staff_id, on=today)


def duty(request: HttpRequest, staff_id: int, duty_id: int) -> tuple[StaffInfo, DutyInfo]:
    """A duty for a unit that the asker manages, with who holds it.

    Raises StaffNotFound, DutyNotFound.
    """
    holder = person(request, staff_id, MANAGE)
    scope = access.scope(request, MANAGE)
    for one in identity.list_duties(staff_id):
        if one.id == duty_id and scope.covers(one.unit.path):
            return holder, one
    raise identity.DutyNotFound
