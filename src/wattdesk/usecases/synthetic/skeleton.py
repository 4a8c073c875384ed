"""The plan of the whole county: which account is of what kind, on which area, in which segment.

One row per account, small integers only; every block of accounts is worked out from its slice.
"""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.spec import Spec

# Kinds of accounts with their share in a million; homes are the rest.
KINDS = {
    "SHOP": 60_000,
    "FARM": 15_000,
    "FIRM": 10_000,
    "INSTITUTION": 4_000,
    "GOVERNMENT": 1_000,
    "GROUP": 400,
}
BODIES = ("FIRM", "INSTITUTION", "GOVERNMENT", "GROUP")
DEDICATED_PER_MILLION = 450_000  # of firms


@dataclass(frozen=True)
class Skeleton:
    """``accounts``: i, kind, area, town, station, is_urban, dedicated (number or null), segment."""

    spec: Spec

    @property
    def draws(self) -> Draws:
        return Draws(self.spec.seed)

    @cached_property
    def accounts(self) -> pl.DataFrame:
        spec, draws = self.spec, self.draws
        base = pl.DataFrame({"i": pl.int_range(spec.customers, eager=True)})
        kind = pl.lit("HOME")
        draw = draws.below("kind", "i", 1_000_000)
        edge = 0
        for name, share in KINDS.items():
            kind = (
                pl.when((draw >= edge) & (draw < edge + share)).then(pl.lit(name)).otherwise(kind)
            )
            edge += share
        placed = (
            base.with_columns(kind.alias("kind"))
            .join_asof(self._area_starts, on="i")
            .with_columns((pl.col("area") * spec.towns // spec.areas).alias("town"))
        )
        placed = placed.with_columns(
            (pl.col("town") * spec.stations // spec.towns).alias("station"),
            (pl.col("town") % 3 == 0).alias("is_urban"),
            pl.col("area").rank("ordinal").over("area").cast(pl.Int64).sub(1).alias("in_area"),
        )
        own = (pl.col("kind") == "FIRM") & draws.chance("dedicated", "i", DEDICATED_PER_MILLION)
        placed = placed.with_columns(
            pl.when(own).then(own.cast(pl.Int64).cum_sum() - 1).alias("dedicated")
        )
        return (
            placed.join(self._segment_of_area, on="area", how="left")
            .with_columns(
                pl.when(pl.col("kind").is_in(BODIES))
                .then(
                    self.public_segments + pl.col("station") * self.body_segments // spec.stations
                )
                .otherwise(pl.col("segment"))
                .alias("segment")
            )
            .sort("i")
        )

    @cached_property
    def _area_starts(self) -> pl.DataFrame:
        """First account of each area: areas differ in size, 70 to 170 accounts as a rule."""
        spec = self.spec
        sizes = pl.DataFrame({"area": pl.int_range(spec.areas, eager=True)}).with_columns(
            self.draws.between("area.size", "area", 70, 170).alias("size")
        )
        before = pl.col("size").cum_sum() - pl.col("size")
        return sizes.select(
            (before * spec.customers // pl.col("size").sum()).set_sorted().alias("i"), "area"
        )

    @cached_property
    def _segment_of_area(self) -> pl.DataFrame:
        """Areas in order are gathered into segments of about the wanted size, within a station."""
        spec = self.spec
        per_segment = max(1, round(spec.segment_accounts * spec.areas / spec.customers))
        areas = pl.DataFrame({"area": pl.int_range(spec.areas, eager=True)}).with_columns(
            (pl.col("area") * spec.towns // spec.areas * spec.stations // spec.towns).alias(
                "station"
            )
        )
        numbered = areas.with_columns(
            (
                pl.col("area").rank("ordinal").over("station").cast(pl.Int64).sub(1) // per_segment
            ).alias("part")
        )
        return numbered.select(
            "area",
            (pl.struct("station", "part").rank("dense").cast(pl.Int64) - 1).alias("segment"),
        )

    @cached_property
    def public_segments(self) -> int:
        return int(self._segment_of_area["segment"].n_unique())

    @property
    def body_segments(self) -> int:
        """Segments of firms and public bodies: one for each station of size, else one in all."""
        return self.spec.stations if self.spec.customers >= 20_000 else 1

    @cached_property
    def segments(self) -> pl.DataFrame:
        """segment, station (of a county-wide one: null), is_bodies, reading_day, cycle."""
        public = (
            self.accounts.filter(pl.col("segment") < self.public_segments)
            .group_by("segment")
            .agg(
                pl.col("station").first(),
                (pl.col("is_urban").sum() * 2 < pl.len()).alias("is_rural"),
            )
        )
        bodies = pl.DataFrame(
            {
                "segment": pl.int_range(
                    self.public_segments, self.public_segments + self.body_segments, eager=True
                )
            }
        ).with_columns(
            (pl.col("segment") - self.public_segments).alias("station")
            if self.body_segments > 1
            else pl.lit(None, dtype=pl.Int64).alias("station"),
            pl.lit(value=False).alias("is_rural"),
        )
        both = pl.concat([public, bodies.select(public.columns)]).sort("segment")
        is_bodies = pl.col("segment") >= self.public_segments
        # Every fourth segment of the countryside is read every two months (双月).
        two_months = pl.col("is_rural") & (pl.col("is_rural").cum_sum() % 4 == 1)
        return both.select(
            "segment",
            "station",
            is_bodies.alias("is_bodies"),
            # Market and business accounts go by the natural month: read at 00:00 of the 1st.
            pl.when(is_bodies)
            .then(1)
            .otherwise(2 + pl.col("segment") * 7 % 24)
            .cast(pl.Int64)
            .alias("reading_day"),
            pl.when(is_bodies | ~two_months)
            .then(pl.lit("MONTHLY"))
            .otherwise(pl.lit("EVEN_MONTHS"))
            .alias("cycle"),
        )

    @cached_property
    def area_frame(self) -> pl.DataFrame:
        """Public areas (area, town, station, is_urban) with their accounts."""
        return (
            self.accounts.group_by("area")
            .agg(
                pl.col("town", "station", "is_urban").first(),
                pl.len().cast(pl.Int64).alias("accounts"),
            )
            .sort("area")
        )

    @cached_property
    def dedicated_frame(self) -> pl.DataFrame:
        """Areas of one firm each: dedicated, i, town, station."""
        return self.accounts.filter(pl.col("dedicated").is_not_null()).select(
            "dedicated", "i", "area", "town", "station"
        )

    def block(self, number: int) -> pl.DataFrame:
        """The accounts of one block, with reading day and cycle of their segment."""
        size = self.spec.block_accounts
        part = self.accounts.slice(number * size, size)
        return part.join(
            self.segments.select("segment", "reading_day", "cycle"), on="segment", how="left"
        ).sort("i")

    @property
    def blocks(self) -> int:
        return -(-self.spec.customers // self.spec.block_accounts)
