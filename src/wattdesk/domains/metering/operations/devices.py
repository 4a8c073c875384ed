"""Writes about meters: adding them, hanging, exchanging and removing them (装表, 换表, 拆表)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering import locks
from wattdesk.domains.metering.data import Kind, NewMeter, NewReading, NewTransformer, Origin
from wattdesk.domains.metering.models import (
    Installation,
    InstrumentTransformer,
    Meter,
    Register,
)
from wattdesk.domains.metering.operations.readings import record_readings
from wattdesk.domains.metering.wording import kind_name
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.history import changed_by
from wattdesk.toolkit.periods import days, end_on, refusing_overlap
from wattdesk.toolkit.transactions import require_transaction

# What each register of a meter showed on a day, by kind.
Shown = Mapping[Kind, Decimal]


class MeterNotFound(NotFound):
    """No such meter."""

    code = "metering.meter_not_found"
    message = gettext_lazy("There is no meter %(meter)s.")


class MeterNumberTaken(StateConflict):
    """The number is another meter's."""

    code = "metering.meter_number_taken"
    message = gettext_lazy("There is a meter %(meter)s already. Check the number on the plate.")


class NoMeterInstalled(StateConflict):
    """The usage point has no meter on the day."""

    code = "metering.no_meter_installed"
    message = gettext_lazy("No meter is installed at this usage point on %(day)s.")


class MultiplierDiffers(InvalidInput):
    """The multiplier is not what the instrument transformers make."""

    code = "metering.multiplier_differs"
    message = gettext_lazy(
        "The multiplier %(multiplier)s is not what the instrument transformers make: %(product)s."
    )


def add_meter(meter: NewMeter, *, by: Act) -> int:
    """Add a meter with its registers; returns its id. Raises InvalidInput, MeterNumberTaken."""
    require_transaction()
    _check_meter(meter)
    try:
        with transaction.atomic():
            row = Meter.objects.create(
                number=meter.number.strip(),
                model=meter.model.strip(),
                phases=meter.phases,
                rated_current_a=meter.rated_current.strip(),
                made_year=meter.made_year,
            )
    except IntegrityError as refused:
        raise MeterNumberTaken(meter=meter.number) from refused
    Register.objects.bulk_create(
        Register(meter=row, kind=r.kind, digits=r.digits, decimals=r.decimals)
        for r in meter.registers
    )
    audit.record(
        by=by,
        action="metering.meter.add",
        subjects=[f"meter:{row.pk}"],
        after={
            "number": row.number,
            "model": row.model,
            "registers": [str(r.kind) for r in meter.registers],
        },
    )
    return row.pk


def install_transformers(
    usage_point_id: int, transformers: Sequence[NewTransformer], *, from_date: date, by: Act
) -> list[int]:
    """Install instrument transformers at a point; returns their ids. Raises InvalidInput."""
    require_transaction()
    for new in transformers:
        if (
            new.kind not in InstrumentTransformer.Kind.values
            or min(new.primary, new.secondary) <= 0
        ):
            raise InvalidInput({"transformer": [_("Kind and ratio of a transformer are needed.")]})
    rows = InstrumentTransformer.objects.bulk_create(
        InstrumentTransformer(
            number=new.number,
            kind=new.kind,
            usage_point_id=usage_point_id,
            primary_value=new.primary,
            secondary_value=new.secondary,
            period=days(from_date),
        )
        for new in transformers
    )
    audit.record(
        by=by,
        action="metering.transformer.install",
        subjects=[f"usage_point:{usage_point_id}"],
        after={
            "from": from_date.isoformat(),
            "transformers": [f"{t.kind} {t.primary}/{t.secondary}" for t in transformers],
        },
    )
    return [row.pk for row in rows]


def install_meter(
    meter_id: int,
    usage_point_id: int,
    *,
    from_date: date,
    multiplier: Decimal = Decimal(1),
    start_readings: Shown,
    by: Act,
) -> int:
    """Hang a meter at a usage point from a day on; returns the installation's id.

    ``start_readings`` (底度) are what the registers show on that day. Raises MeterNotFound,
    InvalidInput, MultiplierDiffers, PeriodOverlaps when the meter or the point is taken.
    """
    require_transaction()
    meter = locks.lock_meter(meter_id)
    if meter is None:
        raise MeterNotFound(meter=meter_id)
    _check_multiplier(usage_point_id, from_date, multiplier)
    with refusing_overlap():
        row = Installation.objects.create(
            meter=meter,
            usage_point_id=usage_point_id,
            multiplier=multiplier,
            period=days(from_date),
        )
    record_readings(_at_exchange(meter, from_date, start_readings), by=by)
    audit.record(
        by=by,
        action="metering.meter.install",
        subjects=[f"meter:{meter.pk}", f"usage_point:{usage_point_id}"],
        after={
            "meter": meter.number,
            "from": from_date.isoformat(),
            "multiplier": str(multiplier),
            "readings": _words(start_readings),
        },
    )
    return row.pk


