"""Estimates (估抄): what a point is billed when its reading fails, by a stated method.

Methods, in the order of the rulebook; the first that has its figures is taken:

- LAST_YEAR_TREND: energy of the same period last year × days ÷ last year's days × trend, where the
  trend is the median of (mean use a day now ÷ mean use a day last year) over all points measured
  together that have both. Too few of them make no trend.
- PREVIOUS_DAILY_MEAN: mean use a day of the previous period × days.

The estimate becomes a reading of each register, so the next actual reading trues it up by itself.
Bands, reactive energy and demand follow their share in the reference period; what is left over by
rounding goes to the home band.
"""

import polars as pl

from wattdesk.kernel.readings.codes import BANDS, FindingCode, Kind, Method
from wattdesk.kernel.readings.consumption import OK
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.scales import E4, half_up, share_out, whole_sum
from wattdesk.kernel.readings.windows import Window

E6 = 1_000_000
# Findings whose quantity an estimate can replace.
QUANTITY_CODES = (
    FindingCode.MISSING,
    FindingCode.NEGATIVE,
    FindingCode.SUDDEN_CHANGE,
    FindingCode.ABOVE_CAPACITY,
    FindingCode.ABSURD,
    FindingCode.BAND_SUM,
    FindingCode.GAPS_TOO_MANY,
)
TOTAL = pl.col("kind") == Kind.ACTIVE_TOTAL


