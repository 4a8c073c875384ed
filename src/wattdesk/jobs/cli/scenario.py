"""wattdesk scenario: long stories at full size, for which the tests play small ones."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wattdesk.jobs.cli.start import command, table

if TYPE_CHECKING:
    from wattdesk.usecases.state_grid.month import Report

SHARED = Path("../shared/data")
STATE_GRID_FILE = "sgcc_theft/sgcc_daily_26d.parquet"


@click.group()
def scenario() -> None:
    """Play a long scenario at full size."""


@scenario.command("state_grid_month")
@click.option("--data", type=click.Path(path_type=Path), default=SHARED, show_default=True)
@click.option("--workers", type=int, help="Processes (default: the setting WORKERS).")
@command
def state_grid_month(data: Path, workers: int | None) -> None:
    """Import 20,691 State Grid customers' daily kWh, bill 1 to 26 January 2014, and report."""
    from django.conf import settings

    from wattdesk.domains.identity import api as identity
    from wattdesk.jobs import pool
    from wattdesk.kernel.schedule.civil import civil_date
    from wattdesk.usecases.state_grid import month

    path = data / STATE_GRID_FILE
    if not path.exists():
        raise click.ClickException(
            f"{path} is not there: this scenario reads research data that is not part of the"
            " project. Name its folder with --data."
        )
    password = identity.make_initial_password(on=civil_date(datetime.now(tz=UTC)))
    report = month.play(
        path,
        password=password,
        work=lambda run_id, phase: pool.work([run_id], phase, workers=workers or settings.WORKERS),
        say=click.echo,
    )
    _show(report)
    click.echo(f"sign in as state.billing or state.release with {password}")
    if not report.is_complete:
        sys.exit(1)


def _show(report: "Report") -> None:
    s = report.status
    yuan = f"{s.amount_fen // 100:,}.{s.amount_fen % 100:02d}"
    rows: list[tuple[str, str]] = [
        ("customers in the file", f"{report.customers:,}"),
        ("billed", f"{s.billed - s.billed_zero:,}"),
        ("billed zero and listed", f"{s.billed_zero:,}"),
        (
            "  of these below one kWh, carried on",
            f"{s.billed_zero - dict(s.listed_by_code).get('ZERO', 0):,}",
        ),
        ("held with findings", f"{s.held:,}"),
        *[(f"  {code}", f"{count:,}") for code, count in s.held_by_code],
        ("not due", f"{s.not_due:,}"),
        ("sum of the parts", f"{s.billed + s.held + s.not_due:,}"),
        ("kWh billed", f"{s.energy_kwh:,.2f}"),
        ("yuan billed", yuan),
        *[(f"listed {code}", f"{count:,}") for code, count in s.listed_by_code],
        *[(f"seconds, {name}", f"{value:.2f}") for name, value in report.seconds.items()],
        *[(f"  stage {name}", f"{value:.2f}") for name, value in s.seconds.items()],
    ]
    click.echo(table(rows, ("State Grid, 2014-01-01 to 2014-01-27", "")))