def remove_meter(usage_point_id: int, *, on_date: date, final_readings: Shown, by: Act) -> int:
    """Take the meter of a point down; returns the id of the installation that ended.

    ``on_date`` is the first day without it, ``final_readings`` (止度) what it showed then. Raises
    NoMeterInstalled, InvalidInput.
    """
    require_transaction()
    row = (
        Installation.objects.select_for_update(of=("self",))
        .select_related("meter")
        .filter(usage_point_id=usage_point_id, period__startswith__lt=on_date)
        .filter(period__endswith__isnull=True)
        .first()
    )
    if row is None:
        raise NoMeterInstalled(day=on_date.isoformat())
    record_readings(_at_exchange(row.meter, on_date, final_readings), by=by)
    with changed_by(actor_id=by.staff_id, name=by.name, reason=by.reason):
        end_on(row, on_date)
    audit.record(
        by=by,
        action="metering.meter.remove",
        subjects=[f"meter:{row.meter_id}", f"usage_point:{usage_point_id}"],
        before={"meter": row.meter.number, "to": None},
        after={
            "meter": row.meter.number,
            "to": on_date.isoformat(),
            "readings": _words(final_readings),
        },
    )
    return row.pk


def exchange_meter(
    usage_point_id: int,
    new_meter_id: int,
    *,
    on_date: date,
    final_readings: Shown,
    start_readings: Shown,
    multiplier: Decimal | None = None,
    by: Act,
) -> int:
    """Replace the meter of a point by another on one day (换表); returns the new installation's id.

    The old meter's use ends with its final readings, the new one's begins with its start readings;
    without a ``multiplier`` the old one stays. Raises as remove_meter and install_meter do.
    """
    ended = remove_meter(usage_point_id, on_date=on_date, final_readings=final_readings, by=by)
    if multiplier is None:
        multiplier = Installation.objects.values_list("multiplier", flat=True).get(pk=ended)
    return install_meter(
        new_meter_id,
        usage_point_id,
        from_date=on_date,
        multiplier=multiplier,
        start_readings=start_readings,
        by=by,
    )


def _at_exchange(meter: Meter, day: date, shown: Shown) -> list[NewReading]:
    """Readings of all registers of a meter. Raises InvalidInput when one is missing or unknown."""
    registers = {Kind(r.kind): r for r in meter.registers.all()}
    missing = [kind_name(kind) for kind in registers if kind not in shown]
    unknown = [kind_name(kind) for kind in shown if kind not in registers]
    errors = {
        "readings": [
            *[_("The reading of register %(kind)s is missing.") % {"kind": k} for k in missing],
            *[_("The meter has no register %(kind)s.") % {"kind": k} for k in unknown],
        ]
    }
    if errors["readings"]:
        raise InvalidInput(errors)
    return [
        NewReading(registers[kind].pk, day, value, origin=Origin.EXCHANGE)
        for kind, value in shown.items()
    ]


def _check_meter(meter: NewMeter) -> None:
    errors: dict[str, list[str]] = {}
    kinds = [r.kind for r in meter.registers]
    if not 1 <= len(meter.number.strip()) <= 24:
        errors["number"] = [_("A meter's number has 1 to 24 characters.")]
    if meter.phases not in (1, 3):
        errors["phases"] = [_("A meter has one phase or three.")]
    if not kinds or len(set(kinds)) != len(kinds):
        errors["registers"] = [_("A meter has at least one register, and each kind once.")]
    if any(not 3 <= r.digits <= 9 or not 0 <= r.decimals <= 4 for r in meter.registers):
        errors["digits"] = [_("A register has 3 to 9 digits and 0 to 4 decimals.")]
    if errors:
        raise InvalidInput(errors)


def _check_multiplier(usage_point_id: int, on: date, multiplier: Decimal) -> None:
    """The multiplier is positive, not beyond the largest in use, and what the transformers make."""
    largest = rulebook.rule("readings.multiplier.largest", on=on).decimal
    if not 0 < multiplier <= largest:
        raise InvalidInput(
            {
                "multiplier": [
                    _("The multiplier must be above 0 and at most %(largest)s.")
                    % {"largest": largest}
                ]
            }
        )
    rows = InstrumentTransformer.objects.filter(
        usage_point_id=usage_point_id, period__contains=on
    ).values_list("kind", "primary_value", "secondary_value")
    # Three phases have three current transformers of one ratio: the ratio counts once.
    ratios = {(kind, primary, secondary) for kind, primary, secondary in rows}
    if not ratios:
        return
    product, divisor = Decimal(1), Decimal(1)
    for _kind, primary, secondary in ratios:
        product, divisor = product * primary, divisor * secondary
    if product != multiplier * divisor:
        raise MultiplierDiffers(
            {"multiplier": [_("Check the plates of the transformers.")]},
            multiplier=f"{multiplier.normalize():f}",
            product=f"{(product / divisor).normalize():f}",
        )


def _words(shown: Shown) -> dict[str, str]:
    return {str(kind): str(value) for kind, value in shown.items()}
