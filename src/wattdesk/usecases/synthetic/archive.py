"""The archive of a block of accounts: who, where, by which agreement and price.

Frames hold business values and local keys: ``i`` for an account (its location, point, agreement),
``c`` for a customer. Ids come when the frames are written.
"""

from dataclasses import dataclass, fields
from datetime import date

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.usecases.synthetic.people import body_frame, person_frame
from wattdesk.usecases.synthetic.places import Places

# Customers besides the holder have keys of their own beyond all accounts.
STEP = 10_000_000
FORMER, PAYER, PRESENT_USER, TITLE = (STEP * n for n in (1, 2, 3, 4))
SECOND_HOME_PER_MILLION = 25_000  # homes held by the holder of the account before
PAYER_PER_MILLION = 30_000
TENANT_PER_MILLION = 50_000
TITLE_PER_MILLION = 80_000  # of firms
NUMBER_HEAD = "9901"


@dataclass(frozen=True)
class ArchiveFrames:
    """Local frames of one block, each sorted by its key."""

    customers: pl.DataFrame
    phones: pl.DataFrame
    locations: pl.DataFrame
    supply_points: pl.DataFrame
    points: pl.DataFrame
    boundaries: pl.DataFrame
    accounts: pl.DataFrame
    agreements: pl.DataFrame
    rates: pl.DataFrame
    parties: pl.DataFrame
    profiles: pl.DataFrame
    openings: pl.DataFrame

    def named(self) -> list[tuple[str, pl.DataFrame]]:
        """All frames with their names, in the order of the fields."""
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


