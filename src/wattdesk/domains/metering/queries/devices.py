"""Reads about meters, where they hang, and what they showed."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from django.db import connection

from wattdesk.domains.metering.data import (
    InstalledMeter,
    Kind,
    MeterInfo,
    Origin,
    Quality,
    ReadingInfo,
    RegisterInfo,
)
from wattdesk.domains.metering.models import (
    Installation,
    InstrumentTransformer,
    Meter,
    Reading,
    Register,
)
from wattdesk.domains.metering.operations.devices import MeterNotFound
from wattdesk.toolkit.frames import query_frame

LATEST = """
SELECT DISTINCT ON (register_id) register_id, reading_date, value FROM metering_reading
WHERE register_id = ANY(%s) AND superseded_at IS NULL
ORDER BY register_id, reading_date DESC
"""
# In the order of a meter's display.
ORDER = {kind.value: place for place, kind in enumerate(Kind)}


def get_meter(number: str) -> MeterInfo:
    """A meter by its number, with registers and their latest readings. Raises MeterNotFound."""
    row = Meter.objects.filter(number=number).first()
    if row is None:
        raise MeterNotFound(meter=number)
    return _meters([row])[row.pk]


def installations_of(usage_point_id: int) -> list[InstalledMeter]:
    """All meters that ever hung at a usage point, the latest first."""
    rows = list(
        Installation.objects.select_related("meter")
        .filter(usage_point_id=usage_point_id)
        .order_by("-period")
    )
    return _installed(rows)


def installed_at(usage_point_ids: Sequence[int], on: date) -> dict[int, InstalledMeter]:
    """The meter that hangs at each usage point on a day; points without one are left out."""
    rows = list(
        Installation.objects.select_related("meter").filter(
            usage_point_id__in=list(usage_point_ids), period__contains=on
        )
    )
    return {found.usage_point_id: found for found in _installed(rows)}


def places_of_meter(number: str) -> list[InstalledMeter]:
    """All places where a meter hung, the latest first. Raises MeterNotFound."""
    meter = Meter.objects.filter(number=number).first()
    if meter is None:
        raise MeterNotFound(meter=number)
    rows = Installation.objects.select_related("meter").filter(meter=meter).order_by("-period")
    return _installed(list(rows))


def readings_of_meter(
    number: str, *, since: date | None = None, with_superseded: bool = True
) -> list[ReadingInfo]:
    """Readings of a meter, the latest day first; corrected ones follow the one in force.

    Raises MeterNotFound.
    """
    meter = Meter.objects.filter(number=number).first()
    if meter is None:
        raise MeterNotFound(meter=number)
    rows = Reading.objects.select_related("register").filter(register__meter=meter)
    if since is not None:
        rows = rows.filter(reading_date__gte=since)
    if not with_superseded:
        rows = rows.filter(superseded_at__isnull=True)
    listed = sorted(
        rows,
        key=lambda r: (-r.reading_date.toordinal(), ORDER[r.register.kind], -r.pk),
    )
    return [
        ReadingInfo(
            id=row.pk,
            register_id=row.register_id,
            kind=Kind(row.register.kind),
            meter_number=meter.number,
            reading_date=row.reading_date,
            value=row.value,
            quality=Quality(row.quality),
            origin=Origin(row.origin),
            recorded_at=row.recorded_at,
            superseded_at=row.superseded_at,
            note=row.note,
            batch_id=row.batch_id,
        )
        for row in listed
    ]


def meter_numbers_of(usage_point_ids: pl.Series, *, on: date) -> pl.DataFrame:
    """The meters at usage points on a day: ``usage_point_id, meter_id, number, multiplier_e4``."""
    return query_frame(
        "SELECT i.usage_point_id, m.id, m.number, (i.multiplier * 10000)::bigint"
        " FROM metering_installation i JOIN metering_meter m ON m.id = i.meter_id"
        " WHERE i.usage_point_id = ANY({points}::bigint[]) AND i.period @> {on}::date"
        " ORDER BY m.number",
        {
            "usage_point_id": pl.Int64,
            "meter_id": pl.Int64,
            "number": pl.String,
            "multiplier_e4": pl.Int64,
        },
        points=usage_point_ids.drop_nulls().unique().to_list(),
        on=on,
    )


def _installed(rows: Sequence[Installation]) -> list[InstalledMeter]:
    meters = _meters([row.meter for row in rows])
    points = {row.usage_point_id for row in rows}
    transformers = list(
        InstrumentTransformer.objects.filter(usage_point_id__in=points).order_by("kind", "id")
    )

    def ratios(row: Installation) -> tuple[str, ...]:
        words = {
            f"{'CT' if t.kind == 'CURRENT' else 'PT'}"
            f" {t.primary_value.normalize():f}/{t.secondary_value.normalize():f}": None
            for t in transformers
            if t.usage_point_id == row.usage_point_id
            and t.period.lower <= row.period.lower
            and (t.period.upper is None or t.period.upper > row.period.lower)
        }
        return tuple(words)

    return [
        InstalledMeter(
            installation_id=row.pk,
            meter=meters[row.meter_id],
            usage_point_id=row.usage_point_id,
            multiplier=row.multiplier,
            from_date=row.period.lower,
            to_date=row.period.upper,
            transformers=ratios(row),
        )
        for row in rows
    ]


def _meters(rows: Sequence[Meter]) -> dict[int, MeterInfo]:
    registers = list(Register.objects.filter(meter_id__in={row.pk for row in rows}))
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [[r.pk for r in registers]])
        latest = {key: (day, value) for key, day, value in cursor.fetchall()}
    registers.sort(key=lambda r: ORDER[r.kind])
    return {
        row.pk: MeterInfo(
            id=row.pk,
            number=row.number,
            model=row.model,
            phases=row.phases,
            rated_current=row.rated_current_a,
            made_year=row.made_year,
            registers=tuple(
                RegisterInfo(
                    id=r.pk,
                    kind=Kind(r.kind),
                    digits=r.digits,
                    decimals=r.decimals,
                    latest_date=latest.get(r.pk, (None, None))[0],
                    latest_value=latest.get(r.pk, (None, None))[1],
                )
                for r in registers
                if r.meter_id == row.pk
            ),
        )
        for row in rows
    }
