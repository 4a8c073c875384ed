"""Connecting an account: customer, place, point, meter, agreement, price, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import AccountEntry, CustomerEntry, ProfileEntry
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Kind, NewMeter, NewTransformer
from wattdesk.domains.premises import api as premises
from wattdesk.domains.premises.data import BoundaryEntry, LocationEntry, PointEntry
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class MeterEntry:
    """The meter that is hung: a new one or one in stock (by id), multiplier, what it shows."""

    meter: NewMeter | int
    start_readings: Mapping[Kind, Decimal]
    multiplier: Decimal = Decimal(1)
    transformers: tuple[NewTransformer, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionEntry:
    """Everything the desk and the installer know of a new account.

    ``holder`` is a customer as captured, or the id of a known one. ``point.service_location_id``
    and ``account.usage_point_ids``, ``account.holder_id`` are filled in here.
    """

    holder: CustomerEntry | int
    location: LocationEntry | int
    point: PointEntry
    account: AccountEntry
    meter: MeterEntry | None = None
    boundary: BoundaryEntry | None = None
    profile: ProfileEntry | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """What was made."""

    account_id: int
    customer_id: int
    usage_point_id: int
    meter_id: int | None


def check(entry: ConnectionEntry, *, today: date) -> None:
    """Refuse what is captured wrongly, customer and address together, before anything is written.

    Raises InvalidInput with the fields of both: ``holder.name``, ``location.address`` …
    """
    faults: dict[str, list[str]] = {}
    if isinstance(entry.holder, CustomerEntry):
        try:
            customers.check_customer(entry.holder, today=today)
        except InvalidInput as refused:
            faults.update({f"holder.{field}": said for field, said in refused.errors.items()})
    if isinstance(entry.location, LocationEntry):
        try:
            premises.check_location(entry.location)
        except InvalidInput as refused:
            faults.update({f"location.{field}": said for field, said in refused.errors.items()})
    if faults:
        raise InvalidInput(faults)


def connect(entry: ConnectionEntry, *, by: Act) -> Connected:
    """Connect an account: all of it or nothing.

    Raises InvalidInput and whatever the single steps raise: CodeTaken, NumberTaken,
    MeterNumberTaken, PeriodOverlaps, MultiplierDiffers.
    """
    check(entry, today=by.at.date())
    day = entry.account.opened_date
    with transaction.atomic():
        holder = (
            entry.holder
            if isinstance(entry.holder, int)
            else customers.register_customer(entry.holder, by=by)
        )
        location = (
            entry.location
            if isinstance(entry.location, int)
            else premises.create_location(entry.location, by=by)
        )
        point = premises.create_usage_point(
            replace(entry.point, service_location_id=location), by=by
        )
        if entry.boundary is not None:
            premises.set_boundary(point, entry.boundary, from_date=day, by=by)
        meter = None if entry.meter is None else _hang(entry.meter, point, day, by)
        account = customers.open_account(
            replace(entry.account, holder_id=holder, usage_point_ids=(point,)), by=by
        )
        if entry.profile is not None:
            customers.set_profile(account, entry.profile, by=by)
    return Connected(account, holder, point, meter)


def _hang(entry: MeterEntry, point: int, day: date, by: Act) -> int:
    meter = entry.meter if isinstance(entry.meter, int) else metering.add_meter(entry.meter, by=by)
    if entry.transformers:
        metering.install_transformers(point, entry.transformers, from_date=day, by=by)
    metering.install_meter(
        meter,
        point,
        from_date=day,
        multiplier=entry.multiplier,
        start_readings=entry.start_readings,
        by=by,
    )
    return meter
