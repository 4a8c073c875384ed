"""Meters and readings for tests: plain functions that write through the domain's door."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from django.db import transaction

from tests.factories.identity import act, make_unit
from wattdesk.domains.identity.data import Act
from wattdesk.domains.identity.models import Unit
from wattdesk.domains.metering import api
from wattdesk.domains.metering.api import Kind, NewMeter, NewReading, NewRegister, Quality
from wattdesk.domains.metering.models import ReadingSegment, Register
from wattdesk.domains.premises.models import (
    AdministrativeDivision,
    ServiceLocation,
    UsagePoint,
)
from wattdesk.toolkit.periods import days

LONG_AGO = date(2020, 1, 1)
_numbers = count(1)


def act_at(day: date, *, reason: str = "because a test asks") -> Act:
    """The system's act at noon of a day."""
    return act(at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC), reason=reason)


def make_point(
    unit: Unit | None = None,
    *,
    capacity_kva: str | None = "8",
    since: date = LONG_AGO,
    until: date | None = None,
    code: str | None = None,
) -> int:
    """A usage point below 1 kV; returns its id."""
    unit = unit or make_unit()
    division, _ = AdministrativeDivision.objects.get_or_create(
        code="440103", defaults={"name": "荔湾区"}
    )
    number = next(_numbers)
    place = ServiceLocation.objects.create(
        division=division, address=f"宝华路{number}号", unit=unit
    )
    point = UsagePoint.objects.create(
        code=code or f"P{number:08d}",
        service_location=place,
        unit=unit,
        voltage="LT1KV",
        metering="LL",
        capacity_kva=None if capacity_kva is None else Decimal(capacity_kva),
        period=days(since, until),
    )
    return point.pk


def make_meter(
    *,
    kinds: tuple[Kind, ...] = (Kind.ACTIVE_TOTAL,),
    digits: int = 6,
    decimals: int = 2,
    number: str | None = None,
    plate: str = "5(60)",
    phases: int = 1,
) -> int:
    """A meter with registers, hanging nowhere; returns its id."""
    with transaction.atomic():
        return api.add_meter(
            NewMeter(
                number=number or f"M{next(_numbers):010d}",
                model="DDZY71",
                registers=tuple(NewRegister(kind, digits, decimals) for kind in kinds),
                phases=phases,
                rated_current=plate,
            ),
            by=act_at(LONG_AGO),
        )


def registers_of(meter_id: int) -> dict[Kind, int]:
    """Register ids of a meter by kind."""
    return {Kind(r.kind): r.pk for r in Register.objects.filter(meter_id=meter_id)}


def hang(
    point: int,
    *,
    since: date = LONG_AGO,
    multiplier: str = "1",
    start: str = "0",
    **meter: object,
) -> dict[Kind, int]:
    """A new meter at a point, all registers starting at ``start``; returns its registers."""
    meter_id = make_meter(**meter)  # type: ignore[arg-type]
    registers = registers_of(meter_id)
    with transaction.atomic():
        api.install_meter(
            meter_id,
            point,
            from_date=since,
            multiplier=Decimal(multiplier),
            start_readings=dict.fromkeys(registers, Decimal(start)),
            by=act_at(since),
        )
    return registers


def read(
    register: int,
    values: Mapping[date, str | int],
    *,
    quality: Quality = Quality.ACTUAL,
    by: Act | None = None,
) -> list[int]:
    """Readings of one register, each recorded at noon of its day unless ``by`` says otherwise."""
    ids: list[int] = []
    for day, value in sorted(values.items()):
        with transaction.atomic():
            ids += api.record_readings(
                [NewReading(register, day, Decimal(value), quality)], by=by or act_at(day)
            )
    return ids


def make_segment(
    code: str | None = None, *, unit: Unit | None = None, reading_day: int = 1
) -> ReadingSegment:
    """A monthly segment of a unit."""
    unit = unit or make_unit()
    code = code or f"S{next(_numbers)}"
    with transaction.atomic():
        key = api.create_segment(
            code=code, name=f"抄表段{code}", unit_id=unit.pk, reading_day=reading_day,
            by=act_at(LONG_AGO),
        )  # fmt: skip
    return ReadingSegment.objects.get(pk=key)
