"""Writes on people (员工): making them, their passwords, their language, their leaving."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.models import Staff, Unit, UsedPassword
from wattdesk.domains.identity.operations.guards import managing, refusing_double
from wattdesk.domains.identity.passwords import password_faults
from wattdesk.domains.identity.queries import StaffNotFound, UnitNotFound
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, StateConflict
from wattdesk.toolkit.transactions import require_transaction

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class StaffInvalid(InvalidInput):
    """What was entered about a person cannot be taken; ``errors`` says which and why."""

    code = "identity.staff_invalid"
    message = gettext_lazy("The person cannot be entered like this.")


class PasswordRefused(InvalidInput):
    """The rules speak against the password; ``errors["password"]`` has all reasons."""

    code = "identity.password_refused"
    message = gettext_lazy("Choose another password.")


class UsernameTaken(StateConflict):
    """Another person has the sign-in name; names of people who left are not given again."""

    code = "identity.username_taken"
    message = gettext_lazy("The sign-in name %(username)s is in use. Choose another one.")


class OwnAccess(StateConflict):
    """Nobody ends or restores their own access: two people, always."""

    code = "identity.own_access"
    message = gettext_lazy("Another person has to do this for you.")


def create_staff(
    *,
    username: str,
    name: str,
    unit_id: int,
    password: str,
    by: Act,
    name_en: str = "",
    email: str = "",
    language: str = "zh-hans",
    must_change_password: bool = True,
) -> int:
    """Make a person who can sign in, without any right yet; returns the id.

    ``username``: small letters, digits, dot, hyphen, underscore, two to forty. Raises
    StaffInvalid, PasswordRefused, UsernameTaken, UnitNotFound, ActionMissing.
    """
    require_transaction()
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise UnitNotFound
    managing(by, unit.path)
    faults: dict[str, list[str]] = {}
    if not USERNAME.fullmatch(username):
        faults["username"] = [_("Two to forty small letters, digits, dots and hyphens.")]
    if not 0 < len(name.strip()) <= 40:
        faults["name"] = [_("A name of 40 characters at most is needed.")]
    if language not in dict(settings.LANGUAGES):
        faults["language"] = [_("There is no such language here.")]
    if faults:
        raise StaffInvalid(faults)
    person = Staff(
        username=username,
        name=name.strip(),
        name_en=name_en.strip(),
        unit=unit,
        email=email,
        language=language,
        must_change_password=must_change_password,
        created_at=by.at,
    )
    _check_password(person, password, by)
    person.set_password(password)
    with refusing_double("username", UsernameTaken(username=username)):
        person.save(force_insert=True)
    _remember_password(person, by)
    _record(person, "identity.staff_created", by, after=_facts(person))
    return person.pk


def set_password(staff_id: int, password: str, *, by: Act) -> None:
    """Set a person's password.

    One's own: it then counts as changed; that the present one was asked for first is the caller's
    part. Another's: they must change it at the next sign-in. All other sessions of the person end.
    Raises PasswordRefused, StaffNotFound, ActionMissing.
    """
    person = _locked(staff_id, by)
    is_own = by.staff_id == staff_id
    _check_password(person, password, by)
    person.set_password(password)
    person.must_change_password = not is_own
    person.save(update_fields=["password", "must_change_password"])
    _remember_password(person, by)
    _record(person, "identity.password_changed" if is_own else "identity.password_set", by)


def set_language(staff_id: int, language: str, *, by: Act) -> None:
    """Choose the language of a person's screens and papers. Raises StaffInvalid, StaffNotFound."""
    person = _locked(staff_id, by)
    if language not in dict(settings.LANGUAGES):
        raise StaffInvalid({"language": [_("There is no such language here.")]})
    if person.language == language:
        return
    before = {"language": person.language}
    person.language = language
    person.save(update_fields=["language"])
    _record(person, "identity.language_set", by, before=before, after={"language": language})


def move_staff(staff_id: int, unit_id: int, *, by: Act) -> None:
    """Let a person belong to another unit. Duties stay as they are: they have units of their own.

    Raises StaffNotFound, UnitNotFound, ActionMissing (both units count), OwnAccess.
    """
    person = _of_another(staff_id, by)
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise UnitNotFound
    managing(by, unit.path)
    if person.unit_id == unit.pk:
        return
    before = {"unit": person.unit.path}
    person.unit = unit
    person.save(update_fields=["unit"])
    _record(person, "identity.staff_moved", by, before=before, after={"unit": unit.path})


def deactivate_staff(staff_id: int, *, by: Act) -> None:
    """End a person's access at once, open sessions too; duties and name stay on record.

    Raises StaffNotFound, ActionMissing, OwnAccess.
    """
    _set_active(staff_id, is_active=False, action="identity.staff_deactivated", by=by)


def reactivate_staff(staff_id: int, *, by: Act) -> None:
    """Give a person access again. Raises StaffNotFound, ActionMissing, OwnAccess."""
    _set_active(staff_id, is_active=True, action="identity.staff_reactivated", by=by)


def _set_active(staff_id: int, *, is_active: bool, action: str, by: Act) -> None:
    person = _of_another(staff_id, by)
    if person.is_active == is_active:
        return
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    before, after = {"is_active": not is_active}, {"is_active": is_active}
    _record(person, action, by, before=before, after=after)


def _of_another(staff_id: int, by: Act) -> Staff:
    person = _locked(staff_id, by)
    if by.staff_id == staff_id:
        raise OwnAccess
    return person


def _locked(staff_id: int, by: Act) -> Staff:
    """The person's row, locked; oneself may always, others need to manage the person's unit."""
    require_transaction()
    rows = Staff.objects.select_for_update(of=("self",)).select_related("unit")
    person = rows.filter(pk=staff_id).first()
    if person is None:
        raise StaffNotFound
    if by.staff_id != staff_id:
        managing(by, person.unit.path)
    return person


def _check_password(person: Staff, password: str, by: Act) -> None:
    faults = password_faults(person, password, on=civil_date(by.at))
    if faults:
        raise PasswordRefused({"password": faults})


def _remember_password(person: Staff, by: Act) -> None:
    UsedPassword.objects.create(staff=person, password=person.password, set_at=by.at)


def _facts(person: Staff) -> dict[str, object]:
    return {
        "username": person.username,
        "name": person.name,
        "name_en": person.name_en,
        "unit": person.unit.path,
        "language": person.language,
    }


def _record(
    person: Staff,
    action: str,
    by: Act,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        by=by,
        action=action,
        subjects=[f"staff:{person.pk}"],
        unit_id=person.unit_id,
        before=before,
        after=after,
    )
