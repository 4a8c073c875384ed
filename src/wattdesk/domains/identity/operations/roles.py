"""Bringing the roles in the database to what rulebook/roles.yaml declares."""

from django.db import connection

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import RoleInfo
from wattdesk.domains.identity.models import Role, RoleAction
from wattdesk.domains.identity.operations.guards import managing
from wattdesk.domains.identity.queries import role_info
from wattdesk.domains.identity.roles import declared
from wattdesk.toolkit.acts import Act

# Any number that nothing else in the program locks on.
ADVISORY_LOCK = 7_023_002


def load_roles(*, by: Act) -> int:
    """Make the roles as declared; returns how many were made, changed or emptied.

    Does nothing the second time. A role that is no longer declared loses all its actions: the
    duties of people who hold it stay on record and give nothing. Raises RolesMalformed.
    """
    managing(by, "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
    stored = {role.code: role for role in Role.objects.prefetch_related("actions")}
    wanted = dict(declared().roles)
    for code, role in stored.items():
        wanted.setdefault(code, RoleInfo(code, role.name, role.name_en, ()))
    changed = 0
    for code in sorted(wanted):
        found = stored.get(code)
        before = role_info(found) if found else None
        if before == wanted[code]:
            continue
        changed += 1
        role = _store(found or Role(code=code), wanted[code])
        audit.record(
            by=by,
            action="identity.role_loaded",
            subjects=[f"role:{role.pk}"],
            before=_facts(before) if before else None,
            after=_facts(wanted[code]),
        )
    return changed


def _store(role: Role, wanted: RoleInfo) -> Role:
    role.name, role.name_en = wanted.name, wanted.name_en
    role.save()
    RoleAction.objects.filter(role=role).exclude(action__in=wanted.actions).delete()
    RoleAction.objects.bulk_create(
        [RoleAction(role=role, action=action) for action in wanted.actions], ignore_conflicts=True
    )
    return role


def _facts(role: RoleInfo) -> dict[str, object]:
    return {
        "code": role.code,
        "name": role.name,
        "name_en": role.name_en,
        "actions": list(role.actions),
    }
