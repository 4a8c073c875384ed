"""wattdesk demo: make a synthetic supplier with customers, meters, reads and bills."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wattdesk.jobs.cli.start import command, table

if TYPE_CHECKING:
    from wattdesk.usecases.synthetic.history import Billed
    from wattdesk.usecases.synthetic.spec import Spec
    from wattdesk.usecases.synthetic.staffing import Company
    from wattdesk.usecases.synthetic.supplier import Made

# Printed on purpose, of a world that does not exist. Letters and figures that no name's pinyin
# holds: the password rules refuse own names.
PASSWORD = "kV10-mW35-kVA50"
MAKING, READY = "making", "ready"


class Notes:
    """``var/demo.json``: what the database holds, for people and for the next start."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "demo.json"

    def read(self) -> dict[str, Any]:
        """What an earlier start noted; empty without one."""
        if not self.path.exists():
            return {}
        noted: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return noted

    def write(self, **noted: Any) -> None:
        """Replace the notes, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(noted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        fresh.replace(self.path)


@click.command()
@click.option("--customers", default=2000, show_default=True, help="How many accounts.")
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same rows.")
@click.option("--months", type=int, help="Months of readings (13; above 50 000 customers 2).")
@click.option("--until", default="2026-10-31", show_default=True, help="The world's last day.")
@click.option("--bill/--no-bill", default=True, show_default=True, help="Bill the months.")
@click.option("--segment-accounts", type=int, help="About how many accounts a segment has.")
@click.option("--workers", type=int, help="Threads that write (default: the setting WORKERS).")
@click.option("--again", is_flag=True, help="Throw the demo database away and start over.")
def demo(
    customers: int,
    seed: int,
    months: int | None,
    until: str,
    *,
    bill: bool,
    segment_accounts: int | None,
    workers: int | None,
    again: bool,
) -> None:
    """Make a synthetic supplier with customers, meters, reads and bills.

    Everything in it is invented. A start that was stopped goes on where it was.
    """
    wanted = {
        "customers": customers,
        "seed": seed,
        "months": months,
        "until": until,
        "segment_accounts": segment_accounts,
    }
    _ready_database()
    _make(wanted, bill=bill, workers=workers, again=again)


def _ready_database() -> None:
    """Make or update the tables, as the owner, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "wattdesk", "database", "migrate"],
        env={**os.environ, "WATTDESK_AS_OWNER": "1"},
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode:
        sys.exit(done.returncode)


def _spec(wanted: dict[str, Any]) -> "Spec":
    from wattdesk.usecases.synthetic.spec import Spec

    try:
        return Spec.of(
            wanted["customers"],
            wanted["seed"],
            months=wanted["months"],
            until=date.fromisoformat(wanted["until"]),
            segment_accounts=wanted["segment_accounts"],
        )
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None


@command
def _make(wanted: dict[str, Any], *, bill: bool, workers: int | None, again: bool) -> None:
    from django.conf import settings

    from wattdesk.usecases.synthetic import supplier
    from wattdesk.usecases.synthetic.world import World

    spec = _spec(wanted)
    notes = Notes(settings.VAR)
    noted = notes.read()
    if again and (noted or supplier.is_founded()):
        _throw_away(notes)
        noted = {}
    if supplier.is_founded() and noted.get("wanted") != wanted:
        _refuse(noted)
    if noted.get("state") == READY and (noted.get("billed") or not bill):
        _say_ready(noted)
        return
    began = time.perf_counter()
    world = World(spec)
    notes.write(state=MAKING, wanted=wanted)
    company = supplier.found(world, password=PASSWORD)
    click.echo(f"{_seconds(began)}  company, {len(company.people)} people, tariffs, network")
    made = supplier.populate(
        world, company, workers=workers or settings.WORKERS, say=_teller(began)
    )
    truth = settings.VAR / "demo" / "truth.parquet"
    truth.parent.mkdir(parents=True, exist_ok=True)
    made.truth.write_parquet(truth)
    past = _bill(spec, company, began) if bill else None
    notes.write(**_noted(wanted, world.spec, made, past, truth))
    _tell(world, made, past, truth, began)


def _bill(spec: "Spec", company: "Company", began: float) -> "Billed":
    from wattdesk.usecases.synthetic.history import Past

    return Past(spec, company, _teller(began)).bill()


def _seconds(began: float) -> str:
    return f"{time.perf_counter() - began:6.1f} s"


def _teller(began: float) -> Callable[[str], None]:
    return lambda words: click.echo(f"{_seconds(began)}  {words}")


