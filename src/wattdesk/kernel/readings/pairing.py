"""Which two readings enclose each register's part of a period.

A part is the time that one meter was installed at the usage point inside the period: usually the
whole period, two parts when the meter was exchanged. The readings of a part are those of its first
and its last day. Where the boundary is an edge of the period and has no reading of its own, the
nearest reading within the tolerance is taken; which one depends on the boundary alone, so the next
period starts with the reading that this one ended with, and no energy is lost or counted twice. At
the day of an exchange nothing but the reading of that day will do.
"""

from datetime import date
from typing import Literal

import polars as pl

from wattdesk.kernel.readings.windows import Window

# One row for each register of each meter that was installed at a usage point.
INSTALLED = {
    "usage_point_id": pl.Int64,
    "meter_id": pl.Int64,
    "meter_number": pl.String,
    "phases": pl.Int16,
    "rated_current": pl.String,
    "multiplier_e4": pl.Int64,
    "installed": pl.Date,
    "removed": pl.Date,  # first day without it; null while it hangs
    "register_id": pl.Int64,
    "kind": pl.String,
    "digits": pl.Int16,
    "decimals": pl.Int16,
}
READINGS = {
    "register_id": pl.Int64,
    "reading_date": pl.Date,
    "reading_id": pl.Int64,
    "value_e4": pl.Int64,
    "quality": pl.String,
}

Edge = Literal["last", "this"]


def parts_in(installed: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The installations that touch the window, clipped to it.

    Adds ``part_from``, ``part_to`` and ``part`` (1, 2 … in order of time at the usage point).
    """
    first, last = pl.lit(window.from_date), pl.lit(window.to_date)
    parts = installed.filter(
        (pl.col("installed") < last) & (pl.col("removed").is_null() | (pl.col("removed") > first))
    ).with_columns(
        pl.max_horizontal("installed", first).alias("part_from"),
        pl.min_horizontal("removed", last).alias("part_to"),
        pl.lit(1, dtype=pl.Int16).alias("part"),
    )
    # Ranking costs more than all the rest, and only an exchange has something to rank.
    touched = parts.filter((pl.col("part_from") > first) | (pl.col("part_to") < last))
    if touched.height == 0:
        return parts
    ids = touched["usage_point_id"].unique().implode()
    several = pl.col("usage_point_id").is_in(ids)
    ranked = parts.filter(several).with_columns(
        pl.col("part_from").rank("dense").over("usage_point_id").cast(pl.Int16).alias("part")
    )
    return pl.concat([parts.filter(~several), ranked])


def pair(
    installed: pl.DataFrame, readings: pl.DataFrame, window: Window, *, tolerance_days: int
) -> pl.DataFrame:
    """Parts of the window with the reading before (``last_*``) and after (``this_*``) each.

    Adds ``part``, ``part_from``, ``part_to`` and, for both edges, ``_reading_id``, ``_date``,
    ``_e4``, ``_quality``: null where there is no reading to take.
    """
    parts = parts_in(installed, window)
    parts = _take(parts, readings, "last", window.from_date, tolerance_days)
    return _take(parts, readings, "this", window.to_date, tolerance_days)


def _take(
    parts: pl.DataFrame,
    readings: pl.DataFrame,
    edge: Edge,
    edge_day: date,
    tolerance_days: int,
) -> pl.DataFrame:
    boundary, fixed = ("part_from", "installed") if edge == "last" else ("part_to", "removed")
    names = {
        "reading_id": f"{edge}_reading_id",
        "value_e4": f"{edge}_e4",
        "quality": f"{edge}_quality",
    }
    exact = _join_exact(parts, readings.rename(names), boundary, edge_day).with_columns(
        pl.when(pl.col(names["reading_id"]).is_not_null())
        .then(pl.col(boundary))
        .alias(f"{edge}_date")
    )
    lost = exact.filter(
        pl.col(names["reading_id"]).is_null() & pl.col(fixed).ne_missing(pl.col(boundary))
    )
    if lost.height == 0 or tolerance_days == 0:
        return exact
    near = _nearest(lost, readings, boundary, tolerance_days).rename(
        {"near_date": f"{edge}_date", **names}
    )
    if near.height == 0:
        return exact
    return exact.update(near, on=["register_id", boundary], how="left")


def _join_exact(
    parts: pl.DataFrame, readings: pl.DataFrame, boundary: str, edge_day: date
) -> pl.DataFrame:
    """Left join on register and day. Nearly all parts ask for the edge of the period, and a join
    on the register alone is several times as fast as one on both."""
    on_edge = pl.col(boundary) == edge_day
    common = parts.filter(on_edge).join(
        readings.filter(pl.col("reading_date") == edge_day).drop("reading_date"),
        on="register_id",
        how="left",
    )
    rest = parts.filter(~on_edge)
    if rest.height == 0:
        return common
    return pl.concat(
        [
            common,
            rest.join(
                readings.filter(pl.col("reading_date").is_in(rest[boundary].unique().implode())),
                left_on=["register_id", boundary],
                right_on=["register_id", "reading_date"],
                how="left",
            ),
        ]
    )


def _nearest(
    lost: pl.DataFrame, readings: pl.DataFrame, boundary: str, tolerance_days: int
) -> pl.DataFrame:
    """Nearest reading of each lost boundary while the meter hung there; of two, the earlier."""
    distance = (pl.col("reading_date") - pl.col(boundary)).dt.total_days().abs()
    return (
        lost.select("register_id", boundary, "installed", "removed")
        .join(readings, on="register_id")
        .with_columns(distance.alias("distance"))
        .filter(
            (pl.col("distance") <= tolerance_days)
            & (pl.col("reading_date") >= pl.col("installed"))
            & (pl.col("removed").is_null() | (pl.col("reading_date") <= pl.col("removed")))
        )
        .sort("register_id", boundary, "distance", "reading_date")
        .unique(["register_id", boundary], keep="first", maintain_order=True)
        .select(
            "register_id",
            boundary,
            pl.col("reading_date").alias("near_date"),
            "reading_id",
            "value_e4",
            "quality",
        )
    )
