"""Row locks of metering. Order: segment, batch, meter, reading, finding; ids ascending."""

from collections.abc import Sequence

from wattdesk.domains.metering.models import Finding, ImportBatch, Meter, Reading


def lock_batch(batch_id: int) -> ImportBatch | None:
    """The batch, locked to the end of the transaction; None when there is none."""
    return ImportBatch.objects.select_for_update().filter(pk=batch_id).first()


def lock_meter(meter_id: int) -> Meter | None:
    """The meter, locked; None when there is none."""
    return Meter.objects.select_for_update().filter(pk=meter_id).first()


def lock_reading(reading_id: int) -> Reading | None:
    """The reading, locked; None when there is none."""
    return Reading.objects.select_for_update().filter(pk=reading_id).first()


def lock_findings(ids: Sequence[int]) -> list[Finding]:
    """Those of the findings that exist, locked, by id."""
    return list(Finding.objects.select_for_update().filter(pk__in=ids).order_by("id"))
