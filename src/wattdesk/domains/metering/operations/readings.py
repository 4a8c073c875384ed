"""Writes of readings (示数): recording them, and correcting them with the old value kept."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import polars as pl
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.api import NewRecord
from wattdesk.domains.metering import locks
from wattdesk.domains.metering.data import NewReading, Origin, Quality
from wattdesk.domains.metering.models import Installation, Register
from wattdesk.domains.metering.rules import unscaled
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.frames import copy_frame, query_frame, reserve_ids
from wattdesk.toolkit.transactions import require_transaction

# What ``write_readings`` takes. Values × 10 000.
WRITTEN = {
    "register_id": pl.Int64,
    "reading_date": pl.Date,
    "value_e4": pl.Int64,
    "quality": pl.String,
    "origin": pl.String,
    "note": pl.String,
}


class ReadingNotFound(NotFound):
    """No such reading."""

    code = "metering.reading_not_found"
    message = gettext_lazy("There is no reading %(reading)s.")


class ReadingExists(StateConflict):
    """The register has another reading of that day in force."""

    code = "metering.reading_exists"
    message = gettext_lazy(
        "There is a reading %(value)s of %(day)s already (register %(register)s). Correct that one."
    )


class ReadingSuperseded(StateConflict):
    """The reading was corrected before."""

    code = "metering.reading_superseded"
    message = gettext_lazy("This reading was corrected already. Correct the one in force.")


class CorrectionNeedsReason(InvalidInput):
    """A correction without a reason."""

    code = "metering.correction_needs_reason"
    message = gettext_lazy("Say why the reading is corrected.")


def record_readings(readings: Sequence[NewReading], *, by: Act) -> list[int]:
    """Record readings; returns their ids in order.

    Raises InvalidInput with every fault (negative, more digits or decimals than the register, a
    future day, a day when the meter was not installed, the same register and day twice),
    ReadingExists.
    """
    require_transaction()
    if not readings:
        return []
    registers = {
        r.pk: r
        for r in Register.objects.select_related("meter").filter(
            pk__in={new.register_id for new in readings}
        )
    }
    _check(readings, registers, today=civil_date(by.at))
    frame = pl.DataFrame(
        [
            (r.register_id, r.reading_date, int(r.value.scaleb(4)), r.quality, r.origin, r.note)
            for r in readings
        ],
        schema=WRITTEN,
        orient="row",
    )
    taken = existing(frame)
    if taken.height:
        row = taken.row(0, named=True)
        raise ReadingExists(
            value=unscaled(row["value_e4"]).normalize(),
            day=row["reading_date"].isoformat(),
            register=row["register_id"],
        )
    ids = write_readings(frame, batch_id=None, recorded_at=by.at)
    audit.record_many(
        [
            NewRecord(
                "metering.reading.record",
                (f"meter:{registers[new.register_id].meter_id}",),
                None,
                None,
                {
                    "kind": registers[new.register_id].kind,
                    "date": new.reading_date.isoformat(),
                    "value": str(new.value),
                    "quality": str(new.quality),
                },
            )
            for new in readings
        ],
        by=by,
    )
    return ids.to_list()


def correct_reading(reading_id: int, value: Decimal, *, by: Act) -> int:
    """Replace a reading by a corrected value; the old row stays and says until when it held.

    Returns the id of the new reading. Raises ReadingNotFound, ReadingSuperseded, InvalidInput,
    CorrectionNeedsReason.
    """
    require_transaction()
    if not by.reason.strip():
        raise CorrectionNeedsReason
    old = locks.lock_reading(reading_id)
    if old is None:
        raise ReadingNotFound(reading=reading_id)
    if old.superseded_at is not None:
        raise ReadingSuperseded
    register = Register.objects.select_related("meter").get(pk=old.register_id)
    new = NewReading(
        old.register_id, old.reading_date, value, Quality.CORRECTED, Origin.MANUAL, by.reason[:200]
    )
    _check([new], {register.pk: register}, today=civil_date(by.at))
    supersede([old.pk], at=by.at)
    frame = pl.DataFrame(
        [
            (
                new.register_id,
                new.reading_date,
                int(value.scaleb(4)),
                new.quality,
                new.origin,
                new.note,
            )
        ],
        schema=WRITTEN,
        orient="row",
    )
    ids = write_readings(frame, batch_id=None, recorded_at=by.at)
    audit.record(
        by=by,
        action="metering.reading.correct",
        subjects=[f"meter:{register.meter_id}", f"reading:{ids[0]}"],
        before={"reading": old.pk, "value": str(old.value), "quality": old.quality},
        after={
            "reading": ids[0],
            "value": str(value),
            "kind": register.kind,
            "date": old.reading_date.isoformat(),
        },
    )
    return int(ids[0])


def write_readings(
    frame: pl.DataFrame, *, batch_id: int | None, recorded_at: datetime
) -> pl.Series:
    """Append checked readings (columns of WRITTEN) by COPY; returns their ids in order."""
    require_transaction()
    ids = reserve_ids("metering_reading", frame.height)
    value = pl.col("value_e4")
    rows = frame.select(
        ids.alias("id"),
        "register_id",
        "reading_date",
        pl.format("{}.{}", value // 10_000, (value % 10_000).cast(pl.String).str.zfill(4)).alias(
            "value"
        ),
        "quality",
        "origin",
        pl.lit(batch_id, dtype=pl.Int64).alias("batch_id"),
        pl.lit(recorded_at.isoformat()).alias("recorded_at"),
        "note",
    )
    copy_frame("metering_reading", rows)
    return ids


def supersede(ids: Sequence[int], *, at: datetime) -> None:
    """Mark readings in force as corrected at a moment. Raises ReadingSuperseded for any other."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE metering_reading SET superseded_at = greatest(%s, recorded_at)"
            " WHERE id = ANY(%s) AND superseded_at IS NULL",
            [at, list(ids)],
        )
        if cursor.rowcount != len(ids):
            raise ReadingSuperseded


