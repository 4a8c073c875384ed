"""Writes about places: locations, supply and usage points, boundaries. Each leaves an audit row."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity.data import Act
from wattdesk.domains.premises import models
from wattdesk.domains.premises.data import BoundaryEntry, LocationEntry, PointEntry
from wattdesk.domains.premises.network_operations import CodeTaken, history
from wattdesk.toolkit.errors import InvalidInput, NotFound
from wattdesk.toolkit.periods import days, end_on, refusing_overlap
from wattdesk.toolkit.transactions import require_transaction


def check_location(entry: LocationEntry) -> LocationEntry:
    """The entry, trimmed. Raises InvalidInput with everything that is wrong (R-CUST-03)."""
    trimmed = replace(
        entry,
        division_code=entry.division_code.strip(),
        address=" ".join(entry.address.split()),
        access_note=entry.access_note.strip(),
    )
    errors: dict[str, list[str]] = {}
    if not trimmed.address:
        errors["address"] = [_("The address is missing.")]
    elif len(trimmed.address) > 200:
        errors["address"] = [_("The address is longer than 200 characters.")]
    if not trimmed.division_code:
        errors["division_code"] = [_("Choose the administrative division of the address.")]
    elif not models.AdministrativeDivision.objects.filter(code=trimmed.division_code).exists():
        errors["division_code"] = [
            _("There is no administrative division %(code)s.") % {"code": trimmed.division_code}
        ]
    if errors:
        raise InvalidInput(errors)
    return trimmed


def create_location(entry: LocationEntry, *, by: Act) -> int:
    """Add a service location (用电地址). Raises InvalidInput."""
    require_transaction()
    entry = check_location(entry)
    row = models.ServiceLocation.objects.create(
        division_id=entry.division_code,
        address=entry.address,
        unit_id=entry.unit_id,
        access_note=entry.access_note,
    )
    audit.record(
        by=by,
        action="premises.create_location",
        subjects=[f"location:{row.pk}"],
        unit_id=entry.unit_id,
        after={"division": entry.division_code, "address": entry.address},
    )
    return row.pk


def correct_location(location_id: int, entry: LocationEntry, *, by: Act) -> None:
    """Correct an address or its access note; the earlier text stays in the history.

    Raises NotFound, InvalidInput.
    """
    require_transaction()
    row = models.ServiceLocation.objects.select_for_update().filter(pk=location_id).first()
    if row is None:
        raise NotFound
    entry = check_location(entry)
    before = {"division": row.division_id, "address": row.address, "note": row.access_note}
    row.division_id, row.address = entry.division_code, entry.address
    row.access_note = entry.access_note
    with history(by):
        row.save(update_fields=["division", "address", "access_note"])
    audit.record(
        by=by,
        action="premises.correct_location",
        subjects=[f"location:{location_id}"],
        unit_id=row.unit_id,
        before=before,
        after={"division": row.division_id, "address": row.address, "note": row.access_note},
    )


def create_supply_point(
    *,
    code: str,
    service_location_id: int,
    feeder_id: int,
    transformer_kva: Decimal,
    second_feeder_id: int | None = None,
    by: Act,
) -> int:
    """Add a supply point (受电点) with its own transformers. Raises CodeTaken, InvalidInput."""
    require_transaction()
    if transformer_kva <= 0:
        raise InvalidInput({"transformer_kva": [_("The capacity must be above zero.")]})
    if models.SupplyPoint.objects.filter(code=code).exists():
        raise CodeTaken(taken=code)
    row = models.SupplyPoint.objects.create(
        code=code,
        service_location_id=service_location_id,
        feeder_id=feeder_id,
        second_feeder_id=second_feeder_id,
        transformer_kva=transformer_kva,
    )
    audit.record(
        by=by,
        action="premises.create_supply_point",
        subjects=[f"supply_point:{row.pk}", f"location:{service_location_id}"],
        after={"code": code, "transformer_kva": str(transformer_kva)},
    )
    return row.pk


def _check_point(entry: PointEntry) -> None:
    errors: dict[str, list[str]] = {}
    if not entry.code.strip():
        errors["code"] = [_("The number of the usage point is missing.")]
    if entry.voltage not in models.UsagePoint.Voltage.values:
        errors["voltage"] = [_("Choose the voltage.")]
    if entry.metering not in models.UsagePoint.Metering.values:
        errors["metering"] = [_("Choose the way of metering.")]
    if entry.voltage == models.UsagePoint.Voltage.LT1KV and entry.metering in ("HH", "HL"):
        errors["metering"] = [_("Below 1 kV the supply is metered at low voltage.")]
    if entry.capacity_kva is not None and entry.capacity_kva <= 0:
        errors["capacity_kva"] = [_("The capacity must be above zero.")]
    if errors:
        raise InvalidInput(errors)


def create_usage_point(entry: PointEntry, *, by: Act) -> int:
    """Add a usage point (计量点), hung on a transformer area from its first day.

    Raises InvalidInput with all wrong fields, CodeTaken.
    """
    require_transaction()
    _check_point(entry)
    if models.UsagePoint.objects.filter(code=entry.code).exists():
        raise CodeTaken(taken=entry.code)
    row = models.UsagePoint.objects.create(
        code=entry.code.strip(),
        service_location_id=entry.service_location_id,
        supply_point_id=entry.supply_point_id,
        unit_id=entry.unit_id,
        voltage=entry.voltage,
        metering=entry.metering,
        capacity_kva=entry.capacity_kva,
        meter_place=entry.meter_place,
        period=days(entry.from_date),
    )
    if entry.area_id is not None:
        models.UsagePointArea.objects.create(
            usage_point=row, transformer_area_id=entry.area_id, period=days(entry.from_date)
        )
    audit.record(
        by=by,
        action="premises.create_usage_point",
        subjects=[f"usage_point:{row.pk}", f"location:{entry.service_location_id}"],
        unit_id=entry.unit_id,
        after={
            "code": entry.code,
            "voltage": entry.voltage,
            "capacity_kva": None if entry.capacity_kva is None else str(entry.capacity_kva),
            "area": entry.area_id,
            "from": entry.from_date.isoformat(),
        },
    )
    return row.pk


def rehang_point(usage_point_id: int, area_id: int, *, from_date: date, by: Act) -> None:
    """Hang a usage point on another transformer area (割接) from a day on.

    Raises NotFound; PeriodNotOpen when the present hanging began on or after that day.
    """
    require_transaction()
    point = models.UsagePoint.objects.select_for_update().filter(pk=usage_point_id).first()
    if point is None:
        raise NotFound
    present = models.UsagePointArea.objects.filter(
        usage_point=point, period__contains=from_date
    ).first()
    with history(by), refusing_overlap():
        if present is not None:
            end_on(present, from_date)
        models.UsagePointArea.objects.create(
            usage_point=point, transformer_area_id=area_id, period=days(from_date)
        )
    audit.record(
        by=by,
        action="premises.rehang_point",
        subjects=[f"usage_point:{usage_point_id}", f"area:{area_id}"],
        unit_id=point.unit_id,
        before={"area": None if present is None else present.transformer_area_id},
        after={"area": area_id, "from": from_date.isoformat()},
    )


def set_boundary(usage_point_id: int, entry: BoundaryEntry, *, from_date: date, by: Act) -> None:
    """Record the ownership boundary (产权分界点) from a day on (R-CUST-11).

    Raises NotFound, InvalidInput, PeriodNotOpen.
    """
    require_transaction()
    point = models.UsagePoint.objects.select_for_update().filter(pk=usage_point_id).first()
    if point is None:
        raise NotFound
    errors: dict[str, list[str]] = {}
    if not entry.description.strip():
        errors["description"] = [_("Say where ownership changes.")]
    parties = models.OwnershipBoundary.Responsible.values
    for field in ("behind_boundary", "behind_meter"):
        if getattr(entry, field) not in parties:
            errors[field] = [_("Choose who is responsible.")]
    if errors:
        raise InvalidInput(errors)
    present = models.OwnershipBoundary.objects.filter(
        usage_point=point, period__contains=from_date
    ).first()
    with history(by), refusing_overlap():
        if present is not None:
            end_on(present, from_date)
        models.OwnershipBoundary.objects.create(
            usage_point=point,
            description=entry.description.strip(),
            behind_boundary=entry.behind_boundary,
            behind_meter=entry.behind_meter,
            period=days(from_date),
        )
    audit.record(
        by=by,
        action="premises.set_boundary",
        subjects=[f"usage_point:{usage_point_id}"],
        unit_id=point.unit_id,
        before=None if present is None else {"description": present.description},
        after={"description": entry.description, "from": from_date.isoformat()},
    )


def change_capacity(usage_point_id: int, capacity_kva: Decimal, *, by: Act) -> None:
    """Correct or change the capacity of a usage point, kVA. Raises NotFound, InvalidInput."""
    require_transaction()
    if capacity_kva <= 0:
        raise InvalidInput({"capacity_kva": [_("The capacity must be above zero.")]})
    point = models.UsagePoint.objects.select_for_update().filter(pk=usage_point_id).first()
    if point is None:
        raise NotFound
    before = point.capacity_kva
    point.capacity_kva = capacity_kva
    with history(by):
        point.save(update_fields=["capacity_kva"])
    audit.record(
        by=by,
        action="premises.change_capacity",
        subjects=[f"usage_point:{usage_point_id}"],
        unit_id=point.unit_id,
        before={"capacity_kva": None if before is None else str(before)},
        after={"capacity_kva": str(capacity_kva)},
    )


def end_usage_point(usage_point_id: int, *, on: date, by: Act) -> None:
    """End a usage point: from ``on`` it measures nothing. Raises NotFound, PeriodNotOpen."""
    require_transaction()
    point = models.UsagePoint.objects.select_for_update().filter(pk=usage_point_id).first()
    if point is None:
        raise NotFound
    with history(by):
        end_on(point, on)
        for area in models.UsagePointArea.objects.filter(usage_point=point, period__upper_inf=True):
            end_on(area, on)
    audit.record(
        by=by,
        action="premises.end_usage_point",
        subjects=[f"usage_point:{usage_point_id}"],
        unit_id=point.unit_id,
        after={"to": on.isoformat()},
    )
