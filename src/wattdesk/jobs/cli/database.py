"""wattdesk database: start, stop, migrate, inspect."""

import os
import subprocess
import sys

import click

from wattdesk.jobs.cli.start import django_ready


@click.group()
def database() -> None:
    """Start, stop, migrate and inspect the database."""


@database.command()
def start() -> None:
    """Start the embedded server."""
    django_ready()
    click.echo("running")


@database.command()
def stop() -> None:
    """Stop the embedded server."""
    from django.conf import settings

    from wattdesk.toolkit import localdb

    if not settings.EMBEDDED:
        raise click.ClickException("DATABASE_URL is set: that server is not ours to stop.")
    localdb.LocalServer(settings.PG_DATA).stop()
    click.echo("stopped")


@database.command()
def migrate() -> None:
    """Make or update all tables, as the owner, and grant the application's role its rights."""
    if os.environ.get("WATTDESK_AS_OWNER") != "1":
        # Settings read the environment once: a fresh process is the plain way to be the owner.
        done = subprocess.run(
            [sys.executable, "-m", "wattdesk", "database", "migrate"],
            env={**os.environ, "WATTDESK_AS_OWNER": "1"},
            check=False,
        )
        sys.exit(done.returncode)
    from wattdesk.toolkit import privileges

    privileges.create_database()
    django_ready(as_owner=True)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    privileges.grant()
    click.echo("the database is up to date")
