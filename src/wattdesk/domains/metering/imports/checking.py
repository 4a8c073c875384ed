"""Checking a file (校验): nothing is written but the batch with its preview or its faults."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import polars as pl
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from wattdesk.domains.audit import api as audit
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Scope
from wattdesk.domains.metering.data import ImportBatchInfo
from wattdesk.domains.metering.imports import upload
from wattdesk.domains.metering.imports.batches import batch_info, rows_path
from wattdesk.domains.metering.imports.columns import Mapped, map_columns
from wattdesk.domains.metering.imports.context import Checked, Context, Resolve
from wattdesk.domains.metering.imports.daily import check_daily
from wattdesk.domains.metering.imports.faults import KEPT, Faults, Unreadable
from wattdesk.domains.metering.imports.profiles import Layout, Profile, get_profile
from wattdesk.domains.metering.imports.read_csv import read_csv
from wattdesk.domains.metering.imports.read_excel import read_excel
from wattdesk.domains.metering.imports.read_parquet import read_parquet
from wattdesk.domains.metering.imports.registers import check_registers
from wattdesk.domains.metering.imports.sheet import Sheet
from wattdesk.domains.metering.models import ImportBatch
from wattdesk.domains.metering.queries.segments import get_segment
from wattdesk.kernel.schedule.civil import civil_date
from wattdesk.toolkit import rulebook
from wattdesk.toolkit.acts import Act
from wattdesk.toolkit.errors import InvariantBroken
from wattdesk.toolkit.transactions import require_transaction

CHECKS: dict[Layout, Callable[[Sheet, Mapped, Profile, Context, Faults], Checked]] = {
    Layout.DAILY_WIDE: check_daily,
    Layout.REGISTER_LONG: check_registers,
    Layout.REGISTER_WIDE: check_registers,
}


def check_file(
    source: Path | IO[bytes],
    profile: str,
    *,
    by: Act,
    segment_code: str | None = None,
    unit_id: int | None = None,
    file_name: str = "",
    resolve: Resolve | None = None,
    within: pl.Series | None = None,
    scope: Scope | None = None,
) -> ImportBatchInfo:
    """Check a file against a profile; returns the batch, CHECKED with a preview or REFUSED.

    ``source`` is a path or an open binary file of any size: no more than IMPORT_MAX_BYTES of it
    is read. ``resolve`` finds usage points by account number; ``within`` are the only usage points
    that the file may speak of (those of a segment), ``scope`` the only units. The batch belongs to
    the segment's unit, to ``unit_id``, or else to the person's own. No reading is written. Raises
    ProfileNotFound, SegmentNotFound.
    """
    require_transaction()
    segment = None if segment_code is None else get_segment(segment_code, scope=scope)
    unit_id = segment.unit_id if segment else unit_id or _unit_of(by)
    chosen = get_profile(profile)
    today = civil_date(by.at)
    context = Context(
        today=today,
        largest_rows=rulebook.rule("readings.import.largest_rows", on=today).integer,
        resolve=resolve,
        within=within,
        scope=scope,
    )
    faults = Faults()
    notes: list[str] = []
    kept: upload.Kept | None = None
    checked: Checked | None = None
    try:
        kept = upload.keep(source)
        _refuse_imported(kept, chosen, faults)
        if not faults.total:
            checked = _check(kept.path, chosen, context, faults, notes)
    except Unreadable as end:
        faults.add(end.rule, end.message, end.todo)
    name = file_name or (source.name if isinstance(source, Path) else "")
    batch = _store(chosen, Path(name).name, kept, checked, faults, notes,
                   unit_id=unit_id, segment_id=segment.id if segment else None, by=by)  # fmt: skip
    if kept is not None and batch.state == ImportBatch.State.REFUSED:
        _forget(kept)
    return batch_info(batch)


def _unit_of(by: Act) -> int:
    if by.staff_id is None:
        raise InvariantBroken("the system's import needs a segment or a unit")
    return identity.get_staff(by.staff_id, on=civil_date(by.at)).unit.id


def _check(
    path: Path, profile: Profile, context: Context, faults: Faults, notes: list[str]
) -> Checked | None:
    """Read, map and check; None when the columns do not fit, so nothing below can be told."""
    kind = upload.sniff(path)
    if kind not in profile.file_kinds:
        raise Unreadable(
            "file_kind",
            _("This is a file of kind %(kind)s; the profile takes %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(profile.file_kinds)},
            _("Save it as one of these, or choose another profile."),
        )
    if kind == "csv":
        sheet = read_csv(
            path,
            encodings=profile.encodings,
            faults=faults,
            largest_rows=context.largest_rows,
        )
    elif kind == "parquet":
        sheet = read_parquet(path, faults=faults, largest_rows=context.largest_rows)
    else:
        sheet = read_excel(path, kind, faults=faults, largest_rows=context.largest_rows)
    broken = faults.total
    mapped = map_columns(sheet, profile, faults)
    notes += sheet.notes
    if faults.total > broken or any(fault.rule == "merged_header" for fault in faults.kept):
        return None
    checked = CHECKS[profile.layout](sheet, mapped, profile, context, faults)
    notes += checked.notes
    checked.preview["rows"] = sheet.frame.height
    if checked.rows.height == 0 and not faults.total:
        faults.add(
            "nothing_to_import",
            _("No row has a reading."),
            _("Fill the readings in and save the file."),
        )
    return checked


def _refuse_imported(kept: upload.Kept, profile: Profile, faults: Faults) -> None:
    """The same file a second time: who imported it, and when."""
    earlier = (
        ImportBatch.objects.filter(
            profile=profile.name, sha256=kept.sha256, state=ImportBatch.State.COMMITTED
        )
        .select_related("committed_by")
        .first()
    )
    if earlier is not None and earlier.committed_at is not None:
        faults.add(
            "already_imported",
            _("This file was already imported on %(at)s by %(person)s (batch %(batch)s).")
            % {
                "at": f"{localtime(earlier.committed_at):%Y-%m-%d %H:%M}",
                "person": earlier.committed_by.name if earlier.committed_by else "system",
                "batch": earlier.pk,
            },
            _("Nothing is to be done. For a correction, import the corrected file."),
        )


def _store(
    profile: Profile,
    file_name: str,
    kept: upload.Kept | None,
    checked: Checked | None,
    faults: Faults,
    notes: list[str],
    *,
    unit_id: int,
    segment_id: int | None,
    by: Act,
) -> ImportBatch:
    preview: dict[str, Any] = dict(checked.preview) if checked else {}
    preview["notes"] = notes
    refused = faults.total > 0
    batch = ImportBatch.objects.create(
        profile=profile.name,
        file_name=file_name[:200],
        sha256=kept.sha256 if kept else "",
        state=ImportBatch.State.REFUSED if refused else ImportBatch.State.CHECKED,
        segment_id=segment_id,
        unit_id=unit_id,
        rows=preview.get("rows", 0),
        error_count=faults.total,
        errors=[asdict(fault) for fault in faults.sorted()][:KEPT],
        preview=preview,
        created_by_id=by.staff_id,
        created_at=by.at,
    )
    if checked is not None and not refused:
        path = rows_path(batch.pk)
        checked.rows.write_parquet(path)
        batch.preview = {**preview, "rows_sha256": digest(path)}
        batch.save(update_fields=["preview"])
    audit.record(
        by=by,
        action="metering.import.check",
        subjects=[f"import:{batch.pk}"],
        unit_id=unit_id,
        after={
            "file": batch.file_name,
            "profile": profile.name,
            "sha256": batch.sha256,
            "state": str(batch.state),
            "rows": batch.rows,
            "errors": faults.total,
        },
    )
    return batch


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _forget(kept: upload.Kept) -> None:
    """Remove a refused upload, unless another batch waits with the same file."""
    waiting = ImportBatch.objects.filter(sha256=kept.sha256, state=ImportBatch.State.CHECKED)
    if not waiting.exists():
        kept.path.unlink(missing_ok=True)
