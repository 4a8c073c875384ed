"""What every command needs first: the database up, Django ready."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def django_ready(*, as_owner: bool = False) -> None:
    """Load settings, start the embedded server if it is ours and not running, set Django up."""
    if as_owner:
        os.environ["WATTDESK_AS_OWNER"] = "1"
    import django
    from django.conf import settings

    if settings.EMBEDDED:
        from wattdesk.toolkit import localdb

        localdb.LocalServer(settings.PG_DATA).start()
    django.setup()


def command(function: Callable[P, R]) -> Callable[P, R]:
    """Set up, run, and turn an anticipated problem into one sentence and exit code 2."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        django_ready()
        from wattdesk.toolkit.errors import Problem

        try:
            return function(*args, **kwargs)
        except Problem as problem:
            click.echo(f"{problem} [{problem.code}]", err=True)
        sys.exit(2)

    return run


def table(rows: list[tuple[Any, ...]], head: tuple[str, ...]) -> str:
    """A plain table for the terminal; Chinese counts two columns a character."""
    from unicodedata import east_asian_width

    def width(text: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

    cells = [[str(c) for c in row] for row in [head, *rows]]
    widths = [max(width(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "  ".join(c + " " * (w - width(c)) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def person(username: str, action: str, *, reason: str) -> Any:
    """The act of a named person who has the right; refuses with one sentence otherwise."""
    from datetime import UTC, datetime

    from wattdesk.domains.identity import api as identity
    from wattdesk.kernel.schedule.civil import civil_date
    from wattdesk.toolkit.acts import Act
    from wattdesk.toolkit.errors import NotAllowed

    now = datetime.now(tz=UTC)
    staff = identity.find_staff(username, on=civil_date(now))
    if not staff.is_active or not identity.scope_of(staff.id, action, on=civil_date(now)).paths:
        raise NotAllowed(action=action)
    return Act(staff.id, staff.name, now, reason)
