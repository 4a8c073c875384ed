"""wattdesk bill: run, watch, review, release and print the bills of segments."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from wattdesk.jobs.cli.start import command, person, table

if TYPE_CHECKING:
    from wattdesk.toolkit.acts import Act

P = ParamSpec("P")
R = TypeVar("R")


@click.group()
def bill() -> None:
    """Run, watch, review, release and print the bills of segments."""


def _month(text: str) -> date:
    from wattdesk.kernel.schedule.billing_dates import parse_month

    try:
        return parse_month(text)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--month") from None


def _yuan(fen: int) -> str:
    from wattdesk.kernel.values.figures import yuan

    return yuan(fen)


def _today() -> date:
    from wattdesk.kernel.schedule.civil import civil_date

    return civil_date(datetime.now(tz=UTC))


@bill.command()
@click.option("--segment", required=True, help="Code of the segment, or 'all' for every due one.")
@click.option("--month", "month_text", required=True, help="Receivable month, as 2014-01.")
@click.option("--as", "username", help="Sign-in name of the person who starts the run.")
@click.option("--dry-run", is_flag=True, help="Calculate and show, write nothing.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --dry-run: also write every account's outcome to this Parquet file.",
)
@click.option("--workers", type=int, help="Processes (default: the setting WORKERS).")
@command
def run(
    segment: str,
    month_text: str,
    username: str | None,
    dry_run: bool,
    out: Path | None,
    workers: int | None,
) -> None:
    """Calculate the drafts of a segment's month (read, validate, rate, check)."""
    from django.conf import settings

    from wattdesk.domains.metering import api as metering
    from wattdesk.jobs import pool

    month = _month(month_text)
    codes = [s.code for s in metering.due_segments(month)] if segment == "all" else [segment]
    if dry_run:
        for code in codes:
            _rehearse(code, month, out)
        return
    if username is None:
        raise click.UsageError("--as NAME: say who starts the run (not needed with --dry-run).")
    by = person(username, "billing.run", reason=f"wattdesk bill run {segment} {month:%Y-%m}")
    began = time.perf_counter()
    started = [_start(code, month, by, alone=len(codes) == 1) for code in codes]
    run_ids = [run_id for run_id in started if run_id is not None]
    pool.work(run_ids, pool.CALCULATE, workers=workers or settings.WORKERS)
    for run_id in run_ids:
        _show(run_id)
    click.echo(f"seconds          {time.perf_counter() - began:.1f}")


def _start(code: str, month: date, by: "Act", *, alone: bool) -> int | None:
    """A run that was left in the middle is continued, a new one is started.

    Of many segments, one that cannot be started is told and left out.
    """
    from wattdesk.domains.billing import api as billing
    from wattdesk.toolkit.errors import Problem
    from wattdesk.usecases import monthly_billing

    run_id = billing.run_in_calculation(code, month)
    if run_id is not None:
        return run_id
    try:
        return monthly_billing.start(code, month, by=by, today=_today())
    except Problem as refusal:
        if alone:
            raise
        click.echo(f"segment {code}: {refusal}", err=True)
        return None


def _rehearse(code: str, month: date, out: Path | None) -> None:
    import polars as pl

    from wattdesk.usecases import monthly_billing

    found = monthly_billing.rehearse(code, month)
    click.echo(f"segment {code}, {month:%Y-%m}: rehearsal, nothing was written")
    if found.accounts.height == 0:
        click.echo("no account is due")
        return
    if out is not None:
        found.accounts.drop("trace").write_parquet(out)
        click.echo(f"{out}: {found.accounts.height:,} accounts")
    rows = found.accounts.group_by("outcome", "hold_code").agg(
        pl.len().alias("accounts"), pl.col("energy_e2").sum(), pl.col("total_fen").sum()
    )
    click.echo(
        table(
            [
                (
                    r["outcome"],
                    r["hold_code"] or "",
                    f"{r['accounts']:,}",
                    f"{(r['energy_e2'] or 0) / 100:,.2f}",
                    _yuan(r["total_fen"] or 0),
                )
                for r in rows.sort("outcome", "hold_code").iter_rows(named=True)
            ],
            ("outcome", "held for", "accounts", "kWh", "yuan"),
        )
    )


def _show(run_id: int) -> None:
    from wattdesk.domains.billing import api as billing

    status = billing.get_run(run_id)
    click.echo(
        f"run {status.run_id}: segment {status.segment_code} {status.segment_name},"
        f" {status.receivable_month:%Y-%m}"
        + (f" (part {status.sequence})" if status.sequence > 1 else "")
    )
    rows = [
        ("state", status.state),
        ("service period", f"{status.from_date} to {status.to_date}, last day not included"),
        ("due date", f"{status.due_date}"),
        ("accounts due", f"{status.accounts:,}"),
        ("  billed", f"{status.billed:,} (of these {status.billed_zero:,} with zero kWh, listed)"),
        ("  held", f"{status.held:,}"),
        ("  not due", f"{status.not_due:,}"),
        ("kWh", f"{status.energy_kwh:,.2f}"),
        ("yuan", _yuan(status.amount_fen)),
        (
            "tie-out",
            f"{status.accounts:,} = {status.billed:,} + {status.held:,} + {status.not_due:,}",
        ),
    ]
    for name, value in rows:
        click.echo(f"{name:<16} {value}")
    for code, count in status.held_by_code:
        click.echo(f"  held {code:<14} {count:,}")
    for code, count in status.listed_by_code:
        click.echo(f"  listed {code:<12} {count:,}")
    if status.seconds:
        stages = ", ".join(f"{name} {value:.2f}" for name, value in status.seconds.items())
        click.echo(f"seconds by stage {stages}")


