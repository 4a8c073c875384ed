"""From local frames to the record: ids are taken, keys replaced, rows copied through the doors."""

from dataclasses import dataclass

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.domains.customers.data import Rows as CustomerRows
from wattdesk.domains.identity.data import Act
from wattdesk.domains.metering import api as metering
from wattdesk.domains.metering.data import Rows as MeterRows
from wattdesk.domains.premises import api as premises
from wattdesk.domains.premises.data import Rows as PlaceRows
from wattdesk.usecases.synthetic.staffing import Company
from wattdesk.usecases.synthetic.world import Block, World

RECORDED = "T06:05:00+08:00"


@dataclass(frozen=True)
class Ground:
    """Ids of what all blocks stand on, by local number: frames of ``n`` and ``id``."""

    areas: pl.DataFrame
    feeders: pl.DataFrame
    segments: pl.DataFrame
    schedules: pl.DataFrame
    stations: pl.DataFrame
    managers: pl.DataFrame


def period(from_name: str = "from_date", to_name: str | None = "to_date") -> pl.Expr:
    """``[from,to)`` as text; an absent end stays open."""
    until = (
        pl.lit("")
        if to_name is None
        else pl.coalesce(pl.col(to_name).dt.to_string("%Y-%m-%d"), pl.lit(""))
    )
    return pl.concat_str(
        pl.lit("["), pl.col(from_name).dt.to_string("%Y-%m-%d"), pl.lit(","), until, pl.lit(")")
    ).alias("period")


