"""Places and network for tests: plain functions that write through the domain's door."""

from datetime import date
from decimal import Decimal
from itertools import count

from django.db import transaction

from tests.factories.identity import act, make_unit
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.premises import api
from wattdesk.domains.premises.data import LocationEntry, PointEntry
from wattdesk.domains.premises.models import AdministrativeDivision

LONG_AGO = date(2020, 1, 1)
DIVISION = "990121"
_numbers = count(1)


def make_division(code: str = DIVISION, name: str = "澜川县", parent: str | None = None) -> str:
    """An administrative division; once for each code."""
    if AdministrativeDivision.objects.filter(code=code).exists():
        return code
    with transaction.atomic():
        return api.add_division(code=code, name=name, parent_code=parent, by=act())


def make_area(unit: Unit, *, name: str | None = None, capacity: str = "400") -> int:
    """A transformer area on a feeder and a substation of its own; returns its id."""
    number = next(_numbers)
    with transaction.atomic():
        substation = api.create_substation(code=f"S{number}", name=f"变电站{number}", by=act())
        feeder = api.create_feeder(
            code=f"F{number}", name=f"线路{number}", substation_id=substation, unit_id=unit.pk,
            by=act(),
        )  # fmt: skip
        return api.create_area(
            code=f"G{number}", name=name or f"台区{number}", feeder_id=feeder, unit_id=unit.pk,
            capacity_kva=Decimal(capacity), by=act(),
        )  # fmt: skip


def make_location(unit: Unit | None = None, *, address: str | None = None) -> int:
    """A service location; returns its id."""
    make_division()
    unit = unit or make_unit()
    address = address or f"青石镇柳湾村{next(_numbers)}号"
    with transaction.atomic():
        return api.create_location(LocationEntry(DIVISION, address, unit.pk), by=act())


def make_point(
    unit: Unit | None = None,
    *,
    address: str | None = None,
    area: int | None = None,
    since: date = LONG_AGO,
    location: int | None = None,
) -> int:
    """A usage point below 1 kV; returns its id."""
    unit = unit or make_unit()
    with transaction.atomic():
        return api.create_usage_point(
            PointEntry(
                code=f"UP{next(_numbers):08d}",
                service_location_id=location or make_location(unit, address=address),
                unit_id=unit.pk,
                voltage="LT1KV",
                metering="LL",
                capacity_kva=Decimal(8),
                from_date=since,
                area_id=area,
            ),
            by=act(),
        )
