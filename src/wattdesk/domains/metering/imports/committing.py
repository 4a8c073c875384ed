"""Committing a checked batch (入库): all of it in one transaction, by COPY, once."""

from datetime import date, timedelta

import polars as pl
from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.audit.api import NewRecord
from wattdesk.domains.metering import curves, locks
from wattdesk.domains.metering.data import ImportBatchInfo, Origin, Quality
from wattdesk.domains.metering.imports.batches import BatchNotFound, batch_info, rows_path
from wattdesk.domains.metering.imports.checking import digest
from wattdesk.domains.metering.imports.profiles import Layout, get_profile
from wattdesk.domains.metering.imports.registers import DIFFERENT, NEW, SAME
from wattdesk.domains.metering.imports.upload import import_folder
from wattdesk.domains.metering.models import ImportBatch
from wattdesk.domains.metering.operations.readings import (
    CorrectionNeedsReason,
    existing,
    supersede,
    write_readings,
)
from wattdesk.domains.metering.rules import unscaled
from wattdesk.kernel.readings.windows import Window
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import StateConflict
from wattdesk.toolkit.frames import joining_many, query_frame
from wattdesk.toolkit.transactions import require_transaction


class BatchNotChecked(StateConflict):
    """The batch was refused: there is nothing to commit."""

    code = "metering.batch_not_checked"
    message = _("Batch %(batch)s was refused. Correct the file and check it again.")


class AlreadyImported(StateConflict):
    """The batch, or the same file in another batch, is in the record already."""

    code = "metering.already_imported"
    message = _("This file was already imported on %(at)s by %(person)s.")


class BatchStale(StateConflict):
    """The kept rows are gone or changed, or meters were moved since the check."""

    code = "metering.batch_stale"
    message = _("Something has changed since batch %(batch)s was checked. Check the file again.")


class CorrectionsNotAllowed(StateConflict):
    """The file has other values than the record for the same days."""

    code = "metering.corrections_not_allowed"
    message = _(
        "%(count)s values differ from what is recorded. Look at them in the preview; to replace"
        " them, allow corrections and say why."
    )


def commit_batch(batch_id: int, *, by: Act, allow_corrections: bool = False) -> ImportBatchInfo:
    """Write a checked batch and return it.

    Values that are recorded already stay as they are; other values for the same day are written
    only with ``allow_corrections`` and a reason, and the old ones are kept. Raises BatchNotFound,
    BatchNotChecked, AlreadyImported, BatchStale, CorrectionsNotAllowed, CorrectionNeedsReason.
    """
    require_transaction()
    batch = locks.lock_batch(batch_id)
    if batch is None:
        raise BatchNotFound(batch=batch_id)
    _refuse_imported(batch)
    if batch.state == ImportBatch.State.REFUSED:
        raise BatchNotChecked(batch=batch_id)
    path = rows_path(batch.pk)
    if not path.exists() or digest(path) != batch.preview.get("rows_sha256"):
        raise BatchStale(batch=batch_id)
    rows = pl.read_parquet(path)
    if get_profile(batch.profile).layout is Layout.DAILY_WIDE:
        written = _write_daily(batch, rows, allow_corrections, by)
    else:
        written = _write_registers(batch, rows, allow_corrections, by)
    batch.state = ImportBatch.State.COMMITTED
    batch.committed_by_id = by.staff_id
    batch.committed_at = by.at
    batch.written = written
    try:
        with transaction.atomic():
            batch.save()
    except IntegrityError:
        # Another batch of the same file came first while this one was being written.
        _refuse_imported(batch)
        raise
    audit.record(
        by=by,
        action="metering.import.commit",
        subjects=[f"import:{batch.pk}"],
        unit_id=batch.unit_id,
        after={"file": batch.file_name, "sha256": batch.sha256, **written},
    )
    transaction.on_commit(lambda: _tidy(batch_id, batch.sha256))
    return batch_info(batch)


def _refuse_imported(batch: ImportBatch) -> None:
    done = (
        ImportBatch.objects.filter(
            profile=batch.profile, sha256=batch.sha256, state=ImportBatch.State.COMMITTED
        )
        .select_related("committed_by")
        .first()
    )
    if done is not None and done.committed_at is not None and batch.sha256:
        raise AlreadyImported(
            at=f"{localtime(done.committed_at):%Y-%m-%d %H:%M}",
            person=done.committed_by.name if done.committed_by else "system",
        )


def _require_consent(count: int, allowed: bool, by: Act) -> None:
    if count and not allowed:
        raise CorrectionsNotAllowed(count=count)
    if count and not by.reason.strip():
        raise CorrectionNeedsReason