def with_ids(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """The frame with its ids as first column."""
    return frame.select(ids.alias("id"), pl.all())


def resolved(frame: pl.DataFrame, key: str, ids: pl.DataFrame, column: str) -> pl.DataFrame:
    """Replace a local key by ids: ``ids`` has the key's values in ``n``. Null keys stay null."""
    joined = frame.join(
        ids.select(pl.col("n").alias(key), pl.col("id").alias(column)),
        on=key,
        how="left",
        maintain_order="left",
    )
    if joined[column].null_count() != frame[key].null_count():
        raise ValueError(f"{key}: some local keys have no id")
    return joined.drop(key) if column != key else joined


def lay_network(world: World, company: Company, *, by: Act) -> None:
    """Write divisions, network and reading segments."""
    places = world.places
    stations = _numbered([u.id for u in company.stations])
    managers = _numbered(company.readers())
    substations = with_ids(
        places.substations, premises.reserve(PlaceRows.SUBSTATION, places.substations.height)
    )
    feeders = resolved(places.feeders, "substation", substations, "substation_id")
    feeders = resolved(feeders, "station", stations, "unit_id")
    feeders = with_ids(feeders, premises.reserve(PlaceRows.FEEDER, feeders.height))
    areas = resolved(places.areas, "feeder", feeders, "feeder_id").with_columns(
        pl.col("station").alias("reader")
    )
    areas = resolved(
        resolved(areas, "station", stations, "unit_id"), "reader", managers, "manager_id"
    )
    areas = with_ids(areas, premises.reserve(PlaceRows.AREA, areas.height))
    premises.take_over(
        {
            PlaceRows.DIVISION: places.divisions,
            PlaceRows.SUBSTATION: substations.drop("n"),
            PlaceRows.FEEDER: feeders.drop("n"),
            PlaceRows.AREA: areas.drop("n"),
        },
        by=by,
    )
    _lay_segments(world, company, stations, managers, by=by)


def _lay_segments(
    world: World, company: Company, stations: pl.DataFrame, managers: pl.DataFrame, *, by: Act
) -> None:
    names = {n: unit.name.removesuffix("供电所") for n, unit in enumerate(company.stations)}
    segments = world.skeleton.segments.with_columns(
        pl.col("segment").rank("ordinal").over("station", "is_bodies").alias("order"),
        pl.col("station").replace_strict(names, default="澜川").alias("word"),
    )
    rows = segments.select(
        segment_code(pl.col("segment")).alias("code"),
        pl.when("is_bodies")
        .then(pl.col("word") + pl.lit("企事业段"))
        .otherwise(pl.col("word") + pl.col("order").cast(pl.String) + pl.lit("段"))
        .alias("name"),
        pl.col("station").alias("reader"),
        "station",
        "reading_day",
        "cycle",
    )
    rows = resolved(resolved(rows, "station", stations, "unit_id"), "reader", managers, "reader_id")
    rows = rows.with_columns(pl.col("unit_id").fill_null(company.county.id))
    metering.take_over({MeterRows.SEGMENT: rows}, by=by)


def segment_code(number: pl.Expr) -> pl.Expr:
    """Code of a segment from its number: LC0001 …"""
    return pl.lit("LC") + (number + 1).cast(pl.String).str.zfill(4)


def _numbered(ids: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {"n": list(range(len(ids))), "id": ids}, schema={"n": pl.Int64, "id": pl.Int64}
    )


class BlockWriter:
    """Writes blocks onto a ground; one block is one transaction of the caller's."""

    def __init__(self, ground: Ground, *, by: Act) -> None:
        self.ground = ground
        self.by = by

    def write(self, block: Block) -> dict[str, int]:
        """Write all rows of a block and make its accounts findable; returns rows by table."""
        written: dict[str, int] = {}
        points = self._write_places(block, written)
        accounts = self._write_customers(block, points, written)
        self._write_meters(block, points, written)
        customers.rebuild_search(accounts["id"])
        return written

    def _write_places(self, block: Block, written: dict[str, int]) -> pl.DataFrame:
        """Locations, supply points, points and what they hang on; returns points as n, id."""
        archive, ground = block.archive, self.ground
        locations = with_ids(
            resolved(archive.locations, "station", ground.stations, "unit_id"),
            premises.reserve(PlaceRows.LOCATION, archive.locations.height),
        )
        by_i = locations.select(pl.col("i").alias("n"), "id")
        supply = resolved(
            archive.supply_points.with_columns(pl.col("i").alias("n")),
            "i",
            by_i,
            "service_location_id",
        )
        supply = resolved(supply, "feeder", ground.feeders, "feeder_id")
        supply = with_ids(supply, premises.reserve(PlaceRows.SUPPLY_POINT, supply.height))
        points = resolved(
            archive.points.with_columns(pl.col("i").alias("n")), "i", by_i, "service_location_id"
        ).join(
            supply.select("n", pl.col("id").alias("supply_point_id")),
            on="n",
            how="left",
            maintain_order="left",
        )
        points = resolved(points, "station", ground.stations, "unit_id")
        points = resolved(points, "area", ground.areas, "transformer_area_id").with_columns(
            period()
        )
        points = with_ids(points, premises.reserve(PlaceRows.USAGE_POINT, points.height))
        by_n = points.select("n", "id")
        boundaries = resolved(archive.boundaries, "i", by_n, "usage_point_id")
        written |= premises.take_over(
            {
                PlaceRows.LOCATION: locations.drop("i"),
                PlaceRows.SUPPLY_POINT: supply.drop("n"),
                PlaceRows.USAGE_POINT: points.select(
                    "id", "code", "service_location_id", "supply_point_id", "unit_id", "voltage",
                    "metering", "capacity_kva", "meter_place", "period",
                ),
                PlaceRows.POINT_AREA: points.select(
                    pl.col("id").alias("usage_point_id"), "transformer_area_id", "period"
                ),
                PlaceRows.BOUNDARY: boundaries.select(
                    "usage_point_id", "description", "behind_boundary", "behind_meter", period()
                ),
            },
            by=self.by,
        )  # fmt: skip
        return by_n

    def _write_customers(
        self, block: Block, points: pl.DataFrame, written: dict[str, int]
    ) -> pl.DataFrame:
        """Customers, accounts and everything that is theirs; returns accounts as n, id."""
        archive, ground = block.archive, self.ground
        people = with_ids(
            archive.customers, customers.reserve(CustomerRows.CUSTOMER, archive.customers.height)
        )
        by_c = people.select(pl.col("c").alias("n"), "id")
        accounts = archive.accounts.with_columns(pl.col("station").alias("reader"))
        accounts = resolved(accounts, "station", ground.stations, "unit_id")
        accounts = resolved(accounts, "reader", ground.managers, "manager_id")
        accounts = resolved(accounts, "segment", ground.segments, "segment_id")
        accounts = with_ids(accounts, customers.reserve(CustomerRows.ACCOUNT, accounts.height))
        by_i = accounts.select(pl.col("i").alias("n"), "id")
        held = resolved(archive.points.select("i", "from_date", "to_date"), "i", by_i, "account_id")
        agreements = resolved(
            resolved(archive.agreements, "i", by_i, "account_id"), "c", by_c, "customer_id"
        )
        rates = resolved(
            resolved(archive.rates, "i", by_i, "account_id"),
            "schedule",
            ground.schedules,
            "schedule_id",
        )
        parties = resolved(
            resolved(archive.parties, "i", by_i, "account_id"), "c", by_c, "customer_id"
        )
        written |= customers.take_over(
            {
                CustomerRows.CUSTOMER: people.drop("c"),
                CustomerRows.PHONE: resolved(archive.phones, "c", by_c, "customer_id"),
                CustomerRows.ACCOUNT: accounts.drop("i", "area"),
                CustomerRows.POINT: held.select(
                    "account_id", points["id"].alias("usage_point_id"), period()
                ),
                CustomerRows.AGREEMENT: agreements.select(
                    "account_id", "customer_id", "number", "contract_kva",
                    pl.col("from_date").alias("signed_date"), period(),
                ),
                CustomerRows.RATE: rates.select("account_id", "schedule_id", "options", period()),
                CustomerRows.PARTY: parties.select(
                    "account_id", "role", "customer_id", period(to_name=None)
                ),
                CustomerRows.PROFILE: resolved(archive.profiles, "i", by_i, "account_id"),
                CustomerRows.OPENING: resolved(
                    archive.openings.drop("schedule"), "i", by_i, "account_id"
                ),
            },
            by=self.by,
        )  # fmt: skip
        return by_i

    def _write_meters(self, block: Block, points: pl.DataFrame, written: dict[str, int]) -> None:
        devices = block.devices
        meters = with_ids(devices.meters, metering.reserve(MeterRows.METER, devices.meters.height))
        by_meter = meters.select("i", "meter", pl.col("id").alias("meter_id"))
        registers = devices.registers.join(
            by_meter, on=["i", "meter"], how="left", maintain_order="left"
        )
        registers = with_ids(registers, metering.reserve(MeterRows.REGISTER, registers.height))
        installations = resolved(
            devices.installations.join(
                by_meter, on=["i", "meter"], how="left", maintain_order="left"
            ),
            "i",
            points,
            "usage_point_id",
        )
        transformers = resolved(devices.transformers, "i", points, "usage_point_id")
        readings = block.readings.join(
            registers.select("i", "meter", "kind", pl.col("id").alias("register_id")),
            on=["i", "meter", "kind"],
            how="left",
            maintain_order="left",
        ).select(
            "register_id",
            "reading_date",
            pl.concat_str(
                (pl.col("value_e2") // 100).cast(pl.String),
                pl.lit("."),
                (pl.col("value_e2") % 100).cast(pl.String).str.zfill(2),
            ).alias("value"),
            pl.lit("ACTUAL").alias("quality"),
            "origin",
            (pl.col("reading_date").dt.to_string("%Y-%m-%d") + pl.lit(RECORDED)).alias(
                "recorded_at"
            ),
            "note",
        )
        written |= metering.take_over(
            {
                MeterRows.METER: meters.drop("i", "meter"),
                MeterRows.REGISTER: registers.drop("i", "meter"),
                MeterRows.INSTALLATION: installations.select(
                    "meter_id", "usage_point_id", "multiplier", period()
                ),
                MeterRows.TRANSFORMER: transformers.select(
                    "number", pl.lit("CURRENT").alias("kind"), "usage_point_id", "primary_value",
                    pl.lit(5).alias("secondary_value"), period(),
                ),
                MeterRows.READING: readings,
            },
            by=self.by,
        )  # fmt: skip
