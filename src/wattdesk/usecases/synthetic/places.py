"""Divisions, network and addresses of the invented county."""

from functools import cached_property

import polars as pl

from wattdesk.usecases.synthetic import book
from wattdesk.usecases.synthetic.draws import Draws, chosen
from wattdesk.usecases.synthetic.skeleton import Skeleton

AREAS_PER_FEEDER = 14
FEEDERS_PER_SUBSTATION = 8
AREAS_PER_PLACE = 3  # transformer areas of one village or quarter
SIZES_KVA = (100, 160, 200, 315, 400, 500, 630)


class Places:
    """Names and codes of everything that is a place; small frames, made once."""

    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.draws: Draws = skeleton.draws
        self.spec = skeleton.spec

    @cached_property
    def town_names(self) -> pl.Series:
        """Town of each number; past the list a second round with 新 before."""
        words = book.words("places", "town-first")
        names = [
            ("" if t < len(words) else "新" if t < 2 * len(words) else "上")
            + words[t % len(words)]
            + ("街道" if t % 3 == 0 else "镇" if t % 3 == 1 else "乡")
            for t in range(self.spec.towns)
        ]
        return pl.Series("town_name", names)

    def town_code(self, town: int) -> str:
        return f"{book.COUNTY_CODE}{town + 1:03d}"

    @cached_property
    def quarters(self) -> pl.DataFrame:
        """Villages and urban quarters: area → place_code, place_name (division of 12 digits)."""
        areas = self.skeleton.area_frame.with_columns(
            pl.col("area").rank("ordinal").over("town").cast(pl.Int64).sub(1).alias("in_town")
        ).with_columns((pl.col("in_town") // AREAS_PER_PLACE).alias("place"))
        draws = self.draws
        key = pl.col("town") * 1000 + pl.col("place")
        village = (
            draws.pick("village1", key, book.words("places", "village-first"))
            + draws.pick("village2", key, book.words("places", "village-second"))
            + draws.pick("village3", key, book.words("places", "village-last"))
        )
        estate = chosen(
            book.words("places", "estate"),
            (pl.col("town") * 11 + pl.col("place")) % len(book.words("places", "estate")),
        ) + pl.lit("社区")
        urban = pl.col("is_urban")
        return areas.with_columns(
            pl.when(urban).then(estate).otherwise(village).alias("place_name"),
            (
                pl.lit(book.COUNTY_CODE)
                + (pl.col("town") + 1).cast(pl.String).str.zfill(3)
                + (pl.when(urban).then(1).otherwise(201) + pl.col("place"))
                .cast(pl.String)
                .str.zfill(3)
            ).alias("place_code"),
            (
                draws.pick("road1", key * 7 + pl.col("in_town"), book.words("places", "road"))
                + draws.pick("road2", key, book.words("places", "road-last"))
            ).alias("road"),
            (
                draws.pick("estate2", key * 7 + pl.col("in_town"), book.words("places", "estate"))
                + draws.pick("estate3", "area", book.words("places", "estate-last"))
            ).alias("estate"),
            draws.between("road.number", "area", 2, 380).alias("road_number"),
        )

    @cached_property
    def divisions(self) -> pl.DataFrame:
        """code, name, parent_id: province, city, county, towns, villages and communities."""
        top = pl.DataFrame(
            {
                "code": ["99", "9901", book.COUNTY_CODE],
                "name": [book.PROVINCE, book.CITY, book.COUNTY],
                "parent_id": [None, "99", "9901"],
            },
            schema={"code": pl.String, "name": pl.String, "parent_id": pl.String},
        )
        towns = pl.DataFrame(
            {
                "code": [self.town_code(t) for t in range(self.spec.towns)],
                "name": self.town_names.to_list(),
                "parent_id": [book.COUNTY_CODE] * self.spec.towns,
            }
        )
        below = (
            self.quarters.group_by("place_code")
            .agg(pl.col("place_name").first(), pl.col("town").first())
            .sort("place_code")
            .select(
                pl.col("place_code").alias("code"),
                pl.col("place_name").alias("name"),
                pl.col("place_code").str.slice(0, 9).alias("parent_id"),
            )
        )
        return pl.concat([top, towns, below])

    @cached_property
    def areas(self) -> pl.DataFrame:
        """All transformer areas: n (public first, then dedicated), code, name, feeder, station …"""
        public = self.quarters.select(
            pl.col("area").alias("n"),
            (
                pl.lit("G") + (pl.col("area") + 1).cast(pl.String).str.zfill(6)
            ).alias("code"),
            (
                pl.col("place_name") + pl.lit("公变")
                + (pl.col("in_town") % AREAS_PER_PLACE + 1).cast(pl.String) + pl.lit("号")
            ).alias("name"),
            "station",
            (pl.col("area") // AREAS_PER_FEEDER).alias("feeder"),
            pl.lit(pl.Series(SIZES_KVA, dtype=pl.Int64))
            .gather(self.draws.below("area.kva", "area", len(SIZES_KVA)))
            .alias("capacity_kva"),
            pl.lit(value=False).alias("is_dedicated"),
        )  # fmt: skip
        own = self.skeleton.dedicated_frame.select(
            (pl.col("dedicated") + self.spec.areas).alias("n"),
            (pl.lit("Z") + (pl.col("dedicated") + 1).cast(pl.String).str.zfill(6)).alias("code"),
            (pl.lit("专变") + (pl.col("dedicated") + 1).cast(pl.String).str.zfill(4)).alias("name"),
            "station",
            (pl.col("area") // AREAS_PER_FEEDER).alias("feeder"),
            firm_kva(self.draws, "i").alias("capacity_kva"),
            pl.lit(value=True).alias("is_dedicated"),
        )
        return pl.concat([public, own])

    @cached_property
    def feeders(self) -> pl.DataFrame:
        """n, code, name, substation, station."""
        names = book.words("places", "road")
        return (
            self.quarters.with_columns((pl.col("area") // AREAS_PER_FEEDER).alias("n"))
            .group_by("n")
            .agg(pl.col("station").first(), pl.col("town").first())
            .sort("n")
            .select(
                "n",
                (pl.lit("F") + (pl.col("n") + 1).cast(pl.String).str.zfill(4)).alias("code"),
                (
                    pl.lit("10kV") + pl.lit(pl.Series(names)).gather(pl.col("n") % len(names))
                    + (pl.col("n") // len(names) + 1).cast(pl.String) + pl.lit("线")
                ).alias("name"),
                (pl.col("n") // FEEDERS_PER_SUBSTATION).alias("substation"),
                "station",
            )
        )  # fmt: skip

    @cached_property
    def substations(self) -> pl.DataFrame:
        """n, code, name."""
        names = book.words("places", "town-first")
        count = int(self.feeders["substation"].max() or 0) + 1  # type: ignore[arg-type]
        return pl.DataFrame({"n": pl.int_range(count, eager=True)}).select(
            "n",
            (pl.lit("S") + (pl.col("n") + 1).cast(pl.String).str.zfill(3)).alias("code"),
            (
                pl.lit("110kV") + pl.lit(pl.Series(names)).gather(pl.col("n") % len(names))
                + (pl.col("n") // len(names) + 1).cast(pl.String).str.replace("^1$", "")
                + pl.lit("变电站")
            ).alias("name"),
        )  # fmt: skip

    def addresses(self, block: pl.DataFrame) -> pl.DataFrame:
        """i, division_id, address for the accounts of a block, one by one along the streets.

        Five in a thousand homes share the address of the account before them (一址多户).
        """
        draws = self.draws
        placed = block.select("i", "area", "kind", "is_urban", "in_area").join(
            self.quarters.select(
                "area",
                "place_code",
                "place_name",
                "road",
                "estate",
                "road_number",
                "town",
                "in_town",
            ),
            on="area",
            how="left",
            maintain_order="left",
        )
        j = pl.col("in_area")
        part = pl.col("in_town") % AREAS_PER_PLACE  # a village has several areas
        town = pl.lit(self.town_names).gather(pl.col("town"))
        flat = (
            pl.col("road") + pl.col("road_number").cast(pl.String) + pl.lit("号")
            + pl.col("estate") + (j // 24 + 1).cast(pl.String) + pl.lit("幢")
            + (j // 12 % 2 + 1).cast(pl.String) + pl.lit("单元")
            + ((j // 2 % 6 + 1) * 100 + j % 2 + 1).cast(pl.String) + pl.lit("室")
        )  # fmt: skip
        farmhouse = (
            town + pl.col("place_name") + (part * 9 + j // 20 + 1).cast(pl.String) + pl.lit("组")
            + (part * 180 + j + 1).cast(pl.String) + pl.lit("号")
        )  # fmt: skip
        street = town + pl.col("road") + (pl.col("road_number") + j).cast(pl.String) + pl.lit("号")
        park = (
            town + draws.pick("park", "area", book.words("places", "park")) + pl.lit("工业园")
            + pl.col("road") + (j + 1).cast(pl.String) + pl.lit("号")
        )  # fmt: skip
        written = placed.with_columns(
            pl.when(pl.col("kind") == "FIRM")
            .then(park)
            .when(pl.col("kind").is_in(["SHOP", "INSTITUTION", "GOVERNMENT", "GROUP"]))
            .then(street)
            .when((pl.col("kind") == "HOME") & pl.col("is_urban"))
            .then(flat)
            .otherwise(farmhouse)
            .alias("address")
        )
        same = (
            draws.chance("same.address", "i", 5_000)
            & (pl.col("kind") == "HOME")
            & (pl.col("area") == pl.col("area").shift(1))
        )
        return written.select(
            "i",
            pl.col("place_code").alias("division_id"),
            pl.when(same).then(pl.col("address").shift(1)).otherwise("address").alias("address"),
        )


def firm_kva(draws: Draws, index: str) -> pl.Expr:
    """kVA of a transformer that serves one firm; up to 100 the price has one part."""
    sizes = pl.Series([50, 63, 63, 80, 80, 80, 100, 100, 100, 100], dtype=pl.Int64)
    return pl.lit(sizes).gather(draws.below("firm.kva", index, len(sizes)))
