"""Checks of a point's whole energy against its past, its connection and its meter."""

from collections.abc import Iterator

import polars as pl

from wattdesk.kernel.readings import usage as bands
from wattdesk.kernel.readings.codes import FindingCode
from wattdesk.kernel.readings.evidence import found
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.scales import E4, half_up
from wattdesk.kernel.readings.windows import Window, previous, year_before

ENERGY = pl.col("energy_e4")
DAYS = pl.col("days")


def point_findings(
    subjects: pl.DataFrame, rules: ReadingRules, window: Window
) -> Iterator[pl.DataFrame]:
    """Findings on ``subjects``: one row for each point, with

    ``usage_point_id, source, days, energy_e4, previous_e4, previous_days, last_year_e4,
    last_year_days, reference_e4, capacity_e4, rated_current, phases, multiplier_e4,
    highest_day_e4, missing_days, filled_e4, known_e4, unmetered_days, band_state,
    band_difference_e4, band_allowed_e4``.
    """
    yield _no_meter(subjects)
    yield _gaps(subjects, rules)
    yield from _zero(subjects)
    yield _sudden_change(subjects, rules)
    yield _no_history(subjects, window)
    yield _above_capacity(subjects, rules)
    yield _absurd(subjects, rules)
    yield from _bands(subjects)


def add_reference(subjects: pl.DataFrame) -> pl.DataFrame:
    """Add ``reference_e4``: what the days would take at last year's pace, else at last time's."""
    year = half_up(pl.col("last_year_e4") * DAYS, pl.col("last_year_days").clip(lower_bound=1))
    before = half_up(pl.col("previous_e4") * DAYS, pl.col("previous_days").clip(lower_bound=1))
    return subjects.with_columns(pl.coalesce(year, before).alias("reference_e4"))


def _no_meter(subjects: pl.DataFrame) -> pl.DataFrame:
    return found(
        subjects.filter(pl.col("unmetered_days") > 0),
        FindingCode.NO_METER,
        at_risk=pl.col("reference_e4"),
        unmetered_days=pl.col("unmetered_days"),
    )


