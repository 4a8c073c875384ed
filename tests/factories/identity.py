"""Units, people and acts for tests: plain functions that write rows directly.

``make_staff(role="CLERK", unit=station)`` makes a person with that duty in force since 2000;
``signed_in(client, staff)`` signs the test client in without a password.
"""

from datetime import UTC, date, datetime
from itertools import count

from django.test import Client
from psycopg.types.range import DateRange

from wattdesk.domains.identity.data import Act
from wattdesk.domains.identity.models import Duty, Role, RoleAction, Staff, Unit
from wattdesk.domains.identity.roles import declared

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai
_numbers = count(1)

_BELOW = {
    None: "COUNTY",
    "PROVINCE": "CITY",
    "CITY": "COUNTY",
    "COUNTY": "STATION",
    "STATION": "TEAM",
    "TEAM": "AREA",
    "AREA": "AREA",
}


def make_unit(
    code: str | None = None,
    *,
    parent: Unit | None = None,
    kind: str | None = None,
    name: str | None = None,
) -> Unit:
    """A unit below ``parent`` (a county without one); kind defaults to the next one down."""
    code = code or f"U{next(_numbers)}"
    return Unit.objects.create(
        code=code,
        name=name or f"单位{code}",
        name_en=f"Unit {code}",
        kind=kind or _BELOW[parent.kind if parent else None],
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
    )


def make_role(code: str) -> Role:
    """A role of rulebook/roles.yaml with its actions, made once."""
    declaration = declared().roles[code]
    role, is_new = Role.objects.get_or_create(
        code=code, defaults={"name": declaration.name, "name_en": declaration.name_en}
    )
    if is_new:
        RoleAction.objects.bulk_create(
            [RoleAction(role=role, action=action) for action in declaration.actions]
        )
    return role


def make_staff(
    username: str | None = None,
    *,
    role: str | None = None,
    unit: Unit | None = None,
    name: str = "张三",
    password: str | None = None,
    language: str = "zh-hans",
    at: datetime = NOON,
) -> Staff:
    """A person of ``unit`` (a new county without one), with the duty ``role`` there if given."""
    staff = Staff(
        username=username or f"staff{next(_numbers)}",
        name=name,
        name_en="San Zhang",
        unit=unit or make_unit(),
        language=language,
        must_change_password=False,
        created_at=at,
    )
    if password is None:
        staff.set_unusable_password()
    else:
        staff.set_password(password)
    staff.save()
    if role is not None:
        make_duty(staff, role, staff.unit)
    return staff


def make_duty(
    staff: Staff,
    role: str,
    unit: Unit | None = None,
    *,
    from_date: date = date(2000, 1, 1),
    to_date: date | None = None,
) -> Duty:
    """A duty in force, as the system gives it."""
    return Duty.objects.create(
        staff=staff,
        role=make_role(role),
        unit=unit or staff.unit,
        period=DateRange(from_date, to_date),
        confirmed_at=NOON,
    )


def act(
    staff: Staff | None = None, *, at: datetime = NOON, reason: str = "because a test asks"
) -> Act:
    """An act of ``staff``, or of the system itself."""
    if staff is None:
        return Act(None, "system", at, reason)
    return Act(staff.pk, staff.name, at, reason)


def signed_in(client: Client, staff: Staff) -> Client:
    """The client, signed in as ``staff``."""
    client.force_login(staff)
    return client
