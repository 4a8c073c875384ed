"""The command line. Each area is a module; it is imported only when one of its commands runs."""

import importlib
import os
from typing import Any

import click

# name → (module, object, one plain line)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "serve": ("server", "serve", "Start the database, the web server and a worker."),
    "worker": ("server", "worker", "Start a worker that carries out queued jobs."),
    "database": ("database", "database", "Start, stop, migrate and inspect the database."),
    "check": ("check", "check", "Check settings, migrations, texts and templates, as CI does."),
    "demo": ("demo", "demo", "Make a synthetic supplier with customers, meters, reads and bills."),
    "staff": ("staff", "staff", "Add a person, give a duty, set a new password."),
    "import": ("imports", "import_", "Import readings from a file through a named profile."),
    "tariff": ("tariff", "tariff", "Check, propose, release and show tariff documents."),
    "bill": ("bill", "bill", "Run, watch, review, release and print the bills of segments."),
    "ledger": ("ledger", "ledger", "Prove that the books balance and agree with the bills."),
    "audit": ("audit", "audit", "Seal and verify the audit records."),
    "scenario": ("scenario", "scenario", "Play a long scenario at full size."),
}


class LazyGroup(click.Group):
    """Lists all commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, line = COMMANDS[cmd_name]
        command: click.Command = getattr(
            importlib.import_module(f"wattdesk.jobs.cli.{module}"), name
        )
        command.name = cmd_name
        command.help = command.help or line
        return command

    def format_commands(self, ctx: click.Context, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_m, _o, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wattdesk")
def main() -> None:
    """Wattdesk: customers, service and revenue of an electricity supplier."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wattdesk.config.settings")
