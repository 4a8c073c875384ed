"""wattdesk ledger: prove the books, and look into them."""

import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from wattdesk.jobs.cli.start import command, table

if TYPE_CHECKING:
    from wattdesk.domains.ledger.api import LedgerReport, Problem


@click.group()
def ledger() -> None:
    """Prove that the books balance and agree with the bills."""


@ledger.command()
@command
def verify() -> None:
    """Read all books and all bills; exit 0 when they are sound and agree, 1 when not."""
    from wattdesk.domains.billing import api as billing
    from wattdesk.domains.ledger import api as books

    report = books.verify()
    problems = [*report.problems, *billing.verify_against_ledger()]
    click.echo(_figures(report))
    click.echo(_verdict(problems))
    sys.exit(1 if problems else 0)


@ledger.command(name="trial-balance")
@click.option("--month", "month_text", help="Receivable month, as 2014-01 (default: all).")
@click.option("--unit", "unit_path", default="", help="Path of a unit: only it and those below.")
@command
def trial_balance(month_text: str | None, unit_path: str) -> None:
    """Turnover of every ledger account."""
    from wattdesk.domains.identity.data import Scope
    from wattdesk.domains.ledger import api as books
    from wattdesk.kernel.values.figures import yuan

    trial = books.trial_balance(
        Scope("ledger.view", ("",)), unit_path=unit_path, month=_month(month_text)
    )
    rows = [
        (row.code, row.name, yuan(row.debit_fen), yuan(row.credit_fen), yuan(row.balance_fen))
        for row in trial.rows
    ]
    total = trial.debit_fen - trial.credit_fen
    rows.append(("", "", yuan(trial.debit_fen), yuan(trial.credit_fen), yuan(total)))
    click.echo(table(rows, ("account", "name", "debit", "credit", "balance")))


def _month(text: str | None) -> date | None:
    from wattdesk.kernel.schedule.billing_dates import parse_month

    if text is None:
        return None
    try:
        return parse_month(text)
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--month") from None


def _figures(report: "LedgerReport") -> str:
    from wattdesk.kernel.values.figures import yuan

    lines = [
        f"transactions     {report.transactions:,}",
        f"entries          {report.entries:,}",
        f"debits           {yuan(report.debit_fen)} yuan",
        f"credits          {yuan(report.credit_fen)} yuan",
    ]
    if report.sums:
        rows = [
            (
                f"{row.month:%Y-%m}",
                row.unit_code,
                row.unit_name,
                f"{row.transactions:,}",
                yuan(row.debit_fen),
                yuan(row.credit_fen),
            )
            for row in report.sums
        ]
        head = ("month", "unit", "name", "transactions", "debits", "credits")
        lines += ["", table(rows, head)]
    return "\n".join(lines)


def _verdict(problems: Sequence["Problem"]) -> str:
    if not problems:
        return "\nThe books balance, and bills and ledger agree."
    lines = [f"\n{len(problems)} problems found:"]
    for problem in problems:
        figures = ", ".join(f"{name} {value}" for name, value in problem.evidence.items())
        lines.append(f"- {problem.sentence} [{problem.code}] {figures}")
    return "\n".join(lines)
