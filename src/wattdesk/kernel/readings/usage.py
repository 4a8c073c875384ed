"""From registers to the use of each point: parts added up, bands set against the total."""

import polars as pl

from wattdesk.kernel.readings.codes import BANDS, Kind
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.scales import scaled_product, whole_sum

ENERGIES = ("energy_total_e4", *BANDS.values(), "reactive_e4", "demand_kw_e4")
# How the bands stand to the total.
NO_BANDS = "NO_BANDS"
AGREE = "AGREE"
DIFFER = "DIFFER"
INCOMPLETE = "INCOMPLETE"


def totals(registers: pl.DataFrame) -> pl.DataFrame:
    """Total active energy of each point and the days that its parts cover.

    ``usage_point_id, energy_e4, days``; the energy is null as soon as one part is unknown.
    """
    rows = registers.filter(pl.col("kind") == Kind.ACTIVE_TOTAL).select(
        "usage_point_id",
        "part",
        "energy_e4",
        (pl.col("part_to") - pl.col("part_from")).dt.total_days().cast(pl.Int32).alias("days"),
    )
    if rows["usage_point_id"].n_unique() == rows.height:
        return rows.drop("part")
    # Bands that stand for a total share the days of their part.
    parts = rows.group_by("usage_point_id", "part").agg(
        whole_sum("energy_e4"), pl.col("days").first()
    )
    return parts.group_by("usage_point_id").agg(whole_sum("energy_e4"), pl.col("days").sum())


def usage_of(registers: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """One row per point that has a register: all energies, and how the bands agree.

    Columns: ``usage_point_id, parts, days``, those of ENERGIES, ``band_state``,
    ``band_difference_e4`` (total − bands), ``band_allowed_e4``, and the meter's
    ``rated_current, phases, multiplier_e4`` for the checks.
    """
    points = registers.group_by("usage_point_id", maintain_order=True).agg(
        pl.col("part").max().alias("parts"),
        pl.col("rated_current").last(),
        pl.col("phases").last(),
        pl.col("multiplier_e4").max(),
        pl.col("part_from").min(),
        pl.col("part_to").max(),
    )
    points = points.with_columns(
        (pl.col("part_to") - pl.col("part_from")).dt.total_days().cast(pl.Int32).alias("days")
    ).drop("part_from", "part_to")
    kinds = set(registers["kind"].unique())
    incomplete: list[pl.Expr] = []
    for kind, name in {Kind.ACTIVE_TOTAL: "energy_total_e4", **BANDS}.items():
        points = _add(points, registers, (kind,), name, kinds)
        if kind is not Kind.ACTIVE_TOTAL:
            incomplete.append(pl.col(f"{name}_parts").is_between(1, pl.col("parts") - 1))
    reactive = (Kind.REACTIVE_FORWARD, Kind.REACTIVE_REVERSE)
    points = _add(points, registers, reactive, "reactive_e4", kinds)
    points = _add(points, registers, (Kind.DEMAND,), "demand_kw_e4", kinds)
    points = points.with_columns(pl.any_horizontal(incomplete).fill_null(False).alias("ragged"))
    return _with_bands(points, rules).select(
        "usage_point_id", "parts", "days", *ENERGIES, "band_state", "band_difference_e4",
        "band_allowed_e4", "rated_current", "phases", "multiplier_e4",
    )  # fmt: skip


def _add(
    points: pl.DataFrame,
    registers: pl.DataFrame,
    kinds: tuple[Kind, ...],
    name: str,
    present: set[str],
) -> pl.DataFrame:
    """Join the energy of some kinds as column ``name`` and the number of its parts.

    Null when the point has no such register, when one part is unknown, or when one of several
    meters had no such register.
    """
    count = f"{name}_parts"
    if not present & set(kinds):
        return points.with_columns(
            pl.lit(None, dtype=pl.Int64).alias(name), pl.lit(0, dtype=pl.UInt32).alias(count)
        )
    rows = registers.filter(pl.col("kind").is_in(kinds)).select(
        "usage_point_id", "part", pl.col("energy_e4").alias(name)
    )
    if rows["usage_point_id"].n_unique() == rows.height:
        summed = rows.with_columns(pl.lit(1, dtype=pl.UInt32).alias(count)).drop("part")
    else:
        value = (
            pl.when(pl.col(name).null_count() > 0).then(None).otherwise(pl.col(name).max())
            if kinds == (Kind.DEMAND,)
            else whole_sum(name)
        ).alias(name)
        summed = rows.group_by("usage_point_id").agg(value, pl.col("part").n_unique().alias(count))
    return points.join(summed, on="usage_point_id", how="left").with_columns(
        pl.col(count).fill_null(0),
        pl.when(pl.col(count) >= pl.col("parts")).then(pl.col(name)).alias(name),
    )


def _with_bands(points: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """Set the bands against the total: a small difference goes to one band, a large one is told.

    The tolerance is ``band_tolerance_e4`` register units for each band, times the multiplier. A
    meter without a total register has the sum of its bands as its total.
    """
    names = list(BANDS.values())
    count = pl.sum_horizontal(pl.col(name).is_not_null() for name in names)
    bands = pl.sum_horizontal(names)  # only where count says that bands are there
    has_total = pl.col("energy_total_e4_parts") > 0
    expected = pl.sum_horizontal(pl.col(f"{name}_parts") > 0 for name in names)
    whole = (count > 0) & (count == expected) & ~pl.col("ragged")
    allowed = scaled_product(
        pl.lit(rules.band_tolerance_e4, dtype=pl.Int64) * count.cast(pl.Int64),
        pl.col("multiplier_e4"),
    )
    frame = points.with_columns(
        pl.when(whole & ~has_total)
        .then(bands)
        .otherwise(pl.col("energy_total_e4"))
        .alias("energy_total_e4"),
        pl.when(whole).then(allowed).alias("band_allowed_e4"),
        whole.alias("whole"),
        (expected > 0).alias("has_bands"),
    ).with_columns(
        pl.when("whole").then(pl.col("energy_total_e4") - bands).alias("band_difference_e4")
    )
    home = pl.lit(None, dtype=pl.String)
    for kind in reversed(rules.band_difference_goes_to):
        home = pl.when(pl.col(BANDS[kind]).is_not_null()).then(pl.lit(BANDS[kind])).otherwise(home)
    frame = frame.with_columns(home.alias("home"))
    taken = pl.max_horizontal(pl.when(pl.col("home") == name).then(pl.col(name)) for name in names)
    agrees = (pl.col("band_difference_e4").abs() <= pl.col("band_allowed_e4")) & (
        taken + pl.col("band_difference_e4") >= 0
    )
    frame = frame.with_columns(
        pl.when(~pl.col("has_bands"))
        .then(pl.lit(NO_BANDS))
        .when("ragged")
        .then(pl.lit(INCOMPLETE))
        .when(agrees)
        .then(pl.lit(AGREE))
        .when(pl.col("band_difference_e4").is_not_null())
        .then(pl.lit(DIFFER))
        .alias("band_state")
    )
    moved = (pl.col("band_state") == AGREE) & (pl.col("band_difference_e4") != 0)
    return frame.with_columns(
        pl.when(moved & (pl.col("home") == name))
        .then(pl.col(name) + pl.col("band_difference_e4"))
        .otherwise(pl.col(name))
        .alias(name)
        for name in names
    )
