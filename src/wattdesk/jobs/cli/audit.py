"""wattdesk audit: seal, verify, accept a restored state, show what happened to something."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import click

from wattdesk.jobs.cli.start import command


@click.group()
def audit() -> None:
    """Seal, verify and read the audit records."""


@audit.command()
@command
def seal() -> None:
    """Chain all waiting records now; the worker does so every minute."""
    from wattdesk.domains.audit import api

    count = api.seal_all(datetime.now(tz=UTC))
    click.echo(f"sealed {count:,} records" if count else "nothing waits to be sealed")


@audit.command()
@command
def verify() -> None:
    """Check every record, the chain and its heads. Exit code 0: whole, 1: something is wrong."""
    from wattdesk.domains.audit import api

    report = api.verify()
    click.echo(f"sealed     {report.sealed:,} records in {report.seals:,} seals")
    click.echo(f"waiting    {report.waiting:,} records not in the chain yet" + _since(report))
    click.echo(f"heads      {report.heads:,} outside the database")
    click.echo(f"skipped    {report.skipped:,} numbers, as work that was rolled back leaves them")
    for acceptance in report.acceptances:
        click.echo(
            f"accepted   seal {acceptance.seal_number:,} by {acceptance.name}"
            f" at {acceptance.at:%Y-%m-%d %H:%M} UTC: {acceptance.reason}"
        )
    if report.head_behind or report.torn_head:
        click.echo("note       a sealing was interrupted; the next one completes the file of heads")
    if report.is_whole:
        click.echo("whole: nothing was changed, removed, inserted or cut off")
        return
    for fault in report.problems:
        click.echo(f"{fault} [{fault.code}]", err=True)
    for code, count in sorted(report.counts.items()):
        click.echo(f"{count:>10,} × {code}", err=True)
    click.echo("WRONG: see docs/operations/audit-verify.md", err=True)
    sys.exit(1)


def _since(report: Any) -> str:
    if report.oldest_waiting_at is None:
        return ""
    return f", the oldest of {report.oldest_waiting_at:%Y-%m-%d %H:%M} UTC"


@audit.command()
@click.option("--name", required=True, help="Who accepts: name and function.")
@click.option("--reason", required=True, help="Why this state is right.")
@command
def accept(name: str, reason: str) -> None:
    """Accept the chain as it stands, after a restore from a backup. Every verification shows it."""
    from wattdesk.domains.audit import api
    from wattdesk.toolkit.acts import Act

    number = api.accept_state(by=Act(None, name, datetime.now(tz=UTC), reason))
    click.echo(f"accepted the chain up to seal {number:,}")


@audit.command()
@click.argument("subject")
@click.option("--limit", default=50, show_default=True, help="Newest records to show.")
@command
def show(subject: str, limit: int) -> None:
    """Show what happened to SUBJECT, as account:12 or staff:3, newest first."""
    from wattdesk.domains.audit import api

    entries = api.timeline(subject, limit=limit)
    for entry in entries:
        click.echo(f"{entry.id}  {entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.action}")
        click.echo(f"    by {entry.actor_name}" + (f": {entry.reason}" if entry.reason else ""))
        for word, values in (("before", entry.before), ("after", entry.after)):
            if values is not None:
                click.echo(f"    {word} {json.dumps(values, ensure_ascii=False)}")
    if not entries:
        click.echo(f"no record names {subject}")
