"""wattdesk tariff: check, propose, release and show tariff documents."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wattdesk.jobs.cli.start import command, person, table

if TYPE_CHECKING:
    from wattdesk.domains.tariffs.api import DocumentReport, VersionInfo

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LARGEST_FILE = 2_000_000


@click.group()
def tariff() -> None:
    """Check, propose, release and show tariff documents."""


@tariff.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
def check(files: tuple[Path, ...]) -> None:
    """Check documents: schema, rules, and their examples through both engines. No database."""
    import django

    django.setup()
    from wattdesk.domains.tariffs import api as tariffs

    sound = True
    for file in files:
        report = tariffs.check_document(_text(file))
        click.echo(_shown(file, report))
        sound = sound and report.ok
    sys.exit(0 if sound else 2)


@tariff.command()
def schema() -> None:
    """Print the JSON Schema of tariff documents, for editors."""
    from wattdesk.kernel.rating.document_schema import SCHEMA

    click.echo(json.dumps(SCHEMA, ensure_ascii=False, indent=1))


@tariff.command()
@click.argument("file", type=FILE)
@click.option("--as", "username", required=True, help="Sign-in name of the person who proposes.")
@click.option("--reason", required=True, help="Why, for the record.")
@command
def propose(file: Path, username: str, reason: str) -> None:
    """Store a document as a proposal."""
    from django.db import transaction

    from wattdesk.domains.tariffs import api as tariffs

    text = _text(file)
    with transaction.atomic():
        by = person(username, "tariffs.propose", reason=reason)
        version = tariffs.propose(text, by=by)
    click.echo(f"{version.tariff_code} {version.number} is proposed; another person releases it.")


@tariff.command()
@click.argument("code")
@click.argument("number", type=int)
@click.option("--as", "username", required=True, help="Sign-in name of the person who releases.")
@click.option("--reason", required=True, help="Why, for the record.")
@command
def release(code: str, number: int, username: str, reason: str) -> None:
    """Put a proposed version into force from its day."""
    from django.db import transaction

    from wattdesk.domains.tariffs import api as tariffs

    with transaction.atomic():
        by = person(username, "tariffs.release", reason=reason)
        version = tariffs.release(tariffs.find_version(code, number).id, by=by)
    click.echo(f"{code} {number} is in force {_period(version)}.")


@tariff.command()
@click.argument("code")
@click.argument("number", type=int)
@click.option("--as", "username", required=True, help="Sign-in name of the person who decides.")
@click.option("--reason", required=True, help="Why, for the record.")
@command
def reject(code: str, number: int, username: str, reason: str) -> None:
    """Turn a proposed version down."""
    from django.db import transaction

    from wattdesk.domains.tariffs import api as tariffs

    with transaction.atomic():
        by = person(username, "tariffs.release", reason=reason)
        tariffs.reject(tariffs.find_version(code, number).id, by=by)
    click.echo(f"{code} {number} is rejected.")


@tariff.command(name="list")
@command
def list_all() -> None:
    """All versions, and the price classes that may be assigned."""
    from wattdesk.domains.tariffs import api as tariffs

    click.echo(
        table(
            [
                (v.tariff_code, v.number, v.state, _period(v), v.proposed_by, v.decided_by, v.title)
                for v in tariffs.list_versions()
            ],
            ("tariff", "number", "state", "in force", "proposed by", "decided by", "title"),
        )
    )
    click.echo()
    click.echo(
        table(
            [(s.code, s.tariff_code, s.customer_class, s.title) for s in tariffs.list_schedules()],
            ("price class", "tariff", "customers", "title"),
        )
    )


@tariff.command()
@click.argument("code")
@click.argument("number", type=int, required=False)
@command
def show(code: str, number: int | None) -> None:
    """Print the text of a version (the newest without a number)."""
    from wattdesk.domains.tariffs import api as tariffs

    version = tariffs.find_version(code, number)
    click.echo(
        f"# {version.tariff_code} {version.number} {version.state} {_period(version)}"
        f" sha256 {version.sha256}"
    )
    click.echo(version.text, nl=not version.text.endswith("\n"))


@tariff.command()
@click.argument("code")
@click.argument("number", type=int, required=False)
@command
def diff(code: str, number: int | None) -> None:
    """Print a version (the newest without a number) as a difference to the one before."""
    from wattdesk.domains.tariffs import api as tariffs

    click.echo(tariffs.diff(tariffs.find_version(code, number).id))


def _text(file: Path) -> str:
    """The file as text; what is not UTF-8 text of a fair size is refused in words."""
    if file.stat().st_size > LARGEST_FILE:
        raise click.ClickException(f"{file}: larger than {LARGEST_FILE} bytes, no tariff document")
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise click.ClickException(f"{file}: byte {fault.start} is not UTF-8 text") from fault


def _shown(file: Path, report: "DocumentReport") -> str:
    if report.document is None:
        return "\n".join(f"{file}:{fault}" for fault in report.faults)
    lines = [f"{file}:{example.line}: {example.id}: {difference}"
             for example in report.examples for difference in example.differences]  # fmt: skip
    lines += [f"{file}: warning: {warning.sentence}" for warning in report.warnings]
    if report.unchecked:
        parts = ", ".join(path or "the document" for path in report.unchecked)
        lines.append(f"{file}: not checked with the original: {parts}")
    passed = sum(example.passed for example in report.examples)
    lines.append(
        f"{file}: {report.document.code} from {report.document.effective_from},"
        f" {len(report.document.schedules)} price classes,"
        f" {passed} of {len(report.examples)} examples right in both engines"
    )
    return "\n".join(lines)


def _period(version: "VersionInfo") -> str:
    return f"from {version.from_date}" + (f" to {version.to_date}" if version.to_date else "")
