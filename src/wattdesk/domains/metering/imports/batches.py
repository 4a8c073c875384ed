"""Reads of import batches."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.data import Fault, ImportBatchInfo
from wattdesk.domains.metering.imports.upload import import_folder
from wattdesk.domains.metering.models import ImportBatch
from wattdesk.toolkit.errors import NotFound


class BatchNotFound(NotFound):
    """No such batch, or it lies outside the caller's scope."""

    code = "metering.batch_not_found"
    message = _("There is no import batch %(batch)s, or it is not yours.")


def get_batch(batch_id: int, *, scope: Scope | None = None) -> ImportBatchInfo:
    """One batch. Raises BatchNotFound, also for one outside ``scope``."""
    rows = ImportBatch.objects.filter(pk=batch_id).select_related("created_by", "committed_by")
    row = (rows if scope is None else identity.within(rows, scope)).first()
    if row is None:
        raise BatchNotFound(batch=batch_id)
    return batch_info(row)


def list_batches(
    *,
    scope: Scope | None = None,
    segment_id: int | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[ImportBatchInfo]:
    """Batches, the latest first; ``before_id`` continues after the last of a page."""
    rows = ImportBatch.objects.select_related("created_by", "committed_by").order_by("-id")
    if scope is not None:
        rows = identity.within(rows, scope)
    if segment_id is not None:
        rows = rows.filter(segment_id=segment_id)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return [batch_info(row) for row in rows[:limit]]


def rows_path(batch_id: int) -> Path:
    """Where the checked rows of a batch wait for their commit."""
    return import_folder() / f"batch-{batch_id}.parquet"


def batch_info(row: ImportBatch) -> ImportBatchInfo:
    """A batch as others see it."""
    return ImportBatchInfo(
        id=row.pk,
        profile=row.profile,
        file_name=row.file_name,
        sha256=row.sha256,
        state=row.state,
        segment_id=row.segment_id,
        unit_id=row.unit_id,
        rows=row.rows,
        error_count=row.error_count,
        errors=tuple(Fault(**fault) for fault in row.errors),
        preview=row.preview,
        created_by_name=row.created_by.name if row.created_by else "",
        created_at=row.created_at,
        committed_by_name=row.committed_by.name if row.committed_by else "",
        committed_at=row.committed_at,
        written=row.written,
    )