def trend_e6(subjects: pl.DataFrame, rules: ReadingRules) -> int | None:
    """Median ratio × 1 000 000 of use a day now to a year ago; None where too few points tell."""
    ratios = (
        subjects.filter(
            pl.col("energy_e4").is_not_null() & (pl.col("last_year_e4") > 0) & (pl.col("days") > 0)
        )
        .select(
            (
                (pl.col("energy_e4").cast(pl.Int128) * pl.col("last_year_days") * E6)
                // (pl.col("last_year_e4").cast(pl.Int128) * pl.col("days"))
            ).cast(pl.Int64, strict=False)
        )
        .to_series()
        .drop_nulls()
        .sort()
    )
    if len(ratios) < rules.estimate_trend_points:
        return None
    return int(ratios[len(ratios) // 2])


def choose(subjects: pl.DataFrame, rules: ReadingRules, trend: int | None) -> pl.DataFrame:
    """Method and energy for each of ``subjects`` that history allows to estimate.

    Returns ``usage_point_id, method, estimate_e4, reference_e4, reference_days, trend_e6``.
    """
    days = pl.col("days").cast(pl.Int64)
    year = share_out(
        share_out(pl.col("last_year_e4"), days, pl.col("last_year_days").cast(pl.Int64)),
        pl.lit(trend, dtype=pl.Int64),
        pl.lit(E6, dtype=pl.Int64),
    )
    before = half_up(pl.col("previous_e4") * days, pl.col("previous_days").clip(lower_bound=1))
    ways = {
        Method.LAST_YEAR_TREND: (year, "last_year", pl.lit(trend, dtype=pl.Int64)),
        Method.PREVIOUS_DAILY_MEAN: (before, "previous", pl.lit(None, dtype=pl.Int64)),
    }
    rows = subjects.with_columns(
        pl.coalesce(
            [
                pl.when(ways[method][0].is_not_null()).then(pl.lit(method.value))
                for method in rules.estimate_methods
                if method in ways
            ]
        ).alias("method")
    ).filter(pl.col("method").is_not_null())

    def by_method(values: dict[Method, pl.Expr]) -> pl.Expr:
        return pl.coalesce(pl.when(pl.col("method") == m.value).then(v) for m, v in values.items())

    return rows.select(
        "usage_point_id",
        "method",
        by_method({m: w[0] for m, w in ways.items()}).alias("estimate_e4"),
        by_method({m: pl.col(f"{w[1]}_e4") for m, w in ways.items()}).alias("reference_e4"),
        by_method({m: pl.col(f"{w[1]}_days") for m, w in ways.items()}).alias("reference_days"),
        by_method({m: w[2] for m, w in ways.items()}).alias("trend_e6"),
    )


def register_readings(
    chosen: pl.DataFrame,
    registers: pl.DataFrame,
    references: dict[Method, pl.DataFrame],
    rules: ReadingRules,
) -> pl.DataFrame:
    """Estimated readings of the registers of ``chosen`` points whose readings fail.

    ``registers``: this period's, with energies. ``references``: by method the registers of the
    period it looks at. Registers that fail (missing, falling back) are estimated and the others
    kept; where none fails, the quantity itself is doubted and all are estimated. A point with
    several parts in the period, or without the readings to start from, is left out.

    Returns ``usage_point_id, register_id, kind, last_e4, reading_e4, energy_e4``.
    """
    rows = registers.join(chosen, on="usage_point_id").filter(
        pl.col("part").max().over("usage_point_id") == 1
    )
    shares = pl.concat(
        [
            frame.group_by("usage_point_id", "kind")
            .agg(whole_sum("energy_e4").alias("share_e4"))
            .with_columns(pl.lit(method.value).alias("method"))
            for method, frame in references.items()
        ]
    )
    band = pl.col("kind").is_in([kind.value for kind in BANDS])
    whole = shares.group_by("usage_point_id", "method").agg(
        # A meter without a total register has the sum of its bands as its total.
        pl.coalesce(
            pl.col("share_e4").filter(TOTAL).first(), pl.col("share_e4").filter(band).sum()
        ).alias("whole_e4")
    )
    rows = rows.join(shares, on=["usage_point_id", "kind", "method"], how="left").join(
        whole, on=["usage_point_id", "method"], how="left"
    )
    rows = _targets(rows, rules).filter("rewrite")
    usable = (pl.col("reading_e4").is_not_null()).all().over("usage_point_id")
    return (
        rows.pipe(_as_readings)
        .filter(usable)
        .select("usage_point_id", "register_id", "kind", "last_e4", "reading_e4", "energy_e4")
    )


def _targets(rows: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """Add ``rewrite`` and ``target_e4``, the energy that each register is to show."""
    bad = pl.col("status") != OK
    rows = rows.with_columns((bad | ~bad.any().over("usage_point_id")).alias("rewrite"))
    total_kept = pl.when(TOTAL & ~pl.col("rewrite")).then(pl.col("energy_e4"))
    rows = rows.with_columns(
        pl.coalesce(total_kept.max().over("usage_point_id"), "estimate_e4").alias("basis_e4")
    )
    rows = rows.with_columns(
        pl.when(~pl.col("rewrite"))
        .then(pl.col("energy_e4"))
        .when(TOTAL)
        .then(pl.col("basis_e4"))
        .when(pl.col("kind") == Kind.DEMAND)
        .then(pl.col("share_e4"))
        .otherwise(share_out(pl.col("basis_e4"), pl.col("share_e4"), pl.col("whole_e4")))
        .alias("target_e4")
    )
    order = {kind.value: rank for rank, kind in enumerate(rules.band_difference_goes_to)}
    band = pl.col("kind").is_in([kind.value for kind in BANDS])
    rank = (
        pl.when(band & pl.col("rewrite"))
        .then(pl.col("kind").replace_strict(order, default=None, return_dtype=pl.Int64))
        .otherwise(None)
    )
    rows = rows.with_columns(
        (rank == rank.min().over("usage_point_id")).fill_null(False).alias("home"),
        pl.when(band)
        .then(pl.col("target_e4"))
        .otherwise(0)
        .sum()
        .over("usage_point_id")
        .alias("bands_e4"),
    )
    fitted = pl.col("target_e4") + pl.col("basis_e4") - pl.col("bands_e4")
    return rows.with_columns(
        pl.when(pl.col("home") & (fitted >= 0))
        .then(fitted)
        .otherwise(pl.col("target_e4"))
        .alias("target_e4")
    )


def _as_readings(rows: pl.DataFrame) -> pl.DataFrame:
    """Turn target energies into readings with the register's own decimals (rounded down)."""
    step = pl.lit(10, dtype=pl.Int64).pow((4 - pl.col("decimals")).cast(pl.UInt32))
    full = pl.lit(10, dtype=pl.Int64).pow(pl.col("digits").cast(pl.UInt32)) * E4
    units = (pl.col("target_e4").cast(pl.Int128) * E4 // pl.col("multiplier_e4")).cast(
        pl.Int64, strict=False
    )
    shown = units // step * step
    demand = pl.col("kind") == Kind.DEMAND
    return rows.with_columns(
        pl.when(demand)
        .then(shown)
        .otherwise((pl.col("last_e4") + shown) % full)
        .alias("reading_e4"),
        share_out(shown, pl.col("multiplier_e4"), pl.lit(E4, dtype=pl.Int64)).alias("energy_e4"),
    )


def as_json(
    chosen: pl.DataFrame, readings: pl.DataFrame, window: Window, *, from_interval: pl.Series
) -> pl.DataFrame:
    """The estimates as JSON text: ``usage_point_id, estimate``.

    Points of daily data (``from_interval``) have an energy alone; others need their readings and
    are left out without them.
    """
    listed = (
        readings.sort("usage_point_id", "kind")
        .group_by("usage_point_id", maintain_order=True)
        .agg(
            pl.struct("register_id", "kind", "last_e4", "reading_e4", "energy_e4").alias(
                "registers"
            ),
            pl.col("energy_e4").filter(TOTAL).first().alias("read_e4"),
        )
    )
    return (
        chosen.join(listed, on="usage_point_id", how="left")
        .filter(
            pl.col("registers").is_not_null()
            | pl.col("usage_point_id").is_in(from_interval.implode())
        )
        .select(
            "usage_point_id",
            pl.struct(
                "method",
                pl.coalesce("read_e4", "estimate_e4").alias("energy_e4"),
                "reference_e4",
                "reference_days",
                "trend_e6",
                "registers",
                pl.lit(window.from_date).alias("from_date"),
                pl.lit(window.to_date).alias("to_date"),
            )
            .struct.json_encode()
            .alias("estimate"),
        )
    )
