"""From roster and measured energy to determinants: one row per account, as the plan asks for."""

from datetime import date

import polars as pl

from wattdesk.domains.customers import api as customers
from wattdesk.kernel.schedule.billing_dates import add_months
from wattdesk.toolkit.frames import query_frame, query_packed_frame

BANDS = ("sharp", "peak", "flat", "valley", "deep")
ENERGIES = ("energy_total_e4", *(f"energy_{band}_e4" for band in BANDS), "reactive_e4")
OPTIONS = {
    "extra_kwh_per_month": "extra_kwh_per_month_e2",
    "free_kwh_per_month": "free_kwh_per_month_e2",
}


def one_row_per_account(roster: pl.DataFrame, usage: pl.DataFrame) -> pl.DataFrame:
    """Join the roster (account × usage point) with measured usage and add up the points.

    An energy that is unknown at one point makes the account's unknown: null, never zero. The
    account's period is what its points cover of the run's period.
    """
    joined = roster.join(usage, on="usage_point_id", how="left")

    def whole_sum(name: str) -> pl.Expr:
        column = pl.col(name).cast(pl.Int64)
        return pl.when(column.is_null().any()).then(None).otherwise(column.sum()).alias(name)

    return joined.group_by("account_id", maintain_order=True).agg(
        pl.col(
            "number",
            "unit_id",
            "schedule_id",
            "schedule_code",
            "options",
            "state",
            "opened_date",
            "closed_date",
        ).first(),
        pl.col("point_from").min().alias("from_date"),
        pl.col("point_to").max().alias("to_date"),
        pl.col("usage_point_id").drop_nulls().alias("points"),
        pl.col("source").first(),
        pl.col("marks").explode(empty_as_null=False).drop_nulls().unique().sort().alias("marks"),
        *[whole_sum(name) for name in ENERGIES],
    )


def add_options(frame: pl.DataFrame) -> pl.DataFrame:
    """Read the options of the assigned price (JSON text) into columns, kWh × 100; absent = 0."""
    plain = frame.filter(pl.col("options").is_null() | pl.col("options").is_in(["", "{}"]))
    special = frame.join(plain.select("account_id"), on="account_id", how="anti")
    zero = [pl.lit(0, dtype=pl.Int64).alias(column) for column in OPTIONS.values()]
    if special.height == 0:
        return frame.with_columns(zero)
    decoded = special.with_columns(
        pl.col("options").str.json_path_match(f"$.{option}").alias(column)
        for option, column in OPTIONS.items()
    ).with_columns(
        pl.col(column).cast(pl.Decimal(18, 2)).fill_null(0).mul(100).cast(pl.Int64)
        for column in OPTIONS.values()
    )
    return pl.concat([plain.with_columns(zero), decoded.select(*frame.columns, *OPTIONS.values())])


def add_block_year(
    frame: pl.DataFrame, *, receivable_month: date, year_start: date
) -> pl.DataFrame:
    """Add ``block_used_e2`` (kWh billed so far in the block year, openings included) and
    ``months_in_block_year`` (12, or the months left in the year the account was opened)."""
    used = query_packed_frame(
        "SELECT account_id, (sum(energy_kwh) * 100)::bigint FROM billing_bill"
        " WHERE account_id BETWEEN {first} AND {last}"
        " AND receivable_month >= {start} AND receivable_month < {month} GROUP BY account_id",
        {"account_id": pl.Int64, "billed_e2": pl.Int64},
        first=_first(frame),
        last=_last(frame),
        start=year_start,
        month=receivable_month,
    )
    opening = customers.block_openings(frame["account_id"], year_start)
    year_end = date(year_start.year + 1, year_start.month, 1)
    months_left = (
        (pl.lit(year_end).dt.year() - pl.col("opened_date").dt.year()) * 12
        + (pl.lit(year_end).dt.month().cast(pl.Int32) - pl.col("opened_date").dt.month())
    ).cast(pl.Int32)
    return (
        frame.join(used, on="account_id", how="left")
        .join(opening.rename({"energy_e2": "opening_e2"}), on="account_id", how="left")
        .with_columns(
            (pl.col("billed_e2").fill_null(0) + pl.col("opening_e2").fill_null(0)).alias(
                "block_used_e2"
            ),
            pl.when(pl.col("opened_date") >= year_start)
            .then(months_left.clip(1, 12))
            .otherwise(pl.lit(12, dtype=pl.Int32))
            .cast(pl.Int32)
            .alias("months_in_block_year"),
        )
        .drop("billed_e2", "opening_e2")
    )


def add_last_bill(frame: pl.DataFrame, *, receivable_month: date) -> pl.DataFrame:
    """Add the account's latest earlier bill: its energy, total, and the fraction it left over."""
    last = query_packed_frame(
        "SELECT DISTINCT ON (account_id) account_id, (energy_kwh * 100)::bigint, total_fen,"
        " (carry_kwh * 10000)::bigint FROM billing_bill"
        " WHERE account_id BETWEEN {first} AND {last}"
        " AND receivable_month >= {since} AND receivable_month < {month}"
        " ORDER BY account_id, receivable_month DESC, sequence DESC",
        {
            "account_id": pl.Int64,
            "last_energy_e2": pl.Int64,
            "last_total_fen": pl.Int64,
            "carry_e4": pl.Int64,
        },
        first=_first(frame),
        last=_last(frame),
        # Older than three months says nothing about this month.
        since=add_months(receivable_month, -3),
        month=receivable_month,
    )
    return frame.join(last, on="account_id", how="left").with_columns(
        pl.col("carry_e4").fill_null(0)
    )


def already_billed(frame: pl.DataFrame, *, receivable_month: date) -> pl.DataFrame:
    """Accounts of the frame that have a bill of this receivable month: column ``account_id``."""
    return query_frame(
        "SELECT DISTINCT account_id FROM billing_bill"
        " WHERE account_id BETWEEN {first} AND {last} AND receivable_month = {month}",
        {"account_id": pl.Int64},
        first=_first(frame),
        last=_last(frame),
        month=receivable_month,
    )


def _first(frame: pl.DataFrame) -> int:
    return int(frame["account_id"].min() or 0)  # type: ignore[arg-type]


def _last(frame: pl.DataFrame) -> int:
    return int(frame["account_id"].max() or -1)  # type: ignore[arg-type]
