"""Checks that look at single registers: missing, falling back, rolled over, exchanged, off day."""

from collections.abc import Iterator

import polars as pl

from wattdesk.kernel.readings import consumption
from wattdesk.kernel.readings.codes import FindingCode, Kind
from wattdesk.kernel.readings.evidence import found_in_registers
from wattdesk.kernel.readings.rules import ReadingRules
from wattdesk.kernel.readings.windows import Window

TOTAL = pl.col("kind") == Kind.ACTIVE_TOTAL


def register_findings(
    registers: pl.DataFrame, reference: pl.DataFrame, window: Window
) -> Iterator[pl.DataFrame]:
    """Findings of registers with energies. ``reference``: ``usage_point_id, reference_e4``, what
    the point would have used by its history, which is what a missing reading puts at risk."""
    known = registers.join(reference, on="usage_point_id", how="left")
    yield _missing(known)
    yield _negative(known)
    rolled = registers.filter("rolled_over")
    shown = ["meter_number", "kind", "last_e4", "this_e4"]
    yield found_in_registers(
        rolled,
        FindingCode.ROLLOVER,
        [*shown, "digits", "energy_e4"],
        at_risk=pl.col("energy_e4").max(),
    )
    too_large = registers.filter(pl.col("status") == consumption.TOO_LARGE)
    yield found_in_registers(too_large, FindingCode.ABSURD, [*shown, "multiplier_e4"])
    yield _exchanged(registers)
    yield _off_day(registers, window)


def _missing(registers: pl.DataFrame) -> pl.DataFrame:
    rows = registers.filter(pl.col("status") == consumption.MISSING).with_columns(
        pl.when(pl.col("last_e4").is_null() & (pl.col("kind") != Kind.DEMAND))
        .then(pl.when(pl.col("this_e4").is_null()).then(pl.lit("BOTH")).otherwise(pl.lit("START")))
        .otherwise(pl.lit("END"))
        .alias("edge"),
    )
    columns = ("meter_number", "kind", "edge", "part_from", "part_to", "last_e4")
    risk = pl.col("reference_e4").max()
    return found_in_registers(rows, FindingCode.MISSING, columns, at_risk=risk)


def _negative(registers: pl.DataFrame) -> pl.DataFrame:
    rows = registers.filter(pl.col("status") == consumption.NEGATIVE).with_columns(
        (pl.col("last_quality") == "ESTIMATED").alias("last_estimated")
    )
    columns = (
        "meter_number", "kind", "last_date", "last_e4", "this_date", "this_e4", "digits",
        "last_estimated", "would_roll_e4",
    )  # fmt: skip
    risk = pl.col("reference_e4").max()
    return found_in_registers(rows, FindingCode.NEGATIVE, columns, at_risk=risk)


def _exchanged(registers: pl.DataFrame) -> pl.DataFrame:
    several = registers.filter(pl.col("part") > 1)["usage_point_id"].unique().implode()
    rows = registers.filter(pl.col("usage_point_id").is_in(several) & TOTAL)
    columns = (
        "meter_number", "part", "part_from", "part_to", "last_e4", "this_e4", "multiplier_e4",
        "energy_e4",
    )  # fmt: skip
    risk = pl.col("energy_e4").sum()
    return found_in_registers(rows, FindingCode.EXCHANGED, columns, at_risk=risk)


def _off_day(registers: pl.DataFrame, window: Window) -> pl.DataFrame:
    late = pl.col("last_date") != pl.col("part_from")
    rows = registers.filter(late | (pl.col("this_date") != pl.col("part_to")))
    columns = ("meter_number", "kind", "part_from", "last_date", "part_to", "this_date")
    return found_in_registers(rows, FindingCode.OFF_DAY, columns)


def estimated_in_a_row(
    registers: pl.DataFrame, before: pl.DataFrame, rules: ReadingRules
) -> pl.DataFrame:
    """ESTIMATED_TWICE: the total's latest readings are all estimates, as many as the rule allows.

    ``before`` holds the registers of the previous period.
    """
    rows = registers.filter(TOTAL & (pl.col("this_quality") == "ESTIMATED"))
    if rows.height == 0:
        return found_in_registers(rows, FindingCode.ESTIMATED_TWICE, ("meter_number",))
    earlier = before.filter(TOTAL).select(
        "register_id", pl.col("last_quality").alias("earlier_quality")
    )
    last = pl.col("last_quality").eq_missing("ESTIMATED")
    rows = (
        rows.join(earlier.unique("register_id"), on="register_id", how="left")
        .with_columns(
            (1 + last.cast(pl.Int64) + (last & pl.col("earlier_quality").eq_missing("ESTIMATED")))
            .cast(pl.Int64)
            .alias("in_a_row"),
            pl.lit(rules.estimates_in_a_row).alias("limit"),
        )
        .filter(pl.col("in_a_row") >= rules.estimates_in_a_row)
    )
    columns = ("meter_number", "in_a_row", "limit", "last_e4", "this_e4", "energy_e4")
    risk = pl.col("energy_e4").max()
    return found_in_registers(rows, FindingCode.ESTIMATED_TWICE, columns, at_risk=risk)


def outside_installation(
    installed: pl.DataFrame,
    readings: pl.DataFrame,
    elsewhere: pl.DataFrame,
    window: Window,
) -> pl.DataFrame:
    """BEFORE_INSTALLATION: a reading in the period of a day when the meter did not hang here.

    ``elsewhere``: ``meter_id, installed, removed`` of all installations of the meters concerned; a
    reading that belongs to one of them is in order.
    """
    touched = installed.filter(
        (pl.col("installed") > window.from_date) | (pl.col("removed") < window.to_date)
    )
    day = pl.col("reading_date")
    rows = (
        touched.join(readings, on="register_id")
        .filter(day.is_between(pl.lit(window.from_date), pl.lit(window.to_date)))
        .filter((day < pl.col("installed")) | (day > pl.col("removed")).fill_null(False))
    )
    if rows.height == 0:
        return found_in_registers(_as_part(rows), FindingCode.BEFORE_INSTALLATION, ("kind",))
    other = (
        rows.select("meter_id", "reading_date")
        .unique()
        .join(elsewhere, on="meter_id")
        .filter(
            (day >= pl.col("installed"))
            & (pl.col("removed").is_null() | (day <= pl.col("removed")))
        )
        .select("meter_id", "reading_date")
        .unique()
    )
    rows = rows.join(other, on=["meter_id", "reading_date"], how="anti")
    columns = ("meter_number", "kind", "reading_date", "value_e4", "installed", "removed")
    return found_in_registers(_as_part(rows), FindingCode.BEFORE_INSTALLATION, columns)


def _as_part(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(1, dtype=pl.Int16).alias("part"))
