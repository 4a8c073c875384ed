"""wattdesk check: what CI checks about the program itself, besides lint, types and tests.

System and deployment checks, missing migrations, complete catalogues, templates that compile. It
needs no running server, but for the migrations the model state alone.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click

PROJECT = Path(__file__).resolve().parents[4]


@click.command()
def check() -> None:
    """Check settings, migrations, texts and templates, as CI does."""
    import django

    django.setup()
    checks: list[tuple[str, Callable[[], list[str]]]] = [
        ("settings", system_problems),
        ("migrations", missing_migrations),
        ("templates", broken_templates),
        ("texts", untranslated),
    ]
    failed = 0
    for name, find in checks:
        problems = find()
        click.echo(f"{name}: {'ok' if not problems else f'{len(problems)} problems'}")
        for problem in problems:
            click.echo(f"  {problem}")
        failed += len(problems)
    sys.exit(1 if failed else 0)


def system_problems() -> list[str]:
    """Django's checks, those for deployment as if served by HTTPS in production."""
    from django.conf import settings
    from django.core import checks
    from django.test.utils import override_settings

    https = {
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_HSTS_PRELOAD": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
    }
    with override_settings(**https):
        found = checks.run_checks(include_deployment_checks=True)
    problems = [str(message) for message in found if message.level >= checks.WARNING]
    if settings.DEBUG:
        problems.append("DEBUG is on (WATTDESK_DEBUG): never in production")
    return problems


def missing_migrations() -> list[str]:
    """Models that differ from their migrations, app by app."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils import translation

    loader = MigrationLoader(None)
    conflicts = loader.detect_conflicts()
    problems = [f"{app}: two latest migrations: {', '.join(n)}" for app, n in conflicts.items()]
    ours = {config.label for config in apps.get_app_configs() if "wattdesk" in config.name}
    with translation.override(None):  # as in the files: names of fields in English
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph)
    for app in ours & changes.keys():
        for migration in changes[app]:
            problems += [f"{app}: {operation.describe()}" for operation in migration.operations]
    return problems


def broken_templates() -> list[str]:
    """Templates that do not compile."""
    from django.conf import settings
    from django.template import TemplateDoesNotExist, TemplateSyntaxError
    from django.template.loader import get_template

    problems = []
    folders: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]
    for folder in folders:
        for path in sorted(folder.rglob("*.html")):
            name = str(path.relative_to(folder))
            try:
                get_template(name)
            except (TemplateSyntaxError, TemplateDoesNotExist) as problem:
                problems.append(f"{name}: {problem}")
    return problems


def untranslated() -> list[str]:
    """Texts without Chinese, lost places, texts that nothing uses: tools/make_messages.py."""
    tool = PROJECT / "tools" / "make_messages.py"
    if not tool.exists():
        return []  # an installed copy has no catalogues to make
    done = subprocess.run(
        [sys.executable, str(tool), "--check"], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return []
    lines = [*done.stdout.splitlines()[:-1], *done.stderr.splitlines()[-1:]]
    return lines or ["tools/make_messages.py failed"]
