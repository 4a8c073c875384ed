"""Measuring (计量): from installations, readings and daily energy to use and findings.

One function for one point and for a million. It takes what the record holds about three periods
(this one, the one before, the same a year ago) and returns what the period used, from which
readings, and what is doubtful about it.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from wattdesk.kernel.readings import estimation, intervals, register_checks
from wattdesk.kernel.readings.codes import BANDS, FindingCode, Kind, Method
from wattdesk.kernel.readings.consumption import add_energy
from wattdesk.kernel.readings.evidence import nothing_found
from wattdesk.kernel.readings.pairing import pair
from wattdesk.kernel.readings.point_checks import add_reference, point_findings
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.usage import ENERGIES, totals, usage_of
from wattdesk.kernel.readings.windows import Window, previous, year_before

POINTS = {
    "usage_point_id": pl.Int64,
    "capacity_e4": pl.Int64,  # kVA × 10 000, null where unknown
    "point_from": pl.Date,
    "point_to": pl.Date,
}
# What a person decided about this very period, see metering.decide_findings.
DECIDED = {"usage_point_id": pl.Int64, "energy_e4": pl.Int64}
ELSEWHERE = {"meter_id": pl.Int64, "installed": pl.Date, "removed": pl.Date}

MARKS = ("CORRECTED", "ESTIMATED", "EXCHANGED", "ROLLOVER")
REGISTER = "REGISTER"
INTERVAL = "INTERVAL"
REGISTER_COLUMNS: dict[str, Any] = {
    "usage_point_id": pl.Int64,
    "kind": pl.String,
    "register_id": pl.Int64,
    "meter_number": pl.String,
    "part": pl.Int16,
    "last_reading_id": pl.Int64,
    "this_reading_id": pl.Int64,
    "last_date": pl.Date,
    "this_date": pl.Date,
    "last_e4": pl.Int64,
    "this_e4": pl.Int64,
    "multiplier_e4": pl.Int64,
    "energy_e4": pl.Int64,
    "rolled_over": pl.Boolean,
    "estimated": pl.Boolean,
    "corrected": pl.Boolean,
}
USAGE_COLUMNS: dict[str, Any] = {
    "usage_point_id": pl.Int64,
    "source": pl.String,
    **dict.fromkeys(ENERGIES, pl.Int64),
    "marks": pl.List(pl.String),
}
FINDING_COLUMNS = {
    "usage_point_id": pl.Int64,
    "code": pl.String,
    "severity": pl.String,
    "evidence": pl.String,
    "at_risk_e4": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Records:
    """What the record holds about some points; see the schemas of the same names.

    ``daily`` has ``usage_point_id`` and one Int64 column a day (kWh × 100).
    ``accepted_rollover``: points whose register did roll over, a person said. ``decided_energy``:
    daily-energy points whose estimate a person decided.
    """

    points: pl.DataFrame
    installed: pl.DataFrame
    readings: pl.DataFrame
    daily: pl.DataFrame
    elsewhere: pl.DataFrame
    accepted_rollover: pl.Series
    decided_energy: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Assessed:
    """``registers``, ``usage`` and ``findings`` as in the contract of ``metering.measure``.

    ``paired`` (registers with all their columns), ``subjects`` (one row a point) and
    ``trend_e6`` are what estimates start from.
    """

    registers: pl.DataFrame
    usage: pl.DataFrame
    findings: pl.DataFrame
    paired: pl.DataFrame
    subjects: pl.DataFrame
    trend_e6: int | None

    def to_estimate(self) -> pl.Series:
        """Points with a doubtful quantity that some past period could tell."""
        codes = [code.value for code in estimation.QUANTITY_CODES]
        doubtful = self.findings.filter(pl.col("code").is_in(codes))["usage_point_id"].unique()
        return self.subjects.filter(
            pl.col("usage_point_id").is_in(doubtful.implode())
            & pl.any_horizontal(pl.col("previous_e4", "last_year_e4").is_not_null())
        )["usage_point_id"]


def registers_in(
    records: Records, window: Window, rules: ReadingRules, *, total_only: bool = False
) -> pl.DataFrame:
    """The registers of a window with their readings and energies."""
    installed = records.installed
    if total_only:
        # A meter without a total register is compared by the sum of its bands.
        with_total = installed.filter(pl.col("kind") == Kind.ACTIVE_TOTAL)["meter_id"].unique()
        kinds = [kind.value for kind in BANDS]
        installed = installed.filter(
            (pl.col("kind") == Kind.ACTIVE_TOTAL)
            | (pl.col("kind").is_in(kinds) & ~pl.col("meter_id").is_in(with_total.implode()))
        ).with_columns(pl.lit(Kind.ACTIVE_TOTAL.value).alias("kind"))
    paired = pair(installed, records.readings, window, tolerance_days=rules.boundary_tolerance_days)
    return add_energy(paired, rules, accepted_rollover=records.accepted_rollover)


def assess(records: Records, window: Window, rules: ReadingRules) -> Assessed:
    """Measure all points of ``records`` in the window and say what is doubtful."""
    paired = registers_in(records, window, rules)
    before = registers_in(records, previous(window), rules, total_only=True)
    year = registers_in(records, year_before(window), rules, total_only=True)
    subjects = _subjects(records, paired, window, rules)
    subjects = add_reference(
        subjects.join(_history(records, before, previous(window), rules, "previous"),
                      on="usage_point_id", how="left", maintain_order="left")
        .join(_history(records, year, year_before(window), rules, "last_year"),
              on="usage_point_id", how="left", maintain_order="left")
    )  # fmt: skip
    reference = subjects.select("usage_point_id", "reference_e4")
    findings = pl.concat(
        [
            nothing_found(),
            *register_checks.register_findings(paired, reference, window),
            register_checks.estimated_in_a_row(paired, before, rules),
            register_checks.outside_installation(
                records.installed, records.readings, records.elsewhere, window
            ),
            *point_findings(subjects, rules, window),
        ]
    )
    severity = {code.value: rules.severity[code] for code in FindingCode}
    findings = findings.with_columns(
        pl.col("code").replace_strict(severity, return_dtype=pl.String).alias("severity")
    ).unique(["usage_point_id", "code"], keep="first", maintain_order=True)
    return Assessed(
        registers=_registers(paired, subjects, window),
        usage=_usage(subjects, paired),
        findings=findings.select(list(FINDING_COLUMNS)),
        paired=paired,
        subjects=subjects,
        trend_e6=estimation.trend_e6(subjects, rules),
    )


def add_estimates(
    assessed: Assessed, records: Records, window: Window, rules: ReadingRules
) -> pl.DataFrame:
    """The findings again, each doubtful quantity with the estimate that could replace it.

    ``records`` must hold the readings of all registers of ``assessed.to_estimate()`` for the past
    periods. The evidence gains the part ``estimate``.
    """
    wanted = assessed.to_estimate()
    if len(wanted) == 0:
        return assessed.findings
    here = pl.col("usage_point_id").is_in(wanted.implode())
    subjects = assessed.subjects.filter(here)
    chosen = estimation.choose(subjects, rules, assessed.trend_e6)
    references = {
        Method.LAST_YEAR_TREND: registers_in(records, year_before(window), rules),
        Method.PREVIOUS_DAILY_MEAN: registers_in(records, previous(window), rules),
    }
    readings = estimation.register_readings(chosen, assessed.paired.filter(here), references, rules)
    interval = subjects.filter(pl.col("source") == INTERVAL)["usage_point_id"]
    estimates = estimation.as_json(chosen, readings, window, from_interval=interval)
    codes = [code.value for code in estimation.QUANTITY_CODES]
    with_estimate = pl.col("estimate").is_not_null() & pl.col("code").is_in(codes)
    return (
        assessed.findings.join(
            estimates, on="usage_point_id", how="left", maintain_order="left"
        )
        .with_columns(
            pl.when(with_estimate)
            .then(
                pl.concat_str(
                    pl.col("evidence").str.head(-1),
                    pl.lit(',"estimate":'), "estimate", pl.lit("}"),
                )
            )
            .otherwise(pl.col("evidence"))
            .alias("evidence")
        )
        .select(list(FINDING_COLUMNS))
    )  # fmt: skip


def _subjects(
    records: Records, paired: pl.DataFrame, window: Window, rules: ReadingRules
) -> pl.DataFrame:
    """One row for each point: its use, from registers or from daily energy, for the checks."""
    metered = usage_of(paired, rules)
    points = records.points.join(metered, on="usage_point_id", how="left", maintain_order="left")
    sums = intervals.fill_gaps(intervals.sum_days(records.daily, records.points, window), rules)
    sums = sums.join(
        records.decided_energy.rename({"energy_e4": "decided_e4"}),
        on="usage_point_id",
        how="left",
    ).with_columns(pl.coalesce("energy_e4", "decided_e4"))
    points = points.join(
        sums, on="usage_point_id", how="left", suffix="_daily", maintain_order="left"
    )
    by_register = pl.col("parts").is_not_null()
    daily_only = ("known_e4", "missing_days", "highest_day_e4", "filled_e4", "decided_e4")
    return points.with_columns(
        pl.when(by_register)
        .then(pl.lit(REGISTER))
        .when(pl.col("days_daily").is_not_null())
        .then(pl.lit(INTERVAL))
        .alias("source"),
        pl.when(by_register).then("energy_total_e4").otherwise("energy_e4").alias("energy_e4"),
        pl.when(by_register).then("days").otherwise("days_daily").alias("days"),
        *[pl.when(~by_register).then(pl.col(name)).alias(name) for name in daily_only],
    ).join(_unmetered(records, paired, window), on="usage_point_id", how="left",
           maintain_order="left").with_columns(
        pl.when(pl.col("source") == INTERVAL)
        .then(0)
        .otherwise(pl.col("unmetered_days"))
        .alias("unmetered_days")
    )  # fmt: skip


def _unmetered(records: Records, paired: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Days of the window and of the point's life when no meter hung there."""
    first = pl.max_horizontal("point_from", pl.lit(window.from_date))
    last = pl.min_horizontal("point_to", pl.lit(window.to_date))
    parts = paired.select("usage_point_id", "part", "part_from", "part_to")
    if parts["part"].max() == 1:
        parts = parts.unique("usage_point_id")
    else:
        parts = parts.unique(["usage_point_id", "part"])
    covered = parts.group_by("usage_point_id").agg(
        (pl.col("part_to") - pl.col("part_from")).dt.total_days().sum().alias("covered")
    )
    return records.points.join(covered, on="usage_point_id", how="left").select(
        "usage_point_id",
        ((last - first).dt.total_days() - pl.col("covered").fill_null(0))
        .clip(lower_bound=0)
        .cast(pl.Int32)
        .alias("unmetered_days"),
    )


