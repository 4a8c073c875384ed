"""What the registers showed: readings at every boundary, at exchanges, openings and closings.

A register counts watt-hours divided by the multiplier, cut off at a hundredth of a kWh, and runs
over at a million kWh.
"""

from dataclasses import dataclass

import polars as pl

from wattdesk.usecases.synthetic.draws import Draws
from wattdesk.usecases.synthetic.technique import DECIMALS, DIGITS, REGISTERS
from wattdesk.usecases.synthetic.usage import Uses

RANGE_E2 = 10 ** (DIGITS + DECIMALS)
SHARP_MONTHS = (1, 7, 8, 12)
# Shares of use by period in thousandths: what a draw gives at least, and what it adds at most.
VALLEY_HOME = (280, 260)
FULL_SHARES = {
    True: {"SHARP": (60, 50), "FLAT": (320, 80), "VALLEY": (150, 250)},
    False: {"SHARP": (0, 0), "FLAT": (330, 90), "VALLEY": (150, 250)},
}
TANGENT = (200, 500)  # reactive by active, thousandths
BANDS = ("SHARP", "PEAK", "FLAT", "VALLEY")
FIRST = -2
SCHEMA = {
    "i": pl.Int64,
    "meter": pl.Int8,
    "kind": pl.String,
    "reading_date": pl.Date,
    "value_e2": pl.Int64,
    "origin": pl.String,
    "note": pl.String,
}