class Archive:
    """Makes the archive of a block from what was drawn for its accounts."""

    def __init__(self, places: Places, start: date) -> None:
        self.places = places
        self.draws = places.draws
        self.spec = places.spec
        self.start = start

    def day(self, offset: str) -> pl.Expr:
        """The day at an offset, null where that is null."""
        return (pl.lit(self.start) + pl.duration(days=pl.col(offset))).cast(pl.Date)

    def frames(self, block: pl.DataFrame, used_before: pl.Series) -> ArchiveFrames:
        """All local frames; ``used_before`` are the Wh of the block year before the first bill."""
        block = self._with_holders(block)
        people = self._customers(block)
        return ArchiveFrames(
            customers=people.drop("phone", "person"),
            phones=self._phones(people),
            locations=self._locations(block),
            supply_points=self._supply_points(block),
            points=self._points(block),
            boundaries=self._boundaries(block),
            accounts=self._accounts(block),
            agreements=self._agreements(block),
            rates=self._rates(block),
            parties=self._parties(block),
            profiles=self._profiles(block),
            openings=self._openings(block, used_before),
        )

    def _with_holders(self, block: pl.DataFrame) -> pl.DataFrame:
        """Add ``c``: an account's own customer, or that of the account before."""
        kind = pl.col("kind")
        twice = (
            (kind == "HOME")
            & (kind.shift(1) == "HOME")
            & pl.col("trouble").is_null()
            & pl.col("trouble").shift(1).is_null()
            & self.draws.chance("second.home", "i", SECOND_HOME_PER_MILLION)
        )
        marked = block.with_columns(twice.fill_null(value=False).alias("_twice"))
        # Nobody holds three in a row: the one before must have a customer of its own.
        marked = marked.with_columns(
            pl.col("_twice") & ~pl.col("_twice").shift(1, fill_value=False)
        )
        return marked.with_columns(
            pl.when("_twice").then(pl.col("i") - 1).otherwise(pl.col("i")).alias("c")
        ).drop("_twice")

    def _customers(self, block: pl.DataFrame) -> pl.DataFrame:
        own = block.filter(pl.col("c") == pl.col("i"))
        until, draws = self.spec.until, self.draws
        bodies = own.filter(pl.col("kind") != "HOME").select(
            "i", pl.col("kind").alias("kind_of"), "town"
        )
        extra = [
            (person_frame(draws, "former", self._moved(block).select("i"), until), FORMER),
            (person_frame(draws, "payer", self._paid_by_other(block).select("i"), until), PAYER),
            (person_frame(draws, "user", self._let(block).select("i"), until), PRESENT_USER),
            (self._titles(block), TITLE),
        ]
        homes = person_frame(draws, "holder", own.filter(pl.col("kind") == "HOME"), until)
        shops = body_frame(draws, "holder", bodies, self.places.town_names)
        made = pl.concat(
            [
                frame.with_columns((pl.col("i") + step).alias("c")).drop("i")
                for frame, step in [(homes, 0), (shops, 0), *extra]
            ]
        )
        names = made.select("name", (pl.col("kind") == "PERSON").alias("is_person")).unique()
        keys = names.with_columns(
            pl.Series(
                "name_key",
                [customers.sort_key(n, is_person=p) for n, p in names.iter_rows()],
                dtype=pl.String,
            )
        )
        return (
            made.with_columns((pl.col("kind") == "PERSON").alias("is_person"))
            .join(keys, on=["name", "is_person"], how="left")
            .select(
                "c", "kind", "name", "name_key", "id_kind", "id_number", "industry", "phone",
                "person",
            )
            .sort("c")
        )  # fmt: skip

    def _titles(self, block: pl.DataFrame) -> pl.DataFrame:
        firms = self._titled(block).select("i", pl.col("kind").alias("kind_of"), "town")
        return body_frame(self.draws, "title", firms, self.places.town_names)

    def _moved(self, block: pl.DataFrame) -> pl.DataFrame:
        return block.filter(pl.col("trouble") == "MOVED")

    def _paid_by_other(self, block: pl.DataFrame) -> pl.DataFrame:
        chosen = self.draws.chance("payer", "i", PAYER_PER_MILLION)
        return block.filter((pl.col("kind") == "HOME") & chosen)

    def _let(self, block: pl.DataFrame) -> pl.DataFrame:
        chosen = self.draws.chance("tenant", "i", TENANT_PER_MILLION)
        return block.filter(pl.col("kind").is_in(["HOME", "SHOP"]) & chosen)

    def _titled(self, block: pl.DataFrame) -> pl.DataFrame:
        chosen = self.draws.chance("title", "i", TITLE_PER_MILLION)
        return block.filter((pl.col("kind") == "FIRM") & chosen)

    def _phones(self, people: pl.DataFrame) -> pl.DataFrame:
        draws = self.draws
        is_body = pl.col("kind") != "PERSON"
        confirmed = (
            pl.lit(self.spec.until) - pl.duration(days=draws.between("confirmed", "c", 20, 1_600))
        ).cast(pl.Date)
        failed = pl.when(draws.chance("failed.phone", "c", 30_000)).then(pl.lit(self.spec.until))
        general = people.select(
            "c", "phone", "person", pl.lit("GENERAL").alias("purpose"),
            confirmed.alias("confirmed_on"), failed.cast(pl.Date).alias("failed_on"),
        )  # fmt: skip
        firms = people.filter(is_body & (pl.col("kind") == "ENTERPRISE"))
        number = draws.below("electrical.phone", "c", 10**8).cast(pl.String).str.zfill(8)
        electrical = firms.select(
            "c", (pl.lit("164") + number).alias("phone"), "person",
            pl.lit("ELECTRICAL").alias("purpose"), confirmed.alias("confirmed_on"),
            pl.lit(None, dtype=pl.Date).alias("failed_on"),
        )  # fmt: skip
        return pl.concat([general, electrical]).sort("c", "purpose")

    def _locations(self, block: pl.DataFrame) -> pl.DataFrame:
        note = pl.coalesce(
            pl.when(self.draws.chance("note.dog", "i", 20_000)).then(pl.lit("院内有犬")),
            pl.when(self.draws.chance("note.key", "i", 20_000)).then(pl.lit("表箱钥匙在物业")),
            pl.lit(""),
        )
        return self.places.addresses(block).join(
            block.select("i", "station", note.alias("access_note")), on="i", maintain_order="left"
        )

    def _supply_points(self, block: pl.DataFrame) -> pl.DataFrame:
        areas = self.places.areas.filter(pl.col("is_dedicated")).select(
            (pl.col("n") - self.spec.areas).alias("dedicated"), "feeder", "capacity_kva"
        )
        own = block.filter(pl.col("dedicated").is_not_null()).select("i", "dedicated")
        return own.join(areas, on="dedicated", how="left", maintain_order="left").select(
            "i",
            (pl.lit("SP") + (pl.col("i") + 1).cast(pl.String).str.zfill(8)).alias("code"),
            "feeder",
            pl.col("capacity_kva").alias("transformer_kva"),
        )

    def _points(self, block: pl.DataFrame) -> pl.DataFrame:
        place = (
            pl.when(pl.col("kind").is_in(["HOME", "SHOP"]) & pl.col("is_urban"))
            .then(
                pl.lit("单元表箱 ")
                + (pl.col("in_area") // 12 + 1).cast(pl.String)
                + pl.lit(" 号箱")
            )
            .when(pl.col("kind") == "FIRM")
            .then(pl.lit("配电房计量柜"))
            .otherwise(pl.lit("门前杆上表箱"))
        )
        return block.select(
            "i",
            (pl.lit(NUMBER_HEAD) + (pl.col("i") + 1).cast(pl.String).str.zfill(8) + pl.lit("01"))
            .alias("code"),
            "station", "voltage", "metering", "capacity_kva", place.alias("meter_place"),
            pl.coalesce(pl.col("dedicated") + self.spec.areas, pl.col("area")).alias("area"),
            self.day("opened").alias("from_date"),
            self.day("closed").alias("to_date"),
        )  # fmt: skip

    def _boundaries(self, block: pl.DataFrame) -> pl.DataFrame:
        chosen = block.filter(~pl.col("kind").is_in(["HOME", "SHOP", "FARM"]))
        own = pl.col("dedicated").is_not_null()
        return chosen.select(
            "i",
            pl.when(own)
            .then(pl.lit("专用变压器低压侧出线接线端"))
            .otherwise(pl.lit("低压计量箱出线开关负荷侧接线端"))
            .alias("description"),
            pl.lit("CUSTOMER").alias("behind_boundary"),
            pl.lit("CUSTOMER").alias("behind_meter"),
            self.day("opened").alias("from_date"),
            self.day("closed").alias("to_date"),
        )

    def _accounts(self, block: pl.DataFrame) -> pl.DataFrame:
        draws = self.draws
        note = pl.when(draws.chance("note.old", "i", 6_000)).then(
            pl.lit("独居老人，来电请慢说；停电须提前上门告知")
        )
        is_closed = pl.col("closed").is_not_null()
        return block.select(
            "i",
            (pl.lit(NUMBER_HEAD) + (pl.col("i") + 1).cast(pl.String).str.zfill(8)).alias("number"),
            "station", "segment", "area",
            pl.when(is_closed).then(pl.lit("CLOSED")).otherwise(pl.lit("ACTIVE")).alias("state"),
            self.day("opened").alias("opened_date"),
            self.day("closed").alias("closed_date"),
            (pl.lit("LC-") + (pl.col("i") + 1).cast(pl.String).str.zfill(7)).alias("paper_file"),
            pl.coalesce(note, pl.lit("")).alias("note"),
        )  # fmt: skip

    def _agreements(self, block: pl.DataFrame) -> pl.DataFrame:
        number = pl.lit("HT") + (pl.col("i") + 1).cast(pl.String).str.zfill(8)
        kva = pl.when(pl.col("kind") != "HOME").then("capacity_kva").alias("contract_kva")
        moved = pl.col("trouble") == "MOVED"
        now = block.select(
            "i", "c",
            pl.when(moved).then(number + pl.lit("-2")).otherwise(number).alias("number"),
            kva,
            pl.when(moved).then(self.day("x")).otherwise(self.day("opened")).alias("from_date"),
            self.day("closed").alias("to_date"),
        )  # fmt: skip
        before = self._moved(block).select(
            "i", (pl.col("i") + FORMER).alias("c"), number.alias("number"), kva,
            self.day("opened").alias("from_date"), self.day("x").alias("to_date"),
        )  # fmt: skip
        return pl.concat([now, before]).sort("i", "from_date")

    def _rates(self, block: pl.DataFrame) -> pl.DataFrame:
        priced = block.filter((pl.col("trouble") != "NO_RATE").fill_null(value=True))
        return priced.select(
            "i", "schedule", "options",
            self.day("opened").alias("from_date"), self.day("closed").alias("to_date"),
        )  # fmt: skip

    def _parties(self, block: pl.DataFrame) -> pl.DataFrame:
        since = pl.max_horizontal(self.day("opened"), pl.lit(date(2024, 1, 1)))
        since = pl.when(pl.col("trouble") == "MOVED").then(self.day("x")).otherwise(since)

        def rows(chosen: pl.DataFrame, role: str, step: int) -> pl.DataFrame:
            return chosen.filter(pl.col("closed").is_null()).select(
                "i", pl.lit(role).alias("role"), (pl.col("i") + step).alias("c"),
                since.cast(pl.Date).alias("from_date"),
            )  # fmt: skip

        return pl.concat(
            [
                rows(self._paid_by_other(block), "PAYER", PAYER),
                rows(self._let(block), "PRESENT_USER", PRESENT_USER),
                rows(self._titled(block), "INVOICE_TITLE", TITLE),
            ]
        ).sort("i", "role")

    def _profiles(self, block: pl.DataFrame) -> pl.DataFrame:
        life = self.draws.chance("life.support", "i", 800)
        chosen = block.filter((pl.col("kind") != "HOME") | life)
        kind = pl.col("kind")
        has_generator = (kind == "FIRM") & self.draws.chance("generator", "i", 200_000)
        return chosen.select(
            "i",
            kind.replace_strict(
                {"HOME": "RESIDENTIAL", "SHOP": "COMMERCIAL", "FARM": "AGRICULTURE",
                 "FIRM": "INDUSTRIAL", "INSTITUTION": "PUBLIC", "GOVERNMENT": "PUBLIC",
                 "GROUP": "PUBLIC"},
            ).alias("use"),
            kind.replace_strict(
                {"HOME": "HOUSEHOLD", "SHOP": "DAYTIME", "FARM": "SEASONAL", "FIRM": "TWO_SHIFTS",
                 "INSTITUTION": "DAYTIME", "GOVERNMENT": "DAYTIME", "GROUP": "DAYTIME"},
            ).alias("hours"),
            pl.when(kind == "HOME").then(pl.lit("LIFE_SUPPORT"))
            .when(self.draws.chance("important", "i", 30_000) & (kind == "INSTITUTION"))
            .then(pl.lit("IMPORTANT_2")).otherwise(pl.lit("NORMAL")).alias("dependence"),
            pl.when(has_generator).then(pl.lit("GENERATOR")).otherwise(pl.lit("NONE"))
            .alias("backup"),
            (pl.col("capacity_kva") * 8 // 10).alias("load_kw"),
            pl.when(has_generator).then(pl.col("capacity_kva") // 2).alias("backup_kw"),
        )  # fmt: skip

    def _openings(self, block: pl.DataFrame, used_before: pl.Series) -> pl.DataFrame:
        """kWh of the block year up to the first period, for homes whose year had begun."""
        return block.select(
            "i",
            "schedule",
            pl.lit(date(self.spec.first_month.year, 1, 1)).alias("year_start"),
            (pl.Series("kwh", used_before) // 1000).alias("energy_kwh"),
        ).filter(pl.col("schedule").is_in(["LC-RES", "LC-RES-TOU"]) & (pl.col("energy_kwh") > 0))