def _history(
    records: Records, registers: pl.DataFrame, window: Window, rules: ReadingRules, name: str
) -> pl.DataFrame:
    """Energy and days of an earlier period, where it is known and long enough to compare with."""
    energy, days = f"{name}_e4", f"{name}_days"
    metered = totals(registers)
    daily = intervals.sum_days(records.daily, records.points, window).filter(
        (pl.col("missing_days") == 0)
        & ~pl.col("usage_point_id").is_in(metered["usage_point_id"].implode())
    )
    both = pl.concat(
        [
            metered.select("usage_point_id", "energy_e4", "days"),
            daily.select("usage_point_id", pl.col("known_e4").alias("energy_e4"), "days"),
        ]
    )
    return both.filter(
        pl.col("energy_e4").is_not_null() & (pl.col("days") >= rules.history_shortest_days)
    ).select("usage_point_id", pl.col("energy_e4").alias(energy), pl.col("days").alias(days))


def _registers(paired: pl.DataFrame, subjects: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The readings table: registers as read, one row for a point of daily energy."""
    metered = paired.with_columns(
        (pl.col("this_quality") == "ESTIMATED").fill_null(False).alias("estimated"),
        pl.any_horizontal(
            (pl.col("last_quality") == "CORRECTED").fill_null(False),
            (pl.col("this_quality") == "CORRECTED").fill_null(False),
        ).alias("corrected"),
    ).select(pl.col(name).cast(dtype) for name, dtype in REGISTER_COLUMNS.items())
    daily = subjects.filter(pl.col("source") == INTERVAL).select(
        "usage_point_id",
        pl.lit(Kind.ACTIVE_TOTAL.value).alias("kind"),
        pl.lit("").alias("meter_number"),
        pl.lit(1).alias("part"),
        pl.max_horizontal("point_from", pl.lit(window.from_date)).alias("last_date"),
        pl.min_horizontal("point_to", pl.lit(window.to_date)).alias("this_date"),
        pl.lit(10_000).alias("multiplier_e4"),
        "energy_e4",
        pl.lit(False).alias("rolled_over"),
        _daily_estimated().alias("estimated"),
        pl.lit(False).alias("corrected"),
    )
    filler = [pl.lit(None).alias(name) for name in REGISTER_COLUMNS if name not in daily.columns]
    return pl.concat(
        [
            metered,
            daily.with_columns(filler).select(
                pl.col(name).cast(dtype) for name, dtype in REGISTER_COLUMNS.items()
            ),
        ]
    ).sort("usage_point_id", "part", maintain_order=True)


def _daily_estimated() -> pl.Expr:
    return ((pl.col("filled_e4") > 0) | pl.col("decided_e4").is_not_null()).fill_null(False)


def _usage(subjects: pl.DataFrame, paired: pl.DataFrame) -> pl.DataFrame:
    """One row for each point, with the marks that its bill will carry."""
    this, last = pl.col("this_quality"), pl.col("last_quality")
    daily = pl.col("source") == INTERVAL

    def among(condition: pl.Expr) -> pl.Expr:
        ids = paired.filter(condition)["usage_point_id"].unique()
        return pl.col("usage_point_id").is_in(ids.implode())

    marked = (
        among((this == "CORRECTED") | (last == "CORRECTED")),
        among(this == "ESTIMATED") | (daily & _daily_estimated()),
        (pl.col("parts") > 1).fill_null(False),
        among(pl.col("rolled_over")),
    )
    bits = pl.sum_horizontal(
        condition.cast(pl.UInt32) * (1 << place) for place, condition in enumerate(marked)
    )
    frame = subjects.with_columns(
        pl.when(daily).then("energy_e4").otherwise("energy_total_e4").alias("energy_total_e4"),
        bits.alias("bits"),
    )
    # Every combination once: building a list for each of a million rows is the slower way.
    lists = pl.Series(
        [
            [mark for place, mark in enumerate(MARKS) if combination >> place & 1]
            for combination in range(1 << len(MARKS))
        ],
        dtype=pl.List(pl.String),
    )
    return frame.with_columns(lists.gather(frame["bits"]).alias("marks")).select(
        pl.col(name).cast(dtype) for name, dtype in USAGE_COLUMNS.items()
    )
