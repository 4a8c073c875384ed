"""How much each account uses in each period, truly and as its meter counts it.

Watt-hours, whole numbers. Columns of periods are named by the number of the month that closes
them: ``e_3`` true, ``r_3`` as counted.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from wattdesk.usecases.synthetic.climate import SHAPES, Climate
from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.troubles import Calendar

# Median use a day in Wh and σ × 100; then how strongly each shape moves it, in thousandths (the
# second figure is what a draw adds at most).
MEDIANS = {
    "HOME": (5_600, 50),
    "SHOP": (18_000, 70),
    "FARM": (5_000, 80),
    "INSTITUTION": (70_000, 80),
    "GOVERNMENT": (45_000, 60),
    "GROUP": (7_000, 50),
    "FIRM": (1_000, 10),  # a multiplier: firms follow their capacity
}
RESPONSES: dict[str, dict[str, tuple[int, int]]] = {
    "HOME": {"weekend": (40, 160), "cooling": (200, 1300), "heating": (50, 900),
             "festival": (-300, 900)},
    "SHOP": {"weekend": (0, 250), "cooling": (300, 900), "heating": (100, 400),
             "festival": (-700, 500)},
    "FARM": {"growing": (500, 5000), "festival": (-200, 200)},
    "INSTITUTION": {"weekend": (-700, 300), "cooling": (200, 700), "heating": (200, 700),
                    "festival": (-800, 300)},
    "GOVERNMENT": {"weekend": (-700, 200), "cooling": (300, 700), "heating": (200, 600),
                   "festival": (-700, 200)},
    "GROUP": {"weekend": (-300, 500), "cooling": (100, 500), "festival": (-500, 300)},
    "FIRM": {"weekend": (-600, 550), "cooling": (0, 250), "festival": (-950, 500)},
}  # fmt: skip
LEAST_SHARE = 30  # of a thousand: what stands by on the quietest days
STATIONARY = 1_000_000  # thousandths of thousandths


@dataclass(frozen=True)
class Uses:
    """Adds what accounts use to the frame of a block."""

    draws: Draws
    climate: Climate
    calendar: Calendar

    def boundary(self, number: int) -> pl.Expr:
        """Offset of the boundary that closes the period of that month."""
        first = self.climate.offset(self.calendar.month(number))
        return pl.lit(first) + pl.col("reading_day") - 1

    def with_dates(self, block: pl.DataFrame) -> pl.DataFrame:
        """Add ``opened``, ``closed``, ``x`` (offsets of days; null where there is none)."""
        draws = self.draws
        begun = pl.coalesce(
            pl.when(pl.col("at") == number).then(self.boundary(number - 1))
            for number in self.calendar.numbers
        )
        x = begun + pl.col("x_day")
        trouble = pl.col("trouble")
        oldest = -draws.between("opened", "i", 420, 9_000)
        return block.with_columns(
            pl.when(trouble.is_in(["NEW", "CLOSED", "MOVED", "EXCHANGED", "THEFT"]))
            .then(x)
            .alias("x"),
            pl.when(trouble == "NEW").then(x).otherwise(oldest).alias("opened"),
            pl.when(trouble == "CLOSED").then(x).alias("closed"),
        )

    def with_needs(self, block: pl.DataFrame) -> pl.DataFrame:
        """Add ``base`` (Wh a day) and one response for each shape, by kind and draw."""
        draws = self.draws
        kind = pl.col("kind")
        base = pl.coalesce(
            pl.when(kind == name).then(draws.spread(f"base.{name}", "i", median, sigma))
            for name, (median, sigma) in MEDIANS.items()
        )
        firm = pl.col("capacity_kva") * draws.between("firm.hours", "i", 1_500, 6_500)
        responses = {}
        for shape in SHAPES[1:]:
            by_kind = [
                pl.when(kind == name).then(draws.between(f"{shape}.{name}", "i", low, low + more))
                for name, moves in RESPONSES.items()
                if shape in moves
                for low, more in [moves[shape]]
            ]
            responses[f"a_{shape}"] = pl.coalesce(*by_kind, pl.lit(0))
        return block.with_columns(
            pl.when(pl.col("trouble") == "VACANT")
            .then(0)
            .when(kind == "FIRM")
            .then(firm)
            .otherwise(base)
            .cast(pl.Int64)
            .alias("base"),
            draws.between("after.move", "i", 500, 1_700).alias("after_move"),
            draws.between("sudden", "i", 4_000, 9_000).alias("sudden"),
            draws.between("slow", "i", 300, 650).alias("slow"),
            **responses,
        )

    def used(self, first: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Wh used over the days ``[first, end)`` (offsets), zero when there are none."""
        later = pl.max_horizontal(first, end)
        strength = self.climate.between("days", first, later) * 1000 + pl.sum_horizontal(
            [
                self.climate.between(shape, first, later) * pl.col(f"a_{shape}")
                for shape in SHAPES[1:]
            ]
        )
        least = self.climate.between("days", first, later) * LEAST_SHARE
        return pl.col("base") * pl.max_horizontal(strength, least) // STATIONARY

    def with_energies(self, block: pl.DataFrame) -> pl.DataFrame:
        """Add ``e_n`` and ``r_n`` for each period, and what was used in period ``at`` before x."""
        frame = block
        trouble, at, x = pl.col("trouble"), pl.col("at"), pl.col("x")
        for number in self.calendar.numbers:
            first = pl.max_horizontal(self.boundary(number - 1), pl.col("opened"), pl.lit(0))
            end = pl.min_horizontal(self.boundary(number), pl.col("closed"))
            cut = pl.when(at == number).then(x).otherwise(end)
            cut = pl.max_horizontal(first, pl.min_horizontal(cut, end))
            noise = self.draws.between(f"noise.{self.calendar.month(number)}", "i", 860, 1_140)
            frame = frame.with_columns(
                first.alias("_first"), end.alias("_end"), cut.alias("_cut"), noise.alias("_noise")
            )
            frame = frame.with_columns(
                (self.used(pl.col("_first"), pl.col("_cut")) * pl.col("_noise") // 1000).alias(
                    "_a"
                ),
                (self.used(pl.col("_cut"), pl.col("_end")) * pl.col("_noise") // 1000).alias("_b"),
            )
            changed = pl.when((trouble == "MOVED") & (at == number)).then(
                pl.col("_b") * pl.col("after_move") // 1000
            )
            whole = pl.col("_a") + pl.coalesce(changed, "_b")
            whole = (
                pl.when((trouble == "MOVED") & (at < number))
                .then(whole * pl.col("after_move") // 1000)
                .when((trouble == "SUDDEN") & (at == number))
                .then(whole * pl.col("sudden") // 1000)
                .otherwise(whole)
            )
            slow = pl.col("slow")
            counted = (
                pl.when((trouble == "THEFT") & (at < number))
                .then(whole * slow // 1000)
                .when((trouble == "THEFT") & (at == number))
                .then(pl.col("_a") + (whole - pl.col("_a")) * slow // 1000)
                .otherwise(whole)
            )
            frame = frame.with_columns(
                whole.alias(f"e_{number}"),
                counted.alias(f"r_{number}"),
                pl.when(at == number).then("_a").otherwise(
                    pl.col("before_x") if "before_x" in frame.columns else pl.lit(0)
                ).alias("before_x"),
            )  # fmt: skip
        return frame.drop("_first", "_end", "_cut", "_noise", "_a", "_b")

    def used_before(self, block: pl.DataFrame, year_start: date) -> pl.Series:
        """Wh from the start of a year to the first period's start (年阶梯期初), block order."""
        first = pl.max_horizontal(pl.lit(self.climate.offset(year_start)), pl.col("opened"))
        first = pl.max_horizontal(first, pl.lit(0))
        begun = (
            pl.when(pl.col("cycle") == "EVEN_MONTHS")
            .then(self.boundary(-2))
            .otherwise(self.boundary(-1))
        )
        return block.select(self.used(first, pl.max_horizontal(first, begun)).alias("wh"))["wh"]
