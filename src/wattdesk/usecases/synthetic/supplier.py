"""Making the synthetic supplier: the ground first, then block after block; then the search.

Each part is one transaction, and each is left out when it stands already: a start that was killed
goes on at the next one with the same rows.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

import polars as pl
from django.db import connection, transaction

from wattdesk.domains.customers import api as customers
from wattdesk.domains.identity import api as identity
from wattdesk.domains.identity.data import Act
from wattdesk.domains.ledger import api as ledger
from wattdesk.domains.metering import api as metering
from wattdesk.domains.premises import api as premises
from wattdesk.domains.tariffs import api as tariffs
from wattdesk.usecases.synthetic.loading import BlockWriter, Ground, lay_network, segment_code
from wattdesk.usecases.synthetic.staffing import (
    COUNTY_UNIT,
    SINCE,
    Company,
    found_company,
    present_company,
)
from wattdesk.usecases.synthetic.world import World

SHANGHAI = timezone(timedelta(hours=8))
TARIFF_DOCUMENTS = ("lanchuan-2025-01", "lanchuan-2026-07")
Say = Callable[[str], None]
Done = tuple[dict[str, int], str, pl.DataFrame]


def moment(day: date, hour: int = 10) -> datetime:
    """A moment of the invented world: an hour of a civil day there."""
    return datetime.combine(day, time(hour), tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Made:
    """What a start has made: rows by table, and the digests of its blocks."""

    company: Company
    rows: dict[str, int]
    digest: str
    truth: pl.DataFrame


def is_founded() -> bool:
    """Whether the record holds the synthetic company."""
    try:
        identity.get_unit(code=COUNTY_UNIT)
    except identity.UnitNotFound:
        return False
    return True


def found(world: World, *, password: str) -> Company:
    """Company, people, tariffs, network and segments, in one transaction; once."""
    by = identity.system_act(moment(SINCE), "synthetic supplier")
    if is_founded():
        return present_company(world, on=world.spec.until)
    with transaction.atomic():
        company = found_company(world, password=password, by=by)
        _release_tariffs(company)
        ledger.ensure_chart(by=by)
        lay_network(world, company, by=by)
    return company


def _release_tariffs(company: Company) -> None:
    """Propose and release the county's price documents by two people."""
    proposing = company.of_role("TARIFF_OFFICER")
    releasing = company.of_role("TARIFF_SUPERVISOR")
    for name in TARIFF_DOCUMENTS:
        text = tariffs.shipped_text(name)
        day = SINCE + timedelta(days=1)
        version = tariffs.propose(
            text, by=Act(proposing.staff_id, proposing.name, moment(day), "按批复文件录入")
        )
        tariffs.release(
            version.id, by=Act(releasing.staff_id, releasing.name, moment(day, 15), "复核无误")
        )


def ground_of(world: World, company: Company) -> Ground:
    """Ids of areas, feeders, segments, price classes, stations and managers by local number."""

    def by_code(frame: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
        return frame.join(ids, on="code", how="inner").select("n", "id")

    segments = pl.DataFrame(
        [(s.code, s.id) for s in metering.list_segments()],
        schema={"code": pl.String, "id": pl.Int64},
        orient="row",
    )
    numbered = world.skeleton.segments.select(
        pl.col("segment").alias("n"), segment_code(pl.col("segment")).alias("code")
    )
    schedules = [(s.code, s.id) for s in tariffs.list_schedules()]
    stations = [(n, unit.id) for n, unit in enumerate(company.stations)]
    managers = list(enumerate(company.readers()))
    pair = {"n": pl.Int64, "id": pl.Int64}
    return Ground(
        areas=by_code(world.places.areas, premises.area_ids()),
        feeders=by_code(world.places.feeders, premises.feeder_ids()),
        segments=by_code(numbered, segments),
        schedules=pl.DataFrame(schedules, schema={"n": pl.String, "id": pl.Int64}, orient="row"),
        stations=pl.DataFrame(stations, schema=pair, orient="row"),
        managers=pl.DataFrame(managers, schema=pair, orient="row"),
    )


def populate(world: World, company: Company, *, workers: int, say: Say) -> Made:
    """Make and write all blocks; those that stand are made again for their digest only."""
    by = identity.system_act(moment(world.spec.until), "synthetic supplier")
    writer = BlockWriter(ground_of(world, company), by=by)

    def one(number: int) -> Done:
        block = world.block(number)
        written: dict[str, int] = {}
        if not _stands(block.archive.accounts["number"][0], world.spec.until):
            with transaction.atomic():
                written = writer.write(block)
        say(f"block {number + 1} of {world.skeleton.blocks}")
        return written, block.digest, block.truth

    if workers > 1 and world.skeleton.blocks > 1:
        with ThreadPoolExecutor(workers) as pool:
            done = list(pool.map(lambda number: _closing(one, number), world.blocks))
    else:
        done = [one(number) for number in world.blocks]
    rows: dict[str, int] = {}
    for written, _digest, _truth in done:
        for table, count in written.items():
            rows[table] = rows.get(table, 0) + count
    return Made(
        company=company,
        rows=rows,
        digest=world.digest_of(digest for _written, digest, _truth in done),
        truth=pl.concat([truth for _written, _digest, truth in done]),
    )


def _closing(work: Callable[[int], Done], number: int) -> Done:
    """Do a block in a worker thread and give its database connection back."""
    try:
        return work(number)
    finally:
        connection.close()


def _stands(number: str, on: date) -> bool:
    """Whether an account of this number is there already."""
    return not customers.usage_points_of_accounts(pl.Series([number]), on).is_empty()
