"""wattdesk import: readings from files, checked first, committed whole or not at all."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wattdesk.jobs.cli.start import command, person, table

if TYPE_CHECKING:
    import polars as pl

    from wattdesk.domains.metering.api import ImportBatchInfo

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN_FAULTS = 20


@click.group(name="import")
def import_() -> None:
    """Import readings from a file through a named profile."""


@import_.command()
@command
def profiles() -> None:
    """List the import profiles with their columns."""
    from wattdesk.domains.metering import api as metering

    rows = [
        (p.name, p.title, ", ".join(p.file_kinds), ", ".join(p.columns))
        for p in metering.list_profiles()
    ]
    click.echo(table(rows, ("profile", "title", "files", "columns")))


@import_.command()
@click.argument("file", type=FILE)
@click.option("--profile", required=True, help="Name of the profile; see `import profiles`.")
@click.option("--segment", help="Code of the segment: other customers' rows are refused.")
@click.option("--on", "on_text", help="Day on which account numbers are looked up (today).")
@click.option("--as", "username", required=True, help="Sign-in name of the person.")
@command
def check(
    file: Path, profile: str, segment: str | None, on_text: str | None, username: str
) -> None:
    """Check a file and show what it would change. Nothing is written to the readings."""
    from django.db import transaction

    from wattdesk.domains.customers import api as customers
    from wattdesk.domains.identity import api as identity
    from wattdesk.domains.metering import api as metering

    by = person(username, "metering.import", reason=f"wattdesk import check {file.name}")
    on = _day(on_text)
    with transaction.atomic():
        batch = metering.check_file(
            file,
            profile,
            segment_code=segment,
            resolve=lambda numbers: customers.usage_points_of_accounts(numbers, on),
            within=_points(segment) if segment else None,
            scope=identity.scope_of(by.staff_id, "metering.import", on=_today()),
            by=by,
        )
    _show(batch)
    sys.exit(0 if batch.state == "CHECKED" else 2)


@import_.command()
@click.argument("batch", type=int)
@click.option("--as", "username", required=True, help="Sign-in name of the person.")
@click.option("--reason", default="", help="Why; needed to replace recorded readings.")
@click.option(
    "--allow-corrections",
    is_flag=True,
    help="Replace recorded readings that differ; the old ones are kept.",
)
@command
def commit(batch: int, username: str, reason: str, allow_corrections: bool) -> None:
    """Write a checked batch to the readings, whole or not at all."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity
    from wattdesk.domains.metering import api as metering
    from wattdesk.kernel.schedule.civil import civil_date

    by = person(username, "metering.import", reason=reason)
    today = civil_date(by.at)
    allowed = identity.scope_of(by.staff_id, "metering.import", on=today)
    metering.get_batch(batch, scope=allowed)
    if allow_corrections:
        corrector = identity.scope_of(by.staff_id, "metering.correct", on=today)
        metering.get_batch(batch, scope=corrector)
    with transaction.atomic():
        done = metering.commit_batch(batch, allow_corrections=allow_corrections, by=by)
    words = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in done.written.items())
    click.echo(f"batch {done.id} committed: {words}")


@import_.command()
@click.option("--segment", help="Code of the segment whose meters stand in it; none: empty.")
@click.option("--month", "month_text", help="Receivable month, as 2026-01 (with --segment).")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@command
def template(segment: str | None, month_text: str | None, out: Path) -> None:
    """Write the Excel template, empty or with the due meters of a segment."""
    from wattdesk.domains.metering import api as metering

    if segment is None:
        out.write_bytes(metering.write_template())
    else:
        day = _reading_day(segment, month_text)
        out.write_bytes(metering.write_template(_points(segment, day), reading_date=day))
    click.echo(f"written: {out}")


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else _today()
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--on") from None


def _points(segment_code: str, on: date | None = None) -> "pl.Series":
    """Usage points of a segment's accounts that are supplied on a day or at any time before it."""
    from wattdesk.domains.customers import api as customers
    from wattdesk.domains.metering import api as metering

    segment = metering.get_segment(segment_code)
    last = on or _today()
    first = date(1900, 1, 1) if on is None else date.fromordinal(last.toordinal() - 1)
    roster = customers.billing_roster(
        segment.id, first, last, first_account_id=0, last_account_id=2**63 - 1
    )
    return roster["usage_point_id"].drop_nulls().unique()


def _reading_day(segment_code: str, month_text: str | None) -> date:
    from wattdesk.domains.metering import api as metering
    from wattdesk.kernel.schedule.billing_dates import parse_month

    try:
        month = parse_month(month_text) if month_text else _today()
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--month") from None
    return month.replace(day=metering.get_segment(segment_code).reading_day)


def _today() -> date:
    from wattdesk.kernel.schedule.civil import civil_date

    return civil_date(datetime.now(tz=UTC))


def _show(batch: "ImportBatchInfo") -> None:
    """The batch in words: what it holds, what it would change, or what is wrong with it."""
    click.echo(f"batch {batch.id}  {batch.file_name}  profile {batch.profile}  {batch.state}")
    preview = batch.preview
    for name in ("rows", "readings", "usage_points", "days", "missing_cells", "sum_kwh", "new",
                 "same", "differing", "from_date", "to_date"):  # fmt: skip
        if name in preview:
            click.echo(f"  {name.replace('_', ' '):14}{preview[name]}")
    for note in preview.get("notes", ()):
        click.echo(f"  note: {note}")
    if not batch.error_count:
        return
    click.echo(f"  {batch.error_count:,} fault(s); nothing was written")
    rows = [
        ("" if f.row is None else f.row, f.cell, f.column, f.message, f.todo)
        for f in batch.errors[:SHOWN_FAULTS]
    ]
    click.echo(table(rows, ("row", "cell", "column", "what is wrong", "what to do")))
