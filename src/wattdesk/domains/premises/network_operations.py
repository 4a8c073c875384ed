"""Writes about divisions and the network: substations, feeders, transformer areas."""

from contextlib import AbstractContextManager
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import Act
from wattdesk.domains.premises import models
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.history import changed_by
from wattdesk.toolkit.transactions import require_transaction


class CodeTaken(StateConflict):
    """A code that must be unique is in use."""

    code = "premises.code_taken"
    message = gettext_lazy("The code %(taken)s is in use already.")


def history(by: Act) -> AbstractContextManager[None]:
    """History rows written inside name the act's person and reason."""
    return changed_by(actor_id=by.staff_id, name=by.name, reason=by.reason)


def add_division(*, code: str, name: str, parent_code: str | None, by: Act) -> str:
    """Add an administrative division (行政区划); an existing code is renamed. Returns the code.

    Raises InvalidInput when the code is not 2, 4, 6, 9 or 12 digits or the parent is unknown.
    """
    require_transaction()
    errors: dict[str, list[str]] = {}
    if not code.isdigit() or len(code) not in (2, 4, 6, 9, 12):
        errors["code"] = [_("A division's code has 2, 4, 6, 9 or 12 digits.")]
    if not name.strip():
        errors["name"] = [_("The name is missing.")]
    known = models.AdministrativeDivision.objects.filter(code=parent_code).exists()
    if parent_code is not None and not known:
        errors["parent_code"] = [_("There is no division %(code)s.") % {"code": parent_code}]
    if errors:
        raise InvalidInput(errors)
    models.AdministrativeDivision.objects.update_or_create(
        code=code, defaults={"name": name.strip(), "parent_id": parent_code}
    )
    audit.record(
        by=by,
        action="premises.add_division",
        subjects=[f"division:{code}"],
        after={"name": name, "parent": parent_code},
    )
    return code


def create_substation(*, code: str, name: str, by: Act) -> int:
    """Add a substation (变电站). Raises CodeTaken."""
    require_transaction()
    if models.Substation.objects.filter(code=code).exists():
        raise CodeTaken(taken=code)
    row = models.Substation.objects.create(code=code, name=name)
    audit.record(
        by=by,
        action="premises.create_substation",
        subjects=[f"substation:{row.pk}"],
        after={"code": code, "name": name},
    )
    return row.pk


def create_feeder(*, code: str, name: str, substation_id: int, unit_id: int, by: Act) -> int:
    """Add a feeder (线路) of a substation. Raises CodeTaken."""
    require_transaction()
    if models.Feeder.objects.filter(code=code).exists():
        raise CodeTaken(taken=code)
    row = models.Feeder.objects.create(
        code=code, name=name, substation_id=substation_id, unit_id=unit_id
    )
    audit.record(
        by=by,
        action="premises.create_feeder",
        subjects=[f"feeder:{row.pk}", f"substation:{substation_id}"],
        unit_id=unit_id,
        after={"code": code, "name": name},
    )
    return row.pk


def create_area(
    *,
    code: str,
    name: str,
    feeder_id: int,
    unit_id: int,
    capacity_kva: Decimal,
    is_dedicated: bool = False,
    manager_id: int | None = None,
    by: Act,
) -> int:
    """Add a transformer area (台区). Raises CodeTaken; InvalidInput for a capacity of zero."""
    require_transaction()
    if capacity_kva <= 0:
        raise InvalidInput({"capacity_kva": [_("The capacity must be above zero.")]})
    if models.TransformerArea.objects.filter(code=code).exists():
        raise CodeTaken(taken=code)
    row = models.TransformerArea.objects.create(
        code=code,
        name=name,
        feeder_id=feeder_id,
        unit_id=unit_id,
        capacity_kva=capacity_kva,
        is_dedicated=is_dedicated,
        manager_id=manager_id,
    )
    audit.record(
        by=by,
        action="premises.create_area",
        subjects=[f"area:{row.pk}", f"feeder:{feeder_id}"],
        unit_id=unit_id,
        after={"code": code, "name": name, "capacity_kva": str(capacity_kva)},
    )
    return row.pk


def set_area_manager(area_id: int, manager_id: int | None, *, by: Act) -> None:
    """Name the manager of a transformer area (台区经理). Raises NotFound."""
    require_transaction()
    row = models.TransformerArea.objects.select_for_update().filter(pk=area_id).first()
    if row is None:
        raise NotFound
    before = row.manager_id
    row.manager_id = manager_id
    with history(by):
        row.save(update_fields=["manager"])
    audit.record(
        by=by,
        action="premises.set_area_manager",
        subjects=[f"area:{area_id}"],
        unit_id=row.unit_id,
        before={"manager": before},
        after={"manager": manager_id},
    )
