"""Daily energy outside the record: one Parquet file for each committed import, and its manifest.

A file counts only once its manifest row is committed, so what a killed import leaves behind is
never read. Files are never changed; a later version wins for the days on which it has a value.
"""

import hashlib
import os
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wattdesk.domains.metering.models import CurveFile
from wattdesk.kernel.readings.intervals import day_columns
from wattdesk.kernel.readings.windows import Window
from wattdesk.toolkit.errors import InvariantBroken, Problem
from wattdesk.toolkit.transactions import require_transaction


class CurveFileDamaged(Problem):
    """A file of interval data is missing or is not what was committed."""

    code = "metering.curve_file_damaged"
    message = _("The file of daily energy %(path)s is missing or was changed. Restore it.")


def write_daily(daily: pl.DataFrame, *, batch_id: int, recorded_at: datetime) -> CurveFile:
    """Write one file of daily energy and its manifest row, in the open transaction.

    ``daily``: ``usage_point_id``, unique and not null, and one Int64 column a day (ISO date, kWh ×
    100, null = missing), without a hole between the days.
    """
    require_transaction()
    days = [date.fromisoformat(name) for name in day_columns(daily.columns)]
    if (
        not days
        or daily["usage_point_id"].null_count()
        or daily["usage_point_id"].is_duplicated().any()
    ):
        raise InvariantBroken("daily energy needs days, and each usage point once")
    rows = daily.sort("usage_point_id")
    folder = Path(settings.CURVES)
    name = f"daily/{days[0]:%Y-%m}/{batch_id:08d}.parquet"
    digest = _write(rows, folder / name)
    return CurveFile.objects.create(
        kind=CurveFile.Kind.DAILY_ENERGY,
        path=name,
        sha256=digest,
        from_date=days[0],
        to_date=date.fromordinal(days[-1].toordinal() + 1),
        usage_points=rows.height,
        first_usage_point_id=rows["usage_point_id"][0],
        last_usage_point_id=rows["usage_point_id"][-1],
        version=batch_id,
        batch_id=batch_id,
        recorded_at=recorded_at,
    )


def _write(rows: pl.DataFrame, path: Path) -> str:
    """Write beside, flush to the disk, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.part")
    rows.write_parquet(beside, compression="zstd", statistics=True, row_group_size=20_000)
    with beside.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest


def read_daily(
    points: pl.Series, windows: Sequence[Window], *, known_at: datetime | None = None
) -> pl.DataFrame:
    """Daily energy of some points on the days of some windows.

    ``usage_point_id`` and one Int64 column for each day that any file holds (kWh × 100). Points
    without a row in any file are not in the result. Raises CurveFileDamaged.
    """
    ids = points.drop_nulls().unique().sort()
    if len(ids) == 0:
        return pl.DataFrame(schema={"usage_point_id": pl.Int64})
    parts = []
    for file in _files(int(ids[0]), int(ids[-1]), windows, known_at):
        path = _whole(file)
        held = pl.scan_parquet(path)
        days = [
            day
            for day in day_columns(held.collect_schema().names())
            if any(w.from_date <= date.fromisoformat(day) < w.to_date for w in windows)
        ]
        part = (
            held.select("usage_point_id", *days)
            .filter(pl.col("usage_point_id").is_in(ids.implode()))
            .collect()
        )
        if part.height:
            parts.append(part)
    if not parts:
        return pl.DataFrame(schema={"usage_point_id": pl.Int64})
    together = pl.concat(parts, how="diagonal")
    if together["usage_point_id"].n_unique() == together.height:
        return together.sort("usage_point_id")
    # Files come by version: the last that has a value for a day wins.
    return (
        together.group_by("usage_point_id", maintain_order=True)
        .agg(pl.exclude("usage_point_id").drop_nulls().last())
        .sort("usage_point_id")
    )


def _files(
    first_id: int, last_id: int, windows: Sequence[Window], known_at: datetime | None
) -> list[CurveFile]:
    in_time = Q()
    for window in windows:
        in_time |= Q(from_date__lt=window.to_date, to_date__gt=window.from_date)
    rows = CurveFile.objects.filter(
        in_time,
        kind=CurveFile.Kind.DAILY_ENERGY,
        first_usage_point_id__lte=last_id,
        last_usage_point_id__gte=first_id,
    )
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return list(rows.order_by("version", "id"))


def _whole(file: CurveFile) -> Path:
    """The path of a file that is what its manifest row says. Raises CurveFileDamaged."""
    path = Path(settings.CURVES) / file.path
    try:
        state = path.stat()
        digest = _digest(path, state.st_mtime_ns, state.st_size)
    except FileNotFoundError:
        raise CurveFileDamaged(path=file.path) from None
    if digest != file.sha256:
        raise CurveFileDamaged(path=file.path)
    return path


@lru_cache(maxsize=4096)
def _digest(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
