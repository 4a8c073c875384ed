"""Public types of the premises domain."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Rows(StrEnum):
    """Tables that a take-over may fill, by the name of what one row is."""

    DIVISION = "premises_division"
    SUBSTATION = "premises_substation"
    FEEDER = "premises_feeder"
    AREA = "premises_transformer_area"
    LOCATION = "premises_service_location"
    SUPPLY_POINT = "premises_supply_point"
    USAGE_POINT = "premises_usage_point"
    POINT_AREA = "premises_usage_point_area"
    BOUNDARY = "premises_ownership_boundary"


@dataclass(frozen=True, slots=True)
class LocationEntry:
    """A service location as captured: ``division_code`` of 6, 9 or 12 digits, address as said."""

    division_code: str
    address: str
    unit_id: int
    access_note: str = ""


@dataclass(frozen=True, slots=True)
class PointEntry:
    """A usage point as captured. Voltage and metering by the codes of UsagePoint; kVA."""

    code: str
    service_location_id: int
    unit_id: int
    voltage: str
    metering: str
    capacity_kva: Decimal | None
    from_date: date
    area_id: int | None = None
    supply_point_id: int | None = None
    meter_place: str = ""


@dataclass(frozen=True, slots=True)
class BoundaryEntry:
    """产权分界: where ownership changes, who mends behind it and behind the meter."""

    description: str
    behind_boundary: str
    behind_meter: str


@dataclass(frozen=True, slots=True)
class PointPlace:
    """Where one usage point is and what feeds it on a day: all a page shows about the place."""

    usage_point_id: int
    code: str
    voltage: str
    metering: str
    capacity_kva: Decimal | None
    meter_place: str
    from_date: date
    to_date: date | None
    service_location_id: int
    address: str
    access_note: str
    division_code: str
    division_name: str
    supply_point_code: str | None
    second_feeder_name: str | None
    area_id: int | None
    area_code: str | None
    area_name: str | None
    area_is_dedicated: bool | None
    area_capacity_kva: Decimal | None
    feeder_name: str | None
    substation_name: str | None
    boundary: BoundaryEntry | None
