"""Reading audit records."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit.data import AuditEntry
from wattdesk.domains.audit.models import Record
from wattdesk.toolkit.errors import NotFound


class RecordNotFound(NotFound):
    """There is no such record, or it belongs to a unit outside the reader's scope."""

    code = "audit.record_not_found"
    message = _("There is no such audit record, or it is not of your unit.")


def entry_rows(unit_ids: Collection[int] | None) -> QuerySet[Record]:
    """Records as a query, to be narrowed and put in order by a list.

    ``unit_ids`` are the units that the reader may see; None means all, also records of no unit.
    """
    rows = Record.objects.all()
    return rows if unit_ids is None else rows.filter(unit_id__in=list(unit_ids))


def get_entry(record_id: int, *, unit_ids: Collection[int] | None) -> AuditEntry:
    """One record; ``unit_ids`` as in :func:`entry_rows`. Raises RecordNotFound."""
    row = entry_rows(unit_ids).filter(pk=record_id).first()
    if row is None:
        raise RecordNotFound
    return _entry(row)


def timeline(subject: str, limit: int = 50, before_id: int | None = None) -> list[AuditEntry]:
    """The records that name ``subject`` (``account:12``), newest first.

    ``before_id`` continues behind the last entry of the page before.
    """
    return list_entries(subject=subject, limit=limit, before_id=before_id)


def timeline_of(
    subjects: Collection[str], limit: int = 50, before_id: int | None = None
) -> list[AuditEntry]:
    """The records that name any of the subjects (an account, its customers), newest first."""
    # The sum keeps the planner from walking all records backwards until enough of them match.
    rows = Record.objects.filter(subjects__overlap=list(subjects)).order_by((F("id") + 0).desc())
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [_entry(row) for row in rows[:limit]]


def list_entries(
    *,
    subject: str | None = None,
    actor_id: int | None = None,
    actions: Sequence[str] = (),
    unit_ids: Collection[int] | None = None,
    from_at: datetime | None = None,
    to_at: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[AuditEntry]:
    """Records newest first, narrowed by whatever is given; moments are half-open.

    ``unit_ids`` are the units that the reader may see; None means all, also records of no unit.
    """
    rows = Record.objects.order_by("-id")
    if subject is not None:
        rows = rows.filter(subjects__contains=[subject])
    if actor_id is not None:
        rows = rows.filter(actor_id=actor_id)
    if actions:
        rows = rows.filter(action__in=list(actions))
    if unit_ids is not None:
        rows = rows.filter(unit_id__in=list(unit_ids))
    if from_at is not None:
        rows = rows.filter(at__gte=from_at)
    if to_at is not None:
        rows = rows.filter(at__lt=to_at)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    return [_entry(row) for row in rows[:limit]]


def _entry(row: Record) -> AuditEntry:
    return AuditEntry(
        id=row.pk,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        reason=row.reason,
        subjects=tuple(row.subjects),
        unit_id=row.unit_id,
        before=row.before,
        after=row.after,
    )
