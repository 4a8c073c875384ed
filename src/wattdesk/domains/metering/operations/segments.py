"""Writes of reading segments (抄表段)."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wattdesk.domains.audit import api as audit
from wattdesk.domains.metering.models import ReadingSegment
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvalidInput, NotFound, StateConflict
from wattdesk.toolkit.history import changed_by
from wattdesk.toolkit.transactions import require_transaction


class SegmentNotFound(NotFound):
    """No such segment, or it lies outside the caller's scope."""

    code = "metering.segment_not_found"
    message = gettext_lazy("There is no reading segment %(segment)s, or it is not yours.")


class SegmentCodeTaken(StateConflict):
    """The code is another segment's."""

    code = "metering.segment_code_taken"
    message = gettext_lazy("There is a segment %(segment)s already. Choose another code.")


def create_segment(
    *,
    code: str,
    name: str,
    unit_id: int,
    reading_day: int,
    cycle: str = "MONTHLY",
    reader_id: int | None = None,
    by: Act,
) -> int:
    """Make a segment; returns its id. ``reading_day`` 1–28, ``cycle`` as in ReadingSegment.Cycle.

    Raises InvalidInput with everything that is wrong, SegmentCodeTaken.
    """
    require_transaction()
    _check(code=code, name=name, reading_day=reading_day, cycle=cycle)
    try:
        with transaction.atomic():
            segment = ReadingSegment.objects.create(
                code=code.strip(),
                name=name.strip(),
                unit_id=unit_id,
                reading_day=reading_day,
                cycle=cycle,
                reader_id=reader_id,
            )
    except IntegrityError as refused:
        if ReadingSegment.objects.filter(code=code.strip()).exists():
            raise SegmentCodeTaken(segment=code) from refused
        raise
    audit.record(
        by=by,
        action="metering.segment.create",
        subjects=[f"segment:{segment.pk}"],
        unit_id=unit_id,
        after=_facts(segment),
    )
    return segment.pk


def change_segment(
    code: str,
    *,
    name: str | None = None,
    reading_day: int | None = None,
    cycle: str | None = None,
    reader_id: int | None = None,
    by: Act,
) -> None:
    """Change what is given of a segment; the rest stays. Raises SegmentNotFound, InvalidInput.

    A new reading day moves the periods from the next month that is billed; bills already made keep
    theirs.
    """
    require_transaction()
    segment = ReadingSegment.objects.select_for_update().filter(code=code).first()
    if segment is None:
        raise SegmentNotFound(segment=code)
    before = _facts(segment)
    segment.name = segment.name if name is None else name.strip()
    segment.reading_day = segment.reading_day if reading_day is None else reading_day
    segment.cycle = segment.cycle if cycle is None else cycle
    segment.reader_id = segment.reader_id if reader_id is None else reader_id
    _check(
        code=segment.code,
        name=segment.name,
        reading_day=segment.reading_day,
        cycle=segment.cycle,
    )
    with changed_by(actor_id=by.staff_id, name=by.name, reason=by.reason):
        segment.save()
    audit.record(
        by=by,
        action="metering.segment.change",
        subjects=[f"segment:{segment.pk}"],
        unit_id=segment.unit_id,
        before=before,
        after=_facts(segment),
    )


def _check(*, code: str, name: str, reading_day: int, cycle: str) -> None:
    errors: dict[str, list[str]] = {}
    if not code.strip() or len(code.strip()) > 20:
        errors["code"] = [_("A segment's code has 1 to 20 characters.")]
    if not name.strip() or len(name.strip()) > 60:
        errors["name"] = [_("A segment's name has 1 to 60 characters.")]
    if not 1 <= reading_day <= 28:
        errors["reading_day"] = [_("The reading day is a day from 1 to 28, which every month has.")]
    if cycle not in ReadingSegment.Cycle.values:
        errors["cycle"] = [_("The cycle is MONTHLY, ODD_MONTHS or EVEN_MONTHS.")]
    if errors:
        raise InvalidInput(errors)


def _facts(segment: ReadingSegment) -> dict[str, object]:
    return {
        "code": segment.code,
        "name": segment.name,
        "unit_id": segment.unit_id,
        "reading_day": segment.reading_day,
        "cycle": segment.cycle,
        "reader_id": segment.reader_id,
    }