@bill.command()
@click.option("--segment", help="Only this segment.")
@click.option("--month", "month_text", help="Only this receivable month.")
@click.option("--run", "run_id", type=int, help="One run in full.")
@command
def status(segment: str | None, month_text: str | None, run_id: int | None) -> None:
    """List runs, or show one in full."""
    from wattdesk.domains.billing import api as billing

    if run_id is not None:
        _show(run_id)
        return
    runs = billing.list_runs(
        segment_code=segment, month=_month(month_text) if month_text else None, scope=None
    )
    click.echo(
        table(
            [
                (
                    r.run_id, r.segment_code, f"{r.receivable_month:%Y-%m}", r.state,
                    f"{r.chunks_done}/{r.chunks}", f"{r.billed:,}", f"{r.held:,}",
                    _yuan(r.amount_fen),
                )
                for r in runs
            ],
            ("run", "segment", "month", "state", "parts", "billed", "held", "yuan"),
        )
    )  # fmt: skip


def _find(segment: str | None, month_text: str | None, run_id: int | None) -> int:
    from wattdesk.domains.billing import api as billing

    if run_id is not None:
        return run_id
    if not segment or not month_text:
        raise click.UsageError("Name the run: --run NUMBER, or --segment CODE and --month MONTH.")
    return billing.latest_run(segment, _month(month_text))


run_options = [
    click.option("--segment", help="Code of the segment."),
    click.option("--month", "month_text", help="Receivable month, as 2014-01."),
    click.option("--run", "run_id", type=int, help="Number of the run."),
    click.option("--as", "username", required=True, help="Sign-in name of the acting person."),
    click.option("--reason", default="", help="Why; kept with the run."),
]


def with_run_options(function: Callable[P, R]) -> Callable[P, R]:
    """The options that name a run, a person and a reason."""
    for option in reversed(run_options):
        function = option(function)
    return function


@bill.command()
@with_run_options
@command
def propose(
    segment: str | None, month_text: str | None, run_id: int | None, username: str, reason: str
) -> None:
    """Propose the release of a run whose drafts are reviewed."""
    from wattdesk.usecases import monthly_billing

    found = _find(segment, month_text, run_id)
    by = person(username, "billing.propose", reason=reason or "reviewed")
    digest = monthly_billing.propose(found, by=by)
    click.echo(f"run {found} is proposed by {by.name}; drafts {digest[:16]}")
    click.echo("another person releases it: wattdesk bill release --run N --as NAME")


@bill.command()
@with_run_options
@click.option("--workers", type=int, help="Processes (default: the setting WORKERS).")
@command
def release(
    segment: str | None,
    month_text: str | None,
    run_id: int | None,
    username: str,
    reason: str,
    workers: int | None,
) -> None:
    """Sign a proposed run as the second person and post its bills. Continues a broken one."""
    from django.conf import settings

    from wattdesk.domains.billing import api as billing
    from wattdesk.jobs import pool
    from wattdesk.usecases import monthly_billing

    found = _find(segment, month_text, run_id)
    began = time.perf_counter()
    if billing.get_run(found).state != "RELEASING":
        by = person(username, "billing.release", reason=reason or "released")
        monthly_billing.sign(found, by=by)
    pool.work([found], pool.POST, workers=workers or settings.WORKERS)
    _show(found)
    click.echo(f"seconds          {time.perf_counter() - began:.1f}")


@bill.command()
@with_run_options
@command
def cancel(
    segment: str | None, month_text: str | None, run_id: int | None, username: str, reason: str
) -> None:
    """Give up a run that is not released; its drafts are forgotten."""
    from django.db import transaction

    from wattdesk.domains.billing import api as billing

    found = _find(segment, month_text, run_id)
    with transaction.atomic():
        billing.cancel_run(found, by=person(username, "billing.cancel", reason=reason))
    click.echo(f"run {found} is cancelled")


@bill.command("print")
@click.option("--run", "run_id", type=int, help="All bills of a released run.")
@click.option("--bill", "bill_id", type=int, help="One bill.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@command
def print_(run_id: int | None, bill_id: int | None, language: str, out: Path) -> None:
    """Write bills as PDF: one bill, or all of a run in one file."""
    from wattdesk.domains.billing import api as billing

    if bill_id is not None:
        out.write_bytes(billing.render_bill(billing.get_bill_document(bill_id), language=language))
        click.echo(f"{out}: 1 bill")
    elif run_id is not None:
        pages = billing.render_run(run_id, out, language=language)
        click.echo(f"{out}: {pages} pages")
    else:
        raise click.UsageError("Say what to print: --run NUMBER or --bill NUMBER.")