def _write_registers(
    batch: ImportBatch, rows: pl.DataFrame, allowed: bool, by: Act
) -> dict[str, int]:
    """New readings by COPY; differing ones replace the recorded, which stay as superseded."""
    _require_still_hung(batch, rows)
    recorded = existing(rows)
    rows = rows.drop("old_id", "old_e4", "old_quality", "state").join(
        recorded.rename({"reading_id": "old_id", "value_e4": "old_e4", "quality": "old_quality"}),
        on=["register_id", "reading_date"],
        how="left",
        maintain_order="left",
    )
    new = rows.filter(pl.col("old_id").is_null())
    different = rows.filter(pl.col("old_e4") != pl.col("value_e4"))
    _require_consent(different.height, allowed, by)
    supersede(different["old_id"].to_list(), at=by.at)
    # An actual reading in the place of an estimate is no correction of a reading.
    corrected = different.with_columns(
        pl.when(pl.col("old_quality") == Quality.ESTIMATED)
        .then("quality")
        .otherwise(pl.lit(Quality.CORRECTED.value))
        .alias("quality"),
        pl.lit(by.reason[:200]).alias("note"),
    )
    together = pl.concat(
        [new.with_columns(pl.lit("").alias("note")), corrected], how="vertical"
    ).with_columns(pl.lit(Origin.FILE.value).alias("origin"))
    write_readings(together, batch_id=batch.pk, recorded_at=by.at)
    audit.record_many(
        [
            NewRecord(
                "metering.reading.correct",
                (f"import:{batch.pk}", f"usage_point:{row['usage_point_id']}"),
                batch.unit_id,
                {"reading": row["old_id"], "value": str(unscaled(row["old_e4"]))},
                {
                    "value": str(unscaled(row["value_e4"])),
                    "kind": row["kind"],
                    "date": row["reading_date"].isoformat(),
                },
            )
            for row in different.iter_rows(named=True)
        ],
        by=by,
    )
    return {
        NEW.lower(): new.height,
        SAME.lower(): rows.height - new.height - different.height,
        DIFFERENT.lower(): different.height,
    }


def _require_still_hung(batch: ImportBatch, rows: pl.DataFrame) -> None:
    """The meters hang where the check found them. Raises BatchStale."""
    registers = rows["register_id"].unique().to_list()
    with joining_many(len(registers)):
        hung = query_frame(
            "SELECT g.id, i.usage_point_id, lower(i.period), upper(i.period)"
            " FROM metering_register g JOIN metering_installation i ON i.meter_id = g.meter_id"
            " WHERE g.id = ANY({registers}::bigint[])",
            {
                "register_id": pl.Int64,
                "usage_point_id": pl.Int64,
                "now_from": pl.Date,
                "now_to": pl.Date,
            },
            registers=registers,
        )
    day = pl.col("reading_date")
    still = (
        rows.join(hung, on=["register_id", "usage_point_id"])
        .filter(
            (day >= pl.col("now_from")) & (pl.col("now_to").is_null() | (day <= pl.col("now_to")))
        )
        .unique(["register_id", "reading_date"])
    )
    if still.height != rows.height:
        raise BatchStale(batch=batch.pk)


def _write_daily(batch: ImportBatch, rows: pl.DataFrame, allowed: bool, by: Act) -> dict[str, int]:
    """One Parquet file with its manifest row; a later version wins for the days it has."""
    names = [name for name in rows.columns if name != "usage_point_id"]
    first, last = date.fromisoformat(names[0]), date.fromisoformat(names[-1])
    window = Window(first, last + timedelta(days=1))
    stored = curves.read_daily(rows["usage_point_id"], [window])
    beside = rows.join(stored, on="usage_point_id", how="left", suffix="_stored")
    different = sum(
        beside.filter(pl.col(name) != pl.col(f"{name}_stored")).height
        for name in names
        if f"{name}_stored" in beside.columns
    )
    _require_consent(different, allowed, by)
    curves.write_daily(rows, batch_id=batch.pk, recorded_at=by.at)
    values = rows.height * len(names) - sum(rows[name].null_count() for name in names)
    return {"usage_points": rows.height, "values": values, DIFFERENT.lower(): different}


def _tidy(batch_id: int, sha256: str) -> None:
    """After the commit: the upload and the waiting rows have done their work."""
    rows_path(batch_id).unlink(missing_ok=True)
    waiting = ImportBatch.objects.filter(sha256=sha256, state=ImportBatch.State.CHECKED)
    if sha256 and not waiting.exists():
        (import_folder() / sha256).unlink(missing_ok=True)
