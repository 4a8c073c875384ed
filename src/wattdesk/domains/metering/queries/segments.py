"""Reads of reading segments."""

from datetime import date

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.data import Segment
from wattdesk.domains.metering.models import ReadingSegment
from wattdesk.domains.metering.operations.segments import SegmentNotFound
from wattdesk.kernel.schedule.billing_dates import is_due


def get_segment(code: str, *, scope: Scope | None = None) -> Segment:
    """The segment of a code. Raises SegmentNotFound, also for one outside ``scope``."""
    found = list_segments(scope=scope, code=code)
    if not found:
        raise SegmentNotFound(segment=code)
    return found[0]


def get_segment_by_id(segment_id: int, *, scope: Scope | None = None) -> Segment:
    """The segment of an id. Raises SegmentNotFound, also for one outside ``scope``."""
    rows = ReadingSegment.objects.filter(pk=segment_id).select_related("unit", "reader")
    row = (rows if scope is None else identity.within(rows, scope)).first()
    if row is None:
        raise SegmentNotFound(segment=segment_id)
    return _info(row)


def list_segments(*, scope: Scope | None = None, code: str | None = None) -> list[Segment]:
    """Segments by code; ``scope`` None: all."""
    rows = ReadingSegment.objects.select_related("unit", "reader").order_by("code")
    if code is not None:
        rows = rows.filter(code=code)
    return [_info(row) for row in (rows if scope is None else identity.within(rows, scope))]


def due_segments(month: date, *, scope: Scope | None = None) -> list[Segment]:
    """Segments that are read and billed in the receivable month, by their cycle."""
    return [segment for segment in list_segments(scope=scope) if is_due(segment.cycle, month)]


def _info(row: ReadingSegment) -> Segment:
    return Segment(
        id=row.pk,
        code=row.code,
        name=row.name,
        unit_id=row.unit_id,
        unit_path=row.unit.path,
        unit_name=row.unit.name,
        reading_day=row.reading_day,
        cycle=row.cycle,
        reader_id=row.reader_id,
        reader_name=row.reader.name if row.reader else "",
    )
