"""Energy from daily kWh: sums of known days, missing days counted and, when few, filled."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.scales import half_up
from wattdesk.kernel.readings.windows import Window

DAY_SCALE = 100  # kWh × 100 in the store, × 10 000 here


def day_columns(columns: Sequence[str]) -> list[str]:
    """The day columns (ISO dates) of a daily frame, in order."""
    return sorted(name for name in columns if name != "usage_point_id")


def sum_days(daily: pl.DataFrame, points: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Add up each point's days in the window that lie in the point's own life.

    ``daily``: ``usage_point_id`` and one Int64 column a day (kWh × 100, null = missing).
    ``points``: ``usage_point_id, point_from, point_to``. A day of the window without a column is
    missing for everybody. Returns ``usage_point_id, known_e4, days, missing_days,
    highest_day_e4``.
    """
    rows = daily.join(
        points.select("usage_point_id", "point_from", "point_to"), on="usage_point_id"
    )
    names = [
        day
        for day in day_columns(daily.columns)
        if window.from_date <= date.fromisoformat(day) < window.to_date
    ]
    first = pl.max_horizontal("point_from", pl.lit(window.from_date))
    last = pl.min_horizontal("point_to", pl.lit(window.to_date))
    # At least one value, so that the horizontal sums have something to run over.
    values = [_within_life(day) for day in names] or [pl.lit(None, dtype=pl.Int64)]
    known = pl.sum_horizontal(value.is_not_null().cast(pl.Int32) for value in values)
    days = (last - first).dt.total_days().clip(lower_bound=0).cast(pl.Int32)
    return rows.select(
        "usage_point_id",
        (pl.sum_horizontal(values) * DAY_SCALE).alias("known_e4"),
        days.alias("days"),
        (days - known).cast(pl.Int32).alias("missing_days"),
        (pl.max_horizontal(values) * DAY_SCALE).alias("highest_day_e4"),
    )


def _within_life(day: str) -> pl.Expr:
    on = pl.lit(date.fromisoformat(day))
    lives = (pl.col("point_from") <= on) & (
        pl.col("point_to").is_null() | (pl.col("point_to") > on)
    )
    return pl.when(lives).then(pl.col(day).cast(pl.Int64))


def fill_gaps(sums: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """Add ``energy_e4`` and ``filled_e4``.

    Without gaps the energy is the sum. While the share of missing days is within the rule they are
    filled with the mean of the known days (half-up once, on the sum); above it the energy is null.
    """
    known_days = pl.col("days") - pl.col("missing_days")
    few = pl.col("missing_days") * 100 <= pl.col("days") * rules.gap_share_pct
    filled = half_up(pl.col("known_e4") * pl.col("missing_days"), known_days.clip(lower_bound=1))
    return sums.with_columns(
        pl.when((pl.col("missing_days") > 0) & few & (known_days > 0))
        .then(filled)
        .when((pl.col("missing_days") == 0) & (pl.col("days") > 0))
        .then(pl.lit(0, dtype=pl.Int64))
        .alias("filled_e4")
    ).with_columns((pl.col("known_e4") + pl.col("filled_e4")).alias("energy_e4"))