def _gaps(subjects: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    rows = subjects.filter(pl.col("missing_days") > 0)
    limit = pl.lit(rules.gap_share_pct)
    figures = {
        "missing_days": pl.col("missing_days"),
        "days": DAYS,
        "known_e4": pl.col("known_e4"),
        "limit_pct": limit,
    }
    few = rows.filter(ENERGY.is_not_null())
    many = rows.filter(ENERGY.is_null() & (pl.col("missing_days") < DAYS))
    none = rows.filter(ENERGY.is_null() & (pl.col("missing_days") >= DAYS))
    return pl.concat(
        [
            found(
                few,
                FindingCode.GAP,
                at_risk=pl.col("filled_e4"),
                **figures,
                filled_e4=pl.col("filled_e4"),
                method=pl.lit("KNOWN_DAYS_MEAN"),
            ),
            found(
                many, FindingCode.GAPS_TOO_MANY, at_risk=pl.coalesce("reference_e4", "known_e4"),
                **figures,
            ),
            found(none, FindingCode.MISSING, at_risk=pl.col("reference_e4"), **figures),
        ]
    )  # fmt: skip


def _zero(subjects: pl.DataFrame) -> Iterator[pl.DataFrame]:
    rows = subjects.filter(ENERGY == 0)
    figures = {
        "days": DAYS,
        "previous_e4": pl.col("previous_e4"),
        "last_year_e4": pl.col("last_year_e4"),
    }
    yield found(rows, FindingCode.ZERO, at_risk=pl.col("reference_e4"), **figures)
    stood = rows.filter((pl.col("source") == "REGISTER") & (pl.col("previous_e4") > 0))
    yield found(stood, FindingCode.SAME_AS_LAST, at_risk=pl.col("reference_e4"), **figures)


def _sudden_change(subjects: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """Against each known reference the same way: risen, or fallen, beyond ratio and difference."""
    daily = ENERGY // DAYS.clip(lower_bound=1)
    known, risen, fallen = [], [], []
    for name in ("previous", "last_year"):
        energy, days = pl.col(f"{name}_e4"), pl.col(f"{name}_days")
        reference = energy // days.clip(lower_bound=1)
        apart = ((daily - reference) * DAYS).abs() >= rules.sudden_difference_e4
        known.append(energy.is_not_null())
        risen.append(
            energy.is_null() | (apart & (daily * 100 >= reference * rules.sudden_rise_pct))
        )
        fallen.append(
            energy.is_null() | (apart & (daily * 100 <= reference * rules.sudden_fall_pct))
        )
    comparable = ENERGY.is_not_null() & pl.any_horizontal(known)
    rise = comparable & pl.all_horizontal(risen)
    # Zero has a finding of its own.
    fall = comparable & pl.all_horizontal(fallen) & (ENERGY > 0)
    rows = subjects.with_columns(rise.alias("rise"), fall.alias("fall")).filter(
        pl.col("rise") | pl.col("fall")
    )
    return found(
        rows,
        FindingCode.SUDDEN_CHANGE,
        at_risk=(ENERGY - pl.col("reference_e4")).abs(),
        direction=pl.when("rise").then(pl.lit("UP")).otherwise(pl.lit("DOWN")),
        energy_e4=ENERGY,
        days=DAYS,
        previous_e4=pl.col("previous_e4"),
        previous_days=pl.col("previous_days"),
        last_year_e4=pl.col("last_year_e4"),
        last_year_days=pl.col("last_year_days"),
        rise_pct=pl.lit(rules.sudden_rise_pct),
        fall_pct=pl.lit(rules.sudden_fall_pct),
    )


def _no_history(subjects: pl.DataFrame, window: Window) -> pl.DataFrame:
    before, year = previous(window), year_before(window)
    return found(
        subjects.filter(pl.col("previous_e4").is_null() & pl.col("last_year_e4").is_null()),
        FindingCode.NO_HISTORY,
        check=pl.lit(FindingCode.SUDDEN_CHANGE.value),
        previous_from=pl.lit(before.from_date),
        previous_to=pl.lit(before.to_date),
        last_year_from=pl.lit(year.from_date),
        last_year_to=pl.lit(year.to_date),
    )


def _above_capacity(subjects: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    limit = pl.col("capacity_e4") * (DAYS.cast(pl.Int64) * 24) * rules.capacity_share_pct // 100
    rows = subjects.with_columns(limit.alias("limit_e4")).filter(pl.col("limit_e4") < ENERGY)
    return found(
        rows,
        FindingCode.ABOVE_CAPACITY,
        at_risk=ENERGY - pl.col("limit_e4"),
        energy_e4=ENERGY,
        limit_e4=pl.col("limit_e4"),
        capacity_e4=pl.col("capacity_e4"),
        days=DAYS,
        multiplier_e4=pl.col("multiplier_e4"),
    )


def _absurd(subjects: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """More than the plate lets the meter count; without a plate and history, than a home takes."""
    frame = add_plate_limit(subjects, rules)
    no_history = pl.col("previous_e4").is_null() & pl.col("last_year_e4").is_null()
    frame = frame.with_columns(
        pl.coalesce(
            "plate_day_e4",
            pl.when(no_history & pl.col("capacity_e4").is_null()).then(
                pl.lit(rules.absurd_day_e4, dtype=pl.Int64)
            ),
        ).alias("limit_day_e4")
    )
    limit = pl.col("limit_day_e4")
    rows = frame.filter((limit * DAYS.cast(pl.Int64) < ENERGY) | (pl.col("highest_day_e4") > limit))
    return found(
        rows,
        FindingCode.ABSURD,
        at_risk=pl.max_horizontal(ENERGY, "highest_day_e4"),
        energy_e4=ENERGY,
        days=DAYS,
        highest_day_e4=pl.col("highest_day_e4"),
        limit_day_e4=limit,
        rated_current=pl.when(pl.col("plate_day_e4").is_not_null()).then(pl.col("rated_current")),
        multiplier_e4=pl.col("multiplier_e4"),
    )


def add_plate_limit(subjects: pl.DataFrame, rules: ReadingRules) -> pl.DataFrame:
    """Add ``plate_day_e4``: largest current × phase voltage × phases × 24 h × multiplier.

    The largest current is the figure in brackets of a plate such as ``5(60) A``, or the only one.
    """
    text = pl.col("rated_current")
    amps = pl.coalesce(
        text.str.extract(r"\((\d+(?:\.\d+)?)\)"), text.str.extract(r"^\s*(\d+(?:\.\d+)?)\s*A?\s*$")
    ).str.to_decimal(scale=2)
    amps_e2 = (amps * 100).cast(pl.Int64)
    watts_e2 = amps_e2 * rules.phase_voltage_v * pl.col("phases").cast(pl.Int64)
    kwh_day_e4 = watts_e2 * 24 * E4 // (100 * 1000)
    # Whole multiples are near enough for a limit, and cannot wrap.
    return subjects.with_columns(
        (kwh_day_e4 * (pl.col("multiplier_e4") // E4).clip(lower_bound=1)).alias("plate_day_e4")
    )


def _bands(subjects: pl.DataFrame) -> Iterator[pl.DataFrame]:
    figures = {
        "energy_e4": ENERGY,
        "difference_e4": pl.col("band_difference_e4"),
        "allowed_e4": pl.col("band_allowed_e4"),
    }
    yield found(
        subjects.filter(pl.col("band_state") == bands.DIFFER),
        FindingCode.BAND_SUM,
        at_risk=pl.col("band_difference_e4").abs(),
        **figures,
    )
    yield found(
        subjects.filter(pl.col("band_state") == bands.INCOMPLETE),
        FindingCode.BANDS_INCOMPLETE,
        energy_e4=ENERGY,
    )