def _refuse(noted: dict[str, Any]) -> None:
    """The database holds another demo, finished or not."""
    held = noted.get("wanted")
    words = f"the demo of {json.dumps(held)}" if held else "a demo that var/demo.json knows not"
    raise click.ClickException(
        f"The database holds {words}. Nothing was changed. Give the same options to go on,"
        " or --again to throw it away and make this one."
    )


def _throw_away(notes: Notes) -> None:
    """Drop the demo's database and make an empty one; only on the embedded server."""
    from django.conf import settings
    from django.db import connections
    from psycopg import connect, sql

    from wattdesk.toolkit import localdb

    if not settings.EMBEDDED:
        raise click.ClickException(
            "DATABASE_URL is set: that database is not ours to throw away. Empty it yourself."
        )
    connections.close_all()
    name = settings.DATABASES["default"]["NAME"]
    with connect(localdb.LocalServer(settings.PG_DATA).dsn("postgres"), autocommit=True) as owner:
        owner.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
    # What belongs to that database outside it: drafts of runs and the audit's head.
    for folder in (settings.DRAFTS, settings.AUDIT_HEAD, settings.CURVES):
        if folder.exists():
            folder.rename(_free_name(folder))
    notes.path.unlink(missing_ok=True)
    _ready_database()


def _free_name(folder: Path) -> Path:
    """Where a folder of a thrown-away database goes: kept, out of the way."""
    stamp = datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S")
    return folder.with_name(f"{folder.name}.before-{stamp}")


def _noted(
    wanted: dict[str, Any], spec: "Spec", made: "Made", past: "Billed | None", truth: Path
) -> dict[str, Any]:
    return {
        "state": READY,
        "wanted": wanted,
        "customers": spec.customers,
        "seed": spec.seed,
        "months": spec.months,
        "until": spec.until.isoformat(),
        "last_month": f"{spec.last_month:%Y-%m}",
        "digest": made.digest,
        "truth": str(truth),
        "billed": past is not None,
        "password": PASSWORD,
        "people": [
            {"username": p.username, "name": p.name, "role": p.role, "role_name": p.role_name,
             "unit": p.unit_name}
            for p in made.company.people
        ],
    }  # fmt: skip


def _tell(world: Any, made: "Made", past: "Billed | None", truth: Path, began: float) -> None:
    """What was made, in words and figures."""
    spec = world.spec
    troubles = made.truth["trouble"].value_counts(sort=True).rows()
    kinds = world.skeleton.accounts["kind"].value_counts(sort=True).rows()
    click.echo("")
    click.echo(
        f"澜川县供电公司 (invented): {spec.customers:,} accounts, {spec.months} months to"
        f" {spec.last_month:%Y-%m}, seed {spec.seed}"
    )
    click.echo("  " + ", ".join(f"{count:,} {kind.lower()}" for kind, count in kinds))
    click.echo(
        f"  {spec.stations} stations, {world.skeleton.segments.height:,} reading segments,"
        f" {world.places.areas.height:,} transformer areas, {world.places.feeders.height:,} feeders"
    )
    click.echo("  " + ", ".join(f"{count:,} {name.lower()}" for name, count in troubles))
    if past is not None:
        stages = ", ".join(f"{count} {name.lower()}" for name, count in sorted(past.stages.items()))
        click.echo(
            f"  {past.bills:,} bills released in {past.runs:,} runs,"
            f" {past.amount_fen // 100:,}.{past.amount_fen % 100:02d} yuan;"
            f" {spec.last_month:%Y-%m}: {stages}"
        )
    click.echo(f"  rows {made.digest[:16]}, truth for tests in {truth}")
    click.echo("")
    _say_people(
        [
            (p.username, p.name, p.role_name, p.role_name_en, p.unit_name)
            for p in made.company.people
        ]
    )
    click.echo(f"made in {_seconds(began).strip()}")


def _say_people(rows: list[tuple[Any, ...]]) -> None:
    shown = rows[:16]
    click.echo(table(shown, ("sign in as", "name", "role", "", "unit")))
    if len(rows) > len(shown):
        click.echo(f"and {len(rows) - len(shown)} more in var/demo.json")
    click.echo(f"password of everybody: {PASSWORD}")


def _say_ready(noted: dict[str, Any]) -> None:
    click.echo(
        f"The demo is there: {noted['customers']:,} accounts, seed {noted['seed']},"
        f" {noted['months']} months to {noted['last_month']}. Nothing was changed"
        " (--again throws it away and starts over)."
    )
    _say_people(
        [(p["username"], p["name"], p["role_name"], "", p["unit"]) for p in noted["people"]]
    )
