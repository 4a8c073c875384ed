"""wattdesk staff: units, people, duties and passwords, for the first set-up and for emergencies.

Whoever has the command line of the server acts as the system itself: what they give is in force
at once, and the audit record names their account on the machine.
"""

import getpass
from datetime import UTC, datetime
from typing import Any

import click

from wattdesk.jobs.cli.start import command, table

DAY = click.DateTime(formats=["%Y-%m-%d"])
KINDS = click.Choice(["PROVINCE", "CITY", "COUNTY", "STATION", "TEAM", "AREA"])


@click.group()
def staff() -> None:
    """Units, people, duties and passwords."""


def _act(what: str) -> Any:
    from wattdesk.domains.identity import api as identity

    reason = f"command line of the server, {what}, by {getpass.getuser()}"
    return identity.system_act(datetime.now(tz=UTC), reason)


@staff.command()
@command
def roles() -> None:
    """Bring the roles in the database to what rulebook/roles.yaml declares, and list them."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity

    with transaction.atomic():
        changed = identity.load_roles(by=_act("roles"))
    rows: list[tuple[Any, ...]] = [
        (role.code, role.name, role.name_en, len(role.actions)) for role in identity.list_roles()
    ]
    click.echo(table(rows, ("CODE", "NAME", "ENGLISH", "ACTIONS")))
    click.echo(f"{changed} roles changed")


@staff.command()
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=KINDS, required=True)
@click.option("--parent", help="Code of the unit above; without it the unit stands at the top.")
@click.option("--english", default="", help="Name in English.")
@command
def unit(code: str, name: str, kind: str, parent: str | None, english: str) -> None:
    """Make a unit."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity

    with transaction.atomic():
        parent_id = identity.get_unit(code=parent).id if parent else None
        made = identity.create_unit(
            code=code, name=name, kind=kind, parent_id=parent_id, name_en=english, by=_act("unit")
        )
    click.echo(made.path)


@staff.command()
@click.argument("username")
@click.argument("name")
@click.option("--unit", "unit_code", required=True, help="Code of the unit.")
@click.option("--role", "role_code", help="A role for that unit and all below it, from today.")
@click.option("--english", default="", help="Name in English.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans")
@click.option("--ask", is_flag=True, help="Type the first password instead of having one made.")
@command
def add(
    username: str,
    name: str,
    unit_code: str,
    role_code: str | None,
    english: str,
    language: str,
    ask: bool,
) -> None:
    """Make a person who can sign in; they change the password at the first sign-in."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity
    from wattdesk.kernel.schedule.civil import civil_date

    by = _act("add")
    today = civil_date(by.at)
    password = _typed() if ask else identity.make_initial_password(on=today)
    with transaction.atomic():
        identity.load_roles(by=by)
        place = identity.get_unit(code=unit_code)
        key = identity.create_staff(
            username=username,
            name=name,
            unit_id=place.id,
            password=password,
            name_en=english,
            language=language,
            by=by,
        )
        if role_code:
            identity.give_duty(
                staff_id=key, role_code=role_code, unit_id=place.id, from_date=today, by=by
            )
    click.echo(f"{username} can sign in" + ("" if ask else f" with the password {password}"))


@staff.command()
@click.argument("username")
@click.argument("role_code")
@click.argument("unit_code")
@click.option("--from", "from_day", type=DAY, help="First day (default: today).")
@click.option("--to", "to_day", type=DAY, help="First day without the duty (default: open).")
@click.option("--end", is_flag=True, help="End the duty on the day --to (default: today) instead.")
@command
def duty(
    username: str,
    role_code: str,
    unit_code: str,
    from_day: datetime | None,
    to_day: datetime | None,
    end: bool,
) -> None:
    """Give USERNAME the role ROLE_CODE for the unit UNIT_CODE and all below it, or end it."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity
    from wattdesk.kernel.schedule.civil import civil_date

    by = _act("duty")
    today = civil_date(by.at)
    last = to_day.date() if to_day else None
    with transaction.atomic():
        person = identity.find_staff(username, on=today)
        place = identity.get_unit(code=unit_code)
        if not end:
            identity.give_duty(
                staff_id=person.id,
                role_code=role_code,
                unit_id=place.id,
                from_date=from_day.date() if from_day else today,
                to_date=last,
                by=by,
            )
        else:
            held = [
                found.id
                for found in identity.list_duties(person.id)
                if (found.role.code, found.unit.id) == (role_code, place.id)
                and (found.to_date is None or found.to_date > today)
            ]
            if not held:
                raise identity.DutyNotFound
            for key in held:
                identity.end_duty(key, to_date=last or today, by=by)
    click.echo(f"{username}: {role_code} for {place.code} {'ended' if end else 'given'}")


@staff.command()
@click.argument("username")
@click.option("--ask", is_flag=True, help="Type the new password instead of having one made.")
@command
def password(username: str, ask: bool) -> None:
    """Set a new password; the person changes it at the next sign-in. Open sessions end."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity
    from wattdesk.kernel.schedule.civil import civil_date

    by = _act("password")
    today = civil_date(by.at)
    new = _typed() if ask else identity.make_initial_password(on=today)
    with transaction.atomic():
        person = identity.find_staff(username, on=today)
        identity.set_password(person.id, new, by=by)
    click.echo(f"{username}: password set" if ask else f"{username}: the password is {new}")


@staff.command()
@click.argument("username")
@click.option("--again", is_flag=True, help="Let the person sign in again.")
@command
def leave(username: str, again: bool) -> None:
    """End a person's access at once; duties and name stay on record."""
    from django.db import transaction

    from wattdesk.domains.identity import api as identity
    from wattdesk.kernel.schedule.civil import civil_date

    by = _act("leave")
    with transaction.atomic():
        person = identity.find_staff(username, on=civil_date(by.at))
        change = identity.reactivate_staff if again else identity.deactivate_staff
        change(person.id, by=by)
    click.echo(f"{username} {'can' if again else 'can no longer'} sign in")


@staff.command("list")
@click.option("--unit", "unit_code", help="Only people of this unit and those below it.")
@command
def list_people(unit_code: str | None) -> None:
    """List people with their units and today's duties."""
    from wattdesk.domains.identity import api as identity
    from wattdesk.domains.identity.data import Scope
    from wattdesk.kernel.schedule.civil import civil_date

    scope = Scope("", (identity.get_unit(code=unit_code).path,)) if unit_code else None
    people = identity.list_staff(on=civil_date(datetime.now(tz=UTC)), scope=scope)
    rows: list[tuple[Any, ...]] = [
        (
            person.username,
            person.name,
            person.unit.path,
            " ".join(f"{held.role.code}@{held.unit.code}" for held in person.duties),
            "" if person.is_active else "left",
        )
        for person in people
    ]
    click.echo(table(rows, ("USERNAME", "NAME", "UNIT", "DUTIES", "STATE")))


def _typed() -> str:
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
