"""Energy of each register's part: difference, rollover, multiplier once.

Rule (billing-rules 8): current − previous; when the register fell back, ``10^digits + current −
previous`` if that is plausible, else a finding. Every part has the multiplier of its own
installation, and only here is it applied. A demand register is not a counter: it shows the largest
kW of the period, times the same multiplier.
"""

import polars as pl

from wattdesk.kernel.readings.codes import Kind
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.scales import E4, LARGEST, half_up, scaled_product

OK = "OK"
MISSING = "MISSING"
NEGATIVE = "NEGATIVE"
TOO_LARGE = "TOO_LARGE"


def add_energy(
    pairs: pl.DataFrame, rules: ReadingRules, *, accepted_rollover: pl.Series | None = None
) -> pl.DataFrame:
    """Add ``energy_e4``, ``rolled_over``, ``would_roll_e4`` and ``status`` to paired registers.

    ``energy_e4`` is null unless ``status`` is OK. ``would_roll_e4`` is the energy if a register
    that fell back did roll over. ``accepted_rollover`` are the usage points for which a person has
    said that it did.
    """
    demand = pl.col("kind") == Kind.DEMAND
    full = pl.lit(10, dtype=pl.Int64).pow(pl.col("digits").cast(pl.UInt32)) * E4
    last, this = pl.col("last_e4"), pl.col("this_e4")
    fell = ~demand & (this < last)
    plausible = (last * 100 >= full * rules.rollover_last_at_least_pct) & (
        (this - last + full) * 100 <= full * rules.rollover_advance_at_most_pct
    )
    if accepted_rollover is not None and len(accepted_rollover):
        plausible = plausible | pl.col("usage_point_id").is_in(accepted_rollover.implode())
    missing = this.is_null() | (~demand & last.is_null())
    rolled = (fell & plausible).fill_null(False)
    units = (
        pl.when(demand)
        .then(this)
        .when(rolled)
        .then(this - last + full)
        .when(this >= last)
        .then(this - last)
    )
    frame = pairs.with_columns(
        units.alias("units"),
        rolled.alias("rolled_over"),
        pl.when(fell).then(this - last + full).alias("would_units"),
    )
    return (
        frame.with_columns(
            multiplied(frame, "units").alias("energy_e4"),
            multiplied(frame, "would_units").alias("would_roll_e4"),
        )
        .with_columns(
            pl.when(missing)
            .then(pl.lit(MISSING))
            .when(pl.col("units").is_null())
            .then(pl.lit(NEGATIVE))
            .when(pl.col("energy_e4").is_null())
            .then(pl.lit(TOO_LARGE))
            .otherwise(pl.lit(OK))
            .alias("status")
        )
        .drop("units", "would_units")
    )


def multiplied(frame: pl.DataFrame, units: str) -> pl.Expr:
    """``units × multiplier`` in kWh × 10 000; half-up should a multiplier have odd decimals.

    64 bits where the frame's largest figures leave room, 128 otherwise; the result is the same.
    """
    if frame.height == 0:
        return pl.lit(None, dtype=pl.Int64)
    top = frame.select(pl.col(units).max(), pl.col("multiplier_e4").max()).row(0)
    if (top[0] or 0) * (top[1] or 0) * 2 + E4 < LARGEST:
        return half_up(pl.col(units) * pl.col("multiplier_e4"), E4)
    return scaled_product(pl.col(units), pl.col("multiplier_e4"))