def existing(frame: pl.DataFrame) -> pl.DataFrame:
    """Readings in force of the registers and days of ``frame``.

    ``register_id, reading_date, reading_id, value_e4, quality``.
    """
    found = query_frame(
        "SELECT register_id, reading_date, id, (value * 10000)::bigint, quality"
        " FROM metering_reading WHERE superseded_at IS NULL"
        " AND register_id = ANY({registers}::bigint[]) AND reading_date = ANY({days}::date[])"
        " ORDER BY register_id, reading_date",
        {
            "register_id": pl.Int64,
            "reading_date": pl.Date,
            "reading_id": pl.Int64,
            "value_e4": pl.Int64,
            "quality": pl.String,
        },
        registers=frame["register_id"].unique().to_list(),
        days=frame["reading_date"].unique().to_list(),
    )
    return found.join(frame, on=["register_id", "reading_date"], how="semi", maintain_order="left")


def _check(readings: Sequence[NewReading], registers: dict[int, Register], *, today: date) -> None:
    errors: dict[str, list[str]] = {}
    hung: dict[int, list[tuple[date, date | None]]] = {}
    meters = {register.meter_id for register in registers.values()}
    for meter_id, period in Installation.objects.filter(meter_id__in=meters).values_list(
        "meter_id", "period"
    ):
        hung.setdefault(meter_id, []).append((period.lower, period.upper))
    seen: set[tuple[int, date]] = set()
    for place, new in enumerate(readings):
        register = registers.get(new.register_id)
        if register is None:
            faults = [_("There is no register %(register)s.") % {"register": new.register_id}]
        else:
            faults = _faults(new, register, hung.get(register.meter_id, []), today)
        if (new.register_id, new.reading_date) in seen:
            faults.append(_("The same register and day stand here twice."))
        seen.add((new.register_id, new.reading_date))
        if faults:
            errors[f"reading {place + 1}"] = faults
    if errors:
        raise InvalidInput(errors)


def _faults(
    new: NewReading,
    register: Register,
    hung: list[tuple[date, date | None]],
    today: date,
) -> list[str]:
    faults = []
    if new.value < 0:
        faults.append(_("A register never shows less than zero."))
    if new.value >= 10**register.digits:
        faults.append(
            _("%(value)s has more digits than the register's %(digits)s.")
            % {"value": new.value, "digits": register.digits}
        )
    if new.value.normalize().as_tuple().exponent < -register.decimals:  # type: ignore[operator]
        faults.append(
            _("%(value)s has more decimals than the register's %(decimals)s.")
            % {"value": new.value, "decimals": register.decimals}
        )
    if new.reading_date > today:
        faults.append(_("%(day)s lies in the future.") % {"day": new.reading_date.isoformat()})
    if not any(
        first <= new.reading_date and (last is None or new.reading_date <= last)
        for first, last in hung
    ):
        faults.append(
            _("Meter %(meter)s was not installed on %(day)s.")
            % {"meter": register.meter.number, "day": new.reading_date.isoformat()}
        )
    return faults
