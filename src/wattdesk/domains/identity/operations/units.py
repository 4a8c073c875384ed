"""Writes on units (单位). A unit keeps its code and its place: its path stands in many rows."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import UnitInfo
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.identity.operations.guards import managing, refusing_double
from wattdesk.domains.identity.queries import UnitNotFound, unit_info
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, StateConflict
from wattdesk.toolkit.transactions import require_transaction

# No wildcard of LIKE and no slash: paths are compared by their beginnings.
CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
RANK = [kind.value for kind in Unit.Kind]


class UnitInvalid(InvalidInput):
    """Code, name or kind of a unit cannot be taken; ``errors`` says which and why."""

    code = "identity.unit_invalid"
    message = gettext_lazy("The unit cannot be made like this.")


class UnitCodeTaken(StateConflict):
    """Another unit has the code."""

    code = "identity.unit_code_taken"
    message = gettext_lazy("A unit with the code %(code)s exists already.")


def create_unit(
    *,
    code: str,
    name: str,
    kind: str,
    parent_id: int | None,
    by: Act,
    name_en: str = "",
) -> UnitInfo:
    """Make a unit below another one (None: at the top) and return it.

    ``code``: letters, digits, hyphens. ``kind`` ranks below the parent's kind. Raises UnitInvalid,
    UnitCodeTaken, UnitNotFound (the parent), ActionMissing.
    """
    require_transaction()
    parent = None
    if parent_id is not None:
        parent = Unit.objects.filter(pk=parent_id).first()
        if parent is None:
            raise UnitNotFound
    managing(by, parent.path if parent else "")
    faults = _faults(code, name, kind, parent)
    if faults:
        raise UnitInvalid(faults)
    unit = Unit(
        code=code,
        name=name.strip(),
        name_en=name_en.strip(),
        kind=kind,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
    )
    with refusing_double("code", UnitCodeTaken(code=code)):
        unit.save(force_insert=True)
    audit.record(
        by=by,
        action="identity.unit_created",
        subjects=[f"unit:{unit.pk}"],
        unit_id=unit.pk,
        after={"code": code, "name": unit.name, "kind": kind, "path": unit.path},
    )
    return unit_info(unit)


def _faults(code: str, name: str, kind: str, parent: Unit | None) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if not CODE.fullmatch(code):
        faults["code"] = [_("Letters, digits and hyphens only, 20 at most.")]
    elif parent and len(parent.path) + len(code) >= 200:
        faults["code"] = [_("The tree of units would become too deep here.")]
    if not 0 < len(name.strip()) <= 60:
        faults["name"] = [_("A name of 60 characters at most is needed.")]
    if kind not in RANK:
        faults["kind"] = [_("There is no such kind of unit.")]
    elif parent and RANK.index(kind) <= RANK.index(parent.kind):
        faults["kind"] = [_("A unit of this kind does not belong below the chosen one.")]
    return faults


def rename_unit(unit_id: int, *, name: str, name_en: str = "", by: Act) -> None:
    """Give a unit another name. Raises UnitNotFound, UnitInvalid, ActionMissing."""
    require_transaction()
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise UnitNotFound
    managing(by, unit.path)
    if not 0 < len(name.strip()) <= 60:
        raise UnitInvalid({"name": [_("A name of 60 characters at most is needed.")]})
    before = {"name": unit.name, "name_en": unit.name_en}
    unit.name, unit.name_en = name.strip(), name_en.strip()
    after = {"name": unit.name, "name_en": unit.name_en}
    if before == after:
        return
    unit.save(update_fields=["name", "name_en"])
    audit.record(
        by=by,
        action="identity.unit_renamed",
        subjects=[f"unit:{unit.pk}"],
        unit_id=unit.pk,
        before=before,
        after=after,
    )