@dataclass(frozen=True)
class Reads:
    """Makes the readings of a block from its energies."""

    draws: Draws
    uses: Uses

    def with_counts(self, block: pl.DataFrame) -> pl.DataFrame:
        """Add ``w_<register>_<n>``: Wh counted from the start to boundary n, and at x."""
        frame = block
        names = REGISTERS["FULL"]
        for name in names:
            frame = frame.with_columns(pl.lit(0).cast(pl.Int64).alias(f"w_{name}_{FIRST}"))
        for number in self.uses.calendar.numbers:
            of_period = self._bands(pl.col(f"r_{number}"), number)
            of_start = self._bands(pl.col("before_x"), number)
            frame = frame.with_columns(
                [
                    (pl.col(f"w_{name}_{number - 1}") + of_period[name]).alias(f"w_{name}_{number}")
                    for name in names
                ]
            ).with_columns(
                [
                    pl.when(pl.col("at") == number)
                    .then(pl.col(f"w_{name}_{number - 1}") + of_start[name])
                    .otherwise(
                        pl.col(f"w_{name}_x") if f"w_{name}_x" in frame.columns else pl.lit(0)
                    )
                    .cast(pl.Int64)
                    .alias(f"w_{name}_x")
                    for name in names
                ]
            )
        return frame.with_columns(self._starts(frame))

    def _bands(self, energy: pl.Expr, number: int) -> dict[str, pl.Expr]:
        """Wh of one period by register; the parts add up to the total."""
        month = self.uses.calendar.month(number)
        shares = FULL_SHARES[month.month in SHARP_MONTHS]
        full = {
            band: energy * self.draws.between(f"share.{band}", "i", low, low + more) // 1000
            for band, (low, more) in shares.items()
        }
        home_valley = energy * self.draws.between("share.home", "i", *_span(VALLEY_HOME)) // 1000
        is_home = pl.col("meter_class") == "TPV"
        valley = pl.when(is_home).then(home_valley).otherwise(full["VALLEY"])
        peak = pl.when(is_home).then(energy - home_valley).otherwise(
            energy - full["SHARP"] - full["FLAT"] - full["VALLEY"]
        )  # fmt: skip
        tangent = self.draws.between("tangent", "i", *_span(TANGENT))
        return {
            "ACTIVE_TOTAL": energy,
            "ACTIVE_SHARP": full["SHARP"],
            "ACTIVE_PEAK": peak,
            "ACTIVE_FLAT": full["FLAT"],
            "ACTIVE_VALLEY": valley,
            "REACTIVE_FORWARD": energy * tangent // 1000,
        }

    def _starts(self, frame: pl.DataFrame) -> list[pl.Expr]:
        """What the registers showed at first: the parts of the total, or just below the end."""
        start = pl.col("start_e2")
        unit = 10 * pl.col("multiplier")
        at_trouble = pl.coalesce(
            pl.when(pl.col("at") == number).then(
                (pl.col(f"w_ACTIVE_TOTAL_{number - 1}") + pl.col(f"w_ACTIVE_TOTAL_{number}")) // 2
            )
            for number in self.uses.calendar.numbers
        )
        runs_over = (pl.col("trouble") == "ROLLOVER") & (pl.col("meter_class") == "TOTAL")
        total = pl.when(runs_over).then(RANGE_E2 - at_trouble // unit).otherwise(start)
        is_home = pl.col("meter_class") == "TPV"
        valley = pl.when(is_home).then(start * 2 // 5).otherwise(start // 4)
        sharp = pl.when(is_home).then(0).otherwise(start // 20)
        flat = pl.when(is_home).then(0).otherwise(start * 9 // 25)
        peak = start - valley - sharp - flat
        values = {
            "ACTIVE_TOTAL": total,
            "ACTIVE_SHARP": sharp,
            "ACTIVE_PEAK": peak,
            "ACTIVE_FLAT": flat,
            "ACTIVE_VALLEY": valley,
            "REACTIVE_FORWARD": start // 3,
        }
        return [value.cast(pl.Int64).alias(f"s_{name}") for name, value in values.items()]

    def readings(self, block: pl.DataFrame) -> pl.DataFrame:
        """All readings of a block (SCHEMA), ``meter`` 0 the first, 1 the one after an exchange."""
        parts: list[pl.DataFrame] = []
        for meter_class, names in REGISTERS.items():
            accounts = block.filter(pl.col("meter_class") == meter_class)
            if accounts.is_empty():
                continue
            for name in names:
                parts.extend(self._of_register(accounts, name))
        if not parts:
            return pl.DataFrame(schema=SCHEMA)
        return pl.concat(parts).sort("i", "meter", "reading_date", "kind")

    def _of_register(self, accounts: pl.DataFrame, name: str) -> list[pl.DataFrame]:
        calendar = self.uses.calendar
        parts = [
            self._at_boundary(accounts, name, number) for number in range(FIRST, calendar.months)
        ]
        unit = 10 * pl.col("multiplier")
        old = (pl.col(f"s_{name}") + pl.col(f"w_{name}_x") // unit) % RANGE_E2
        for trouble, meter, value, origin in (
            ("EXCHANGED", 0, old, "EXCHANGE"),
            ("EXCHANGED", 1, pl.lit(0), "EXCHANGE"),
            ("NEW", 0, pl.lit(0), "MANUAL"),
            ("CLOSED", 0, old, "MANUAL"),
            ("MOVED", 0, old, "MANUAL"),
        ):
            chosen = accounts.filter(
                (pl.col("trouble") == trouble) & (pl.col("x") != self._closing())
            )
            parts.append(
                self._rows(chosen, name, pl.lit(meter), pl.col("x"), value, pl.lit(origin))
            )
        return parts

    def _closing(self) -> pl.Expr:
        """Offset of the boundary that closes the period in which the trouble lies."""
        return pl.coalesce(
            pl.when(pl.col("at") == number).then(self.uses.boundary(number))
            for number in self.uses.calendar.numbers
        )

    def _at_boundary(self, accounts: pl.DataFrame, name: str, number: int) -> pl.DataFrame:
        calendar = self.uses.calendar
        month = calendar.month(number)
        due = (pl.col("cycle") == "MONTHLY") & (number >= -1)
        if month.month % 2 == 0:
            due = due | (pl.col("cycle") == "EVEN_MONTHS")
        day = self.uses.boundary(number)
        trouble, at = pl.col("trouble"), pl.col("at")
        is_open = (day >= pl.col("opened")) & (
            pl.col("closed").is_null() | (day <= pl.col("closed"))
        )
        # Nothing happened to most accounts: null must not pass for "missing".
        is_missing = (trouble == "MISSING").fill_null(value=False) & (at == number)
        after_exchange = (trouble == "EXCHANGED").fill_null(value=False) & (at <= number)
        unit = 10 * pl.col("multiplier")
        counted = pl.col(f"w_{name}_{number}")
        value = (
            pl.when(after_exchange)
            .then((counted - pl.col(f"w_{name}_x")) // unit)
            .when(trouble == "NEW")
            .then(counted // unit)
            .otherwise(pl.col(f"s_{name}") + counted // unit)
        )
        slip = self.draws.between("slip", "i", 1, 9) * 10**5  # thousands of kWh misread
        misread = (trouble == "MISREAD") & (at == number) & pl.lit(name == "ACTIVE_TOTAL")
        value = pl.when(misread).then(value + slip).otherwise(value)
        return self._rows(
            accounts.filter(due & is_open & ~is_missing),
            name,
            after_exchange.cast(pl.Int8),
            day,
            value % RANGE_E2,
            pl.when(misread).then(pl.lit("MANUAL")).otherwise("origin"),
        )

    def _rows(
        self,
        accounts: pl.DataFrame,
        name: str,
        meter: pl.Expr,
        day: pl.Expr,
        value: pl.Expr,
        origin: pl.Expr,
    ) -> pl.DataFrame:
        start = self.uses.climate.start
        return accounts.select(
            "i",
            meter.cast(pl.Int8).fill_null(0).alias("meter"),
            pl.lit(name).alias("kind"),
            (pl.lit(start) + pl.duration(days=day)).cast(pl.Date).alias("reading_date"),
            value.cast(pl.Int64).alias("value_e2"),
            origin.alias("origin"),
            pl.lit("").alias("note"),
        )


def _span(pair: tuple[int, int]) -> tuple[int, int]:
    least, more = pair
    return least, least + more
